//! The corpus of damaged deliveries: each entry is one way in which a file or a folder is wrong, and what must come of it.
//!
//! Whatever is delivered ends in a named refusal of the whole file, in a named quarantine of single records, or, where
//! nothing is wrong but the look, in staged records. Nothing panics, no record is lost, and neither time nor memory grows with
//! what a file pretends to be.

mod folders;
mod parts;
mod sheets;
mod text;
mod values;

use super::fixture::{Outcome, column, loans, read_with, rows};
use crate::{IngestError, Limits, ReasonCode};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use terms::{Code, Column, ColumnType, Contract};

/// The contract of the corpus: that of a library's borrowings, with a shelf that may be absent.
fn contract() -> Contract {
    let mut contract = loans();
    let shelf = Code { spelling: "Vak A".into(), code: "a".into() };
    let shelf = column("shelf", &["Shelf"], ColumnType::Code(vec![shelf]));
    contract.columns.push(Column { optional_header: true, ..shelf });
    contract
}

/// What must come of an entry.
pub(super) enum Expected {
    /// The whole file is refused: the code, and how the message begins, with file and place.
    Refused(&'static str, &'static str),
    /// Lines of the records that are staged, and line, column and code of each fault; no column: the whole record.
    Kept(&'static [u64], &'static [(u64, &'static str, &'static str)]),
}

/// One damaged file.
pub(super) struct Entry {
    pub(super) what: &'static str,
    pub(super) file: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) expected: Expected,
}

impl Entry {
    pub(super) fn refused(
        what: &'static str,
        file: &'static str,
        bytes: impl Into<Vec<u8>>,
        code: &'static str,
        message: &'static str,
    ) -> Self {
        Self { what, file, bytes: bytes.into(), expected: Expected::Refused(code, message) }
    }

    pub(super) fn kept(
        what: &'static str,
        file: &'static str,
        bytes: impl Into<Vec<u8>>,
        staged: &'static [u64],
        faults: &'static [(u64, &'static str, &'static str)],
    ) -> Self {
        Self { what, file, bytes: bytes.into(), expected: Expected::Kept(staged, faults) }
    }

    /// What is not as expected; nothing if all is.
    fn differs(&self) -> Option<String> {
        let start = Instant::now();
        let read = read_with(&contract(), &Limits::default(), self.file, &self.bytes);
        let took = start.elapsed();
        if took > Duration::from_secs(30) {
            return Some(format!("{}: took {took:?}", self.what));
        }
        let differs = match (&self.expected, read) {
            (Expected::Refused(code, message), Err(error)) => {
                let told = error.to_string();
                let sound = error.code() == *code && told.starts_with(message) && !told.contains("panic");
                (!sound).then(|| format!("{}: {told}", error.code()))
            }
            (Expected::Kept(staged, faults), Ok(outcome)) => kept(&outcome, staged, faults),
            (Expected::Refused(..), Ok(outcome)) => Some(format!("accepted: {}", shown(&outcome))),
            (Expected::Kept(..), Err(error)) => Some(format!("refused as {}: {error}", error.code())),
        };
        differs.map(|differs| format!("{}: {differs}", self.what))
    }
}

fn kept(outcome: &Outcome, staged: &[u64], faults: &[(u64, &str, &str)]) -> Option<String> {
    let lines: Vec<String> = staged.iter().map(u64::to_string).collect();
    let found: Vec<String> =
        faults.iter().map(|(line, column, code)| format!("{line} | {column} | {code}")).collect();
    let quarantined: BTreeSet<u64> = faults.iter().map(|(line, _, _)| *line).collect();
    let summary = &outcome.summary;
    let balanced = summary.records == (staged.len() + quarantined.len()) as u64
        && summary.records == summary.staged + summary.quarantined;
    let as_expected = super::fixture::staged(outcome, "line") == lines && told(outcome) == found;
    (!balanced || !as_expected).then(|| shown(outcome))
}

/// Line, column and code of each fault.
fn told(outcome: &Outcome) -> Vec<String> {
    let told =
        outcome.chunks.iter().flat_map(|chunk| rows(&chunk.quarantine, &["line", "column", "reason_code"]));
    told.map(|row| row.replace('·', "")).collect()
}

fn shown(outcome: &Outcome) -> String {
    format!(
        "{} records, staged lines {:?}, faults {:?}",
        outcome.summary.records,
        super::fixture::staged(outcome, "line"),
        told(outcome)
    )
}

fn all() -> Vec<Entry> {
    [text::entries(), values::entries(), sheets::entries()].into_iter().flatten().collect()
}

#[test]
fn every_damaged_file_gives_its_named_outcome() {
    let differs: Vec<String> = all().iter().filter_map(Entry::differs).collect();
    assert!(differs.is_empty(), "{} entries:\n{}", differs.len(), differs.join("\n"));
}

#[test]
fn the_corpus_holds_what_it_says() {
    let entries = all();
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.what).collect();
    assert_eq!(names.len(), entries.len(), "two entries of one name");
    let folders = folders::entries();
    let (files, folders) = (entries.len(), folders.len());
    assert!(files >= 120 && folders >= 15, "{files} files and {folders} folders");
    // Every code that a file or a record can get is provoked by some entry here, but the two that need more than one file
    // or a writer at work, which have tests of their own.
    let mut refusals: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| match entry.expected {
            Expected::Refused(code, _) => Some(code),
            Expected::Kept(..) => None,
        })
        .collect();
    refusals.extend(folders::entries().iter().filter_map(|entry| entry.expected.err().map(|(code, _)| code)));
    for fault in crate::FileFault::ALL {
        let elsewhere = matches!(fault, crate::FileFault::Changed | crate::FileFault::SameBytes);
        assert!(elsewhere || refusals.contains(fault.as_str()), "no entry for {fault}");
    }
    let reasons: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| match entry.expected {
            Expected::Kept(_, faults) => faults.iter().map(|(_, _, code)| *code).collect(),
            Expected::Refused(..) => Vec::new(),
        })
        .collect();
    for reason in ReasonCode::ALL {
        assert!(reasons.contains(reason.as_str()), "no entry for {reason}");
    }
}

#[test]
fn memory_is_bounded_whatever_a_file_pretends() {
    for entry in all() {
        let _: Result<Outcome, IngestError> =
            read_with(&contract(), &Limits::default(), entry.file, &entry.bytes);
    }
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 1 << 20, "{peak} KiB at most were in use");
}
