//! What became of each delivered file, as the rows of `audit.files_…` and `audit.files`.

use crate::cells::text_named;
use crate::error::EngineError;
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use ingest::FileSummary;
use std::path::Path;
use std::sync::Arc;

/// One row for each file of a source.
pub(crate) fn file_rows(source: &str, summaries: &[FileSummary]) -> Result<RecordBatch, EngineError> {
    let text = |of: fn(&FileSummary) -> &str| -> ArrayRef {
        Arc::new(summaries.iter().map(|s| Some(of(s))).collect::<StringArray>())
    };
    let number = |of: fn(&FileSummary) -> u64| -> ArrayRef {
        Arc::new(summaries.iter().map(|s| i64::try_from(of(s)).ok()).collect::<Int64Array>())
    };
    let sources: StringArray = summaries.iter().map(|_| Some(source)).collect();
    Ok(RecordBatch::try_from_iter([
        ("source", Arc::new(sources) as ArrayRef),
        ("file", text(|s| &s.file)),
        ("sha256", text(|s| s.sha256.as_str())),
        ("bytes", number(|s| s.bytes)),
        ("format", text(|s| &s.format)),
        ("records", number(|s| s.records)),
        ("staged", number(|s| s.staged)),
        ("quarantined", number(|s| s.quarantined)),
        ("blank", number(|s| s.blank)),
    ])?)
}

/// What [`file_rows`] made rows of, with the source of each: what no column holds, sheet and notes, is left out.
pub(crate) fn files_of(rows: &RecordBatch) -> Result<Vec<(String, FileSummary)>, EngineError> {
    let text = |name: &str| -> Result<StringArray, EngineError> {
        text_named(rows, name)?.ok_or_else(|| bug(format!("a table of files has no column {name}")))
    };
    let [sources, names, hashes, formats] =
        [text("source")?, text("file")?, text("sha256")?, text("format")?];
    let number = |name: &str, row: usize| {
        let column = rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
        let number = column.and_then(|column| u64::try_from(column.value(row)).ok());
        number.ok_or_else(|| bug(format!("a file without a number of {name}")))
    };
    let file = |row: usize| {
        let summary = FileSummary {
            file: names.value(row).to_owned(),
            sha256: hashes.value(row).to_owned().try_into().map_err(|error| bug(format!("{error}")))?,
            bytes: number("bytes", row)?,
            format: formats.value(row).to_owned(),
            sheet: None,
            records: number("records", row)?,
            staged: number("staged", row)?,
            quarantined: number("quarantined", row)?,
            blank: number("blank", row)?,
            notes: Vec::new(),
        };
        Ok((sources.value(row).to_owned(), summary))
    };
    (0..rows.num_rows()).map(file).collect()
}

/// Puts files in the order in which they are found.
pub(super) fn sort(files: &mut [FileSummary]) {
    files.sort_by(|one, other| Path::new(&one.file).cmp(Path::new(&other.file)));
}

fn bug(message: String) -> EngineError {
    EngineError::Bug(message)
}
