//! The audit tables: what all sources and rounds recorded, in one table each.

use crate::encode::stored_schema;
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::night::Night;
use crate::so_far::SoFar;
use crate::spool::ROWS_IN_MEMORY;
use crate::steps::decisions;
use crate::steps::review;
use crate::steps::round::RoundTables;
use crate::steps::source::{self, SourceTables};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use study::Study;
use terms::{ObjectHash, TableName, TableRecord};

/// The tables that this step makes, in order.
pub(crate) const TABLES: [&str; 4] = ["decisions", "waterfall", "quarantine", "files"];

/// One audit table: its parts, and the columns that order it.
struct Union {
    table: &'static str,
    empty: RecordBatch,
    parts: Vec<TableName>,
    sort: &'static [&'static str],
}

fn unions(study: &Study) -> Result<Vec<Union>, EngineError> {
    let sources = study.sources.iter().map(SourceTables::of).collect::<Result<Vec<_>, _>>()?;
    let rounds = study.rounds.iter().map(RoundTables::of).collect::<Result<Vec<_>, _>>()?;
    let [no_decisions, no_waterfall, no_quarantine, no_files] = empty()?;
    Ok(vec![
        Union {
            table: TABLES[0],
            empty: no_decisions,
            parts: rounds.iter().map(|r| r.decisions.clone()).collect(),
            sort: &["round_no", "step", "row_id"],
        },
        Union {
            table: TABLES[1],
            empty: no_waterfall,
            parts: rounds.iter().map(|r| r.waterfall.clone()).collect(),
            sort: &["round_no", "step", "population"],
        },
        Union {
            table: TABLES[2],
            empty: no_quarantine,
            parts: sources.iter().map(|s| s.quarantine.clone()).collect(),
            sort: &["source", "file", "sheet", "line", "column", "reason_code", "value", "reason"],
        },
        Union {
            table: TABLES[3],
            empty: no_files,
            parts: sources.iter().map(|s| s.files.clone()).collect(),
            sort: &["source", "file"],
        },
    ])
}

/// [`TABLES`] without rows.
fn empty() -> Result<[RecordBatch; 4], EngineError> {
    let (decisions, waterfall) = decisions::empty()?;
    let quarantine = RecordBatch::new_empty(ingest::quarantine_schema());
    Ok([decisions, waterfall, quarantine, source::file_rows("", &[])?])
}

/// Columns of the audit tables, by table.
pub(crate) fn schemas() -> Result<Vec<(&'static str, SchemaRef)>, EngineError> {
    Ok(TABLES.into_iter().zip(empty()?).map(|(table, rows)| (table, rows.schema())).collect())
}

/// The objects of the parts decide the audit tables.
pub(crate) fn fingerprint(known: &SoFar<'_>) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::new("audit");
    for union in unions(known.study)? {
        for part in &union.parts {
            parts.add(union.table, known.record(part)?.object.as_str());
        }
    }
    for review in review::tables(known.study) {
        parts.add("review", known.record(review)?.object.as_str());
    }
    // Of reviews of pairs it is checked that some pass of that name can answer them.
    for matching in known.study.matchings.iter().filter(|matching| matching.review.is_some()) {
        let passes: Vec<&str> = matching.passes.iter().map(|pass| pass.name.as_str()).collect();
        parts.add("passes", &format!("{:?} {passes:?}", matching.review));
    }
    Ok(parts.finish())
}

/// Stores the audit tables.
pub(crate) async fn run(night: &mut Night<'_>) -> Result<Vec<TableRecord>, EngineError> {
    let mut records = Vec::new();
    for union in unions(night.study)? {
        let table = TableName::new("audit", union.table)?;
        records.push(match held(night, &union)? {
            Some(rows) => night.store_whole(table, &rows, union.sort)?,
            None => {
                let mut whole = night.context.read_batch(union.empty)?;
                for part in &union.parts {
                    whole = whole.union(night.table(part).await?)?;
                }
                night.store_sorted(table, whole, union.sort).await?
            }
        });
    }
    // Where a rule was left out, the reviews of its verdicts, and of those that hang on them, are left over.
    if night.study.left_out.is_empty() {
        review::all_answered(night).await?;
    }
    Ok(records)
}

/// The rows of all parts, if they are few, in memory, and have the columns of the whole.
fn held(night: &Night<'_>, union: &Union) -> Result<Option<RecordBatch>, EngineError> {
    let schema = stored_schema(&union.empty.schema());
    let (mut rows, mut count) = (Vec::new(), 0);
    for part in &union.parts {
        count += night.record(part)?.rows;
        if count > ROWS_IN_MEMORY as u64 {
            return Ok(None);
        }
        let Some(held) = night.held(part)? else { return Ok(None) };
        if held.iter().any(|batch| batch.schema().fields() != schema.fields()) {
            return Ok(None);
        }
        rows.extend(held);
    }
    Ok(Some(concat_batches(&schema, &rows)?))
}
