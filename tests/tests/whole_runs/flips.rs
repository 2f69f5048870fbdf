//! Flipped bits: in what is delivered, and in what is stored. (Those in intermediate files are in `engine::spool`.)

use crate::fixture::{LIBRARY, Library, PERSPECTIEF, PLAINLY, Store, numbers, object_path, records, study};
use engine::EngineError;
use ingest::{InputFile, Limits};
use std::fs;
use std::path::Path;
use study::{Root, Study};
use terms::{IdentityKey, ObjectHash, StepOutcome};

/// Bits that are flipped of each kind, one after the other.
const FLIPS: usize = 3_000;
/// Of those in deliveries, so many are made whole runs of.
const RUNS: usize = 12;

/// The bytes with one bit flipped.
fn flipped(bytes: &[u8], mut number: impl FnMut() -> usize) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    damaged[number() % bytes.len()] ^= 1 << (number() % 8);
    damaged
}

fn replace(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

/// Every object in turn, those of lineage too: whoever wants it is refused, and is told which it is.
#[test]
fn every_flipped_bit_of_an_object_is_found_before_it_is_used() {
    let (copy, store) = (Library::new(), Store::new());
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    let mut numbers = numbers(20101101);
    let mut number = || numbers.next().unwrap();
    let records: Vec<_> = records(&run).collect();
    let objects: Vec<ObjectHash> =
        records.iter().flat_map(|record| record.objects()).map(|(o, _)| o.clone()).collect();
    for flip in 0..FLIPS {
        let object = &objects[flip % objects.len()];
        let path = object_path(&store.warehouse, object);
        let whole = fs::read(&path).unwrap();
        replace(&path, &flipped(&whole, &mut number));
        let fresh = store.reopened();
        // As a table where it is one, and as bytes where it is the lineage of one.
        let refused = match records.iter().find(|record| record.object == *object) {
            Some(record) => engine::read_table(&fresh.warehouse, record).map(drop),
            None => fresh.warehouse.object(object).map(drop).map_err(EngineError::from),
        };
        let told = refused.unwrap_err().to_string();
        let (folder, file) = object.as_str().split_at(2);
        assert!(told.contains(&format!("objects/{folder}/{file}.parquet is damaged")), "flip {flip}: {told}");
        replace(&path, &whole);
    }
    assert_eq!(store.reopened().warehouse.verify_chain().unwrap(), []);
}

/// A delivered file with its source.
struct Delivered {
    source: usize,
    name: String,
    bytes: Vec<u8>,
}

fn delivered(study: &Study) -> Vec<Delivered> {
    let sources = study.sources.iter().enumerate().filter(|(_, source)| source.root == Root::Data);
    let files = sources.flat_map(|(place, source)| {
        let files = ingest::discover(&study.data, &source.contract).unwrap();
        files.into_iter().map(move |file| (place, file))
    });
    files
        .map(|(source, InputFile { name, path })| Delivered { source, name, bytes: fs::read(path).unwrap() })
        .collect()
}

/// Texts of the small study and workbooks of the flagship: another hash, so nothing is taken over; then a named refusal, or an
/// account that is balanced.
#[test]
fn every_flipped_bit_of_a_delivery_is_another_file_and_is_read_anew() {
    let mut all: Vec<(Study, Delivered)> = Vec::new();
    for (folder, ending, most) in [(LIBRARY, ".csv", 9), (PERSPECTIEF, ".xlsx", 4)] {
        let study = study(folder);
        let mut files = delivered(&study);
        files.retain(|file| file.name.ends_with(ending));
        files.sort_by_key(|file| file.bytes.len());
        all.extend(files.into_iter().take(most).map(|file| (study.clone(), file)));
    }
    let (folder, key, limits) =
        (tempfile::tempdir().unwrap(), IdentityKey::demonstration(), Limits::default());
    let mut numbers = numbers(20101102);
    let mut number = || numbers.next().unwrap();
    let (mut refused, mut quarantined, mut staged) = (0, 0, 0);
    for flip in 0..FLIPS {
        let (study, file) = &all[flip % all.len()];
        let path = folder.path().join(file.name.rsplit('/').next().unwrap());
        fs::write(&path, flipped(&file.bytes, &mut number)).unwrap();
        let input = InputFile { name: file.name.clone(), path };
        let (hash, _) = ingest::fingerprint(&input, &limits).unwrap();
        assert_ne!(hash, ObjectHash::of(&file.bytes), "flip {flip} of {}", file.name);
        let contract = &study.sources[file.source].contract;
        let read = || -> Result<ingest::FileSummary, ingest::IngestError> {
            let mut reader = ingest::open(contract, &key, &input, &limits)?;
            reader.by_ref().try_for_each(|chunk| chunk.map(drop))?;
            reader.finish()
        };
        match read() {
            Ok(summary) => {
                assert_eq!(summary.records, summary.staged + summary.quarantined, "{}", file.name);
                assert_eq!(summary.sha256, hash);
                quarantined += usize::from(summary.quarantined > 0);
                staged += usize::from(summary.quarantined == 0);
            }
            Err(error) => {
                assert_ne!(error.code(), "bug", "{error}");
                assert!(error.to_string().starts_with(&file.name), "{error}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused + quarantined + staged, FLIPS);
    eprintln!("{refused} refused, {quarantined} partly in quarantine, {staged} staged");
    assert!(
        refused > 0 && quarantined > 0 && staged > 0,
        "{refused} refused, {quarantined} partly, {staged} staged"
    );
}

#[test]
fn a_night_after_a_flipped_bit_reads_that_file_and_balances() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&study, PLAINLY).unwrap();
    let mut numbers = numbers(20101103);
    let mut number = || numbers.next().unwrap();
    let deliveries = delivered(&study);
    for flip in 0..RUNS {
        let file = &deliveries[flip % deliveries.len()];
        let path = study.data.join(&file.name);
        fs::write(&path, flipped(&file.bytes, &mut number)).unwrap();
        match store.run(&study, PLAINLY) {
            Ok(run) => {
                let source = &study.sources[file.source].contract.name;
                let node = run.nodes.iter().find(|node| node.node == *source).unwrap();
                assert_eq!(node.outcome, StepOutcome::Executed, "{}", file.name);
                super::balance::check(&run);
            }
            Err(EngineError::Input(_) | EngineError::Missing { .. }) => (),
            Err(other) => panic!("{}: {other}", file.name),
        }
        fs::write(&path, &file.bytes).unwrap();
        store.run(&study, PLAINLY).unwrap();
    }
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}
