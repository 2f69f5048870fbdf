//! What delivered files hashed to when they were last read, so that a night need not read those that nobody touched.
//!
//! It is a shortcut and no record: nothing is hashed into it or from it, a warehouse without it is complete, and one that
//! is damaged, or of another version, counts as absent. It decides only where it cannot be wrong:
//!
//! * the file must be the same one (device, inode) with the same size, time of change of its bytes (`mtime`) and time
//!   of change of itself (`ctime`, which no program can set), to the nanosecond;
//! * both times must have been older by [`MARGIN`] when the file was hashed. Clocks of file systems tick slowly, and a
//!   file that is written through memory gets its time with the first write alone; so a file that was touched just before it was
//!   hashed may be written again and look the same. It is hashed again, as git does with entries that it calls racy.
//!
//! What remains: file systems that make up inodes or times, and clocks of file servers that are wrong by more than the
//! margin. For those a run can be told not to believe any of it.

use crate::{Error, Lock, Result, Warehouse, layout, sealed};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use terms::ObjectHash;

/// Seconds for which a file must have been left alone when it was hashed.
pub const MARGIN: i64 = 60;

const FORMAT: u32 = 1;

/// Hashes of delivered files as they were found by earlier runs, and by this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredHashes {
    /// Present time, in seconds since 1970: before any file of this run is looked at.
    now: i64,
    known: BTreeMap<String, Entry>,
    /// Files that this run asked for.
    asked: BTreeSet<String>,
    /// Something was hashed that the stored file does not say.
    learned: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    sha256: ObjectHash,
    file: Stamp,
    /// When it was hashed, in seconds since 1970.
    hashed: i64,
}

/// What a file looks like from outside; times in seconds since 1970 and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    files: BTreeMap<String, Entry>,
}

impl DeliveredHashes {
    /// Believes nothing: every file is hashed. `now` is the present time, in seconds since 1970.
    pub fn none(now: i64) -> Self {
        Self { now, known: BTreeMap::new(), asked: BTreeSet::new(), learned: false }
    }

    /// SHA-256 of a file: the known one if the file was not touched since, else what `hash` says, which reads it.
    ///
    /// # Errors
    /// Those of `hash`.
    pub fn of<E>(
        &mut self,
        path: &Path,
        hash: impl FnOnce() -> std::result::Result<ObjectHash, E>,
    ) -> std::result::Result<ObjectHash, E> {
        let (Some(name), Some(before)) = (path.to_str(), Stamp::of(path)) else { return hash() };
        self.asked.insert(name.to_owned());
        if let Some(entry) = self.known.get(name)
            && entry.file == before
            && entry.was_left_alone()
        {
            return Ok(entry.sha256.clone());
        }
        let sha256 = hash()?;
        // A file that was touched meanwhile has no hash that anybody could know it by.
        if Stamp::of(path) == Some(before) {
            let entry = Entry { sha256: sha256.clone(), file: before, hashed: self.now };
            self.learned |= self.known.insert(name.to_owned(), entry.clone()) != Some(entry);
        }
        Ok(sha256)
    }
}

impl Entry {
    fn was_left_alone(&self) -> bool {
        let touched = self.file.modified.0.max(self.file.changed.0);
        touched.saturating_add(MARGIN) < self.hashed
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        Some(Self {
            device: meta.dev(),
            inode: meta.ino(),
            bytes: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        })
    }
}

impl Warehouse {
    /// The hashes that earlier runs kept; none if there are none, or they are damaged. `now` is the present time, in
    /// seconds since 1970, taken before any file is looked at.
    ///
    /// # Errors
    /// [`Error::Io`] if the file is there and cannot be read.
    pub fn delivered_hashes(&self, now: i64) -> Result<DeliveredHashes> {
        let bytes = self.disk().read_if_there(&self.at(layout::DELIVERED))?.unwrap_or_default();
        let stored = bytes.strip_suffix(b"\n").and_then(sealed::value::<Stored>);
        let known = stored.filter(|stored| stored.format == FORMAT).map(|stored| stored.files);
        Ok(DeliveredHashes { known: known.unwrap_or_default(), ..DeliveredHashes::none(now) })
    }

    /// Keeps the hashes of the files that this run asked for, if any of them is new. It need not survive a power cut: one that is cut off is damaged, and
    /// counts as absent.
    ///
    /// # Errors
    /// [`Error::NotLocked`] if `lock` is not this warehouse's, [`Error::Io`].
    pub fn keep_delivered_hashes(&self, hashes: &DeliveredHashes, lock: &Lock) -> Result<()> {
        lock.guards(self)?;
        if !hashes.learned {
            return Ok(());
        }
        let next = self.at(layout::NEXT_DELIVERED);
        let asked = hashes.known.iter().filter(|(name, _)| hashes.asked.contains(*name));
        let files = asked.map(|(name, entry)| (name.clone(), entry.clone())).collect();
        let stored = Stored { format: FORMAT, files };
        let line = sealed::line(&stored).map_err(|error| Error::io("write", &next)(error.into()))?;
        self.disk().remove_file(&next)?;
        self.disk().create_new(&next)?.write_all(line.as_bytes()).map_err(Error::io("write", &next))?;
        self.disk().rename(&next, &self.at(layout::DELIVERED), "rename to its place")
    }

    /// Forgets the hashes, because one of them was found to be wrong.
    ///
    /// # Errors
    /// [`Error::NotLocked`] if `lock` is not this warehouse's, [`Error::Io`].
    pub fn forget_delivered_hashes(&self, lock: &Lock) -> Result<()> {
        lock.guards(self)?;
        self.disk().remove_file(&self.at(layout::DELIVERED))
    }
}
