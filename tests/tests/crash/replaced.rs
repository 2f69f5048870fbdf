//! A delivered file is replaced while a run reads it: what is staged is what its hash says, or the run fails.

use crate::fixture::{Library, PLAINLY, Store};
use engine::EngineError;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use terms::ObjectHash;

/// Somebody copies one of two deliveries over the other for ever, by renaming or by writing into the file. A run either
/// says that the file changed, or it has staged the one or the other as a whole, under its hash.
#[test]
fn a_file_that_is_replaced_while_it_is_read_is_noticed() {
    let copy = Library::new();
    let study = copy.load();
    let path = copy.folder().join("data/loans/2019.csv");
    let short = fs::read_to_string(&path).unwrap();
    let long = format!("{short}{}", "1002,2019-02-06,7\n".repeat(20_000));
    let deliveries = [short.as_str(), long.as_str()];
    let records = |text: &str| text.lines().count() as u64 - 1;
    let done = AtomicBool::new(false);
    let (mut noticed, mut whole) = (0, 0);
    std::thread::scope(|scope| {
        let replacing = scope.spawn(|| {
            let next = copy.folder().join("data/next");
            for turn in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let text = deliveries[turn % 2];
                if turn % 8 < 6 {
                    fs::write(&next, text).unwrap();
                    fs::rename(&next, &path).unwrap();
                } else {
                    fs::write(&path, text).unwrap();
                }
            }
        });
        for _ in 0..12 {
            let store = Store::quick();
            match store.run(&study, PLAINLY) {
                Ok(run) => {
                    let input = run.inputs.iter().find(|input| input.source == "loans").unwrap();
                    let delivered =
                        deliveries.iter().find(|text| ObjectHash::of(text.as_bytes()) == input.sha256);
                    let read = (input.records, input.staged + input.quarantined);
                    match delivered {
                        Some(text) => assert_eq!(read, (records(text), records(text))),
                        // A file that somebody writes into may be found half written, and then stays as it was found.
                        None => assert!(read.0 == read.1 && input.bytes < long.len() as u64),
                    }
                    whole += 1;
                }
                Err(EngineError::InputChanged { file, .. }) => {
                    assert_eq!(file, "loans/2019.csv");
                    noticed += 1;
                }
                Err(EngineError::Input(error)) => {
                    let text = error.to_string();
                    assert!(text.contains("loans/2019.csv"), "{text}");
                    noticed += 1;
                }
                Err(error) => panic!("{error}"),
            }
            assert!(store.warehouse.verify_chain().unwrap().iter().all(|f| f.path.starts_with("objects/")));
        }
        done.store(true, Ordering::Relaxed);
        replacing.join().unwrap();
    });
    eprintln!("{noticed} runs noticed that the file changed, {whole} found it whole");
    assert!(noticed > 0, "in {whole} runs nobody noticed that the file changed");
}
