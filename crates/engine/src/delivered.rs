//! Delivered lines themselves.

use crate::why::Origin;
use ingest::{IngestError, InputFile, Limits};
use std::collections::{BTreeMap, BTreeSet};
use study::{Source, Study};

/// The delivered lines of records, in their order, read from the deliveries as they are now. Where there is none to show, a word about why: a file that is gone, or
/// that has changed since the run read it.
pub fn delivered_lines<'o>(study: &Study, records: impl Iterator<Item = &'o Origin>) -> Vec<String> {
    let records: Vec<&Origin> = records.collect();
    let mut asked = BTreeMap::<(&str, &str), BTreeSet<u64>>::new();
    for record in &records {
        let lines = asked.entry((&record.source, &record.file)).or_default();
        lines.extend(u64::try_from(record.line));
    }
    let mut files = BTreeMap::new();
    for record in &records {
        let key = (record.source.as_str(), record.file.as_str());
        if let (false, Some(lines)) = (files.contains_key(&key), asked.get(&key)) {
            files.insert(key, of_file(study, record, lines));
        }
    }
    let shown = |record: &&Origin| {
        let file = files.get(&(record.source.as_str(), record.file.as_str()))?;
        Some(match file {
            Ok(lines) => lines.get(&u64::try_from(record.line).ok()?)?.clone(),
            Err(why) => format!("cannot be shown: {why}"),
        })
    };
    records.iter().map(|record| shown(record).unwrap_or_else(|| "cannot be shown".to_owned())).collect()
}

/// The lines of one file, if it is the one that the run read.
fn of_file(study: &Study, record: &Origin, lines: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>, String> {
    let is_source = |source: &&Source| source.contract.name == record.source;
    let source = study.sources.iter().find(is_source).ok_or("the study has no such source now")?;
    let path = study.root(source).join(&record.file);
    let file = InputFile { name: record.file.clone(), path };
    let fault = |error: IngestError| error.to_string();
    let (hash, _) = ingest::fingerprint(&file, &Limits::default()).map_err(fault)?;
    if hash.as_str() != record.sha256 {
        return Err("the file has changed since the run read it".to_owned());
    }
    ingest::delivered(&source.contract, &file, lines, &Limits::default()).map_err(fault)
}
