//! Each exit code, provoked for real, with what is said.

use crate::fixture::Place;
use insta::assert_snapshot;
use std::process::Stdio;
use std::time::Duration;
use warehouse::{LockMode, Warehouse};

#[test]
fn nought_is_a_published_run() {
    assert_eq!(Place::new().herkomst(&["run"]).code, 0);
}

#[test]
fn two_is_usage() {
    let place = Place::new();
    for arguments in [
        &["runn"][..],
        &["run", "--partitions", "0"],
        &["sql", "--format", "pdf"],
        &["schema", "no_such_file"],
    ] {
        assert_eq!(place.herkomst(arguments).code, 2, "{arguments:?}");
    }
    assert_snapshot!(place.herkomst(&["verify"]).all(), @"
    exit 2
    herkomst: warehouse is not a warehouse: it has no folders `objects` and `runs`; check the path, or run first
    ");
    assert_snapshot!(place.herkomst(&["schema", "no_such_file"]).all(), @r#"
    exit 2
    herkomst: no schema "no_such_file"; there are appendix, misprints, model, pipeline, source, test
    "#);
    std::fs::create_dir_all(place.folder.join("papers/letters")).unwrap();
    assert_snapshot!(place.herkomst(&["--warehouse", "papers", "run"]).all(), @"
    exit 2
    herkomst: papers is not a warehouse: it holds `letters`; name a folder that is absent or empty
    ");
}

#[test]
fn two_is_a_run_or_a_study_that_is_not_there() {
    let place = Place::shared();
    assert_snapshot!(place.herkomst(&["waterfall", "--run", "7"]).all(), @"
    exit 2
    herkomst: the warehouse warehouse has no run 7: list its runs to see which it has
    ");
    let said = place.command(&["check"]).env_remove("HERKOMST_STUDY").output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert_snapshot!(String::from_utf8(said.stderr).unwrap(), @"herkomst: no study: there is no pipelines/<name>/pipeline.yaml here; name its folder with --study");
}

#[test]
fn two_is_a_warehouse_without_a_published_run() {
    let place = Place::new();
    place.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    assert_eq!(place.herkomst(&["run"]).code, 5);
    let said = place.herkomst(&["verify"]).all();
    assert_snapshot!(said, @"
    exit 2
    herkomst: no run is published yet; run the study with: herkomst run
    ");
    for arguments in [&["waterfall"][..], &["sql", "-c", "select 1"], &["report"]] {
        assert_eq!(place.herkomst(arguments).all(), said, "{arguments:?}");
    }
}

#[test]
fn three_is_a_study_at_fault() {
    let place = Place::new();
    place.edit("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.book, 0)");
    let said = place.herkomst(&["check"]);
    assert_eq!(said.code, 3);
    assert!(
        said.err.starts_with("features/member.sql:11:17: column 'book' not found in 'l': `l.book`\n"),
        "{}",
        said.err
    );
    assert_eq!(place.herkomst(&["run"]).code, 3);

    place.edit("pipeline.yaml", "synthetic: true", "synthetic: maybe");
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 3
    pipeline.yaml:3:12: not a boolean: `maybe`
      help: write `true` or `false`
    ");
    std::fs::remove_file(place.folder.join("study/pipeline.yaml")).unwrap();
    assert_snapshot!(place.herkomst(&["check"]).all(), @"
    exit 3
    pipeline.yaml:1:1: there is no such file or folder
      help: the path is relative to the study folder; create `pipeline.yaml` or correct its name
    ");
}

#[test]
fn three_is_a_rule_that_contradicts_the_records() {
    let place = Place::new();
    place.edit("cleaning/leavers.sql", "'left' as set_population", "'gone' as set_population");
    place.edit("cleaning/leavers.md", "| y | add | left |", "| y | add | gone |");
    assert_eq!(place.herkomst(&["run"]).code, 3);
}

#[test]
fn four_is_a_delivery_that_is_missing() {
    let place = Place::new();
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 4
    herkomst: source loans: no file in study/data fits `loans/*.csv`; put the delivery there, or change `files` in the contract
    ");
    let said = place.herkomst(&["doctor"]);
    assert_eq!(said.code, 4);
    assert!(said.out.contains("FAIL data       no readable files for loans\n"), "{}", said.out);
    assert_snapshot!(place.herkomst(&["--data", "elsewhere", "run"]).all(), @"
    exit 4
    herkomst: source members: no file in elsewhere fits `members/*.csv`; put the delivery there, or change `files` in the contract
    ");
}

#[test]
fn five_is_a_check_that_failed() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    let said = place.herkomst(&["run"]);
    assert_eq!(said.code, 5);
    assert_snapshot!(said.err, @"herkomst: run 2 is not published: violated checks loans_without_member; see the rows with: herkomst sql --run 2 -c 'select * from checks.loans_without_member'");
    assert!(said.out.contains("run 2 NOT published: "), "{}", said.out);
    assert_snapshot!(place.herkomst(&["runs"]).all(), @"
    exit 0
         2  TIME                  11 steps, 11 reused  library  not published
         1  TIME                  11 steps, 0 reused  library  current
    ");
    let rows = place.herkomst(&[
        "sql",
        "--run",
        "2",
        "-c",
        "select lent_on, books from checks.loans_without_member",
    ]);
    assert_snapshot!(rows.out, @"
    +------------+-------+
    | lent_on    | books |
    +------------+-------+
    | 2019-04-08 |     2 |
    +------------+-------+
    (1 row)
    ");
}

#[test]
fn six_is_a_printed_number_that_differs() {
    let place = Place::new();
    place.edit("published/table_1.csv", "South,3,8", "South,4,8");
    assert_eq!(place.herkomst(&["run"]).code, 0, "a run knows no print");
    assert_snapshot!(place.herkomst(&["verify"]).all(), @"
    exit 6
    herkomst: 1 printed cell differs without explanation, 0 explanations are stale
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    table_1       8      6          1          0            1      0
    ────────────────────────────────────────────────────────────────
    total         8      6          1          0            1      0
    table_1: row South, column members: printed `4`, produced `3` (value)
    ");
}

#[test]
fn six_is_an_explanation_of_what_is_not_seen() {
    let place = Place::new();
    place.edit("published/table_1.csv", "North,3,2", "North,3,1");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["verify"]).all(), @"
    exit 6
    herkomst: 0 printed cells differ without explanation, 1 explanation is stale
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    table_1       8      8          0          0            0      1
    ────────────────────────────────────────────────────────────────
    total         8      8          0          0            0      1
    misprints, line 1: table_1, row North, column books: `1` is produced as it is printed: remove the entry
    ");
}

#[test]
fn seven_is_another_run() {
    let place = Place::new();
    let warehouse = Warehouse::create_or_open(place.folder.join("warehouse")).unwrap();
    let lock = warehouse.lock("night run", "2011-03-01T02:00:00Z", LockMode::Fail).unwrap();
    let said = place.herkomst(&["run"]).all().replace(&std::process::id().to_string(), "N");
    let (before, after) = said.split_once(", for ").unwrap();
    let (days, after) = after.split_once(' ').unwrap();
    assert!(days.parse::<u64>().unwrap() > 5000, "{said}");
    let said = format!("{before}, for MANY {after}");
    assert_snapshot!(said, @"
    exit 7
    herkomst: the warehouse is locked by night run (process N) since TIME                , for MANY days (warehouse/lock): wait for it to end, or ask to wait when starting
    ");

    let mut waiting = place.command(&["run", "--wait"]).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits for the lock");
    drop(lock);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
}

#[test]
fn eight_is_a_study_of_real_persons_without_a_key() {
    let place = Place::new();
    place.edit("pipeline.yaml", "synthetic: true\n", "");
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 8
    herkomst: study library is not marked synthetic, so the published demonstration key is refused; name a key file of at least 16 bytes
    ");
    assert!(!place.folder.join("warehouse").exists(), "nothing was made");

    place.write("short.key", "0123456789");
    assert_snapshot!(place.herkomst(&["run", "--key-file", "study/short.key"]).all(), @"
    exit 2
    herkomst: study/short.key: a key has 16 bytes or more, this file has 10
    ");
    place.write("secret.key", "0123456789abcdef0123456789abcdef");
    assert_eq!(place.herkomst(&["run", "--key-file", "study/secret.key"]).code, 0);
}

#[test]
fn nine_is_a_broken_seal() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.damage("appendix.table_1");
    let said = place.herkomst(&["verify"]).all();
    assert_snapshot!(said, @"
    exit 9
    herkomst: warehouse/objects/XX/HASH.parquet is damaged: its bytes have SHA-256 HASH, not the HASH that it is named by; delete it and run again: the step that made it makes it again
    ");
    assert_eq!(place.herkomst(&["report"]).all(), said);
    assert_eq!(place.herkomst(&["sql", "-c", "select * from appendix.table_1"]).all(), said);
    assert_snapshot!(place.herkomst(&["runs", "--verify"]).all(), @"
    exit 9
    herkomst: 1 finding; the warehouse is not as its chain says
    changed: objects/XX/HASH.parquet: its bytes have SHA-256 HASH, not the one that it is named by
    ");
    assert_eq!(place.herkomst(&["runs", "--verify"]).code, 9);
    assert_eq!(
        place.herkomst(&["sql", "-c", "select * from derived.member"]).code,
        0,
        "other tables are whole"
    );
    let said = place.herkomst(&["doctor"]);
    assert!(said.out.contains("FAIL warehouse  1 finding; see: herkomst runs --verify\n"), "{}", said.out);
}

#[test]
fn nine_is_a_manifest_that_was_rewritten() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let path = place.folder.join("warehouse/runs/000001/manifest.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, manifest.replacen("\"rows_in\": 6", "\"rows_in\": 7", 1)).unwrap();
    assert_snapshot!(place.herkomst(&["waterfall"]).all(), @"
    exit 9
    herkomst: warehouse/runs/000001/manifest.json is damaged: it has SHA-256 HASH, but runs/chain says HASH; put back a copy of the file; `sha256sum -c runs/chain` in the warehouse tells when it is right
    ");
    assert_snapshot!(place.herkomst(&["runs", "--verify"]).all(), @"
    exit 9
    herkomst: 1 finding; the warehouse is not as its chain says
    changed: runs/000001/manifest.json: it has SHA-256 HASH, but line 1 of runs/chain says HASH
    ");
}
