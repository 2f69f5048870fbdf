//! Who asked what: a file of JSON lines, for its owner and for auditors (`audit.queries`).

use crate::error::ServeError;
use crate::role::Role;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes after which the file is put aside and a new one begun.
const PART: u64 = 16 << 20;
/// Files that were put aside and are kept.
const KEPT: u32 = 4;

/// One query and how it ended.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// When it was asked, in UTC.
    pub(crate) asked: String,
    pub(crate) user: String,
    pub(crate) role: Role,
    /// Address of the client.
    pub(crate) client: String,
    /// What the client calls itself.
    pub(crate) application: String,
    pub(crate) database: String,
    /// Number of the run that was read; none if nothing was.
    pub(crate) run: Option<u64>,
    pub(crate) text: String,
    /// Rows that were sent.
    pub(crate) rows: u64,
    pub(crate) millis: u64,
    /// `00000`, or the SQLSTATE that it ended with.
    pub(crate) outcome: String,
}

/// Columns of the log as a table.
pub(crate) fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    Arc::new(Schema::new(vec![
        text("asked"),
        text("user"),
        text("role"),
        text("client"),
        text("application"),
        text("database"),
        number("run"),
        text("text"),
        number("rows"),
        number("millis"),
        text("outcome"),
    ]))
}

/// The files of a log, the oldest first.
pub(crate) fn parts(path: &Path) -> Vec<PathBuf> {
    (1..=KEPT).rev().map(|age| aside(path, age)).chain([path.to_owned()]).collect()
}

fn aside(path: &Path, age: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{age}"));
    PathBuf::from(name)
}

/// A log that is written.
#[derive(Debug)]
pub(crate) struct QueryLog {
    path: PathBuf,
    part: u64,
    open: Mutex<Option<(File, u64)>>,
}

impl QueryLog {
    /// Opens a log, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, ServeError> {
        let log = Self { path: path.to_owned(), part: PART, open: Mutex::default() };
        log.ready().map_err(ServeError::io("write", path))?;
        Ok(log)
    }

    /// Whether what is asked now can be written down; if not, it is not answered.
    pub(crate) fn ready(&self) -> std::io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
            let bytes = file.metadata()?.len();
            *open = Some((file, bytes));
        }
        Ok(())
    }

    /// Writes an entry. What cannot be written is told to the server's own log, and queries wait until it can.
    pub(crate) fn write(&self, entry: &Entry) {
        let written = self.ready().and_then(|()| self.append(entry));
        if let Err(error) = written {
            tracing::error!(%error, path = %self.path.display(), "a query could not be written down");
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn append(&self, entry: &Entry) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((file, bytes)) = open.as_mut() else { return Ok(()) };
        file.write_all(&line)?;
        *bytes += line.len() as u64;
        if *bytes >= self.part {
            *open = None;
            for age in (1..KEPT).rev() {
                let from = aside(&self.path, age);
                if from.exists() {
                    std::fs::rename(from, aside(&self.path, age + 1))?;
                }
            }
            std::fs::rename(&self.path, aside(&self.path, 1))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry {
            asked: "2026-01-02T03:04:05Z".into(),
            user: "anna".into(),
            role: Role::Analyst,
            client: "127.0.0.1".into(),
            application: "psql".into(),
            database: "current".into(),
            run: Some(7),
            text: text.into(),
            rows: 3,
            millis: 5,
            outcome: "00000".into(),
        }
    }

    #[test]
    fn the_log_grows_to_a_size_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queries.jsonl");
        let log = QueryLog { path: path.clone(), part: 1_000, open: Mutex::default() };
        for n in 0..200 {
            log.write(&entry(&format!("select {n}")));
        }
        let texts: Vec<String> =
            parts(&path).iter().filter_map(|part| std::fs::read_to_string(part).ok()).collect();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5);
        assert!(texts.iter().all(|text| text.len() < 1_300));
        assert!(texts.last().unwrap().ends_with('\n') && texts.concat().contains("select 199"));
        assert!(!texts.concat().contains("select 0\""));
    }

    #[test]
    fn an_entry_is_a_line_of_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queries.jsonl");
        QueryLog::open(&path).unwrap().write(&entry("select '\n'"));
        let file = std::io::BufReader::new(File::open(&path).unwrap());
        let mut reader = arrow::json::ReaderBuilder::new(schema()).build(file).unwrap();
        let rows = reader.next().unwrap().unwrap();
        assert_eq!((rows.num_rows(), rows.num_columns()), (1, 11));
        assert!(rows.columns().iter().all(|column| column.null_count() == 0));
    }
}
