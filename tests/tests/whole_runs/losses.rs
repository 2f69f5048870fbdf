//! A missing or half-uploaded delivery never removes a person: the run stops before its first step.

use crate::fixture::{Library, PLAINLY, Store, files};
use engine::EngineError;
use ingest::{InputFile, Limits};
use insta::assert_snapshot;
use study::Study;
use terms::{IdentityKey, Manifest};

/// A study that was run and published once.
fn published() -> (Library, Store, Manifest) {
    let (copy, store) = (Library::new(), Store::new());
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    (copy, store, run)
}

/// What is said to a study that was changed after it was published; nothing of the warehouse changes.
fn refused(change: impl Fn(&Library)) -> String {
    let (copy, store, _) = published();
    change(&copy);
    let before = files(store.warehouse.root());
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert!(matches!(error, EngineError::Missing { .. }), "{error:?}");
    assert_eq!(files(store.warehouse.root()), before, "something was executed or stored");
    error.to_string()
}

fn remove(copy: &Library, file: &str) {
    std::fs::remove_file(copy.folder().join(file)).unwrap();
}

#[test]
fn a_file_that_is_gone() {
    assert_snapshot!(refused(|copy| remove(copy, "data/members/south.csv")), @"
    members/south.csv of source members is gone: run 1 staged 3 of it
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'members/south.csv'
    ");
    // Also the only file of a source.
    assert_snapshot!(refused(|copy| {
        remove(copy, "data/loans/2019.csv");
    }), @"
    loans/2019.csv of source loans is gone: run 1 staged 5 of it
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'loans/2019.csv'
    ");
}

#[test]
fn a_file_that_holds_only_its_beginning() {
    assert_snapshot!(refused(|copy| {
        copy.edit("data/loans/2019.csv", "9999,2019-04-08,2\n1001,2019-05-09,1\n", "9999,2019-04");
    }), @"
    loans/2019.csv of source loans holds only the first 3 records: run 1 staged 5 of it
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'loans/2019.csv'
    ");
}

#[test]
fn a_file_that_is_empty_now() {
    assert_snapshot!(refused(|copy| _ = copy.write("data/members/north.csv", "")), @"
    members/north.csv of source members holds no good record any more: run 1 staged 3 of it
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'members/north.csv'
    ");
    assert_snapshot!(refused(|copy| _ = copy.write("data/members/south.csv", "Card number,Name,Born,Joined,Fee\n")), @"
    members/south.csv of source members holds no good record any more: run 1 staged 3 of it
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'members/south.csv'
    ");
}

#[test]
fn an_upload_under_way_is_named() {
    assert_snapshot!(refused(|copy| {
        let path = copy.folder().join("data/members/south.csv");
        std::fs::rename(&path, path.with_extension("csv.filepart")).unwrap();
    }), @"
    members/south.csv of source members is gone: run 1 staged 3 of it
    unfinished uploads lie beside the deliveries: members/south.csv.filepart
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'members/south.csv'
    ");
    let (copy, store, first) = published();
    assert_eq!(first.unfinished, Vec::<String>::new());
    copy.write("data/members/.~lock.north.csv#", ",somebody,")
        .write("data/loans/2020.csv.part", "Card,Lent,Books\n");
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(run.unfinished, ["loans/2020.csv.part", "members/.~lock.north.csv#"]);
    assert_eq!(run.inputs, first.inputs, "none of them is read");
}

/// Good records of the first `length` bytes of a file; none if they are refused as a whole.
fn staged(study: &Study, source: &str, file: &str, bytes: &[u8]) -> Option<u64> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file.rsplit('/').next().unwrap());
    std::fs::write(&path, bytes).unwrap();
    let contract = &study.sources.iter().find(|one| one.contract.name == source).unwrap().contract;
    let (key, input) = (IdentityKey::demonstration(), InputFile { name: file.to_owned(), path });
    let mut reader = ingest::open(contract, &key, &input, &Limits::default()).ok()?;
    reader.by_ref().try_for_each(|chunk| chunk.map(drop)).ok()?;
    Some(reader.finish().ok()?.staged)
}

/// Each file of the study cut after each of its bytes: if that loses a record, no run is made of it.
#[test]
fn no_beginning_of_any_delivery_loses_a_record() {
    let (copy, store, run) = published();
    let study = copy.load();
    let (mut stopped, mut harmless) = (0, 0);
    for input in &run.inputs {
        let file = format!("data/{}", input.file);
        let whole = std::fs::read(copy.folder().join(&file)).unwrap();
        for length in 0..whole.len() {
            let kept = staged(&study, &input.source, &input.file, &whole[..length]);
            if kept.is_some_and(|kept| kept >= input.staged) {
                harmless += 1;
                continue;
            }
            std::fs::write(copy.folder().join(&file), &whole[..length]).unwrap();
            match store.run(&study, PLAINLY) {
                Err(EngineError::Missing { .. } | EngineError::Input(_)) => stopped += 1,
                other => panic!("{file} cut to {length} bytes: {other:?}"),
            }
        }
        std::fs::write(copy.folder().join(&file), &whole).unwrap();
    }
    assert!(stopped > 450 && harmless < 100, "{stopped} stopped, {harmless} lost no record");
    assert_eq!(store.warehouse.current().unwrap(), Some(1));
}

#[test]
fn what_a_deliverer_takes_out_is_no_loss() {
    let (copy, store, first) = published();
    copy.edit(
        "data/members/north.csv",
        "1002;Bos;31/12/85;15-06-2016;12,50;\"two lines\nof remark\"\r\n",
        "",
    );
    copy.edit(
        "data/loans/2019.csv",
        "1001,2019-01-05,3\n1002,2019-02-06,1\n",
        "1002,2019-02-06,1\n1001,2019-01-05,4\n",
    );
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    let members = |run: &Manifest| store.rows(run, "select count(*) from staging.members");
    assert_eq!((members(&first).as_str(), members(&run).as_str()), ("6", "5"));
    assert_eq!(run.accepted, []);
}

#[test]
fn a_loss_that_is_accepted_by_name_is_recorded_and_asked_once() {
    let (copy, store, _) = published();
    remove(&copy, "data/members/south.csv");
    copy.edit("data/loans/2019.csv", "1001,2019-05-09,1\n", "");
    let names = ["members/south.csv".to_owned(), "loans/2019.csv".to_owned()];
    let error = store.run_accepting(&copy.load(), PLAINLY, &names[..1]).unwrap_err();
    let EngineError::Missing { losses, .. } = &error else { panic!("{error:?}") };
    assert_eq!(losses.iter().map(|loss| loss.file.as_str()).collect::<Vec<_>>(), ["loans/2019.csv"]);
    let run = store.run_accepting(&copy.load(), PLAINLY, &names).unwrap();
    let accepted: Vec<_> =
        run.accepted.iter().map(|loss| (loss.file.as_str(), loss.records, loss.left)).collect();
    assert_eq!(accepted, [("members/south.csv", 3, None), ("loans/2019.csv", 5, Some(4))]);
    // The next night is compared with this one, and an acceptance that is left in a command would hide the next loss.
    assert_eq!(store.run(&copy.load(), PLAINLY).unwrap().accepted, []);
    let told = store.run_accepting(&copy.load(), PLAINLY, &names[..1]).unwrap_err().to_string();
    assert_snapshot!(told, @"nothing is lost of members/south.csv, so there is nothing to accept; leave it out, or a later loss passes unseen");
}

#[test]
fn a_source_may_say_that_its_files_go() {
    let (copy, store, _) = published();
    copy.edit("sources/loans.yaml", "title: Loans", "title: Loans\ngone_files: accept");
    copy.write("data/loans/2020.csv", "Card,Lent,Books\n1002,2020-01-05,3\n");
    remove(&copy, "data/loans/2019.csv");
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(run.accepted, [], "nobody had to");
    // That a file is half there is never expected.
    copy.write("data/loans/2020.csv", "Card,Lent,Books\n");
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert!(matches!(error, EngineError::Missing { .. }), "{error:?}");
}

#[test]
fn a_run_that_was_not_published_is_no_measure() {
    let (copy, store, _) = published();
    let loans = copy.read("data/loans/2019.csv");
    copy.write("data/loans/2020.csv", "Card,Lent,Books\n1002,2020-01-05,3\n");
    copy.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    assert!(!store.run(&copy.load(), PLAINLY).unwrap().published);
    remove(&copy, "data/loans/2020.csv");
    assert!(
        !store.run(&copy.load(), PLAINLY).unwrap().published,
        "2020.csv was never part of a published night"
    );
    remove(&copy, "data/loans/2019.csv");
    copy.write("data/loans/2018.csv", &loans.replace("2019", "2018"));
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert!(error.to_string().starts_with("loans/2019.csv of source loans is gone: run 1 "), "{error}");
}

#[test]
fn the_same_bytes_under_two_names_count_once_or_not_at_all() {
    let (copy, store, _) = published();
    let loans = copy.read("data/loans/2019.csv");
    copy.write("data/loans/2019 (1).csv", &loans);
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert_snapshot!(error, @"loans/2019.csv: it holds the same bytes as loans/2019 (1).csv, so each of its records would count twice; take one of the two away");
    // Where the name of the file is a value, two branches may deliver the same, and empty lists are all alike.
    let leavers = copy.read("data/leavers/north.csv");
    copy.write("data/leavers/south.csv", &leavers).write("data/loans/2019 (1).csv", "Card,Lent,Books\n");
    copy.write("data/loans/2020.csv", "Card,Lent,Books\n");
    store.run(&copy.load(), PLAINLY).unwrap();
}
