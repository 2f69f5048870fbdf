//! One module for each command.

pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod sql;
pub(crate) mod verify;
pub(crate) mod waterfall;
pub(crate) mod why;

use crate::failure::Failure;
use study::Study;
use terms::TableName;

/// `schema.table`, or the name of an appendix alone.
fn table_name(study: &Study, text: &str) -> Result<TableName, Failure> {
    if let Some(appendix) = study.appendices.iter().find(|appendix| appendix.model.table.table() == text) {
        return Ok(appendix.model.table.clone());
    }
    TableName::parse(text).map_err(|_| {
        let names: Vec<&str> = study.appendices.iter().map(|appendix| appendix.model.table.table()).collect();
        Failure::Usage(format!(
            "{text:?} is no appendix and no schema.table; appendices are {}",
            names.join(", ")
        ))
    })
}
