//! Writes rows to text files and workbooks, the same bytes on any machine.

use crate::cell::Cell;
use crate::error::SynthError;
use crate::manner::{Encoding, Format};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as CellFormat, Workbook, XlsxError};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Files under a folder, each opened at its first row and kept open, so that memory does not grow with their size.
/// A workbook is the exception: it is kept whole until [`Tables::finish`].
pub struct Tables {
    root: PathBuf,
    open: BTreeMap<String, Sink>,
}

enum Sink {
    Text { out: BufWriter<File>, delimiter: u8, encoding: Encoding, crlf: bool },
    Book { workbook: Box<Workbook>, row: u32 },
}

impl Tables {
    /// No files yet, in a folder that is made when it is needed.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), open: BTreeMap::new() }
    }

    /// Adds a row to the file at `path`, a relative path with `/`; a new file gets `header` first.
    pub fn row(
        &mut self,
        path: &str,
        format: Format,
        header: &[String],
        cells: &[Cell],
    ) -> Result<(), SynthError> {
        if !self.open.contains_key(path) {
            let mut sink = self.create(path, format)?;
            let header: Vec<Cell> = header.iter().map(Cell::text).collect();
            write_row(&mut sink, &header, &self.root.join(path))?;
            self.open.insert(path.to_owned(), sink);
        }
        let file = self.root.join(path);
        self.open.get_mut(path).map_or(Ok(()), |sink| write_row(sink, cells, &file))
    }

    fn create(&self, path: &str, format: Format) -> Result<Sink, SynthError> {
        let file = self.root.join(path);
        let io = |source| SynthError::Io { path: file.clone(), source };
        fs::create_dir_all(file.parent().unwrap_or(&self.root)).map_err(io)?;
        Ok(match format {
            Format::Text { delimiter, encoding, crlf } => {
                let mut out = BufWriter::new(File::create(&file).map_err(io)?);
                if encoding == Encoding::Utf8Bom {
                    out.write_all("\u{feff}".as_bytes()).map_err(io)?;
                }
                Sink::Text { out, delimiter, encoding, crlf }
            }
            Format::Workbook => Sink::Book {
                workbook: Box::new(workbook().map_err(|source| book_error(&file, source))?),
                row: 0,
            },
        })
    }

    /// Writes what is still in memory and closes all files.
    pub fn finish(self) -> Result<(), SynthError> {
        for (path, sink) in self.open {
            let file = self.root.join(path);
            match sink {
                Sink::Text { mut out, .. } => {
                    out.flush().map_err(|source| SynthError::Io { path: file.clone(), source })?;
                }
                Sink::Book { mut workbook, .. } => {
                    workbook.save(&file).map_err(|source| book_error(&file, source))?;
                }
            }
        }
        Ok(())
    }
}

fn book_error(path: &Path, source: XlsxError) -> SynthError {
    SynthError::Workbook { path: path.to_owned(), source }
}

/// An empty workbook with one sheet and a fixed creation date.
fn workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2010, 11, 1)?;
    workbook.set_properties(
        &DocProperties::new().set_creation_datetime(&created).set_comment("Synthetisch: verzonnen personen"),
    );
    workbook.add_worksheet().set_name("Registratie")?;
    Ok(workbook)
}

fn write_row(sink: &mut Sink, cells: &[Cell], path: &Path) -> Result<(), SynthError> {
    match sink {
        Sink::Text { out, delimiter, encoding, crlf } => {
            let mut line = text_line(cells, *delimiter);
            line.push_str(if *crlf { "\r\n" } else { "\n" });
            let result = match encoding {
                Encoding::Windows1252 => out.write_all(&encoding_rs::WINDOWS_1252.encode(&line).0),
                Encoding::Utf8 | Encoding::Utf8Bom => out.write_all(line.as_bytes()),
            };
            result.map_err(|source| SynthError::Io { path: path.to_owned(), source })
        }
        Sink::Book { workbook, row } => {
            book_row(workbook, *row, cells).map_err(|source| book_error(path, source))?;
            *row += 1;
            Ok(())
        }
    }
}

fn text_line(cells: &[Cell], delimiter: u8) -> String {
    let delimiter = char::from(delimiter);
    let mut line = String::new();
    for (column, cell) in cells.iter().enumerate() {
        if column > 0 {
            line.push(delimiter);
        }
        let text = cell.to_text();
        if text.contains([delimiter, '"', '\n', '\r']) {
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&text);
        }
    }
    line
}

fn book_row(workbook: &mut Workbook, row: u32, cells: &[Cell]) -> Result<(), XlsxError> {
    use chrono::Datelike;
    let sheet = workbook.worksheet_from_index(0)?;
    for (column, cell) in cells.iter().enumerate() {
        let column = column as u16;
        match cell {
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => {
                sheet.write_string(row, column, text)?;
            }
            Cell::Number(number) => {
                sheet.write_number(row, column, *number as f64)?;
            }
            Cell::Date(day) => {
                let date = ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8)?;
                sheet.write_datetime_with_format(
                    row,
                    column,
                    &date,
                    &CellFormat::new().set_num_format("dd-mm-yyyy"),
                )?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_only_where_needed() {
        let cells =
            [Cell::text("a;b"), Cell::text("c\nd"), Cell::text("\"e\""), Cell::Number(7), Cell::blank()];
        assert_eq!(text_line(&cells, b';'), "\"a;b\";\"c\nd\";\"\"\"e\"\"\";7;");
    }
}
