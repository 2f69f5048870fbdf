//! Who reads objects, and who removes them: a reader's lease is shared, a collector's is its own.
//!
//! Both are a `flock` on the chain, which every warehouse has, whoever made it: a reader opens it to read, so it writes nothing
//! and works on a medium that nobody can write. It is another lock than that of those who write, who need not wait for readers.

use crate::{Error, Operation, Result, Warehouse, layout};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

/// How long a collection waits for readers unless it is told otherwise.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long a reader waits for a collection, which removes files and does nothing else.
const PATIENCE_OF_READERS: Duration = Duration::from_secs(120);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// What lets a reader read on: no object is removed while a lease is alive. Dropping it, or dying, gives it back.
///
/// Which runs can be asked is to be looked up after it was taken ([`Warehouse::require_kept`]): of a run that was collected before,
/// objects are gone. Hold it for a query, not for a day, for a collection waits until nobody holds one.
#[derive(Debug)]
pub struct Lease {
    /// None where there is no chain: then it is not known what is needed, and nobody can collect.
    file: Option<File>,
}

impl Warehouse {
    /// Keeps collections away until the lease is dropped; waits for one that is removing objects at this moment.
    ///
    /// Costs the opening of a file and one call of the kernel. Any number may be held at once, by threads and by processes.
    ///
    /// # Errors
    /// [`Error::Collecting`] if a collection does not end in two minutes; [`Error::Io`].
    pub fn reading(&self) -> Result<Lease> {
        let lease = Lease { file: self.disk().open_if_there(&self.at(layout::CHAIN))? };
        match lease.take(self, FlockOperation::NonBlockingLockShared, PATIENCE_OF_READERS)? {
            true => Ok(lease),
            false => Err(Error::Collecting { path: self.at(layout::CHAIN) }),
        }
    }

    /// Keeps readers away until the lease is dropped; waits so long for those that are there.
    ///
    /// # Errors
    /// [`Error::Read`] if they read on.
    pub(crate) fn removing(&self, patience: Duration) -> Result<Lease> {
        let lease = Lease { file: self.disk().open_writable_if_there(&self.at(layout::CHAIN))? };
        match lease.take(self, FlockOperation::NonBlockingLockExclusive, patience)? {
            true => Ok(lease),
            false => Err(Error::Read { path: self.at(layout::CHAIN), readers: lease.readers(), patience }),
        }
    }
}

impl Lease {
    /// Whether the lock could be had in this time.
    fn take(&self, warehouse: &Warehouse, operation: FlockOperation, patience: Duration) -> Result<bool> {
        let Some(file) = &self.file else { return Ok(true) };
        let path = warehouse.at(layout::CHAIN);
        let mut waited = Duration::ZERO;
        loop {
            warehouse.disk().pass(&path, Operation::Lock).map_err(Error::io("lock", &path))?;
            match flock(file, operation) {
                Ok(()) => return Ok(true),
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) if waited >= patience => return Ok(false),
                Err(Errno::WOULDBLOCK) => {
                    std::thread::sleep(BETWEEN_LOOKS);
                    waited += BETWEEN_LOOKS;
                }
                Err(errno) => return Err(Error::io("lock", &path)(errno.into())),
            }
        }
    }

    /// Numbers of the processes that hold a lease, sorted, as far as the kernel tells them (Linux, `/proc/locks`).
    fn readers(&self) -> Vec<u32> {
        let Some(Ok(meta)) = self.file.as_ref().map(File::metadata) else { return Vec::new() };
        let device = (rustix::fs::major(meta.dev()), rustix::fs::minor(meta.dev()));
        let place = format!("{:02x}:{:02x}:{}", device.0, device.1, meta.ino());
        let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        let mut readers: Vec<u32> = locks.lines().filter_map(|line| reader(line, &place)).collect();
        readers.sort_unstable();
        readers.dedup();
        readers
    }
}

/// The process of a line of `/proc/locks`, `1: FLOCK  ADVISORY  READ 4711 08:01:131 0 EOF`, if it reads what is at this place.
fn reader(line: &str, place: &str) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        // Of a process that is in another container, the number is 0.
        [_, "FLOCK", _, "READ", process, at, ..] if at == place => process.parse().ok().filter(|n| *n > 0),
        _ => None,
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // As for the lock: a process that another thread is just starting holds a copy of the file for an instant, and
        // unlocking counts for all copies; if it fails, closing follows.
        let _ = self.file.as_ref().map(|file| flock(file, FlockOperation::Unlock));
    }
}
