//! The step at which a record was lost: the decision, the pass, or the condition in the SQL.

use super::back::Back;
use super::record::{Decided, Matched};
use super::replay::{pass_query, rule_query};
use crate::error::EngineError;
use crate::lineage::{Rows, lineage_fault};
use crate::sql;
use datafusion::common::{ScalarValue, TableReference};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, lit};
use datafusion::prelude::ident;
use provenance::{Fate, Place, RowSet, why_not};
use serde::Serialize;
use std::collections::BTreeSet;
use study::{Matching, Round, Rule, SqlFile, Step, StepKind};
use terms::TableName;

/// Rows are told apart in one condition; of more, the first stand for all.
const ROWS_ASKED: usize = 50;

/// A step that had rows made from the record, and gave none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// The table that has nothing made from it.
    pub table: TableName,
    /// The table from which it did not come there.
    pub from: TableName,
    /// Why.
    #[serde(flatten)]
    pub to: LostTo,
}

/// What a record was lost to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "lost_to", rename_all = "snake_case")]
pub enum LostTo {
    /// A rule removed it, or a reviewer rejected what a rule would have done with it.
    Decision(Box<Decided>),
    /// Rules of a round read it, and none of them gave a verdict because of it.
    NoVerdict {
        /// Files of those rules.
        rules: Vec<String>,
    },
    /// No pass of a matching found its partner.
    NoPartner {
        /// The first pass with an ambiguous pair, else the first that proposed one; none if no pass proposed any.
        pass: Option<String>,
        /// The pairs that were proposed.
        candidates: Vec<Matched>,
        /// Where each pass lost it; none if some proposed it.
        passes: Vec<LostTo>,
    },
    /// A condition, a join or another operator of a query: of a model, an appendix, or a rule as it saw the records then.
    Operator {
        /// File of the query.
        path: String,
        /// Line, from 1.
        line: Option<u64>,
        /// Column in characters, from 1.
        column: Option<u64>,
        /// The operator with its condition, as the engine understands it.
        condition: String,
        /// The line of the file.
        written: Option<String>,
    },
    /// The query reads it to keep other rows out.
    KeepsOthersOut {
        /// File of the query.
        path: String,
    },
}

/// Why a step that had the record gave nothing made from it; nothing if the step did not have it.
pub(super) async fn loss(
    back: &Back<'_>,
    step: &Step,
    table: &TableName,
    live: &Rows,
    id: &str,
    decisions: &[Decided],
) -> Result<Vec<Loss>, EngineError> {
    let had: Vec<(&TableName, &RowSet)> = step.reads.iter().filter_map(|t| Some((t, live.get(t)?))).collect();
    let told = |from: &TableName, to: LostTo| Loss { table: table.clone(), from: from.clone(), to };
    let mut losses = Vec::new();
    match step.kind {
        StepKind::Round(i) => {
            let round = &back.study.rounds[i];
            if let Some((from, rows)) = had.iter().find(|(t, _)| t.schema() != "identity").or(had.first()) {
                let lost = of_round(back, round, &step.reads, (from, rows), decisions).await?;
                losses.extend(lost.into_iter().map(|to| told(from, to)));
            }
        }
        StepKind::Matching(i) => {
            let matching = &back.study.matchings[i];
            let sides = [&matching.left, &matching.right];
            for (from, rows) in had.iter().filter(|(table, _)| sides.contains(table)) {
                losses.push(told(from, of_matching(back, matching, &step.reads, (from, rows), id).await?));
            }
        }
        StepKind::Model(_) | StepKind::Appendix(_) => {
            if let Some(model) = back.study.model_of(step.kind) {
                for (from, rows) in had {
                    for to in of_query(back, &model.sql, &step.reads, from, rows).await? {
                        losses.push(told(from, to));
                    }
                }
            }
        }
        StepKind::Source(_) | StepKind::Audit => {}
    }
    Ok(losses)
}

/// Why a round has nothing made from a row: a decision about it, else where each rule that reads it lost it.
async fn of_round(
    back: &Back<'_>,
    round: &Round,
    reads: &[TableName],
    (from, rows): (&TableName, &RowSet),
    decisions: &[Decided],
) -> Result<Vec<LostTo>, EngineError> {
    let gone = |d: &&Decided| d.round == round.name && (d.verb == "remove" || !d.applied);
    if let Some(decision) = decisions.iter().rfind(gone) {
        return Ok(vec![LostTo::Decision(Box::new(decision.clone()))]);
    }
    let is_read = |rule: &&Rule| {
        let read = |read: &study::TableRead| TableName::parse(&read.table).is_ok_and(|table| &table == from);
        rule.sql.reads.iter().any(read)
    };
    let Some(predicate) = back.told_apart(from, rows)? else { return Ok(Vec::new()) };
    let mut lost = Vec::new();
    for rule in round.rules.iter().filter(is_read) {
        let plan = rule_query(back, round, rule, reads).await?;
        lost.extend(of_plan(back, &rule.sql, &plan, &reference(from), &predicate).await?);
    }
    if lost.is_empty() {
        let rules =
            round.rules.iter().filter(is_read).map(|rule| rule.sql.path.to_string_lossy().into_owned());
        lost.push(LostTo::NoVerdict { rules: rules.collect() });
    }
    Ok(lost)
}

async fn of_matching(
    back: &Back<'_>,
    matching: &Matching,
    reads: &[TableName],
    (from, rows): (&TableName, &RowSet),
    id: &str,
) -> Result<LostTo, EngineError> {
    let records = &back.records;
    let mut ids: BTreeSet<String> = records.ids(from, rows)?.into_iter().collect();
    ids.insert(id.to_owned());
    let candidates: Vec<Matched> = records.matched(matching, &ids)?.into_values().flatten().collect();
    let first = candidates.iter().min_by_key(|pair| (pair.outcome != "ambiguous", pair.pass_no));
    let first = first.map(|pair| pair.pass.clone());
    let mut passes = Vec::new();
    let predicate = back.told_apart(from, rows)?;
    if let (None, Some(predicate)) = (&first, predicate) {
        let open = TableReference::bare(if from == &matching.left { "open_left" } else { "open_right" });
        for pass in &matching.passes {
            let plan = pass_query(back, matching, pass, reads).await?;
            passes.extend(of_plan(back, &pass.sql, &plan, &open, &predicate).await?);
        }
    }
    Ok(LostTo::NoPartner { pass: first, candidates, passes })
}

/// Where each reading of a table in a query of a model or an appendix loses the rows.
async fn of_query(
    back: &Back<'_>,
    sql: &SqlFile,
    reads: &[TableName],
    from: &TableName,
    rows: &RowSet,
) -> Result<Vec<LostTo>, EngineError> {
    let frame = sql::query(back.open(reads)?, sql, &back.study.parameters).await?;
    let Some(predicate) = back.told_apart(from, rows)? else { return Ok(Vec::new()) };
    of_plan(back, sql, frame.logical_plan(), &reference(from), &predicate).await
}

/// Where each reading of a table in a plan loses the rows that meet a condition.
async fn of_plan(
    back: &Back<'_>,
    sql: &SqlFile,
    plan: &LogicalPlan,
    from: &TableReference,
    predicate: &Expr,
) -> Result<Vec<LostTo>, EngineError> {
    let fault = |error| lineage_fault(sql, &error);
    let question = why_not(plan, from, predicate).map_err(fault)?;
    let path = || sql.path.to_string_lossy().into_owned();
    let mut lost = Vec::new();
    for (_, fate) in question.ask(back.open(&[])?).await.map_err(fault)? {
        let to = match fate {
            Fate::Lost { operator, place } => {
                let place = place.or_else(|| subquery(sql, &operator));
                LostTo::Operator {
                    path: path(),
                    line: place.map(|place| place.line),
                    column: place.map(|place| place.column),
                    condition: operator,
                    written: place.and_then(|place| written(sql, &place)),
                }
            }
            Fate::KeepsOthersOut => LostTo::KeepsOthersOut { path: path() },
            Fate::Absent | Fate::Present => continue,
        };
        if !lost.contains(&to) {
            lost.push(to);
        }
    }
    Ok(lost)
}

/// Where a subquery stands that became this join, if only one can be meant: the join itself has no place.
fn subquery(sql: &SqlFile, operator: &str) -> Option<Place> {
    let words: &[&str] = match operator.split_whitespace().next()? {
        "LeftAnti" | "RightAnti" => &["not exists", "not in", "except"],
        "LeftSemi" | "RightSemi" | "LeftMark" | "RightMark" => &["exists", "in (", "intersect"],
        _ => return None,
    };
    let mut found = Vec::new();
    for (number, line) in (1..).zip(sql.text.lines()) {
        let code = line.split("--").next().unwrap_or_default().to_ascii_lowercase();
        for word in words {
            found.extend(
                code.match_indices(word).map(|(at, _)| (number, code[..at].chars().count() as u64 + 1)),
            );
        }
    }
    match found.as_slice() {
        [(line, column)] => {
            Some(Place { line: *line, column: *column, end_line: *line, end_column: *column })
        }
        _ => None,
    }
}

fn reference(table: &TableName) -> TableReference {
    TableReference::partial(table.schema(), table.table())
}

/// The lines of the file on which something stands.
fn written(sql: &SqlFile, place: &Place) -> Option<String> {
    let first = usize::try_from(place.line).ok()?.checked_sub(1)?;
    let lines = usize::try_from(place.end_line).ok()?.checked_sub(first)?;
    let text: Vec<&str> = sql.text.lines().skip(first).take(lines.max(1)).map(str::trim).collect();
    Some(text.join(" "))
}

impl Back<'_> {
    /// A condition that holds for these rows of a table alone: by row id, else by all their values.
    fn told_apart(&self, table: &TableName, rows: &RowSet) -> Result<Option<Expr>, EngineError> {
        let ids = self.records.ids(table, rows)?;
        if !ids.is_empty() {
            let ids = ids.into_iter().take(ROWS_ASKED).map(lit).collect();
            return Ok(Some(ident("row_id").in_list(ids, false)));
        }
        let asked = rows.iter().take(ROWS_ASKED).collect();
        let mut any: Option<Expr> = None;
        for batch in self.tables.take(table, &asked, &self.tables.all_columns(table)?)? {
            for place in 0..batch.num_rows() {
                let mut all = lit(true);
                for (field, values) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                    let value = ScalarValue::try_from_array(values, place)?;
                    let column = Box::new(ident(field.name()));
                    let same = BinaryExpr::new(
                        column,
                        Operator::IsNotDistinctFrom,
                        Box::new(Expr::Literal(value, None)),
                    );
                    all = all.and(Expr::BinaryExpr(same));
                }
                any = Some(any.map_or(all.clone(), |any| any.or(all)));
            }
        }
        Ok(any)
    }
}
