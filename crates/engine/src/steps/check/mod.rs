//! Checks: queries for rows that should not exist, the study's own and those of what is declared beside tables.

mod outside;
mod sound;
#[cfg(test)]
mod tests;

pub(crate) use outside::{Outside, local_schemas};
pub(crate) use sound::faults;

use crate::error::EngineError;
use crate::night::Night;
use datafusion::prelude::ident;
use study::Check;
use terms::{CheckOutcome, CheckRecord, TableName};

/// Runs one check; violating rows are stored as `checks.<name>`.
pub(crate) async fn run(
    night: &mut Night<'_>,
    check: &Check,
    outside: &Outside,
) -> Result<CheckRecord, EngineError> {
    let reads: Vec<TableName> = check.reads().into_iter().collect();
    night.open(&reads)?;
    outside.provide(&night.context, check)?;
    let rows = night.settle(night.query(&check.sql).await?.distinct()?).await?;
    let table = match rows.rows {
        0 => None,
        _ => {
            let frame = night.context.read_table(rows.table.clone())?;
            let names: Vec<String> =
                frame.schema().fields().iter().map(|field| field.name().clone()).collect();
            let frame = frame.select(names.iter().map(ident).collect::<Vec<_>>())?;
            let sort: Vec<&str> = names.iter().map(String::as_str).collect();
            let name = TableName::new("checks", &check.name)?;
            Some(night.store_sorted(name, frame, &sort).await?)
        }
    };
    Ok(CheckRecord {
        check: check.name.clone(),
        claim: check.claim(),
        severity: check.severity,
        outcome: if rows.rows == 0 { CheckOutcome::Passed } else { CheckOutcome::Violated },
        violations: rows.rows as u64,
        table,
    })
}
