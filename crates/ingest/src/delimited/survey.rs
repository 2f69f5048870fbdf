//! First pass over a delimited file: what is it, how is it encoded, what is its hash?

use crate::hash::{blocks, hash};
use crate::{FileFault, IngestError, Limits};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::fs::File;
use std::io::Seek;
use terms::ObjectHash;

/// How the text of a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, after a byte order mark of this many bytes.
    Utf8 { mark: usize },
    /// UTF-16, little or big endian, after its byte order mark.
    Utf16(&'static Encoding),
    /// Windows-1252, the Western European code page.
    Windows1252,
}

impl Charset {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Charset::Utf8 { .. } => "utf-8",
            Charset::Utf16(encoding) if encoding == UTF_16LE => "utf-16le",
            Charset::Utf16(_) => "utf-16be",
            Charset::Windows1252 => "windows-1252",
        }
    }

    /// Number of bytes before the text.
    pub(crate) fn mark(self) -> usize {
        match self {
            Charset::Utf8 { mark } => mark,
            Charset::Utf16(_) => 2,
            Charset::Windows1252 => 0,
        }
    }
}

/// What the first pass found.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) sha256: ObjectHash,
    pub(crate) bytes: u64,
    pub(crate) charset: Charset,
    /// The first bytes of the file.
    pub(crate) head: Vec<u8>,
}

/// Reads the file once; leaves it at its end.
pub(crate) fn survey(file: &mut File, name: &str, limits: &Limits) -> Result<Survey, IngestError> {
    let mut scan = Scan::default();
    let (sha256, bytes) = hash(file, name, limits.file_bytes, |block| scan.feed(block))?;
    if bytes == 0 {
        let problem = "the file is empty (zero bytes); deliver it again, or take it away";
        return Err(IngestError::file(name, FileFault::Empty, problem));
    }
    if let Some((fault, problem)) = foreign(&scan.head) {
        return Err(IngestError::file(name, fault, problem));
    }
    let charset = charset(&scan, file, name)?;
    Ok(Survey { sha256, bytes, charset, head: scan.head })
}

fn charset(scan: &Scan, file: &mut File, name: &str) -> Result<Charset, IngestError> {
    let broken = scan.broken + u64::from(!scan.rest.is_empty());
    let cut = "the file ends in half a character, so it was cut off; deliver it again";
    match scan.head[..] {
        [0xef, 0xbb, 0xbf, ..] => Ok(Charset::Utf8 { mark: 3 }),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if scan.bytes % 2 == 1 => {
            Err(IngestError::file(name, FileFault::CutOff, cut))
        }
        [0xff, 0xfe, ..] => Ok(Charset::Utf16(UTF_16LE)),
        [0xfe, 0xff, ..] => Ok(Charset::Utf16(UTF_16BE)),
        _ if is_binary(&scan.head) => {
            let (fault, problem) = binary(&scan.head);
            Err(IngestError::file(name, fault, problem))
        }
        // Single broken bytes in a file that is otherwise UTF-8 put single records in quarantine.
        _ if broken == 0 || scan.sound > broken => Ok(Charset::Utf8 { mark: 0 }),
        _ => guess(file, name),
    }
}

fn guess(file: &mut File, name: &str) -> Result<Charset, IngestError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    file.rewind().map_err(|error| IngestError::io(name, error))?;
    blocks(file, name, |block| {
        detector.feed(block, false);
        Ok(())
    })?;
    detector.feed(b"", true);
    let guess = detector.guess(Some(b"nl"), Utf8Detection::Deny);
    if guess == WINDOWS_1252 {
        return Ok(Charset::Windows1252);
    }
    let guess = guess.name();
    let problem =
        format!("the text is neither UTF-8 nor windows-1252 but looks like {guess}; save it as UTF-8");
    Err(IngestError::file(name, FileFault::UnknownEncoding, problem))
}

/// Running account of a file's bytes.
#[derive(Debug, Default)]
struct Scan {
    bytes: u64,
    head: Vec<u8>,
    /// Characters of several bytes in good UTF-8.
    sound: u64,
    /// Sequences that are no UTF-8.
    broken: u64,
    /// An unfinished character at the end of the last block.
    rest: Vec<u8>,
}

impl Scan {
    const HEAD: usize = 4096;

    fn feed(&mut self, block: &[u8]) {
        self.bytes += block.len() as u64;
        let room = Self::HEAD - self.head.len();
        self.head.extend_from_slice(&block[..room.min(block.len())]);
        if self.rest.is_empty() && block.is_ascii() {
            return;
        }
        let mut text = std::mem::take(&mut self.rest);
        text.extend_from_slice(block);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            let invalid = chunk.invalid();
            // A character may go on in the next block.
            if chunks.peek().is_none() && (1..4).contains(&invalid.len()) && is_unfinished(invalid) {
                self.rest = invalid.to_vec();
            } else if !invalid.is_empty() {
                self.broken += 1;
            }
        }
    }
}

fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

/// Why this is no delimited text at all, told by its first bytes.
fn foreign(head: &[u8]) -> Option<(FileFault, &'static str)> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().to_ascii_lowercase();
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        let problem = "this is an XLSX or zip file under another name; rename it to .xlsx, or save it as CSV";
        Some((FileFault::OtherFormat, problem))
    } else if starts(b"\xd0\xcf\x11\xe0") {
        Some((
            FileFault::OldOrEncrypted,
            "this is an old or encrypted Excel file under another name; save it as CSV or as XLSX without a password",
        ))
    } else if starts(b"%PDF") {
        Some((FileFault::OtherFormat, "this is a PDF; deliver the table as CSV or XLSX"))
    } else if starts(b"\x1f\x8b") {
        Some((FileFault::OtherFormat, "this is a gzip file; unpack it first"))
    } else if [&b"<!doctype"[..], b"<html", b"<head", b"<?xml", b"<table"]
        .iter()
        .any(|tag| text.starts_with(tag))
    {
        Some((
            FileFault::WebPage,
            "this is a web page, perhaps a log-in or error page that was saved in place of the file; download it again",
        ))
    } else {
        None
    }
}

fn is_binary(head: &[u8]) -> bool {
    let odd = head.iter().filter(|b| matches!(b, 0..=8 | 14..=31 | 127)).count();
    // One stray byte puts its record in quarantine; one in thirty-two is no text.
    odd > 1 + head.len() / 32
}

fn binary(head: &[u8]) -> (FileFault, &'static str) {
    let nul = head.iter().filter(|b| **b == 0).count();
    if nul * 3 > head.len() {
        (
            FileFault::Utf16WithoutMark,
            "the text looks like UTF-16 without a byte order mark; save it as UTF-8",
        )
    } else {
        (FileFault::Binary, "this is a binary file, no text; deliver the table as CSV or XLSX")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Counts good and broken sequences, in whatever blocks the bytes come.
    fn check(bytes: &[u8], sound: u64, broken: u64) {
        for size in 1..=bytes.len() {
            let mut scan = Scan::default();
            bytes.chunks(size).for_each(|block| scan.feed(block));
            let broken_at_end = scan.broken + u64::from(!scan.rest.is_empty());
            assert_eq!((scan.sound, broken_at_end), (sound, broken), "{bytes:?} in blocks of {size}");
            assert_eq!((scan.bytes, scan.head.as_slice()), (bytes.len() as u64, bytes));
        }
    }

    #[test]
    fn characters_may_run_over_blocks() {
        check(b"plain", 0, 0);
        check("é€😀x".as_bytes(), 3, 0);
        check(b"caf\xe9;x", 0, 1);
        check("é".as_bytes().split_last().unwrap().1, 0, 1);
        check(b"\xf0\x9f\x98x\xc3\xa9", 1, 1);
    }

    #[test]
    fn western_names_are_told_by_few_bytes() {
        for name in ["Zoë", "Müller", "Çelik", "Ångström", "Núñez", "Renée", "d’Hérouville", "€ 5"]
        {
            let text = format!("Card;Title\n0612345678;{name}\n");
            let mut file = tempfile::tempfile().unwrap();
            std::io::Write::write_all(&mut file, &WINDOWS_1252.encode(&text).0).unwrap();
            file.rewind().unwrap();
            let found = survey(&mut file, "noord.csv", &Limits::default()).map(|survey| survey.charset);
            assert_eq!(found.unwrap(), Charset::Windows1252, "{name}");
        }
    }
}
