//! Checks: queries for rows that should not exist, the study's own and those of what is declared beside tables.

mod at_hand;
mod outside;
mod sound;
#[cfg(test)]
mod tests;

pub(crate) use outside::{Outside, local_schemas};
pub(crate) use sound::faults;

use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::night::Night;
use crate::so_far::SoFar;
use at_hand::AtHand;
use datafusion::prelude::{DataFrame, ident};
use study::Check;
use terms::{CheckOutcome, CheckRecord, ObjectHash, StepOutcome, TableName, TableRecord};

/// The query, its parameters, the objects that it reads and the row counts of the published run, if it asks for them, decide
/// what a check finds. Severity does not: it says what the finding means. A check that asks for the day has no fingerprint,
/// and is asked every night.
pub(crate) fn fingerprint(
    known: &SoFar<'_>,
    check: &Check,
    outside: &Outside,
) -> Result<Option<ObjectHash>, EngineError> {
    let mut parts = Fingerprint::new("check");
    parts.add("sql", check.definition());
    known.add_parameters(&mut parts, &check.sql);
    known.add_objects(&mut parts, &check.reads())?;
    Ok(outside.decides(check, &mut parts).then(|| parts.finish()))
}

/// Runs one check; violating rows are stored as `checks.<name>`.
pub(crate) async fn run(
    night: &mut Night<'_>,
    check: &Check,
    outside: &Outside,
    fingerprint: Option<ObjectHash>,
) -> Result<CheckRecord, EngineError> {
    night.open(&check.reads())?;
    outside.provide(&night.context, check)?;
    let rows = |table: &TableName| night.held(table);
    let at_hand = AtHand { state: night.state(), parameters: &night.study.parameters, rows: &rows };
    let is_violated = match at_hand.violate(check)? {
        Some(is_violated) => is_violated,
        None => night.has_rows(&check.probe()).await?,
    };
    let table = if is_violated { Some(store(night, check).await?) } else { None };
    let violations = table.as_ref().map_or(0, |table| table.rows);
    Ok(CheckRecord {
        check: check.name.clone(),
        claim: check.claim(),
        fingerprint,
        answered: StepOutcome::Executed,
        severity: check.severity,
        outcome: if violations == 0 { CheckOutcome::Passed } else { CheckOutcome::Violated },
        violations,
        table,
    })
}

/// Stores the violating rows, each once.
async fn store(night: &mut Night<'_>, check: &Check) -> Result<TableRecord, EngineError> {
    let found = DataFrame::new(night.context.state(), night.plan(&check.sql).await?);
    let rows = night.settle(found.distinct()?).await?;
    let frame = night.context.read_table(rows.table.clone())?;
    let names: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let frame = frame.select(names.iter().map(ident).collect::<Vec<_>>())?;
    let sort: Vec<&str> = names.iter().map(String::as_str).collect();
    night.store_sorted(TableName::new("checks", &check.name)?, frame, &sort).await
}
