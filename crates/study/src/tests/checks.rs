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
    fixture.write(
        "features/book.yaml",
        "checks: [{unique: book}, {rows: {tolerance: 2.50%}, severity: warn}]\n",
    );
    fixture.replace(
        "sources/borrowings.yaml",
        "columns:\n",
        "checks: [{not_null: [book, lent]}]\ncolumns:\n",
    );
    fixture.replace(
        "pipeline.yaml",
        "    rules: []",
        "    rules: []\n    checks: [{accepted_values: {column: state, values: [out]}}]",
    );
    fixture.replace(
        "pipeline.yaml",
        "[matching/card.sql]}",
        "[matching/card.sql], checks: [{unique: left_id}]}",
    );
    fixture.replace(
        "appendices/table_1.yaml",
        "number: 1\n",
        "number: 1\nchecks: [{range: {column: n, min: 1}, name: lent_once}]\n",
    );
    fixture.replace("pipeline.yaml", "checks:\n", "checks:\n  - {table: audit.files, rows: {min: 1}}\n");
    let study = fixture.load();
    let shown = |check: &crate::Check| {
        let claim = check.claim().unwrap_or_else(|| "a query of the study's own".into());
        let severity = if check.severity == Severity::Error { "error" } else { "warn" };
        format!("{} ({severity}, {}): {claim}", check.name, check.sql.path.display())
    };
    insta::assert_snapshot!(study.checks.iter().map(shown).collect::<Vec<_>>().join("\n"), @"
    files_rows (error, pipeline.yaml): audit.files has at least 1 rows
    future (warn, checks/future.sql): a query of the study's own
    borrowings_not_null_book_lent (error, sources/borrowings.yaml): every row of staging.borrowings has book, lent
    final_accepted_values_state (error, pipeline.yaml): state of cleaning.final is one of 'out'
    readers_unique_left_id (error, pipeline.yaml): no two rows of linkage.readers have the same left_id
    book_unique_book (error, features/book.yaml): no two rows of features.book have the same book
    book_rows (warn, features/book.yaml): features.book has as many rows as in the published run before, give or take 2.5%
    lent_once (error, appendices/table_1.yaml): n of appendix.table_1 is at least 1
    ");
    let rows = study.checks.iter().find(|check| check.name == "book_rows").unwrap();
    assert!(rows.reads_local(crate::PREVIOUS_RUN));
    assert_eq!(Tolerance::Percent { parts: 25, decimals: 1 }.to_string(), "2.5%");
    let unique = study.checks.iter().find(|check| check.name == "book_unique_book").unwrap();
    assert!(!unique.reads_local(crate::PREVIOUS_RUN) && !unique.reads_local(crate::THIS_RUN));
    assert_eq!(unique.reads().iter().map(ToString::to_string).collect::<Vec<_>>(), ["features.book"]);
}

#[test]
fn layout_is_no_part_of_a_definition() {
    let definition = |text: &str| {
        let study = with(&[("features/book.yaml", text)]);
        study.checks.iter().map(|check| check.definition().to_owned()).collect::<Vec<_>>()
    };
    let flow = definition("checks: [{range: {column: n, min: 1, max: 9}}]\n");
    let block = definition(
        "# Once or more.\nchecks:\n  - range:\n      max: 9\n      min: 1\n      column: n\n    severity: warn\n",
    );
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
    ]), @"
    [yaml] features/book.yaml:2:5: a check that checks nothing: `{`
      help: write one of the keys check, unique, not_null, accepted_values, relation, range, rows, freshness
    [yaml] features/book.yaml:2:5: two checks in one entry, `unique` and `not_null`: `{`
      help: write an entry for each
    [yaml] features/book.yaml:2:13: a check names its table beside the table: `features.book`
      help: remove `table`: here it is that of the declaration; checks of other tables are listed in pipeline.yaml
    [yaml] features/book.yaml:2:6: unknown key: `uniqe`
      help: did you mean `unique`? keys here are check, table, unique, not_null, accepted_values, relation, range, rows, freshness, name, severity
    [yaml] features/book.yaml:2:30: not one of the words allowed here: `fatal`
      help: allowed are error, warn
    [yaml] features/book.yaml:2:26: not a name: `Two Books`
      help: use lower-case letters, digits and underscores, beginning with a letter
    [yaml] features/book.yaml:2:14: a check of no column: `[`
      help: name a column, or a list of columns
    [yaml] features/book.yaml:2:26: the column is listed twice: `book`
      help: remove one of the two
    [yaml] features/book.yaml:3:5: a second check of the name book_unique_book: `{`
      help: give one of them another `name`: reports name their check
    ");
    let listed = [
        ("{check: checks/future.sql, severity: warn}", "{unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: features.bok, unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: book, unique: book}"),
        ("{check: checks/future.sql, severity: warn}", "{table: identity.final, unique: card}"),
        ("{check: checks/future.sql, severity: warn}", "{table: features.book, check: checks/future.sql}"),
    ];
    let told: Vec<String> = listed.iter().map(|(from, to)| spoilt("pipeline.yaml", from, to)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    [yaml] pipeline.yaml:30:5: a check of `unique` without its table: `{`
      help: add `table: schema.table`, or declare the check beside the table
    [table] pipeline.yaml:30:13: there is no such table: `features.bok`
      help: did you mean `features.book`?
    [yaml] pipeline.yaml:30:13: not a table name: `book`
      help: write `schema.table` in lower-case letters, digits and underscores
    [table] pipeline.yaml:30:13: schema identity may not be read here: `identity.final`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    [yaml] pipeline.yaml:30:13: a query of your own is about no one table: `features.book`
      help: remove `table`: the query names the tables that it reads
    ");
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
    ]), @"
    [yaml] features/book.yaml:2:23: no values are accepted: `{`
      help: write `values: […]`, or `codes` with a code list of the study
    [yaml] features/book.yaml:2:43: no values are accepted: `[`
      help: list the values; a column that is always NULL needs none of them
    [yaml] features/book.yaml:2:47: a text among values of which the first is a number: `two`
      help: write values of one kind; quotes make a text of a number
    [yaml] features/book.yaml:2:47: NULL is no value: `null`
      help: remove it: NULL is always accepted; `not_null` refuses it
    [yaml] features/book.yaml:2:50: the value is listed twice: `1`
      help: remove one of the two
    [yaml] features/book.yaml:2:55: both `values` and `codes`: `codes/branches.csv`
      help: keep one of the two
    [file] features/book.yaml:2:42: there is no such file or folder: `codes/branch.csv`
      help: the path is relative to the study folder; create `codes/branch.csv` or correct its name
    [yaml] features/book.yaml:2:24: the key `column` is missing
      help: add `column: …` to this mapping
    ");
}

#[test]
fn a_relation_is_to_a_column_of_a_table() {
    insta::assert_snapshot!(all(&[
        "{relation: {column: book, to: book}}",
        "{relation: {column: book, to: staging.borrowing.book}}",
        "{relation: {column: book, to: identity.borrowings.card}}",
    ]), @"
    [yaml] features/book.yaml:2:35: not a column of a table: `book`
      help: write `schema.table.column`
    [table] features/book.yaml:2:35: there is no such table: `staging.borrowing.book`
      help: did you mean `staging.borrowings`?
    [table] features/book.yaml:2:35: schema identity may not be read here: `identity.borrowings.card`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    ");
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
    ]), @"
    [yaml] features/book.yaml:2:13: a range without a bound: `{`
      help: add `min`, `max` or both
    [yaml] features/book.yaml:2:38: the greatest value is below the least, 5: `4`
      help: swap `min` and `max`
    [yaml] features/book.yaml:2:40: the greatest value is below the least, 0.5: `0.25`
      help: swap `min` and `max`
    [yaml] features/book.yaml:2:38: the least value is a number, the greatest a date: `2024-01-01`
      help: write two numbers or two dates
    [yaml] features/book.yaml:2:30: no such date: `2023-02-29`
      help: write a date of the calendar as year-month-day
    [yaml] features/book.yaml:2:30: not a bound: `few`
      help: write a number, a date as year-month-day, or `$parameter`
    [yaml] features/book.yaml:2:30: a parameter that is neither number nor date: `$town`
      help: write a number, a date as year-month-day, or `$parameter`
    [yaml] features/book.yaml:2:30: the parameter is not declared: `$closing_days`
      help: did you mean `closing_day`? declare it under `parameters` in pipeline.yaml
    [yaml] features/book.yaml:2:47: the greatest value is below the least, 2025-01-01: `$closing_day`
      help: swap `min` and `max`
    [yaml] features/book.yaml:2:12: rows without a bound: `{`
      help: add `min`, `max` or `tolerance`
    [yaml] features/book.yaml:2:26: the greatest number is below the least, 3: `2`
      help: swap `min` and `max`
    [yaml] features/book.yaml:2:18: not a whole number from 0 on: `-1`
      help: write digits only
    [yaml] features/book.yaml:2:24: not a tolerance: `-1`
      help: write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`
    [yaml] features/book.yaml:2:24: not a tolerance: `0.5`
      help: write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`
    [yaml] features/book.yaml:2:24: not a tolerance: `ten`
      help: write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`
    [yaml] features/book.yaml:2:24: not a tolerance: `-5%`
      help: write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`
    [yaml] features/book.yaml:2:24: not a tolerance: `5000%`
      help: write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`
    [yaml] features/book.yaml:2:17: nothing tells how fresh the table is: `{`
      help: name a `column` with dates, or `file_date` for the names of a source's files
    [yaml] features/book.yaml:2:18: the key `days` is missing
      help: add `days: …` to this mapping
    [yaml] features/book.yaml:2:35: not a whole number from 0 on: `-2`
      help: write digits only
    [yaml] features/book.yaml:2:17: features.book has no files: `{`
      help: name a `column` with dates, or declare the check beside a source
    [yaml] features/book.yaml:2:40: both `column` and `file_date`: `yyyy-mm-dd`
      help: keep one of the two
    ");
    let source = spoilt(
        "sources/borrowings.yaml",
        "columns:\n",
        "checks: [{freshness: {file_date: yyyy-dd, days: 2}}, {freshness: {file_date: dd-mm-yyyy dd, days: 2}}]\ncolumns:\n",
    );
    insta::assert_snapshot!(source, @"
    [yaml] sources/borrowings.yaml:6:34: not the form of a date: `yyyy-dd`
      help: write `yyyy`, `mm` and `dd`, each once, as names of files have them, such as `yyyy-mm-dd`
    [yaml] sources/borrowings.yaml:6:78: not the form of a date: `dd-mm-yyyy dd`
      help: write `yyyy`, `mm` and `dd`, each once, as names of files have them, such as `yyyy-mm-dd`
    ");
}

#[test]
fn a_declaration_belongs_to_a_model() {
    insta::assert_snapshot!(with_file("features/books.yaml", "checks: []\n"), @"
    [file] features/books.yaml:1:1: checks of a model that is not there
      help: name it as the query is named, or add `features/books.sql`
    ");
    insta::assert_snapshot!(with_file("features/book.yaml", "check: []\n"), @"
    [yaml] features/book.yaml:1:1: unknown key: `check`
      help: did you mean `checks`? keys here are checks
    ");
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
fn a_test_has_its_shape() {
    let spoil = |from: &str, to: &str| {
        assert!(TEST.contains(from), "{from}");
        with_file("features/book.test.yaml", TEST.replacen(from, to, 1))
    };
    let told = [
        spoil("{n: 1, book: 1}", "{n: 1}"),
        spoil("  expect:", "  expects:"),
        spoil("  expect:", "  order: given\n  expect:"),
        spoil("- name: counted\n", "- {name: counted, expect: []}\n- name: counted\n"),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    [yaml] features/book.test.yaml:3:12: the row has no book, which another row of the test has: `{`
      help: write the same columns in each row; `null` is a value, too
    [yaml] features/book.test.yaml:3:3: unknown key: `expects`
      help: did you mean `expect`? keys here are name, parameters, given, expect, order
    [yaml] features/book.test.yaml:3:10: not one of the words allowed here: `given`
      help: allowed are query, any
    [yaml] features/book.test.yaml:2:9: a second test of this name: `counted`
      help: say what each of the two tests
    ");
    let day = "- {name: a, parameters: {closing_day: 2023-02-29}, expect: []}\n";
    insta::assert_snapshot!(with_file("clean/twice.test.yaml", day), @"
    [yaml] clean/twice.test.yaml:1:39: no such date: `2023-02-29`
      help: write a date of the calendar as year-month-day
    ");
    insta::assert_snapshot!(with_file("features/bok.test.yaml", TEST), @"
    [file] features/bok.test.yaml:1:1: tests without their query
      help: name the tests as the query is named, or add `features/bok.sql` to the study
    ");
    insta::assert_snapshot!(with_file("features/book.test.yml", TEST), @"
    [file] features/book.test.yml:1:1: tests in a file of another name
      help: name it as the query, with `.test.yaml` in place of `.sql`
    ");
}

#[test]
fn a_rule_of_two_rounds_has_its_tests_once() {
    let fixture = Fixture::new();
    fixture.write("clean/twice.test.yaml", "- {name: none, expect: []}\n");
    fixture.replace("pipeline.yaml", "    rules: []", "    rules: [{rule: clean/twice.sql}]");
    assert_eq!(fixture.load().tests.len(), 1);
}
