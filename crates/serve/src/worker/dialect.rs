//! From text to plan: the dialect of DataFusion, as `herkomst sql` has it, and what clients of Postgres ask on their own.
//!
//! A text is read as DataFusion reads it. Where that does not do, or where it asks the catalogue of Postgres, it is read as
//! Postgres would and put into words of DataFusion (`datafusion-pg-catalog`).

use super::fault::fault_of;
use crate::frame::Fault;
use crate::statement::READ_ONLY;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;
use datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use sqlparser::ast::{Expr, Statement, Value, visit_expressions_mut};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How texts are read.
#[derive(Debug, Default)]
pub(super) struct Dialect {
    postgres: PostgresCompatibilityParser,
}

/// Which of the two ways to read a text.
#[derive(Clone, Copy, Debug)]
enum Reading {
    DataFusion,
    Postgres,
}

impl Dialect {
    /// Whether a text asks for what only the catalogue of Postgres tells.
    pub(super) fn asks_the_catalogue(sql: &str) -> bool {
        let sql = sql.to_lowercase();
        ["pg_", "information_schema", "::reg", "format_type"].iter().any(|word| sql.contains(word))
    }

    /// The plan of a query.
    ///
    /// # Errors
    /// A text that is no query; else the first reading's fault.
    pub(super) async fn plan(
        &self,
        context: &SessionContext,
        sql: &str,
        lists: &BTreeMap<usize, String>,
    ) -> Result<LogicalPlan, Fault> {
        let order = match Self::asks_the_catalogue(sql) {
            true => [Reading::Postgres, Reading::DataFusion],
            false => [Reading::DataFusion, Reading::Postgres],
        };
        let mut first = None;
        for reading in order {
            match self.read(context, sql, lists, reading).await {
                Ok(plan) => return Ok(plan),
                // What is no query is none in either reading.
                Err(fault) if fault.code == "25006" => return Err(fault),
                Err(fault) => drop(first.get_or_insert(fault)),
            }
        }
        Err(first.unwrap_or_else(|| Fault::new("42601", "there is no query")))
    }

    async fn read(
        &self,
        context: &SessionContext,
        sql: &str,
        lists: &BTreeMap<usize, String>,
        reading: Reading,
    ) -> Result<LogicalPlan, Fault> {
        let mut parsed = self.parsed(context, sql, reading).map_err(|error| fault_of(&error))?;
        queries_only(&parsed)?;
        if let Parsed::Statement(statement) = &mut parsed {
            with_lists(statement, lists);
        }
        context.state().statement_to_plan(parsed).await.map_err(|error| fault_of(&error))
    }

    fn parsed(
        &self,
        context: &SessionContext,
        sql: &str,
        reading: Reading,
    ) -> Result<Parsed, DataFusionError> {
        match reading {
            Reading::DataFusion => {
                let state = context.state();
                let dialect = state.config_options().sql_parser.dialect;
                state.sql_to_statement(sql, &dialect)
            }
            Reading::Postgres => {
                let mut statements = self
                    .postgres
                    .parse(sql)
                    .map_err(|error| DataFusionError::SQL(Box::new(error), None))?;
                match (statements.pop(), statements.is_empty()) {
                    (Some(only), true) => Ok(Parsed::Statement(Box::new(only))),
                    _ => Err(DataFusionError::Plan("one query at a time".to_owned())),
                }
            }
        }
    }
}

/// Says of parameters that are lists that they are: `$1` becomes `CAST($1 AS BIGINT[])`.
///
/// One of which nothing is said is a list of texts where `ANY` asks for a list.
fn with_lists(statement: &mut Statement, lists: &BTreeMap<usize, String>) {
    let _: ControlFlow<()> = visit_expressions_mut(statement, |expression| {
        match expression {
            Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } => {
                if let Some(list) = placeholder(right).and_then(|name| cast(name, "VARCHAR[]")) {
                    **right = list;
                }
            }
            other => {
                let kind = |name: &str| lists.get(&name.strip_prefix('$')?.parse().ok()?);
                let list = placeholder(other).and_then(|name| cast(name, kind(name)?));
                if let Some(list) = list {
                    *other = list;
                }
            }
        }
        ControlFlow::Continue(())
    });
}

fn placeholder(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Nested(inner) => placeholder(inner),
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn cast(name: &str, kind: &str) -> Option<Expr> {
    let text = format!("CAST({name} AS {kind})");
    Parser::new(&GenericDialect {}).try_with_sql(&text).ok()?.parse_expr().ok()
}

/// Stops what is no query before it is planned.
fn queries_only(parsed: &Parsed) -> Result<(), Fault> {
    let is_query = match parsed {
        Parsed::Statement(statement) => matches!(
            statement.as_ref(),
            Statement::Query(_) | Statement::Explain { .. } | Statement::ExplainTable { .. }
        ),
        // Of what is explained, the plan tells whether it is a query.
        Parsed::Explain(_) => true,
        _ => false,
    };
    if is_query { Ok(()) } else { Err(Fault::new("25006", format!("cannot execute this: {READ_ONLY}"))) }
}
