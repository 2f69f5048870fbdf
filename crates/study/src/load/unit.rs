//! Unit tests of queries: `NAME.test.yaml` beside `NAME.sql`. Only their shape is checked here: that one does not fit its
//! query any more stops nobody but who runs the tests.

use super::{Reading, parameters};
use crate::sql::{Order, SqlFile};
use crate::text::Text;
use crate::yaml::{self, At, RawOrder, RawRow, RawTest, RawTests, Scalar};
use crate::{UnitCell, UnitOrder, UnitParameter, UnitTable, UnitTest, folder};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// End of the name of a file with tests.
const TESTS: &str = ".test.yaml";

/// Whether the file is one of tests.
pub(crate) fn is_tests(path: &str) -> bool {
    path.ends_with(TESTS)
}

/// Reads the tests beside a query, if there are any; those of a query that several places use, once.
pub(crate) fn read(reading: &mut Reading<'_>, sql: &SqlFile, order: Order) {
    let Some(path) = sql.path.to_str().and_then(|path| path.strip_suffix(".sql")) else { return };
    let path = format!("{path}{TESTS}");
    if !reading.folder.has(&path) || !reading.tested.insert(path.clone()) {
        return;
    }
    let text = reading.folder.read(&path, None);
    let Some(text) = reading.keep(text) else { return };
    let raw: Result<RawTests, _> = yaml::parse(&text);
    let Some(raw) = reading.keep(raw) else { return };
    let mut names: BTreeSet<String> = BTreeSet::new();
    for test in &raw.0 {
        let place = test.name.place(&text);
        if !names.insert(test.name.value.clone()) {
            reading.yaml(&place, "a second test of this name", "say what each of the two tests");
        }
        let test = UnitTest {
            sql: sql.path.clone(),
            name: test.name.value.clone(),
            spot: place.spot(),
            parameters: given_parameters(reading, test, &text),
            given: given(test, &text),
            expected: expected(reading, test, &text),
            order: match (test.order, order) {
                (RawOrder::Query, Order::Required) => UnitOrder::AsWritten,
                _ => UnitOrder::Any,
            },
        };
        reading.tests.push(test);
    }
}

/// Notes files of tests that belong to no query of the study.
pub(crate) fn lonely(reading: &mut Reading<'_>, files: &[&SqlFile]) {
    let folders: BTreeSet<&str> =
        files.iter().filter_map(|sql| sql.path.parent().and_then(Path::to_str)).collect();
    for path in folders.into_iter().flat_map(|folder| reading.folder.names(folder)).collect::<Vec<_>>() {
        let sql = [TESTS, ".test.yml", ".tests.yaml"].iter().find_map(|end| path.strip_suffix(end));
        let Some(sql) = sql.map(|stem| format!("{stem}.sql")) else { continue };
        if !is_tests(&path) {
            let help = "name it as the query, with `.test.yaml` in place of `.sql`";
            reading.faults.push(folder::whole(&path, "tests in a file of another name", help));
        } else if !reading.tested.contains(&path) {
            let help = format!("name the tests as the query is named, or add `{sql}` to the study");
            reading.faults.push(folder::whole(&path, "tests without their query", &help));
        }
    }
}

fn given_parameters(
    reading: &mut Reading<'_>,
    test: &RawTest,
    text: &Text,
) -> BTreeMap<String, UnitParameter> {
    let mut values = BTreeMap::new();
    for (name, value) in &test.parameters {
        if let Some(value) = parameters::one(reading, value, text) {
            values.insert(name.value.clone(), UnitParameter { value, spot: name.place(text).spot() });
        }
    }
    values
}

fn given(test: &RawTest, text: &Text) -> Vec<UnitTable> {
    test.given.iter().map(|(name, rows)| table(name, &rows.iter().collect::<Vec<_>>(), text)).collect()
}

fn expected(reading: &mut Reading<'_>, test: &RawTest, text: &Text) -> UnitTable {
    let rows: Vec<&RawRow> = test.expect.iter().map(|row| &row.value).collect();
    let name = At::placed_as("expect".to_owned(), &test.name);
    let table = table(&name, &rows, text);
    for row in &test.expect {
        let named = |column: &String| row.value.keys().any(|key| key.value == *column);
        if let Some(missing) = table.columns.iter().find(|column| !named(column)) {
            let message = format!("the row has no {missing}, which another row of the test has");
            reading.yaml(
                &row.place(text),
                message,
                "write the same columns in each row; `null` is a value, too",
            );
        }
    }
    table
}

/// Rows in columns that stand in the order in which the file names them first.
fn table(name: &At<String>, rows: &[&RawRow], text: &Text) -> UnitTable {
    let mut keys: Vec<&At<String>> = rows.iter().flat_map(|row| row.keys()).collect();
    keys.sort_by_key(|key| key.place(text).span.start);
    let mut columns: Vec<String> = Vec::new();
    for key in keys {
        if !columns.contains(&key.value) {
            columns.push(key.value.clone());
        }
    }
    let at = name.place(text);
    let cell = |row: &RawRow, column: &String| match row.iter().find(|(key, _)| key.value == *column) {
        Some((_, value)) => {
            let place = value.place(text);
            UnitCell { text: written(&value.value, place.written()), spot: place.spot() }
        }
        None => UnitCell { text: None, spot: at.spot() },
    };
    let rows = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    UnitTable { name: name.value.clone(), spot: at.spot(), columns, rows }
}

/// The value as it is written: YAML would make the number 7 of `007`.
fn written(value: &Scalar, written: &str) -> Option<String> {
    match value {
        Scalar::Null => None,
        Scalar::Text(text) => Some(text.clone()),
        Scalar::Integer(_) | Scalar::Other => Some(written.to_owned()),
    }
}
