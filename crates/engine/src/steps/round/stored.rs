//! What a round leaves behind: its records, what was decided of them, and what stands behind each.

use super::{RoundTables, origins_of};
use crate::error::EngineError;
use crate::lineage::Capture;
use crate::lineage::records::{self, Deeds, Ids};
use crate::night::{Night, Whole};
use crate::spool::Spooled;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;
use study::Round;
use terms::{LineageRecord, TableName, TableRecord};

/// How records are sorted, and decisions, and the waterfall.
const RECORDS: &[&str] = &["row_id"];
const DECISIONS: &[&str] = &["step", "row_id"];
const WATERFALL: &[&str] = &["step", "population"];

/// A round after its last rule.
pub(super) struct Ended {
    pub(super) tables: RoundTables,
    pub(super) state: Spooled,
    /// Identifying columns of everything that was delivered to the round, if there are any.
    pub(super) identities: Option<DataFrame>,
    /// Decisions and waterfall.
    pub(super) lists: (RecordBatch, RecordBatch),
    pub(super) deeds: Deeds,
}

/// Stores the tables of the round.
pub(super) async fn store(
    night: &mut Night<'_>,
    round: &Round,
    ended: Ended,
) -> Result<Vec<TableRecord>, EngineError> {
    let Ended { tables, state, identities, lists: (decisions, waterfall), deeds } = ended;
    let rows = night.context.read_table(state.table.clone())?;
    let identities = identities.map(|all| of_records(all, rows.clone())).transpose()?;
    let mut lists = vec![
        Whole { table: tables.decisions, rows: decisions, sort: DECISIONS },
        Whole { table: tables.waterfall, rows: waterfall, sort: WATERFALL },
    ];
    let mut records = Vec::new();
    match &state.held {
        Some(held) => {
            if let Some(frame) = identities {
                let rows = night.settle(frame).await?;
                // One row identifies a record, so these are no more than those.
                let too_many = || EngineError::Bug(format!("{} has more rows than records", tables.identity));
                let held = rows.held.as_ref().ok_or_else(too_many)?;
                lists.insert(0, whole(&tables.identity, &rows.table.schema(), held)?);
            }
            lists.insert(0, whole(&tables.cleaning, &state.table.schema(), held)?);
        }
        None => {
            records.push(night.store_sorted(tables.cleaning, rows, RECORDS).await?);
            if let Some(frame) = identities {
                records.push(night.store_sorted(tables.identity, frame, RECORDS).await?);
            }
        }
    }
    records.extend(night.store_all(&lists)?);
    if night.capture() == Capture::Rows {
        store_lineage(night, round, &mut records, &deeds)?;
    }
    Ok(records)
}

/// Those of the identifying columns whose records are left.
fn of_records(all: DataFrame, records: DataFrame) -> Result<DataFrame, EngineError> {
    let kept = records.select_columns(&["row_id"])?.with_column_renamed("row_id", "kept_id")?;
    Ok(all.join(kept, JoinType::LeftSemi, &["row_id"], &["kept_id"], None)?)
}

fn whole(table: &TableName, schema: &SchemaRef, rows: &[RecordBatch]) -> Result<Whole<'static>, EngineError> {
    Ok(Whole { table: table.clone(), rows: concat_batches(schema, rows)?, sort: RECORDS })
}

/// Stores what stands behind the records of the round, and behind what identifies them.
fn store_lineage(
    night: &Night<'_>,
    round: &Round,
    tables: &mut [TableRecord],
    deeds: &Deeds,
) -> Result<(), EngineError> {
    let of = |schema: &str| tables.iter().position(|table| table.table.schema() == schema);
    let behind = |place: Option<usize>| place.map(|place| lineage(night, round, &tables[place], deeds));
    let (cleaning, identity) = (of("cleaning"), of("identity"));
    let (of_cleaning, of_identity) = night.both(|| behind(cleaning), || behind(identity));
    for (place, found) in [(cleaning, of_cleaning), (identity, of_identity)] {
        if let (Some(place), Some(found)) = (place, found) {
            tables[place].lineage = Some(found?);
        }
    }
    night.know(tables);
    Ok(())
}

/// Stores what stands behind the records of a table.
fn lineage(
    night: &Night<'_>,
    round: &Round,
    records: &TableRecord,
    deeds: &Deeds,
) -> Result<LineageRecord, EngineError> {
    let mut origins = Vec::new();
    for delivered in origins_of(round) {
        let table = match records.table.schema() {
            "identity" => TableName::new("identity", delivered.table())?,
            _ => delivered.clone(),
        };
        if night.object(&table).is_some() {
            let ids = Ids::of(night.warehouse, &night.record(&table)?)?;
            origins.push((table, ids));
        }
    }
    records::of_round(night.warehouse, records, &origins, deeds)
}
