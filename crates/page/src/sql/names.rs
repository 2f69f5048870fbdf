//! The tables, columns, functions and keywords that a query of the visitor's may name.

use crate::fault::Fault;
use crate::sheet::{Cell, Sheet, fault};
use crate::visit::Visit;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use report::CellKind::Text;
use serde::Serialize;
use std::collections::BTreeMap;

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

/// What the script of the editor completes with.
#[derive(Serialize)]
struct Names {
    /// Schema, table and columns.
    tables: Vec<(String, String, Vec<String>)>,
    functions: Vec<String>,
    keywords: &'static [&'static str],
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
    let tables = all(visit).await?.into_iter();
    let tables = tables.map(|((schema, table), columns)| {
        (schema, table, columns.into_iter().map(|(column, _)| column).collect())
    });
    let names = Names { tables: tables.collect(), functions, keywords: &KEYWORDS };
    serde_json::to_vec(&names).map_err(Fault::inside)
}

async fn all(visit: &Visit) -> Result<Tables, Fault> {
    let rows = visit.rows(include_str!("names.sql"), &[]).await?;
    let mut tables = Tables::new();
    for row in 0..rows.len() {
        let text = |column| rows.text(row, column).to_owned();
        let columns = tables.entry((text("table_schema"), text("table_name"))).or_default();
        columns.push((text("column_name"), text("data_type")));
    }
    Ok(tables)
}

/// The tables that the visitor may see, those whose name has a text in it with their columns.
pub(super) async fn tables(sheet: &mut Sheet, visit: &Visit) -> Result<(), Fault> {
    let tables = all(visit).await?;
    let wanted = visit.get("tables").map(str::to_lowercase);
    sheet.heading("tables", visit.say("Tabellen", "Tables"));
    let html = sheet.html();
    html.open(
        "form",
        &[("method", "get"), ("action", "/sql#tables"), ("class", "inline"), ("role", "search")],
    );
    for name in ["run", "q"] {
        if let Some(value) = visit.get(name) {
            html.void("input", &[("type", "hidden"), ("name", name), ("value", value)]);
        }
    }
    let label = visit.say("Tabel of kolom", "Table or column");
    html.element("label", &[("for", "filter")], label).text(" ");
    let value = visit.get("tables").unwrap_or_default();
    html.void("input", &[("id", "filter"), ("name", "tables"), ("type", "search"), ("value", value)])
        .text(" ");
    html.element("button", &[("type", "submit")], visit.say("Zoek", "Find")).close().line();
    match wanted {
        Some(wanted) => found(sheet, visit, &tables, &wanted),
        None => listed(sheet, visit, &tables),
    }
    Ok(())
}

/// Tables by schema; each leads to its columns.
fn listed(sheet: &mut Sheet, visit: &Visit, tables: &Tables) {
    let mut schemas = BTreeMap::<&str, Vec<&str>>::new();
    for (schema, table) in tables.keys() {
        schemas.entry(schema).or_default().push(table);
    }
    for (schema, tables) in schemas {
        let html = sheet.html();
        html.open("details", &[]);
        html.element("summary", &[], &format!("{schema} ({})", tables.len()))
            .open("ul", &[("class", "names")]);
        for table in tables {
            let name = format!("{schema}.{table}");
            let link = format!("{}#tables", visit.here(&[("tables", &name)]));
            html.open("li", &[]).element("a", &[("href", &link)], table).close();
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
