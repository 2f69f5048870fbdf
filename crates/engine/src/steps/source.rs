//! A source: delivered files to `staging`, `identity` and `origin`, with what was refused.

mod file_rows;
mod files;
mod unchanged;

pub(crate) use file_rows::{file_rows, files_of};

use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::held;
use crate::night::{Night, Whole};
use crate::spool::Spooled;
use arrow::compute::concat_batches;
use arrow::datatypes::DataType;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{ExprFunctionExt, cast, lit, when};
use datafusion::prelude::{DataFrame, col, concat};
use ingest::{Chunk, FileSummary, IngestError, InputFile, Limits};
use study::{Source, Study};
use terms::{Contract, IdentityKey, NodeRecord, ObjectHash, Sensitivity, TableName, TableRecord};
use unchanged::Unchanged;
use warehouse::DeliveredHashes;

/// Columns that say where a record was delivered, in the order in which records of equal content are counted.
const PLACES: [&str; 4] = ["file", "sheet", "line", "byte_offset"];
/// Columns of `origin`.
const ORIGIN: [&str; 6] = ["row_id", "file", "sheet", "line", "byte_offset", "byte_length"];
/// Columns that tell all lines of the quarantine of a source apart.
const REFUSED: [&str; 7] = ["file", "sheet", "line", "column", "reason_code", "value", "reason"];

/// A source with its files as they were found before the run.
pub(crate) struct Delivery<'a> {
    pub(crate) source: &'a Source,
    pub(crate) files: Vec<(InputFile, ObjectHash)>,
}

impl Delivery<'_> {
    /// How many bytes there are to read, as far as that can be told.
    pub(crate) fn bytes(&self) -> u64 {
        let length = |path| std::fs::metadata(path).map_or(0, |file| file.len());
        self.files.iter().map(|(file, _)| length(&file.path)).sum()
    }
}

/// Table names of a source.
pub(crate) struct SourceTables {
    pub(crate) staging: TableName,
    pub(crate) identity: Option<TableName>,
    pub(crate) origin: TableName,
    pub(crate) quarantine: TableName,
    pub(crate) files: TableName,
}

impl SourceTables {
    pub(crate) fn of(source: &Source) -> Result<Self, EngineError> {
        let name = &source.contract.name;
        Ok(Self {
            staging: TableName::new("staging", name)?,
            identity: source.has_identity().then(|| TableName::new("identity", name)).transpose()?,
            origin: TableName::new("origin", name)?,
            quarantine: TableName::new("audit", &format!("quarantine_{name}"))?,
            files: TableName::new("audit", &format!("files_{name}"))?,
        })
    }
}

/// Finds the files of a source, and hashes those whose hash is not known.
pub(crate) fn discover<'a>(
    study: &Study,
    source: &'a Source,
    hashes: &mut DeliveredHashes,
) -> Result<Delivery<'a>, EngineError> {
    let mut files = Vec::new();
    for file in ingest::discover(study.root(source), &source.contract)? {
        let read = || ingest::fingerprint(&file, &Limits::default()).map(|(hash, _)| hash);
        let hash = hashes.of(&file.path, read)?;
        files.push((file, hash));
    }
    Ok(Delivery { source, files })
}

/// Contract, file names, file contents and key decide what is staged.
pub(crate) fn fingerprint(delivery: &Delivery<'_>, key: &IdentityKey) -> Result<ObjectHash, EngineError> {
    let files = delivery.files.iter().map(|(file, hash)| (file.name.as_str(), hash));
    fingerprint_of(&delivery.source.contract, key, files)
}

fn fingerprint_of<'f>(
    contract: &Contract,
    key: &IdentityKey,
    files: impl Iterator<Item = (&'f str, &'f ObjectHash)>,
) -> Result<ObjectHash, EngineError> {
    let contract = serde_json::to_string(contract).map_err(|e| EngineError::Bug(e.to_string()))?;
    let mut parts = Fingerprint::new("source");
    parts.add("contract", &contract);
    parts.add("key", &key.pseudonym("fingerprint of the key"));
    for (name, hash) in files {
        parts.add(name, hash.as_str());
    }
    Ok(parts.finish())
}

/// Reads the files and stores the tables of the source. What became of files that are as they were is taken from `last`, what
/// the last run made of the source.
pub(crate) async fn run(
    night: &mut Night<'_>,
    delivery: &Delivery<'_>,
    key: &IdentityKey,
    last: Option<&NodeRecord>,
) -> Result<Vec<TableRecord>, EngineError> {
    let contract = &delivery.source.contract;
    let tables = SourceTables::of(delivery.source)?;
    let (staged, quarantine, summaries) = read(night, delivery, key, last)?;
    let columns = ingest::column_schema(contract);
    let names = |identifying: bool| -> Vec<&str> {
        let wanted = columns.iter().filter(|(_, _, s)| (*s == Sensitivity::Identifying) == identifying);
        std::iter::once("row_id").chain(wanted.map(|(name, _, _)| name.as_str())).collect()
    };
    let staging = Some((tables.staging, names(false)));
    let identity = tables.identity.map(|table| (table, names(true)));
    let wanted = staging.into_iter().chain(identity).chain([(tables.origin, ORIGIN.to_vec())]);
    let mut records = match &staged.held {
        Some(held) => {
            let staged = concat_batches(&staged.table.schema(), held)?;
            let numbered = held::with_row_ids(&staged, &PLACES)?;
            let place = |name: &&str| numbered.schema_ref().index_of(name);
            let mut parts = Vec::new();
            for (table, columns) in wanted {
                let places = columns.iter().map(place).collect::<Result<Vec<_>, _>>()?;
                parts.push(Whole { table, rows: numbered.project(&places)?, sort: &["row_id"] });
            }
            night.store_all(&parts)?
        }
        None => {
            let numbered =
                night.settle(with_row_ids(night.context.read_table(staged.table.clone())?)?).await?;
            let mut stored = Vec::new();
            for (table, columns) in wanted {
                let rows = night.context.read_table(numbered.table.clone())?.select_columns(&columns)?;
                stored.push(night.store_sorted(table, rows, &["row_id"]).await?);
            }
            stored
        }
    };
    let refused = night.context.read_table(quarantine.table.clone())?.distinct()?;
    records.push(night.store_sorted(tables.quarantine, refused, &REFUSED).await?);
    records.push(night.store_whole(tables.files, &file_rows(&contract.name, &summaries)?, &["file"])?);
    Ok(records)
}

type Read = (Spooled, Spooled, Vec<FileSummary>);

fn read(
    night: &Night<'_>,
    delivery: &Delivery<'_>,
    key: &IdentityKey,
    last: Option<&NodeRecord>,
) -> Result<Read, EngineError> {
    let contract = &delivery.source.contract;
    let mut staged = night.spool(&ingest::staged_schema(contract));
    let mut quarantine = night.spool(&ingest::quarantine_schema());
    let mut summaries: Vec<FileSummary> = Vec::new();
    let mut files = delivery.files.clone();
    if let Some(unchanged) = last.and_then(|last| unchanged(night, delivery, key, last)) {
        staged.push(&unchanged.staged)?;
        quarantine.push(&unchanged.quarantine)?;
        files.retain(|(file, _)| !unchanged.has(&file.name));
        summaries.extend(unchanged.summaries);
    }
    let (source, unchanged) = (&contract.name, summaries.len());
    tracing::info!(%source, unchanged, read = files.len(), "files of a source");
    let mut take = |chunk: &Chunk| {
        staged.push(&chunk.staged)?;
        quarantine.push(&chunk.quarantine)
    };
    files::read(contract, key, &files, night.threads(), &mut take, &mut |summary| {
        summaries.push(summary);
        Ok(())
    })?;
    if contract.file_column.is_none() {
        all_different(&mut summaries)?;
    }
    let staged = staged.finish()?;
    let read: u64 = summaries.iter().map(|summary| summary.staged).sum();
    if staged.rows as u64 != read {
        return Err(EngineError::Bug(format!("{read} records staged, {} arrived", staged.rows)));
    }
    Ok((staged, quarantine.finish()?, summaries))
}

/// What can be taken over; nothing where the last run's tables are not what they were, for the files are still there.
fn unchanged(
    night: &Night<'_>,
    delivery: &Delivery<'_>,
    key: &IdentityKey,
    last: &NodeRecord,
) -> Option<Unchanged> {
    Unchanged::of(night.warehouse, delivery, key, last).unwrap_or_else(|error| {
        tracing::warn!(source = %delivery.source.contract.name, %error, "all files of a source are read again");
        None
    })
}

/// The same bytes delivered twice would count each record twice; where the name of the file is a value they may be meant. The files
/// come to stand in order of their names, so that what is said hangs on no earlier run.
fn all_different(files: &mut [FileSummary]) -> Result<(), EngineError> {
    file_rows::sort(files);
    for (place, file) in files.iter().enumerate() {
        let twin = files[..place].iter().find(|other| file.records > 0 && other.sha256 == file.sha256);
        if let Some(twin) = twin {
            return Err(IngestError::same_bytes(&file.file, &twin.file).into());
        }
    }
    Ok(())
}

/// Adds `row_id`: the content's identity, with a suffix for the second and later records of equal content,
/// counted in file and line order.
fn with_row_ids(staged: DataFrame) -> Result<DataFrame, EngineError> {
    let occurrence = row_number()
        .partition_by(vec![col("content_id")])
        .order_by(PLACES.iter().map(|place| col(*place).sort(true, true)).collect())
        .build()?
        .alias("occurrence");
    let suffixed = concat(vec![col("content_id"), lit("-"), cast(col("occurrence"), DataType::Utf8)]);
    let row_id = when(col("occurrence").eq(lit(1_u64)), col("content_id")).otherwise(suffixed)?;
    Ok(staged
        .window(vec![occurrence])?
        .with_column("row_id", row_id)?
        .drop_columns(&["occurrence", "content_id"])?)
}
