use crate::{Chunk, FileSummary, IngestError, InputFile, Limits, open};
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::path::Path;
use terms::{Code, Column, ColumnType, Contract, IdentityKey, Normalise, Sensitivity};

/// The contract of a library's borrowings.
pub(crate) fn loans() -> Contract {
    let code = |spelling: &str, code: &str| Code { spelling: spelling.into(), code: code.into() };
    let branch = ColumnType::Code(vec![code("Noord", "north"), code("Zuid", "south")]);
    let mut card = column("card", &["Card number", "Card"], ColumnType::Text);
    card.normalise = Normalise::Alphanumeric;
    card.pattern = Some("[0-9]{10}".into());
    card.sensitivity = Sensitivity::Identifying;
    card.pseudonym = Some("card_ref".into());
    let mut title = column("title", &["Title"], ColumnType::Text);
    title.required = true;
    let mut fine = column("fine", &["Fine"], ColumnType::Decimal);
    fine.optional_header = true;
    Contract {
        name: "loans".into(),
        files: "loans/*.{csv,xlsx}".into(),
        file_column: Some(column("branch", &[], branch)),
        columns: vec![
            card,
            title,
            column("borrowed", &["Date borrowed"], ColumnType::Date),
            column("copies", &["Copies"], ColumnType::Integer),
            fine,
            column("returned", &["Returned"], ColumnType::Boolean),
        ],
    }
}

pub(crate) fn column(name: &str, headers: &[&str], kind: ColumnType) -> Column {
    Column {
        name: name.into(),
        headers: headers.iter().map(|header| (*header).to_owned()).collect(),
        kind,
        required: false,
        optional_header: false,
        pattern: None,
        missing: vec!["-".into()],
        normalise: Normalise::Blanks,
        sensitivity: Sensitivity::Public,
        pseudonym: None,
    }
}

/// What one file gave.
pub(crate) struct Outcome {
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) summary: FileSummary,
}

/// Writes `bytes` to a file of this name and reads it.
pub(crate) fn read_with(
    contract: &Contract,
    limits: &Limits,
    name: &str,
    bytes: &[u8],
) -> Result<Outcome, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_path(contract, limits, name, &path)
}

pub(crate) fn read_path(
    contract: &Contract,
    limits: &Limits,
    name: &str,
    path: &Path,
) -> Result<Outcome, IngestError> {
    let file = InputFile { name: format!("loans/{name}"), path: path.to_owned() };
    let key = IdentityKey::demonstration();
    let mut reader = open(contract, &key, &file, limits)?;
    let chunks = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    let summary = reader.finish()?;
    assert_eq!(summary.records, summary.staged + summary.quarantined);
    Ok(Outcome { chunks, summary })
}

pub(crate) fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<Outcome, IngestError> {
    read_with(&loans(), &Limits::default(), name, bytes.as_ref())
}

/// The whole-file error of a file that must have one.
pub(crate) fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    read(name, bytes).err().expect("the file was accepted").to_string()
}

/// Account, staged rows and faults as lines of text.
pub(crate) fn shown(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let outcome = read(name, bytes).unwrap_or_else(|error| panic!("{error}"));
    let summary = &outcome.summary;
    let mut lines = vec![format!(
        "{}: {} records, {} staged, {} quarantined, {} blank",
        summary.format, summary.records, summary.staged, summary.quarantined, summary.blank
    )];
    for chunk in &outcome.chunks {
        lines.extend(rows(
            &chunk.staged,
            &[
                "line",
                "byte_offset",
                "byte_length",
                "card",
                "title",
                "borrowed",
                "copies",
                "fine",
                "returned",
            ],
        ));
        lines.extend(rows(&chunk.quarantine, &["line", "column", "value", "reason_code", "raw"]));
    }
    lines.extend(summary.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// The rows of a batch, these columns only; missing values as a middle dot.
pub(crate) fn rows(batch: &RecordBatch, columns: &[&str]) -> Vec<String> {
    let options = FormatOptions::default().with_null("·");
    let columns: Vec<_> = columns
        .iter()
        .map(|name| ArrayFormatter::try_new(batch.column_by_name(name).unwrap(), &options).unwrap())
        .collect();
    let row =
        |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join(" | ");
    (0..batch.num_rows()).map(row).collect()
}

/// One column of all chunks, staged rows only.
pub(crate) fn staged(outcome: &Outcome, column: &str) -> Vec<String> {
    outcome.chunks.iter().flat_map(|chunk| rows(&chunk.staged, &[column])).collect()
}

/// One column of all chunks, faults only.
pub(crate) fn quarantined(outcome: &Outcome, column: &str) -> Vec<String> {
    outcome.chunks.iter().flat_map(|chunk| rows(&chunk.quarantine, &[column])).collect()
}

/// Header of the delimited files.
pub(crate) const HEADER: &str = "Card number;Title;Date borrowed;Copies;Fine;Returned\n";

/// A delimited file with this header and these lines.
pub(crate) fn csv(lines: &str) -> String {
    format!("{HEADER}{lines}")
}
