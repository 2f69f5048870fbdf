//! How wide columns are, and which way round the page is.

/// Twentieths of a point.
pub(super) const UPRIGHT: usize = 9_638;
pub(super) const SIDEWAYS: usize = 14_570;
/// A character of a table, about; capitals are wider, most letters are not.
const CHARACTER: usize = 96;
/// Room at both sides of a text, and for a sign behind it.
const PADDING: usize = 190;
/// A column wants no more, however long its texts.
const LONGEST: usize = 70;
/// A text that is no longer is not broken.
const SHORT: usize = 12;

/// What a column holds, in characters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    /// The longest word.
    word: usize,
    /// The longest text.
    text: usize,
}

impl Extent {
    /// With another text below the others.
    pub(super) fn add(&mut self, text: &str) {
        let length = text.chars().count();
        let words = text.split([' ', '\n', '\t', '/', '-']).map(|word| word.chars().count());
        let word = if length <= SHORT { length } else { words.max().unwrap_or_default() };
        self.word = self.word.max(word);
        let lines = text.split('\n').map(|line| line.chars().count());
        self.text = self.text.max(lines.max().unwrap_or_default());
    }

    /// With a label above the column, which breaks at its blanks.
    pub(super) fn add_label(&mut self, text: &str) {
        let words = text.split_whitespace().map(|word| word.chars().count());
        // It is bold.
        let word = words.max().unwrap_or_default() * 9 / 8;
        self.word = self.word.max(word);
        self.text = self.text.max(word);
    }

    fn least(self) -> usize {
        self.word.clamp(2, LONGEST / 2) * CHARACTER + PADDING
    }

    fn most(self) -> usize {
        (self.text.clamp(2, LONGEST) * CHARACTER + PADDING).max(self.least())
    }
}

/// Whether a table with these columns is to lie on its side: their words do not fit otherwise, or their texts would take
/// many lines.
pub(super) fn lies(columns: &[Extent]) -> bool {
    let least: usize = columns.iter().map(|column| column.least()).sum();
    let most: usize = columns.iter().map(|column| column.most()).sum();
    least > UPRIGHT || (columns.len() > 3 && most > 2 * UPRIGHT)
}

/// The widths of columns that have `room` together: as wide as their longest texts if they fit, else all at least as wide
/// as their longest words, and narrower only if those do not fit either.
pub(super) fn widths(columns: &[Extent], room: usize) -> Vec<usize> {
    let most: usize = columns.iter().map(|column| column.most()).sum();
    let least: usize = columns.iter().map(|column| column.least()).sum();
    let width = |column: &Extent| {
        if most <= room {
            column.most()
        } else if least < room {
            let wish = column.most() - column.least();
            column.least() + wish * (room - least) / (most - least)
        } else {
            column.least() * room / least
        }
    };
    columns.iter().map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn extent(text: &str) -> Extent {
        let mut extent = Extent::default();
        extent.add(text);
        extent
    }

    #[test]
    fn a_long_text_gets_the_room_that_words_leave() {
        let columns = [extent("Ja"), extent(&"woord ".repeat(100))];
        assert_eq!(widths(&columns, UPRIGHT), [382, 6_910]);
        assert!(!lies(&columns));
        assert!(lies(&[extent("een"); 30]));
    }

    proptest! {
        #[test]
        fn columns_have_room(words in prop::collection::vec(("[a-z]{0,30}", 0_usize..9), 1..30)) {
            let columns: Vec<Extent> = words.iter().map(|(word, times)| extent(&format!("{word} ").repeat(*times))).collect();
            let widths = widths(&columns, UPRIGHT);
            prop_assert!(widths.iter().sum::<usize>() <= UPRIGHT);
            prop_assert!(widths.iter().all(|width| *width > 0));
        }
    }
}
