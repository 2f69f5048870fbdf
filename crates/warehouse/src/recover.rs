//! What a lock does before anything else: clear what a run that died left behind, and nothing else.
//!
//! A run dies with at most one folder that the chain does not know, numbered one after its last line, and
//! at most one half line, a beginning of that run's. Anything else was not left by a run: it is reported and
//! nothing is removed.

use crate::{Error, Result, Warehouse, chain, layout};
use std::io::ErrorKind;
use std::path::Path;
use terms::ObjectHash;

const REPAIR: &str = "put back a copy of runs/chain; nothing was removed";

impl Warehouse {
    /// Clears temporary files, a run without a line, a half line; completes a publication that was cut off.
    pub(crate) fn recover(&self) -> Result<()> {
        let tmp = self.at(layout::TMP);
        self.disk().ensure_folder(&tmp)?;
        for name in self.disk().names(&tmp)? {
            self.disk().remove_all(&tmp.join(name))?;
        }
        self.recover_runs()?;
        self.settle()?;
        self.complete_publication()
    }

    /// Waits until what a run that was killed has written is on disk: the chain, if it was killed between its line and
    /// its publication; the names of the warehouse and of its folders, if none has ever published.
    fn settle(&self) -> Result<()> {
        let current = self.current()?;
        if current.unwrap_or(0) < self.chain()?.len() {
            self.sync_chain()?;
            // `published` may lead to the view of a run that is not yet current.
            self.disk().sync_folder(self.root())?;
        }
        if current.is_some() {
            return Ok(());
        }
        self.disk().sync_folder(&self.at(layout::RUNS))?;
        self.disk().sync_folder(self.root())?;
        let above = self.root().parent().filter(|above| !above.as_os_str().is_empty());
        match self.disk().sync_folder(above.unwrap_or(Path::new("."))) {
            // Who may not look into the folder above has not made the warehouse there.
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::PermissionDenied => Ok(()),
            other => other,
        }
    }

    /// Removes a run without a line and a half line. Temporary files stay: the caller may be writing them.
    pub(crate) fn recover_runs(&self) -> Result<()> {
        // A pointer beyond the chain means that lines were lost: this fails, and nothing is removed.
        self.current()?;
        let chain = self.chain()?;
        let next = chain.len() + 1;
        let leftover = self.leftover_run(next)?;
        if !chain.tail.is_empty() {
            if !leftover || !self.is_half_line(next, &chain.tail)? {
                let what = format!("what follows line {} is not a line", next - 1);
                return Err(Error::corrupt(self.at(layout::CHAIN), what, REPAIR));
            }
            // The line goes before the folder: a half line without its folder would look like damage.
            self.cut_chain(chain.complete)?;
        }
        if leftover { self.remove_run(next) } else { Ok(()) }
    }

    /// Whether `runs` has the folder of run `next`, which has no line.
    fn leftover_run(&self, next: u64) -> Result<bool> {
        let names = self.disk().names(&self.at(layout::RUNS))?;
        let beyond: Vec<u64> =
            names.iter().filter_map(|name| layout::run_number(name)).filter(|n| *n >= next).collect();
        match beyond.iter().find(|number| **number != next) {
            None => Ok(!beyond.is_empty()),
            Some(number) => {
                let what = format!("it ends at run {}, but there is a run {number}", next - 1);
                Err(Error::corrupt(self.at(layout::CHAIN), what, REPAIR))
            }
        }
    }

    fn is_half_line(&self, number: u64, tail: &[u8]) -> Result<bool> {
        let manifest = self.disk().read_if_there(&self.at(&layout::manifest(number)))?;
        let line = manifest.map(|bytes| chain::line(number, &ObjectHash::of(&bytes)));
        Ok(line.is_some_and(|line| chain::is_part_of(&line, tail)))
    }

    fn remove_run(&self, number: u64) -> Result<()> {
        self.disk().remove_file(&self.at(&layout::manifest(number)))?;
        let folder = layout::run_folder(self.root(), number);
        self.disk().remove_folder(&folder)?;
        self.disk().sync_folder(&self.at(layout::RUNS))
    }

    /// A run newer than the published one whose manifest says that it was published: its pointer is missing, and perhaps
    /// the link to its view.
    fn complete_publication(&self) -> Result<()> {
        let current = self.current()?.unwrap_or(0);
        let chain = self.chain()?;
        let newer = (current + 1..=chain.len()).rev();
        for run in newer.filter_map(|number| self.run(&chain, number)) {
            let manifest = self.manifest_of(&run)?;
            if manifest.published {
                self.swap_view(run.number, manifest.view.as_ref())?;
                self.write_pointer(run.number)?;
                return self.swap_pointer();
            }
        }
        Ok(())
    }
}
