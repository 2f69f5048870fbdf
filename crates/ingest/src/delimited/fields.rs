//! Cuts the text of one record into fields.

use super::records::Cut;
use super::survey::Charset;
use crate::cell::Cell;
use crate::reason::{Complaint, ReasonCode};
use crate::record::{Place, Record};
use crate::{IngestError, Limits};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use std::collections::BTreeMap;

/// Cuts records into fields, with room that is used again.
pub(crate) struct Splitter {
    charset: Charset,
    /// One for each delimiter that was met: to make one takes longer than to read some hundred lines.
    parsers: BTreeMap<u8, Reader>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    pub(crate) fn new(charset: Charset, limits: &Limits) -> Self {
        Self { charset, parsers: BTreeMap::new(), text: Vec::new(), ends: vec![0; limits.columns + 1] }
    }

    /// The record of these lines, its cells typed as text or its complaint.
    pub(crate) fn split(
        &mut self,
        cut: Cut,
        place: Place,
        delimiter: u8,
        width: usize,
        file: &str,
    ) -> Result<Record, IngestError> {
        let (raw, damage) = self.decode(&cut);
        if let Some(complaint) = cut.complaint.or(damage) {
            return Ok(Record { place, raw, cells: Err(complaint) });
        }
        let cells = match self.fields(&raw, delimiter) {
            None => {
                return Err(IngestError::bug(
                    file,
                    format!("line {}: the record was cut in two ways", place.line),
                ));
            }
            Some(fields) if fields.len() == width => {
                Ok(fields.into_iter().map(|field| Cell::Text(field.to_owned())).collect())
            }
            Some(fields) => Err(ragged(fields.len(), width)),
        };
        Ok(Record { place, raw, cells })
    }

    /// The fields of a header row, as far as they can be read.
    pub(crate) fn headers(&mut self, cut: &Cut, delimiter: u8) -> Vec<String> {
        let (raw, _) = self.decode(cut);
        self.fields(&raw, delimiter).unwrap_or_default().into_iter().map(str::to_owned).collect()
    }

    /// The fields of exactly one record; none if the text is not exactly one.
    /// Fields beyond the room for ends count as one.
    fn fields<'s>(&'s mut self, raw: &str, delimiter: u8) -> Option<Vec<&'s str>> {
        let Self { parsers, text, ends, .. } = self;
        let parser =
            parsers.entry(delimiter).or_insert_with(|| ReaderBuilder::new().delimiter(delimiter).build());
        parser.reset();
        // An empty line first: at its very start the parser would drop a byte order mark, which is text here.
        parser.read_record(b"\n", &mut [], &mut []);
        text.resize(raw.len() + 1, 0);
        let (mut input, mut written, mut ended) = (raw.as_bytes(), 0, 0);
        loop {
            let (outcome, read, wrote, fields) =
                parser.read_record(input, &mut text[written..], &mut ends[ended..]);
            input = &input[read..];
            (written, ended) = (written + wrote, ended + fields);
            match outcome {
                // The parser has seen all; an empty input tells it that the record ends here.
                ReadRecordResult::InputEmpty => (),
                ReadRecordResult::Record if matches!(input, b"" | b"\n") => break,
                ReadRecordResult::OutputEndsFull => break,
                _ => return None,
            }
        }
        let whole = std::str::from_utf8(&text[..written]).ok()?;
        let mut start = 0;
        ends[..ended].iter().map(|&end| whole.get(std::mem::replace(&mut start, end)..end)).collect()
    }

    fn decode(&self, cut: &Cut) -> (String, Option<Complaint>) {
        let bytes: Vec<u8> = match &cut.lines[..] {
            [line] => line.bytes.clone(),
            lines => lines.iter().flat_map(|line| line.bytes.iter().copied()).collect(),
        };
        let (text, sound) = match self.charset {
            Charset::Windows1252 => {
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
                // No word of a Western language is also good UTF-8, unless that is what it is.
                let mixed = !bytes.is_ascii() && std::str::from_utf8(&bytes).is_ok();
                let sound = !mixed && !text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c));
                (text.into_owned(), sound)
            }
            _ => match String::from_utf8(bytes) {
                Ok(text) => {
                    let sound = !text.contains('\u{fffd}');
                    (text, sound)
                }
                Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
            },
        };
        let complaint =
            if text.contains('\0') { Some(nul_byte()) } else { (!sound).then(|| bad_encoding(self.charset)) };
        (text, complaint)
    }
}

fn ragged(found: usize, expected: usize) -> Complaint {
    let reason = format!(
        "the record has {found} fields and the header {expected}; put quotation marks around text that holds the delimiter, \
         or add the missing fields"
    );
    Complaint::new(ReasonCode::RaggedRow, reason)
}

fn nul_byte() -> Complaint {
    Complaint::new(
        ReasonCode::NulByte,
        "the record holds a NUL byte, so it was damaged on its way; deliver it again",
    )
}

fn bad_encoding(charset: Charset) -> Complaint {
    let reason =
        format!("the record holds characters that are not {}; save the whole file as UTF-8", charset.name());
    Complaint::new(ReasonCode::BadEncoding, reason)
}
