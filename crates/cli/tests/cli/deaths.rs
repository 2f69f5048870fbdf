//! The command dies at each of its file operations, one after the other, until there is none left at which to die: in a first night, a
//! night with other data, one without a change, a roll-back and a collection. Whenever it dies, what was published is whole, and
//! the same command, given again, leaves what an undisturbed one leaves.
//!
//! Usually one operation in some is tried. Which ones hangs on the hash of the engine's sources alone, so each change of the engine
//! tries others, and the same sources the same ones. `HERKOMST_ALL_DEATHS=1` tries all.

use crate::fixture::{Place, copy};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tempfile::TempDir;
use warehouse::{Fault, Finding, LockMode, Retention, Warehouse};

/// Of how many operations one is tried.
const STRIDE: usize = 12;

/// What a night is but for its number and its times: its tables with their objects.
type Night = BTreeSet<(String, String)>;

/// What a warehouse holds: what is published, and which runs were collected.
#[derive(Debug, PartialEq, Eq)]
struct Content {
    published: Option<Night>,
    collected: BTreeSet<u64>,
}

/// Part of the life of a warehouse that a command is to die in.
struct Scene {
    place: Place,
    command: &'static [&'static str],
    /// The warehouse before the command.
    kept: TempDir,
    before: Content,
    after: Content,
    /// How many operations are tried besides one: the place in this is where the first stands.
    stride: usize,
    first: usize,
}

/// A study of one source, one model and one check, so that a death takes little time.
pub(crate) fn small() -> Place {
    let place = Place::quick();
    let study = place.folder.join("study");
    for gone in ["appendices", "checks", "cleaning", "features", "matching", "published"] {
        std::fs::remove_dir_all(study.join(gone)).unwrap();
    }
    place.write(
        "pipeline.yaml",
        "study: small\ntitle: Books by card\nsynthetic: true\ndata: data\nsources: [sources/loans.yaml]\n\
         models: [{schema: derived, folder: sums}]\n\
         checks: [{name: refused, table: audit.quarantine, rows: {max: 100}, severity: error}]\n",
    );
    place.write(
        "sums/card.sql",
        "-- what: books by card\n-- input: staging.loans\n-- one row is: one card\n-- source: none\n\
         select card_ref, sum(books) as books from staging.loans group by card_ref order by card_ref\n",
    );
    place
}

fn lent(place: &Place, books: usize) {
    place.write(
        "data/loans/2019.csv",
        format!("Card,Lent,Books\n1001,2019-01-05,{books}\n2001,2019-03-07,1\n"),
    );
}

/// A published night for each of these numbers of books.
fn nights(books: &[usize]) -> Place {
    let place = small();
    for books in books {
        lent(&place, *books);
        let said = place.herkomst(&["run"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
    place
}

fn root(place: &Place) -> PathBuf {
    place.folder.join("warehouse")
}

/// What a warehouse holds, after every object that is published was looked at.
fn content(place: &Place, context: &str) -> Content {
    let Ok(store) = Warehouse::open(root(place)) else {
        return Content { published: None, collected: BTreeSet::new() };
    };
    let published = store.published().expect(context).map(|run| {
        run.objects().for_each(|(object, _)| drop(store.object(object).expect(context)));
        run.tables().map(|table| (table.table.to_string(), table.object.to_string())).collect()
    });
    Content { published, collected: store.collected().expect(context) }
}

/// Objects that no run names are harmless; so is what the next run completes.
fn assert_harmless(findings: &[Finding], may_be_cut_off: &[&str], context: &str) {
    let is_harmless = |found: &Finding| {
        found.fault == Fault::Unexpected
            || (found.fault == Fault::BrokenChain && may_be_cut_off.contains(&found.path.as_str()))
    };
    assert!(findings.iter().all(is_harmless), "{context}: {findings:?}");
}

impl Scene {
    /// A command in a place as it is now; `scene` is its number, so that each tries other operations.
    fn new(place: Place, command: &'static [&'static str], scene: usize) -> Self {
        let kept = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        if root(&place).exists() {
            copy(&root(&place), kept.path());
        }
        let before = content(&place, "before");
        let said = place.herkomst(command);
        assert_eq!(said.code, 0, "{}", said.all());
        let after = content(&place, "after");
        let stride = if std::env::var_os("HERKOMST_ALL_DEATHS").is_some() { 1 } else { STRIDE };
        let run = Warehouse::open(root(&place)).unwrap().last_manifest().unwrap().unwrap();
        let digits = run.engine.rsplit('+').next().unwrap_or_default();
        let number = digits.get(..8).and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let number = number.unwrap_or_else(|| panic!("{} does not end with a hash", run.engine));
        Self { place, command, kept, before, after, stride, first: (number + 5 * scene) % stride + 1 }
    }

    /// The warehouse as it was before the command.
    fn back(&self) {
        if root(&self.place).exists() {
            std::fs::remove_dir_all(root(&self.place)).unwrap();
        }
        if std::fs::read_dir(self.kept.path()).unwrap().next().is_some() {
            copy(self.kept.path(), &root(&self.place));
        }
    }

    /// Dies at one operation after the other; `least` is how many there are at least.
    fn play(&self, least: usize) {
        let mut died = 0;
        for place in (self.first..).step_by(self.stride) {
            self.back();
            let context = format!("{}: died at operation {place}", self.command.join(" "));
            let mut command = self.place.command(self.command);
            let ended = command.env("HERKOMST_FAILPOINT", place.to_string()).output().unwrap();
            match ended.status.code() {
                None => died += 1,
                Some(0) => {
                    assert!(place > least, "only {place} operations were passed");
                    eprintln!("{}: died at {died} of {place} operations", self.command.join(" "));
                    return;
                }
                code => panic!("{context}: exit {code:?}: {}", String::from_utf8_lossy(&ended.stderr)),
            }
            self.assert_whole(&context);
            self.assert_recovers(&context);
        }
    }

    /// What is published is what was or what will be, and what lies about is harmless.
    fn assert_whole(&self, context: &str) {
        let found = content(&self.place, context);
        assert!(
            found.published == self.before.published || found.published == self.after.published,
            "{context}: a mixed night"
        );
        let collected = &found.collected;
        assert!(*collected == self.before.collected || *collected == self.after.collected, "{context}");
        if let Ok(store) = Warehouse::open(root(&self.place)) {
            let findings = store.verify_chain();
            // Of a warehouse that is just being made there may be no chain yet.
            if self.before.published.is_some() || findings.is_ok() {
                let unmade: &[&str] = &["current", "published", "runs/chain"];
                let made = |f: &Finding| self.before.published.is_some() || f.fault != Fault::Missing;
                let findings: Vec<Finding> = findings.expect(context).into_iter().filter(made).collect();
                assert_harmless(&findings, unmade, context);
            }
        }
    }

    /// The command given again leaves what an undisturbed one leaves, and no more than objects that nobody names.
    fn assert_recovers(&self, context: &str) {
        let done = content(&self.place, context) == self.after && self.command[0] == "rollback";
        // To go back to the run that is published is refused; the next run sees to what the dead one left.
        if !done {
            let said = self.place.herkomst(self.command);
            assert_eq!(said.code, 0, "{context}: {}", said.all());
        }
        let store = Warehouse::open(root(&self.place)).unwrap();
        let lock = store.lock("test", "2011-03-01T02:00:00Z", LockMode::Fail).expect(context);
        assert_harmless(&store.verify_chain().unwrap(), &[], context);
        assert_eq!(content(&self.place, context), self.after, "{context}");
        store.collect(&Retention { last: 99, daily: 0 }, &lock).expect(context);
        assert_eq!(store.verify_chain().unwrap(), [], "{context}");
        assert_eq!(std::fs::read_dir(store.root().join("tmp")).unwrap().count(), 0, "{context}");
    }
}

#[test]
fn a_first_night_may_die_at_each_file_operation() {
    let place = small();
    lent(&place, 1);
    Scene::new(place, &["run"], 0).play(100);
}

#[test]
fn a_night_with_other_data_may_die_at_each_file_operation() {
    let place = nights(&[1]);
    lent(&place, 2);
    Scene::new(place, &["run"], 1).play(100);
}

#[test]
fn a_night_without_a_change_may_die_at_each_file_operation() {
    Scene::new(nights(&[1]), &["run"], 2).play(40);
}

#[test]
fn a_roll_back_may_die_at_each_file_operation() {
    Scene::new(nights(&[1, 2]), &["rollback", "1"], 3).play(30);
}

#[test]
fn a_collection_may_die_at_each_file_operation() {
    Scene::new(nights(&[1, 2, 3]), &["gc", "--keep-last", "1"], 4).play(30);
}
