use crate::batch::{Bad, Quarantine, Staged};
use crate::delimited::Delimited;
use crate::hash::{hash, opened};
use crate::header::Fit;
use crate::record::Record;
use crate::sheet::Sheet;
use crate::typing::Typing;
use crate::{FileFault, IngestError, InputFile, Limits};
use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use terms::{Contract, IdentityKey, ObjectHash};

/// Memory that the records of one chunk may take, in bytes of text.
const CHUNK_BYTES: usize = 16 << 20;

/// Some consecutive records of a file: the good ones typed, the faulty ones with their faults.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// One row per good record; see [`staged_schema`](crate::staged_schema).
    pub staged: RecordBatch,
    /// One row per fault; see [`quarantine_schema`](crate::quarantine_schema).
    pub quarantine: RecordBatch,
}

/// What a file was and what became of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// Name relative to the data folder.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: ObjectHash,
    /// Size in bytes.
    pub bytes: u64,
    /// How it was read: encoding and delimiter (`utf-8, ;`, `windows-1252, ,`, `utf-16le, tab`), or `xlsx`.
    pub format: String,
    /// The sheet that was read; none for delimited text.
    pub sheet: Option<String>,
    /// Records read, without header and blank lines: staged + quarantined.
    pub records: u64,
    /// Records staged.
    pub staged: u64,
    /// Records quarantined, however many faults each has.
    pub quarantined: u64,
    /// Lines or rows without any value.
    pub blank: u64,
    /// Sentences that an operator should read, such as a sheet that was not read.
    pub notes: Vec<String>,
}

/// Reads one file, chunk by chunk, with memory for one chunk.
///
/// After the last chunk [`Reader::finish`] gives the account. After an error there are no more chunks,
/// and nothing that the file gave before may be used.
pub struct Reader<'a> {
    source: String,
    file: String,
    chunk_records: usize,
    evidence_chars: usize,
    input: Input,
    fit: Fit,
    typing: Typing<'a>,
    staged: Staged,
    quarantine: Quarantine,
    counts: Counts,
    state: State,
}

/// Records given by the file, and what was made of them: counted apart, compared at the end.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    records: u64,
    staged: u64,
    quarantined: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

// One per file, so the difference in size does not matter.
#[allow(clippy::large_enum_variant)]
enum Input {
    Delimited(Delimited),
    Sheet(Sheet),
}

/// Opens a file under its contract: tells its format and encoding, finds the header and compares it.
///
/// `.csv`, `.tsv` and `.txt` are read as delimited text, `.xlsx` as a workbook. Errors are those of the
/// file as a whole; a faulty record is no error but a row of [`Chunk::quarantine`].
pub fn open<'a>(
    contract: &'a Contract,
    key: &'a IdentityKey,
    file: &InputFile,
    limits: &Limits,
) -> Result<Reader<'a>, IngestError> {
    let typing = Typing::new(contract, key, file, limits)?;
    let (input, fit) = Input::open(contract, file, limits)?;
    let staged = Staged::new(contract).map_err(|error| broken(&file.name, &error))?;
    Ok(Reader {
        source: contract.name.clone(),
        file: file.name.clone(),
        chunk_records: limits.chunk_records.max(1),
        evidence_chars: limits.evidence_chars,
        input,
        fit,
        typing,
        staged,
        quarantine: Quarantine::default(),
        counts: Counts::default(),
        state: State::Reading,
    })
}

/// The records that begin at these lines, or rows of a sheet, as they were delivered: decoded, without line end; the cells of
/// a sheet with tabs between them.
///
/// The file must be the one that was staged under this contract. Errors are those of [`open`].
pub fn delivered(
    contract: &Contract,
    file: &InputFile,
    lines: &BTreeSet<u64>,
    limits: &Limits,
) -> Result<BTreeMap<u64, String>, IngestError> {
    let (mut input, _) = Input::open(contract, file, limits)?;
    let mut found = BTreeMap::new();
    while found.len() < lines.len() {
        let Some(record) = input.next()? else { break };
        if lines.contains(&record.place.line) {
            found.insert(record.place.line, record.evidence(usize::MAX));
        }
    }
    Ok(found)
}

/// SHA-256 and size in bytes of a file, without reading it under a contract.
pub fn fingerprint(file: &InputFile, limits: &Limits) -> Result<(ObjectHash, u64), IngestError> {
    let mut open = opened(file)?;
    hash(&mut open, &file.name, limits.file_bytes, |_| ())
}

impl Reader<'_> {
    /// What the file was and what became of it.
    ///
    /// Fails if the chunks were not read to the end, if the file changed meanwhile, or if a record or a
    /// byte is unaccounted for ([`IngestError::Bug`]).
    pub fn finish(mut self) -> Result<FileSummary, IngestError> {
        let Counts { records, staged, quarantined } = self.counts;
        if self.state != State::Ended {
            return Err(IngestError::bug(&self.file, "its account was asked for before its end"));
        }
        if records != staged + quarantined {
            let problem =
                format!("{records} records are not {staged} staged and {quarantined} quarantined ones");
            return Err(IngestError::bug(&self.file, problem));
        }
        let ((sha256, bytes), format, blank, sheet, mut notes) = match &mut self.input {
            Input::Delimited(input) => (input.close()?, input.format(), input.blank(), None, Vec::new()),
            Input::Sheet(input) => {
                let notes = std::mem::take(&mut input.notes);
                (input.close(records)?, "xlsx".to_owned(), input.blank(), Some(input.sheet.clone()), notes)
            }
        };
        if records == 0 {
            notes.push("the file has a header and no records".to_owned());
        }
        Ok(FileSummary {
            file: self.file,
            sha256,
            bytes,
            format,
            sheet,
            records,
            staged,
            quarantined,
            blank,
            notes,
        })
    }

    fn chunk(&mut self) -> Result<Option<Chunk>, IngestError> {
        let (mut records, mut weight) = (0, 0);
        while records < self.chunk_records && weight < CHUNK_BYTES {
            let Some(record) = self.input.next()? else {
                self.state = State::Ended;
                break;
            };
            records += 1;
            weight += record.weight();
            self.counts.records += 1;
            self.take(&record)?;
        }
        if records == 0 {
            return Ok(None);
        }
        let staged = self.staged.finish().map_err(|error| broken(&self.file, &error))?;
        let quarantine = self.quarantine.finish().map_err(|error| broken(&self.file, &error))?;
        Ok(Some(Chunk { staged, quarantine }))
    }

    /// Stages a record or puts it in quarantine.
    fn take(&mut self, record: &Record) -> Result<(), IngestError> {
        let sheet = sheet(&self.input);
        match self.typing.read(record, &self.fit) {
            Ok(row) => {
                self.counts.staged += 1;
                if !self.staged.push(&self.file, sheet, record.place, row) {
                    return Err(IngestError::bug(&self.file, "a value is not of its column's type"));
                }
            }
            Err(faults) => {
                self.counts.quarantined += 1;
                let raw = record.evidence(self.evidence_chars);
                let bad =
                    Bad { source: &self.source, file: &self.file, sheet, line: record.place.line, raw: &raw };
                faults.iter().for_each(|fault| self.quarantine.push(&bad, fault));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("file", &self.file)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Chunk, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state != State::Reading {
            return None;
        }
        let chunk = self.chunk();
        if chunk.is_err() {
            self.state = State::Failed;
        }
        chunk.transpose()
    }
}

impl Input {
    fn open(contract: &Contract, file: &InputFile, limits: &Limits) -> Result<(Self, Fit), IngestError> {
        match extension(&file.name).as_str() {
            "csv" | "tsv" | "txt" => {
                let (input, fit) = Delimited::open(file, &contract.columns, limits)?;
                Ok((Self::Delimited(input), fit))
            }
            "xlsx" | "xlsm" => {
                let (input, fit) = Sheet::open(file, &contract.columns, limits)?;
                Ok((Self::Sheet(input), fit))
            }
            _ => {
                let problem = "neither .csv nor .xlsx; save the table in one of these";
                Err(IngestError::file(&file.name, FileFault::UnknownFormat, problem))
            }
        }
    }

    fn next(&mut self) -> Result<Option<Record>, IngestError> {
        match self {
            Self::Delimited(input) => input.next(),
            Self::Sheet(input) => input.next(),
        }
    }
}

fn sheet(input: &Input) -> Option<&str> {
    match input {
        Input::Delimited(_) => None,
        Input::Sheet(sheet) => Some(&sheet.sheet),
    }
}

/// Whether files with this extension are read.
pub(crate) fn is_format(extension: &str) -> bool {
    ["csv", "tsv", "txt", "xlsx", "xlsm"].contains(&extension.to_lowercase().as_str())
}

/// The extension of a file's name, in lower case.
fn extension(name: &str) -> String {
    name.rsplit('/')
        .next()
        .and_then(|last| last.rsplit_once('.'))
        .map_or(String::new(), |(_, end)| end.to_lowercase())
}

fn broken(file: &str, error: &ArrowError) -> IngestError {
    IngestError::bug(file, error.to_string())
}
