//! Workbooks with other parts than a program would write.

use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

/// The sheet of a workbook of one sheet.
pub(super) const SHEET: &str = "xl/worksheets/sheet1.xml";

/// The same package with one part changed.
pub(super) fn changed(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    rewritten(bytes, |name, text| Some(if name == part { change(text) } else { text }))
}

/// The same package without a part.
pub(super) fn without(bytes: &[u8], part: &str) -> Vec<u8> {
    rewritten(bytes, |name, text| (name != part).then_some(text))
}

/// The same package with one part more.
pub(super) fn with(bytes: &[u8], part: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new_append(Cursor::new(bytes.to_vec())).unwrap();
    zip.start_file(part, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A zip file of one part.
pub(super) fn zipped(part: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(part, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

fn rewritten(bytes: &[u8], each: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut entry = old.by_index(at).unwrap();
        let (name, mut text) = (entry.name().unwrap().into_owned(), String::new());
        entry.read_to_string(&mut text).unwrap();
        if let Some(text) = each(&name, text) {
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(text.as_bytes()).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}
