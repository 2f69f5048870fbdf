//! The command is killed at any instant: the published night stays whole, the next run is as an undisturbed one.

use crate::fixture::{Place, times};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;
use warehouse::{Fault, Warehouse};

/// The whole content of two nights: what they name, without numbers and times.
type Night = BTreeSet<(String, String)>;

/// Tables of a run with their objects.
fn night(store: &Warehouse, run: u64) -> Night {
    let manifest = store.manifest(run).unwrap();
    manifest.tables().map(|table| (table.table.to_string(), table.object.to_string())).collect()
}

/// A published night, data that has changed since, and what the next night makes of it when nobody disturbs it.
struct Disturbed {
    place: Place,
    first: Night,
    second: Night,
}

impl Disturbed {
    fn new() -> Self {
        let undisturbed = Self::changed();
        assert_eq!(undisturbed.herkomst(&["run"]).code, 0);
        let second = night(&Warehouse::open(undisturbed.folder.join("warehouse")).unwrap(), 2);
        let place = Self::changed();
        let first = night(&Warehouse::open(place.folder.join("warehouse")).unwrap(), 1);
        assert!(first.difference(&second).count() > 4, "the data has not changed");
        Self { place, first, second }
    }

    /// A place with one published night, whose data has changed since.
    fn changed() -> Place {
        let place = Place::quick();
        assert_eq!(place.herkomst(&["run"]).code, 0);
        place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
        place.edit("data/members/south.csv", "Fokke", "Focke");
        place
    }

    fn store(&self) -> Warehouse {
        Warehouse::open(self.place.folder.join("warehouse")).unwrap()
    }

    /// What is published is one of the two nights, and whole.
    fn assert_published(&self, context: &str) {
        let store = self.store();
        let current = store.current().expect(context).expect(context);
        let published = night(&store, current);
        assert!(published == self.first || published == self.second, "{context}: a mixed night");
        for (object, _) in store.manifest(current).unwrap().objects() {
            store.object(object).expect(context);
        }
        let is_harmless = |f: &warehouse::Finding| {
            let is_left_over = f.fault == Fault::Unexpected;
            // A run without its line, or half a line, and a run whose publication was cut off: the next run sees to it.
            is_left_over
                || (f.fault == Fault::BrokenChain && ["current", "runs/chain"].contains(&f.path.as_str()))
        };
        let findings = store.verify_chain().expect(context);
        assert!(findings.iter().all(is_harmless), "{context}: {findings:?}");
    }

    /// The next run ends well, makes what an undisturbed one makes, and leaves nothing behind.
    fn assert_next_run(&self, context: &str) {
        let said = self.place.herkomst(&["run"]);
        assert_eq!(said.code, 0, "{context}: {}", said.all());
        let store = self.store();
        let current = store.current().unwrap().unwrap();
        assert_eq!(night(&store, current), self.second, "{context}");
        let findings = store.verify_chain().unwrap();
        let is_orphan =
            |f: &warehouse::Finding| f.fault == Fault::Unexpected && f.path.starts_with("objects/");
        assert!(findings.iter().all(is_orphan), "{context}: {findings:?}");
        assert_eq!(std::fs::read_dir(store.root().join("tmp")).unwrap().count(), 0, "{context}");
    }

    /// Back to the first night, without the second.
    fn forget(&self, kept: &Path) {
        let warehouse = self.place.folder.join("warehouse");
        std::fs::remove_dir_all(&warehouse).unwrap();
        crate::fixture::copy(kept, &warehouse);
    }
}

#[test]
fn a_run_may_be_killed_at_any_instant() {
    let disturbed = Disturbed::new();
    let kept = tempfile::tempdir().unwrap();
    crate::fixture::copy(&disturbed.place.folder.join("warehouse"), kept.path());
    let start = Instant::now();
    assert_eq!(disturbed.place.herkomst(&["run"]).code, 0);
    let whole = start.elapsed();
    let (mut killed, mut published) = (0, 0);
    for round in 0..times("HERKOMST_KILLS", 24) {
        disturbed.forget(kept.path());
        // Evenly over the time of a run and a little beyond, in an order that jumps about.
        let part = (u32::try_from(round).unwrap() * 61 % 101) as f64 / 100.0;
        let instant = whole.mul_f64(0.05 + part);
        let mut child = disturbed
            .place
            .command(&["run"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(instant);
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let context = format!("round {round}, killed after {instant:?}");
        disturbed.assert_published(&context);
        published += usize::from(disturbed.store().current().unwrap() == Some(2));
        disturbed.assert_next_run(&context);
    }
    assert!(killed > 5, "only {killed} were alive when they were killed; {published} had published");
}

#[test]
fn a_run_may_die_at_each_failpoint() {
    let disturbed = Disturbed::new();
    let kept = tempfile::tempdir().unwrap();
    crate::fixture::copy(&disturbed.place.folder.join("warehouse"), kept.path());
    let log = disturbed.place.folder.join("operations");
    let run = |variable: &str, value: &str| {
        let status = disturbed.place.command(&["run"]).env(variable, value).output().unwrap().status;
        status.code()
    };
    assert_eq!(run("HERKOMST_FAILPOINT_LOG", log.to_str().unwrap()), Some(0));
    let passed = std::fs::read_to_string(&log).unwrap();
    let names: BTreeSet<&str> = passed.lines().collect();
    for expected in
        ["write runs/chain", "rename tmp/current", "sync .", "sync runs/*", "rename tmp/*", "write lock"]
    {
        assert!(names.contains(expected), "{expected} is not among {names:?}");
    }
    // The names stand for kinds of operations; `deaths.rs` has one after the other.
    for name in names.into_iter().filter(|name| writes(name) || std::env::var_os("HERKOMST_KILLS").is_some())
    {
        disturbed.forget(kept.path());
        assert_eq!(run("HERKOMST_FAILPOINT", name), None, "{name}: it did not die");
        disturbed.assert_published(name);
        disturbed.assert_next_run(name);
    }
}

fn writes(name: &str) -> bool {
    ["create", "write", "cut", "sync", "rename", "make", "remove"].iter().any(|word| name.starts_with(word))
}

/// Who is told that a run died before, and by what the next is not disturbed.
#[test]
fn a_lock_of_the_dead_is_taken_over() {
    let place = Place::new();
    let killed = place.command(&["run"]).env("HERKOMST_FAILPOINT", "rename tmp/*").output().unwrap();
    assert_eq!(killed.status.code(), None);
    let lock = std::fs::read_to_string(place.folder.join("warehouse/lock")).unwrap();
    assert!(lock.contains("herkomst run"), "the dead has left its name: {lock}");
    let said = place.herkomst(&["run"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.err.contains("ended without giving back the lock"), "{}", said.err);
    assert_eq!(std::fs::read_to_string(place.folder.join("warehouse/lock")).unwrap(), "");
}
