//! The journal of the run under way: its finished steps, so that the next run need not make them again.
//!
//! It is no part of the record: nothing is hashed into it or from it, and it goes when a run is committed. Each line tells
//! by itself whether it is whole, so what a run that died was writing is passed over, and so is a journal that was damaged.
//! A step that it names may have lost objects, for names of objects are durable only after a commit: whoever takes a step
//! over looks at its objects first, as at those of a committed run.

use crate::{Error, Lock, Result, Warehouse, layout, sealed};
use std::collections::BTreeSet;
use std::path::PathBuf;
use terms::{NodeRecord, ObjectHash, TableRecord};

/// The journal, open for the steps of this run; the file is made with the first of them.
#[derive(Debug)]
pub struct Journal<'a> {
    warehouse: &'a Warehouse,
    path: PathBuf,
    _lock: &'a Lock,
}

impl Warehouse {
    /// Steps that a run which did not come to its end had finished, in the order in which they ended; none after a commit.
    ///
    /// # Errors
    /// [`Error::Io`] if the file is there and cannot be read; what is damaged in it is passed over.
    pub fn unfinished(&self) -> Result<Vec<NodeRecord>> {
        let bytes = self.disk().read_if_there(&self.at(layout::JOURNAL))?.unwrap_or_default();
        Ok(bytes.split(|byte| *byte == b'\n').filter_map(sealed::value).collect())
    }

    /// The objects of those steps: no run names them yet, and the next one takes them over.
    pub(crate) fn unfinished_objects(&self) -> Result<BTreeSet<ObjectHash>> {
        let steps = self.unfinished()?;
        let objects = steps.iter().flat_map(|step| &step.tables).flat_map(TableRecord::objects);
        Ok(objects.map(|(object, _)| object.clone()).collect())
    }

    /// The journal of a run that begins; what an earlier run left in it stays until a run is committed.
    ///
    /// # Errors
    /// [`Error::NotLocked`] if `lock` is not this warehouse's.
    pub fn journal<'a>(&'a self, lock: &'a Lock) -> Result<Journal<'a>> {
        lock.guards(self)?;
        Ok(Journal { warehouse: self, path: self.at(layout::JOURNAL), _lock: lock })
    }

    /// Forgets the journal: what it held is in the chain now.
    pub(crate) fn forget_journal(&self) -> Result<()> {
        self.disk().remove_file(&self.at(layout::JOURNAL))
    }
}

impl Journal<'_> {
    /// Adds a finished step, whose objects are finished. It outlives this process; the system writes it to disk when it likes, for
    /// the names of its objects are no more durable than that, and waiting would hold up the steps after it.
    ///
    /// # Errors
    /// [`Error::Io`], for one when the disk is full.
    pub fn add(&self, step: &NodeRecord) -> Result<()> {
        let line = sealed::line(step).map_err(|error| Error::io("write", &self.path)(error.into()))?;
        let disk = self.warehouse.disk();
        disk.ensure_file(&self.path)?;
        // A line that a run was killed in has no end; a line end before ours keeps the two apart.
        disk.append(&self.path, format!("\n{line}").as_bytes())
    }
}
