//! Examples of rule documents, run as tests: the given rows in, the given verdicts out.

use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::plan::Planner;
use crate::session::{register, register_local};
use crate::sql;
use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::datasource::empty::EmptyTable;
use std::sync::Arc;
use study::{Example, ExampleTable, Fault, Rule, StudyError};
use terms::TableName;

/// Runs the examples of a rule; those that do not hold become faults of its document.
pub(crate) async fn run(planner: &mut Planner<'_>, rule: &Rule) -> Result<(), EngineError> {
    for example in &rule.document.examples {
        if let Err(fault) = hold(planner, rule, example).await? {
            planner.faults.push(fault);
        }
        empty_again(planner, example.inputs.iter().map(|table| table.table.as_str()))?;
    }
    Ok(())
}

async fn hold(
    planner: &Planner<'_>,
    rule: &Rule,
    example: &Example,
) -> Result<Result<(), StudyError>, EngineError> {
    for input in &example.inputs {
        let Some(schema) = planner.schemas.get(&input.table) else {
            return Ok(Err(fault(
                rule,
                input.line,
                &input.table,
                "the rule cannot read this table",
                "name records, identities, or a table that is made before the round",
            )));
        };
        match rows(input, schema) {
            Ok(batch) => provide(
                planner,
                &input.table,
                Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?),
            )?,
            Err((line, offending, message)) => {
                return Ok(Err(fault(
                    rule,
                    line,
                    &offending,
                    &message,
                    "see the columns of the table's contract",
                )));
            }
        }
    }
    let frame = sql::query(&planner.context, &rule.sql, &planner.study.parameters).await?;
    let mut found = Vec::new();
    for batch in frame.collect().await? {
        found.extend(cells(&batch, &example.verdicts.columns)?);
    }
    let mut expected: Vec<Vec<Option<String>>> = example.verdicts.rows.clone();
    found.sort();
    expected.sort();
    if found == expected {
        return Ok(Ok(()));
    }
    let message = format!("example {:?} gives other verdicts", example.name);
    let help = format!("expected {}; found {}", render(&expected), render(&found));
    Ok(Err(fault(rule, example.verdicts.line, &example.verdicts.columns.join(" | "), &message, &help)))
}

/// Puts the empty tables back that were replaced by given rows.
pub(crate) fn empty_again<'n>(
    planner: &Planner<'_>,
    names: impl Iterator<Item = &'n str>,
) -> Result<(), EngineError> {
    for name in names {
        if let Some(schema) = planner.schemas.get(name) {
            provide(planner, name, Arc::new(EmptyTable::new(schema.clone())))?;
        }
    }
    Ok(())
}

/// Makes a table known to the planner's session in place of the empty one.
pub(crate) fn provide(
    planner: &Planner<'_>,
    name: &str,
    table: Arc<dyn TableProvider>,
) -> Result<(), EngineError> {
    match TableName::parse(name) {
        Ok(name) => register(&planner.context, &name, table)?,
        Err(_) => register_local(&planner.context, name, table)?,
    }
    Ok(())
}

type Misfit = (u32, String, String);

/// The rows of an example table in the types of the real one; columns that are not given are NULL.
fn rows(table: &ExampleTable, schema: &SchemaRef) -> Result<RecordBatch, Misfit> {
    if let Some(unknown) = table.columns.iter().find(|name| schema.index_of(name).is_err()) {
        return Err((table.line, unknown.clone(), format!("{} has no such column", table.table)));
    }
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let Some(place) = table.columns.iter().position(|name| name == field.name()) else {
            columns.push(new_null_array(field.data_type(), table.rows.len()));
            continue;
        };
        let texts: StringArray = table.rows.iter().map(|row| row.get(place).cloned().flatten()).collect();
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let values = cast_with_options(&texts, field.data_type(), &strict)
            .map_err(|error| (table.line, field.name().clone(), error.to_string()))?;
        columns.push(values);
    }
    RecordBatch::try_new(schema.clone(), columns)
        .map_err(|error| (table.line, table.table.clone(), error.to_string()))
}

/// Cells of the wanted columns as text; a column that the query lacks is NULL.
fn cells(batch: &RecordBatch, wanted: &[String]) -> Result<Vec<Vec<Option<String>>>, EngineError> {
    let columns = wanted.iter().map(|name| text_named(batch, name)).collect::<Result<Vec<_>, _>>()?;
    let text =
        |column: &Option<StringArray>, row| column.as_ref().and_then(|c| cell(c, row)).map(str::to_owned);
    Ok((0..batch.num_rows()).map(|row| columns.iter().map(|column| text(column, row)).collect()).collect())
}

fn render(rows: &[Vec<Option<String>>]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join(" | "))
        .collect();
    if rows.is_empty() { "no verdicts".to_owned() } else { format!("[{}]", rows.join("] [")) }
}

fn fault(rule: &Rule, line: u32, offending: &str, message: &str, help: &str) -> StudyError {
    StudyError::Document(Box::new(Fault {
        path: rule.document.path.to_string_lossy().into_owned(),
        line,
        column: 1,
        offending: offending.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
        source: None,
        span: 0..0,
    }))
}
