//! Delivered lines themselves.

use engine::Origin;
use std::io::{Read, Seek, SeekFrom};
use study::{Root, Study};

/// The record as delivered; for a workbook, or a file that is no longer there, a word about it.
pub(crate) fn line(study: &Study, record: &Origin) -> String {
    let source = study.sources.iter().find(|source| source.contract.name == record.source);
    let root = match source.map(|source| source.root) {
        Some(Root::Study) => &study.folder,
        _ => &study.data,
    };
    let (Some(offset), Some(length)) = (record.byte_offset, record.byte_length) else {
        return format!("row {} of sheet {}", record.line, record.sheet.as_deref().unwrap_or("1"));
    };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(root.join(&record.file))?;
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
