//! What a file system is asked to do, told to whoever watches before it is done.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// One file operation. Paths are below the warehouse, or it and the folders above it while it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// A new file, which must not exist.
    Create,
    /// Bytes at the end of a file that was created or opened.
    Write(&'a [u8]),
    /// The file is cut to so many bytes.
    Cut(u64),
    /// What was written to the file is to be on disk.
    SyncFile,
    /// The names in the folder are to be on disk.
    SyncFolder,
    /// The file gets this path, in place of what is there.
    Rename(&'a Path),
    /// A new folder.
    MakeFolder,
    /// A new symbolic link that leads to this path.
    Link(&'a Path),
    /// The file goes.
    RemoveFile,
    /// The empty folder goes.
    RemoveFolder,
    /// The file or folder goes, with all that is in it.
    RemoveAll,
    /// The file is opened, to be read or locked.
    Open,
    /// The next bytes of an open file.
    Read,
    /// The names in a folder.
    List,
    /// Whether it is there, its size, and where it leads if it is a link.
    Look,
    /// The lock on an open file.
    Lock,
}

impl Operation<'_> {
    /// Whether the operation changes what is on disk, or when it gets there.
    pub fn writes(&self) -> bool {
        !matches!(
            self,
            Operation::Open | Operation::Read | Operation::List | Operation::Look | Operation::Lock
        )
    }
}

/// Sees every file operation of a warehouse before it is done, and may refuse it.
///
/// For tests of what a failing disk, a dying process or a power cut leaves behind: an error that it returns is
/// what the operation returns, and nothing is done.
#[derive(Clone)]
pub struct Gate(Arc<Watch>);

type Watch = dyn Fn(&Path, Operation<'_>) -> io::Result<()> + Send + Sync;

impl Gate {
    /// A gate that asks `watch`.
    pub fn new(watch: impl Fn(&Path, Operation<'_>) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(watch))
    }

    pub(crate) fn pass(&self, path: &Path, operation: Operation<'_>) -> io::Result<()> {
        (self.0)(path, operation)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}
