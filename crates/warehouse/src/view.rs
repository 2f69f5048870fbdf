//! Folders of files with the names of tables, for programs that read files: `published/features/person.parquet`.
//!
//! A view is a data package and, for each table that it describes, a symbolic link to the object; no bytes are copied. It is
//! named by the SHA-256 of the package and never changed, so that whoever has resolved `published` once reads one night,
//! whatever is published meanwhile. A manifest names its view; views that no kept run names are collected.
//!
//! `published` moves before `current` does, each durable before the next. So if `current` is the newest published run,
//! `published` is its view, and nothing needs to be looked at; and if it is not, a publication was cut off, which the
//! next lock completes anyway.

use crate::disk::side_by_side;
use crate::{Error, Lock, Result, Warehouse, layout, package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use terms::{ObjectHash, ViewRecord};

const NEXT_VIEW: &str = "tmp/view";
const NEXT_PUBLISHED: &str = "tmp/published";

impl Warehouse {
    /// Keeps a view of the files that a data package describes, for a run that is about to be committed; on disk when
    /// this returns. One that is there and whole is left as it is.
    ///
    /// `package` is the JSON of a Frictionless Data Package whose resources have a `path` of the form
    /// `schema/table.parquet` and a `hash` of the form `sha256:…`, that of an object.
    ///
    /// # Errors
    /// [`Error::NotLocked`]; [`Error::NoLinks`] where the file system has no symbolic links; [`Error::Corrupt`] if the
    /// package names no such files; [`Error::Io`].
    pub fn keep_view(&self, fingerprint: ObjectHash, package: &[u8], lock: &Lock) -> Result<ViewRecord> {
        lock.guards(self)?;
        let record = ViewRecord { fingerprint, package: ObjectHash::of(package) };
        if !self.is_whole_view(&record)? {
            let made = self.make_view(&record, package);
            if matches!(made, Err(Error::NoLinks { .. })) {
                // The run goes on without a view, and leaves nothing behind.
                self.disk().remove_all_if_there(&self.at(NEXT_VIEW))?;
            }
            made?;
        }
        // Also if it was there: a run that was killed may have made it.
        self.disk().sync_folder(&self.at(layout::VIEWS))?;
        self.disk().sync_folder(self.root())?;
        Ok(record)
    }

    /// Whether the view of a run is there; its files are not looked at.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be told.
    pub fn has_view(&self, view: &ViewRecord) -> Result<bool> {
        let package = Path::new(&layout::view(&view.package)).join(layout::PACKAGE);
        Ok(self.disk().look(&self.root().join(package))?.is_some())
    }

    /// Whether the view is there, its package has the bytes that it is named by, and each link leads where it should.
    pub(crate) fn is_whole_view(&self, view: &ViewRecord) -> Result<bool> {
        let folder = self.at(&layout::view(&view.package));
        let bytes = self.disk().read_if_there(&folder.join(layout::PACKAGE))?;
        let Some(bytes) = bytes.filter(|bytes| ObjectHash::of(bytes) == view.package) else {
            return Ok(false);
        };
        let Ok(files) = package::files(&bytes) else { return Ok(false) };
        for (table, object) in files {
            let target = self.disk().link_target(&folder.join(package::path(&table)))?;
            if target.as_deref() != Some(Path::new(&layout::object_from_view(&object))) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Has `published` lead to the view of a run that is being published, or takes it away if the run has none; readers
    /// see the one or the other.
    pub(crate) fn swap_view(&self, run: u64, view: Option<&ViewRecord>) -> Result<()> {
        let published = self.at(layout::PUBLISHED);
        let target = view.map(|view| layout::view(&view.package));
        let target = target.as_deref().map(Path::new);
        let is_there = self.disk().link_target(&published)?.as_deref() == target;
        // Unless the run before this one is published, its publication may have failed half-way: not yet on disk.
        if is_there && self.pointer()?.unwrap_or(0) + 1 >= run {
            return Ok(());
        }
        match target.filter(|_| !is_there) {
            Some(target) => {
                let next = self.at(NEXT_PUBLISHED);
                self.disk().remove_file(&next)?;
                self.disk().link(target, &next)?;
                self.disk().rename(&next, &published, "rename to published")?;
            }
            None if is_there => {}
            None => self.disk().remove_file(&published)?,
        }
        self.disk().sync_folder(self.root())
    }

    /// The names in `views`, sorted.
    pub(crate) fn views(&self) -> Result<Vec<String>> {
        self.disk().names_if_there(&self.at(layout::VIEWS))
    }

    /// Views that are not among these.
    pub(crate) fn other_views(&self, needed: &BTreeSet<ObjectHash>) -> Result<Vec<ObjectHash>> {
        let hashes = self.views()?.into_iter().filter_map(|name| ObjectHash::try_from(name).ok());
        Ok(hashes.filter(|view| !needed.contains(view)).collect())
    }

    /// Removes a view that no kept run names. If the process is killed, parts of it are left: whoever needs the view again
    /// looks whether it is whole.
    pub(crate) fn remove_view(&self, view: &ObjectHash) -> Result<()> {
        self.disk().remove_all_if_there(&self.at(&layout::view(view)))
    }

    fn make_view(&self, view: &ViewRecord, package: &[u8]) -> Result<()> {
        let next = self.at(NEXT_VIEW);
        let path = next.join(layout::PACKAGE);
        let files = package::files(package).map_err(|what| {
            Error::corrupt(&path, what, "this is a defect of the program that made it: report it")
        })?;
        self.disk().remove_all_if_there(&next)?;
        self.disk().make_folder(&next)?;
        self.disk().write_new(&path, package)?;
        let mut schemas: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        files.iter().for_each(|file| schemas.entry(file.0.schema()).or_default().push(file));
        side_by_side(&schemas.into_iter().collect::<Vec<_>>(), |(schema, files)| {
            self.disk().make_folder(&next.join(schema))?;
            for (table, object) in files {
                let target = layout::object_from_view(object);
                self.disk().link(Path::new(&target), &next.join(package::path(table)))?;
            }
            self.disk().sync_folder(&next.join(schema))
        })?;
        self.disk().sync_folder(&next)?;
        self.disk().ensure_folder(&self.at(layout::VIEWS))?;
        // What is left of one that is not whole.
        self.remove_view(&view.package)?;
        self.disk().rename(&next, &self.at(&layout::view(&view.package)), "rename to its hash")
    }
}
