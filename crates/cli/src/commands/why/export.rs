//! The delivered records behind a cell as a file that can be kept: one row for each.

use crate::commands::words::{decision, pair};
use crate::failure::Failure;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use engine::Record;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use terms::TableName;

/// Writes a CSV or Parquet file, by the ending of its name.
pub(super) fn write(path: &Path, records: &[Record], raw: Option<&[String]>) -> Result<(), Failure> {
    let create = || File::create(path).map_err(|error| Failure::io(path, &error));
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => {
            let batch = batch(records, raw, report::harmless).map_err(|error| arrow_fault(path, &error))?;
            let mut writer = arrow::csv::Writer::new(create()?);
            writer.write(&batch).map_err(|error| arrow_fault(path, &error))
        }
        Some("parquet") => {
            let batch = batch(records, raw, str::to_owned).map_err(|error| arrow_fault(path, &error))?;
            let fault = |error: ParquetError| Failure::Io(format!("{}: {error}", path.display()));
            let mut writer = ArrowWriter::try_new(create()?, batch.schema(), None).map_err(fault)?;
            writer.write(&batch).map_err(fault)?;
            writer.close().map_err(fault)?;
            Ok(())
        }
        _ => Err(Failure::Usage(format!(
            "{}: the name of the file must end in .csv or .parquet",
            path.display()
        ))),
    }
}

fn arrow_fault(path: &Path, error: &ArrowError) -> Failure {
    Failure::Io(format!("{}: {error}", path.display()))
}

/// One row for each record; what a spreadsheet would calculate is made `harmless`.
fn batch(
    records: &[Record],
    raw: Option<&[String]>,
    harmless: fn(&str) -> String,
) -> Result<RecordBatch, ArrowError> {
    let text = |of: &dyn Fn(&Record) -> Option<String>| -> ArrayRef {
        Arc::new(records.iter().map(|record| of(record).map(|text| harmless(&text))).collect::<StringArray>())
    };
    let number = |of: fn(&Record) -> Option<i64>| -> ArrayRef {
        Arc::new(records.iter().map(of).collect::<Int64Array>())
    };
    let told = |parts: Vec<Vec<String>>| {
        (!parts.is_empty())
            .then(|| parts.iter().map(|lines| lines.join("; ")).collect::<Vec<_>>().join(" | "))
    };
    let mut columns = vec![
        ("path", text(&|record| Some(path(&record.through)))),
        ("source", text(&|record| Some(record.origin.source.clone()))),
        ("file", text(&|record| Some(record.origin.file.clone()))),
        ("sheet", text(&|record| record.origin.sheet.clone())),
        ("line", number(|record| Some(record.origin.line))),
        ("byte_offset", number(|record| record.origin.byte_offset)),
        ("byte_length", number(|record| record.origin.byte_length)),
        ("file_sha256", text(&|record| Some(record.origin.sha256.clone()))),
        ("row_id", text(&|record| Some(record.origin.row_id.clone()))),
        ("decisions", text(&|record| told(record.decisions.iter().map(decision).collect()))),
        ("matches", text(&|record| told(record.matches.iter().map(pair).collect()))),
    ];
    if let Some(raw) = raw {
        let lines: StringArray = raw.iter().map(|line| Some(harmless(line))).collect();
        columns.push(("raw", Arc::new(lines)));
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true)))
}

fn path(through: &[TableName]) -> String {
    through.iter().map(ToString::to_string).collect::<Vec<_>>().join(" > ")
}
