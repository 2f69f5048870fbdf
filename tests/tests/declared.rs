//! Faults of declared checks and of unit tests that only the columns of tables show, each at its place.

use crate::fixture::{Library, wait};
use engine::{RowIs, UnitReport};
use insta::assert_snapshot;

/// What is said of one check beside derived.member.
fn beside(check: &str) -> String {
    let copy = Library::new();
    copy.write("features/member.yaml", &format!("checks:\n  - {check}\n"));
    copy.faults()
}

#[test]
fn a_column_that_is_not_there() {
    assert_snapshot!(beside("{unique: [row_id, boks]}"), @"");
    assert_snapshot!(beside("{not_null: street_and_number}"), @"");
    assert_snapshot!(beside("{relation: {column: row_id, to: cleaning.settled.rowid}}"), @"");
}

#[test]
fn a_column_of_another_kind() {
    let told = [
        beside("{accepted_values: {column: branch, values: [1, 2]}}"),
        beside("{accepted_values: {column: books, values: [one, two]}}"),
        beside("{accepted_values: {column: adult, codes: codes/branches.csv}}"),
        beside("{range: {column: branch, min: 1}}"),
        beside("{range: {column: fee, max: 2020-01-01}}"),
        beside("{range: {column: books, max: $reference_date}}"),
        beside("{freshness: {column: books, days: 3}}"),
        beside("{relation: {column: books, to: cleaning.settled.card_ref}}"),
    ];
    assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_table_that_is_not_there() {
    assert_snapshot!(beside("{relation: {column: row_id, to: cleaning.settle.row_id}}"), @"");
    let copy = Library::new();
    copy.edit("pipeline.yaml", "table: audit.quarantine", "table: audit.quarantined");
    assert_snapshot!(copy.faults(), @"");
}

#[test]
fn the_faults_of_a_model_are_not_repeated_by_its_checks() {
    let copy = Library::new();
    copy.edit("features/member.sql", "p.fee,", "p.fees,");
    assert_snapshot!(copy.faults(), @"
    features/member.sql:10:42: column 'fees' not found in 'p': `p.fees`
      help: possible column p.fee
    ");
}

/// A check may read what no step may.
#[test]
fn the_day_and_the_run_before_are_for_checks_alone() {
    let copy = Library::new();
    copy.write(
        "checks/population_known.sql",
        "select d.as_of, p.row_count from this_run as d cross join previous_run as p where p.row_count < 0",
    );
    wait(|| engine::plan(&copy.load())).unwrap();
    copy.edit("features/member.sql", "from cleaning.settled p", "from this_run cross join cleaning.settled p");
    assert_snapshot!(copy.faults(), @"");
}

fn tested(tests: &str) -> Result<UnitReport, String> {
    let copy = Library::new();
    copy.write("features/member.test.yaml", tests);
    for others in ["appendices/table_1", "matching/card", "checks/loans_without_member"] {
        std::fs::remove_file(copy.folder().join(format!("{others}.test.yaml"))).unwrap();
    }
    wait(|| engine::unit_tests(&copy.load())).map_err(|error| error.to_string())
}

/// What is said of the tests that do not hold.
fn failing(tests: &str) -> String {
    let faults = tested(tests).unwrap().faults();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_tests_of_the_study_hold() {
    let study = Library::new().load();
    let report = wait(|| engine::unit_tests(&study)).unwrap();
    assert_eq!(report.faults(), []);
    let queries: Vec<&str> = report.tests.iter().map(|test| test.query.as_str()).collect();
    assert_eq!(queries.len(), study.tests.len(), "{queries:?}");
    for query in ["matching/card.sql", "features/member.sql", "appendices/table_1.sql"] {
        assert!(queries.contains(&query), "{query}");
    }
}

const TWO: &str = "\
    cleaning.settled: [{row_id: a, fee: 12.5}, {row_id: b}]
    identity.settled: [{row_id: a}, {row_id: b}]
";

#[test]
fn a_failing_test_shows_the_rows_that_differ() {
    let told = failing(&format!(
        "- name: fees\n  given:\n{TWO}  expect:\n    - {{row_id: a, fee: 12.5, books: 1}}\n    - {{row_id: b, fee: null, books: 0}}\n"
    ));
    assert_snapshot!(told, @"");
    let told = failing(&format!("- name: order\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}]\n"));
    assert_snapshot!(told, @"");
    let told = failing(&format!("- name: none\n  given:\n{TWO}  expect: []\n"));
    assert_snapshot!(told, @"");
    let any = format!("- name: any\n  order: any\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}, {{row_id: c}}]\n");
    assert_snapshot!(failing(&any), @"");
    let report = tested(&any).unwrap();
    let rows = &report.tests[0].difference.as_ref().unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.is).collect::<Vec<_>>(), [RowIs::Same, RowIs::Same, RowIs::Missing]);
    let same = failing(&format!("- name: any\n  order: any\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}]\n"));
    assert_eq!(same, "");
}

/// A row that comes twice is not the row once.
#[test]
fn rows_are_counted() {
    let copy = Library::new();
    let test = "- name: a\n  given: {open_left: [{row_id: a, card_ref: p}], open_right: [{row_id: x, card_ref: p}]}\n";
    copy.write("matching/card.test.yaml", &format!("{test}  expect: [{{left_id: a}}, {{left_id: a}}]\n"));
    let report = wait(|| engine::unit_tests(&copy.load())).unwrap();
    assert_snapshot!(report.faults()[0], @"");
}

#[test]
fn a_test_that_cannot_be_run() {
    let test = |given: &str, expect: &str| {
        tested(&format!("- name: a\n  given:\n    cleaning.settled: [{given}]\n  expect: [{expect}]\n")).unwrap_err()
    };
    let told = [
        test("{row_id: a, price: 1}", "{row_id: a}"),
        test("{row_id: a, fee: 1}, {row_id: b, fee: much}", "{row_id: a}"),
        test("{row_id: a}", "{row_id: a, feee: 1}"),
        test("{row_id: a}", "{row_id: a, books: many}"),
    ];
    assert_snapshot!(told.join("\n"), @"");
}

/// A number with a point is expected at its decimals; a whole one exactly.
#[test]
fn floats_are_compared_as_far_as_they_are_written() {
    let share = |written: &str| {
        let copy = Library::new();
        let given = "[{row_id: a, branch: N, books: 1}, {row_id: b, branch: S, books: 2}]";
        let expect = format!("[{{branch: N, share: {written}}}, {{branch: S, share: 66.67}}]");
        copy.write(
            "appendices/table_1.test.yaml",
            &format!("- name: a\n  given: {{derived.member: {given}}}\n  expect: {expect}\n"),
        );
        wait(|| engine::unit_tests(&copy.load())).unwrap().faults().is_empty()
    };
    assert_eq!(["33.3", "33.33", "33.3333", "33.4", "33", "34"].map(share), [true, true, true, false, false, false]);
}
