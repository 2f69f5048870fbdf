use super::*;
use crate::{Error, Fault, Finding, layout};
use proptest::prelude::*;

/// Two published runs; returns the paths of the objects that they name.
fn two_runs() -> (TempDir, Warehouse, [String; 2]) {
    let (folder, store) = new_store();
    run(&store, b"one", Publish::Yes);
    run(&store, b"two", Publish::Yes);
    let objects = [&b"one"[..], b"two"].map(|bytes| layout::object(&ObjectHash::of(bytes)));
    (folder, store, objects)
}

/// What verification finds: kind, path and run.
fn found(store: &Warehouse) -> Vec<(Fault, String, Option<u64>)> {
    let findings = store.verify_chain().unwrap();
    findings.into_iter().map(|Finding { fault, path, run, .. }| (fault, path, run)).collect()
}

#[test]
fn every_flipped_bit_is_found_in_the_file_where_it_is() {
    let (_folder, store, objects) = two_runs();
    let manifests = [1, 2].map(layout::manifest);
    let others = [layout::CHAIN, layout::CURRENT];
    for file in objects.iter().chain(&manifests).map(String::as_str).chain(others) {
        let path = store.at(file);
        for byte in 0..fs::read(&path).unwrap().len() {
            let bit = (byte % 8) as u8;
            flip_bit(&path, byte, bit);
            assert_eq!(blamed(&store), [file], "byte {byte}, bit {bit}");
            flip_bit(&path, byte, bit);
        }
    }
    assert_eq!(store.verify_chain().unwrap(), []);
}

/// The paths that are found, each once.
fn blamed(store: &Warehouse) -> Vec<String> {
    let mut paths: Vec<String> = found(store).into_iter().map(|(_, path, _)| path).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// What may happen to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// One byte becomes another.
    Byte(u8),
    /// The file ends here.
    Cut,
    /// A byte too many.
    Longer(u8),
    /// It is gone.
    Gone,
    /// It has another name in the same folder.
    Renamed,
    /// It and another have changed places.
    Swapped,
}

fn damages() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => any::<u8>().prop_map(Damage::Byte),
        2 => Just(Damage::Cut),
        1 => any::<u8>().prop_map(Damage::Longer),
        1 => Just(Damage::Gone),
        1 => Just(Damage::Renamed),
        2 => Just(Damage::Swapped),
    ]
}

/// Every file of a store, relative to it, the empty lock left out.
fn files(store: &Warehouse) -> Vec<String> {
    let all = snapshot(store).into_iter().map(|(name, _)| name[1..].to_owned());
    all.filter(|name| store.at(name).is_file()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Whatever happens to one file of two runs, verification names that file and no other.
    #[test]
    fn damage_to_a_file_is_found_in_that_file(
        file in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        damage in damages(),
    ) {
        let (_folder, store) = new_store();
        for run in 1..=2_u8 {
            let lock = locked(&store);
            let stored: Vec<Stored> = (0..3_u8).map(|n| put(&store, &[run, n / run, 7, 7, 7])).collect();
            store.commit(&manifest(&stored), &lock, Publish::Yes).unwrap();
        }
        let files = files(&store);
        let name = file.get(&files).clone();
        let path = store.at(&name);
        let bytes = fs::read(&path).unwrap();
        let place = at.index(bytes.len());
        let mut expected = vec![name.clone()];
        match damage {
            Damage::Byte(byte) => {
                let mut changed = bytes.clone();
                changed[place] = byte;
                overwrite(&path, &changed);
            }
            Damage::Cut => overwrite(&path, &bytes[..place]),
            Damage::Longer(byte) => overwrite(&path, &[bytes.clone(), vec![byte]].concat()),
            Damage::Gone => fs::remove_file(&path).unwrap(),
            Damage::Renamed => {
                fs::rename(&path, format!("{}x", path.display())).unwrap();
                expected.push(format!("{name}x"));
            }
            Damage::Swapped => {
                let second = other.get(&files);
                let other_bytes = fs::read(store.at(second)).unwrap();
                overwrite(&path, &other_bytes);
                overwrite(&store.at(second), &bytes);
                expected.push(second.clone());
            }
        }
        if fs::read(&path).is_ok_and(|now| now == bytes) {
            expected.clear();
        }
        expected.sort();
        expected.dedup();
        prop_assert_eq!(blamed(&store), expected, "{:?} of {} at {}", damage, name, place);
    }
}

#[test]
fn a_flipped_bit_in_the_chain_never_costs_a_run() {
    let (_folder, store, _) = two_runs();
    let chain = store.at(layout::CHAIN);
    for byte in 0..fs::read(&chain).unwrap().len() {
        flip_bit(&chain, byte, (byte % 8) as u8);
        let before = snapshot(&store);
        let _ = store.lock("test", TIME, LockMode::Fail).map(drop);
        assert_eq!(before, snapshot(&store), "byte {byte}");
        flip_bit(&chain, byte, (byte % 8) as u8);
    }
}

#[test]
fn a_changed_object_is_named_with_the_first_run_that_made_it() {
    let (_folder, store, [one, _]) = two_runs();
    flip_bit(&store.at(&one), 1, 0);
    assert_eq!(found(&store), [(Fault::Changed, one, Some(1))]);
}

#[test]
fn what_is_missing_is_named() {
    let (_folder, store, [one, two]) = two_runs();
    fs::remove_file(store.at(&one)).unwrap();
    assert_eq!(found(&store), [(Fault::Missing, one.clone(), Some(1))]);
    fs::remove_file(store.at(&layout::manifest(2))).unwrap();
    // What the missing manifest named and whether it was published is not known, so nothing is said of it.
    assert_eq!(
        found(&store),
        [(Fault::Missing, layout::manifest(2), Some(2)), (Fault::Missing, one, Some(1))]
    );
    assert!(store.at(&two).is_file());
    assert!(matches!(store.manifest(2), Err(Error::Corrupt { .. })));
}

#[test]
fn a_missing_chain_is_named() {
    let (_folder, store, _) = two_runs();
    fs::remove_file(store.at(layout::CHAIN)).unwrap();
    assert_eq!(found(&store), [(Fault::Missing, layout::CHAIN.into(), None)]);
    assert!(matches!(store.runs(), Err(Error::Corrupt { .. })));
}

#[test]
fn strangers_are_named() {
    let (_folder, store, _) = two_runs();
    let lock = locked(&store);
    let orphan = layout::object(&put(&store, b"orphan").hash);
    drop(lock);
    fs::write(store.root().join("objects/note.txt"), "").unwrap();
    fs::create_dir(store.root().join("runs/000009")).unwrap();
    fs::create_dir(store.root().join("runs/9")).unwrap();
    for stranger in ["note.txt", "runs/000001/note.txt", "tmp/note.txt"] {
        fs::write(store.root().join(stranger), "").unwrap();
    }
    let mut expected = vec![
        (Fault::Unexpected, "runs/000009".into(), Some(9)),
        (Fault::Unexpected, "runs/9".into(), None),
        (Fault::Unexpected, orphan, None),
        (Fault::Unexpected, "objects/note.txt".into(), None),
        (Fault::Unexpected, "note.txt".into(), None),
        (Fault::Unexpected, "runs/000001/note.txt".into(), Some(1)),
        (Fault::Unexpected, "tmp/note.txt".into(), None),
    ];
    let mut found = found(&store);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// Changes a text in a manifest and gives it a line in the chain that fits.
fn forge(store: &Warehouse, number: u64, from: &str, to: &str) {
    let path = store.at(&layout::manifest(number));
    let forged = fs::read_to_string(&path).unwrap().replace(from, to);
    overwrite(&path, forged.as_bytes());
    let chain = fs::read_to_string(store.at(layout::CHAIN)).unwrap();
    let mut lines: Vec<String> = chain.split_inclusive('\n').map(String::from).collect();
    lines[number as usize - 1] = crate::chain::line(number, &ObjectHash::of(forged.as_bytes()));
    overwrite(&store.at(layout::CHAIN), lines.concat().as_bytes());
}

/// Whoever rewrites a manifest and its line must rewrite all that follow.
#[test]
fn a_rewritten_manifest_with_a_fitting_line_breaks_the_next_link() {
    let (_folder, store, _) = two_runs();
    forge(&store, 1, "\"study\": \"study\"", "\"study\": \"other\"");
    assert_eq!(found(&store), [(Fault::BrokenChain, layout::manifest(2), Some(2))]);
}

#[test]
fn a_manifest_in_the_place_of_another_is_found() {
    let (_folder, store, _) = two_runs();
    forge(&store, 2, "\"run\": 2", "\"run\": 3");
    assert_eq!(found(&store), [(Fault::BrokenChain, layout::manifest(2), Some(2))]);
}

#[test]
fn a_changed_manifest_is_not_read() {
    let (_folder, store, _) = two_runs();
    flip_bit(&store.at(&layout::manifest(1)), 30, 1);
    let text = store.manifest(1).unwrap_err().to_string();
    assert!(text.contains("runs/000001/manifest.json") && text.contains("sha256sum -c runs/chain"), "{text}");
    assert!(store.manifest(2).is_ok(), "the others stay readable");
}

#[test]
fn a_pointer_to_an_older_run_is_found() {
    let (_folder, store, _) = two_runs();
    overwrite(&store.at(layout::CURRENT), b"runs/000001/manifest.json\n");
    assert_eq!(found(&store), [(Fault::BrokenChain, layout::CURRENT.into(), Some(2))]);
}
