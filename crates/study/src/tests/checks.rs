use super::Fixture;
use super::fixture::{spoilt, with_file};
use crate::{Study, Tolerance, UnitOrder};
use terms::Severity;

/// The texts of the faults of one check beside features.book.
fn beside(check: &str) -> String {
    with_file("features/book.yaml", format!("checks:\n  - {check}\n"))
}

fn all(checks: &[&str]) -> String {
    checks.iter().map(|check| beside(check)).collect::<Vec<_>>().join("\n")
}

fn with(files: &[(&str, &str)]) -> Study {
    let fixture = Fixture::new();
    for (path, text) in files {
        fixture.write(path, text);
    }
    fixture.load()
}

#[test]
fn a_check_stands_with_the_table_that_it_is_about() {
    let fixture = Fixture::new();
    fixture.write("features/book.yaml", "checks: [{unique: book}, {rows: {tolerance: 2.50%}, severity: warn}]\n");
    fixture.replace("sources/borrowings.yaml", "columns:\n", "checks: [{not_null: [book, lent]}]\ncolumns:\n");
    fixture.replace("pipeline.yaml", "    rules: []", "    rules: []\n    checks: [{accepted_values: {column: state, values: [out]}}]");
    fixture.replace("pipeline.yaml", "[matching/card.sql]}", "[matching/card.sql], checks: [{unique: left_id}]}");
    fixture.replace("appendices/table_1.yaml", "number: 1\n", "number: 1\nchecks: [{range: {column: n, min: 1}, name: lent_once}]\n");
    fixture.replace("pipeline.yaml", "checks:\n", "checks:\n  - {table: audit.files, rows: {min: 1}}\n");
    let study = fixture.load();
    let shown = |check: &crate::Check| {
        let claim = check.claim().unwrap_or_else(|| "a query of the study's own".into());
        let severity = if check.severity == Severity::Error { "error" } else { "warn" };
        format!("{} ({severity}, {}): {claim}", check.name, check.sql.path.display())
    };
    insta::assert_snapshot!(study.checks.iter().map(shown).collect::<Vec<_>>().join("\n"), @"");
    let rows = study.checks.iter().find(|check| check.name == "book_rows").unwrap();
    assert!(!rows.is_timeless() && rows.reads_local(crate::PREVIOUS_RUN));
    assert_eq!(Tolerance::Percent { parts: 25, decimals: 1 }.to_string(), "2.5%");
    let unique = study.checks.iter().find(|check| check.name == "book_unique_book").unwrap();
    assert!(unique.is_timeless());
    assert_eq!(unique.reads().iter().map(ToString::to_string).collect::<Vec<_>>(), ["features.book"]);
}

#[test]
fn layout_is_no_part_of_a_definition() {
    let definition = |text: &str| {
        let study = with(&[("features/book.yaml", text)]);
        study.checks.iter().map(|check| check.definition().to_owned()).collect::<Vec<_>>()
    };
    let flow = definition("checks: [{range: {column: n, min: 1, max: 9}}]\n");
    let block = definition("# Once or more.\nchecks:\n  - range:\n      max: 9\n      min: 1\n      column: n\n    severity: warn\n");
    assert_eq!(flow, block);
    assert_ne!(flow, definition("checks: [{range: {column: n, min: 1, max: 8}}]\n"));
}

#[test]
fn an_entry_is_one_check() {
    insta::assert_snapshot!(all(&[
        "{severity: warn}",
        "{unique: book, not_null: book}",
        "{table: features.book, unique: book}",
        "{uniqe: book}",
        "{unique: book, severity: fatal}",
        "{unique: book, name: Two Books}",
        "{unique: []}",
        "{not_null: [book, n, book]}",
        "{unique: book}\n  - {unique: [book]}",
    ]), @"");
    let listed = [
        ("{check: checks/future.sql, severity: warn}", "{unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: features.bok, unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: book, unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: identity.final, unique: card}"),
        ("{check: checks/future.sql, severity: warn}", "{table: features.book, check: checks/future.sql}"),
    ];
    let told: Vec<String> = listed.iter().map(|(from, to)| spoilt("pipeline.yaml", from, to)).collect();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn accepted_values_are_of_one_kind() {
    insta::assert_snapshot!(all(&[
        "{accepted_values: {column: n}}",
        "{accepted_values: {column: n, values: []}}",
        "{accepted_values: {column: n, values: [1, two]}}",
        "{accepted_values: {column: n, values: [1, null]}}",
        "{accepted_values: {column: n, values: [1, 2, 1]}}",
        "{accepted_values: {column: n, values: [1], codes: codes/branches.csv}}",
        "{accepted_values: {column: n, codes: codes/branch.csv}}",
        "{accepted_values: {values: [1]}}",
    ]), @"");
}

#[test]
fn a_relation_is_to_a_column_of_a_table() {
    insta::assert_snapshot!(all(&[
        "{relation: {column: book, to: book}}",
        "{relation: {column: book, to: staging.borrowing.book}}",
        "{relation: {column: book, to: identity.borrowings.card}}",
    ]), @"");
}

#[test]
fn bounds_have_sense() {
    insta::assert_snapshot!(all(&[
        "{range: {column: n}}",
        "{range: {column: n, min: 5, max: 4}}",
        "{range: {column: n, min: 0.5, max: 0.25}}",
        "{range: {column: n, min: 1, max: 2024-01-01}}",
        "{range: {column: n, max: 2023-02-29}}",
        "{range: {column: n, min: few}}",
        "{range: {column: n, min: $town}}",
        "{range: {column: n, min: $closing_days}}",
        "{range: {column: n, min: 2025-01-01, max: $closing_day}}",
        "{rows: {}}",
        "{rows: {min: 3, max: 2}}",
        "{rows: {min: -1}}",
        "{rows: {tolerance: -1}}",
        "{rows: {tolerance: 0.5}}",
        "{rows: {tolerance: ten}}",
        "{rows: {tolerance: -5%}}",
        "{rows: {tolerance: 5000%}}",
        "{freshness: {days: 2}}",
        "{freshness: {column: n}}",
        "{freshness: {column: n, days: -2}}",
        "{freshness: {file_date: yyyy-mm-dd, days: 2}}",
        "{freshness: {column: n, file_date: yyyy-mm-dd, days: 2}}",
    ]), @"");
    let source = spoilt(
        "sources/borrowings.yaml",
        "columns:\n",
        "checks: [{freshness: {file_date: yyyy-dd, days: 2}}, {freshness: {file_date: dd-mm-yyyy dd, days: 2}}]\ncolumns:\n",
    );
    insta::assert_snapshot!(source, @"");
}

#[test]
fn a_declaration_belongs_to_a_model() {
    insta::assert_snapshot!(with_file("features/books.yaml", "checks: []\n"), @"");
    insta::assert_snapshot!(with_file("features/book.yaml", "check: []\n"), @"");
}

const TEST: &str = "\
- name: counted
  given: {cleaning.final: [{book: 1, row_id: a}, {book: 007, row_id: null}]}
  expect: [{n: 1, book: 1}, {book: \"7\", n: 1}]
";

#[test]
fn a_test_is_rows_in_and_rows_out() {
    let study = with(&[("features/book.test.yaml", TEST)]);
    let [test] = &study.tests[..] else { panic!("one test") };
    assert_eq!((test.name.as_str(), test.spot.line(), test.order), ("counted", 1, UnitOrder::AsWritten));
    let cells = |table: &crate::UnitTable| {
        let row = |row: &Vec<crate::UnitCell>| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        (table.columns.join(" "), table.rows.iter().map(row).collect::<Vec<_>>())
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        cells(&test.given[0]),
        ("book row_id".into(), vec![vec![text("1"), text("a")], vec![text("007"), None]])
    );
    assert_eq!(cells(&test.expected).1[1], [text("1"), text("7")]);
    let study = with(&[("checks/future.test.yaml", "- {name: none, expect: []}\n")]);
    assert_eq!(study.tests[0].order, UnitOrder::Any, "a check sorts nothing");
}

#[test]
fn a_test_fits_its_query() {
    let spoil = |from: &str, to: &str| {
        assert!(TEST.contains(from), "{from}");
        with_file("features/book.test.yaml", TEST.replacen(from, to, 1))
    };
    let told = [
        spoil("cleaning.final", "cleaning.finale"),
        spoil("cleaning.final", "features.a_summary"),
        spoil("{n: 1, book: 1}", "{n: 1}"),
        spoil("  given:", "  parameters: {days: 3}\n  given:"),
        spoil("  expect:", "  expects:"),
        spoil("  expect:", "  order: given\n  expect:"),
        spoil("- name: counted\n", "- {name: counted, expect: []}\n- name: counted\n"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"");
    let parameter = |value: &str| {
        with_file("clean/twice.test.yaml", format!("- {{name: a, parameters: {{closing_day: {value}}}, expect: []}}\n"))
    };
    insta::assert_snapshot!([parameter("21"), parameter("2023-02-29")].join("\n"), @"");
    insta::assert_snapshot!(with_file("features/bok.test.yaml", TEST), @"");
    insta::assert_snapshot!(with_file("features/book.test.yml", TEST), @"");
}

#[test]
fn a_rule_of_two_rounds_has_its_tests_once() {
    let fixture = Fixture::new();
    fixture.write("clean/twice.test.yaml", "- {name: none, expect: []}\n");
    fixture.replace("pipeline.yaml", "    rules: []", "    rules: [{rule: clean/twice.sql}]");
    assert_eq!(fixture.load().tests.len(), 1);
}
