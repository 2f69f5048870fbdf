use super::{SqlFile, tables};
use crate::StudyError;
use crate::text::{Place, Text, is_identifier};
use sqlparser::ast::{Expr, Ident, OrderByKind, Query, SelectItem, SetExpr, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Whether the rows of a query must come in a declared order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    Required,
    Free,
}

/// The one query of this file.
pub(crate) fn parse(text: &Text, order: Order) -> Result<SqlFile, Vec<StudyError>> {
    let tokens = tokens(text).map_err(|fault| vec![fault])?;
    one_statement(text, &tokens).map_err(|fault| vec![fault])?;
    let (parameters, no_parameters) = parameters(text, &tokens);
    let end = end(text, &tokens);
    let query = query(text, tokens).map_err(|fault| vec![fault])?;
    let (reads, mut faults) = tables::reads(text, &query);
    faults.extend(no_parameters);
    if order == Order::Required && !is_ordered(&query) {
        faults.push(sql(&end, "the query has no ORDER BY", ORDER_HELP));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(SqlFile {
        path: PathBuf::from(&*text.path),
        text: text.source.to_string(),
        canonical: query.to_string(),
        reads,
        sorted_by: sorted_by(&query),
        parameters,
        query: Some(Arc::from(query)),
    })
}

const ORDER_HELP: &str = "end the query in ORDER BY over output columns that together are unique, \
    so that equal input gives equal bytes";
const QUERY_HELP: &str = "write one SELECT (WITH … is allowed); the engine makes the table";

fn tokens(text: &Text) -> Result<Vec<TokenWithSpan>, StudyError> {
    Tokenizer::new(&GenericDialect {}, &text.source).tokenize_with_location().map_err(|error| {
        let at = text.byte_at(error.location.line, error.location.column);
        sql(
            &text.place(at..at),
            &format!("not SQL: {}", error.message),
            "close the quote or comment that begins here",
        )
    })
}

fn one_statement(text: &Text, tokens: &[TokenWithSpan]) -> Result<(), StudyError> {
    let mut code = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    if code.clone().all(|token| token.token == Token::SemiColon) {
        return Err(sql(&text.start(), "the file holds no query", QUERY_HELP));
    }
    code.find(|token| token.token == Token::SemiColon);
    match code.find(|token| token.token != Token::SemiColon) {
        Some(second) => Err(sql(&place(text, second), "a second statement in one file", QUERY_HELP)),
        None => Ok(()),
    }
}

fn query(text: &Text, tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, StudyError> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_)));
    let start = first.map_or_else(|| text.start(), |token| place(text, token));
    let parsed = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens).parse_statements();
    match parsed.map(|mut statements| statements.pop()) {
        Ok(Some(Statement::Query(query))) => Ok(query),
        Ok(_) => Err(sql(&start, "only a query is allowed here", QUERY_HELP)),
        Err(error) => {
            let message = error.to_string();
            let message = message.strip_prefix("sql parser error: ").unwrap_or(&message);
            let (message, location) = message.split_once(" at Line: ").unwrap_or((message, ""));
            let tokens = self::tokens(text)?;
            let place = match location_of(text, &tokens, location) {
                Some(place) => place,
                None if message.ends_with("found: EOF") => end(text, &tokens),
                None => start,
            };
            Err(sql(&place, &format!("not SQL: {message}"), "correct the SQL here or just before"))
        }
    }
}

/// The token at `LINE, Column: COLUMN`; at `0, Column: 0` the parser ran out of text.
fn location_of(text: &Text, tokens: &[TokenWithSpan], location: &str) -> Option<Place> {
    let (line, column) = location.split_once(", Column: ")?;
    let (line, column) = (line.parse::<u64>().ok()?, column.trim().parse::<u64>().ok()?);
    let token =
        tokens.iter().find(|token| (token.span.start.line, token.span.start.column) == (line, column));
    Some(token.map_or_else(|| end(text, tokens), |token| place(text, token)))
}

/// The parameters that are used, and placeholders that are none.
fn parameters(text: &Text, tokens: &[TokenWithSpan]) -> (BTreeSet<String>, Vec<StudyError>) {
    let (mut names, mut faults) = (BTreeSet::new(), Vec::new());
    for token in tokens {
        let Token::Placeholder(written) = &token.token else { continue };
        match written.strip_prefix('$').filter(|name| is_identifier(name)) {
            Some(name) => _ = names.insert(name.to_owned()),
            None => faults.push(sql(
                &place(text, token),
                "not a parameter",
                "write `$name`, in lower case, and declare `name` under `parameters` in pipeline.yaml",
            )),
        }
    }
    (names, faults)
}

/// Places where the parameter `name` is used.
pub(crate) fn uses(text: &Text, name: &str) -> Vec<Place> {
    let written = format!("${name}");
    let tokens = tokens(text).unwrap_or_default();
    let used =
        tokens.iter().filter(|token| matches!(&token.token, Token::Placeholder(found) if *found == written));
    used.map(|token| place(text, token)).collect()
}

fn is_ordered(query: &Query) -> bool {
    query.order_by.is_some() || matches!(&*query.body, SetExpr::Query(inner) if is_ordered(inner))
}

/// The output columns by which the rows are sorted, if all are named in the query.
fn sorted_by(query: &Query) -> Vec<String> {
    match (query.order_by.as_ref().map(|order| &order.kind), &*query.body) {
        (Some(OrderByKind::Expressions(keys)), body) => {
            let items = if let SetExpr::Select(select) = body { select.projection.as_slice() } else { &[] };
            let columns = keys.iter().map(|key| output_column(&key.expr, items));
            columns.collect::<Option<_>>().unwrap_or_default()
        }
        (None, SetExpr::Query(inner)) => sorted_by(inner),
        _ => Vec::new(),
    }
}

/// What a sort key is called in the result: the name that the query gives it, or its own.
fn output_column(key: &Expr, items: &[SelectItem]) -> Option<String> {
    let own = match key {
        Expr::Identifier(ident) => ident,
        Expr::CompoundIdentifier(parts) => parts.last()?,
        _ => return None,
    };
    let renamed = items.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if expr == key => Some(alias),
        _ => None,
    });
    // A bare name is that of an output column first.
    let is_output = matches!(key, Expr::Identifier(_))
        && items.iter().any(|item| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias == own));
    Some(folded(renamed.filter(|_| !is_output).unwrap_or(own)))
}

/// A name as SQL folds it.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

/// The end of the last token that is neither blank, comment nor semicolon.
fn end(text: &Text, tokens: &[TokenWithSpan]) -> Place {
    let last = tokens
        .iter()
        .rfind(|token| !matches!(token.token, Token::Whitespace(_) | Token::SemiColon | Token::EOF));
    let at = last.map_or(0, |token| text.byte_at(token.span.end.line, token.span.end.column));
    text.place(at..at)
}

fn place(text: &Text, token: &TokenWithSpan) -> Place {
    super::place(text, token.span)
}

fn sql(place: &Place, message: &str, help: &str) -> StudyError {
    StudyError::Sql(place.fault(message, help))
}
