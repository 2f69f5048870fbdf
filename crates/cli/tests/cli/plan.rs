//! `plan`: what a run would do, in words and as JSON.

use crate::fixture::Place;
use insta::assert_snapshot;

#[test]
fn before_the_first_run() {
    let place = Place::new();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
    assert!(!place.folder.join("warehouse").exists(), "nothing is written");
}

#[test]
fn after_a_run_without_change() {
    assert_snapshot!(Place::shared().herkomst(&["plan"]).all(), @"");
}

#[test]
fn after_changes() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    place.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
    place.edit("pipeline.yaml", "adult_age: 18", "adult_age: 17");
    place.edit("cleaning/gone.sql", "'fee rounded up'", "'fee made round'");
    place.write("data/members/east.csv", "Card;Name;Born;Joined;Fee\n4001;Groen;1-1-1981;1-1-2020;5\n");
    place.edit("codes/branches.csv", "north,", "east,East\nnorth,");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
    let json: serde_json::Value = serde_json::from_str(&place.herkomst(&["plan", "--json"]).out).unwrap();
    let step =
        |name: &str| json["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap();
    assert_snapshot!(step("loans"), @"");
    assert_snapshot!(step("derived.member"), @"");
    assert_snapshot!(step("registry"), @"");
    assert_snapshot!(json["checks"], @"");
    let runs = place.herkomst(&["runs"]).out;
    assert_eq!(runs.lines().count(), 1, "nothing was run");
}

#[test]
fn as_options_of_a_run_would_have_it() {
    let place = Place::shared();
    assert_snapshot!(place.herkomst(&["plan", "--all"]).all(), @"");
    assert_snapshot!(place.herkomst(&["plan", "--no-lineage"]).all(), @"");
    assert_snapshot!(place.herkomst(&["plan", "--without", "same_card"]).all(), @"");
    assert_snapshot!(place.herkomst(&["plan", "--without", "nothing_like_it"]).all(), @"");
}

#[test]
fn a_plan_that_cannot_be_made() {
    let place = Place::new();
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
    let place = Place::new();
    place.edit("features/member.sql", "staging.loans", "staging.lones");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
    let place = Place::new();
    std::fs::create_dir(place.folder.join("warehouse")).unwrap();
    std::fs::write(place.folder.join("warehouse/letter.txt"), "dear").unwrap();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
}

/// A run that fails in its last model, and what is told of the next.
#[test]
fn after_a_run_that_was_stopped() {
    let place = Place::new();
    place.edit("appendices/table_1.sql", "count(*) as members", "count(*) / min(books - books) as members");
    assert_eq!(place.herkomst(&["run"]).code, 1);
    place.edit("appendices/table_1.sql", "count(*) / min(books - books) as members", "count(*) as members");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"");
    let said = place.herkomst(&["run"]);
    assert!(said.out.contains("11 steps, 9 reused"), "{}", said.out);
    // Nothing of it is left to be told of.
    assert!(!place.herkomst(&["plan"]).out.contains("stopped"));
}

#[test]
fn rehash_hashes_everything_and_finds_nothing_new() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    for arguments in [["run", "--rehash"], ["run", "--json"]] {
        assert_eq!(place.herkomst(&arguments).code, 0);
    }
    let said = place.herkomst(&["plan", "--rehash"]).out;
    assert!(said.contains("11 steps: 0 would run, 0 may run, 11 reused"), "{said}");
}
