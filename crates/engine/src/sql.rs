//! A study's SQL to logical plans, with faults at their place in the file.

use crate::error::EngineError;
use arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::parser::ParserError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Fault, Parameter, SqlFile, StudyError};

/// The query of a file over the tables that the session knows, with the study's parameters filled in.
pub(crate) async fn query(
    context: &SessionContext,
    sql: &SqlFile,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<DataFrame, EngineError> {
    let state = context.state();
    let plan = plan(&state, sql, parameters).await?;
    Ok(DataFrame::new(state, plan))
}

/// The plan of [`query`], not optimised.
pub(crate) async fn plan(
    state: &SessionState,
    sql: &SqlFile,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<LogicalPlan, EngineError> {
    let plan = unfilled(state, sql).await.map_err(|error| fault(sql, &error))?;
    // To go over a plan that has none costs as much as to make it.
    match sql.parameters.is_empty() && !sql.text.contains('$') {
        true => Ok(plan),
        false => plan.with_param_values(values(sql, parameters)).map_err(|error| fault(sql, &error)),
    }
}

/// The plan of a file's query, which is not parsed again where the study's reader has done so: in the dialect of all sessions.
async fn unfilled(state: &SessionState, sql: &SqlFile) -> Result<LogicalPlan, DataFusionError> {
    let Some(query) = &sql.query else { return state.create_logical_plan(&sql.text).await };
    let query = ast::Statement::Query(Box::new(query.as_ref().clone()));
    state.statement_to_plan(Statement::Statement(Box::new(query))).await
}

/// The plan with values for the parameters that it names.
///
/// # Errors
/// It names a parameter that has no value, at its place in the text.
pub(crate) fn filled(
    sql: &SqlFile,
    plan: LogicalPlan,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<LogicalPlan, EngineError> {
    let mut given = Vec::new();
    let named = plan.get_parameter_names().map_err(|error| fault(sql, &error))?;
    for name in named.into_iter().collect::<BTreeSet<_>>() {
        let bare = name.trim_start_matches('$');
        let value = parameters.get(bare).ok_or_else(|| no_parameter(sql, bare, parameters))?;
        given.push((bare.to_owned(), scalar(value)));
    }
    if given.is_empty() {
        return Ok(plan);
    }
    plan.with_param_values(ParamValues::from(given)).map_err(|error| fault(sql, &error))
}

fn no_parameter(sql: &SqlFile, name: &str, known: &BTreeMap<String, Parameter>) -> EngineError {
    let written = format!("${name}");
    let start = sql.text.find(&written).unwrap_or(0);
    let help = match known.is_empty() {
        true => "it has none".to_owned(),
        false => study::nearest(name, known.keys().map(String::as_str), "there are"),
    };
    let end = (start + written.len()).min(sql.text.len());
    place(sql, start..end, format!("the run has no parameter {name}"), &help)
}

/// An expression of a file's query with values for the parameters that it names.
pub(crate) fn with_values(
    expr: Expr,
    sql: &SqlFile,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Expr, DataFusionError> {
    let values = values(sql, parameters);
    let filled = expr.transform_up(|expr| match &expr {
        Expr::Placeholder(named) => {
            let value = values.get_placeholders_with_values(&named.id)?;
            Ok(Transformed::yes(Expr::Literal(value.value, None)))
        }
        _ => Ok(Transformed::no(expr)),
    });
    filled.data()
}

fn values(sql: &SqlFile, parameters: &BTreeMap<String, Parameter>) -> ParamValues {
    let used: Vec<(String, ScalarValue)> = parameters
        .iter()
        .filter(|(name, _)| sql.parameters.contains(*name))
        .map(|(name, value)| (name.clone(), scalar(value)))
        .collect();
    used.into()
}

fn scalar(parameter: &Parameter) -> ScalarValue {
    match parameter {
        Parameter::Date { year, month, day } => ScalarValue::Date32(
            chrono::NaiveDate::from_ymd_opt(*year, *month, *day)
                .and_then(|date| i32::try_from((date - chrono::NaiveDate::default()).num_days()).ok()),
        ),
        Parameter::Integer(number) => ScalarValue::Int64(Some(*number)),
        Parameter::Text(text) => ScalarValue::Utf8(Some(text.clone())),
    }
}

/// Output columns by which a model's query sorts its rows, most significant first.
///
/// # Errors
/// A query that sorts by something that is no output column, at the ORDER BY.
pub(crate) fn sorted_by(sql: &SqlFile, plan: &LogicalPlan) -> Result<Vec<usize>, EngineError> {
    match plan {
        LogicalPlan::Limit(limit) => sorted_by(sql, &limit.input),
        LogicalPlan::Sort(sort) => sort
            .expr
            .iter()
            .map(|key| output_column(plan, key).ok_or_else(|| no_output_column(sql, key)))
            .collect(),
        _ => Err(order_fault(sql, "the rows are not sorted by output columns".to_owned())),
    }
}

fn output_column(plan: &LogicalPlan, key: &SortExpr) -> Option<usize> {
    match &key.expr {
        Expr::Column(column) => plan.schema().maybe_index_of_column(column),
        _ => None,
    }
}

fn no_output_column(sql: &SqlFile, key: &SortExpr) -> EngineError {
    order_fault(sql, format!("sorted by {}, which is no output column", key.expr))
}

/// A fault about the order of a query's rows, placed at its last ORDER BY.
pub(crate) fn order_fault(sql: &SqlFile, message: String) -> EngineError {
    let lower = sql.text.to_ascii_lowercase();
    let start = lower.rfind("order by").unwrap_or(lower.trim_end().len());
    place(
        sql,
        start..sql.text.trim_end().len().max(start),
        message,
        "end the query with ORDER BY over output columns that tell every row apart",
    )
}

/// A fault at a line and column, both from 1; at the start of the file if there is no place.
pub(crate) fn fault_at(sql: &SqlFile, at: Option<(u64, u64)>, message: String, help: &str) -> EngineError {
    let start = at.and_then(|(line, column)| offset(&sql.text, line, column)).unwrap_or(0);
    place(sql, start..start, message, help)
}

/// A fault of the query's columns, placed at the start of the query.
pub(crate) fn shape_fault(sql: &SqlFile, message: String, help: &str) -> EngineError {
    let start = sql.text.to_ascii_lowercase().rfind("select").unwrap_or(0);
    place(sql, start..(start + 6).min(sql.text.len()), message, help)
}

/// Why a query cannot be planned, by whose fault it is: its own, or that of a stored table that is damaged.
pub(crate) fn unplanned(sql: &SqlFile, error: DataFusionError) -> EngineError {
    let mut causes = std::iter::successors(Some(&error as &dyn std::error::Error), |cause| cause.source());
    let stored = causes.any(|cause| matches!(cause.downcast_ref(), Some(EngineError::Warehouse(_))));
    if stored { error.into() } else { fault(sql, &error) }
}

/// A planning error at its place in the file: where DataFusion says, else where the text that it quotes stands.
pub(crate) fn fault(sql: &SqlFile, error: &DataFusionError) -> EngineError {
    let root = error.find_root().to_string();
    let diagnostic = error.diagnostic();
    let span = diagnostic.and_then(|d| d.span).and_then(|span| {
        let start = offset(&sql.text, span.start.line, span.start.column)?;
        Some(start..offset(&sql.text, span.end.line, span.end.column).unwrap_or(start).max(start))
    });
    let message = diagnostic.map_or_else(|| bare(&root), |d| bare(&d.message));
    let helps: Vec<String> = diagnostic
        .map(|d| {
            d.notes
                .iter()
                .map(|n| n.message.clone())
                .chain(d.helps.iter().map(|h| h.message.clone()))
                .collect()
        })
        .unwrap_or_default();
    let help = if helps.is_empty() {
        "see the columns with: herkomst sql -c 'show columns from schema.table'".into()
    } else {
        helps.join("; ")
    };
    if let (DataFusionError::SQL(error, _), None) = (error.find_root(), &span) {
        let (message, at) = unparsed(error);
        return fault_at(sql, at, message, "one query is expected, in the dialect of DataFusion");
    }
    let span = span.or_else(|| quoted(&root, &sql.text)).unwrap_or(0..0);
    place(sql, span, message, &help)
}

/// What is said of a text that is no SQL, and the line and column that this names.
fn unparsed(error: &ParserError) -> (String, Option<(u64, u64)>) {
    let said = match error {
        ParserError::TokenizerError(said) | ParserError::ParserError(said) => said.as_str(),
        ParserError::RecursionLimitExceeded => "the query is nested too deeply",
    };
    let Some((what, place)) = said.rsplit_once(" at Line: ") else { return (said.to_owned(), None) };
    let place = place.split_once(", Column: ").and_then(|(line, column)| {
        let digits = column.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((line.trim().parse().ok()?, digits.parse().ok()?))
    });
    (what.to_owned(), place)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// A message without the words that say which part of DataFusion speaks.
fn bare(message: &str) -> String {
    let prefixes = ["Error during planning: ", "Internal error: ", "Execution error: ", "Schema error: "];
    let mut message = first_line(message);
    while let Some(rest) = prefixes.iter().find_map(|prefix| message.strip_prefix(prefix)) {
        message = rest.to_owned();
    }
    message
}

/// Where a word of the message stands in the SQL: one that it quotes, else the last that occurs.
fn quoted(message: &str, text: &str) -> Option<std::ops::Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let find = |word: &str| lower.find(&word.to_ascii_lowercase()).map(|at| at..at + word.len());
    let in_quotes = message.split(['\'', '"', '`']).skip(1).step_by(2).filter(|word| word.len() > 2);
    let words = message.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.len() > 4);
    in_quotes.filter_map(find).next().or_else(|| words.filter_map(find).next_back())
}

/// Byte offset of a line and column, both from 1, the column in characters.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line_start = match line.checked_sub(1)? {
        0 => 0,
        n => text.match_indices('\n').nth(usize::try_from(n).ok()? - 1)?.0 + 1,
    };
    let rest = &text[line_start..];
    let skip = usize::try_from(column.checked_sub(1)?).ok()?;
    Some(line_start + rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at))
}

fn place(sql: &SqlFile, span: std::ops::Range<usize>, message: String, help: &str) -> EngineError {
    let before = &sql.text[..span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    EngineError::Study(vec![StudyError::Sql(Box::new(Fault {
        path: sql.path.to_string_lossy().into_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        offending: first_line(&sql.text[span.clone()]),
        message,
        help: help.to_owned(),
        source: Some(Arc::from(sql.text.as_str())),
        span,
    }))])
}

/// Refuses columns of types that a printed or published table cannot hold.
pub(crate) fn plain_types(sql: &SqlFile, plan: &LogicalPlan) -> Result<(), EngineError> {
    match plan.schema().fields().iter().find(|field| !is_plain(field)) {
        None => Ok(()),
        Some(field) => Err(shape_fault(
            sql,
            format!("column {} has type {}", field.name(), field.data_type()),
            "cast it to text, bigint, double, decimal, date, timestamp or boolean",
        )),
    }
}

fn is_plain(field: &Field) -> bool {
    !matches!(
        field.data_type(),
        DataType::Struct(_)
            | DataType::Map(_, _)
            | DataType::Union(_, _)
            | DataType::Interval(_)
            | DataType::Float16
    )
}
