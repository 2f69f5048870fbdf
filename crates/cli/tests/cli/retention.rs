//! What is kept of earlier nights, and how one is published again.

use crate::fixture::Place;
use insta::assert_snapshot;
use serde_json::Value;
use warehouse::{LockMode, Warehouse};

/// A place with so many runs, each of another number of books that one member lent.
fn nights(count: usize) -> Place {
    let place = Place::new();
    for night in 0..count {
        lent(&place, night);
        assert_eq!(place.herkomst(&["run"]).code, 0);
    }
    place
}

fn lent(place: &Place, books: usize) {
    place.write("data/loans/2019.csv", format!("Card,Lent,Books\n2001,2019-03-07,{books}\n"));
}

fn books(place: &Place, options: &[&str]) -> String {
    let sql = "select sum(books) as books from appendix.table_1";
    let said = place.herkomst(&[&["sql", "--format", "csv", "-c", sql], options].concat());
    assert_eq!(said.code, 0, "{said:?}");
    said.out.lines().nth(1).unwrap().to_owned()
}

#[test]
fn an_earlier_run_is_published_again_as_a_run_of_its_own() {
    let place = nights(3);
    assert_eq!(books(&place, &[]), "2");
    assert_snapshot!(place.herkomst(&["rollback", "1"]).all(), @"
    exit 0
    run 4 published in place of run 3: the tables of run 1, of TIME                ; the next run makes new ones from the deliveries that it finds
    ");
    assert_eq!(books(&place, &[]), "0");
    assert_eq!(books(&place, &["--run", "3"]), "2", "nothing that was published is hidden");
    assert_snapshot!(place.herkomst(&["runs"]).all(), @"
    exit 0
         4  TIME                  11 steps, 11 reused  library  current, restores run 1
         3  TIME                  11 steps, 7 reused  library  published earlier
         2  TIME                  11 steps, 7 reused  library  published earlier
         1  TIME                  11 steps, 0 reused  library  published earlier
    ");
    assert_eq!(place.herkomst(&["runs", "--verify"]).code, 0);
    let said = place.herkomst(&["--json", "run"]);
    assert_eq!(said.code, 0);
    assert_eq!(books(&place, &[]), "2", "the next night is made from the deliveries");
    let run: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&run["run"], &run["published"]), (&5.into(), &true.into()));
}

#[test]
fn what_cannot_be_published_again_is_refused() {
    let place = nights(2);
    place.herkomst(&["run", "--without", "gone"]);
    assert_snapshot!(place.herkomst(&["rollback", "3"]).all(), @"
    exit 8
    herkomst: run 3 is a side run: it shows what a rule does, and is no result (warehouse): choose a run that was published
    ");
    assert_snapshot!(place.herkomst(&["rollback", "2"]).all(), @"
    exit 8
    herkomst: run 2 is the published run (warehouse): choose an earlier one
    ");
    assert_snapshot!(place.herkomst(&["rollback", "7"]).all(), @"
    exit 2
    herkomst: the warehouse warehouse has no run 7: list its runs to see which it has
    ");
    let warehouse = Warehouse::open(place.folder.join("warehouse")).unwrap();
    let _lock = warehouse.lock("night run", "2011-03-01T02:00:00Z", LockMode::Fail).unwrap();
    for arguments in [&["rollback", "1"][..], &["gc"]] {
        assert_eq!(place.herkomst(arguments).code, 7, "{arguments:?}");
    }
    assert_eq!(place.herkomst(&["gc", "--dry-run"]).code, 0, "what would go can be asked during a run");
}

#[test]
fn old_runs_are_collected_and_what_is_kept_stays_whole() {
    let place = nights(4);
    let whole = |text: &str| {
        // How many bytes a table takes is not the matter here.
        let (before, after) = text.split_once("objects, ").unwrap();
        format!("{before}objects, SIZE{}", &after[after.find(';').unwrap()..])
    };
    assert_snapshot!(whole(&place.herkomst(&["gc", "--keep-last", "2", "--dry-run"]).all()), @"
    exit 0
    would collect runs 1, 2: 14 objects, SIZE; kept: runs 3, 4
    ");
    assert_eq!(books(&place, &["--run", "1"]), "0", "nothing is removed");
    assert_snapshot!(whole(&place.herkomst(&["gc", "--keep-last", "2"]).all()), @"
    exit 0
    collected runs 1, 2: 14 objects, SIZE; kept: runs 3, 4
    ");
    assert_snapshot!(place.herkomst(&["gc", "--keep-last", "2"]).all(), @"
    exit 0
    nothing to remove; kept: runs 3, 4
    ");
    assert_eq!((books(&place, &[]), books(&place, &["--run", "3"])), ("3".to_owned(), "2".to_owned()));
    assert_snapshot!(place.herkomst(&["runs", "--verify"]).all(), @"
    exit 0
    every manifest and object is as the chain says; the objects of runs 1, 2 were collected
    ");
    assert_snapshot!(place.herkomst(&["runs"]).all(), @"
    exit 0
         4  TIME                  11 steps, 7 reused  library  current
         3  TIME                  11 steps, 7 reused  library  published earlier
         2  TIME                  11 steps, 7 reused  library  published earlier, collected
         1  TIME                  11 steps, 0 reused  library  published earlier, collected
    ");
    let again: Value = serde_json::from_str(&place.herkomst(&["--json", "run"]).out).unwrap();
    assert!(again["nodes"].as_array().unwrap().iter().all(|node| node["outcome"] == "reused"), "{again}");
}

#[test]
fn a_run_that_was_collected_says_so_when_it_is_asked() {
    let place = nights(3);
    assert_eq!(place.herkomst(&["gc", "--keep-last", "1"]).code, 0);
    assert_snapshot!(place.herkomst(&["sql", "--run", "1", "-c", "select 1"]).all(), @"
    exit 8
    herkomst: the objects of run 1 were collected, only its manifest is left (warehouse/runs/collected): ask a run that was kept; what is kept is chosen when collecting
    ");
    for arguments in [
        &["report", "--run", "1"][..],
        &["verify", "--run", "1"],
        &["why", "table_1", "--row", "North", "--run", "1"],
        &["why-not", "table_1", "--record", "members/north.csv:2", "--run", "1"],
        &["trace", "members/north.csv:2", "--run", "1"],
        &["diff", "1", "3"],
        &["export", "openlineage", "--run", "1"],
        &["rollback", "1"],
    ] {
        let said = place.herkomst(arguments);
        assert_eq!(said.code, 8, "{arguments:?}: {said:?}");
        assert!(said.err.contains("collected"), "{arguments:?}: {said:?}");
    }
    // What is in its manifest is still there.
    assert_eq!(place.herkomst(&["waterfall", "--run", "1"]).code, 0);
    let said = place.herkomst(&["runs", "--report-to", "reports", "--run", "1"]);
    assert_eq!(said.code, 0, "{said:?}");
    let audits = place.herkomst(&[
        "sql",
        "--format",
        "csv",
        "-c",
        "select distinct run from audit.steps order by run",
    ]);
    assert_eq!(audits.out, "run\n1\n2\n3\n");
}
