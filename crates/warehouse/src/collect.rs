//! Removing what no run that is kept needs.
//!
//! A collected run stays in the chain, with its manifest; the objects that only collected runs name go. The order of
//! events is that of a commit, the other way round: **first it is on disk which runs are collected, then their objects
//! are removed.** Killed in between, objects are left that no kept run names; they are never read, and the next
//! collection removes them. The collector holds the lock, so no run is under way while it looks and removes, and it waits until
//! nobody reads: a reader opens objects when it comes to them, and has begun before it knows all that it will open.

use crate::collected::Collected;
use crate::{Lock, PATIENCE, Result, Warehouse, chain, layout};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use terms::{Manifest, ObjectHash};

/// Which runs are kept. The published run and the newest ordinary run, from which the next one takes over what is
/// unchanged, are kept whatever is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// So many published runs, the newest, and every run that is newer than the oldest of them: side runs and runs
    /// whose checks failed too.
    pub last: usize,
    /// The last published run of each of so many days, the newest days that have one. A day is that of the run's start,
    /// UTC.
    pub daily: usize,
}

/// What a collection removes, or would remove.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Collection {
    /// Runs that are kept, the oldest first.
    pub kept: Vec<u64>,
    /// Runs that are collected now, the oldest first; those of earlier collections are not among them.
    pub collected: Vec<u64>,
    /// How many objects are removed: of collected runs, and those that no run names.
    pub objects: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// How many [views](Warehouse::keep_view) are removed.
    pub views: u64,
}

/// A collection that was thought through.
struct Plan {
    collection: Collection,
    /// The lines of the runs that are collected now.
    lines: String,
    /// Objects that go.
    objects: Vec<ObjectHash>,
    /// Views that go.
    views: Vec<ObjectHash>,
    before: Collected,
}

impl Plan {
    fn changes_nothing(&self) -> bool {
        self.lines.is_empty() && self.objects.is_empty()
    }
}

impl Warehouse {
    /// What [`collect`](Warehouse::collect) would remove at this moment; nothing is written.
    ///
    /// # Errors
    /// As [`collect`](Warehouse::collect).
    pub fn collectable(&self, retention: &Retention) -> Result<Collection> {
        Ok(self.plan_collection(retention)?.collection)
    }

    /// Removes the objects that no kept run names, and remembers which runs cannot be asked any more. Waits for readers as
    /// long as [`PATIENCE`].
    ///
    /// Killed at any instant, every object that a kept run names is there.
    ///
    /// # Errors
    /// [`Error::NotLocked`](crate::Error::NotLocked) if `lock` is not this warehouse's;
    /// [`Error::Corrupt`](crate::Error::Corrupt) if the chain or a manifest is damaged, for then it is not known what
    /// is needed; [`Error::Read`](crate::Error::Read) if readers read on; in each case nothing is removed.
    /// [`Error::Io`](crate::Error::Io).
    pub fn collect(&self, retention: &Retention, lock: &Lock) -> Result<Collection> {
        self.collect_within(retention, lock, PATIENCE)
    }

    /// Removes as [`collect`](Warehouse::collect) does, and waits so long for readers.
    ///
    /// # Errors
    /// As [`collect`](Warehouse::collect).
    pub fn collect_within(
        &self,
        retention: &Retention,
        lock: &Lock,
        patience: Duration,
    ) -> Result<Collection> {
        lock.guards(self)?;
        self.recover_runs()?;
        let plan = self.plan_collection(retention)?;
        // Before anything is written: who began before finds all, who begins after is told which runs are left.
        let _lease = match plan.changes_nothing() {
            true => None,
            false => Some(self.removing(patience)?),
        };
        if !plan.lines.is_empty() {
            self.write_collected(&plan.before, &plan.lines)?;
        }
        // Also if nothing is new: an earlier collector may have been killed before this.
        self.disk().sync_folder(&self.at(layout::RUNS))?;
        // Before the objects, so that no link leads nowhere.
        plan.views.iter().try_for_each(|view| self.remove_view(view))?;
        for object in &plan.objects {
            self.disk().remove_file(&self.at(&layout::object(object)))?;
        }
        Ok(plan.collection)
    }

    fn plan_collection(&self, retention: &Retention) -> Result<Plan> {
        let before = self.read_collected()?;
        let runs = self.runs()?;
        let mut manifests = BTreeMap::new();
        for run in runs.iter().filter(|run| !before.runs.contains(&run.number)) {
            manifests.insert(run.number, self.manifest_of(run)?);
        }
        let mut kept = retention.keeps(&manifests);
        kept.extend(self.current()?);
        // After a power cut they need not be whole; then the step is made again.
        let mut needed = self.unfinished_objects()?;
        needed.retain(|object| self.object(object).is_ok());
        let mut needed_views = BTreeSet::new();
        for (_, manifest) in manifests.iter().filter(|(run, _)| kept.contains(*run)) {
            needed_views.extend(manifest.view.iter().map(|view| view.package.clone()));
            needed.extend(manifest.objects().map(|(object, _)| object.clone()));
        }
        let goes = |run: &u64| manifests.contains_key(run) && !kept.contains(run);
        let lines = runs.iter().filter(|run| goes(&run.number));
        let lines: String = lines.map(|run| chain::line(run.number, &run.hash)).collect();
        let views = self.other_views(&needed_views)?;
        let mut collection = Collection {
            views: views.len() as u64,
            collected: manifests.keys().copied().filter(goes).collect(),
            kept: kept.into_iter().collect(),
            ..Collection::default()
        };
        let mut objects = Vec::new();
        for object in self.stored_objects()?.hashes {
            // One that another collector has just removed is gone.
            let meta = self.disk().look(&self.at(&layout::object(&object)))?;
            if let Some(meta) = meta.filter(|_| !needed.contains(&object)) {
                collection.objects += 1;
                collection.bytes += meta.len();
                objects.push(object);
            }
        }
        Ok(Plan { collection, lines, objects, views, before })
    }
}

impl Retention {
    /// The runs to keep, of these.
    fn keeps(&self, manifests: &BTreeMap<u64, Arc<Manifest>>) -> BTreeSet<u64> {
        let newest_first = || manifests.values().rev();
        let published = || newest_first().filter(|run| run.published);
        let mut kept: BTreeSet<u64> = published().map(|run| run.run).take(1).collect();
        kept.extend(newest_first().find(|run| !run.is_side_run()).map(|run| run.run));
        if let Some(oldest) = published().take(self.last).last() {
            kept.extend(manifests.range(oldest.run..).map(|(run, _)| *run));
        }
        let mut days = BTreeSet::new();
        for run in published() {
            let day = run.started.get(..10).unwrap_or(&run.started);
            if days.len() < self.daily && days.insert(day) {
                kept.insert(run.run);
            }
        }
        kept
    }
}
