//! Delimited text: commas, semicolons or tabs, quoted as RFC 4180 has it.
//!
//! Lines and byte places are those of the delivered file, in every encoding.

mod bytes;
mod fields;
mod lines;
mod records;
mod survey;

use crate::hash::{changed, opened};
use crate::header::{Agreed, Fit, fit};
use crate::record::{Place, Record};
use crate::{FileFault, IngestError, InputFile, Limits};
use bytes::Bytes;
use fields::Splitter;
use lines::{Lines, Unit};
use records::{Cut, Records};
use std::io::{Seek, SeekFrom};
use survey::{Charset, Survey};
use terms::{Column, ObjectHash};

/// Semicolon first: a list separator of Dutch spreadsheets decides where the header does not.
const DELIMITERS: [u8; 3] = [b';', b',', b'\t'];

/// An open delimited file.
pub(crate) struct Delimited {
    file: String,
    records: Records,
    splitter: Splitter,
    delimiter: u8,
    width: usize,
    survey: Survey,
    /// Bytes that were given out as records, blank lines and header.
    accounted: u64,
    blank: u64,
}

impl Delimited {
    /// Opens a file and reads its header.
    pub(crate) fn open(
        input: &InputFile,
        columns: &[Column],
        limits: &Limits,
    ) -> Result<(Self, Fit), IngestError> {
        let name = &input.name;
        let mut file = opened(input)?;
        let survey = survey::survey(&mut file, name, limits)?;
        let mark = survey.charset.mark();
        file.seek(SeekFrom::Start(mark as u64)).map_err(|error| IngestError::io(name, error))?;
        let (unit, utf16) = match survey.charset {
            Charset::Utf16(encoding) => (Unit::Utf16, Some(encoding)),
            _ => (Unit::Byte, None),
        };
        let bytes = Bytes::new(file, &survey.head[..mark], utf16);
        let lines = Lines::new(bytes, unit, mark as u64, limits.record_bytes);
        let mut open = Self {
            file: name.clone(),
            records: Records::new(lines, *limits, name.clone()),
            splitter: Splitter::new(survey.charset, limits),
            delimiter: b';',
            width: 0,
            survey,
            accounted: mark as u64,
            blank: 0,
        };
        let fit = open.header(columns, limits)?;
        open.width = fit.width;
        Ok((open, fit))
    }

    /// The next record, blank lines passed over; none at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, IngestError> {
        loop {
            let Some(cut) = self.records.next(self.delimiter, Some(self.width))? else { return Ok(None) };
            let place = self.account(&cut);
            if is_blank(&cut, self.delimiter) {
                self.blank += 1;
                continue;
            }
            let record = self.splitter.split(cut, place, self.delimiter, self.width, &self.file)?;
            // A line of quoted nothings is as blank as an empty line.
            match &record.cells {
                Ok(cells) if cells.iter().all(crate::cell::Cell::is_blank) => self.blank += 1,
                _ => return Ok(Some(record)),
            }
        }
    }

    /// Encoding and delimiter.
    pub(crate) fn format(&self) -> String {
        let delimiter =
            if self.delimiter == b'\t' { "tab".to_owned() } else { char::from(self.delimiter).to_string() };
        format!("{}, {delimiter}", self.survey.charset.name())
    }

    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    /// Hash and size; fails if a byte of the file is in no record, or if the file changed while it was read.
    pub(crate) fn close(&self) -> Result<(ObjectHash, u64), IngestError> {
        let Survey { sha256, bytes, .. } = &self.survey;
        let lines = self.records.lines();
        if lines.source().hash() != *sha256 {
            return Err(changed(&self.file));
        }
        if self.accounted != *bytes || lines.offset() != *bytes {
            let problem = format!("{} of {bytes} bytes are accounted for", self.accounted);
            return Err(IngestError::bug(&self.file, problem));
        }
        Ok((sha256.clone(), *bytes))
    }

    fn account(&mut self, cut: &Cut) -> Place {
        let length = cut.lines.iter().map(|line| line.length).sum();
        self.accounted += length;
        let (line, offset) = cut.lines.first().map_or((0, 0), |line| (line.number, line.offset));
        Place { line, bytes: Some((offset, length)) }
    }

    /// Finds the header row, chooses the delimiter that fits it best, and matches it with the contract.
    fn header(&mut self, columns: &[Column], limits: &Limits) -> Result<Fit, IngestError> {
        let mut candidates = DELIMITERS.to_vec();
        if let Some(declared) = self.before_header()? {
            candidates = vec![declared];
        }
        let agreed = Agreed::new(columns);
        let mut best: Option<(usize, u8, Vec<String>)> = None;
        for delimiter in candidates {
            let headers = self.headers(delimiter)?;
            let known = agreed.known(&headers);
            if best.as_ref().is_none_or(|(most, _, _)| known > *most) {
                best = Some((known, delimiter, headers));
            }
        }
        let Some((_, delimiter, headers)) = best else { return Err(self.no_header()) };
        self.delimiter = delimiter;
        let line = match self.records.next(delimiter, None)? {
            None => return Err(self.no_header()),
            Some(cut) => {
                let place = self.account(&cut);
                if let Some(complaint) = cut.complaint {
                    return Err(self.misfit(place.line, format!("the header row: {}", complaint.reason)));
                }
                place.line
            }
        };
        if headers.len() > limits.columns {
            let problem = format!("more than {} columns; take the superfluous ones out", limits.columns);
            return Err(self.misfit(line, problem));
        }
        fit(&agreed, &headers).map_err(|problem| self.misfit(line, problem))
    }

    /// Passes blank lines and a line `sep=;`, as spreadsheets write; gives the delimiter that it declares.
    fn before_header(&mut self) -> Result<Option<u8>, IngestError> {
        let mut declared = None;
        loop {
            let Some(cut) = self.records.next(b';', None)? else { return Err(self.no_header()) };
            let text: Vec<u8> = cut.lines.iter().flat_map(|line| line.bytes.iter().copied()).collect();
            match text.trim_ascii_end().strip_prefix(b"sep=") {
                Some([delimiter]) if DELIMITERS.contains(delimiter) && declared.is_none() => {
                    self.account(&cut);
                    declared = Some(*delimiter);
                }
                _ if text.iter().all(|b| b.is_ascii_whitespace() || DELIMITERS.contains(b)) => {
                    self.account(&cut);
                    self.blank += 1;
                }
                _ => {
                    self.records.give_back(cut.lines);
                    return Ok(declared);
                }
            }
        }
    }

    fn headers(&mut self, delimiter: u8) -> Result<Vec<String>, IngestError> {
        let Some(cut) = self.records.next(delimiter, None)? else { return Ok(Vec::new()) };
        let headers = self.splitter.headers(&cut, delimiter);
        self.records.give_back(cut.lines);
        Ok(headers)
    }

    fn no_header(&self) -> IngestError {
        let problem = "the file holds only blank lines; deliver it again, or take it away";
        IngestError::file(&self.file, FileFault::Blank, problem)
    }

    fn misfit(&self, line: u64, problem: String) -> IngestError {
        IngestError::Header { file: self.file.clone(), place: format!("line {line}"), problem }
    }
}

/// Nothing but blanks and delimiters.
fn is_blank(cut: &Cut, delimiter: u8) -> bool {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == delimiter;
    cut.complaint.is_none() && cut.lines.iter().all(|line| line.bytes.iter().all(blank))
}
