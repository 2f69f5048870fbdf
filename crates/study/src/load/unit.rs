//! Unit tests of queries: `NAME.test.yaml` beside `NAME.sql`.

use super::{Reading, parameters};
use crate::sql::{Order, SqlFile};
use crate::text::{Text, suggestion};
use crate::yaml::{self, At, RawOrder, RawRow, RawTest, RawTests, Scalar};
use crate::{Parameter, UnitCell, UnitOrder, UnitTable, UnitTest, folder};
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
            parameters: given_parameters(reading, test, sql, &text),
            given: given(reading, test, sql, &text),
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
    sql: &SqlFile,
    text: &Text,
) -> BTreeMap<String, Parameter> {
    let mut values = BTreeMap::new();
    for (name, value) in &test.parameters {
        if !sql.parameters.contains(&name.value) {
            let near = suggestion(&name.value, sql.parameters.iter().map(String::as_str));
            let help = if near.is_empty() { "remove it".to_owned() } else { near };
            reading.yaml(&name.place(text), "the query has no such parameter", help);
            continue;
        }
        let Some(parameter) = parameters::one(reading, value, text) else { continue };
        match reading.values.get(&name.value) {
            Some(declared) if declared.what() != parameter.what() => {
                let message = format!("{}, but in pipeline.yaml it is {}", parameter.what(), declared.what());
                reading.yaml(&value.place(text), message, "write a value of the same kind");
            }
            _ => _ = values.insert(name.value.clone(), parameter),
        }
    }
    values
}

fn given(reading: &mut Reading<'_>, test: &RawTest, sql: &SqlFile, text: &Text) -> Vec<UnitTable> {
    let reads: BTreeSet<&str> = sql.reads.iter().map(|read| read.table.as_str()).collect();
    let mut tables = Vec::new();
    for (name, rows) in &test.given {
        if !reads.contains(name.value.as_str()) {
            let near = suggestion(&name.value, reads.iter().copied());
            let help = match near.as_str() {
                "" => format!("it reads {}", Vec::from_iter(reads.iter().copied()).join(", ")),
                _ => near,
            };
            reading.yaml(&name.place(text), "the query does not read this table", help);
        }
        tables.push(table(name, &rows.iter().collect::<Vec<_>>(), text));
    }
    tables
}

fn expected(reading: &mut Reading<'_>, test: &RawTest, text: &Text) -> UnitTable {
    let rows: Vec<&RawRow> = test.expect.iter().map(|row| &row.value).collect();
    let name = At::at("expect".to_owned(), &test.name);
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
