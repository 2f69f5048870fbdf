use crate::disk::Disk;
use crate::store::State;
use crate::{Error, Operation, Result, Warehouse, age, layout};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often, and how long apart, the holder's name is looked for: it comes an instant after the lock is taken.
const LOOKS: u32 = 400;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// What to do when another run holds the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Wait, without limit.
    Wait,
    /// Fail with [`Error::Locked`].
    Fail,
}

/// Who holds the lock: the content of the lock file, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Name that the run gave itself.
    pub owner: String,
    /// Process number.
    pub pid: u32,
    /// When it took the lock, UTC, RFC 3339.
    pub started: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {}) since {}", self.owner, self.pid, self.started)
    }
}

/// The right to write into one warehouse; dropping it, or dying, gives the right back.
#[derive(Debug)]
pub struct Lock {
    pub(crate) file: File,
    path: PathBuf,
    disk: Disk,
    state: Arc<State>,
    dead: Option<Holder>,
}

impl Warehouse {
    /// Takes the lock, then clears what dead runs left behind: temporary files, a run without a line in the
    /// chain, a publication that was cut off before its last step.
    ///
    /// `owner` names the run in the message to others, `started` is the present time (UTC, RFC 3339). To tell
    /// a user whom they wait for, try [`LockMode::Fail`] first, show the error, then [`LockMode::Wait`]. A
    /// thread that holds the lock and waits for it waits for ever.
    ///
    /// # Errors
    /// [`Error::Locked`] with the holder; [`Error::Corrupt`] if what was left behind is not what a cut-off run
    /// leaves, in which case nothing is removed.
    pub fn lock(&self, owner: &str, started: &str, mode: LockMode) -> Result<Lock> {
        let path = self.at(layout::LOCK);
        let mut lock = loop {
            let file = open(self.disk(), &path)?;
            acquire(self.disk(), &file, &path, started, mode)?;
            let (disk, state) = (self.disk().clone(), Arc::clone(self.state()));
            let lock = Lock { file, path: path.clone(), disk, state, dead: None };
            // A file that was removed between opening and locking guards nothing.
            if lock.is_in_place() {
                break lock;
            }
        };
        // Who ends well erases the name: one that is still there was killed, or the power was cut.
        let left = self.disk().read_if_there(&path)?.unwrap_or_default();
        lock.dead = serde_json::from_slice(&left).ok();
        self.state().locked.store(true, Ordering::Release);
        lock.sign(&Holder { owner: owner.into(), pid: std::process::id(), started: started.into() })?;
        self.recover()?;
        Ok(lock)
    }
}

impl Lock {
    /// Who held the lock before and died without giving it back; what it left behind has been cleared.
    pub fn taken_from_the_dead(&self) -> Option<&Holder> {
        self.dead.as_ref()
    }

    /// A folder on the warehouse's disk for the holder's own temporary files and folders; what is still in it
    /// at the next lock is removed.
    pub fn scratch_folder(&self) -> PathBuf {
        self.path.with_file_name(layout::TMP)
    }

    /// Fails unless this is the lock of `warehouse` and its file is still there.
    pub(crate) fn guards(&self, warehouse: &Warehouse) -> Result<()> {
        if Arc::ptr_eq(&self.state, warehouse.state()) && self.is_in_place() {
            Ok(())
        } else {
            Err(Error::NotLocked { path: warehouse.at(layout::LOCK) })
        }
    }

    fn is_in_place(&self) -> bool {
        let identity = |meta: std::fs::Metadata| (meta.dev(), meta.ino());
        match (self.file.metadata(), std::fs::metadata(&self.path)) {
            (Ok(held), Ok(named)) => identity(held) == identity(named),
            _ => false,
        }
    }

    fn sign(&self, holder: &Holder) -> Result<()> {
        let mut text = serde_json::to_vec(holder).map_err(|e| Error::io("write", &self.path)(e.into()))?;
        text.push(b'\n');
        let written = self.erase().and_then(|()| {
            self.disk.pass(&self.path, Operation::Write(&text))?;
            (&self.file).write_all(&text)
        });
        written.map_err(Error::io("write", &self.path))
    }

    fn erase(&self) -> io::Result<()> {
        self.disk.pass(&self.path, Operation::Cut(0))?;
        self.file.set_len(0)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The name is only read by those whom the lock keeps out, so failing to erase it does no harm.
        let _ = self.erase();
        self.state.locked.store(false, Ordering::Release);
        // Closing is not enough: a process that another thread is just starting holds a copy of the file
        // for an instant. Unlocking counts for all copies; if it fails, closing follows.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

fn open(disk: &Disk, path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let opened = disk.pass(path, Operation::Open).and_then(|()| options.append(true).create(true).open(path));
    opened.map_err(Error::io("open", path))
}

fn acquire(disk: &Disk, file: &File, path: &Path, now: &str, mode: LockMode) -> Result<()> {
    let operation = match mode {
        LockMode::Wait => FlockOperation::LockExclusive,
        LockMode::Fail => FlockOperation::NonBlockingLockExclusive,
    };
    let mut looks = 0;
    loop {
        disk.pass(path, Operation::Lock).map_err(Error::io("lock", path))?;
        match flock(file, operation) {
            Ok(()) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => {
                let text = std::fs::read(path).unwrap_or_default();
                let holder: Option<Holder> = serde_json::from_slice(&text).ok();
                if holder.is_some() || looks == LOOKS {
                    let age = holder.as_ref().and_then(|holder| age::between(&holder.started, now));
                    return Err(Error::Locked { path: path.into(), holder, age });
                }
                // The name is not there yet, or the holder is just letting go.
                looks += 1;
                std::thread::sleep(BETWEEN_LOOKS);
            }
            Err(errno) => return Err(Error::io("lock", path)(errno.into())),
        }
    }
}
