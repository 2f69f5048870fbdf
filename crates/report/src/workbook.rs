//! The book as a workbook: a sheet for each table and page.

mod names;
mod number;
mod sheet;

use crate::book::{Marks, Page, after, before};
use crate::{Book, Comparison, PrintedTable, ReportError, labels};
use names::sheet_names;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Url, Workbook, Worksheet, XlsxError};
use sheet::Sheet;

/// The book as an XLSX file: a list of its sheets, the pages, and a sheet for each table, its header frozen.
///
/// A number is a number with every digit of the result. It is shown as it is printed, with the decimal sign of the
/// reader's spreadsheet; a marker or sign behind it belongs to how it is shown. Nothing is a formula. Equal books give
/// equal bytes.
///
/// Errors: a table has more rows or columns than a sheet.
pub fn xlsx(book: &Book) -> Result<Vec<u8>, ReportError> {
    let fault = |sheet: &str| {
        let sheet = sheet.to_owned();
        move |source| ReportError::Workbook { sheet, source }
    };
    let (before, after) = (before(book), after(book));
    let contents = contents(book, &before, &after);
    let names = sheet_names(contents.iter().map(Content::name));
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(book.title).map_err(fault(book.title))?);
    let first = list(book, &contents, &names).map_err(fault(labels::CONTENTS))?;
    workbook.push_worksheet(first);
    for (content, name) in contents.iter().zip(&names) {
        let sheet = content.sheet(book.synthetic, name).map_err(fault(name))?;
        workbook.push_worksheet(sheet);
    }
    workbook.save_to_buffer().map_err(fault(book.title))
}

/// What one sheet holds.
enum Content<'a> {
    Page(&'a Page),
    Table(String, &'a PrintedTable, Option<&'a Comparison>),
}

impl Content<'_> {
    fn name(&self) -> &str {
        match self {
            Content::Page(page) => page.title,
            Content::Table(name, _, _) => name,
        }
    }

    fn title(&self) -> &str {
        match self {
            Content::Page(page) => page.title,
            Content::Table(_, table, _) => &table.title,
        }
    }

    fn sheet(&self, synthetic: bool, name: &str) -> Result<Worksheet, XlsxError> {
        let mut sheet = Sheet::new(name, self.title(), synthetic)?;
        match self {
            Content::Page(page) => sheet.page(page)?,
            Content::Table(_, table, comparison) => sheet.table(table, &Marks::of(*comparison))?,
        }
        sheet.finish()
    }
}

/// Pages and tables in the order of the book; what is drawn below a table follows it as one table of all nodes.
fn contents<'a>(book: &Book<'a>, before: &'a [Page], after: &'a [Page]) -> Vec<Content<'a>> {
    let mut contents: Vec<Content> = before.iter().map(Content::Page).collect();
    for entry in book.in_order() {
        let comparison = book.comparison(entry.name);
        contents.push(Content::Table(entry.name.to_owned(), entry.table, comparison));
        if let Some(drawings) = entry.drawings {
            let name = format!("{} {}", entry.name, labels::NODES);
            contents.push(Content::Table(name, &drawings.nodes, None));
        }
    }
    contents.extend(after.iter().map(Content::Page));
    contents
}

/// The first sheet, which leads to all others.
fn list(book: &Book, contents: &[Content], names: &[String]) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new(labels::CONTENTS, book.title, book.synthetic)?;
    for (content, name) in contents.iter().zip(names) {
        let link = Url::new(format!("internal:'{}'!A1", name.replace('\'', "''")));
        sheet.link(&link.set_text(name), content.title())?;
    }
    sheet.finish()
}

/// Who opens the file's properties sees the title; the time is none, so that equal books are equal files.
fn properties(title: &str) -> Result<DocProperties, XlsxError> {
    let never = ExcelDateTime::from_ymd(1980, 1, 1)?;
    Ok(DocProperties::new().set_title(crate::markup::seen(title)).set_creation_datetime(&never))
}
