//! The audit tables hold all runs, and a query opens the runs that it asks for and no other.

use crate::fixture::{Library, PLAINLY, Store, object_path, records};
use insta::assert_snapshot;
use std::fs;
use terms::Manifest;

/// Three runs: as shipped, with a member less in the quarantine and one merge less, and as shipped again.
fn three_runs() -> (Store, [Manifest; 3]) {
    let (copy, store) = (Library::new(), Store::new());
    let first = store.run(&copy.load(), PLAINLY).unwrap();
    let shipped = copy.read("data/members/north.csv");
    copy.edit("data/members/north.csv", "31-02-1991", "28-02-1991");
    let second = store.run(&copy.load(), PLAINLY).unwrap();
    copy.write("data/members/north.csv", &shipped);
    let third = store.run(&copy.load(), PLAINLY).unwrap();
    (store, [first, second, third])
}

const ALL: [&str; 7] = ["runs", "steps", "checks", "decisions", "waterfall", "quarantine", "files"];

#[test]
fn every_audit_table_holds_all_runs() {
    let (store, [_, _, last]) = three_runs();
    let counts: Vec<String> = ALL
        .iter()
        .map(|table| {
            let sql = format!("select '{table}', run, count(*) from audit.{table} group by run order by run");
            store.rows(&last, &sql)
        })
        .collect();
    assert_snapshot!(counts.join("\n"), @"
    runs | 1 | 1
    runs | 2 | 1
    runs | 3 | 1
    steps | 1 | 38
    steps | 2 | 38
    steps | 3 | 38
    checks | 1 | 16
    checks | 2 | 16
    checks | 3 | 16
    decisions | 1 | 4
    decisions | 2 | 5
    decisions | 3 | 4
    waterfall | 1 | 6
    waterfall | 2 | 6
    waterfall | 3 | 6
    quarantine | 1 | 1
    quarantine | 3 | 1
    files | 1 | 5
    files | 2 | 5
    files | 3 | 5
    ");
    assert_snapshot!(store.rows(&last, "select run, file, line, \"column\", reason_code from audit.quarantine"), @"
    1 | members/north.csv | 6 | birth_date | no_such_date
    3 | members/north.csv | 6 | birth_date | no_such_date
    ");
}

/// What a run stored is what the table of all runs says of it, in every column.
#[test]
fn a_run_is_in_the_table_of_all_as_it_was_stored() {
    let (store, runs) = three_runs();
    for run in &runs {
        for table in ["decisions", "waterfall", "quarantine", "files"] {
            let own = store.rows(run, &format!("select * from audit.run_{table}"));
            let sql = format!("select * except (run) from audit.{table} where run = {}", run.run);
            for seen_from in &runs {
                assert_eq!(store.rows(seen_from, &sql), own, "{table} of run {}", run.run);
            }
        }
    }
}

#[test]
fn types_are_the_same_with_and_without_runs() {
    let types = |store: &Store, run: &Manifest| {
        let sql = "select table_name, column_name, data_type, is_nullable from information_schema.columns \
                   where table_schema = 'audit' and table_name in \
                   ('runs', 'steps', 'checks', 'decisions', 'waterfall', 'quarantine', 'files') \
                   order by table_name, ordinal_position";
        store.rows(run, sql)
    };
    let (store, [_, _, last]) = three_runs();
    let nothing = Store::new();
    assert_eq!(types(&nothing, &Manifest::default()), types(&store, &last));
    assert_eq!(nothing.rows(&Manifest::default(), "select count(*) from audit.decisions"), "0");
    let runs = store.rows(
        &last,
        "select table_name from information_schema.columns where column_name = 'run' \
                                  and ordinal_position = 0 and table_schema = 'audit' order by 1",
    );
    assert_eq!(runs.lines().count(), ALL.len() + 1, "those and open_reviews: {runs}");
}

/// Whatever a query says of `run`, the answer is that of a query which reads all rows first.
#[test]
fn filters_on_the_run_answer_as_any_filter_does() {
    let (store, [_, _, last]) = three_runs();
    for (filter, runs) in [
        ("run = 2", "2"),
        ("run in (1, 3)", "1 3"),
        ("run between 2 and 9", "2 3"),
        ("run + 1 = 3 or run = 1", "1 2"),
        ("run <> 2 and rule = 'gone'", "1 3"),
        ("run = 2 or rule = 'no such rule'", "2"),
        ("run is null", ""),
        ("run = 7", ""),
        ("run = (select max(run) from audit.runs)", "3"),
        ("run in (select run from audit.runs where published and run < 3)", "1 2"),
    ] {
        let sql = format!("select distinct run from audit.decisions where {filter} order by run");
        assert_eq!(store.rows(&last, &sql).replace('\n', " "), runs, "{filter}");
    }
    let joined = "select r.run, count(*) from audit.runs r join audit.decisions d on d.run = r.run \
                  where r.run > 1 group by r.run order by 1";
    assert_eq!(store.rows(&last, joined).lines().count(), 2);
}

/// The manifests and objects of other runs are not there any more, and nobody misses them.
#[test]
fn a_query_for_one_run_opens_no_other() {
    let (store, [first, second, third]) = three_runs();
    let kept: Vec<_> = records(&second).map(|record| record.object.clone()).collect();
    for run in [&first, &third] {
        let path = store.warehouse.root().join(format!("runs/{:06}/manifest.json", run.run));
        fs::remove_file(path).unwrap();
        for record in records(run).filter(|record| !kept.contains(&record.object)) {
            let _ = fs::remove_file(object_path(&store.warehouse, &record.object));
        }
    }
    let store = store.reopened();
    for table in ALL {
        let sql = format!("select count(*) > 0 from audit.{table} where run = 2 and run < 3");
        let expected = if table == "quarantine" { "false" } else { "true" };
        assert_eq!(store.rows(&second, &sql), expected, "{table}");
    }
    let error = store.refused(&second, "select count(*) from audit.decisions");
    assert!(error.contains("runs/000001/manifest.json is damaged: the manifest is missing"), "{error}");
}

#[test]
fn a_damaged_object_is_refused_with_the_run_that_holds_it() {
    let (store, [first, second, _]) = three_runs();
    let decisions =
        |run| records(run).find(|record| record.table.to_string() == "audit.quarantine").unwrap().clone();
    let path = object_path(&store.warehouse, &decisions(&first).object);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let store = store.reopened();
    assert_eq!(store.rows(&second, "select count(*) from audit.quarantine where run = 2"), "0");
    let error = store.refused(&second, "select count(*) from audit.quarantine");
    assert!(error.contains("is damaged: its bytes have SHA-256"), "{error}");
}
