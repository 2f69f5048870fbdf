//! The inner loop: one code and one key per row in, a histogram out.

use crate::Codes;
use std::ops::AddAssign;

/// Columns of a histogram up to which keys are bytes.
const NARROW: usize = 64;

/// The histogram's column of each row.
pub(crate) struct Keys {
    wide: Vec<u32>,
    /// The same as bytes, where they fit.
    narrow: Option<Vec<u8>>,
}

impl Keys {
    /// Keys below `columns`.
    pub(crate) fn of(wide: Vec<u32>, columns: usize) -> Keys {
        let narrow = (columns <= NARROW).then(|| wide.iter().map(|key| *key as u8).collect());
        Keys { wide, narrow }
    }
}

/// One predictor's codes against the keys of the rows: a histogram of `rows` codes, the last one missing, by
/// `columns` keys. Codes were checked: below `rows` − 1, or missing.
pub(crate) struct Grid<'a> {
    pub(crate) codes: Codes<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Grid<'_> {
    /// Rows of the data per cell, row-major.
    pub(crate) fn count(&self) -> Vec<u64> {
        match (self.codes, &self.keys.narrow) {
            (Codes::U8(codes), Some(keys)) if self.columns <= 4 => {
                self.count_bytes::<{ 256 << 2 }>(codes, keys, 2)
            }
            (Codes::U8(codes), Some(keys)) if self.columns <= 16 => {
                self.count_bytes::<{ 256 << 4 }>(codes, keys, 4)
            }
            (Codes::U8(codes), Some(keys)) => self.count_bytes::<{ 256 << 6 }>(codes, keys, 6),
            (Codes::U8(codes), None) => self.count_wide(codes),
            (Codes::U16(codes), _) => self.count_any(codes),
            (Codes::U32(codes), _) => self.count_any(codes),
        }
    }

    /// Codes and keys that are bytes: all 256 codes have a row of 2^`shift` cells, so that no index can miss, and
    /// four histograms take turns, so that neighbouring rows of the same cell need not wait for each other.
    fn count_bytes<const CELLS: usize>(&self, codes: &[u8], keys: &[u8], shift: u32) -> Vec<u64> {
        if codes.len() < 4 * CELLS {
            return self.count_few(codes);
        }
        let mut cells = vec![0_u32; 4 * CELLS];
        let (turns, _) = cells.as_chunks_mut::<CELLS>();
        let cell = |code: u8, key: u8| ((usize::from(code) << shift) | usize::from(key)) & (CELLS - 1);
        let ((codes, last_codes), (keys, last_keys)) = (codes.as_chunks::<4>(), keys.as_chunks::<4>());
        if let [one, two, three, four] = turns {
            for (code, key) in codes.iter().zip(keys) {
                one[cell(code[0], key[0])] += 1;
                two[cell(code[1], key[1])] += 1;
                three[cell(code[2], key[2])] += 1;
                four[cell(code[3], key[3])] += 1;
            }
            last_codes.iter().zip(last_keys).for_each(|(code, key)| one[cell(*code, *key)] += 1);
        }
        let sum =
            |code: usize, key: usize| turns.iter().map(|turn| u64::from(turn[(code << shift) | key])).sum();
        let missing = usize::from(u8::MAX);
        let count = |row: usize, key: usize| match row {
            row if row + 1 == self.rows => sum(missing, key),
            row if row < missing => sum(row, key),
            // More categories were declared than a byte can name.
            _ => 0,
        };
        (0..self.rows * self.columns).map(|cell| count(cell / self.columns, cell % self.columns)).collect()
    }

    /// Codes that are bytes, of fewer rows than the histograms that take turns have cells to be cleared and added up.
    fn count_few(&self, codes: &[u8]) -> Vec<u64> {
        let starts = self.starts();
        let mut counts = vec![0_u64; self.rows * self.columns];
        for (code, key) in codes.iter().zip(&self.keys.wide) {
            counts[starts[usize::from(*code)] + *key as usize] += 1;
        }
        counts
    }

    /// Codes that are bytes and keys that are not: two histograms take turns.
    fn count_wide(&self, codes: &[u8]) -> Vec<u64> {
        let starts = self.starts();
        let cells = self.rows * self.columns;
        let (mut one, mut two) = (vec![0_u32; cells], vec![0_u32; cells]);
        let ((codes, last_codes), (keys, last_keys)) =
            (codes.as_chunks::<2>(), self.keys.wide.as_chunks::<2>());
        let cell = |code: u8, key: u32| starts[usize::from(code)] + key as usize;
        for (code, key) in codes.iter().zip(keys) {
            one[cell(code[0], key[0])] += 1;
            two[cell(code[1], key[1])] += 1;
        }
        last_codes.iter().zip(last_keys).for_each(|(code, key)| one[cell(*code, *key)] += 1);
        one.into_iter().zip(two).map(|(one, two)| u64::from(one) + u64::from(two)).collect()
    }

    fn count_any<C: Copy + Into<u32>>(&self, codes: &[C]) -> Vec<u64> {
        let mut counts = vec![0_u64; self.rows * self.columns];
        codes
            .iter()
            .zip(&self.keys.wide)
            .for_each(|(code, key)| counts[self.start((*code).into()) + *key as usize] += 1);
        counts
    }

    /// Sum per cell of a value of each row, row after row.
    pub(crate) fn sum<T: Copy, S: From<T> + AddAssign + Default + Clone>(&self, values: &[T]) -> Vec<S> {
        match self.codes {
            Codes::U8(codes) => {
                let starts = self.starts();
                self.sum_at(codes.iter().map(|code| starts[usize::from(*code)]), values)
            }
            Codes::U16(codes) => self.sum_at(codes.iter().map(|code| self.start((*code).into())), values),
            Codes::U32(codes) => self.sum_at(codes.iter().map(|code| self.start(*code)), values),
        }
    }

    fn sum_at<T: Copy, S: From<T> + AddAssign + Default + Clone>(
        &self,
        starts: impl Iterator<Item = usize>,
        values: &[T],
    ) -> Vec<S> {
        let mut sums = vec![S::default(); self.rows * self.columns];
        for ((start, key), value) in starts.zip(&self.keys.wide).zip(values) {
            sums[start + *key as usize] += S::from(*value);
        }
        sums
    }

    /// The first cell of a code's row; a missing code, the largest of two or four bytes, has the last row.
    fn start(&self, code: u32) -> usize {
        (code as usize).min(self.rows - 1) * self.columns
    }

    /// The same for each code of one byte.
    fn starts(&self) -> [usize; 256] {
        std::array::from_fn(|code| self.start(if code == 255 { u32::MAX } else { code as u32 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few rows are counted in another way than many; a thousand times the same rows are a thousand times the counts.
    #[test]
    fn few_rows_are_counted_as_many_are() {
        const TIMES: usize = 1000;
        for columns in [1, 4, 16, 40] {
            let rows = 9;
            let codes: Vec<u8> =
                (0..97_u8).map(|n| if n % 7 == 0 { u8::MAX } else { n % 8 * 5 % 8 }).collect();
            let keys: Vec<u32> = (0..97).map(|n| n * 11 % columns as u32).collect();
            let counted = |times: usize| {
                let keys = Keys::of(keys.repeat(times), columns);
                Grid { codes: Codes::U8(&codes.repeat(times)), keys: &keys, columns, rows }.count()
            };
            let few = counted(1);
            assert_eq!(few.iter().sum::<u64>(), 97);
            let many: Vec<u64> = few.iter().map(|count| count * TIMES as u64).collect();
            assert_eq!(counted(TIMES), many, "{columns} columns");
        }
    }
}
