//! The book as pages: PDF without a browser.

mod columns;
mod file;
mod font;
mod layout;
mod sheet;
mod subset;
mod table;

use crate::{Book, ReportError};
use font::Fonts;

/// The book as a PDF file (1.7): A4, wide tables on their side, repeated table headers, a list of contents that leads to its
/// pages, outlines, and tags for those who have it read to them. The foot of each page has its number and, for invented
/// data, the notice. Fonts are embedded as far as they are used; what they have no sign for is shown as U+FFFD. What is drawn
/// is in it as the table of the same contents.
///
/// Equal books give equal bytes.
///
/// Errors: the fonts of this program cannot be read.
pub fn pdf(book: &Book) -> Result<Vec<u8>, ReportError> {
    let fonts = Fonts::new().ok_or(ReportError::Fonts)?;
    let laid = layout::lay_out(book, &fonts);
    Ok(file::file(book.title, &fonts, &laid))
}
