//! The way back through the steps of a study.

use super::tables::Tables;
use super::{Asked, Decided, Reached, Record, Why};
use crate::chaid_sql;
use crate::error::EngineError;
use crate::places::{PLACE, placed_rows};
use crate::session::{Resources, register, session};
use crate::sql;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use datafusion::catalog::MemTable;
use datafusion::common::TableReference;
use datafusion::datasource::provider_as_source;
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use provenance::{Grain, ProvenanceError, RowIdColumn, Split, Subject, capture_with};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Matching, Round, SqlFile, StepKind, Study};
use terms::TableName;

/// Rows that were reached, by table and place.
type Rows = BTreeMap<TableName, BTreeSet<i64>>;

pub(super) struct Back<'a> {
    study: &'a Study,
    tables: Tables<'a>,
    context: SessionContext,
    reached: Rows,
    order: Vec<TableName>,
}

impl<'a> Back<'a> {
    pub(super) fn new(
        study: &'a Study,
        tables: Tables<'a>,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let context = session(resources, &std::env::temp_dir())?;
        Ok(Self { study, tables, context, reached: Rows::new(), order: Vec::new() })
    }

    /// Follows the steps from the last to the first; each is asked once, for all rows of it that were reached.
    pub(super) async fn ask(&mut self, asked: &Asked<'_>) -> Result<(), EngineError> {
        self.reach(asked.table.clone(), BTreeSet::from([asked.row]));
        let study = self.study;
        for step in study.steps().iter().rev() {
            for table in &step.writes {
                let Some(rows) = self.reached.get(table).cloned() else { continue };
                let column = asked.column.filter(|_| table == asked.table);
                match step.kind {
                    StepKind::Model(i) => {
                        self.model(&study.models[i].sql, &step.reads, &rows, column).await?
                    }
                    StepKind::Appendix(i) => {
                        self.model(&study.appendices[i].model.sql, &step.reads, &rows, column).await?;
                    }
                    StepKind::Round(i) => self.round(&study.rounds[i], table, &rows)?,
                    StepKind::Matching(i) => self.matching(&study.matchings[i], table, &rows)?,
                    // What the audit tables hold was written down, not derived from rows; sources are the end.
                    StepKind::Audit | StepKind::Source(_) => {}
                }
            }
        }
        Ok(())
    }

    fn reach(&mut self, table: TableName, rows: BTreeSet<i64>) {
        if rows.is_empty() {
            return;
        }
        if !self.reached.contains_key(&table) {
            self.order.push(table.clone());
        }
        self.reached.entry(table).or_default().extend(rows);
    }

    /// Runs a query again with the places of its input rows travelling along.
    async fn model(
        &mut self,
        sql: &SqlFile,
        reads: &[TableName],
        wanted: &BTreeSet<i64>,
        column: Option<&str>,
    ) -> Result<(), EngineError> {
        let mut sources = BTreeMap::new();
        for table in reads {
            let plain = self.tables.rows(table)?;
            let placed = placed_rows(&plain[0].schema(), &plain)?;
            register(&self.context, table, Arc::new(MemTable::try_new(plain[0].schema(), vec![plain])?))?;
            sources.insert((table.schema().to_owned(), table.table().to_owned()), provider_as_source(placed));
        }
        let frame = sql::query(&self.context, sql, &self.study.parameters).await?;
        let identity = |table: &TableReference| {
            let key = (table.schema()?.to_owned(), table.table().to_owned());
            sources
                .get(&key)
                .map(|source| RowIdColumn::Of { source: source.clone(), column: PLACE.to_owned() })
        };
        let place = column.map(|name| {
            let place = frame.schema().index_of_column_by_name(None, name);
            place.ok_or_else(|| {
                sql::shape_fault(sql, format!("the query has no column {name}"), "ask for one of its columns")
            })
        });
        let subject = place.transpose()?.map_or(Subject::Rows, Subject::Column);
        let lineage = capture_with(frame.logical_plan(), subject, &identity, &chaid_sql::follow)
            .map_err(|error| lineage_fault(sql, &error))?;
        let tables: Vec<TableName> = lineage
            .tables()
            .iter()
            .map(|table| TableName::new(table.schema().unwrap_or_default(), table.table()))
            .collect::<Result<_, _>>()?;
        let mut rows =
            self.context.execute_logical_plan(lineage.plan().clone()).await?.execute_stream().await?;
        let mut first = 0;
        let mut found = Rows::new();
        while let Some(batch) = rows.next().await {
            let split = lineage.split(&batch?, Grain::Table).map_err(|error| lineage_fault(sql, &error))?;
            let next = first + i64::try_from(split.result.num_rows()).unwrap_or(i64::MAX);
            collect(&split, (first, next), wanted, &tables, &mut found)
                .map_err(|error| lineage_fault(sql, &error))?;
            first = next;
        }
        found.into_iter().for_each(|(table, rows)| self.reach(table, rows));
        Ok(())
    }

    /// Records of a round come from its base or from a delivery, with what was merged into them.
    fn round(&mut self, round: &Round, table: &TableName, rows: &BTreeSet<i64>) -> Result<(), EngineError> {
        let all = self.tables.texts(table, ["row_id"])?;
        let mut ids: BTreeSet<String> = pick(&all, rows).filter_map(|[id]| id.clone()).collect();
        let decisions = RoundTables::of(round)?.decisions;
        let merges: Vec<(String, String)> = self
            .tables
            .texts(&decisions, ["row_id", "survivor_id", "verb", "applied"])?
            .into_iter()
            .filter_map(|[row, survivor, verb, applied]| {
                (verb? == "merge" && applied? == "true").then_some((row?, survivor?))
            })
            .collect();
        let mut before = 0;
        while before < ids.len() {
            before = ids.len();
            let merged =
                merges.iter().filter(|(_, survivor)| ids.contains(survivor)).map(|(row, _)| row.clone());
            let merged: Vec<String> = merged.collect();
            ids.extend(merged);
        }
        let deliveries = round.rules.iter().filter_map(|rule| rule.adds_from.as_ref());
        for origin in std::iter::once(&round.base).chain(deliveries) {
            let origin = if table.schema() == "identity" { identity_of(origin)? } else { origin.clone() };
            if self.tables.has(&origin) {
                let places = self.tables.places(&origin)?;
                let rows = ids.iter().filter_map(|id| places.get(id).copied()).collect();
                self.reach(origin, rows);
            }
        }
        Ok(())
    }

    /// A pair comes from its two rows; a row without partner from itself.
    fn matching(
        &mut self,
        matching: &Matching,
        table: &TableName,
        rows: &BTreeSet<i64>,
    ) -> Result<(), EngineError> {
        let alone = table.table().ends_with("_unmatched");
        let (lefts, rights): (BTreeSet<String>, BTreeSet<String>) = if alone {
            let all = self.tables.texts(table, ["left_id"])?;
            (pick(&all, rows).filter_map(|[left]| left.clone()).collect(), BTreeSet::new())
        } else {
            let all = self.tables.texts(table, ["left_id", "right_id"])?;
            let pairs: Vec<_> = pick(&all, rows).collect();
            let side = |side: usize| pairs.iter().filter_map(|pair| pair[side].clone()).collect();
            (side(0), side(1))
        };
        for (side, ids) in [(&matching.left, lefts), (&matching.right, rights)] {
            let places = self.tables.places(side)?;
            self.reach(side.clone(), ids.iter().filter_map(|id| places.get(id).copied()).collect());
        }
        Ok(())
    }

    /// Counts by table, and the records of all sources that were reached.
    pub(super) fn answer(self) -> Result<Why, EngineError> {
        let rows = |table: &TableName| self.reached.get(table).map_or(0, |rows| rows.len() as u64);
        let reached =
            self.order.iter().skip(1).map(|table| Reached { table: table.clone(), rows: rows(table) });
        let mut why = Why { tables: reached.collect(), records: Vec::new() };
        let decided = self.decided()?;
        for source in &self.study.sources {
            let tables = SourceTables::of(source)?;
            let mut ids = BTreeSet::new();
            for table in std::iter::once(&tables.staging).chain(&tables.identity) {
                if let Some(rows) = self.reached.get(table) {
                    let all = self.tables.texts(table, ["row_id"])?;
                    ids.extend(pick(&all, rows).filter_map(|[id]| id.clone()));
                }
            }
            if ids.is_empty() {
                continue;
            }
            let columns = ["row_id", "file", "sheet", "line", "byte_offset", "byte_length"];
            for [id, file, sheet, line, offset, length] in self.tables.texts(&tables.origin, columns)? {
                let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
                let Some(row_id) = id.filter(|id| ids.contains(id)) else { continue };
                why.records.push(Record {
                    source: source.contract.name.clone(),
                    file: file.unwrap_or_default(),
                    sheet,
                    line: number(line).unwrap_or_default(),
                    byte_offset: number(offset),
                    byte_length: number(length),
                    decisions: decided.get(&row_id).cloned().unwrap_or_default(),
                    row_id,
                });
            }
        }
        why.records.sort();
        Ok(why)
    }

    /// Decisions by the record that they judge, in the order in which they were taken.
    fn decided(&self) -> Result<BTreeMap<String, Vec<Decided>>, EngineError> {
        let mut decided = BTreeMap::<String, Vec<Decided>>::new();
        for round in &self.study.rounds {
            let table = RoundTables::of(round)?.decisions;
            for [id, rule, verb, reason, applied] in
                self.tables.texts(&table, ["row_id", "rule", "verb", "reason", "applied"])?
            {
                decided.entry(id.unwrap_or_default()).or_default().push(Decided {
                    round: round.name.clone(),
                    rule: rule.unwrap_or_default(),
                    verb: verb.unwrap_or_default(),
                    reason: reason.unwrap_or_default(),
                    applied: applied.is_some_and(|applied| applied == "true"),
                });
            }
        }
        Ok(decided)
    }
}

/// Input rows of the wanted output rows; the rows of the split have places from `first` to before `next`.
fn collect(
    split: &Split,
    (first, next): (i64, i64),
    wanted: &BTreeSet<i64>,
    tables: &[TableName],
    found: &mut Rows,
) -> Result<(), ProvenanceError> {
    for (source, table) in tables.iter().enumerate() {
        let sets = split.behind(source)?;
        for row in wanted.range(first..next) {
            let set = sets.get(usize::try_from(row - first).unwrap_or(usize::MAX))?;
            if !set.is_empty() {
                found.entry(table.clone()).or_default().extend(set.iter());
            }
        }
    }
    Ok(())
}

fn pick<'r, T>(all: &'r [T], rows: &'r BTreeSet<i64>) -> impl Iterator<Item = &'r T> {
    rows.iter().filter_map(|row| usize::try_from(*row).ok().and_then(|row| all.get(row)))
}

fn identity_of(table: &TableName) -> Result<TableName, EngineError> {
    Ok(TableName::new("identity", table.table())?)
}

/// A query whose lineage cannot be followed, at its place.
fn lineage_fault(sql: &SqlFile, error: &ProvenanceError) -> EngineError {
    let place = match error {
        ProvenanceError::Unsupported { place: Some(place), .. } => Some((place.line, place.column)),
        _ => None,
    };
    sql::fault_at(sql, place, error.to_string(), "write the query without it, or ask for another row")
}
