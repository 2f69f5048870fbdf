//! Checks: queries for rows that should not exist.

use crate::error::EngineError;
use crate::night::Night;
use datafusion::prelude::ident;
use study::Check;
use terms::{CheckOutcome, CheckRecord, TableName};

/// Runs one check; violating rows are stored as `checks.<name>`.
pub(crate) async fn run(night: &mut Night<'_>, check: &Check) -> Result<CheckRecord, EngineError> {
    let reads: Vec<TableName> =
        check.sql.reads.iter().filter_map(|read| TableName::parse(&read.table).ok()).collect();
    night.open(&reads)?;
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
        severity: check.severity,
        outcome: if rows.rows == 0 { CheckOutcome::Passed } else { CheckOutcome::Violated },
        violations: rows.rows as u64,
        table,
    })
}
