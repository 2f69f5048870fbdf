//! A run that may use little memory: it goes to disk and makes the same, or says which step needs more.

use super::failing::night;
use crate::fixture::{Library, PLAINLY, Store};
use engine::{EngineError, Resources};
use std::num::NonZeroUsize;
use terms::Manifest;

/// A model of many wide rows in an order that its query does not come in.
const WIDE: &str = "-- what: loans with loans with loans, to have many\n-- input: staging.loans\n-- one row is: six loans\n\
    -- source: none\nselect a.row_id as a, b.row_id as b, c.row_id as c, d.row_id as d, e.row_id as e, f.row_id as f\n\
    from staging.loans a cross join staging.loans b cross join staging.loans c cross join staging.loans d\n\
    cross join staging.loans e cross join staging.loans f order by f, e, d, c, b, a\n";

fn run(copy: &Library, store: &Store, memory: usize) -> Result<Manifest, EngineError> {
    let resources = Resources { partitions: NonZeroUsize::new(2).unwrap(), memory };
    store.run_within(&copy.load(), PLAINLY, resources)
}

fn wide() -> Library {
    let copy = Library::new();
    copy.write("features/wide.sql", WIDE);
    copy
}

#[test]
fn a_step_that_needs_more_goes_to_disk_and_makes_the_same() {
    let copy = wide();
    let plenty = run(&copy, &Store::quick(), 1 << 30).unwrap();
    let store = Store::quick();
    let little = run(&copy, &store, 3 << 20).unwrap();
    assert_eq!(night(&plenty), night(&little));
    let wide = little.tables().find(|table| table.table.table() == "wide").unwrap();
    assert!(wide.rows > 10_000, "{} rows", wide.rows);
    assert_eq!(
        std::fs::read_dir(store.warehouse.root().join("tmp")).unwrap().count(),
        0,
        "spilled rows are left"
    );
}

#[test]
fn a_step_that_cannot_do_with_less_says_so_and_nothing_is_published() {
    let copy = wide();
    let store = Store::quick();
    let first = run(&copy, &store, 1 << 30).unwrap();
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    for memory in [1 << 10, 64 << 10] {
        let error = run(&copy, &store.reopened(), memory).unwrap_err();
        let EngineError::Memory { step, limit, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*limit, memory);
        let text = error.to_string();
        assert!(text.contains(&format!("step {step} ")) && text.contains("--memory"), "{text}");
        assert!(text.contains(&format!("{} KiB", memory >> 10)), "{text}");
    }
    let store = store.reopened();
    assert_eq!(store.warehouse.current().unwrap(), Some(first.run));
    assert!(run(&copy, &store, 1 << 30).unwrap().published);
}
