//! The CSV files that a search reads and writes.

use crate::error::SynthError;
use std::collections::BTreeMap;
use std::path::Path;

/// A line by column name.
pub(super) type Row = BTreeMap<String, String>;

fn fault(path: &Path, problem: &dyn std::fmt::Display) -> SynthError {
    SynthError::Search(format!("{}: {problem}", path.display()))
}

/// All lines of a file. Errors: [`SynthError::Search`] with the file, and the line where there is one.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, SynthError> {
    csv::Reader::from_path(path)
        .and_then(|mut reader| reader.deserialize().collect())
        .map_err(|error: csv::Error| fault(path, &error))
}

/// Writes a header and lines. Errors: [`SynthError::Search`] with the file.
pub(super) fn write<R>(path: &Path, header: &[&str], rows: R) -> Result<(), SynthError>
where
    R: Iterator,
    R::Item: IntoIterator<Item: AsRef<[u8]>>,
{
    let mut writer = csv::Writer::from_path(path).map_err(|error| fault(path, &error))?;
    writer.write_record(header).map_err(|error| fault(path, &error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| fault(path, &error))?;
    }
    writer.flush().map_err(|error| fault(path, &error))
}
