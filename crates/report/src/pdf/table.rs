//! A table on as many pages as it needs.

use super::columns::{PADDING, SIZE, widths};
use super::font::{Fonts, Weight};
use super::sheet::{MARGIN, Role, Sheets, Text, room};
use crate::book::{SetRow, SetTable};
use crate::{CellKind, HeaderCell};

const LINE: f32 = SIZE * 1.22;
/// Room above and below the lines of a row.
const AIR: f32 = 1.6;
const THICK: f32 = 0.9;
const THIN: f32 = 0.5;
const FINE: f32 = 0.2;

/// Sets a table below what stands on the page.
pub(super) fn set(sheets: &mut Sheets, fonts: &Fonts, table: &SetTable, wishes: &[super::columns::Wish]) {
    let widths = widths(wishes, room(sheets.lies()));
    let mut lefts = Vec::new();
    let mut left = MARGIN;
    for width in &widths {
        lefts.push(left);
        left += width;
    }
    lefts.push(left);
    let element = sheets.element(Role::Table, 0);
    let setter = Setter { fonts, table, lefts, element };
    setter.set(sheets);
}

struct Setter<'a> {
    fonts: &'a Fonts,
    table: &'a SetTable<'a>,
    /// Left edges of the columns, and the right edge of the last.
    lefts: Vec<f32>,
    element: usize,
}

/// The lines of a cell.
struct Lines {
    column: usize,
    weight: Weight,
    kind: CellKind,
    lines: Vec<String>,
    element: usize,
}

impl Setter<'_> {
    fn set(&self, sheets: &mut Sheets) {
        let heights = self.header_heights();
        let header: f32 = heights.iter().sum();
        sheets.need(header + 3.0 * LINE);
        self.header(sheets, &heights, true);
        for row in &self.table.rows {
            match row {
                SetRow::Heading(text) => self.heading(sheets, text, &heights),
                SetRow::Cells(cells) => self.cells(sheets, cells, Weight::Regular, &heights),
                SetRow::Total(cells) => self.cells(sheets, cells, Weight::Bold, &heights),
            }
        }
        self.rule(sheets, THICK);
        sheets.y -= 8.0;
    }

    /// The height of each row of the header; what is taller than one row has the room of all that it takes.
    fn header_heights(&self) -> Vec<f32> {
        let mut heights = vec![LINE + 2.0 * AIR; self.table.header.len()];
        for (level, cell) in self.header_cells() {
            let needed = self.lines(cell).len();
            let needed = height(needed);
            let last = (level + cell.rows.max(1)).min(heights.len()) - 1;
            let there: f32 = heights.iter().take(last).skip(level).sum();
            if let Some(height) = heights.get_mut(last) {
                *height = height.max(needed - there);
            }
        }
        heights
    }

    fn header_cells(&self) -> impl Iterator<Item = (usize, &HeaderCell)> {
        self.table
            .header
            .iter()
            .enumerate()
            .flat_map(|(level, row)| row.iter().map(move |cell| (level, cell)))
    }

    fn lines(&self, cell: &HeaderCell) -> Vec<String> {
        let (left, right) = self.edges(cell.column, cell.columns);
        self.fonts.lines(&cell.text, Weight::Bold, SIZE, right - left - 2.0 * PADDING)
    }

    fn edges(&self, column: usize, columns: usize) -> (f32, f32) {
        let edge = |column: usize| self.lefts.get(column).or(self.lefts.last()).copied().unwrap_or(MARGIN);
        (edge(column), edge(column + columns.max(1)))
    }

    /// The header; where it is repeated, it is read only once.
    fn header(&self, sheets: &mut Sheets, heights: &[f32], first: bool) {
        let top = sheets.y;
        self.rule(sheets, THICK);
        for level in 0..self.table.header.len() {
            let row = first.then(|| sheets.element(Role::Row, self.element));
            for cell in &self.table.header[level] {
                let element = row.map(|row| sheets.element(Role::Header, row));
                let last = (level + cell.rows.max(1)).min(heights.len());
                let bottom = top - heights.iter().take(last).sum::<f32>();
                let lines = self.lines(cell);
                let (left, right) = self.edges(cell.column, cell.columns);
                let kind = self.table.kinds.get(cell.column).copied().unwrap_or(CellKind::Text);
                for (place, line) in lines.iter().rev().enumerate() {
                    let y = bottom + AIR + 1.6 + real(place) * LINE;
                    let width = self.fonts.width(line, Weight::Bold, SIZE);
                    let x = match (cell.columns, kind) {
                        (2.., _) => left + (right - left - width) / 2.0,
                        (_, CellKind::Number) => right - PADDING - width,
                        (_, CellKind::Text) => left + PADDING,
                    };
                    let text = line.clone();
                    sheets.text(Text { x, y, size: SIZE, weight: Weight::Bold, text, element });
                }
                if cell.columns > 1 {
                    sheets.rule(left + PADDING, right - PADDING, bottom, FINE);
                }
            }
        }
        sheets.y = top - heights.iter().sum::<f32>();
        self.rule(sheets, THIN);
    }

    /// A heading stays with the row below it.
    fn heading(&self, sheets: &mut Sheets, text: &str, heights: &[f32]) {
        let (left, right) = self.edges(0, self.table.kinds.len());
        let lines = self.fonts.lines(text, Weight::Bold, SIZE, right - left - 2.0 * PADDING);
        if sheets.left() < height(lines.len()) + height(2) {
            self.next_page(sheets, heights);
        }
        let row = sheets.element(Role::Row, self.element);
        let element = sheets.element(Role::Header, row);
        let cell = Lines { column: 0, weight: Weight::Bold, kind: CellKind::Text, lines, element };
        self.row(sheets, &[cell], heights);
    }

    fn cells(&self, sheets: &mut Sheets, cells: &[(&str, &'static str)], weight: Weight, heights: &[f32]) {
        let row = sheets.element(Role::Row, self.element);
        let mut set = Vec::new();
        for (column, (text, sign)) in cells.iter().enumerate() {
            let (left, right) = self.edges(column, 1);
            let text = format!("{text}{sign}");
            let lines = self.fonts.lines(&text, weight, SIZE, right - left - 2.0 * PADDING);
            let kind = self.table.kinds.get(column).copied().unwrap_or(CellKind::Text);
            let element = sheets.element(if column == 0 { Role::Header } else { Role::Cell }, row);
            set.push(Lines { column, weight, kind, lines, element });
        }
        self.row(sheets, &set, heights);
    }

    /// A row, on one page if it fits on any, else on several.
    fn row(&self, sheets: &mut Sheets, cells: &[Lines], heights: &[f32]) {
        let lines = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(1);
        let header: f32 = heights.iter().sum();
        if sheets.left() < height(lines) && height(lines) <= sheets.whole() - header {
            self.next_page(sheets, heights);
        }
        let mut done = 0;
        while done < lines {
            let fits = (done + 1..=lines).take_while(|to| height(to - done) <= sheets.left()).last();
            let Some(to) = fits else {
                // A header that fills the page is not repeated for ever.
                let is_fresh = sheets.left() + header + 1.0 >= sheets.whole();
                if is_fresh {
                    sheets.turn(sheets.lies());
                    self.part(sheets, cells, done..done + 1);
                    done += 1;
                } else {
                    self.next_page(sheets, heights);
                }
                continue;
            };
            self.part(sheets, cells, done..to);
            done = to;
        }
        self.rule(sheets, FINE);
    }

    /// Some lines of a row.
    fn part(&self, sheets: &mut Sheets, cells: &[Lines], lines: std::ops::Range<usize>) {
        let top = sheets.y;
        for cell in cells {
            let (left, right) = self.edges(cell.column, 1);
            for (place, line) in cell.lines.iter().take(lines.end).skip(lines.start).enumerate() {
                let y = top - AIR - SIZE * 0.95 - real(place) * LINE;
                let width = self.fonts.width(line, cell.weight, SIZE);
                let x = if cell.kind == CellKind::Number { right - PADDING - width } else { left + PADDING };
                let (weight, text, element) = (cell.weight, line.clone(), Some(cell.element));
                sheets.text(Text { x, y, size: SIZE, weight, text, element });
            }
        }
        sheets.y = top - height(lines.len());
    }

    fn next_page(&self, sheets: &mut Sheets, heights: &[f32]) {
        self.rule(sheets, THIN);
        sheets.turn(sheets.lies());
        self.header(sheets, heights, false);
    }

    fn rule(&self, sheets: &mut Sheets, width: f32) {
        let (left, right) = self.edges(0, self.table.kinds.len());
        sheets.rule(left, right, sheets.y, width);
    }
}

/// The height of a row with so many lines.
fn height(lines: usize) -> f32 {
    real(lines.max(1)) * LINE + 2.0 * AIR
}

fn real(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
