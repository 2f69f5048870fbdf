//! Folders for what queries put on disk: each worker has one, which goes with it, however it came to its end.
//!
//! They are in a folder of the server, which is locked while the server lives: the kernel lets go of the lock when the server
//! dies, however that was, and the next server removes what is no longer locked.

use rustix::fs::{FlockOperation, OFlags, flock};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How names of folders of servers begin.
const OURS: &str = "herkomst-serve-";
/// Names that are tried before it is given up.
const TRIES: u32 = 1_000;
/// Attempts to remove what a process that was just killed may still be writing, and the time between them.
const ATTEMPTS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(100);

/// The folder of a server; removed when dropped, with all that is in it.
#[derive(Debug)]
pub(crate) struct Ground {
    path: PathBuf,
    lock: File,
    next: AtomicU32,
}

/// A folder that only its owner can enter; removed when dropped, with all that is in it.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    _ground: Arc<Ground>,
}

impl Ground {
    /// A new folder in another, from which folders of servers that are no more are removed.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn new(parent: &Path) -> Result<Arc<Self>> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        sweep(parent);
        for _ in 0..TRIES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("{OURS}{}-{number}", std::process::id()));
            // What somebody else put there, be it a link, is not taken.
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            // Before it was locked, it may have been taken for one of a server that is no more.
            if let Some(lock) = locked(&path) {
                return Ok(Arc::new(Self { path, lock, next: AtomicU32::new(1) }));
            }
        }
        Err(Error::other("no name is free for a folder for temporary files"))
    }

    /// A folder for a worker.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn scratch(self: &Arc<Self>) -> Result<Scratch> {
        let path = self.path.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Scratch { path, _ground: self.clone() })
    }
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for _ in 0..ATTEMPTS {
            if removed(&self.path) {
                break;
            }
            std::thread::sleep(BETWEEN);
        }
        // A process that was just being started holds a copy of the lock for an instant; unlocking counts for all copies.
        let _ = flock(&self.lock, FlockOperation::Unlock);
    }
}

impl Drop for Scratch {
    /// A process that was just killed may still write, so that the first attempt may fail.
    fn drop(&mut self) {
        if removed(&self.path) {
            return;
        }
        let path = std::mem::take(&mut self.path);
        std::thread::spawn(move || {
            for _ in 0..ATTEMPTS {
                std::thread::sleep(BETWEEN);
                if removed(&path) {
                    return;
                }
            }
            tracing::warn!("temporary files of a query could not be removed");
        });
    }
}

/// Removes the folders of servers that are no more.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(OURS));
        // The lock is held until it is gone, so that nobody takes it meanwhile.
        if is_ours && let Some(_lock) = locked(&entry.path()) {
            let is_gone = removed(&entry.path());
            tracing::info!(is_gone, "temporary files of a server that is no more");
        }
    }
}

/// The lock on a folder of this user; none if another process has it, or if it is no such folder.
fn locked(path: &Path) -> Option<File> {
    let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits();
    let file = OpenOptions::new().read(true).custom_flags(i32::try_from(flags).ok()?).open(path).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    let (held, named) = (file.metadata().ok()?, std::fs::symlink_metadata(path).ok()?);
    let is_same = (held.dev(), held.ino()) == (named.dev(), named.ino());
    let is_ours = held.uid() == rustix::process::geteuid().as_raw();
    (is_same && is_ours).then_some(file)
}

fn removed(path: &Path) -> bool {
    match std::fs::remove_dir_all(path) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_its_owners_and_goes_with_what_is_in_it() {
        let parent = tempfile::tempdir().unwrap();
        let ground = Ground::new(parent.path()).unwrap();
        let (one, other) = (ground.scratch().unwrap(), ground.scratch().unwrap());
        assert_ne!(one.path(), other.path());
        for folder in [ground.path.as_path(), one.path()] {
            assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
        std::fs::create_dir(one.path().join("spilled")).unwrap();
        std::fs::write(one.path().join("spilled/rows"), "rows").unwrap();
        drop(one);
        assert_eq!(names(&ground.path).len(), 1);
        drop((other, ground));
        assert!(names(parent.path()).is_empty());
        assert!(Ground::new(&parent.path().join("nowhere")).is_err());
    }

    #[test]
    fn what_another_put_there_is_not_taken() {
        let (parent, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(theirs.path().join("kept"), "").unwrap();
        let name = |ground: &Ground| {
            let path = ground.path.to_str().unwrap().to_owned();
            path.rsplit_once('-').unwrap().1.parse::<u32>().unwrap()
        };
        let next = name(&Ground::new(parent.path()).unwrap()) + 1;
        for number in next..next + 20 {
            let link = parent.path().join(format!("{OURS}{}-{number}", std::process::id()));
            std::os::unix::fs::symlink(theirs.path(), link).unwrap();
        }
        let made = Ground::new(parent.path()).unwrap();
        assert!(!std::fs::symlink_metadata(&made.path).unwrap().is_symlink());
        assert_eq!((names(theirs.path()).len(), names(parent.path()).len()), (1, 21));
    }

    #[test]
    fn folders_of_servers_that_are_no_more_are_removed_and_no_others() {
        let parent = tempfile::tempdir().unwrap();
        let living = Ground::new(parent.path()).unwrap();
        let used = living.scratch().unwrap();
        let left = parent.path().join(format!("{OURS}1-1"));
        std::fs::create_dir_all(left.join("7/spilled")).unwrap();
        std::fs::write(left.join("7/spilled/rows"), "rows").unwrap();
        std::fs::create_dir(parent.path().join("herkomst-run-1")).unwrap();
        std::fs::write(parent.path().join(format!("{OURS}file")), "").unwrap();
        let other = Ground::new(parent.path()).unwrap();
        assert!(!left.exists() && used.path().exists() && other.path.exists());
        assert_eq!(names(parent.path()).len(), 4);
    }
}
