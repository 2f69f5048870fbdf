//! Stored lineage means what it says: without a delivered record, what it names changes, and nothing else.

use crate::fixture::{Flagship, How, Store, copy, files, flagship, rows_of, wait};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use engine::{Lineage, Replay, Reuse, Rows};
use std::collections::{BTreeMap, BTreeSet};
use study::Study;
use terms::{Manifest, TableName, TableRecord};

/// So many records of the first deliveries are left out, one a run.
const RUNS: usize = 4;

/// Lines of delimited deliveries of the first source with records about which no rule decided, as file and line from 1.
fn lines(night: &Flagship) -> Vec<(String, usize)> {
    let lines = night.store.rows(
        &night.run,
        "select file || ':' || cast(line as varchar) from origin.registratie_1
         where byte_offset is not null and row_id not in (
             select row_id from audit.decisions
             union select survivor_id from audit.decisions where survivor_id is not null)
         order by file, line",
    );
    let parsed = lines.lines().map(|line| {
        let (file, line) = line.rsplit_once(':').unwrap();
        (file.to_owned(), line.parse().unwrap())
    });
    parsed.collect()
}

/// A run in which one line of one file was never delivered.
fn without(night: &Flagship, file: &str, line: usize) -> (Store, Study, Manifest) {
    let data = tempfile::tempdir().unwrap();
    copy(&night.study.data, data.path(), 0);
    let path = data.path().join(file);
    let bytes = std::fs::read(&path).unwrap();
    let kept = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().filter(|(at, _)| at + 1 != line);
    std::fs::write(&path, kept.flat_map(|(_, bytes)| bytes.to_vec()).collect::<Vec<u8>>()).unwrap();
    let mut study = night.study.clone();
    study.data = data.path().to_owned();
    assert_eq!(files(&night.study.data), files(&study.data));
    let store = Store::new();
    let run = store.run(&study, How { partitions: 2, reuse: Reuse::Unchanged }).unwrap();
    (store, study, run)
}

fn table<'r>(run: &'r Manifest, name: &TableName) -> &'r TableRecord {
    run.tables().find(|record| record.table == *name).unwrap()
}

fn texts(store: &Store, run: &Manifest, name: &TableName) -> Vec<String> {
    rows_of(&engine::read_table(&store.warehouse, table(run, name)).unwrap())
}

/// Places of the rows that are no longer there as they were.
fn changed(before: &[String], after: &[String]) -> BTreeSet<i64> {
    let mut left = BTreeMap::<&String, usize>::new();
    for row in after {
        *left.entry(row).or_default() += 1;
    }
    let mut gone = BTreeSet::new();
    for (place, row) in (0..).zip(before) {
        match left.get_mut(row) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                gone.insert(place);
            }
        }
    }
    gone
}

/// Where a line of a file was staged.
fn staged(night: &Flagship, file: &str, line: usize) -> Rows {
    let place = night.store.rows(
        &night.run,
        &format!("select place from places('origin.registratie_1') where file = '{file}' and line = {line}"),
    );
    let place: i64 = place.parse().unwrap();
    let rows = std::iter::once(place).collect::<provenance::RowSet>();
    ["staging", "identity"]
        .map(|schema| (TableName::new(schema, "registratie_1").unwrap(), rows.clone()))
        .into_iter()
        .collect()
}

/// What changed in tables with lineage is named by lineage; a table whose rows were judged by another rule is not asked.
#[test]
fn without_a_record_nothing_changes_that_its_lineage_does_not_name() {
    let night = flagship();
    let lineage = Lineage::open(&night.store.warehouse, &night.run);
    let lines = lines(night);
    assert!(lines.len() > 20 * RUNS, "{}", lines.len());
    for (file, line) in lines.iter().step_by(lines.len() / RUNS) {
        let (file, line) = (file.as_str(), *line);
        let record = staged(night, file, line);
        let (store, study, run) = without(night, file, line);
        let named = lineage.all_ahead(&record).unwrap();
        let mut changes = 0;
        for known in night.run.tables().filter(|known| known.lineage.is_some()) {
            let gone =
                changed(&texts(&night.store, &night.run, &known.table), &texts(&store, &run, &known.table));
            let unnamed: Vec<i64> = gone
                .iter()
                .copied()
                .filter(|row| !named.get(&known.table).is_some_and(|rows| rows.contains(*row)))
                .collect();
            changes += gone.len();
            assert!(unnamed.is_empty(), "{file}:{line} changed {} in {unnamed:?}", known.table);
        }
        assert!(changes > 40, "{file}:{line} changed {changes} rows");
        counts_fall_where_they_are_named(night, &record, (&store, &study, &run), &format!("{file}:{line}"));
    }
}

/// A printed count falls by one exactly where the values of its column were computed from the record.
fn counts_fall_where_they_are_named(
    night: &Flagship,
    record: &Rows,
    other: (&Store, &Study, &Manifest),
    what: &str,
) {
    let lineage = Lineage::open(&night.store.warehouse, &night.run);
    let replay = Replay::open(&night.study, &night.store.warehouse, &night.run);
    let mut fell = 0;
    for (appendix, columns, key) in [
        ("bijlage_02", &["n"][..], "land"),
        ("bijlage_03", &["vrouw_n", "man_n", "totaal_n"][..], "land_groep"),
    ] {
        let name = TableName::new("appendix", appendix).unwrap();
        let all: Rows = all_rows(night, &name);
        for column in columns {
            let (_, behind) = wait(|| async {
                let query = replay.query_for(&name, column).await.unwrap().unwrap();
                query.again_with_lineage(&all).await.unwrap()
            });
            let before = numbers(&night.store, &night.run, &name, key, column);
            let after: BTreeMap<String, i64> =
                numbers(other.0, other.2, &name, key, column).into_iter().collect();
            for ((label, count), behind) in before.into_iter().zip(behind) {
                let reached = lineage.all_behind(&behind).unwrap();
                let named = record.iter().any(|(table, rows)| {
                    reached.get(table).is_some_and(|reached| rows.iter().any(|row| reached.contains(row)))
                });
                let now = after.get(&label).copied().unwrap_or(0);
                assert_eq!(now, count - i64::from(named), "{what}, {appendix} {label:?} {column}");
                fell += usize::from(named);
            }
        }
    }
    assert!(fell >= 4, "{what} is counted {fell} times");
}

fn all_rows(night: &Flagship, appendix: &TableName) -> Rows {
    let step = night.study.steps().iter().find(|step| step.writes.contains(appendix)).unwrap();
    let rows = |name: &TableName| (0..i64::try_from(table(&night.run, name).rows).unwrap()).collect();
    step.reads.iter().map(|name| (name.clone(), rows(name))).collect()
}

/// A column of whole numbers with a label for each row, in stored order.
fn numbers(store: &Store, run: &Manifest, name: &TableName, key: &str, column: &str) -> Vec<(String, i64)> {
    let mut numbers = Vec::new();
    for batch in engine::read_table(&store.warehouse, table(run, name)).unwrap() {
        let labels = batch.column_by_name(key).unwrap().as_string::<i32>().clone();
        let values = batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().clone();
        for row in 0..batch.num_rows() {
            let label = if labels.is_null(row) { "" } else { labels.value(row) };
            numbers.push((label.to_owned(), values.value(row)));
        }
    }
    numbers
}
