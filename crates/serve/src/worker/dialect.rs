//! From text to plan: the dialect of DataFusion, as `herkomst sql` has it, and what clients of Postgres ask on their own.
//!
//! A text is read as DataFusion reads it. Where that does not do, or where it asks the catalogue of Postgres, it is read as
//! Postgres would and put into words of DataFusion (`datafusion-pg-catalog`).

use super::fault::fault_of;
use crate::frame::Fault;
use crate::statement::READ_ONLY;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as Parsed;
use datafusion_pg_catalog::sql::PostgresCompatibilityParser;
use engine::NamedPlan;
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArguments, Query, SelectItem, SetExpr, Statement, TableFactor,
    Value, ValueWithSpan, visit_expressions, visit_expressions_mut, visit_relations,
};
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
        declared: &BTreeMap<usize, String>,
    ) -> Result<NamedPlan, Fault> {
        let order = match Self::asks_the_catalogue(sql) {
            true => [Reading::Postgres, Reading::DataFusion],
            false => [Reading::DataFusion, Reading::Postgres],
        };
        let mut first = None;
        for reading in order {
            match self.read(context, sql, declared, reading).await {
                Ok(plan) => return Ok(plan),
                // What is no query is none in either reading.
                Err(fault) if fault.code == "25006" => return Err(fault),
                Err(fault) => drop(first.get_or_insert(fault)),
            }
        }
        if let Some(nothing) =
            self.parsed(context, sql, Reading::Postgres).ok().and_then(|parsed| nothing_of(&parsed))
            && let Ok(plan) = self.read(context, &nothing, declared, Reading::DataFusion).await
        {
            return Ok(plan);
        }
        Err(first.unwrap_or_else(|| Fault::new("42601", "there is no query")))
    }

    async fn read(
        &self,
        context: &SessionContext,
        sql: &str,
        declared: &BTreeMap<usize, String>,
        reading: Reading,
    ) -> Result<NamedPlan, Fault> {
        let mut parsed = self.parsed(context, sql, reading).map_err(|error| fault_of(&error))?;
        queries_only(&parsed)?;
        if let Parsed::Statement(statement) = &mut parsed {
            eased(statement, declared);
        }
        let state = context.state();
        let named = NamedPlan::of(&state, parsed).await.map_err(|error| fault_of(&error))?;
        // Types are looked at later than names; what is asked of constraints fails there, and is to be read in another way.
        if UNUSED.iter().any(|table| sql.contains(table)) {
            state.optimize(&named.plan).map_err(|error| fault_of(&error))?;
        }
        Ok(named)
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
                let mut statements =
                    self.postgres.parse(sql).map_err(|error| DataFusionError::SQL(Box::new(error), None))?;
                match (statements.pop(), statements.is_empty()) {
                    (Some(only), true) => Ok(Parsed::Statement(Box::new(only))),
                    _ => Err(DataFusionError::Plan("one query at a time".to_owned())),
                }
            }
        }
    }
}

/// Puts into words of DataFusion what it does not plan itself.
///
/// * Parameters whose type is declared are said to have it: `$1` becomes `CAST($1 AS BIGINT[])`. One of which nothing is said is a list
///   of texts where `ANY` asks for a list.
/// * Subqueries for the default, identity or collation of a column say NULL: no column of a run has one, and clients ask with
///   correlated subqueries that DataFusion does not plan. So does a CASE that is NULL in every case.
/// * Subqueries that look one row of the catalogue up say that it is one: `(SELECT c.relkind FROM pg_class c WHERE ...)` selects
///   `first_value(c.relkind)`, for DataFusion plans a correlated subquery only if it is an aggregate.
/// * What asks for the function that reads a type by its number asks for it by its name, which is what the catalogue has.
/// * Texts of rights and options say NULL: runs have none, and the catalogue has no lists of them.
/// * `LIKE` with an escape of its own gets the usual one.
fn eased(statement: &mut Statement, declared: &BTreeMap<usize, String>) {
    let _: ControlFlow<()> = visit_expressions_mut(statement, |expression| {
        match expression {
            Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } => {
                if let Some(list) = placeholder(right).and_then(|name| cast(name, "VARCHAR[]")) {
                    **right = list;
                }
            }
            Expr::Like { pattern, escape_char, .. } | Expr::ILike { pattern, escape_char, .. } => {
                if let Some(usual) = escape_char.as_ref().and_then(|own| escaped(pattern, own)) {
                    (**pattern, *escape_char) = (usual, None);
                }
            }
            Expr::Subquery(query) if is_of_nothing(query) => {
                if let Some(nothing) = parsed("CAST(NULL AS VARCHAR)") {
                    *expression = nothing;
                }
            }
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_function_of_type(left) => {
                if let Some(name) = function_sought(right) {
                    **right = name;
                }
            }
            Expr::Function(function) if is_list_of_nothing(function) || is_text_of_rights(function) => {
                if let Some(nothing) = parsed("CAST(NULL AS VARCHAR)") {
                    *expression = nothing;
                }
            }
            Expr::Subquery(query) => said_to_be_one(query),
            Expr::Case { conditions, else_result, .. }
                if conditions.iter().all(|part| is_null(&part.result))
                    && else_result.as_deref().is_none_or(is_null) =>
            {
                if let Some(nothing) = parsed("CAST(NULL AS VARCHAR)") {
                    *expression = nothing;
                }
            }
            other => {
                let kind = |name: &str| declared.get(&name.strip_prefix('$')?.parse().ok()?);
                let list = placeholder(other).and_then(|name| cast(name, kind(name)?));
                if let Some(list) = list {
                    *other = list;
                }
            }
        }
        ControlFlow::Continue(())
    });
}

/// The pattern with `\` in place of its own escape; none if that is what it has.
fn escaped(pattern: &Expr, own: &ValueWithSpan) -> Option<Expr> {
    let own = own.clone().into_string().filter(|own| own != "\\" && own.chars().count() == 1)?;
    let own = own.replace('\'', "''");
    parsed(&format!(
        "replace(replace(replace(replace({pattern}, '\\', '\\\\'), '{own}{own}', chr(1)), '{own}', '\\'), chr(1), '{own}')"
    ))
}

/// Tables of the catalogue in which nothing of a run is.
const UNUSED: [&str; 6] = ["pg_constraint", "pg_index", "pg_trigger", "pg_inherits", "pg_enum", "pg_policy"];

/// A query without rows in place of one that asks the catalogue, and only that, for constraints, indexes and the like, in a way
/// that DataFusion does not plan.
fn nothing_of(parsed: &Parsed) -> Option<String> {
    let Parsed::Statement(statement) = parsed else { return None };
    let Statement::Query(query) = statement.as_ref() else { return None };
    let mut names = Vec::new();
    let _: ControlFlow<()> = visit_relations(query, |name| {
        names.extend(name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.clone()));
        ControlFlow::Continue(())
    });
    let is_asked = names.iter().any(|name| UNUSED.contains(&name.as_str()));
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    // Those who ask for the columns of a constraint count them with a series.
    let is_known = |name: &String| name.starts_with("pg_") || name == "generate_series";
    if !is_asked || !names.iter().all(is_known) {
        return None;
    }
    let columns = select.projection.iter().map(|item| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(names)) => Some(names.last()?.value.clone()),
        _ => None,
    });
    let columns: Option<Vec<String>> = columns
        .map(|name| Some(format!("CAST(NULL AS VARCHAR) AS \"{}\"", name?.replace('"', "\"\""))))
        .collect();
    Some(format!("SELECT {} WHERE FALSE", columns?.join(", ")))
}

/// Tables of the catalogue in which nothing is of a column of a run, or of who reads it.
const EMPTY: [&str; 4] = ["pg_attrdef", "pg_sequence", "pg_collation", "pg_auth_members"];

fn is_of_nothing(query: &Query) -> bool {
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    select.from.iter().any(|from| match &from.relation {
        TableFactor::Table { name, .. } => {
            let name = name.0.last().and_then(|part| part.as_ident());
            name.is_some_and(|name| EMPTY.contains(&name.value.as_str()))
        }
        _ => false,
    })
}

/// `ARRAY(SELECT ...)` of such tables.
fn is_list_of_nothing(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::Subquery(query) if is_of_nothing(query))
}

/// Columns of the catalogue that are lists of rights or options.
const RIGHTS: [&str; 7] = ["nspacl", "datacl", "relacl", "proacl", "lanacl", "defaclacl", "reloptions"];

/// `array_to_string` of such columns.
fn is_text_of_rights(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else { return false };
    let name = function.name.0.last().and_then(|part| part.as_ident());
    name.is_some_and(|name| name.value == "array_to_string")
        && list.args.first().is_some_and(|first| {
            visit_expressions(first, |part| match column(part) {
                Some(name) if RIGHTS.contains(&name) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            })
            .is_break()
        })
}

/// `typinput` and `typoutput`, which are functions.
fn is_function_of_type(expression: &Expr) -> bool {
    matches!(column(expression), Some("typinput" | "typoutput"))
}

/// The name of the function of which `(SELECT oid FROM pg_proc WHERE proname = 'name')` asks the number.
fn function_sought(expression: &Expr) -> Option<Expr> {
    let Expr::Subquery(query) = expression else { return None };
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let Some(Expr::BinaryOp { left, op: BinaryOperator::Eq, right }) = &select.selection else { return None };
    match (column(left), right.as_ref()) {
        (Some("proname"), Expr::Value(value)) => {
            let name = value.clone().into_string()?;
            parsed(&format!("'{}'", name.trim_start_matches("pg_catalog.").replace('\'', "''")))
        }
        _ => None,
    }
}

/// The name of the column that an expression is.
fn column(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// Has a subquery that selects one expression from the catalogue, and no aggregate, select the first value of it.
fn said_to_be_one(query: &mut Query) {
    let mut is_of_catalogue = true;
    let _: ControlFlow<()> = visit_relations(query, |name| {
        let name = name.0.last().and_then(|part| part.as_ident());
        is_of_catalogue &= name.is_some_and(|name| name.value.starts_with("pg_"));
        ControlFlow::Continue(())
    });
    let SetExpr::Select(select) = query.body.as_mut() else { return };
    if let [SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. }] =
        select.projection.as_mut_slice()
        && is_of_catalogue
        && !select.from.is_empty()
        && !has_function(value)
        && let Some(first) = parsed(&format!("first_value({value})"))
    {
        *value = first;
    }
}

/// Whether an expression may be an aggregate.
fn has_function(expression: &Expr) -> bool {
    visit_expressions(expression, |part| match part {
        Expr::Function(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn is_null(expression: &Expr) -> bool {
    match expression {
        Expr::Cast { expr, .. } => is_null(expr),
        Expr::Value(value) => value.value == Value::Null,
        _ => false,
    }
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
    parsed(&format!("CAST({name} AS {kind})"))
}

fn parsed(text: &str) -> Option<Expr> {
    Parser::new(&GenericDialect {}).try_with_sql(text).ok()?.parse_expr().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn eased_text(sql: &str, declared: &[(usize, &str)]) -> String {
        let mut statement = Parser::parse_sql(&GenericDialect {}, sql).unwrap().remove(0);
        let declared = declared.iter().map(|(at, kind)| (*at, (*kind).to_owned())).collect();
        eased(&mut statement, &declared);
        statement.to_string()
    }

    #[test]
    fn lists_are_said_to_be_lists() {
        let text = eased_text("SELECT $1, $2 WHERE a = ANY($3)", &[(2, "BIGINT[]")]);
        assert_eq!(text, "SELECT $1, CAST($2 AS BIGINT[]) WHERE a = ANY(CAST($3 AS VARCHAR[]))");
    }

    #[test]
    fn what_no_column_has_is_null() {
        let sql = "SELECT CASE WHEN a.d THEN (SELECT f(d.b) FROM pg_catalog.pg_attrdef AS d WHERE d.n = a.n) ELSE NULL END, \
                   CASE WHEN a.d THEN 1 END FROM a";
        let text = eased_text(sql, &[]);
        assert_eq!(text, "SELECT CAST(NULL AS VARCHAR), CASE WHEN a.d THEN 1 END FROM a");
    }

    #[test]
    fn what_asks_the_catalogue_is_put_so_that_it_is_planned() {
        for (sql, expected) in [
            (
                "(SELECT c.k = 'c' FROM pg_class AS c WHERE c.oid = t.r)",
                "(SELECT first_value(c.k = 'c') FROM pg_class AS c WHERE c.oid = t.r)",
            ),
            (
                "(SELECT count(*) FROM pg_class AS c WHERE c.oid = t.r)",
                "(SELECT count(*) FROM pg_class AS c WHERE c.oid = t.r)",
            ),
            (
                "(SELECT c.k FROM mine AS c WHERE c.oid = t.r)",
                "(SELECT c.k FROM mine AS c WHERE c.oid = t.r)",
            ),
            (
                "t.typinput = (SELECT oid FROM pg_proc WHERE proname = 'pg_catalog.array_in')",
                "t.typinput = 'array_in'",
            ),
            (
                "t.typlen = (SELECT oid FROM pg_proc WHERE proname = 'a')",
                "t.typlen = (SELECT first_value(oid) FROM pg_proc WHERE proname = 'a')",
            ),
            ("pg_catalog.array_to_string(n.nspacl || ARRAY(SELECT a FROM b), ', ')", "CAST(NULL AS VARCHAR)"),
            ("array_to_string(n.names, ', ')", "array_to_string(n.names, ', ')"),
            ("ARRAY(SELECT m.a FROM pg_auth_members AS m WHERE m.b = t.r)", "CAST(NULL AS VARCHAR)"),
        ] {
            assert_eq!(eased_text(&format!("SELECT {sql} FROM t"), &[]), format!("SELECT {expected} FROM t"));
        }
    }

    #[test]
    fn what_asks_for_constraints_is_answered_without_rows() {
        let context = SessionContext::new();
        for sql in [
            "SELECT NULL::text AS \"A\", t.relname FROM pg_catalog.pg_class t, pg_catalog.pg_constraint c, \
             pg_catalog.generate_series(1, 32) pos(n) WHERE t.relnatts = c.conkey[pos.n] ORDER BY t.relname, pos.n",
            "SELECT NULL::text AS \"A\", t.relname FROM pg_class t, pg_index i",
        ] {
            let parsed = Dialect::default().parsed(&context, sql, Reading::Postgres).unwrap();
            let expected =
                "SELECT CAST(NULL AS VARCHAR) AS \"A\", CAST(NULL AS VARCHAR) AS \"relname\" WHERE FALSE";
            assert_eq!(nothing_of(&parsed).as_deref(), Some(expected), "{parsed:?}");
        }
        for sql in ["SELECT relname FROM pg_class", "SELECT a FROM mine, pg_constraint"] {
            let parsed = Dialect::default().parsed(&context, sql, Reading::Postgres).unwrap();
            assert_eq!(nothing_of(&parsed), None, "{sql}");
        }
    }

    #[tokio::test]
    async fn an_escape_of_its_own_escapes() {
        let context = SessionContext::new();
        for (value, pattern, matches) in
            [("pg_a", "pg/_%", true), ("pgxa", "pg/_%", false), ("a/b", "a//b", true), ("a\\b", "a\\b", true)]
        {
            let sql = format!("SELECT '{value}' LIKE '{pattern}' ESCAPE '/'");
            let rows = context.sql(&eased_text(&sql, &[])).await.unwrap().collect().await.unwrap();
            let found = arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string();
            assert_eq!(found.contains("true"), matches, "{sql}: {found}");
        }
    }
}
