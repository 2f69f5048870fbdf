//! Values of an EXECUTE: expressions without tables, which are worked out before the query is.

use super::dialect::Dialect;
use super::fault::{fault_of, refused};
use crate::frame::Fault;
use arrow::datatypes::{DataType, Schema};
use datafusion::scalar::ScalarValue;
use engine::Desk;
use sqlparser::ast::{Expr, visit_expressions};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The values of a text, as many as there are parameters, which have these types where they are known.
///
/// # Errors
/// A text that is no list of expressions, or of more or fewer; a value that cannot be worked out, or is not of its type.
pub(super) async fn values(
    desk: &Desk,
    dialect: &Dialect,
    text: &str,
    parameters: &Schema,
) -> Result<Vec<ScalarValue>, Fault> {
    let written = expressions(text)?;
    let (wanted, given) = (parameters.fields().len(), written.len());
    if wanted != given {
        let said =
            format!("wrong number of parameters for the prepared statement: expected {wanted}, got {given}");
        return Err(Fault::new("42601", said));
    }
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let columns: Vec<String> = (1..).zip(&written).map(|(n, value)| format!("{value} AS v{n}")).collect();
    let named =
        dialect.plan(desk.context(), &format!("SELECT {}", columns.join(", ")), &BTreeMap::new()).await?;
    desk.refuse(&named.plan).map_err(|refusal| refused(&refusal))?;
    let frame = desk.context().execute_logical_plan(named.plan).await.map_err(|error| fault_of(&error))?;
    let rows = frame.collect().await.map_err(|error| fault_of(&error))?;
    let row = rows.iter().find(|batch| batch.num_rows() > 0).map(|batch| batch.columns());
    let typed = row.unwrap_or_default().iter().zip(parameters.fields()).map(|(column, field)| {
        let value = ScalarValue::try_from_array(column, 0).map_err(|error| fault_of(&error))?;
        of_type(value, field.data_type())
    });
    typed.collect()
}

/// A text is what the parameter is, as Postgres has it of texts in quotes; the planner casts the rest.
fn of_type(value: ScalarValue, kind: &DataType) -> Result<ScalarValue, Fault> {
    match (&value, kind) {
        (_, DataType::Null) => Ok(value),
        (ScalarValue::Utf8(_) | ScalarValue::Utf8View(_) | ScalarValue::Null, kind) => value
            .cast_to(kind)
            .map_err(|_| Fault::new("22P02", format!("invalid input for type {kind}: {value}"))),
        _ => Ok(value),
    }
}

fn expressions(text: &str) -> Result<Vec<Expr>, Fault> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |error: sqlparser::parser::ParserError| Fault::new("42601", error.to_string());
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text).map_err(wrong)?;
    let written = parser.parse_comma_separated(Parser::parse_expr).map_err(wrong)?;
    if parser.peek_token().token != Token::EOF {
        return Err(Fault::new("42601", format!("a value was expected at {}", parser.peek_token())));
    }
    let is_query =
        |part: &Expr| matches!(part, Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. });
    let asks = visit_expressions(&written, |part| match is_query(part) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    });
    if asks.is_break() {
        return Err(Fault::new("0A000", "cannot use a subquery in a value of EXECUTE"));
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_expressions_and_nothing_else() {
        assert_eq!(expressions("1, 'a,b', f(2, 3), -4").unwrap().len(), 4);
        for (text, code) in [
            ("1 from a", "42601"),
            ("1,", "42601"),
            ("1; select 2", "42601"),
            ("(select 1)", "0A000"),
            ("1 in (select 1)", "0A000"),
            ("exists (select 1)", "0A000"),
        ] {
            assert_eq!(expressions(text).unwrap_err().code, code, "{text}");
        }
    }
}
