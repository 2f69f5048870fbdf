//! Stored lineage means what it says: the rows behind a row are enough to make it again.

use crate::fixture::{LIBRARY, PERSPECTIEF, PLAINLY, Store, flagship, rows_of, study, wait};
use arrow::array::RecordBatch;
use engine::{Lineage, Replay, Rows};
use provenance::RowSet;
use std::collections::BTreeMap;
use study::Study;
use terms::{Manifest, TableName};

/// Tables that queries made.
fn models(study: &Study) -> impl Iterator<Item = &TableName> {
    let appendices = study.appendices.iter().map(|appendix| &appendix.model.table);
    study.models.iter().map(|model| &model.table).chain(appendices)
}

/// The rows of a table by what stands behind them; many rows of an analysis share it.
fn by_lineage(lineage: &Lineage, table: &TableName, rows: &[String]) -> BTreeMap<Rows, Vec<String>> {
    let mut groups = BTreeMap::<Rows, Vec<String>>::new();
    for (place, row) in (0..).zip(rows) {
        let one: RowSet = std::iter::once::<i64>(place).collect();
        groups.entry(lineage.behind(table, &one).unwrap()).or_default().push(row.clone());
    }
    groups
}

/// Rows that their lineage did not give again, of all rows of all models.
fn missing(store: &Store, study: &Study, run: &Manifest) -> (usize, Vec<String>) {
    let lineage = Lineage::open(&store.warehouse, run);
    let replay = Replay::open(study, &store.warehouse, run);
    let (mut count, mut missing) = (0, Vec::new());
    for table in models(study) {
        let record = run.tables().find(|record| record.table == *table).unwrap();
        let stored = rows_of(&engine::read_table(&store.warehouse, record).unwrap());
        count += stored.len();
        let groups = by_lineage(&lineage, table, &stored);
        let found = wait(|| async {
            let query = replay.query(table).await.unwrap().unwrap();
            let mut found = Vec::new();
            for (behind, rows) in groups {
                let again: Vec<RecordBatch> = query.again(&behind).await.unwrap();
                let again = rows_of(&again);
                found.extend(rows.into_iter().filter(|row| !again.contains(row)));
            }
            found
        });
        missing.extend(found.into_iter().map(|row| format!("{table}: {row}")));
    }
    (count, missing)
}

#[test]
fn every_row_of_the_library_is_made_again_from_its_lineage() {
    let (study, store) = (study(LIBRARY), Store::new());
    let run = store.run(&study, PLAINLY).unwrap();
    let (rows, missing) = missing(&store, &study, &run);
    assert!(rows > 5 && missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_row_of_the_flagship_study_is_made_again_from_its_lineage() {
    let night = flagship();
    assert_eq!(night.study.folder, study(PERSPECTIEF).folder);
    let (rows, missing) = missing(&night.store, &night.study, &night.run);
    assert!(rows > 5_000, "{rows}");
    assert!(missing.is_empty(), "{} of {rows}: {:#?}", missing.len(), &missing[..missing.len().min(40)]);
}
