//! Faults of declared checks and of unit tests that only the columns of tables show, each at its place.

use crate::fixture::{Library, wait};
use engine::{EngineError, RowIs, UnitReport};
use insta::assert_snapshot;

/// What is said of one check beside derived.member.
fn beside(check: &str) -> String {
    let copy = Library::new();
    copy.write("features/member.yaml", &format!("checks:\n  - {check}\n"));
    copy.faults()
}

#[test]
fn a_column_that_is_not_there() {
    assert_snapshot!(beside("{unique: [row_id, boks]}"), @"
    features/member.yaml:2:23: derived.member has no column boks: `boks`
      help: did you mean `books`?
    ");
    assert_snapshot!(beside("{not_null: street_and_number}"), @"
    features/member.yaml:2:16: derived.member has no column street_and_number: `street_and_number`
      help: columns are row_id, branch, population, fee, books, adult, registered
    ");
    assert_snapshot!(beside("{relation: {column: row_id, to: cleaning.settled.rowid}}"), @"
    features/member.yaml:2:37: cleaning.settled has no column rowid: `cleaning.settled.rowid`
      help: did you mean `row_id`?
    ");
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
    assert_snapshot!(told.join("\n"), @"
    features/member.yaml:2:48: branch holds text, but a value is a number: `[`
      help: put the values in quotes
    features/member.yaml:2:47: books holds numbers, but a value is a text: `[`
      help: write values as the column has them
    features/member.yaml:2:46: adult holds booleans, but a value is a text: `codes/branches.csv`
      help: write values as the column has them
    features/member.yaml:2:35: branch holds text, but the bound is a number: `1`
      help: only numbers, dates and times have a range; `accepted_values` lists what else may be
    features/member.yaml:2:32: fee holds numbers, but the bound is a date: `2020-01-01`
      help: write a number
    features/member.yaml:2:34: books holds numbers, but the bound is a date: `$reference_date`
      help: write a number
    features/member.yaml:2:26: books holds numbers, not dates: `books`
      help: name a column of dates or times
    features/member.yaml:2:36: books holds numbers, card_ref of cleaning.settled text: `cleaning.settled.card_ref`
      help: relate columns that hold the same kind of values
    ");
}

#[test]
fn a_table_that_is_not_there() {
    assert_snapshot!(beside("{relation: {column: row_id, to: cleaning.settle.row_id}}"), @"
    features/member.yaml:2:37: there is no such table: `cleaning.settle.row_id`
      help: did you mean `cleaning.settled`?
    ");
    let copy = Library::new();
    copy.edit("pipeline.yaml", "table: audit.quarantine", "table: audit.quarantined");
    assert_snapshot!(copy.faults(), @"
    pipeline.yaml:36:32: there is no such table: `audit.quarantined`
      help: did you mean `audit.quarantine`?
    ");
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
    let study = copy.load();
    wait(|| engine::plan(&study)).unwrap();
    copy.edit(
        "features/member.sql",
        "from cleaning.settled p",
        "from this_run cross join cleaning.settled p",
    );
    assert_snapshot!(copy.faults(), @"
    features/member.sql:14:6: a table without its schema: `this_run`
      help: write `schema.table`
    ");
}

fn run_tests(copy: &Library) -> Result<UnitReport, EngineError> {
    let study = copy.load();
    wait(|| engine::unit_tests(&study))
}

fn tested(tests: &str) -> Result<UnitReport, String> {
    let copy = Library::new();
    copy.write("features/member.test.yaml", tests);
    for others in ["appendices/table_1", "matching/card", "checks/loans_without_member"] {
        std::fs::remove_file(copy.folder().join(format!("{others}.test.yaml"))).unwrap();
    }
    run_tests(&copy).map_err(|error| error.to_string())
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

const TWO: &str = "    cleaning.settled: [{row_id: a, fee: 12.5}, {row_id: b}]
    identity.settled: [{row_id: a}, {row_id: b}]
";

#[test]
fn a_failing_test_shows_the_rows_that_differ() {
    let told = failing(&format!(
        "- name: fees\n  given:\n{TWO}  expect:\n    - {{row_id: a, fee: 12.5, books: 1}}\n    - {{row_id: b, fee: null, books: 0}}\n"
    ));
    assert_snapshot!(told, @"
    features/member.test.yaml:1:9: the query returns other rows: 1 expected and missing, 1 not expected: `fees`
      help: - expected, + returned
          row_id | fee       | books
        - a      | 12.500000 | 1
        + a      | 12.500000 | 0
          b      | NULL      | 0
    ");
    let told = failing(&format!("- name: order\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}]\n"));
    assert_snapshot!(told, @"
    features/member.test.yaml:1:9: the query returns the expected rows in another order: `order`
      help: - expected, + returned
          row_id
        - b
          a
        + b
    ");
    let told = failing(&format!("- name: none\n  given:\n{TWO}  expect: []\n"));
    assert_snapshot!(told, @"
    features/member.test.yaml:1:9: the query returns other rows: 0 expected and missing, 2 not expected: `none`
      help: - expected, + returned
          row_id | branch | population | fee       | books | adult | registered
        + a      | NULL   | NULL       | 12.500000 | 0     | NULL  | false
        + b      | NULL   | NULL       | NULL      | 0     | NULL  | false
    ");
    let any = format!(
        "- name: any\n  order: any\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}, {{row_id: c}}]\n"
    );
    assert_snapshot!(failing(&any), @"
    features/member.test.yaml:1:9: the query returns other rows: 1 expected and missing, 0 not expected: `any`
      help: - expected, + returned
          row_id
          b
          a
        - c
    ");
    let report = tested(&any).unwrap();
    let rows = &report.tests[0].difference.as_ref().unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.is).collect::<Vec<_>>(), [RowIs::Same, RowIs::Same, RowIs::Missing]);
    let same = failing(&format!(
        "- name: any\n  order: any\n  given:\n{TWO}  expect: [{{row_id: b}}, {{row_id: a}}]\n"
    ));
    assert_eq!(same, "");
}

/// A row that comes twice is not the row once.
#[test]
fn rows_are_counted() {
    let copy = Library::new();
    let test = "- name: a\n  given: {open_left: [{row_id: a, card_ref: p}], open_right: [{row_id: x, card_ref: p}]}\n";
    copy.write("matching/card.test.yaml", &format!("{test}  expect: [{{left_id: a}}, {{left_id: a}}]\n"));
    let report = run_tests(&copy).unwrap();
    assert_snapshot!(report.faults()[0], @"
    matching/card.test.yaml:1:9: the query returns other rows: 1 expected and missing, 0 not expected: `a`
      help: - expected, + returned
          left_id
          a
        - a
    ");
}

#[test]
fn a_test_that_cannot_be_run() {
    let test = |given: &str, expect: &str| {
        tested(&format!("- name: a\n  given:\n    cleaning.settled: [{given}]\n  expect: [{expect}]\n"))
            .unwrap_err()
    };
    let told = [
        test("{row_id: a, price: 1}", "{row_id: a}"),
        test("{row_id: a, fee: 1}, {row_id: b, fee: much}", "{row_id: a}"),
        test("{row_id: a}", "{row_id: a, feee: 1}"),
        test("{row_id: a}", "{row_id: a, books: many}"),
    ];
    let fits = |test: &str| tested(&format!("- {{name: a, {test}, expect: []}}\n")).unwrap_err();
    let told = told.into_iter().chain([
        fits("given: {staging.loan: []}"),
        fits("given: {staging.leavers: []}"),
        fits("parameters: {adult_ages: 3}"),
        fits("parameters: {adult_age: 2020-01-01}"),
    ]);
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    features/member.test.yaml:3:43: cleaning.settled has no column price: `1`
      help: columns are row_id, branch, card_ref, joined, fee, remark, population
    features/member.test.yaml:3:62: no value of column fee, whose type is Decimal128(18, 6): `much`
      help: write the value as SQL shows it: 12, 1.5, 2010-11-01, true, or null
    features/member.test.yaml:4:30: the query returns no column feee: `1`
      help: did you mean `fee`?
    features/member.test.yaml:4:31: no value of column books, whose type is Int64: `many`
      help: write the value as SQL shows it: 12, 1.5, 2010-11-01, true, or null
    features/member.test.yaml:1:21: the query does not read this table: `staging.loan`
      help: did you mean `staging.loans`?
    features/member.test.yaml:1:21: the query does not read this table: `staging.leavers`
      help: did you mean `staging.loans`?
    features/member.test.yaml:1:26: the query has no such parameter: `adult_ages`
      help: did you mean `adult_age`?
    features/member.test.yaml:1:26: the value is a date, but in pipeline.yaml it is a number: `adult_age`
      help: write a value of the same kind
    ");
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
        run_tests(&copy).unwrap().faults().is_empty()
    };
    assert_eq!(
        ["33.3", "33.33", "33.3333", "33.4", "33", "34"].map(share),
        [true, true, true, false, false, false]
    );
}
