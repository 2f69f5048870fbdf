//! One sheet, written from top to bottom.

use super::number::{number, pattern, text_pattern};
use crate::book::{Block, List, Marks, Page};
use crate::decimal::Decimal;
use crate::grid::wrap;
use crate::header::HeaderCell;
use crate::markup::seen;
use crate::{CellKind, PrintedCell, PrintedTable, harmless, labels};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Url, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Characters of a cell.
const LONGEST: usize = 32_767;
/// A column is at most as wide as so many characters; longer texts wrap.
const WIDEST: usize = 48;
const NARROWEST: usize = 6;
/// Columns that fit on an upright page.
const UPRIGHT: usize = 6;
const A4: u8 = 9;
/// Height of a line in points.
const LINE: f64 = 15.0;

/// A sheet with the place of its next row.
pub(super) struct Sheet {
    sheet: Worksheet,
    row: u32,
    /// Width of each column, in characters.
    widths: Vec<usize>,
    /// Texts that may need more than one line: row, column, number of columns, text.
    wrapped: Vec<(u32, usize, usize, String)>,
}

impl Sheet {
    /// A sheet with its title and, above invented data, the notice.
    pub(super) fn new(name: &str, title: &str, synthetic: bool) -> Result<Self, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.8, 0.8, 0.4, 0.4);
        sheet.set_footer(format!("&C{} &P {} &N", labels::PAGE, labels::OF));
        let mut sheet = Self { sheet, row: 0, widths: Vec::new(), wrapped: Vec::new() };
        sheet.line(title, &Format::new().set_bold().set_font_size(14))?;
        if synthetic {
            sheet.sheet.set_header(format!("&C{}", labels::SYNTHETIC_LINE));
            let notice = format!("{}: {}", labels::SYNTHETIC, labels::SYNTHETIC_TEXT);
            sheet.line(&notice, &Format::new().set_italic())?;
        }
        Ok(sheet)
    }

    /// A line of the list of sheets.
    pub(super) fn link(&mut self, link: &Url, title: &str) -> Result<(), XlsxError> {
        self.sheet.write_url(self.row, 0, link)?;
        self.widen(0, LONGEST.min(32));
        self.text(1, title, &Format::new())?;
        self.row += 1;
        Ok(())
    }

    /// A page: its headings, paragraphs and tables below each other.
    pub(super) fn page(&mut self, page: &Page) -> Result<(), XlsxError> {
        self.sheet.set_landscape();
        self.sheet.set_freeze_panes(self.row, 0)?;
        for block in &page.blocks {
            match block {
                Block::Heading(text) => {
                    self.row += 1;
                    self.line(text, &Format::new().set_bold())?;
                }
                Block::Paragraph(text) => self.line(text, &Format::new())?,
                Block::List(list) => self.list(list)?,
            }
        }
        Ok(())
    }

    /// A printed table: header, rows, notes. Heading rows become a first column, unless they are one of the columns
    /// anyway, so that each row stands alone.
    pub(super) fn table(&mut self, table: &PrintedTable, marks: &Marks) -> Result<(), XlsxError> {
        let shown = |name: &String| table.columns.iter().any(|column| column.name == *name);
        let heading = table.heading_column.as_ref().filter(|name| !shown(name));
        let first = u16::from(heading.is_some());
        if table.columns.len() > UPRIGHT {
            self.sheet.set_landscape();
        }
        let top = self.row;
        if let Some(heading) = heading {
            let cell = HeaderCell { text: heading.clone(), column: 0, columns: 1, rows: table.header.len() };
            self.header_cell(top, 0, &cell, CellKind::Text)?;
        }
        for row in &table.header {
            for cell in row {
                let kind = table.columns.get(cell.column).map_or(CellKind::Text, |column| column.kind);
                self.header_cell(self.row, first + narrow(cell.column), cell, kind)?;
            }
            self.row += 1;
        }
        self.sheet.set_freeze_panes(self.row, 0)?;
        self.sheet.set_repeat_rows(top, self.row.saturating_sub(1).max(top))?;
        for row in &table.rows {
            if heading.is_some() {
                self.text(0, &row.under, &cell_format(CellKind::Text))?;
            }
            for ((place, cell), column) in (first..).zip(&row.cells).zip(&table.columns) {
                self.cell(place, cell, column.format.as_ref(), marks.at(cell).unwrap_or_default())?;
            }
            self.row += 1;
        }
        self.below(table, marks)
    }

    /// The sheet, its columns as wide and its rows as high as what they hold.
    pub(super) fn finish(mut self) -> Result<Worksheet, XlsxError> {
        for width in &mut self.widths {
            *width = (*width).clamp(NARROWEST, WIDEST);
        }
        for (column, width) in (0..).zip(&self.widths) {
            self.sheet.set_column_width(column, real(*width) + 2.0)?;
        }
        let mut lines: BTreeMap<u32, usize> = BTreeMap::new();
        for (row, column, columns, text) in &self.wrapped {
            let width = self.widths.iter().skip(*column).take(*columns).sum();
            let needed = lines.entry(*row).or_default();
            *needed = (*needed).max(lines_of(text, width));
        }
        for (row, needed) in lines.into_iter().filter(|(_, needed)| *needed > 1) {
            self.sheet.set_row_height(row, LINE * real(needed))?;
        }
        Ok(self.sheet)
    }

    fn below(&mut self, table: &PrintedTable, marks: &Marks) -> Result<(), XlsxError> {
        self.row += 1;
        for note in &table.notes {
            self.line(note, &Format::new())?;
        }
        for (sign, meaning) in &marks.legend {
            self.line(&format!("{sign} {meaning}"), &Format::new())?;
        }
        Ok(())
    }

    fn list(&mut self, list: &List) -> Result<(), XlsxError> {
        for (column, (label, kind)) in (0..).zip(&list.header) {
            let cell = HeaderCell { text: (*label).to_owned(), column: 0, columns: 1, rows: 1 };
            self.header_cell(self.row, column, &cell, *kind)?;
        }
        self.row += 1;
        for row in list.rows.iter().chain(&list.total) {
            for ((column, text), (_, kind)) in (0..).zip(row).zip(&list.header) {
                let value = Decimal::parse(text).filter(|_| *kind == CellKind::Number);
                match value.as_ref().and_then(number) {
                    Some(number) => {
                        self.widen(column, text.chars().count());
                        self.sheet.write_number_with_format(self.row, column, number, &cell_format(*kind))?;
                    }
                    None => self.text(column, text, &cell_format(*kind))?,
                }
            }
            self.row += 1;
        }
        Ok(())
    }

    fn header_cell(
        &mut self,
        row: u32,
        column: u16,
        cell: &HeaderCell,
        kind: CellKind,
    ) -> Result<(), XlsxError> {
        let align = match (cell.columns, kind) {
            (2.., _) => FormatAlign::Center,
            (_, CellKind::Number) => FormatAlign::Right,
            (_, CellKind::Text) => FormatAlign::Left,
        };
        let format = Format::new().set_bold().set_text_wrap().set_align(align).set_align(FormatAlign::Bottom);
        let format = format.set_border_bottom(FormatBorder::Thin);
        let text = fit(&cell.text);
        if cell.columns == 1 {
            // Bold letters are wider.
            let word = cell.text.split(char::is_whitespace).map(|word| word.chars().count()).max();
            self.widen(column, word.unwrap_or_default() + 1);
        }
        // What stands in several rows has them together, and the last of them is as high as it needs.
        let below = row + tall(cell.rows);
        self.wrapped.push((below, usize::from(column), cell.columns, text.clone()));
        let (last_row, last) = (row + tall(cell.rows), column + narrow(cell.columns.saturating_sub(1)));
        if (last_row, last) == (row, column) {
            self.sheet.write_string_with_format(row, column, text, &format)?;
        } else {
            self.sheet.merge_range(row, column, last_row, last, &text, &format)?;
        }
        Ok(())
    }

    fn cell(
        &mut self,
        column: u16,
        cell: &PrintedCell,
        format: Option<&study::NumberFormat>,
        sign: &str,
    ) -> Result<(), XlsxError> {
        let as_number =
            cell.value.as_ref().and_then(|value| Some((number(value)?, pattern(cell, value, format, sign)?)));
        if let Some((number, pattern)) = as_number {
            self.widen(column, cell.text.chars().count());
            let format = cell_format(CellKind::Number).set_num_format(pattern);
            self.sheet.write_number_with_format(self.row, column, number, &format)?;
            return Ok(());
        }
        let format = cell_format(cell.kind);
        let format = if sign.is_empty() { format } else { format.set_num_format(text_pattern(sign)) };
        self.text(column, &cell.text, &format)
    }

    /// A text over as many columns as it needs, and the next row.
    fn line(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.write(0, text, format)?;
        self.row += 1;
        Ok(())
    }

    fn text(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.widen(column, text.lines().map(|line| line.chars().count()).max().unwrap_or_default());
        self.wrapped.push((self.row, usize::from(column), 1, text.to_owned()));
        if text.is_empty() { Ok(()) } else { self.write(column, text, format) }
    }

    /// A text is a text, also when somebody edits it: what would be a formula if it were typed is marked as text.
    fn write(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        let text = fit(text);
        let quoted = if harmless(&text) == text { format.clone() } else { format.clone().set_quote_prefix() };
        self.sheet.write_string_with_format(self.row, column, text, &quoted)?;
        Ok(())
    }

    fn widen(&mut self, column: u16, width: usize) {
        let column = usize::from(column);
        if self.widths.len() <= column {
            self.widths.resize(column + 1, 0);
        }
        self.widths[column] = self.widths[column].max(width);
    }
}

fn cell_format(kind: CellKind) -> Format {
    let align = match kind {
        CellKind::Text => FormatAlign::Left,
        CellKind::Number => FormatAlign::Right,
    };
    Format::new().set_align(align).set_align(FormatAlign::Top).set_text_wrap()
}

/// The text as a cell can hold it; a longer one ends in a sign that it goes on.
fn fit(text: &str) -> String {
    let text = seen(text);
    // Cells count in UTF-16.
    if text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let mut room = LONGEST - 1;
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    });
    kept.chain(std::iter::once('…')).collect()
}

/// Lines of a text in a column of so many characters, about: words are not broken.
fn lines_of(text: &str, width: usize) -> usize {
    text.split('\n').map(|line| wrap(line, width).len().max(1)).sum()
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A column of the table as one of the sheet; one that does not fit is refused when it is written.
fn narrow(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX / 2)
}

/// Rows of a header cell below its first.
fn tall(rows: usize) -> u32 {
    u32::try_from(rows.saturating_sub(1)).unwrap_or_default()
}
