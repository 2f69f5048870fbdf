//! The book as a word processor's document.

mod archive;
mod body;
mod parts;
mod table;
mod text;
mod widths;

use crate::{Book, ReportError};

/// The book as a DOCX file (Office Open XML, transitional): headings, a list of contents, and every table as a table that can
/// be copied: header rows repeat on each page, numbers stand right, wide tables lie on their side. The foot of each page has
/// its number and, for invented data, the notice. What is drawn is in it as the table of the same contents.
///
/// Equal books give equal bytes.
///
/// Errors: the parts cannot be put together.
pub fn docx(book: &Book) -> Result<Vec<u8>, ReportError> {
    let parts = [
        ("[Content_Types].xml", parts::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", parts::RELATIONS.to_owned()),
        ("docProps/core.xml", parts::properties(book.title)),
        ("word/document.xml", body::body(book)),
        ("word/styles.xml", parts::STYLES.to_owned()),
        ("word/settings.xml", parts::SETTINGS.to_owned()),
        ("word/footer1.xml", parts::footer(book.synthetic, widths::UPRIGHT)),
        ("word/footer2.xml", parts::footer(book.synthetic, widths::SIDEWAYS)),
        ("word/_rels/document.xml.rels", parts::DOCUMENT_RELATIONS.to_owned()),
    ];
    archive::archive(&parts).map_err(|source| ReportError::Document { source })
}
