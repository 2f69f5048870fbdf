//! Delivered lines themselves.

use crate::why::Origin;
use ingest::{IngestError, InputFile, Limits};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use study::{Source, Study};
use terms::ObjectHash;

/// The delivered lines of records, in their order, read from the deliveries as they are now. Where there is none to show, a word about why: a file that is gone, or
/// that has changed since the run read it.
pub fn delivered_lines<'o>(study: &Study, records: impl Iterator<Item = &'o Origin>) -> Vec<String> {
    DeliveredLines::default().of(study, records)
}

/// Reads delivered lines, and hashes a file only once while nobody writes to it: who turns pages of many lines reads these lines alone.
#[derive(Debug, Default)]
pub struct DeliveredLines {
    known: Mutex<BTreeMap<PathBuf, (Stamp, ObjectHash)>>,
}

/// Files whose hashes are kept; beyond that all are forgotten.
const FILES: usize = 10_000;

/// How long nobody may have written to a file before its hash is kept: clocks of file systems go in steps.
const LEFT_ALONE: Duration = Duration::from_secs(2);

/// What tells whether a file was written to: device, number, bytes, and the time of its last change.
type Stamp = (u64, u64, u64, i64, i64);

impl DeliveredLines {
    /// As [`delivered_lines`].
    pub fn of<'o>(&self, study: &Study, records: impl Iterator<Item = &'o Origin>) -> Vec<String> {
        let records: Vec<&Origin> = records.collect();
        let mut asked = BTreeMap::<(&str, &str), Vec<&Origin>>::new();
        for record in &records {
            asked.entry((&record.source, &record.file)).or_default().push(record);
        }
        let files: BTreeMap<_, _> =
            asked.into_iter().map(|(key, records)| (key, self.of_file(study, &records))).collect();
        let shown = |record: &&Origin| {
            Some(match files.get(&(record.source.as_str(), record.file.as_str()))? {
                Ok(lines) => lines.get(&record.line)?.clone(),
                Err(why) => format!("cannot be shown: {why}"),
            })
        };
        records.iter().map(|record| shown(record).unwrap_or_else(|| "cannot be shown".to_owned())).collect()
    }

    /// The lines of records of one file, if it is the one that the run read.
    fn of_file(&self, study: &Study, records: &[&Origin]) -> Result<BTreeMap<i64, String>, String> {
        let Some(first) = records.first() else { return Ok(BTreeMap::new()) };
        let is_source = |source: &&Source| source.contract.name == first.source;
        let source = study.sources.iter().find(is_source).ok_or("the study has no such source now")?;
        let file = InputFile { name: first.file.clone(), path: study.root(source).join(&first.file) };
        let fault = |error: IngestError| error.to_string();
        if self.hash(&file).map_err(fault)?.as_str() != first.sha256 {
            return Err("the file has changed since the run read it".to_owned());
        }
        let place = |record: &&Origin| {
            Some((u64::try_from(record.byte_offset?).ok()?, u64::try_from(record.byte_length?).ok()?))
        };
        // Rows of a workbook have no place in its bytes.
        let Some(places) = records.iter().map(place).collect::<Option<Vec<_>>>() else {
            let lines: BTreeSet<u64> =
                records.iter().filter_map(|record| u64::try_from(record.line).ok()).collect();
            let lines =
                ingest::delivered(&source.contract, &file, &lines, &Limits::default()).map_err(fault)?;
            return Ok(lines
                .into_iter()
                .filter_map(|(line, text)| Some((line.try_into().ok()?, text)))
                .collect());
        };
        let texts = ingest::delivered_at(&file, &places).map_err(fault)?;
        Ok(records.iter().map(|record| record.line).zip(texts).collect())
    }

    /// SHA-256 of a file.
    fn hash(&self, file: &InputFile) -> Result<ObjectHash, IngestError> {
        let stamp = || std::fs::metadata(&file.path).ok().filter(was_left_alone).map(|meta| stamp(&meta));
        let before = stamp();
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(before), Some((stamp, hash))) = (&before, known().get(&file.path))
            && before == stamp
        {
            return Ok(hash.clone());
        }
        let (hash, _) = ingest::fingerprint(file, &Limits::default())?;
        if let Some(stamp) = before.filter(|before| stamp().as_ref() == Some(before)) {
            let mut known = known();
            if known.len() >= FILES {
                known.clear();
            }
            known.insert(file.path.clone(), (stamp, hash.clone()));
        }
        Ok(hash)
    }
}

fn stamp(meta: &Metadata) -> Stamp {
    (meta.dev(), meta.ino(), meta.size(), meta.ctime(), meta.ctime_nsec())
}

fn was_left_alone(meta: &Metadata) -> bool {
    let changed = u64::try_from(meta.ctime()).unwrap_or_default();
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
    SystemTime::now().duration_since(changed).is_ok_and(|passed| passed > LEFT_ALONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_to_is_hashed_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = InputFile { name: "a.csv".to_owned(), path: folder.path().join("a.csv") };
        let lines = DeliveredLines::default();
        for text in ["a", "b", "c"] {
            std::fs::write(&file.path, text).unwrap();
            assert_eq!(lines.hash(&file).unwrap(), ObjectHash::of(text.as_bytes()));
            assert!(lines.known.lock().unwrap().is_empty(), "it was written to a moment ago");
        }
        std::thread::sleep(LEFT_ALONE + Duration::from_millis(1100));
        assert_eq!(lines.hash(&file).unwrap(), ObjectHash::of(b"c"));
        assert_eq!(lines.known.lock().unwrap().len(), 1);
        std::fs::write(&file.path, "d").unwrap();
        assert_eq!(lines.hash(&file).unwrap(), ObjectHash::of(b"d"));
    }
}
