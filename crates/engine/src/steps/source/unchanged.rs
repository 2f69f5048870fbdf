//! Files that are as they were in the last run: their records come from the tables of that run, and the files are not read.

use super::{Delivery, SourceTables, file_rows, files_of, fingerprint_of};
use crate::cells::text_named;
use crate::error::EngineError;
use crate::objects::read_table;
use crate::spool::ROWS_IN_MEMORY;
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{concat_batches, filter_record_batch};
use ingest::FileSummary;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{IdentityKey, NodeRecord, ObjectHash, TableName, TableRecord};
use warehouse::Warehouse;

/// What the last run made of the files that are as they were.
pub(super) struct Unchanged {
    /// As the files would be staged, in another order.
    pub(super) staged: RecordBatch,
    pub(super) quarantine: RecordBatch,
    pub(super) summaries: Vec<FileSummary>,
}

impl Unchanged {
    /// What can be taken over of the last run of this source. Nothing, where that run read the same files otherwise (by another
    /// contract, key or engine), where no file is as it was, or where the tables are too large to be in memory.
    ///
    /// # Errors
    /// A table of that run that is missing, or not what its name promises.
    pub(super) fn of(
        warehouse: &Warehouse,
        delivery: &Delivery<'_>,
        key: &IdentityKey,
        last: &NodeRecord,
    ) -> Result<Option<Self>, EngineError> {
        let Some(tables) = Tables::of(&SourceTables::of(delivery.source)?, last) else { return Ok(None) };
        let rows = whole(warehouse, tables.files)?;
        let mut before: Vec<FileSummary> = files_of(&rows)?.into_iter().map(|(_, file)| file).collect();
        file_rows::sort(&mut before);
        let files = before.iter().map(|file| (file.file.as_str(), &file.sha256));
        // Its fingerprint is that of the last run's files, read as they would be now: so they were read in this way.
        if fingerprint_of(&delivery.source.contract, key, files)? != last.fingerprint {
            return Ok(None);
        }
        let now: BTreeMap<&str, &ObjectHash> =
            delivery.files.iter().map(|(file, hash)| (file.name.as_str(), hash)).collect();
        let is_unchanged = |file: &FileSummary| now.get(file.file.as_str()) == Some(&&file.sha256);
        let summaries: Vec<FileSummary> = before.into_iter().filter(is_unchanged).collect();
        if summaries.is_empty() {
            return Ok(None);
        }
        let of_these = |rows: &RecordBatch| of_files(rows, &summaries);
        let staged = of_these(&tables.staged(warehouse, delivery)?)?;
        let quarantine = of_these(&whole(warehouse, tables.quarantine)?)?;
        Ok(Some(Self { staged, quarantine, summaries }))
    }

    /// Whether a file is among them.
    pub(super) fn has(&self, file: &str) -> bool {
        self.summaries.iter().any(|unchanged| unchanged.file == file)
    }
}

/// Tables of a source as the last run stored them.
struct Tables<'a> {
    staging: &'a TableRecord,
    identity: Option<&'a TableRecord>,
    origin: &'a TableRecord,
    quarantine: &'a TableRecord,
    files: &'a TableRecord,
}

impl<'a> Tables<'a> {
    /// None if that run made others, or larger ones than are held in memory.
    fn of(names: &SourceTables, last: &'a NodeRecord) -> Option<Self> {
        let made = |table: &TableName| last.tables.iter().find(|made| made.table == *table);
        let identity = match &names.identity {
            Some(table) => Some(made(table)?),
            None => None,
        };
        let tables = Self {
            staging: made(&names.staging)?,
            identity,
            origin: made(&names.origin)?,
            quarantine: made(&names.quarantine)?,
            files: made(&names.files)?,
        };
        let rows = [tables.staging, tables.quarantine, tables.files].map(|table| table.rows);
        rows.iter().all(|rows| *rows <= ROWS_IN_MEMORY as u64).then_some(tables)
    }

    /// The records as they were staged: `content_id` is `row_id` without the number of a record of equal content.
    fn staged(&self, warehouse: &Warehouse, delivery: &Delivery<'_>) -> Result<RecordBatch, EngineError> {
        let parts = [Some(self.staging), self.identity, Some(self.origin)].into_iter().flatten();
        let parts =
            parts.map(|part| whole(warehouse, part)).collect::<Result<Vec<RecordBatch>, EngineError>>()?;
        let ids = row_ids(&parts[0])?;
        for part in &parts[1..] {
            if row_ids(part)? != ids {
                return Err(bug("the tables of a source have other rows".to_owned()));
            }
        }
        let contents =
            ids.iter().flatten().map(|id| Some(id.split_once('-').map_or(id, |(content, _)| content)));
        let contents: ArrayRef = Arc::new(contents.collect::<StringArray>());
        let schema = ingest::staged_schema(&delivery.source.contract);
        let column = |name: &String| {
            let stored = || parts.iter().find_map(|part| part.column_by_name(name)).cloned();
            let column = if name == "content_id" { Some(contents.clone()) } else { stored() };
            let column = column.ok_or_else(|| bug(format!("the tables of a source have no column {name}")));
            column.map(|column| (name.clone(), column, true))
        };
        let columns =
            schema.fields().iter().map(|field| column(field.name())).collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }
}

/// All rows of a table.
fn whole(warehouse: &Warehouse, table: &TableRecord) -> Result<RecordBatch, EngineError> {
    let rows = read_table(warehouse, table)?;
    Ok(concat_batches(rows[0].schema_ref(), &rows)?)
}

/// The rows of these files.
fn of_files(rows: &RecordBatch, files: &[FileSummary]) -> Result<RecordBatch, EngineError> {
    let names = text(rows, "file")?;
    let is_one = |name: Option<&str>| Some(files.iter().any(|file| Some(file.file.as_str()) == name));
    Ok(filter_record_batch(rows, &names.iter().map(is_one).collect::<BooleanArray>())?)
}

fn row_ids(rows: &RecordBatch) -> Result<StringArray, EngineError> {
    text(rows, "row_id")
}

fn text(rows: &RecordBatch, name: &str) -> Result<StringArray, EngineError> {
    text_named(rows, name)?.ok_or_else(|| bug(format!("a table of a source has no column {name}")))
}

fn bug(message: String) -> EngineError {
    EngineError::Bug(message)
}
