//! The tables, columns, functions and keywords that a query of the visitor's may name.

use crate::fault::Fault;
use crate::sheet::{Cell, Sheet, fault};
use crate::visit::Visit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use engine::Access;
use report::CellKind::Text;
use report::Markup;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Keywords of queries.
const KEYWORDS: [&str; 49] = [
    "and",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "cross join",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "filter",
    "from",
    "full join",
    "group by",
    "having",
    "ilike",
    "in",
    "inner join",
    "intersect",
    "interval",
    "is not null",
    "is null",
    "join",
    "left join",
    "like",
    "limit",
    "not",
    "null",
    "nulls first",
    "nulls last",
    "offset",
    "on",
    "or",
    "order by",
    "over",
    "partition by",
    "right join",
    "select",
    "then",
    "true",
    "union all",
    "values",
    "when",
    "where",
];

/// Tables that are shown with their columns at once.
const SHOWN: usize = 20;

/// A table and its columns with their types.
type Tables = BTreeMap<(String, String), Vec<(String, String)>>;

/// The tables of runs as roles see them.
#[derive(Default)]
pub(crate) struct KnownNames(Mutex<BTreeMap<(u64, Access), Arc<Tables>>>);

/// Runs and roles whose tables are kept.
const KEPT: usize = 16;

/// What the script of the editor completes with.
#[derive(Serialize)]
struct Names<'t> {
    tables: Vec<Table<'t>>,
    functions: Vec<String>,
    keywords: &'static [&'static str],
}

#[derive(Serialize)]
struct Table<'t> {
    schema: &'t str,
    table: &'t str,
    columns: Vec<&'t str>,
}

pub(super) async fn json(visit: Visit) -> Response {
    match names(&visit).await {
        Ok(names) => ([(header::CONTENT_TYPE, "application/json")], names).into_response(),
        Err(why) => fault(&visit, &why),
    }
}

async fn names(visit: &Visit) -> Result<Vec<u8>, Fault> {
    let rows = visit.rows(include_str!("functions.sql"), &[]).await?;
    let functions = rows.values.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    let all = all(visit).await?;
    let tables = all.iter().map(|((schema, table), columns)| Table {
        schema,
        table,
        columns: columns.iter().map(|(column, _)| column.as_str()).collect(),
    });
    let names = Names { tables: tables.collect(), functions, keywords: &KEYWORDS };
    serde_json::to_vec(&names).map_err(Fault::inside)
}

/// The tables that the visitor may see of the run, read once for each role.
async fn all(visit: &Visit) -> Result<Arc<Tables>, Fault> {
    let key = (visit.run()?.run, visit.role.access());
    let known = || visit.house.names.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(tables) = known().get(&key) {
        return Ok(tables.clone());
    }
    let rows = visit.rows(include_str!("names.sql"), &[]).await?;
    let mut tables = Tables::new();
    for row in 0..rows.len() {
        let text = |column| rows.text(row, column).to_owned();
        let columns = tables.entry((text("table_schema"), text("table_name"))).or_default();
        columns.push((text("column_name"), text("data_type")));
    }
    let tables = Arc::new(tables);
    let mut known = known();
    if known.len() >= KEPT {
        known.pop_first();
    }
    known.insert(key, tables.clone());
    Ok(tables)
}

/// The tables that the visitor may see, those whose name has a text in it with their columns.
pub(super) async fn tables(sheet: &mut Sheet, visit: &Visit) -> Result<(), Fault> {
    let tables = all(visit).await?;
    let wanted = visit.get("tables");
    sheet.heading("tables", visit.say("Tabellen", "Tables"));
    let html = sheet.html();
    // One form has the query once, however many tables it leads to.
    html.open("form", &[("method", "get"), ("action", "/sql#tables"), ("role", "search")]).line();
    for name in ["run", "q"] {
        if let Some(value) = visit.get(name) {
            html.void("input", &[("type", "hidden"), ("name", name), ("value", value)]);
        }
    }
    html.open("p", &[("class", "inline")]);
    html.element("label", &[("for", "filter")], visit.say("Tabel of kolom", "Table or column"));
    let value = wanted.unwrap_or_default();
    html.void("input", &[("id", "filter"), ("name", "tables"), ("type", "search"), ("value", value)]);
    html.element("button", &[("type", "submit")], visit.say("Zoek", "Find")).close().line();
    if wanted.is_none() {
        listed(html, &tables);
    }
    html.close().line();
    if let Some(wanted) = wanted {
        found(sheet, visit, &tables, &wanted.to_lowercase());
    }
    Ok(())
}

/// Tables by schema; each leads to its columns.
fn listed(html: &mut Markup, tables: &Tables) {
    let mut schemas = BTreeMap::<&str, Vec<&str>>::new();
    for (schema, table) in tables.keys() {
        schemas.entry(schema).or_default().push(table);
    }
    for (schema, tables) in schemas {
        html.open("details", &[]);
        html.element("summary", &[], &format!("{schema} ({})", tables.len()))
            .open("ul", &[("class", "names")]);
        for table in tables {
            let name = format!("{schema}.{table}");
            let button = [("name", "tables"), ("value", name.as_str()), ("class", "why")];
            html.open("li", &[]).element("button", &button, table).close();
        }
        html.close().close().line();
    }
}

fn found(sheet: &mut Sheet, visit: &Visit, tables: &Tables, wanted: &str) {
    let fits = |((schema, table), columns): &(&(String, String), &Vec<(String, String)>)| {
        let has = |text: &str| text.to_lowercase().contains(wanted);
        has(&format!("{schema}.{table}")) || columns.iter().any(|(column, _)| has(column))
    };
    let is_named = |(schema, table): &(String, String)| format!("{schema}.{table}").to_lowercase() == wanted;
    let mut fitting: Vec<_> = tables.iter().filter(fits).collect();
    // The table that is named is not drowned by others that have its name in theirs.
    fitting.sort_by_key(|(name, _)| !is_named(name));
    let all = fitting.len();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for ((schema, table), columns) in fitting.into_iter().take(SHOWN) {
        let name = format!("{schema}.{table}");
        let query = format!("select * from {} limit 100", quoted(schema, table));
        let link = visit.link("/sql", &[("q", &query), ("tables", wanted)]);
        let columns: Vec<String> =
            columns.iter().map(|(column, kind)| format!("{column} ({kind})")).collect();
        rows.push(vec![Cell::Link(link, name), columns.join(", ").into()]);
    }
    let header = [(visit.say("tabel", "table"), Text), (visit.say("kolommen", "columns"), Text)];
    let caption = match all > rows.len() {
        true => format!("{} {} {all}", rows.len(), visit.say("tabellen van", "tables of")),
        false => {
            visit.language.count(all as u64, visit.say("tabel", "table"), visit.say("tabellen", "tables"))
        }
    };
    sheet.table(&caption, &header, &rows);
    let html = sheet.html();
    html.open("p", &[]);
    html.element("a", &[("href", &visit.here(&[("tables", "")]))], visit.say("alle tabellen", "all tables"));
    html.close().line();
}

/// A table as a query names it.
fn quoted(schema: &str, table: &str) -> String {
    let part = |name: &str| {
        let is_plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
                && !name.starts_with(|c: char| c.is_ascii_digit());
        if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    };
    format!("{}.{}", part(schema), part(table))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_are_quoted_where_a_query_needs_it() {
        assert_eq!(quoted("audit", "run_files"), "audit.run_files");
        assert_eq!(quoted("a-b", "C\"d"), "\"a-b\".\"C\"\"d\"");
        assert_eq!(quoted("s", "1"), "s.\"1\"");
    }
}
