//! What a query saw of a record: its values in the columns that decide about a cell.

use super::Asked;
use super::back::Back;
use crate::error::EngineError;
use crate::lineage::Rows;
use crate::sql;
use serde::Serialize;
use std::collections::BTreeSet;
use terms::TableName;

/// Of a table with more rows made from the record, no value is told.
const ROWS_TOLD: u64 = 3;

/// A value of a record in a column that decides about a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Seen {
    /// Table that the query reads.
    pub table: TableName,
    /// Column of it.
    pub column: String,
    /// The value; none if it is NULL.
    pub value: Option<String>,
}

/// The values of a record that decide about a cell: those it is computed from, and those by which rows are filtered, joined and
/// grouped. No value of schema `identity`, no row ids.
pub(super) async fn seen(
    back: &Back<'_>,
    cell: &Asked<'_>,
    columns: &[String],
    live: &Rows,
) -> Result<Vec<Seen>, EngineError> {
    let Some(step) = back.study.steps().iter().find(|step| step.writes.contains(cell.table)) else {
        return Ok(Vec::new());
    };
    let Some(model) = back.study.model_of(step.kind) else { return Ok(Vec::new()) };
    let frame = sql::query(back.open(&step.reads)?, &model.sql, &back.study.parameters).await?;
    // Of a query with operators of our own it is not known which columns decide; the rows are told all the same.
    let Ok(lineage) = provenance::columns(frame.logical_plan()) else { return Ok(Vec::new()) };
    let wanted = lineage.iter().filter(|column| columns.contains(&column.name));
    let sources: BTreeSet<_> = wanted.flat_map(|column| column.values.union(&column.influences)).collect();
    let mut seen = BTreeSet::new();
    for source in sources {
        let table = TableName::new(source.table.schema().unwrap_or_default(), source.table.table())?;
        let rows = live.get(&table).filter(|rows| rows.len() <= ROWS_TOLD);
        let Some(rows) = rows.filter(|_| table.schema() != "identity" && source.column != "row_id") else {
            continue;
        };
        for values in back.tables.values(&table, rows)?.into_values() {
            if let Some(value) = values.get(&source.column) {
                let column = source.column.clone();
                seen.insert(Seen { table: table.clone(), column, value: value.clone() });
            }
        }
    }
    Ok(seen.into_iter().collect())
}
