//! Equal input and study give equal objects: whatever the threads, the folder, and the order of the files in it.

use crate::fixture::{
    How, LIBRARY, PERSPECTIEF, PLAINLY, Store, copy, executed, flagship, records, root, study,
};
use engine::Reuse;
use study::Study;
use tempfile::TempDir;
use terms::{Manifest, TableRecord};

/// A copy of the study and of its data elsewhere, the files created in an order that `seed` decides.
fn moved(folder: &str, seed: usize) -> (TempDir, Study) {
    let target = tempfile::tempdir().unwrap();
    copy(&root().join(folder), &target.path().join("study"), seed);
    let data = study(folder).data;
    copy(&data, &target.path().join("data"), seed);
    let mut moved = Study::load(&target.path().join("study")).unwrap();
    moved.data = target.path().join("data");
    (target, moved)
}

fn tables(run: &Manifest) -> Vec<TableRecord> {
    records(run).cloned().collect()
}

fn check(folder: &str, expected: &Manifest, partitions: usize) {
    let (_folder, study) = moved(folder, partitions);
    let store = Store::new();
    let run = store.run(&study, How { partitions, reuse: Reuse::Unchanged }).unwrap();
    assert_eq!(tables(&run), tables(expected), "{folder} with {partitions} partitions");
    assert_eq!(run.waterfall, expected.waterfall);
    assert_eq!(run.inputs, expected.inputs);
    let fingerprints =
        |run: &Manifest| run.nodes.iter().map(|node| node.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(fingerprints(&run), fingerprints(expected), "a fingerprint depends on the place");
}

#[test]
fn partitions_places_and_file_order_do_not_count() {
    let library = Store::new().run(&study(LIBRARY), PLAINLY).unwrap();
    for partitions in [1, 2, 3, 8] {
        check(LIBRARY, &library, partitions);
    }
}

#[test]
fn partitions_places_and_file_order_do_not_count_in_the_flagship_study() {
    for partitions in [1, 2, 3, 8] {
        check(PERSPECTIEF, &flagship().run, partitions);
    }
}

#[test]
fn a_run_that_takes_nothing_over_makes_the_same_objects() {
    let (study, store) = (study(LIBRARY), Store::new());
    let first = store.run(&study, PLAINLY).unwrap();
    let again = store.run(&study, How { partitions: 3, reuse: Reuse::Nothing }).unwrap();
    assert_eq!(executed(&again).len(), first.nodes.len());
    assert_eq!(tables(&again), tables(&first));
    assert_eq!(again.run, 2);
}

#[test]
fn the_flagship_run_that_takes_nothing_over_makes_the_same_objects() {
    let flagship = flagship();
    let again = flagship.store.run(&flagship.study, How { partitions: 4, reuse: Reuse::Nothing }).unwrap();
    assert_eq!(executed(&again).len(), flagship.run.nodes.len());
    assert_eq!(tables(&again), tables(&flagship.run));
}
