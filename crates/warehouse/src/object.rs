use crate::disk::{Disk, NewFile};
use crate::{Error, Result, Warehouse, layout};
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use terms::{Manifest, ObjectHash};

/// An object under construction: bytes go in, [`finish`](ObjectWriter::finish) gives it its name.
///
/// It is hashed while it is written. Dropped unfinished, it leaves nothing behind.
#[derive(Debug)]
pub struct ObjectWriter {
    file: BufWriter<NewFile>,
    temporary: Temporary,
    digest: Sha256,
    bytes: u64,
    /// A write failed: the bytes are not what the caller meant, whatever it does next.
    failure: Option<io::ErrorKind>,
    warehouse: Warehouse,
}

/// A finished object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes: the object's name.
    pub hash: ObjectHash,
    /// Number of bytes.
    pub bytes: u64,
}

/// An object whose bytes have been compared with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedObject {
    /// The file.
    pub path: PathBuf,
    /// Number of bytes.
    pub bytes: u64,
}

/// A file's state; it changes when the file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Warehouse {
    /// Begins an object. The caller holds the lock, without which the next run would clear the file away.
    ///
    /// # Errors
    /// [`Error::NotLocked`] if no [`Lock`](crate::Lock) of this warehouse is alive.
    pub fn writer(&self) -> Result<ObjectWriter> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        self.require_lock()?;
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = self.at(layout::TMP).join(name);
        let file = self.disk().create_new(&path)?;
        Ok(ObjectWriter {
            file: BufWriter::new(file),
            temporary: Temporary { disk: self.disk().clone(), path },
            digest: Sha256::new(),
            bytes: 0,
            failure: None,
            warehouse: self.clone(),
        })
    }

    /// The file of an object, after its bytes have been hashed and found equal to its name.
    ///
    /// The bytes are hashed once per warehouse value, and again when the file's change time, size or inode differs.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the object is absent or differs; the text names it and the repair.
    pub fn object(&self, hash: &ObjectHash) -> Result<VerifiedObject> {
        let path = self.at(&layout::object(hash));
        let mut file = self.disk().open_if_there(&path)?.ok_or_else(|| self.missing(&path))?;
        let stamp = Stamp::of(&file.metadata().map_err(Error::io("read", &path))?);
        if self.verified(hash) != Some(stamp) {
            let found = self.disk().hash(&mut file, &path)?;
            if found != *hash {
                return Err(Error::corrupt(
                    &path,
                    format!("its bytes have SHA-256 {found}, not the {hash} that it is named by"),
                    "delete it and run again: the step that made it makes it again",
                ));
            }
            self.state().verified.lock().unwrap_or_else(PoisonError::into_inner).insert(hash.clone(), stamp);
        }
        Ok(VerifiedObject { path, bytes: stamp.bytes })
    }

    /// The file of an object that was verified, opened to be read.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corrupt`] if it was removed since.
    pub fn open_object(&self, object: &VerifiedObject) -> Result<File> {
        self.disk().open_if_there(&object.path)?.ok_or_else(|| self.missing(&object.path))
    }

    fn missing(&self, path: &std::path::Path) -> Error {
        let repair = match self.collected() {
            Ok(runs) if !runs.is_empty() => {
                "run again: the step that made it makes it again; if only collected runs name it, ask a run that was kept"
            }
            _ => "run again: the step that made it makes it again",
        };
        Error::corrupt(path, "the object is missing", repair)
    }

    /// Looks at every object of the newest run, so that [`object`](Self::object) need not do it later; for a thread that has nothing
    /// else to do. Damage is left for the one who wants the object.
    pub fn look_ahead(&self) {
        if let Ok(Some(last)) = self.last_manifest() {
            // What is wrong with an object is said to whoever asks for it.
            last.objects().for_each(|(object, _)| drop(self.object(object)));
        }
    }

    /// An object of this name is there; its bytes are not looked at.
    pub fn contains(&self, hash: &ObjectHash) -> bool {
        self.at(&layout::object(hash)).is_file()
    }

    /// Whether the newest run names this object; where that cannot be read, it may.
    fn is_of_newest_run(&self, hash: &ObjectHash) -> bool {
        let named = |last: Arc<Manifest>| last.objects().any(|(object, _)| object == hash);
        self.last_manifest().map_or(true, |last| last.is_some_and(named))
    }

    fn verified(&self, hash: &ObjectHash) -> Option<Stamp> {
        self.state().verified.lock().unwrap_or_else(PoisonError::into_inner).get(hash).copied()
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes).map_err(|error| self.fails(error))?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|error| self.fails(error))
    }
}

impl ObjectWriter {
    /// Gives the file its content name.
    ///
    /// An object that is there already, with the right bytes, is left alone; a damaged one is replaced. Bytes and name are on disk
    /// after the next [`commit`](Warehouse::commit) that names the object, which flushes all new ones together, so that nobody
    /// waits for the disk while there is work. An object which the newest run names, and which was lost or damaged, is on disk at
    /// once: that run's objects always are.
    ///
    /// # Errors
    /// [`Error::Io`], for one when the disk is full, also if an earlier write failed; nothing is left behind.
    pub fn finish(mut self) -> Result<Stored> {
        let temporary = self.temporary.path.as_path();
        let earlier = self.failure.map_or(Ok(()), |kind| Err(kind.into()));
        earlier.and_then(|()| self.file.flush()).map_err(Error::io("write", temporary))?;
        let hash = ObjectHash::from_digest(self.digest.finalize().into());
        let stored = Stored { hash, bytes: self.bytes };
        if self.warehouse.contains(&stored.hash) && self.warehouse.object(&stored.hash).is_ok() {
            return Ok(stored);
        }
        let is_of_newest_run = self.warehouse.is_of_newest_run(&stored.hash);
        if is_of_newest_run {
            self.file.get_ref().sync()?;
        }
        let place = self.warehouse.at(&layout::object(&stored.hash));
        let disk = self.warehouse.disk();
        let folder = place.parent().unwrap_or(self.warehouse.root());
        disk.ensure_folder(folder)?;
        disk.rename(temporary, &place, "rename to its content name")?;
        if is_of_newest_run {
            disk.sync_folder(folder)?;
            disk.sync_folder(&self.warehouse.at(layout::OBJECTS))?;
        }
        Ok(stored)
    }

    /// Remembers that a write failed, and has the error say where and what to do.
    fn fails(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        if kind == io::ErrorKind::Interrupted {
            return error;
        }
        self.failure = Some(kind);
        io::Error::new(kind, Error::io("write", &self.temporary.path)(error))
    }
}

impl Stamp {
    pub(crate) fn of(meta: &Metadata) -> Self {
        Self { inode: meta.ino(), bytes: meta.len(), changed: (meta.ctime(), meta.ctime_nsec()) }
    }
}

/// A path in `tmp`; whatever is there when it is dropped is removed.
#[derive(Debug)]
struct Temporary {
    disk: Disk,
    path: PathBuf,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing to remove; what else fails is cleared at the next lock.
        let _: Result<()> = self.disk.remove_file(&self.path);
    }
}
