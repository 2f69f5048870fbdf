//! How wide columns are, measured.

use super::font::{Fonts, Weight};
use super::sheet::room;
use crate::book::SetTable;

/// Size of the text of tables.
pub(super) const SIZE: f32 = 7.5;
/// Room at each side of a text.
pub(super) const PADDING: f32 = 3.0;
/// A text with so many characters is not broken.
const SHORT: usize = 12;
/// A column wants no more, however long its texts.
const MOST: f32 = 230.0;

/// The least and the most that a column wants.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    least: f32,
    most: f32,
}

/// What the columns of a table want.
pub(super) fn wishes(table: &SetTable, fonts: &Fonts) -> Vec<Wish> {
    let mut wishes = vec![Wish { least: 8.0, most: 8.0 }; table.kinds.len()];
    let words = |text: &str, weight| {
        text.split_whitespace().map(|word| fonts.width(word, weight, SIZE)).fold(0.0, f32::max)
    };
    for cell in table.header.iter().flatten().filter(|cell| cell.columns == 1) {
        if let Some(wish) = wishes.get_mut(cell.column) {
            let word = words(&cell.text, Weight::Bold);
            *wish = Wish { least: wish.least.max(word), most: wish.most.max(word) };
        }
    }
    for cells in table.cells() {
        for ((text, sign), wish) in cells.iter().zip(&mut wishes) {
            let text = format!("{text}{sign}");
            let whole =
                text.split('\n').map(|line| fonts.width(line, Weight::Regular, SIZE)).fold(0.0, f32::max);
            let word = if text.chars().count() <= SHORT { whole } else { words(&text, Weight::Regular) };
            *wish = Wish { least: wish.least.max(word), most: wish.most.max(whole) };
        }
    }
    for wish in &mut wishes {
        wish.least = wish.least.min(MOST / 2.0) + 2.0 * PADDING;
        wish.most = (wish.most.min(MOST) + 2.0 * PADDING).max(wish.least);
    }
    wishes
}

/// Whether a table is to lie on its side: its words do not fit otherwise, or its texts would take many lines.
pub(super) fn lies(wishes: &[Wish]) -> bool {
    let (least, most) = sums(wishes);
    least > room(false) || (wishes.len() > 3 && most > 2.0 * room(false))
}

/// The widths of columns that have `room` together.
pub(super) fn widths(wishes: &[Wish], room: f32) -> Vec<f32> {
    let (least, most) = sums(wishes);
    let width = |wish: &Wish| {
        if most <= room {
            wish.most
        } else if least < room {
            wish.least + (wish.most - wish.least) * (room - least) / (most - least)
        } else {
            wish.least * room / least
        }
    };
    wishes.iter().map(width).collect()
}

fn sums(wishes: &[Wish]) -> (f32, f32) {
    wishes.iter().fold((0.0, 0.0), |(least, most), wish| (least + wish.least, most + wish.most))
}
