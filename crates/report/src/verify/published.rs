//! The published tables as they were transcribed.

use crate::ReportError;
use std::collections::BTreeSet;
use study::PublishedTable;

/// Column of every published file that says from which lines of the print the row was taken.
const SOURCE_LINES: &str = "seed_lines";

/// A published table, reduced to what is compared.
pub(super) struct Published {
    pub(super) columns: Vec<PublishedColumn>,
    pub(super) rows: Vec<PublishedRow>,
}

/// A printed column that is compared.
pub(super) struct PublishedColumn {
    /// Name in the file.
    pub(super) printed: String,
    /// Name in the appendix.
    pub(super) own: String,
    /// Place in the file's rows, from 0.
    pub(super) place: usize,
}

/// A printed row.
pub(super) struct PublishedRow {
    /// Folded text of the key.
    pub(super) key: String,
    /// All texts of the row.
    pub(super) texts: csv::StringRecord,
}

impl Published {
    /// Reads a published file. The key column may be an ignored one.
    pub(super) fn read(appendix: &str, declared: &PublishedTable, bytes: &[u8]) -> Result<Self, ReportError> {
        let file = declared.file.as_str();
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let fault = |error| csv_fault(appendix, file, &error);
        let header: Vec<String> = reader.headers().map_err(fault)?.iter().map(str::to_owned).collect();
        let missing = |what, column: &str| ReportError::PublishedColumn {
            appendix: appendix.to_owned(),
            file: file.to_owned(),
            what,
            column: column.to_owned(),
            present: header.join(", "),
        };
        check_declared(declared, &header, missing)?;
        let own = |printed: &String| declared.columns.get(printed).unwrap_or(printed).clone();
        let key = header.iter().position(|printed| own(printed) == declared.key);
        let key = key.ok_or_else(|| missing("the published key", &declared.key))?;
        let columns = header.iter().enumerate().filter(|(_, printed)| {
            printed.as_str() != SOURCE_LINES && !declared.ignore.contains_key(*printed)
        });
        let columns = columns
            .map(|(place, printed)| PublishedColumn { printed: printed.clone(), own: own(printed), place })
            .collect();
        let mut keys = BTreeSet::new();
        let mut rows = Vec::new();
        for record in reader.records() {
            let texts = record.map_err(fault)?;
            let key_text = fold(texts.get(key).unwrap_or_default());
            if !keys.insert(key_text.clone()) {
                let line = texts.position().map_or(0, csv::Position::line);
                return Err(ReportError::DuplicateKey {
                    appendix: appendix.to_owned(),
                    place: format!("{file}, line {line},"),
                    column: declared.key.clone(),
                    key: key_text,
                });
            }
            rows.push(PublishedRow { key: key_text, texts });
        }
        Ok(Self { columns, rows })
    }
}

/// The text with every run of blanks folded to one and none at the ends.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_declared(
    declared: &PublishedTable,
    header: &[String],
    missing: impl Fn(&'static str, &str) -> ReportError,
) -> Result<(), ReportError> {
    let named = declared.columns.keys().map(|column| ("`published.columns`", column));
    let ignored = declared.ignore.keys().map(|column| ("`published.ignore`", column));
    match named.chain(ignored).find(|(_, column)| !header.contains(column)) {
        Some((what, column)) => Err(missing(what, column)),
        None => Ok(()),
    }
}

fn csv_fault(appendix: &str, file: &str, error: &csv::Error) -> ReportError {
    ReportError::PublishedCsv {
        appendix: appendix.to_owned(),
        file: file.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        message: error.to_string(),
    }
}
