//! Delivered lines themselves.

use engine::Origin;
use ingest::{InputFile, Limits};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use study::{Root, Study};

/// The delivered lines of records, in their order. Where there is none to show, a word about why: a record of a workbook, a
/// file that is gone, or one that changed since the run read it.
pub(crate) fn lines<'o>(study: &Study, records: impl Iterator<Item = &'o Origin>) -> Vec<String> {
    let mut hashes = BTreeMap::<PathBuf, Result<String, String>>::new();
    let mut shown = Vec::new();
    for record in records {
        let path = path(study, record);
        let hash = hashes.entry(path.clone()).or_insert_with(|| {
            let file = InputFile { name: record.file.clone(), path: path.clone() };
            let hash = ingest::fingerprint(&file, &Limits::default());
            hash.map(|(hash, _)| hash.as_str().to_owned()).map_err(|error| error.to_string())
        });
        shown.push(match hash {
            Ok(hash) if *hash == record.sha256 => line(&path, record),
            Ok(_) => "cannot be shown: the file has changed since the run read it".to_owned(),
            Err(error) => format!("cannot be shown: {error}"),
        });
    }
    shown
}

fn path(study: &Study, record: &Origin) -> PathBuf {
    let source = study.sources.iter().find(|source| source.contract.name == record.source);
    let root = match source.map(|source| source.root) {
        Some(Root::Study) => &study.folder,
        _ => &study.data,
    };
    root.join(&record.file)
}

fn line(path: &Path, record: &Origin) -> String {
    let (Some(offset), Some(length)) = (record.byte_offset, record.byte_length) else {
        return format!("row {} of sheet {}", record.line, record.sheet.as_deref().unwrap_or("1"));
    };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(u64::try_from(offset).unwrap_or_default()))?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim_end().to_owned(),
        Err(error) => format!("cannot be shown: {error}"),
    }
}

/// A delivered text on one line, without what would steer a terminal.
pub(crate) fn shown(text: &str) -> String {
    let plain = |c: char| match c {
        '\n' => '⏎',
        '\t' => c,
        c if c.is_control() => '·',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}
