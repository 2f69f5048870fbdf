//! Staged records of a delimited file once more, read where they stand in it and nowhere else.

use crate::hash::opened;
use crate::{IngestError, InputFile};
use encoding_rs::{Encoding, WINDOWS_1252};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The staged records of a delimited file that begin at these bytes and are so long, line end included, as they were
/// delivered: decoded, without line end.
///
/// The file must be the one that they were staged from. How it is written need not be found out again: a record is only staged from
/// a file in windows-1252 if it is ASCII or no UTF-8, and from a file in UTF-8 if it is UTF-8; UTF-16 has a mark.
///
/// # Errors
/// A file that cannot be read, or ends before one of the records does.
pub fn delivered_at(file: &InputFile, records: &[(u64, u64)]) -> Result<Vec<String>, IngestError> {
    let io = |error| IngestError::io(&file.name, error);
    let mut open = opened(file)?;
    let utf16 = mark(&mut open).map_err(io)?;
    let mut texts = Vec::new();
    for (offset, length) in records {
        open.seek(SeekFrom::Start(*offset)).map_err(io)?;
        let mut bytes = Vec::new();
        let read = (&mut open).take(*length).read_to_end(&mut bytes).map_err(io)?;
        if read as u64 != *length {
            return Err(io(std::io::ErrorKind::UnexpectedEof.into()));
        }
        texts.push(decoded(bytes, utf16).trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(texts)
}

/// The UTF-16 that the first bytes of a file announce; none for other files.
fn mark(file: &mut File) -> std::io::Result<Option<&'static Encoding>> {
    let mut head = Vec::new();
    file.take(2).read_to_end(&mut head)?;
    Ok(Encoding::for_bom(&head).map(|(encoding, _)| encoding))
}

fn decoded(bytes: Vec<u8>, utf16: Option<&'static Encoding>) -> String {
    match utf16 {
        Some(encoding) => encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        None => String::from_utf8(bytes).unwrap_or_else(|error| {
            WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned()
        }),
    }
}
