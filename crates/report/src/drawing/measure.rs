//! How wide a text is before its font is known, and where it is broken into lines.
//!
//! Which of the fonts in [`FONTS`] a reader has is unknown, so each character counts with the widest of them: the
//! advance widths of DejaVu Sans and of Helvetica (with which Arial and Liberation Sans agree), whichever is more. A
//! text is then never wider than measured, so nothing is cut or meets its neighbour.

/// The fonts of a drawing; none of them is wider than the widths below.
pub(super) const FONTS: &str = "'Source Sans 3', 'Source Sans Pro', 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/// Size and weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Rows of a class table.
    Body,
    /// Name of a node.
    Head,
    /// Labels of edges, test values.
    Small,
    /// What a node is split on.
    SmallBold,
}

impl Face {
    /// Font size in CSS pixels.
    pub(super) fn size(self) -> i32 {
        match self {
            Self::Body | Self::Head => 13,
            Self::Small | Self::SmallBold => 12,
        }
    }

    pub(super) fn is_bold(self) -> bool {
        matches!(self, Self::Head | Self::SmallBold)
    }

    /// From one line to the next, in CSS pixels.
    pub(super) fn line(self) -> i32 {
        match self {
            Self::Body | Self::Head => 18,
            Self::Small | Self::SmallBold => 16,
        }
    }
}

/// Widths of the characters from space to tilde, in thousandths of the font size.
const PLAIN: [i32; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752, 295,
    500, 667, 557, 863, 748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838,
    556, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
    392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
const BOLD: [i32; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372,
    556, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838,
    556, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595,
    478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];
/// Latin letters with accents; the widest is Œ.
const LATIN: i32 = 1170;
/// Letters of other alphabets.
const FOREIGN: i32 = 1560;
/// Everything else, ideographs and signs.
const SIGN: i32 = 1900;

/// Width in CSS pixels, rounded up; no font draws the text wider.
pub(super) fn width(text: &str, face: Face) -> i32 {
    let thousandths: i32 = text.chars().map(|c| advance(c, face)).fold(0, i32::saturating_add);
    thousandths.saturating_mul(face.size()).saturating_add(999) / 1000
}

fn advance(c: char, face: Face) -> i32 {
    let widths = if face.is_bold() { &BOLD } else { &PLAIN };
    let printable = |c: char| (c as usize).checked_sub(' ' as usize).and_then(|place| widths.get(place));
    match c {
        NO_BREAK => widths[0],
        'é' | 'ë' | 'è' | 'ê' => *printable('e').unwrap_or(&LATIN),
        'ï' | 'í' => *printable('!').unwrap_or(&LATIN),
        'ö' | 'ó' | 'ü' | 'ú' => *printable('n').unwrap_or(&LATIN),
        '‘' | '’' => *printable('\\').unwrap_or(&LATIN).max(&380),
        '–' => 500,
        '²' => 440,
        '≤' | '≥' | '−' | '×' => 838,
        'χ' => 650,
        c => *printable(c).unwrap_or(match c {
            '\0'..'\u{180}' => &LATIN,
            '\u{180}'..'\u{2000}' => &FOREIGN,
            _ => &SIGN,
        }),
    }
}

/// A blank at which no line is broken.
pub(super) const NO_BREAK: char = '\u{a0}';

/// The text in lines no wider than `limit`, broken at blanks; a word that is wider itself is broken inside. Nothing is
/// left out but blanks.
pub(super) fn wrap(text: &str, face: Face, limit: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let blank = |c: char| c.is_whitespace() && c != NO_BREAK;
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if let Some(line) = lines.last_mut()
            && width(line, face) + width(" ", face) + width(word, face) <= limit
        {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        lines.extend(pieces(word, face, limit));
    }
    lines
}

/// A word in pieces no wider than `limit`, each of at least one character.
fn pieces(word: &str, face: Face, limit: i32) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        let fits = |piece: &str| width(piece, face) + width(c.encode_utf8(&mut [0; 4]), face) <= limit;
        match pieces.last_mut() {
            Some(piece) if piece.is_empty() || fits(piece) => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_at_blanks_and_long_words_inside() {
        for (text, limit, expected) in [
            ("", 100, vec![]),
            ("een twee drie", 60, vec!["een twee", "drie"]),
            ("een\u{a0}twee drie", 30, vec!["een\u{a0}", "twee", "drie"]),
            ("MMMM", 30, vec!["MM", "MM"]),
            ("a", 1, vec!["a"]),
        ] {
            assert_eq!(wrap(text, Face::Small, limit), expected, "{text} in {limit}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_line_fits(text in "[a-zA-Z ,;éœ中]{0,60}", limit in 30i32..200) {
            for face in [Face::Body, Face::Head, Face::Small, Face::SmallBold] {
                let lines = wrap(&text, face, limit);
                let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
                prop_assert_eq!(letters(&lines.concat()), letters(&text));
                for line in lines {
                    prop_assert!(width(&line, face) <= limit, "{line}");
                }
            }
        }
    }
}
