//! Nothing that tells who somebody is leaves schema `identity` and the quarantine.

use crate::fixture::{Flagship, LIBRARY, PLAINLY, Store, flagship, study, texts, wait};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Date32Type;
use engine::{Access, ReadingRoom, Resources, Seat};
use std::collections::{BTreeMap, BTreeSet};
use terms::Manifest;

fn is_open(table: &str) -> bool {
    !table.starts_with("identity.") && !table.starts_with("audit.quarantine")
}

/// Words of a text, so that a name inside a sentence is found and one inside a longer word is not.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// A run of words of a text: ` abebe tesfaye `.
fn sentence(text: &str) -> String {
    format!(" {} ", words(text).join(" "))
}

/// Every text of the identifying columns, as a run of words.
fn secrets(tables: &[(String, Vec<RecordBatch>)]) -> Secrets {
    let mut exact = BTreeSet::new();
    for batch in
        tables.iter().filter(|(name, _)| name.starts_with("identity.")).flat_map(|(_, batches)| batches)
    {
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if field.name() != "row_id" {
                exact.extend(texts(column).into_iter().flatten().map(str::to_owned));
            }
        }
    }
    let long = |sentence: &String| sentence.trim().chars().count() >= WORD;
    Secrets { sentences: exact.iter().map(|text| sentence(text)).filter(long).collect(), exact }
}

/// Shorter names are also words of a sentence or codes (`na`, `jun`): they count as found only where a cell is the
/// name as written.
const WORD: usize = 4;

struct Secrets {
    sentences: BTreeSet<String>,
    exact: BTreeSet<String>,
}

/// Tables and columns outside `identity` in which an identifying text stands.
fn leaks(tables: &[(String, Vec<RecordBatch>)], secrets: &Secrets) -> BTreeSet<String> {
    let longest = secrets.sentences.iter().map(|secret| secret.split_whitespace().count()).max().unwrap_or(0);
    let mut leaks = BTreeSet::new();
    for (table, batches) in tables.iter().filter(|(name, _)| is_open(name)) {
        for batch in batches {
            for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                for text in texts(column).into_iter().flatten() {
                    let words = words(text);
                    let runs = (1..=longest)
                        .flat_map(|n| words.windows(n).map(|run| format!(" {} ", run.join(" "))));
                    let word = runs.into_iter().find(|run| secrets.sentences.contains(run));
                    if let Some(secret) = word.or_else(|| secrets.exact.get(text).cloned()) {
                        leaks.insert(format!("{table}.{}: {}", field.name(), secret.trim()));
                    }
                }
            }
        }
    }
    leaks
}

/// Rows outside `identity` in which a date is the birth date of the same row.
fn birth_dates(tables: &[(String, Vec<RecordBatch>)]) -> BTreeMap<String, usize> {
    let mut born = BTreeMap::new();
    let dates = |tables: &mut dyn Iterator<Item = &(String, Vec<RecordBatch>)>,
                 each: &mut dyn FnMut(&str, &str, i32)| {
        for (table, batches) in tables {
            for batch in batches {
                let Some(ids) = batch.column_by_name("row_id").and_then(|ids| ids.as_string_opt::<i32>())
                else {
                    continue;
                };
                for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
                    let Some(days) = column.as_primitive_opt::<Date32Type>() else { continue };
                    for row in (0..batch.num_rows()).filter(|&row| days.is_valid(row)) {
                        each(&format!("{table}.{}", field.name()), ids.value(row), days.value(row));
                    }
                }
            }
        }
    };
    dates(&mut tables.iter().filter(|(name, _)| name.starts_with("identity.")), &mut |_, id, day| {
        born.insert(id.to_owned(), day);
    });
    assert!(!born.is_empty());
    let mut found = BTreeMap::new();
    dates(&mut tables.iter().filter(|(name, _)| is_open(name)), &mut |column, id, day| {
        if born.get(id) == Some(&day) {
            *found.entry(column.to_owned()).or_insert(0) += 1;
        }
    });
    found
}

fn check(store: &Store, run: &Manifest, least: usize) {
    let tables = store.tables(run);
    let secrets = secrets(&tables);
    assert!(secrets.exact.len() >= least, "{} identifying texts", secrets.exact.len());
    assert_eq!(leaks(&tables, &secrets), BTreeSet::new());
    assert_eq!(birth_dates(&tables), BTreeMap::new());
}

#[test]
fn no_identifying_value_of_the_flagship_study_is_elsewhere() {
    let Flagship { store, run, .. } = flagship();
    check(store, run, 1000);
}

#[test]
fn no_identifying_value_of_the_library_is_elsewhere() {
    let store = Store::new();
    let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
    check(&store, &run, 10);
}

/// Every table that a session with this access knows, as it can be read there.
fn readable(store: &Store, access: Access) -> Vec<(String, Vec<RecordBatch>)> {
    let warehouse = store.warehouse.clone();
    wait(move || async move {
        let room = ReadingRoom::new(warehouse, Resources::default(), |_| Ok(())).unwrap();
        let seat = Seat { database: "current".into(), pinned: None, schema: "appendix".into(), access };
        let desk = room.desk(&seat, Vec::new()).unwrap();
        let mut tables = Vec::new();
        for schema in desk.catalog().schema_names() {
            for table in desk.catalog().schema(&schema).unwrap().table_names() {
                let name = format!("{schema}.{table}");
                let rows = desk.context().sql(&format!("select * from {schema}.\"{table}\"")).await.unwrap();
                desk.refuse(rows.logical_plan()).unwrap();
                tables.push((name, rows.collect().await.unwrap()));
            }
        }
        tables
    })
}

/// Whatever an analyst reads, all texts and dates of it, against all that identifies.
fn check_analyst(store: &Store, run: &Manifest, least: usize) {
    let all = store.tables(run);
    let (secrets, mut tables) = (secrets(&all), readable(store, Access::WithoutIdentity));
    assert!(tables.len() >= least, "{} tables", tables.len());
    assert!(tables.iter().all(|(name, _)| is_open(name) || name.starts_with("audit.quarantine")));
    // Also of the quarantine, of which the other scan leaves out everything.
    for (name, _) in &mut tables {
        *name =
            name.replace("audit.quarantine", "audit.open_quarantine").replace("run_quarantine", "open_run");
    }
    assert_eq!(leaks(&tables, &secrets), BTreeSet::new());
    tables.extend(all.into_iter().filter(|(name, _)| name.starts_with("identity.")));
    assert_eq!(birth_dates(&tables), BTreeMap::new());
}

#[test]
fn an_analyst_of_the_flagship_study_reads_no_identifying_value() {
    let Flagship { store, run, .. } = flagship();
    check_analyst(store, run, 60);
}

#[test]
fn an_analyst_of_the_library_reads_no_identifying_value() {
    let store = Store::new();
    let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
    check_analyst(&store, &run, 20);
    let public = readable(&store, Access::Printed);
    assert_eq!(public.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["appendix.table_1"]);
    // The same scan finds what an auditor reads.
    let everything = readable(&store, Access::Everything);
    assert!(everything.iter().any(|(name, _)| name == "identity.members"));
    let mut all = everything;
    all.iter_mut().for_each(|(name, _)| *name = name.replace("identity.", "open."));
    assert!(!leaks(&all, &secrets(&store.tables(&run))).is_empty());
}

/// The scan itself: it finds the surnames that the quarantine may hold.
#[test]
fn the_scan_finds_what_is_there() {
    let store = Store::new();
    let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
    let mut tables = store.tables(&run);
    let surname = tables.iter().find(|(name, _)| name == "identity.members").unwrap().1.clone();
    let secrets = secrets(&tables);
    tables.push(("staging.leak".into(), surname));
    assert!(leaks(&tables, &secrets).contains("staging.leak.surname: evers"));
    assert_eq!(birth_dates(&tables)["staging.leak.birth_date"], 6);
}
