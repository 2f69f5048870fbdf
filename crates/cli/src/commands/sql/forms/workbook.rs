//! A workbook for spreadsheets: a sheet for each result.

use super::Writer;
use super::texts::{each_row, width};
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Decimal digits that a number of a spreadsheet keeps.
const EXACT_DIGITS: usize = 15;
/// Rows of a sheet, its header among them.
const MOST_ROWS: u32 = 1 << 20;
const WIDEST: usize = 60;

/// Numbers, days, times and truth values are cells of their own kinds; everything else is text, which no spreadsheet
/// calculates: what it would take for a formula if somebody typed it is marked as text (`report::harmless` decides), and
/// the text itself stays as it is.
pub(super) struct Sheets {
    workbook: Workbook,
    sheets: u32,
    columns: Vec<Column>,
    row: u32,
    formats: Formats,
}

struct Column {
    kind: Kind,
    width: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Day,
    Time,
    Truth,
    Text,
}

struct Formats {
    header: Format,
    day: Format,
    time: Format,
    quoted: Format,
}

impl Sheets {
    /// `started`: the time that the file says it was made, so that equal rows of a run give an equal file.
    pub(super) fn new(started: &str) -> Self {
        let mut workbook = Workbook::new();
        if let Some(time) = instant(started.trim_end_matches('Z')) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&time));
        }
        let formats = Formats {
            header: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            quoted: Format::new().set_quote_prefix(),
        };
        Self { workbook, sheets: 0, columns: Vec::new(), row: 0, formats }
    }
}

impl Writer for Sheets {
    fn begin(&mut self, schema: &SchemaRef, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.sheets += 1;
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(format!("result {}", self.sheets)).map_err(unfit)?;
        sheet.set_freeze_panes(1, 0).map_err(unfit)?;
        self.columns.clear();
        for (column, field) in (0..).zip(schema.fields()) {
            sheet.write_string_with_format(0, column, field.name(), &self.formats.header).map_err(unfit)?;
            self.columns.push(Column { kind: kind(field.data_type()), width: width(field.name()) });
        }
        self.row = 1;
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch, _: &mut Vec<u8>) -> Result<(), Failure> {
        let place = usize::try_from(self.sheets).unwrap_or(usize::MAX) - 1;
        let sheet = self.workbook.worksheet_from_index(place).map_err(unfit)?;
        each_row(batch, |texts| {
            if self.row == MOST_ROWS {
                return Err(unfit(XlsxError::RowColumnLimitError));
            }
            for ((number, column), text) in (0..).zip(&mut self.columns).zip(texts) {
                let Some(text) = text else { continue };
                column.width = column.width.max(width(&text));
                cell(sheet, (self.row, number), column.kind, &text, &self.formats).map_err(unfit)?;
            }
            self.row += 1;
            Ok(())
        })
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), Failure> {
        let place = usize::try_from(self.sheets).unwrap_or(usize::MAX) - 1;
        let sheet = self.workbook.worksheet_from_index(place).map_err(unfit)?;
        for (number, column) in (0..).zip(&self.columns) {
            let width = u32::try_from(column.width.min(WIDEST)).unwrap_or(u32::MAX);
            sheet.set_column_width(number, f64::from(width) + 2.0).map_err(unfit)?;
        }
        Ok(())
    }

    fn finish(&mut self, into: &mut Vec<u8>) -> Result<(), Failure> {
        into.extend(self.workbook.save_to_buffer().map_err(unfit)?);
        Ok(())
    }
}

fn kind(of: &DataType) -> Kind {
    match of {
        of if of.is_numeric() => Kind::Number,
        DataType::Date32 | DataType::Date64 => Kind::Day,
        DataType::Timestamp(_, None) => Kind::Time,
        DataType::Boolean => Kind::Truth,
        _ => Kind::Text,
    }
}

/// Writes a cell; what a spreadsheet cannot hold exactly, such as a long number or a day before 1900, is text.
fn cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    kind: Kind,
    text: &str,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match kind {
        Kind::Number => {
            if let Some(number) = number(text) {
                return sheet.write_number(row, column, number).map(|_| ());
            }
        }
        Kind::Day | Kind::Time => {
            let format = if matches!(kind, Kind::Day) { &formats.day } else { &formats.time };
            if let Some(time) = instant(text) {
                return sheet.write_datetime_with_format(row, column, &time, format).map(|_| ());
            }
        }
        Kind::Truth => return sheet.write_boolean(row, column, text == "true").map(|_| ()),
        Kind::Text => {}
    }
    match report::harmless(text) == text {
        true => sheet.write_string(row, column, text).map(|_| ()),
        false => sheet.write_string_with_format(row, column, text, &formats.quoted).map(|_| ()),
    }
}

/// A number that keeps all its digits.
fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default().bytes().filter(u8::is_ascii_digit);
    let digits = digits.skip_while(|digit| *digit == b'0').count();
    // The shortest text of a float is that float, however many digits it has.
    let is_float = text.contains('.') && format!("{number:?}") == text;
    (number.is_finite() && (is_float || digits <= EXACT_DIGITS)).then_some(number)
}

/// A day or time as Excel counts them: from 1900, to the millisecond.
fn instant(text: &str) -> Option<ExcelDateTime> {
    let year = text.split('-').next()?;
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if year.len() != 4 || fraction > 3 {
        return None;
    }
    ExcelDateTime::parse_from_str(text).ok()
}

fn unfit(error: XlsxError) -> Failure {
    let what = match error {
        XlsxError::RowColumnLimitError => "it has more than 1,048,575 rows or 16,384 columns".to_owned(),
        XlsxError::MaxStringLengthExceeded => "a text of it has more than 32,767 characters".to_owned(),
        other => other.to_string(),
    };
    Failure::Usage(format!("the result does not fit in a workbook: {what}; take another form, such as csv"))
}
