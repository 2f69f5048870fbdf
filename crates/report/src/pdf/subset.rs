//! A font with the outlines of the signs that are used, and no others. Signs keep their numbers.

use std::collections::BTreeSet;

/// Tables that a reader of PDF needs of a TrueType font.
const KEPT: [&[u8; 4]; 9] = [b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep"];

/// The font without the outlines of other signs; none if it is not laid out as TrueType says.
pub(super) fn subset(font: &[u8], used: &BTreeSet<u16>) -> Option<Vec<u8>> {
    let tables = Tables { font };
    let head = tables.table(b"head")?;
    let glyf = tables.table(b"glyf")?;
    let long = number(head, 50, 2)? == 1;
    let count = number(tables.table(b"maxp")?, 4, 2)?;
    let loca = tables.table(b"loca")?;
    let place =
        |sign: usize| if long { number(loca, sign * 4, 4) } else { Some(number(loca, sign * 2, 2)? * 2) };
    let outline = |sign: u16| glyf.get(place(usize::from(sign))?..place(usize::from(sign) + 1)?);
    let kept = with_parts(used, outline)?;
    let (mut outlines, mut places) = (Vec::new(), Vec::new());
    for sign in 0..count {
        places.extend(u32::try_from(outlines.len()).ok()?.to_be_bytes());
        let sign = u16::try_from(sign).ok()?;
        if kept.contains(&sign) {
            outlines.extend(outline(sign)?);
            outlines.resize(outlines.len().next_multiple_of(4), 0);
        }
    }
    places.extend(u32::try_from(outlines.len()).ok()?.to_be_bytes());
    let mut new_head = head.to_vec();
    // The sum over the whole font, which nobody needs here, and the wide form of the places.
    new_head.get_mut(8..12)?.fill(0);
    new_head.get_mut(50..52)?.copy_from_slice(&[0, 1]);
    let table = |tag: &'static [u8; 4]| match tag {
        b"glyf" => Some((tag, outlines.clone())),
        b"loca" => Some((tag, places.clone())),
        b"head" => Some((tag, new_head.clone())),
        _ => Some((tag, tables.table(tag)?.to_vec())),
    };
    written(&KEPT.into_iter().filter_map(table).collect::<Vec<_>>())
}

/// The signs, those of which they are made, and the one for what is missing.
fn with_parts<'a>(used: &BTreeSet<u16>, outline: impl Fn(u16) -> Option<&'a [u8]>) -> Option<BTreeSet<u16>> {
    let mut kept = BTreeSet::new();
    let mut open: Vec<u16> = used.iter().copied().chain([0]).collect();
    while let Some(sign) = open.pop() {
        if kept.insert(sign) {
            open.extend(parts(outline(sign)?)?);
        }
    }
    Some(kept)
}

/// The signs that an outline is made of; none for one that is drawn itself.
fn parts(outline: &[u8]) -> Option<Vec<u16>> {
    let mut parts = Vec::new();
    if outline.is_empty() || number(outline, 0, 2)? < 0x8000 {
        return Some(parts);
    }
    let mut at = 10;
    loop {
        let flags = number(outline, at, 2)?;
        parts.push(u16::try_from(number(outline, at + 2, 2)?).ok()?);
        let offsets = if flags & 1 != 0 { 4 } else { 2 };
        let scale = match flags {
            flags if flags & 0x08 != 0 => 2,
            flags if flags & 0x40 != 0 => 4,
            flags if flags & 0x80 != 0 => 8,
            _ => 0,
        };
        at += 4 + offsets + scale;
        if flags & 0x20 == 0 {
            return Some(parts);
        }
    }
}

/// A font file of these tables.
fn written(tables: &[(&[u8; 4], Vec<u8>)]) -> Option<Vec<u8>> {
    let count = u16::try_from(tables.len()).ok()?;
    let power = 15 - u16::try_from(count.leading_zeros()).ok()?;
    let range = 16 << power;
    let mut font = vec![0, 1, 0, 0];
    for value in [count, range, power, count * 16 - range] {
        font.extend(value.to_be_bytes());
    }
    let mut at = 12 + tables.len() * 16;
    for (tag, table) in tables {
        font.extend(*tag);
        for value in [sum(table), u32::try_from(at).ok()?, u32::try_from(table.len()).ok()?] {
            font.extend(value.to_be_bytes());
        }
        at += table.len().next_multiple_of(4);
    }
    for (_, table) in tables {
        font.extend(table);
        font.resize(font.len().next_multiple_of(4), 0);
    }
    Some(font)
}

fn sum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0, |sum: u32, word| {
        let mut bytes = [0; 4];
        bytes.iter_mut().zip(word).for_each(|(byte, value)| *byte = *value);
        sum.wrapping_add(u32::from_be_bytes(bytes))
    })
}

struct Tables<'a> {
    font: &'a [u8],
}

impl<'a> Tables<'a> {
    fn table(&self, tag: &[u8; 4]) -> Option<&'a [u8]> {
        let count = number(self.font, 4, 2)?;
        let record =
            (0..count).map(|place| 12 + place * 16).find(|at| self.font.get(*at..at + 4) == Some(tag))?;
        let (begin, length) = (number(self.font, record + 8, 4)?, number(self.font, record + 12, 4)?);
        self.font.get(begin..begin.checked_add(length)?)
    }
}

/// A number of so many bytes.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    Some(
        bytes.get(at..at.checked_add(size)?)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ttf_parser::{Face, GlyphId, OutlineBuilder};

    #[derive(Default, PartialEq, Debug)]
    struct Strokes(Vec<String>);

    impl OutlineBuilder for Strokes {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("m{x},{y}"));
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("l{x},{y}"));
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.push(format!("q{x1},{y1},{x},{y}"));
        }
        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {}
        fn close(&mut self) {}
    }

    fn strokes(font: &[u8], sign: GlyphId) -> Vec<String> {
        let mut strokes = Strokes::default();
        Face::parse(font, 0).unwrap().outline_glyph(sign, &mut strokes);
        strokes.0
    }

    #[test]
    fn used_signs_are_drawn_as_before_and_others_not_at_all() {
        let font = dejavu::sans_condensed::regular();
        let face = Face::parse(font, 0).unwrap();
        let sign = |c| face.glyph_index(c).unwrap();
        // é is made of e and an accent.
        let used = BTreeSet::from(['A', 'é', '‡'].map(|c| sign(c).0));
        let small = subset(font, &used).unwrap();
        assert!(small.len() < font.len() / 4, "{}", small.len());
        for c in ['A', 'é', '‡'] {
            assert_eq!(strokes(&small, sign(c)), strokes(font, sign(c)), "{c}");
            assert!(!strokes(&small, sign(c)).is_empty(), "{c}");
        }
        assert!(strokes(&small, sign('B')).is_empty());
    }

    #[test]
    fn what_is_no_font_is_refused() {
        let font = dejavu::sans_condensed::regular();
        for cut in [0, 3, 12, 200, 5_000] {
            assert_eq!(subset(&font[..cut], &BTreeSet::new()), None, "{cut}");
        }
    }
}
