use super::Fixture;
use super::fixture::with_file;
use crate::sql::{Order, parse};
use crate::text::Text;

fn reads(sql: &str) -> String {
    let text = Text { path: "q.sql".into(), source: sql.into() };
    let file = parse(&text, Order::Free).unwrap();
    for read in &file.reads {
        let place = read.place(&text);
        let written = text.source[place.span].replace('"', "");
        assert!(written.eq_ignore_ascii_case(&read.table), "{written} is not {}", read.table);
    }
    let tables: Vec<&str> = file.reads.iter().map(|read| read.table.as_str()).collect();
    tables.join(" ")
}

#[test]
fn tables_are_found_wherever_they_are_read() {
    for (sql, expected) in [
        ("select * from a.b join c.d using (x), lateral (select * from e.f) q", "a.b c.d e.f"),
        ("select (select max(x) from a.b) from c.d where exists (select 1 from e.f)", "a.b c.d e.f"),
        ("select 1 from a.b union all select 2 from c.d order by 1", "a.b c.d"),
        ("select x from a.b where x in (select y from c.d) order by (select 1 from e.f)", "a.b c.d e.f"),
        ("SELECT 1\nFROM A.B", "a.b"),
        ("select 1 from \"a\".\"B\"", "a.B"),
        ("select 'é', 1 from a.b", "a.b"),
        ("select * from generate_series(1, 3) g, a.b", "a.b"),
        ("select * from unnest([1, 2]) u", ""),
        (
            "select case when x > 1 then (select 1 from a.b) end, count(*) filter (where x in (select 1 from c.d)) from e.f",
            "a.b c.d e.f",
        ),
        ("select records.x from records", "records"),
    ] {
        assert_eq!(reads(sql), expected, "{sql}");
    }
}

#[test]
fn names_of_common_table_expressions_are_not_tables() {
    for (sql, expected) in [
        ("with t as (select 1 from a.b) select * from t", "a.b"),
        ("with t as (select 1), u as (select * from t) select * from T join u on true", ""),
        // Before its declaration, and inside itself, the name is a table.
        ("with u as (select * from t), t as (select 1) select * from u", "t"),
        ("with records as (select * from records) select * from records", "records"),
        ("with recursive t as (select 1 union all select * from t) select * from t", ""),
        // Not visible outside its own query.
        ("select * from (with t as (select 1) select * from t) q, t", "t"),
        ("with t as (with s as (select 1) select * from s) select * from t, s", "s"),
        ("with t as (select 1) select * from (select * from t) q where exists (select 1 from t)", ""),
        // A qualified name is never one.
        ("with b as (select 1) select * from a.b", "a.b"),
        ("with \"T\" as (select 1) select * from t", "t"),
    ] {
        assert_eq!(reads(sql), expected, "{sql}");
    }
}

#[test]
fn comments_and_formatting_do_not_count() {
    let canonical =
        |sql: &str| parse(&Text { path: "q.sql".into(), source: sql.into() }, Order::Free).unwrap().canonical;
    assert_eq!(canonical("select a from b.c"), canonical("-- head\nSELECT\n  a /* which */\nFROM b.c;\n"));
    assert_ne!(canonical("select a from b.c"), canonical("select a from b.d"));
    assert_ne!(canonical("select 'a' from b.c"), canonical("select 'A' from b.c"));
}

#[test]
fn only_one_query_is_allowed() {
    let all: Vec<String> = [
        "insert into a.b values (1)",
        "create table x as select 1",
        "copy x to 'file'",
        "set a = 1",
        "drop table features.book",
        "explain select 1",
        "select 1 order by 1; select 2 order by 1",
        "with x as (insert into a values (1)) select 1 as a order by a",
        "select 1 as a into b order by a",
        "with t as (table features.book) select 1 as a from t order by a",
        "select 1 as a order by a for update",
        "",
        "-- nothing\n;\n",
        "select 1 from\n  where order",
        "select (1",
        "select 'open",
    ]
    .iter()
    .map(|sql| with_file("features/book.sql", sql))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [sql] features/book.sql:1:1: only a query is allowed here: `insert`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: only a query is allowed here: `create`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: only a query is allowed here: `copy`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: only a query is allowed here: `set`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: only a query is allowed here: `drop`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: only a query is allowed here: `explain`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:22: a second statement in one file: `select`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:12: only queries are allowed, inside a query too: `insert into a values (1)`
      help: remove the statement that writes
    [sql] features/book.sql:1:20: SELECT INTO writes a table: `b`
      help: remove INTO: the engine makes the table
    [sql] features/book.sql:1:1: the TABLE form is not read
      help: write `select … from schema.table` with the columns
    [sql] features/book.sql:1:1: a query of a study locks nothing: `select 1 as a order by a`
      help: remove FOR UPDATE or FOR SHARE
    [sql] features/book.sql:1:1: the file holds no query
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:1:1: the file holds no query
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [sql] features/book.sql:2:9: not SQL: Expected: end of statement, found: order: `order`
      help: correct the SQL here or just before
    [sql] features/book.sql:1:10: not SQL: Expected: ), found: EOF
      help: correct the SQL here or just before
    [sql] features/book.sql:1:8: not SQL: Unterminated string literal
      help: close the quote or comment that begins here
    "#);
}

#[test]
fn a_table_needs_an_order() {
    insta::assert_snapshot!(with_file("features/book.sql", "select 1 as a\nfrom staging.returns -- last\n;\n"), @r#"
    [sql] features/book.sql:2:21: the query has no ORDER BY
      help: end the query in ORDER BY over output columns that together are unique, so that equal input gives equal bytes
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select * from (select 1 as a limit 3) q order by a"), @r#"
    [sql] features/book.sql:1:36: LIMIT without ORDER BY keeps arbitrary rows: `3`
      help: add an ORDER BY over unique columns to the same query
    "#);
    insta::assert_snapshot!(with_file("checks/future.sql", "select 1 from staging.returns fetch first 3 rows only"), @r#"
    [sql] checks/future.sql:1:1: LIMIT without ORDER BY keeps arbitrary rows: `select 1 from staging.returns fetch first 3`
      help: add an ORDER BY over unique columns to the same query
    "#);
    Fixture::new().write("features/book.sql", "(select 1 as n, 2 as book order by n limit 1)").load();
}

#[test]
fn a_parameter_is_declared_and_has_a_name() {
    insta::assert_snapshot!(with_file("checks/future.sql", "select $closingday,\n $closingday, $1 from staging.returns"), @r#"
    [sql] checks/future.sql:2:15: not a parameter: `$1`
      help: write `$name`, in lower case, and declare `name` under `parameters` in pipeline.yaml
    "#);
    insta::assert_snapshot!(with_file("checks/future.sql", "select $closingday,\n $closingday, $town from staging.returns"), @r#"
    [sql] checks/future.sql:1:8: the parameter is not declared: `$closingday`
      help: did you mean `closing_day`? declare it under `parameters` in pipeline.yaml
    [sql] checks/future.sql:2:2: the parameter is not declared: `$closingday`
      help: did you mean `closing_day`? declare it under `parameters` in pipeline.yaml
    "#);
    let study = Fixture::new().load();
    assert!(study.checks[0].sql.parameters.contains("closing_day"));
}

#[test]
fn the_columns_that_sort_the_rows_are_known_by_their_names_in_the_result() {
    for (sql, expected) in [
        ("select a, b from t order by b, a desc", "b a"),
        ("with t as (select 1 as a) select t.a from t order by t.a nulls last limit 3", "a"),
        ("select t.key as name, t.a from t order by t.key, t.A", "name a"),
        ("select key as name from t order by key", "name"),
        // As in SQL, a bare name is that of an output column first.
        ("select b as a, a as c from t order by a", "a"),
        ("select b as a, t.a as c from t order by t.a", "c"),
        ("select \"A\" from t order by \"A\"", "A"),
        ("(select a from t order by a)", "a"),
        ("select a from t union all select a from u order by a", "a"),
        // Not by names alone.
        ("select a from t order by a, lower(b)", ""),
        ("select a from t order by 1", ""),
        ("select a from t", ""),
    ] {
        let text = Text { path: "q.sql".into(), source: sql.into() };
        assert_eq!(parse(&text, Order::Free).unwrap().sorted_by.join(" "), expected, "{sql}");
    }
}

#[test]
fn a_file_says_of_itself_what_its_first_comments_say() {
    let sql = "-- what it makes\n--   input: a.b\n\n-- not this\nselect 1 from a.b";
    let text = Text { path: "q.sql".into(), source: sql.into() };
    let file = parse(&text, Order::Free).unwrap();
    assert_eq!(file.header().collect::<Vec<_>>(), ["what it makes", "input: a.b"]);
}
