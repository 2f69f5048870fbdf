//! Merged cells: one value in the first cell, and nothing in the others that it seems to stand for.

use calamine::Dimensions;

/// Rows that a merged cell reaches over, asked in the order of the sheet.
#[derive(Debug)]
pub(crate) struct Merged {
    /// First and last row of each merged cell, from 1, by first row.
    spans: std::iter::Peekable<std::vec::IntoIter<(u64, u64)>>,
    /// Last row of those that began so far.
    reach: u64,
}

impl Merged {
    /// Those of `cells` that touch one of the first `named` columns.
    pub(crate) fn new(cells: &[Dimensions], named: usize) -> Self {
        let touches = |cell: &&Dimensions| usize::try_from(cell.start.1).is_ok_and(|column| column < named);
        let wide = |cell: &&Dimensions| cell.start != cell.end;
        let span = |cell: &Dimensions| (u64::from(cell.start.0) + 1, u64::from(cell.end.0) + 1);
        let mut spans: Vec<(u64, u64)> = cells.iter().filter(wide).filter(touches).map(span).collect();
        spans.sort_unstable();
        Self { spans: spans.into_iter().peekable(), reach: 0 }
    }

    /// Whether one reaches over this row; rows are asked from top to bottom.
    pub(crate) fn reaches(&mut self, row: u64) -> bool {
        while let Some((_, last)) = self.spans.next_if(|(first, _)| *first <= row) {
            self.reach = self.reach.max(last);
        }
        row <= self.reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_below_a_merged_cell_are_free_again() {
        let cell = |start, end| Dimensions { start, end };
        // Title over three columns, two rows of column B, a remark beyond the headed columns, a cell merged with nothing.
        let cells = [cell((0, 0), (0, 2)), cell((4, 1), (5, 1)), cell((7, 9), (8, 9)), cell((9, 0), (9, 0))];
        let mut merged = Merged::new(&cells, 3);
        let reached: Vec<u64> = (1..=12).filter(|row| merged.reaches(*row)).collect();
        assert_eq!(reached, [1, 5, 6]);
    }
}
