//! Folders for what queries put on disk: each worker has one, which goes with it, however it came to its end.

use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A folder that only its owner can enter; removed when dropped, with all that is in it.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

/// Names that are tried before it is given up.
const TRIES: u32 = 1_000;

impl Scratch {
    /// A new folder in another.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn new(parent: &Path) -> std::io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        for _ in 0..TRIES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("herkomst-{}-{number}", std::process::id()));
            // What somebody else put there, be it a link, is not taken.
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::Error::other("no name is free for a folder for temporary files"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
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
            for _ in 0..50 {
                std::thread::sleep(Duration::from_millis(100));
                if removed(&path) {
                    return;
                }
            }
            tracing::warn!("temporary files of a query could not be removed");
        });
    }
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

    #[test]
    fn a_folder_is_its_owners_and_goes_with_what_is_in_it() {
        let parent = tempfile::tempdir().unwrap();
        let (one, other) = (Scratch::new(parent.path()).unwrap(), Scratch::new(parent.path()).unwrap());
        assert_ne!(one.path(), other.path());
        assert_eq!(std::fs::metadata(one.path()).unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::create_dir(one.path().join("spilled")).unwrap();
        std::fs::write(one.path().join("spilled/rows"), "rows").unwrap();
        drop(one);
        drop(other);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
        assert!(Scratch::new(&parent.path().join("nowhere")).is_err());
    }

    #[test]
    fn what_another_put_there_is_not_taken() {
        let (parent, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = |at: &Path| {
            at.file_name().unwrap().to_str().unwrap().rsplit_once('-').unwrap().1.parse::<u32>().unwrap()
        };
        let next = name(Scratch::new(parent.path()).unwrap().path()) + 1;
        for number in next..next + 20 {
            let link = parent.path().join(format!("herkomst-{}-{number}", std::process::id()));
            std::os::unix::fs::symlink(theirs.path(), link).unwrap();
        }
        let made = Scratch::new(parent.path()).unwrap();
        assert!(!std::fs::symlink_metadata(made.path()).unwrap().is_symlink());
    }
}
