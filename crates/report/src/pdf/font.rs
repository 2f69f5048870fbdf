//! The two fonts of the pages.

use crate::markup::seen;
use ttf_parser::{Face, GlyphId};

/// Regular and bold.
pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// One font.
pub(super) struct Font {
    pub(super) face: Face<'static>,
    pub(super) data: &'static [u8],
    pub(super) name: &'static str,
}

/// A text in signs of a font.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Signs {
    /// Each sign with the character that it stands for.
    pub(super) signs: Vec<(u16, char)>,
    /// Width at size 1.
    pub(super) width: f32,
}

impl Fonts {
    /// The fonts; none if they cannot be read.
    pub(super) fn new() -> Option<Self> {
        let font = |data: &'static [u8], name| Some(Font { face: Face::parse(data, 0).ok()?, data, name });
        Some(Self {
            regular: font(dejavu::sans_condensed::regular(), "DejaVuSansCondensed")?,
            bold: font(dejavu::sans_condensed::bold(), "DejaVuSansCondensed-Bold")?,
        })
    }

    pub(super) fn font(&self, weight: Weight) -> &Font {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Width of a text in points.
    pub(super) fn width(&self, text: &str, weight: Weight, size: f32) -> f32 {
        self.font(weight).signs(text).width * size
    }

    /// The lines of a text in a column: words are kept whole if they fit, line ends stay.
    pub(super) fn lines(&self, text: &str, weight: Weight, size: f32, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&joined, weight, size) <= room {
                    line = joined;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line = self.broken(word, weight, size, room, &mut lines);
            }
            lines.push(line);
        }
        lines
    }

    /// Breaks a word that does not fit; what is left of it begins the next line.
    fn broken(&self, word: &str, weight: Weight, size: f32, room: f32, lines: &mut Vec<String>) -> String {
        let mut line = String::new();
        let mut width = 0.0;
        for c in word.chars() {
            let next = self.width(c.encode_utf8(&mut [0; 4]), weight, size);
            if width + next > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                width = 0.0;
            }
            line.push(c);
            width += next;
        }
        line
    }
}

impl Font {
    /// The text as signs; tabs are blanks.
    pub(super) fn signs(&self, text: &str) -> Signs {
        let mut signs = Signs::default();
        for c in seen(text).chars() {
            let c = if c.is_whitespace() { ' ' } else { c };
            let found = self.face.glyph_index(c).map(|sign| (sign, c));
            let (sign, c) = found.unwrap_or_else(|| (self.replacement(), '\u{fffd}'));
            signs.signs.push((sign.0, c));
            signs.width += self.advance(sign.0) / 1000.0;
        }
        signs
    }

    /// Width of a sign in thousandths of the size.
    pub(super) fn advance(&self, sign: u16) -> f32 {
        self.scaled(self.face.glyph_hor_advance(GlyphId(sign)).unwrap_or_default().into())
    }

    /// A measure of the font in thousandths of the size.
    pub(super) fn scaled(&self, measure: f32) -> f32 {
        measure * 1000.0 / f32::from(self.face.units_per_em())
    }

    fn replacement(&self) -> GlyphId {
        self.face.glyph_index('\u{fffd}').unwrap_or(GlyphId(0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let fonts = Fonts::new().unwrap();
        let text = "Eén regel met woorden en eenwoorddatvielelangeristhandekolom\nen een tweede";
        let lines = fonts.lines(text, Weight::Regular, 8.0, 60.0);
        assert!(lines.iter().all(|line| fonts.width(line, Weight::Regular, 8.0) <= 60.0), "{lines:?}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
        assert_eq!(fonts.lines("", Weight::Bold, 8.0, 60.0), [""]);
        assert_eq!(fonts.lines("ab", Weight::Bold, 8.0, 0.0), ["a", "b"], "a column of no width ends, too");
    }

    #[test]
    fn what_the_font_has_no_sign_for_is_seen() {
        let fonts = Fonts::new().unwrap();
        let font = fonts.font(Weight::Regular);
        let characters = |text: &str| font.signs(text).signs.iter().map(|(_, c)| *c).collect::<String>();
        assert_eq!(characters("‡ χ² ≠ é’\u{202e}\u{0}"), "‡ χ² ≠ é’\u{fffd}\u{fffd}");
        assert_eq!(characters("漢"), "\u{fffd}");
    }
}
