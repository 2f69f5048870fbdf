use crate::{Error, Lock, Publish, Result, Warehouse};
use terms::{Manifest, NodeRecord, StepOutcome};

impl Warehouse {
    /// Publishes an earlier run again and returns the number under which it is now.
    ///
    /// It becomes a run of its own, the newest of the chain, that names the same objects and says in `restores` which run
    /// it is; so whoever reads the chain sees what was published when, and nothing that was recorded changes. All
    /// objects are hashed first. `now` is the present time, UTC, RFC 3339. Crash safe as every
    /// [`commit`](Warehouse::commit). The [view](Warehouse::keep_view) of the run is published with it; if it is not
    /// whole, or the run never had one, the new run has none and `published` goes until the next run.
    ///
    /// # Errors
    /// [`Error::Refused`] for a run that was never published, a side run for one, and for the published run;
    /// [`Error::Collected`]; [`Error::NoRun`]; [`Error::Corrupt`] if an object is damaged. Nothing is written then.
    pub fn roll_back(&self, run: u64, lock: &Lock, now: &str) -> Result<u64> {
        lock.guards(self)?;
        let manifest = self.manifest(run)?;
        let refused = |what: String, way_out: &str| {
            Err(Error::Refused { path: self.root().into(), what, way_out: way_out.into() })
        };
        if manifest.is_side_run() {
            let what = format!("run {run} is a side run: it shows what a rule does, and is no result");
            return refused(what, "choose a run that was published");
        }
        if !manifest.published {
            let what = format!("run {run} was never published: a check failed");
            return refused(what, "choose a run that was published");
        }
        if self.current()? == Some(run) {
            return refused(format!("run {run} is the published run"), "choose an earlier one");
        }
        self.require_kept(run)?;
        for (object, _) in manifest.objects() {
            self.object(object)?;
        }
        // A view that is not whole, or that an earlier version never made, the next run makes.
        let view = match &manifest.view {
            Some(view) if self.is_whole_view(view)? => Some(view.clone()),
            _ => None,
        };
        let taken_over = |node: NodeRecord| NodeRecord { outcome: StepOutcome::Reused, millis: 0, ..node };
        let again = Manifest {
            restores: Some(run),
            view,
            started: now.into(),
            finished: now.into(),
            nodes: manifest.nodes.iter().cloned().map(taken_over).collect(),
            ..(*manifest).clone()
        };
        self.commit(&again, lock, Publish::Yes)
    }
}
