//! Why a delivered record is not in a table: where on its way it was lost, and to what.

use super::back::Back;
use super::lost::{Loss, loss};
use super::named::Quarantined;
use super::record::{Decided, Origin};
use super::seen::{Seen, seen};
use super::{Asked, Told};
use crate::error::EngineError;
use crate::lineage::Rows;
use crate::steps::source::SourceTables;
use provenance::RowSet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use study::{StepKind, Study};
use terms::TableName;

/// The way of a record towards a table, and where it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The record; none if it was not staged.
    pub record: Option<Origin>,
    /// The tables on the way that hold something made from it.
    pub way: Vec<Station>,
    /// What rules decided about it, and about what it was merged into, in order.
    pub decisions: Vec<Decided>,
    /// How it ends.
    #[serde(flatten)]
    pub end: End,
}

/// A table on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Station {
    /// The table.
    pub table: TableName,
    /// Places of the rows that were made from the record, from 0.
    pub rows: Vec<i64>,
}

/// How the way of a record ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// No delivery has it.
    NeverDelivered {
        /// What there is.
        reason: String,
    },
    /// It broke its contract.
    Quarantined(Quarantined),
    /// The table is made without the record's source.
    NotOnTheWay,
    /// It was lost at these steps.
    Lost {
        /// Each step that had the record and gave nothing made from it.
        losses: Vec<Loss>,
    },
    /// The table has rows that were made from it, but the asked one is none of them.
    Elsewhere {
        /// Places of those rows, from 0; none if the asked column is made from it in no row.
        rows: Vec<i64>,
        /// What the query saw of the record where it decides about the asked cell.
        seen: Vec<Seen>,
    },
    /// It is there.
    Present {
        /// Places of the rows that were made from it, from 0; of the asked row alone if one was asked about.
        rows: Vec<i64>,
        /// Of the asked row: the columns whose values were made from it.
        columns: Option<Vec<String>>,
        /// Of the asked row: the columns of numbers whose values were not.
        others: Vec<String>,
    },
}

/// A record, and the table or row that it is missing from.
#[derive(Clone, Debug)]
pub struct AskedMissing<'a> {
    /// Row id, or `file:line`.
    pub record: &'a str,
    /// The table.
    pub table: &'a TableName,
    /// Place of the row in the stored order, from 0, or none for the whole table.
    pub row: Option<i64>,
    /// Column of the row, or none for any.
    pub column: Option<&'a str>,
}

/// Follows a delivered record towards a table, and says where it got lost.
pub(super) async fn why_missing(back: &Back<'_>, asked: &AskedMissing<'_>) -> Result<Missing, EngineError> {
    let study = back.study;
    let unstaged = |end: End| Missing { record: None, way: Vec::new(), decisions: Vec::new(), end };
    let named = back.named(asked.record)?;
    let [named] = named.as_slice() else {
        if named.is_empty() {
            let quarantined = back.quarantined(asked.record)?.into_iter().next();
            let end = match quarantined {
                Some(quarantined) => End::Quarantined(quarantined),
                None => End::NeverDelivered { reason: back.never_delivered(asked.record)? },
            };
            return Ok(unstaged(end));
        }
        let ids: Vec<String> = named
            .iter()
            .map(|n| format!("{} ({}:{})", n.origin.row_id, n.origin.file, n.origin.line))
            .collect();
        return Err(EngineError::Asked(format!(
            "{} names {} records: {}; name one by its row id",
            asked.record,
            ids.len(),
            ids.join(", ")
        )));
    };
    let live = live(back, SourceTables::of(named.source)?, named.place)?;
    let path = path(study, asked.table);
    let staging = SourceTables::of(named.source)?.staging;
    let way = study
        .steps()
        .iter()
        .flat_map(|step| &step.writes)
        .filter(|table| path.contains(*table) && table.schema() != "identity" && table.schema() != "origin")
        .filter_map(|table| {
            let rows: Vec<i64> = live.get(table)?.iter().collect();
            Some(Station { table: table.clone(), rows })
        })
        .collect();
    let decisions = decisions(back, &path, &named.origin.row_id)?;
    let end = match live.get(asked.table).filter(|rows| !rows.is_empty()) {
        Some(rows) => there(back, asked, rows, &live).await?,
        None if !path.contains(&staging) && !live.keys().any(|table| path.contains(table)) => {
            End::NotOnTheWay
        }
        None => {
            let mut losses = Vec::new();
            for step in study.steps() {
                let table = step.writes.iter().find(|table| path.contains(*table));
                let gone =
                    step.writes.iter().filter(|table| path.contains(*table)).all(|t| !live.contains_key(t));
                if let (Some(table), true) = (table, gone) {
                    losses.extend(loss(back, step, table, &live, &named.origin.row_id, &decisions).await?);
                }
            }
            End::Lost { losses }
        }
    };
    Ok(Missing { record: Some(named.origin.clone()), way, decisions, end })
}

/// All rows that were made from a record, its own included.
pub(super) fn live(back: &Back<'_>, tables: SourceTables, place: i64) -> Result<Rows, EngineError> {
    if back.lineage.tables().iter().all(|table| table.lineage.is_none()) {
        return Err(EngineError::Asked(
            "the run stored no lineage: run the study again, and ask that run".to_owned(),
        ));
    }
    let own: RowSet = std::iter::once(place).collect();
    let start = [Some(tables.staging), tables.identity, Some(tables.origin)];
    back.lineage.all_ahead(&start.into_iter().flatten().map(|table| (table, own.clone())).collect())
}

/// The tables that a table is made from, all the way back, and the table itself.
fn path(study: &Study, table: &TableName) -> BTreeSet<TableName> {
    let mut path = BTreeSet::from([table.clone()]);
    for step in study.steps().iter().rev() {
        // Audit tables are written down, not made from what they read.
        if step.kind != StepKind::Audit && step.writes.iter().any(|table| path.contains(table)) {
            path.extend(step.reads.iter().cloned());
        }
    }
    path
}

/// The decisions about a record and, once it is merged, about what it was merged into.
pub(super) fn decisions(
    back: &Back<'_>,
    path: &BTreeSet<TableName>,
    id: &str,
) -> Result<Vec<Decided>, EngineError> {
    let records = &back.records;
    let mut own = id.to_owned();
    let mut found = Vec::new();
    for round in &back.study.rounds {
        let made = [TableName::new("cleaning", &round.name)?, TableName::new("identity", &round.name)?];
        if !made.iter().any(|table| path.contains(table)) {
            continue;
        }
        let (first, mut after) = (found.len(), 0);
        loop {
            let about = records.decided_about(round, [own.as_str()])?.into_iter();
            let mut new = about.filter(|d| d.step >= after && !found[first..].contains(d));
            let Some(decision) = new.next() else { break };
            after = decision.step;
            if let (true, Some(survivor)) = (decision.applied, &decision.survivor) {
                own.clone_from(&survivor.row_id);
            }
            found.push(decision);
        }
    }
    Ok(found)
}

/// Of a table that has rows made from the record: whether the asked row or cell is one of them.
async fn there(
    back: &Back<'_>,
    asked: &AskedMissing<'_>,
    rows: &RowSet,
    live: &Rows,
) -> Result<End, EngineError> {
    let all = || rows.iter().collect::<Vec<i64>>();
    let Some(row) = asked.row else {
        return Ok(End::Present { rows: all(), columns: None, others: Vec::new() });
    };
    let cell = Asked { table: asked.table, row, column: asked.column, told: Told::All };
    let Some(columns) = columns_of(back, &cell, live).await? else {
        let end = if rows.contains(row) {
            End::Present { rows: vec![row], columns: None, others: Vec::new() }
        } else {
            End::Elsewhere { rows: all(), seen: Vec::new() }
        };
        return Ok(end);
    };
    let here = columns.get(&row).cloned().unwrap_or_default();
    if here.is_empty() {
        let rows =
            columns.into_iter().filter(|(_, columns)| !columns.is_empty()).map(|(row, _)| row).collect();
        let seen = seen(back, &cell, &asked_columns(back, &cell)?, live).await?;
        return Ok(End::Elsewhere { rows, seen });
    }
    let mut others = asked_columns(back, &cell)?;
    others.retain(|column| !here.contains(column));
    Ok(End::Present { rows: vec![row], columns: Some(here), others })
}

/// For each row of an appendix or model that was made from the record, the columns whose values were; none if the table is no query's.
/// Only number columns are told, of an appendix only those that it shows: the others name the row.
pub(super) async fn columns_of(
    back: &Back<'_>,
    asked: &Asked<'_>,
    live: &Rows,
) -> Result<Option<BTreeMap<i64, Vec<String>>>, EngineError> {
    let wanted = live.get(asked.table).cloned().unwrap_or_default();
    let mut found: BTreeMap<i64, Vec<String>> = wanted.iter().map(|row| (row, Vec::new())).collect();
    for column in asked_columns(back, asked)? {
        let Some(values) = back.behind_values(asked.table, &wanted, &column).await? else {
            return Ok(None);
        };
        for (row, behind) in values {
            let meets = |(table, rows): (&TableName, &RowSet)| {
                let live = live.get(table);
                live.is_some_and(|live| rows.runs().iter().any(|(first, last)| live.meets(*first, *last)))
            };
            if behind.iter().any(meets) {
                found.entry(row).or_default().push(column.clone());
            }
        }
    }
    Ok(Some(found))
}

/// The asked column, else all columns of numbers.
fn asked_columns(back: &Back<'_>, asked: &Asked<'_>) -> Result<Vec<String>, EngineError> {
    let table = asked.table;
    if let Some(column) = asked.column {
        return Ok(vec![column.to_owned()]);
    }
    let appendix = back.study.appendices.iter().find(|appendix| &appendix.model.table == table);
    let shown = |name: &str| {
        appendix.is_none_or(|appendix| {
            let presentation = &appendix.presentation;
            presentation.columns.iter().any(|column| column.name == name)
                && presentation.published.as_ref().is_none_or(|published| published.key != name)
        })
    };
    let schema = back.tables.schema(table)?;
    let numbers =
        schema.fields().iter().filter(|field| field.data_type().is_numeric() && shown(field.name()));
    Ok(numbers.map(|field| field.name().clone()).collect())
}
