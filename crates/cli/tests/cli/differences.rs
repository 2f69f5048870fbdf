//! `run --without` and `diff`: what they say, and what they leave.

use crate::fixture::Place;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// A place with two published runs, between which a loan and a parameter changed.
fn two_runs() -> Place {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    place.edit("pipeline.yaml", "adult_age: 18", "adult_age: 40");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place
}

#[test]
fn a_side_run_says_what_moves() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["run", "--without", "same_card"]).all(), @"
    exit 0
    6 → 7 → 7

    merged  6 → 7
      active  6 → 6
      left  0 → 1
         1 leavers       0 → 1      +1 added

    settled  7 → 7
      active  6 → 5
         1 gone       6 → 5      −1 moved out, 1 updated
      left  1 → 2
         1 gone       1 → 2      +1 moved in

    run 2 without merged/same_card, kept but not published: 18 records read from 5 files, 1 quarantined; 11 steps, 4 reused; 16 checks
    checks with violations: loans_without_member (1)
    the data is synthetic: invented persons only

    run 1 → run 2, without merged/same_card

    left out (1)
      merged/same_card

    decisions of rules (1)
      merged same_card  members/north.csv:2  merge → –: same card, registered earlier

    tables (15)
      because of merged/same_card left out:
        cleaning.merged              6 → 7 rows, 1 appeared
        identity.merged              6 → 7 rows, 1 appeared
        audit.decisions_merged       2 → 1 row, 1 vanished, 1 changed
        audit.waterfall_merged       4 → 2 rows, 2 vanished, 2 changed
        cleaning.settled             6 → 7 rows, 1 appeared
        identity.settled             6 → 7 rows, 1 appeared
        audit.waterfall_settled      2 rows, 1 changed
        audit.decisions              4 → 3 rows, 1 vanished, 1 changed
        audit.waterfall              6 → 4 rows, 2 vanished, 3 changed
        linkage.registry             3 → 2 rows, 1 vanished
        linkage.registry_candidates  5 → 8 rows, 3 appeared, 1 changed
        linkage.registry_unmatched   3 → 5 rows, 2 appeared
        derived.member               6 → 7 rows, 1 appeared, 1 changed
        appendix.table_1             2 rows, 2 changed
        audit.column_lineage         333 → 317 rows, 16 vanished

    printed cells (4)
      table_1: 4 cells in 2 rows
        North: members 3 → 4, books 1 → 5, share 11,1% → 38,5%
        South: share 88,9% → 61,5%
          decision merged same_card on members/north.csv:2: merge → –
          no more behind it registry/town.csv:2

    more of it: herkomst diff 1 2 --limit 100
    ");
    assert_snapshot!(place.herkomst(&["runs"]).all(), @"
    exit 0
         2  TIME                  11 steps, 4 reused  library  without merged/same_card
         1  TIME                  11 steps, 0 reused  library  current
    ");
    assert_snapshot!(place.herkomst(&["waterfall", "--run", "2"]).out.lines().next().unwrap(), @"6 → 7 → 7");
    let night = place.herkomst(&["run"]).out;
    assert!(night.contains("run 3 published") && night.contains("11 steps, 11 reused"), "{night}");
    assert_eq!(place.herkomst(&["runs", "--verify"]).code, 0);
}

#[test]
fn a_side_run_without_a_published_run_has_nothing_to_be_compared_with() {
    let place = Place::new();
    let said = place.herkomst(&["run", "--without", "merged/same_card", "--without", "birth"]);
    assert_eq!(said.code, 0);
    assert!(
        said.out.ends_with("no run is published yet, so there is nothing to compare it with\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("run 1 without merged/same_card, registry/birth, kept but not published"),
        "{}",
        said.out
    );
    assert_eq!(place.herkomst(&["verify"]).code, 2);
}

#[test]
fn a_rule_that_is_none_is_answered_with_the_near_ones() {
    let place = Place::new();
    assert_snapshot!(place.herkomst(&["run", "--without", "same_cart"]).all(), @"
    exit 2
    herkomst: no rule of a round and no pass of a matching is named same_cart: did you mean `same_card`?
    ");
    assert!(!place.folder.join("warehouse").exists(), "nothing was made");
}

/// Whoever asks a side run asks it as it was, and is told that it is no result.
#[test]
fn a_side_run_is_asked_as_it_was() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_eq!(place.herkomst(&["run", "--without", "same_card"]).code, 0);
    let why = |run: &str| {
        let said = place.herkomst(&["why", "table_1", "--row", "South", "--column", "members", "--run", run]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    };
    assert!(why("1").contains("same_card") && !why("2").contains("same_card"), "{}", why("2"));
    assert_eq!(place.herkomst(&["report", "--run", "2", "--out", "book"]).code, 0);
    let book = std::fs::read_to_string(place.folder.join("book/book.html")).unwrap();
    assert!(book.contains("Weggelaten, dus geen uitkomst van de studie"));
    let said = place.herkomst(&["verify", "--accept-unreached", "--run", "2"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("run 2 left out merged/same_card"), "{}", said.err);

    let yaml = place.read("pipeline.yaml");
    place.write("pipeline.yaml", yaml.replace("      - {rule: cleaning/same_card.sql}\n", ""));
    let said = place.herkomst(&["why", "table_1", "--row", "North", "--run", "2"]);
    assert!(said.code == 2 && said.err.contains("does not have any more"), "{}", said.err);
}

/// A check of severity error that only the side run violates.
#[test]
fn a_violated_check_of_a_side_run_is_shown_and_no_failure() {
    let place = Place::new();
    let query = "select card_ref, count(*) as n from cleaning.merged where card_ref is not null\n\
                 group by card_ref having count(*) > 1 order by card_ref\n";
    let header = "-- what: cards twice\n-- input: cleaning.merged\n-- one row is: a card\n-- source: none\n";
    place.write("checks/population_known.sql", format!("{header}{query}"));
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let said = place.herkomst(&["run", "--without", "same_card"]);
    assert_eq!(said.code, 0, "{}", said.err);
    for line in [
        "loans_without_member (1), population_known (1)",
        "violations of checks (1)\n  population_known: 0 → 1",
    ] {
        assert!(said.out.contains(line), "{line}\n{}", said.out);
    }
}

#[test]
fn two_runs_are_told_apart_by_cause_and_effect() {
    assert_snapshot!(two_runs().herkomst(&["diff"]).all(), @"
    exit 0
    run 1 → run 2

    parameters (1)
      adult_age: 18 → 40

    delivered files (1)
      loans/loans/2019.csv  changed

    delivered records (1)
      loans/2019.csv:3  books 1 → 5

    tables (7)
      because of files of loans:
        staging.loans      5 rows, 1 appeared, 1 vanished
        identity.loans     5 rows, 1 appeared, 1 vanished
        origin.loans       5 rows, 1 appeared, 1 vanished
        audit.files_loans  1 row, 1 changed
        audit.files        5 rows, 1 changed
      because of files of loans, parameter adult_age:
        derived.member     6 rows, 3 changed
        appendix.table_1   2 rows, 2 changed

    printed cells (3)
      table_1: 3 cells in 2 rows
        North: books 1 → 5, share 11,1% → 38,5%
        South: share 88,9% → 61,5%
          record loans/2019.csv:3  books 1 → 5
          and of parameter adult_age
    ");
}

#[test]
fn one_table_is_told_row_by_row() {
    let place = two_runs();
    assert_snapshot!(place.herkomst(&["diff", "1", "2", "--table", "table_1", "--limit", "1"]).all(), @"
    exit 0
    run 1 → run 2

    parameters (1)
      adult_age: 18 → 40

    delivered files (1)
      loans/loans/2019.csv  changed

    delivered records (1)
      loans/2019.csv:3  books 1 → 5

    tables (1)
      because of files of loans, parameter adult_age:
        appendix.table_1  2 rows, 2 changed
          branch North: books 1 → 5, share 11.11111111111111 → 38.46153846153846
        … and 1 more

    printed cells (3)
      table_1: 3 cells in 2 rows
        North: books 1 → 5, share 11,1% → 38,5%
          record loans/2019.csv:3  books 1 → 5
          and of parameter adult_age
        … and 1 more
    ");
    assert_snapshot!(place.herkomst(&["diff", "2", "2"]).all(), @"
    exit 0
    run 2 → run 2

    no table differs
    ");
    let said = place.herkomst(&["diff", "1", "--table", "identity.loans"]).out;
    assert!(said.contains("row_id") && !said.contains("1002"), "{said}");
}

#[test]
fn runs_that_are_not_there_are_usage() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["diff"]).all(), @"
    exit 2
    herkomst: no run was published before run 1; name two runs to compare
    ");
    assert_snapshot!(place.herkomst(&["diff", "1", "7"]).all(), @"
    exit 2
    herkomst: the warehouse warehouse has no run 7: list its runs to see which it has
    ");
    assert_snapshot!(place.herkomst(&["diff", "1", "1", "--table", "no such table"]).all(), @r#"
    exit 2
    herkomst: "no such table" is no appendix and no schema.table; appendices are table_1
    "#);
}

/// The study prints a column that the earlier run does not have: said, and no failure.
#[test]
fn an_appendix_that_changed_its_shape_is_compared_as_far_as_it_goes() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    for (file, from, to) in [
        ("appendices/table_1.sql", "as books", "as volumes"),
        ("appendices/table_1.yaml", "name: books", "name: volumes"),
        ("misprints.yaml", "books", "volumes"),
    ] {
        let text = place.read(file);
        assert!(text.contains(from), "{text}");
        place.write(file, text.replace(from, to));
    }
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let said = place.herkomst(&["diff", "1", "2"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("cannot be compared as it is printed now: run 1: "), "{}", said.out);
    assert!(said.out.contains("column books vanished, column volumes appeared"), "{}", said.out);
}

#[test]
fn a_difference_is_json_too() {
    let said = two_runs().herkomst(&["--json", "diff", "--limit", "3"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let diff: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&diff["before"], &diff["after"]), (&json!(1), &json!(2)));
    assert_eq!(diff["causes"]["parameters"], json!([{"name": "adult_age", "before": "18", "after": "40"}]));
    assert_eq!(
        diff["causes"]["records"][0]["cells"],
        json!([{"name": "books", "before": "1", "after": "5"}])
    );
    assert_eq!(diff["causes"]["records"][0]["after"]["line"], 3);
    let row = &diff["appendices"][0]["rows"][0];
    assert_eq!((&row["row"], &row["cells"][0]["before"]), (&json!("North"), &json!("1")));
    assert_eq!(row["because"]["records"], diff["causes"]["records"]);
}
