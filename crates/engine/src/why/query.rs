//! Why a row of a query of the asker's own is what it is.

use super::answer::answer;
use super::back::{Back, behind_row};
use super::walk::{Walk, shares};
use super::{Told, Why};
use crate::chaid_sql;
use crate::error::EngineError;
use crate::history;
use crate::lineage::{Rows, lineage_fault};
use crate::places::PLACE;
use crate::query::{NamedPlan, Reader, relabelled};
use crate::sql;
use crate::steps::audit;
use crate::tables::Tables;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::LogicalPlan;
use provenance::{Grain, RowIdColumn, Subject, capture_with};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use study::{SqlFile, Study};
use terms::TableName;

/// A row of a query, or one cell of it.
#[derive(Clone, Debug)]
pub struct AskedQuery<'a> {
    /// The query, over the tables of the run.
    pub sql: &'a str,
    /// Number of the row in the order of the query, from 1.
    pub row: usize,
    /// The column, or none for the whole row.
    pub column: Option<&'a str>,
    /// Which delivered records and decisions are told.
    pub told: Told<'a>,
}

/// Whether the query decides which row is the asked one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryOrder {
    /// It orders its rows by columns that tell the asked one from its neighbours.
    Total,
    /// Rows may come in another order the next time; the answer is about the row that is shown.
    Free,
}

/// The answer about a row of a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyQuery {
    /// Rows that the query gives.
    pub rows: usize,
    /// Whether the query decides which row is the asked one.
    pub order: QueryOrder,
    /// The asked row: columns and their values, NULL as none.
    pub values: Vec<(String, Option<String>)>,
    /// What it was made from.
    #[serde(flatten)]
    pub why: Why,
}

/// A row of a query that was followed back to the delivered records.
pub(super) struct Followed {
    rows: usize,
    order: QueryOrder,
    values: Vec<(String, Option<String>)>,
    walk: Walk,
    /// How many rows of which tables it was made from directly.
    from: Vec<(TableName, u64)>,
}

impl Followed {
    /// The answer, with the records that are to be told.
    pub(super) fn answer(&self, back: &Back<'_>, told: Told<'_>) -> Result<WhyQuery, EngineError> {
        Ok(WhyQuery {
            rows: self.rows,
            order: self.order,
            values: self.values.clone(),
            why: answer(back, &self.walk, self.from.clone(), told)?,
        })
    }
}

/// Follows a row of a query back to the delivered records.
pub(super) async fn follow(back: &Back<'_>, asked: &AskedQuery<'_>) -> Result<Followed, EngineError> {
    let reader = Reader::open(&back.warehouse, &back.run, back.resources)?;
    let (file, named) = planned(back.study, &reader, asked.sql).await?;
    let (plan, called) = (&named.plan, named.schema());
    let subject = match asked.column {
        None => Subject::Rows,
        Some(name) => Subject::Column(column(&called, name)?),
    };
    let identities = Identities { tables: &back.tables, failed: Mutex::new(None) };
    let captured = capture_with(plan, subject, &|table| identities.of(table), &chaid_sql::follow);
    identities.check()?;
    let lineage = captured.map_err(|error| lineage_fault(&file, &error))?;

    // The row is read from the very rows whose lineage is followed, so that the two fit in any order of rows.
    let frame = reader.context().execute_logical_plan(lineage.plan().clone()).await?;
    let batch =
        concat_batches(&Arc::new(lineage.plan().schema().as_arrow().clone()), &frame.collect().await?)?;
    let rows = batch.num_rows();
    let row = asked.row.checked_sub(1).filter(|row| *row < rows).ok_or_else(|| {
        EngineError::Asked(format!(
            "the query gives {rows} rows, there is no row {}; rows are numbered from 1",
            asked.row
        ))
    })?;
    let split = lineage.split(&batch, Grain::Table).map_err(|error| lineage_fault(&file, &error))?;
    let behind = behind_row(&lineage, &split, row).map_err(|error| lineage_fault(&file, &error))?;
    let behind: Rows = behind
        .into_iter()
        .map(|(table, rows)| (stored(table.schema(), table.table()).unwrap_or(table), rows))
        .collect();
    let mut walk = Walk::default();
    walk.reach(&BTreeSet::new(), &behind);
    walk.back(back, None).await?;
    let told = relabelled(&split.result, &named.called(split.result.schema_ref()))?;
    let order = order(&file, plan, &split.result, row)?;
    Ok(Followed { rows, order, values: values(&told, row)?, walk, from: shares(&behind) })
}

/// The plan of a query that only reads, with the study's parameters filled in, and what its columns are called.
async fn planned(study: &Study, reader: &Reader, text: &str) -> Result<(SqlFile, NamedPlan), EngineError> {
    let (file, mut named) = reader.asked("query", text).await?;
    named.plan = sql::filled(&file, named.plan, &study.parameters)?;
    Ok((file, named))
}

/// The place of the only column of this name.
fn column(columns: &Schema, name: &str) -> Result<usize, EngineError> {
    let named = || columns.fields().iter().map(|field| field.name().as_str());
    let mut places = named().zip(0..).filter(|(own, _)| *own == name).map(|(_, place)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (None, _) => {
            let names: Vec<&str> = named().collect();
            Err(EngineError::Asked(format!(
                "the query has no column {name:?}; columns are {}",
                names.join(", ")
            )))
        }
        _ => Err(EngineError::Asked(format!(
            "the query has several columns {name:?}; give the one that you ask about a name of its own with AS"
        ))),
    }
}

fn no_lineage(schema: &str, table: &TableReference) -> EngineError {
    let own = history::own_name(schema, table.table());
    let way_out = match own == table.table() {
        true => "ask a query over tables of sources, rounds, matchings, models and appendices".to_owned(),
        false => format!("it holds all runs; ask a query over {schema}.{own}, which holds this one"),
    };
    EngineError::Asked(format!("what {table} was made from is not stored: {way_out}"))
}

/// The stored table that a query reads under this name.
fn stored(schema: &str, name: &str) -> Option<TableName> {
    let table =
        audit::TABLES.into_iter().find(|table| schema == "audit" && history::own_name(schema, table) == name);
    // The plain name of such a table is that of all runs.
    let shadowed = history::own_name(schema, name) != name;
    TableName::new(schema, table.unwrap_or(name)).ok().filter(|_| !shadowed)
}

/// Tells the rows of the run's tables apart by their places; tables made of manifests have nothing behind them.
struct Identities<'t> {
    tables: &'t Tables,
    failed: Mutex<Option<EngineError>>,
}

impl Identities<'_> {
    fn of(&self, table: &TableReference) -> Option<RowIdColumn> {
        let computed = ["audit.runs", "audit.steps", "audit.checks", "audit.lineage"];
        let (schema, name) = (table.schema().unwrap_or_default(), table.table());
        // What is made of manifests has no rows of the run behind it.
        if schema == "information_schema" || computed.contains(&format!("{schema}.{name}").as_str()) {
            return Some(RowIdColumn::Computed);
        }
        let source = match stored(schema, name).filter(|name| self.tables.has(name)) {
            Some(name) => self.tables.opened(&name).map(|opened| opened.placed),
            None => Err(no_lineage(schema, table)),
        };
        match source {
            Ok(source) => {
                Some(RowIdColumn::Of { source: provider_as_source(source), column: PLACE.to_owned() })
            }
            Err(error) => {
                if let Ok(mut failed) = self.failed.lock() {
                    failed.get_or_insert(error);
                }
                None
            }
        }
    }

    fn check(&self) -> Result<(), EngineError> {
        let failed = self.failed.lock().ok().and_then(|mut failed| failed.take());
        failed.map_or(Ok(()), Err)
    }
}

/// Whether the sort keys of the asked row differ from those of the rows before and after it.
fn order(
    file: &SqlFile,
    plan: &LogicalPlan,
    result: &RecordBatch,
    row: usize,
) -> Result<QueryOrder, EngineError> {
    if result.num_rows() == 1 {
        return Ok(QueryOrder::Total);
    }
    let Ok(keys) = sql::sorted_by(file, plan) else { return Ok(QueryOrder::Free) };
    let key = |row: usize| -> Result<BTreeMap<usize, Option<String>>, EngineError> {
        let values = values(result, row)?;
        Ok(keys.iter().filter_map(|&key| Some((key, values.get(key)?.1.clone()))).collect())
    };
    let own = key(row)?;
    let before = row.checked_sub(1).map(&key).transpose()?;
    let after = (row + 1 < result.num_rows()).then(|| key(row + 1)).transpose()?;
    let alone = before.as_ref() != Some(&own) && after.as_ref() != Some(&own);
    Ok(if alone { QueryOrder::Total } else { QueryOrder::Free })
}

fn values(batch: &RecordBatch, row: usize) -> Result<Vec<(String, Option<String>)>, EngineError> {
    let options = FormatOptions::new();
    let mut values = Vec::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let shown = ArrayFormatter::try_new(column.as_ref(), &options)?;
        values.push((field.name().clone(), column.is_valid(row).then(|| shown.value(row).to_string())));
    }
    Ok(values)
}
