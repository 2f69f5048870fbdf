//! Cuts lines into records: one line each, or more where a quoted field holds line ends.
//!
//! A quotation mark that is never closed would swallow the rest of the file. So a record that does not
//! end well gives its lines back: the first goes to quarantine and the others are read on their own.
//! Every line therefore belongs to exactly one record, good or bad.

use super::bytes::Bytes;
use super::lines::{Line, Lines};
use crate::reason::{Complaint, ReasonCode};
use crate::{FileFault, IngestError, Limits};
use std::collections::VecDeque;

/// The lines of a file as records.
pub(crate) struct Records {
    lines: Lines<Bytes>,
    /// Lines that were read ahead and given back.
    waiting: VecDeque<Line>,
    open_quotes: usize,
    limits: Limits,
    file: String,
}

/// The lines of one record, and what is wrong with them.
pub(crate) struct Cut {
    pub(crate) lines: Vec<Line>,
    pub(crate) complaint: Option<Complaint>,
}

impl Records {
    pub(crate) fn new(lines: Lines<Bytes>, limits: Limits, file: String) -> Self {
        Self { lines, waiting: VecDeque::new(), open_quotes: 0, limits, file }
    }

    /// The next record of `width` fields, or a blank line; none at the end of the file.
    pub(crate) fn next(&mut self, delimiter: u8, width: Option<usize>) -> Result<Option<Cut>, IngestError> {
        let Some(first) = self.line()? else { return Ok(None) };
        if first.cut {
            return Ok(Some(Cut { lines: vec![first], complaint: Some(too_long(self.limits.record_bytes)) }));
        }
        let mut scan = Scan::new(delimiter);
        let mut lines = vec![first];
        loop {
            let end = lines.last().map(|line| scan.line(&line.bytes));
            match end {
                Some(End::Record) => {
                    let swallowed = width.is_some_and(|width| swallows(&lines, delimiter, width));
                    let complaint = swallowed.then(swallowed_line);
                    return Ok(Some(Cut { lines, complaint }));
                }
                Some(End::Open)
                    if scan.field <= self.limits.field_bytes && scan.size <= self.limits.record_bytes =>
                {
                    match self.line()? {
                        Some(line) if !line.cut => lines.push(line),
                        after => {
                            lines.extend(after);
                            return self.reread(lines, open_quote()).map(Some);
                        }
                    }
                }
                Some(End::Stray) if lines.len() == 1 => {
                    return Ok(Some(Cut { lines, complaint: Some(stray_quote()) }));
                }
                _ => return self.reread(lines, open_quote()).map(Some),
            }
        }
    }

    /// Puts lines back, to be read again.
    pub(crate) fn give_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.waiting.push_front(line);
        }
    }

    /// The lines, to learn what was read so far.
    pub(crate) fn lines(&self) -> &Lines<Bytes> {
        &self.lines
    }

    fn line(&mut self) -> Result<Option<Line>, IngestError> {
        match self.waiting.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next().map_err(|error| IngestError::io(&self.file, error)),
        }
    }

    /// Keeps the first line as a bad record and gives the others back.
    fn reread(&mut self, mut lines: Vec<Line>, complaint: Complaint) -> Result<Cut, IngestError> {
        let others = lines.split_off(1);
        if !others.is_empty() {
            self.open_quotes += 1;
        }
        self.give_back(others);
        match lines.first() {
            Some(first) if self.open_quotes > self.limits.open_quotes => {
                let problem = format!(
                    "line {}: a quotation mark opens here and is never closed, and so on more than {} lines before; \
                     deliver the file with its quotation marks in pairs",
                    first.number, self.limits.open_quotes
                );
                Err(IngestError::file(&self.file, FileFault::OpenQuotes, problem))
            }
            _ => Ok(Cut { lines, complaint: Some(complaint) }),
        }
    }
}

/// Follows quotation marks through the lines of one record.
struct Scan {
    delimiter: u8,
    state: State,
    /// Bytes of the current quoted field.
    field: usize,
    /// Bytes of the record so far.
    size: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quotation mark inside a quoted field: its end, or the first of a pair.
    Quote,
}

/// How a line leaves its record.
enum End {
    /// The record ends here.
    Record,
    /// A quoted field goes on in the next line.
    Open,
    /// Text follows a closing quotation mark.
    Stray,
}

impl Scan {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::FieldStart, field: 0, size: 0 }
    }

    fn line(&mut self, line: &[u8]) -> End {
        self.size += line.len();
        for &byte in line {
            let ends = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            self.state = match (self.state, byte) {
                (State::FieldStart, b'"') => {
                    self.field = 0;
                    State::Quoted
                }
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, _) => {
                    self.field += 1;
                    State::Quoted
                }
                (State::Quote, b'"') => State::Quoted,
                (_, _) if ends => State::FieldStart,
                (State::Quote, _) => return End::Stray,
                (State::FieldStart | State::Plain, _) => State::Plain,
            };
        }
        if self.state == State::Quoted { End::Open } else { End::Record }
    }
}

/// A record of several lines holds a line that could be a whole record of its own: more likely a quotation
/// mark was left open than that someone wrote exactly that many delimiters in a note.
fn swallows(lines: &[Line], delimiter: u8, width: usize) -> bool {
    let whole = |line: &Line| line.bytes.iter().filter(|b| **b == delimiter).count() + 1 == width;
    match lines {
        [first, inner @ .., last] if width > 2 => inner.iter().any(whole) || (whole(first) && whole(last)),
        _ => false,
    }
}

fn open_quote() -> Complaint {
    Complaint::new(
        ReasonCode::OpenQuote,
        "a quotation mark opens on this line and is never properly closed, so the lines after it were read on their own; \
         close it, or double it if it belongs to the text",
    )
}

fn stray_quote() -> Complaint {
    Complaint::new(
        ReasonCode::StrayQuote,
        "text follows a closing quotation mark; double quotation marks that belong to the text",
    )
}

fn swallowed_line() -> Complaint {
    Complaint::new(
        ReasonCode::SwallowedLine,
        "a quoted field runs over several lines and holds what looks like a whole record, so a quotation mark was \
         probably left open; close it",
    )
}

fn too_long(limit: usize) -> Complaint {
    Complaint::new(
        ReasonCode::RecordTooLong,
        format!("the record is longer than {limit} bytes; shorten it at the source"),
    )
}
