//! The page for queries: results, charts, files, names, refusals with their place, and what a row was made from.

use super::{Answer, Pages};
use crate::fixture::Place;

/// Pages on the shared place for everybody, in one role. A server is dropped with its test, so none is static.
fn served(role: &str) -> Pages {
    Pages::trusting(Place::shared(), role)
}

/// An address with a query, in English.
fn asked(pages: &Pages, path: &str, query: &str, more: &str) -> Answer {
    let coded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
    pages.get_as("language=en", &format!("{path}?q={coded}{more}"))
}

#[test]
fn a_result_is_a_table_that_tells_null_from_nothing() {
    let auditor = served("auditor");
    let public = served("public");
    let query = "select 1 as a, '' as b, null as c union all select 2, '<b>&\"', 'NULL' order by a";
    let answer = asked(&public, "/sql", query, "");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&[
        "&lt;b&gt;&amp;&quot;",
        "Run 1: 2 rows,",
        "<td class=\"number\">1</td><td class=\"text\"></td><td class=\"text\"><span class=\"null\">NULL</span></td>",
        "<td class=\"text\">&lt;b&gt;&amp;&quot;</td><td class=\"text\">NULL</td>",
    ]);
    answer.lacks("<b>");
    // Rows lead to what they were made from for auditors only.
    answer.lacks("/sql/why");
    asked(&auditor, "/sql", query, "").has_in_order(&["action=\"/sql/why\"", "name=\"row\" value=\"2\""]);
}

#[test]
fn a_long_result_is_turned_over() {
    let analyst = served("analyst");
    let query = "select * from generate_series(1, 450) as t(n) order by n";
    let first = asked(&analyst, "/sql", query, "");
    first.has_in_order(&["200 rows (there are more)", ">200</td>", "rel=\"next\""]);
    first.lacks(">201</td>");
    let last = asked(&analyst, "/sql", query, "&page=3");
    last.has_in_order(&["50 rows, from row 401", ">401</td>", ">450</td>", "rel=\"prev\""]);
    last.lacks("rel=\"next\"");
    let file = asked(&analyst, "/sql/csv", query, "");
    assert_eq!((file.text.lines().count(), file.text.lines().last()), (451, Some("450")));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"query-run-1.csv\"");
    let large = asked(&analyst, "/sql/csv", "select * from generate_series(1, 100001)", "");
    assert_eq!(large.status, 400);
    let formula = asked(&analyst, "/sql/csv", "select '=1+1' as a, -1 as b", "");
    assert_eq!(formula.text, "a,b\n'=1+1,-1\n");
}

#[test]
fn what_cannot_be_asked_is_told_with_its_place() {
    let auditor = served("auditor");
    let public = served("public");
    let syntax = asked(&public, "/sql", "-- select\nselect 1,\n  (2 frm x", "");
    syntax.has_in_order(&["role=\"alert\"", "42601", "In line 3", "(2 <mark>frm</mark> x"]);
    let column = asked(&public, "/sql", "select colour from appendix.table_1", "");
    column.has_in_order(&["42703", "<mark>colour</mark>"]);
    let drop = asked(&auditor, "/sql", "drop table appendix.table_1", "");
    drop.has_in_order(&["role=\"alert\"", "25006"]);
    let two = asked(&auditor, "/sql", "select 1; select 2", "");
    two.has_in_order(&["one query at a time"]);
    let script = asked(&public, "/sql", "select <script>alert(1)</script>", "");
    script.has_in_order(&["role=\"alert\""]);
    script.lacks("<script>alert");
}

#[test]
fn each_role_is_offered_and_answered_what_it_may_see() {
    let auditor = served("auditor");
    let analyst = served("analyst");
    let public = served("public");
    for (pages, sees, lacks) in [
        (&auditor, &["identity", "audit", "appendix"][..], &[][..]),
        (&analyst, &["staging", "appendix"], &["identity"]),
        (&public, &["appendix"], &["identity", "staging", "audit", "cleaning"]),
    ] {
        let names: serde_json::Value = serde_json::from_str(&pages.get("/sql/names.json").text).unwrap();
        let tables = names["tables"].as_array().unwrap();
        let schemas: Vec<&str> = tables.iter().map(|table| table["schema"].as_str().unwrap()).collect();
        assert!(sees.iter().all(|schema| schemas.contains(schema)), "{schemas:?}");
        assert!(!lacks.iter().any(|schema| schemas.contains(schema)), "{schemas:?}");
        assert!(names["functions"].as_array().unwrap().iter().any(|name| name == "count"));
    }
    let names = "select surname from identity.members";
    asked(&auditor, "/sql", names, "").has_in_order(&["<td class=\"text\">Evers</td>"]);
    for pages in [&analyst, &public] {
        let refused = asked(pages, "/sql", names, "");
        refused.has_in_order(&["role=\"alert\"", "42P01"]);
        refused.lacks("Evers");
        assert_eq!(asked(pages, "/sql/why", names, "&row=1").status, 403);
    }
    let found = analyst.get("/sql?tables=table_1");
    found.has_in_order(&["appendix.table_1", "branch ("]);
}

#[test]
fn a_result_is_drawn_from_the_columns_that_are_chosen() {
    let public = served("public");
    let query = "select branch, members, books from appendix.table_1 order by branch";
    let bars = asked(&public, "/sql", query, "&chart=bar&y=books");
    bars.has_in_order(&[
        "<svg class=\"chart\"",
        "Bars: books by branch",
        ">North</text>",
        "<title>North: 1</title>",
        "<title>South: 8</title>",
    ]);
    bars.lacks(" style=");
    let drawn = |answer: &Answer| answer.text.split("<svg").nth(1).unwrap().to_owned();
    assert_eq!(drawn(&bars), drawn(&asked(&public, "/sql", query, "&chart=bar&y=books")));
    let line = asked(&public, "/sql", query, "&chart=line&x=members");
    line.has_in_order(&["Line: members by members", "<path class=\"line\""]);
    asked(&public, "/sql", "select 'a' as a", "&chart=bar").lacks("<svg");
}

#[test]
fn a_row_leads_to_the_records_that_it_was_made_from() {
    let auditor = served("auditor");
    let query = "select branch, sum(books) as books from derived.member group by branch order by branch";
    let answer = asked(&auditor, "/sql/why", query, "&row=2&column=books");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&[
        "row 2, books?",
        "Row 2 of 2",
        "South",
        ">8<",
        "8 delivered records",
        "derived.member",
        "loans/2019.csv, line 2",
        "<code class=\"raw\">1001,2019-01-05,3</code>",
    ]);
    answer.lacks("does not order its rows");
    let members = asked(&auditor, "/sql/why", query, "&row=2&column=books&source=members");
    members.has_in_order(&["members/south.csv, line 3", "2001,Evers,1975-07-07"]);
    let free = asked(&auditor, "/sql/why", "select branch from derived.member", "&row=1");
    free.has_in_order(&["does not order its rows"]);
    let beyond = asked(&auditor, "/sql/why", query, "&row=9");
    beyond.has_in_order(&["role=\"alert\"", "there is no row 9"]);
}

#[test]
fn what_is_followed_back_has_to_be_a_query_that_the_server_lets_through() {
    let auditor = served("auditor");
    for query in
        ["copy (select 1) to '/tmp/x.csv'", "select * from '/etc/passwd'", "create table a as select 1"]
    {
        let answer = asked(&auditor, "/sql/why", query, "&row=1");
        answer.has_in_order(&["role=\"alert\""]);
        answer.lacks("root:");
        answer.lacks("delivered records");
    }
}
