//! What the commands say of the library study.

use crate::fixture::Place;
use insta::assert_snapshot;
use warehouse::{LockMode, Warehouse};

#[test]
fn a_run_and_a_run_without_change() {
    let place = Place::new();
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 0
    6 → 6 → 6

    merged  6 → 6
      active  6 → 5
         1 same_card       6 → 5      −1 merged
      left  0 → 1
         2 leavers         0 → 1      +1 added

    settled  6 → 6
      active  5 → 4
         1 gone       5 → 4      −1 moved out, 1 updated
      left  1 → 2
         1 gone       1 → 2      +1 moved in

    run 1 published: 18 records read from 5 files, 1 quarantined; 11 steps, 0 reused; 16 checks
    checks with violations: loans_without_member (1)
    the data is synthetic: invented persons only
    ");
    let again = place.herkomst(&["run"]).all();
    assert_snapshot!(again.lines().skip_while(|line| !line.starts_with("run ")).collect::<Vec<_>>().join("\n"), @"
    run 2 published: 18 records read from 5 files, 1 quarantined; 11 steps, 11 reused; 16 checks
    checks with violations: loans_without_member (1)
    the data is synthetic: invented persons only
    ");
    assert_snapshot!(place.herkomst(&["runs"]).all(), @"
    exit 0
         2  TIME                  11 steps, 11 reused  library  current
         1  TIME                  11 steps, 0 reused  library  published earlier
    ");
}

#[test]
fn check() {
    assert_snapshot!(Place::shared().herkomst(&["check"]).all(), @"
    exit 0
    study library is sound: 4 sources, 10 steps, 23 queries planned, 4 examples of rules hold
    ");
}

#[test]
fn verify() {
    assert_snapshot!(Place::shared().herkomst(&["verify"]).all(), @"
    exit 0
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    table_1       8      7          1          0            0      0
    ────────────────────────────────────────────────────────────────
    total         8      7          1          0            0      0
    ");
}

#[test]
fn waterfall() {
    assert_snapshot!(Place::shared().herkomst(&["waterfall", "--run", "1"]).all(), @"
    exit 0
    6 → 6 → 6

    merged  6 → 6
      active  6 → 5
         1 same_card       6 → 5      −1 merged
      left  0 → 1
         2 leavers         0 → 1      +1 added

    settled  6 → 6
      active  5 → 4
         1 gone       5 → 4      −1 moved out, 1 updated
      left  1 → 2
         1 gone       1 → 2      +1 moved in
    ");
}

#[test]
fn why_a_printed_cell() {
    let why = |more: &[&str]| {
        let said = Place::shared()
            .herkomst(&[&["why", "table_1", "--row", "North", "--column", "books"], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    };
    let without = why(&[]);
    assert!(without.contains("members/north.csv") && without.contains("loans/2019.csv"), "{without}");
    for value in ["Bos", "Cohen", "Gerrits", "31/12/85"] {
        assert!(!without.contains(value), "{value} is shown unasked:\n{without}");
    }
    assert!(why(&["--raw"]).contains("Bos"));
    let nowhere = Place::shared().herkomst(&["why", "table_1", "--row", "East"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
}

#[test]
fn runs_verified() {
    assert_snapshot!(Place::shared().herkomst(&["runs", "--verify"]).all(), @"
    exit 0
    every manifest and object is as the chain says
    ");
}

#[test]
fn doctor_before_and_after_a_run() {
    let threads = |said: String| {
        let (before, after) = said.split_once(" threads").unwrap();
        format!("{} N threads{after}", before.rsplit_once(' ').unwrap().0)
    };
    let place = Place::new();
    assert_snapshot!(threads(place.herkomst(&["doctor"]).all()), @"
    exit 0
    ok   study      library in study
    ok   data       files for all 4 sources in study/data
    ok   uploads    none under way
    ok   warehouse  warehouse is not there yet; the first run makes it
    ok   machine    N threads; herkomst 0.1.0
    ");
    assert!(!place.folder.join("warehouse").exists(), "doctor makes nothing");
    place.herkomst(&["run"]);
    assert_snapshot!(threads(place.herkomst(&["doctor"]).all()), @"
    exit 0
    ok   study      library in study
    ok   data       files for all 4 sources in study/data
    ok   uploads    none under way
    ok   warehouse  warehouse is writable and as its chain says
    ok   machine    N threads; herkomst 0.1.0
    ");
}

#[test]
fn doctor_warns_of_another_run() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let warehouse = Warehouse::open(place.folder.join("warehouse")).unwrap();
    let _lock = warehouse.lock("night run", "2011-03-01T02:00:00Z", LockMode::Fail).unwrap();
    let said = place.herkomst(&["doctor"]);
    assert_eq!(said.code, 0, "{said:?}");
    let line = said.out.lines().find(|line| line.contains("warehouse  ")).unwrap();
    let started = format!(
        "WARN warehouse  warehouse is locked by night run (process {}) since 2011-03-01T02:00:00Z, for ",
        std::process::id()
    );
    assert!(line.starts_with(&started), "{line}");
    assert!(line.ends_with("; a run waits for it with --wait"), "{line}");
}

#[test]
fn doctor_ends_with_the_exit_code_that_a_run_would_end_with() {
    let place = Place::new();
    std::fs::create_dir(place.folder.join("papers")).unwrap();
    let said = place.herkomst(&["--warehouse", "papers", "doctor"]);
    assert!(said.out.contains("ok   warehouse  papers is not there yet"), "{said:?}");
    std::fs::write(place.folder.join("papers/letter"), "").unwrap();
    assert_eq!(place.herkomst(&["--warehouse", "papers", "doctor"]).code, 2);
    place.edit("pipeline.yaml", "synthetic: true", "synthetic: maybe");
    let said = place.herkomst(&["doctor"]);
    assert_eq!(said.code, 3);
    assert!(said.out.contains("FAIL study      1 fault; see: herkomst check\n"), "{said:?}");
    assert!(
        said.err.starts_with("herkomst: 2 of ") && said.err.contains(" are not fit for a run"),
        "{said:?}"
    );
}

#[test]
fn report() {
    assert_snapshot!(Place::shared().herkomst(&["report", "--out", "written"]).all(), @"
    exit 0
    1 appendix written: written/book.html, written/book.xlsx, written/book.docx, written/book.pdf, written/csv
    ");
}

#[test]
fn help_names_the_exit_codes() {
    let said = Place::shared().herkomst(&["--help"]);
    assert_eq!(said.code, 0);
    for code in 0..=9 {
        assert!(said.out.contains(&format!("{code} ")), "{code}");
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let said = Place::shared().herkomst(&["completions", shell]);
        assert!(said.code == 0 && said.out.contains("herkomst"), "{shell}");
    }
}

#[test]
fn the_log_holds_no_value_of_a_row() {
    let place = Place::new();
    let said = place.herkomst(&["--log", "json", "run"]);
    assert_eq!(said.code, 0);
    assert!(said.err.lines().count() >= 10 && said.err.contains("settled"), "{}", said.err);
    for value in ["Aalders", "Evers", "1980-02-01", "31-02-1991", "two lines"] {
        assert!(!said.err.contains(value), "{value}");
    }
}
