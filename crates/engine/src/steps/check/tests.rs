//! Every kind of declared check on random small tables, against a count by hand.

use super::Outside;
use super::at_hand::AtHand;
use crate::cells::{cell, text_named};
use crate::session::{Resources, register, session};
use crate::sql;
use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::catalog::MemTable;
use datafusion::prelude::SessionContext;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use study::Study;
use terms::{Manifest, TableName};

const PIPELINE: &str = "
study: planted
title: Planted violations
synthetic: true
data: data
parameters: {last: 2010-01-06}
sources: [t.yaml, o.yaml]
checks:
  - {table: staging.t, range: {column: f, min: 2}, name: range_float}
";
const TABLE: &str = "
source: t
title: Rows with violations
files: '*.csv'
columns:
  - {name: key, header: K, type: text}
  - {name: n, header: N, type: integer}
  - {name: x, header: X, type: decimal}
  - {name: d, header: D, type: date}
  - {name: s, header: S, type: text}
checks:
  - {unique: key, name: unique_one}
  - {unique: [key, n], name: unique_two}
  - {not_null: [s, n], name: not_null}
  - {accepted_values: {column: s, values: [a, \"it's\"]}, name: accepted_text}
  - {accepted_values: {column: n, values: [1, 2]}, name: accepted_number}
  - {accepted_values: {column: d, values: [2010-01-01, 2010-01-02]}, name: accepted_date}
  - {relation: {column: key, to: staging.o.key}, name: relation}
  - {range: {column: n, min: 1, max: 3}, name: range_number}
  - {range: {column: x, min: 0.5}, name: range_decimal}
  - {range: {column: d, min: 2010-01-03, max: $last}, name: range_date}
  - {rows: {min: 2, max: 4}, name: rows_bounds}
  - {rows: {tolerance: 2}, name: rows_tolerance}
  - {rows: {tolerance: 12.5%}, name: rows_percent}
  - {freshness: {column: d, days: 2}, name: fresh_column}
  - {freshness: {file_date: ddmmyyyy, days: 2}, name: fresh_file}
";
const OTHER: &str = "
source: o
title: Keys
files: '*.txt'
columns: [{name: key, header: K, type: text}]
";

static STUDY: LazyLock<Study> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [("pipeline.yaml", PIPELINE), ("t.yaml", TABLE), ("o.yaml", OTHER)] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    Study::load(folder.path()).unwrap()
});

/// Days from 1970-01-01 to 2010-01-01.
const FIRST: i32 = 14_610;

/// One row; dates are days from 2010-01-01, `x` is in halves.
#[derive(Clone, Debug)]
struct Row {
    key: Option<&'static str>,
    n: Option<i64>,
    x: Option<i128>,
    d: Option<i32>,
    s: Option<&'static str>,
}

fn row() -> impl Strategy<Value = Row> {
    let text = |of: &'static [&'static str]| option::weighted(0.8, prop::sample::select(of));
    let key = text(&["k", "l", "m"]);
    (key, option::of(0..5_i64), option::of(-1..3_i128), option::of(-2..8), text(&["a", "it's", "c"]))
        .prop_map(|(key, n, x, d, s)| Row { key, n, x, d, s })
}

/// What a run could hold.
#[derive(Clone, Debug)]
struct Case {
    rows: Vec<Row>,
    keys: Vec<Option<&'static str>>,
    /// Days in the names of files; none is a name without a date.
    files: Vec<Option<i32>>,
    as_of: i32,
    previous: Option<u64>,
}

fn case() -> impl Strategy<Value = Case> {
    let keys = vec(option::of(prop::sample::select(&["k", "l"][..])), 0..3);
    let files = vec(option::of(-2..8), 0..3);
    (vec(row(), 0..7), keys, files, 0..6, option::of(0..9_u64))
        .prop_map(|(rows, keys, files, as_of, previous)| Case { rows, keys, files, as_of, previous })
}

fn day(days: i32) -> chrono::NaiveDate {
    chrono::NaiveDate::default() + chrono::Duration::days((FIRST + days).into())
}

fn id(row: usize) -> String {
    format!("row {row}")
}

fn provide(context: &SessionContext, name: &str, columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let rows =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let table = MemTable::try_new(rows.schema(), vec![vec![rows.clone()]]).unwrap();
    register(context, &TableName::parse(name).unwrap(), Arc::new(table)).unwrap();
    rows
}

/// A session that knows the tables, and the rows of those of which columns are checked.
fn tables(case: &Case) -> (SessionContext, BTreeMap<&'static str, RecordBatch>) {
    static SESSION: LazyLock<SessionContext> = LazyLock::new(|| {
        let resources = Resources { partitions: std::num::NonZeroUsize::MIN, ..Resources::default() };
        session(resources, &std::env::temp_dir()).unwrap()
    });
    let context = SESSION.clone();
    let rows = &case.rows;
    let x: Decimal128Array = rows.iter().map(|row| row.x.map(|x| x * 500_000)).collect();
    let checked = provide(
        &context,
        "staging.t",
        vec![
            ("row_id", Arc::new((0..rows.len()).map(|row| Some(id(row))).collect::<StringArray>())),
            ("key", Arc::new(rows.iter().map(|row| row.key).collect::<StringArray>())),
            ("n", Arc::new(rows.iter().map(|row| row.n).collect::<Int64Array>())),
            ("x", Arc::new(x.with_precision_and_scale(18, 6).unwrap())),
            ("d", Arc::new(rows.iter().map(|row| row.d.map(|d| FIRST + d)).collect::<Date32Array>())),
            ("s", Arc::new(rows.iter().map(|row| row.s).collect::<StringArray>())),
            ("f", Arc::new(rows.iter().map(|row| Some(float(row))).collect::<Float64Array>())),
        ],
    );
    let keys = Arc::new(case.keys.iter().collect::<StringArray>());
    let others = provide(&context, "staging.o", vec![("key", keys)]);
    let name = |(place, day_of): (usize, &Option<i32>)| match day_of {
        Some(days) => format!("in/{place}_{}_v2.csv", day(*days).format("%d%m%Y")),
        None => format!("in/{place}_99999999.csv"),
    };
    let names: Vec<String> = case.files.iter().enumerate().map(name).collect();
    // A file of another source is always fresh.
    let sources = names.iter().map(|_| "t").chain(["o"]);
    let other = format!("in/{}.csv", day(case.as_of).format("%d%m%Y"));
    let files = names.iter().chain([&other]).map(|name| Some(name.as_str()));
    provide(
        &context,
        "audit.files",
        vec![
            ("source", Arc::new(sources.map(Some).collect::<StringArray>())),
            ("file", Arc::new(files.collect::<StringArray>())),
        ],
    );
    (context, BTreeMap::from([("staging.t", checked), ("staging.o", others)]))
}

/// A number that is NaN for some rows.
fn float(row: &Row) -> f64 {
    row.n.map_or(f64::NAN, |n| n as f64)
}

fn outside(case: &Case) -> Outside {
    let previous = case.previous.map(|rows| {
        serde_json::from_value(serde_json::json!({
            "format": 1, "run": 1, "study": "planted", "synthetic": true, "engine": "", "started": "", "finished": "",
            "published": true, "parameters": {}, "inputs": [], "waterfall": [], "checks": [], "previous": null,
            "nodes": [{"node": "t", "fingerprint": "0".repeat(64), "outcome": "executed", "millis": 0,
                "tables": [{"table": "staging.t", "object": "0".repeat(64), "rows": rows, "bytes": 0}]}],
        }))
        .unwrap()
    });
    Outside::of(&format!("{}T23:59:59Z", day(case.as_of)), previous.as_ref() as Option<&Manifest>).unwrap()
}

/// What each check finds: row ids, or for what is about a whole table one empty text.
fn found(case: &Case) -> BTreeMap<String, BTreeSet<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ((context, at_hand), outside) = (tables(case), outside(case));
    let state = context.state();
    // In parts, as stored rows are read.
    let parts = |rows: &RecordBatch| {
        let half = rows.num_rows() / 2;
        vec![rows.slice(0, half), rows.slice(half, rows.num_rows() - half)]
    };
    let rows = |table: &TableName| Ok(at_hand.get(table.to_string().as_str()).map(parts));
    let at_hand = AtHand { state: &state, parameters: &STUDY.parameters, rows: &rows };
    let find = |check: &study::Check| {
        outside.provide(&context, check).unwrap();
        let probe = check.probe();
        let frame = async |query| sql::query(&context, query, &STUDY.parameters).await.unwrap();
        let (rows, probed) = runtime.block_on(async {
            let rows = frame(&check.sql).await.distinct().unwrap().collect().await.unwrap();
            (rows, frame(&probe).await.count().await.unwrap())
        });
        let found: usize = rows.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(probed > 0, found > 0, "the probe of {} finds {probed} rows, it {found}", check.name);
        let violated = at_hand.violate(check).unwrap();
        let is_about_rows = !["rows_", "fresh_"].iter().any(|whole| check.name.starts_with(whole));
        assert_eq!(violated, is_about_rows.then_some(found > 0), "{} finds {found} rows", check.name);
        let mut ids = BTreeSet::new();
        for batch in rows {
            let column = text_named(&batch, "row_id").unwrap();
            for row in 0..batch.num_rows() {
                let id = column.as_ref().and_then(|column| cell(column, row)).unwrap_or_default();
                assert!(ids.insert(id.to_owned()), "{} finds a row twice", check.name);
            }
        }
        ids
    };
    STUDY.checks.iter().map(|check| (check.name.clone(), find(check))).collect()
}

/// The same, by hand.
fn expected(case: &Case) -> BTreeMap<String, BTreeSet<String>> {
    let rows = &case.rows;
    let which = |bad: &dyn Fn(&Row) -> bool| -> BTreeSet<String> {
        (0..rows.len()).filter(|row| bad(&rows[*row])).map(id).collect()
    };
    let whole = |bad: bool| -> BTreeSet<String> { bad.then(String::new).into_iter().collect() };
    let times = |same: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| same(row)).count();
    let keys: BTreeSet<&str> = case.keys.iter().flatten().copied().collect();
    let count = rows.len() as u64;
    let moved = case.previous.map(|previous| previous.abs_diff(count));
    let newest = |days: &mut dyn Iterator<Item = i32>| days.filter(|day| *day <= case.as_of).max();
    let is_stale = |newest: Option<i32>| newest.is_none_or(|newest| newest < case.as_of - 2);
    [
        ("unique_one", which(&|r| r.key.is_some() && times(&|o| o.key == r.key) > 1)),
        (
            "unique_two",
            which(&|r| r.key.is_some() && r.n.is_some() && times(&|o| (o.key, o.n) == (r.key, r.n)) > 1),
        ),
        ("not_null", which(&|r| r.s.is_none() || r.n.is_none())),
        ("accepted_text", which(&|r| r.s.is_some_and(|s| !["a", "it's"].contains(&s)))),
        ("accepted_number", which(&|r| r.n.is_some_and(|n| ![1, 2].contains(&n)))),
        ("accepted_date", which(&|r| r.d.is_some_and(|d| ![0, 1].contains(&d)))),
        ("relation", which(&|r| r.key.is_some_and(|key| !keys.contains(key)))),
        ("range_number", which(&|r| r.n.is_some_and(|n| !(1..=3).contains(&n)))),
        ("range_decimal", which(&|r| r.x.is_some_and(|x| x < 1))),
        ("range_date", which(&|r| r.d.is_some_and(|d| !(2..=5).contains(&d)))),
        // What is no number is in no range.
        ("range_float", which(&|r| r.n.is_none_or(|n| n < 2))),
        ("rows_bounds", whole(!(2..=4).contains(&count))),
        ("rows_tolerance", whole(moved.is_some_and(|moved| moved > 2))),
        (
            "rows_percent",
            whole(case.previous.is_some_and(|previous| previous.abs_diff(count) * 8 > previous)),
        ),
        ("fresh_column", whole(is_stale(newest(&mut rows.iter().filter_map(|row| row.d))))),
        ("fresh_file", whole(is_stale(newest(&mut case.files.iter().flatten().copied())))),
    ]
    .map(|(name, ids)| (name.to_owned(), ids))
    .into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_kind_finds_the_violations_and_nothing_else(case in case()) {
        prop_assert_eq!(found(&case), expected(&case));
    }
}

/// The queries are for people to read, too.
#[test]
fn queries_are_plain() {
    let of = |name: &str| STUDY.checks.iter().find(|check| check.name == name).unwrap().sql.text.clone();
    insta::assert_snapshot!(of("unique_two"), @"
    select t.*
    from staging.t as t
    join (
        select k.key, k.n
        from staging.t as k
        group by k.key, k.n
        having count(*) > 1
    ) as twice on twice.key = t.key and twice.n = t.n
    ");
    let probe =
        |name: &str| STUDY.checks.iter().find(|check| check.name == name).unwrap().probe().text.clone();
    insta::assert_snapshot!(probe("relation"), @"
    select 1 as violated
    from staging.t as t
    where t.key is not null
      and not exists (select 1 from staging.o as other where other.key = t.key)
    ");
    assert_eq!(probe("rows_percent"), of("rows_percent"));
    insta::assert_snapshot!(of("relation"), @"
    select t.*
    from staging.t as t
    where t.key is not null
      and not exists (select 1 from staging.o as other where other.key = t.key)
    ");
    insta::assert_snapshot!(of("range_date"), @"
    select t.*
    from staging.t as t
    where cast(t.d as date) < date '2010-01-03'
       or cast(t.d as date) > $last
    ");
    insta::assert_snapshot!(of("rows_percent"), @"
    select counted.row_count, previous_run.row_count as previous_count
    from (select count(*) as row_count from staging.t) as counted
    left join previous_run on previous_run.table_name = 'staging.t'
    where abs(counted.row_count - previous_run.row_count) * 1000 > 125 * previous_run.row_count
    ");
    insta::assert_snapshot!(of("fresh_file"), @r#"
    with dated as (
        select try_cast(regexp_replace(f.file, '^.*(\d{2})(\d{2})(\d{4}).*$', '\3-\2-\1') as date) as day
        from audit.files as f
        where f.source = 't'
    ), newest as (
        select max(dated.day) as day
        from dated
        cross join this_run
        where dated.day <= this_run.as_of
    )
    select newest.day as newest, this_run.as_of, 2 as days
    from newest
    cross join this_run
    where newest.day is null or newest.day < this_run.as_of - interval '2 days'
    "#);
}
