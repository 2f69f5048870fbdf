//! The query of a declared check: the rows of which it does not hold, written for people to read.

use super::{Bound, CheckRule, FileDate, Literal, Named, RowBounds, Tolerance};
use terms::TableName;

/// How a query for whole rows begins.
const ROWS: &str = "select t.*\n";

/// The query for the rows of `table` of which the rule does not hold.
///
/// Violating rows come whole: which columns a table has is not known here. Of counts and dates of a whole table, one row
/// tells what was found.
pub(crate) fn query_of(table: &TableName, rule: &CheckRule) -> String {
    match rule {
        CheckRule::NotNull(columns) => rows_where(table, &missing(columns)),
        CheckRule::AcceptedValues { column, values, .. } => rows_where(table, &unaccepted(column, values)),
        CheckRule::Range { column, min, max } => {
            rows_where(table, &outside(column, min.as_ref(), max.as_ref()))
        }
        CheckRule::Unique(columns) => unique(table, columns),
        CheckRule::Relation { column, table: other, to } => rows_where(
            table,
            &format!(
                "{} is not null\n  and not exists (select 1 from {other} as other where {} = {})",
                of("t", column),
                of("other", to),
                of("t", column)
            ),
        ),
        CheckRule::Rows(bounds) => rows(table, bounds),
        CheckRule::FreshColumn { column, days } => {
            let dates = format!("select cast({} as date) as day\n    from {table} as t", of("t", column));
            stale(&dates, *days)
        }
        CheckRule::FreshFile { source, date, days } => stale(&file_dates(source, date), *days),
    }
}

/// What holds of each violating row of a table, which is called `t`; none of a rule that looks at more than one row.
pub(super) fn condition_of(rule: &CheckRule) -> Option<String> {
    match rule {
        CheckRule::NotNull(columns) => Some(missing(columns)),
        CheckRule::AcceptedValues { column, values, .. } => Some(unaccepted(column, values)),
        CheckRule::Range { column, min, max } => Some(outside(column, min.as_ref(), max.as_ref())),
        _ => None,
    }
}

/// A query with a row for each violating row, but without its columns; none of a query that does not ask for whole rows.
pub(super) fn probe_of(query: &str) -> Option<String> {
    query.strip_prefix(ROWS).map(|rest| format!("select 1 as violated\n{rest}"))
}

fn rows_where(table: &TableName, condition: &str) -> String {
    format!("{ROWS}from {table} as t\nwhere {condition}\n")
}

fn unique(table: &TableName, columns: &[Named]) -> String {
    let keys: Vec<String> = columns.iter().map(|column| of("k", column)).collect();
    let keys = keys.join(", ");
    // NULL equals nothing, so a row without one of the values is in no pair.
    let same: Vec<String> =
        columns.iter().map(|column| format!("{} = {}", of("twice", column), of("t", column))).collect();
    format!(
        "{ROWS}from {table} as t\njoin (\n    select {keys}\n    from {table} as k\n    group by {keys}\n    \
         having count(*) > 1\n) as twice on {}\n",
        same.join(" and ")
    )
}

fn missing(columns: &[Named]) -> String {
    columns.iter().map(|column| format!("{} is null", of("t", column))).collect::<Vec<_>>().join("\n   or ")
}

fn unaccepted(column: &Named, values: &[Literal]) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!("{} not in ({})", of("t", column), values.join(", "))
}

fn outside(column: &Named, min: Option<&Bound>, max: Option<&Bound>) -> String {
    let is_date = |bound: &&Bound| matches!(bound.value, Literal::Date(_));
    let value = match min.or(max).as_ref().filter(|bound| is_date(bound)) {
        // Of a time the day counts, so that a whole last day lies within.
        Some(_) => format!("cast({} as date)", of("t", column)),
        None => of("t", column),
    };
    let below = min.map(|min| format!("{value} < {min}"));
    let above = max.map(|max| format!("{value} > {max}"));
    // What is no number sorts above every number, so a least value alone would let it pass.
    let is_number = min.is_some_and(|min| matches!(min.value, Literal::Number(_)));
    let nan = (is_number && max.is_none()).then(|| format!("isnan({value})"));
    below.into_iter().chain(above).chain(nan).collect::<Vec<_>>().join("\n   or ")
}

fn rows(table: &TableName, bounds: &RowBounds) -> String {
    let mut columns = vec!["counted.row_count".to_owned()];
    let mut violated = Vec::new();
    let mut from = format!("(select count(*) as row_count from {table}) as counted");
    if let Some(min) = bounds.min {
        columns.push(format!("{min} as at_least"));
        violated.push(format!("counted.row_count < {min}"));
    }
    if let Some(max) = bounds.max {
        columns.push(format!("{max} as at_most"));
        violated.push(format!("counted.row_count > {max}"));
    }
    if let Some(tolerance) = bounds.tolerance {
        columns.push("previous_run.row_count as previous_count".to_owned());
        from = format!("{from}\nleft join previous_run on previous_run.table_name = '{table}'");
        let moved = "abs(counted.row_count - previous_run.row_count)";
        violated.push(match tolerance {
            Tolerance::Rows(rows) => format!("{moved} > {rows}"),
            Tolerance::Percent { parts, decimals } => {
                let whole = 100 * 10u64.pow(decimals);
                format!("{moved} * {whole} > {parts} * previous_run.row_count")
            }
        });
    }
    format!("select {}\nfrom {from}\nwhere {}\n", columns.join(", "), violated.join("\n   or "))
}

/// Dates of files of a source, each from a name; NULL where a name tells none.
fn file_dates(source: &str, date: &FileDate) -> String {
    format!(
        "select try_cast(regexp_replace(f.file, {}, {}) as date) as day\n    from audit.files as f\n    \
         where f.source = '{source}'",
        Literal::Text(date.pattern.clone()),
        Literal::Text(date.replacement.clone())
    )
}

/// One row if the newest of the days up to that of the run is too old, or there is none.
fn stale(dates: &str, days: u32) -> String {
    format!(
        "with dated as (\n    {dates}\n), newest as (\n    select max(dated.day) as day\n    from dated\n    \
         cross join this_run\n    where dated.day <= this_run.as_of\n)\n\
         select newest.day as newest, this_run.as_of, {days} as days\nfrom newest\ncross join this_run\n\
         where newest.day is null or newest.day < this_run.as_of - interval '{days} days'\n"
    )
}

/// A column of a table that is read under this name.
fn of(table: &str, column: &Named) -> String {
    if crate::text::is_identifier(&column.name) {
        format!("{table}.{}", column.name)
    } else {
        format!("{table}.\"{}\"", column.name.replace('"', "\"\""))
    }
}
