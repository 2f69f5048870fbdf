//! `audit.column_lineage` of a run: made when a definition has changed, taken over otherwise.

use super::column_lineage;
use crate::cells::text;
use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::night::Night;
use crate::objects::read_table;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use std::sync::Arc;
use study::{Matching, Model, Study};
use terms::{ColumnEdge, ColumnRole, Manifest, ObjectHash, TableName, TableRecord};
use warehouse::Warehouse;

/// The table, and the name of the step that makes it, which is the last of a run.
pub(crate) const TABLE: &str = "audit.column_lineage";
/// Its columns, by which it is sorted.
pub(crate) const COLUMNS: [&str; 5] =
    ["output_table", "output_column", "input_table", "input_column", "role"];

/// What decides the columns of all tables of a study: its queries in canonical form and its contracts, not its data,
/// nor the values of its parameters.
///
/// # Errors
/// A contract that cannot be written out, which is a defect.
pub(crate) fn definition(study: &Study, engine: &str) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::made_by(engine, "column lineage");
    parts.add("study", &study.name);
    for source in &study.sources {
        let contract =
            serde_json::to_string(&source.contract).map_err(|e| EngineError::Bug(e.to_string()))?;
        parts.add("contract", &contract);
    }
    for round in &study.rounds {
        parts.add(
            "round",
            &format!("{} {:?} {} {:?}", round.name, round.population, round.base, round.review),
        );
        for rule in &round.rules {
            parts.add(&rule.name, &rule.sql.canonical);
            parts.add("adds from", &format!("{:?}", rule.adds_from));
        }
    }
    for matching in &study.matchings {
        let Matching { name, left, right, review, .. } = matching;
        parts.add("matching", &format!("{name} {left} {right} {review:?}"));
        for pass in &matching.passes {
            parts.add(&pass.name, &pass.sql.canonical);
        }
    }
    let mut model = |model: &Model| parts.add(&model.table.to_string(), &model.sql.canonical);
    study.models.iter().for_each(&mut model);
    study.appendices.iter().for_each(|appendix| model(&appendix.model));
    Ok(parts.finish())
}

/// Whether a run ran this study: the same queries, but for comments and layout, contracts and parameters.
///
/// # Errors
/// A contract that cannot be written out, which is a defect.
pub fn is_definition_of(study: &Study, run: &Manifest) -> Result<bool, EngineError> {
    let ours = definition(study, &run.engine)?;
    let of_run = run.nodes.iter().find(|node| node.node == TABLE).map(|node| &node.fingerprint);
    let values = study.parameters.iter().map(|(name, value)| (name.clone(), value.to_string()));
    Ok(of_run == Some(&ours) && run.parameters == values.collect())
}

/// Plans the study and stores the table.
pub(crate) async fn record(night: &mut Night<'_>) -> Result<TableRecord, EngineError> {
    let found = column_lineage(night.study).await?;
    for left in &found.left_out {
        tracing::warn!(step = %left.step, reason = %left.reason, "no column lineage");
    }
    let of = |part: &dyn Fn(&ColumnEdge) -> String| -> ArrayRef {
        Arc::new(found.edges.iter().map(|edge| Some(part(edge))).collect::<StringArray>())
    };
    let parts: [ArrayRef; 5] = [
        of(&|edge| edge.output_table.to_string()),
        of(&|edge| edge.output_column.clone()),
        of(&|edge| edge.input_table.to_string()),
        of(&|edge| edge.input_column.clone()),
        of(&|edge| edge.role.as_str().to_owned()),
    ];
    let rows = RecordBatch::try_from_iter_with_nullable(
        COLUMNS.into_iter().zip(parts).map(|(name, values)| (name, values, true)),
    )?;
    let frame = night.context.read_batch(rows)?;
    night.store_sorted(TableName::parse(TABLE)?, frame, &COLUMNS).await
}

/// The column lineage that a run stored, in order; none for a run of a version that stored none.
///
/// # Errors
/// An object that is missing, or is not what its name promises.
pub fn stored_columns(warehouse: &Warehouse, run: &Manifest) -> Result<Option<Vec<ColumnEdge>>, EngineError> {
    let tables = run.nodes.iter().filter(|node| node.node == TABLE).flat_map(|node| &node.tables);
    let Some(record) = tables.into_iter().next() else { return Ok(None) };
    let mut edges = Vec::new();
    for batch in read_table(warehouse, record)? {
        let parts = (0..COLUMNS.len()).map(|column| text(&batch, column)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let role = ColumnRole::from_word(parts[4].value(row));
            edges.push(ColumnEdge {
                output_table: TableName::parse(parts[0].value(row))?,
                output_column: parts[1].value(row).to_owned(),
                input_table: TableName::parse(parts[2].value(row))?,
                input_column: parts[3].value(row).to_owned(),
                role: role.ok_or_else(|| EngineError::Bug(format!("a role in {TABLE} is none")))?,
            });
        }
    }
    Ok(Some(edges))
}
