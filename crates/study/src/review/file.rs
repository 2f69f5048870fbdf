//! The file of reviews: a line more, or the file as it was.

use super::place::ReviewFile;
use super::row::{Key, Row};
use super::{GivenReview, ReviewAdded, ReviewError, ReviewWord};
use crate::Source;
use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use terms::{ColumnType, fold, fold_blanks};

/// Signs that can be between the fields of a delimited file.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Adds the line, unless its verdict is there. `passes` are those of the matching that it is about, if it is of a pair.
pub(super) fn add(
    file: &ReviewFile,
    source: &Source,
    row: &Row,
    passes: &[&str],
) -> Result<ReviewAdded, ReviewError> {
    let folder = file.real.parent().unwrap_or_else(|| Path::new("."));
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| ReviewError::Io { path, source }
    };
    // Held until it is dropped. The folder, not the file: the file is replaced.
    let held = File::open(folder).map_err(failed(folder))?;
    held.lock().map_err(failed(folder))?;
    let bytes = fs::read(&file.real).map_err(failed(&file.real))?;
    let known = Known::of(file, source, &bytes)?;
    if let Some(said) = known.said(row)? {
        return Ok(said);
    }
    known.is_free(row, passes)?;
    let longer = known.with(row)?;
    replace(&file.real, folder, &longer).map_err(failed(&file.real))?;
    held.sync_all().map_err(failed(folder))?;
    Ok(ReviewAdded::Written)
}

/// A review that is in the file.
struct Line {
    /// From 1.
    number: u64,
    key: Key,
    /// None if it is no word that is known.
    word: Option<ReviewWord>,
    reviewer: String,
    time: String,
    reason: String,
}

/// Every verdict of the file by what it is about; of two on the same thing the first.
pub(super) fn given(file: &ReviewFile, source: &Source) -> Result<BTreeMap<Key, GivenReview>, ReviewError> {
    let bytes =
        fs::read(&file.real).map_err(|error| ReviewError::Io { path: file.real.clone(), source: error })?;
    let known = Known::of(file, source, &bytes)?;
    let mut given = BTreeMap::new();
    for line in known.lines() {
        let Some(word) = line.word else { continue };
        let Line { key, reviewer, reason, time, .. } = line;
        let time = Some(time).filter(|time| !time.is_empty());
        given.entry(key).or_insert(GivenReview { word, reviewer, time, reason });
    }
    Ok(given)
}

/// What the file holds.
struct Known<'a> {
    name: &'a str,
    bytes: &'a [u8],
    delimiter: u8,
    source: &'a Source,
    records: Vec<ByteRecord>,
    /// Places of the columns in a record, by their name in the contract.
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Known<'a> {
    fn of(file: &'a ReviewFile, source: &'a Source, bytes: &'a [u8]) -> Result<Self, ReviewError> {
        let name = file.name.as_str();
        if std::str::from_utf8(bytes).is_err() {
            return Err(unwritable(name, "the file is not UTF-8", "save it as UTF-8"));
        }
        let columns = &source.contract.columns;
        let of_header = |header: &ByteRecord| {
            let texts: Vec<String> = header.iter().map(|text| fold(&String::from_utf8_lossy(text))).collect();
            let place = |column: &'a terms::Column| {
                let is_it = |text: &String| column.headers.iter().any(|header| fold(header) == *text);
                Some((column.name.as_str(), texts.iter().position(is_it)?))
            };
            columns.iter().filter_map(place).collect::<BTreeMap<_, _>>()
        };
        let mut best: Option<Self> = None;
        for delimiter in DELIMITERS {
            let records = records(name, bytes, delimiter)?;
            let places = records.first().map(of_header).unwrap_or_default();
            if best.as_ref().is_none_or(|best| best.places.len() < places.len()) {
                best = Some(Self { name, bytes, delimiter, source, records, places });
            }
        }
        best.filter(|best| !best.places.is_empty()).ok_or_else(|| {
            let help = "put the headers of the contract on its first line";
            unwritable(name, "the file does not begin with a header row", help)
        })
    }

    /// Whether the verdict is there; the other one is an error.
    fn said(&self, row: &Row) -> Result<Option<ReviewAdded>, ReviewError> {
        for line in self.lines() {
            if line.key != row.key {
                continue;
            }
            return match line.word {
                Some(word) if word == row.word => Ok(Some(ReviewAdded::AlreadyThere)),
                Some(word) => Err(ReviewError::Contradicts {
                    path: self.name.to_owned(),
                    line: line.number,
                    reviewer: line.reviewer,
                    word,
                }),
                None => continue,
            };
        }
        Ok(None)
    }

    /// Refuses to confirm a pair one of whose rows is in another confirmed pair of the matching: no run could follow both.
    fn is_free(&self, row: &Row, passes: &[&str]) -> Result<(), ReviewError> {
        let (_, left, Some(right)) = &row.key else { return Ok(()) };
        let confirmed =
            |line: &Line| line.word == Some(ReviewWord::Confirm) && passes.contains(&line.key.0.as_str());
        for line in self.lines().filter(confirmed).filter(|_| row.word == ReviewWord::Confirm) {
            let Some(other) = &line.key.2 else { continue };
            let shared = match (line.key.1 == *left, other == right) {
                (true, false) => left,
                (false, true) => right,
                _ => continue,
            };
            return Err(ReviewError::Taken {
                path: self.name.to_owned(),
                line: line.number,
                reviewer: line.reviewer,
                row: shared.clone(),
            });
        }
        Ok(())
    }

    /// The lines below the header.
    fn lines(&self) -> impl Iterator<Item = Line> {
        self.records.iter().skip(1).map(|record| {
            let text = |column: &str| -> String {
                let field = self.places.get(column).and_then(|place| record.get(*place)).unwrap_or_default();
                fold_blanks(&String::from_utf8_lossy(field))
            };
            let other = Some(text("other")).filter(|other| !other.is_empty());
            Line {
                number: record.position().map_or(0, csv::Position::line),
                key: (text("rule"), text("record"), other),
                word: self.word(&text("verdict")),
                reviewer: text("reviewer"),
                time: text("time"),
                reason: text("reason"),
            }
        })
    }

    /// What a verdict in the file means.
    fn word(&self, text: &str) -> Option<ReviewWord> {
        let column = self.source.contract.columns.iter().find(|column| column.name == "verdict")?;
        match &column.kind {
            ColumnType::Code(codes) => {
                let code = codes.iter().find(|code| fold(&code.spelling) == fold(text))?;
                ReviewWord::from_word(&code.code)
            }
            _ => ReviewWord::from_word(text),
        }
    }

    /// The bytes of the file and those of the line.
    fn with(&self, row: &Row) -> Result<Vec<u8>, ReviewError> {
        if let Some((missing, _)) =
            row.values.iter().find(|(name, text)| !text.is_empty() && !self.places.contains_key(**name))
        {
            let help = "add the column to the end of its header, as the contract names it";
            return Err(unwritable(self.name, &format!("the file has no column `{missing}`"), help));
        }
        let width = self.records.first().map_or(0, ByteRecord::len);
        let mut fields = vec![String::new(); width];
        for (name, place) in &self.places {
            fields[*place] = row.values.get(name).cloned().unwrap_or_default();
        }
        let crlf = self
            .bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .is_some_and(|at| self.bytes[..at].ends_with(b"\r"));
        let mut longer = self.bytes.to_vec();
        if !longer.ends_with(b"\n") && !longer.ends_with(b"\r") {
            longer.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
        }
        let terminator = if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut line =
            WriterBuilder::new().delimiter(self.delimiter).terminator(terminator).from_writer(Vec::new());
        line.write_record(&fields)
            .map_err(|error| unwritable(self.name, &error.to_string(), "correct it"))?;
        let line = line.into_inner().map_err(|error| ReviewError::Io {
            path: self.name.into(),
            source: io::Error::other(error.to_string()),
        })?;
        longer.extend_from_slice(&line);
        // Read again as a whole: behind a quotation mark that is left open, the line would be part of another.
        let again = records(self.name, &longer, self.delimiter)?;
        let is_last = again.last().is_some_and(|last| last.iter().eq(fields.iter().map(String::as_bytes)));
        match is_last && again.len() == self.records.len() + 1 {
            true => Ok(longer),
            false => {
                let help = "close the quotation mark that is open at the end of it";
                Err(unwritable(self.name, "a line that is added would not be a line of its own", help))
            }
        }
    }
}

fn records(name: &str, bytes: &[u8], delimiter: u8) -> Result<Vec<ByteRecord>, ReviewError> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let mut reader = ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
    let records = reader.from_reader(bytes).into_byte_records().collect::<Result<_, _>>();
    records.map_err(|error| unwritable(name, &error.to_string(), "correct it"))
}

/// Puts these bytes in the place of the file: all of them, on disk, or none.
fn replace(path: &Path, folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file may only be read"));
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".writing");
    let beside = folder.join(name);
    // Left by one that was stopped: nobody else writes while the folder is held.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.set_permissions(permissions)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // What went wrong is told; that its remains cannot be removed either is not.
        _ = fs::remove_file(&beside);
    }
    written
}

fn unwritable(name: &str, message: &str, help: &str) -> ReviewError {
    ReviewError::NotWritable { path: name.to_owned(), message: message.to_owned(), help: help.to_owned() }
}
