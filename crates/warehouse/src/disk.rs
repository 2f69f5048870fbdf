//! The file operations of a warehouse, each with errors that name the path. Nothing else in this crate touches the disk.

use crate::gate::Gate;
use crate::{Error, Operation, Result};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use terms::ObjectHash;

/// A disk; tests put a [`Gate`] before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    gate: Option<Gate>,
}

/// A new file that is being written.
#[derive(Debug)]
pub(crate) struct NewFile {
    disk: Disk,
    path: PathBuf,
    file: File,
}

impl Disk {
    pub(crate) fn behind(gate: Gate) -> Self {
        Self { gate: Some(gate) }
    }

    /// Announces an operation; the error is the one that it is to have.
    pub(crate) fn pass(&self, path: &Path, operation: Operation<'_>) -> io::Result<()> {
        self.gate.as_ref().map_or(Ok(()), |gate| gate.pass(path, operation))
    }

    /// Opens a new file for writing; it is read-only for everyone once closed. Fails if the name exists.
    pub(crate) fn create_new(&self, path: &Path) -> Result<NewFile> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o444);
        let opened = self.pass(path, Operation::Create).and_then(|()| options.open(path));
        let file = opened.map_err(Error::io("create", path))?;
        Ok(NewFile { disk: self.clone(), path: path.to_owned(), file })
    }

    /// Writes a new file and waits until its bytes are on disk; its name is not yet.
    pub(crate) fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = self.create_new(path)?;
        file.write_all(bytes).map_err(Error::io("write", path))?;
        file.sync()
    }

    /// Makes an empty file that can be appended to; one that exists is fine.
    pub(crate) fn ensure_file(&self, path: &Path) -> Result<()> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        match self.pass(path, Operation::Create).and_then(|()| options.open(path)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other.map(drop).map_err(Error::io("create", path)),
        }
    }

    /// Adds bytes to a file, handed over in one piece; they are not yet on disk.
    pub(crate) fn append(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let write = |mut file: File| {
            self.pass(path, Operation::Write(bytes))?;
            file.write_all(bytes)
        };
        self.open_to_append(path).and_then(write).map_err(Error::io("append to", path))
    }

    /// Waits until what was written to a file is on disk.
    pub(crate) fn sync_file(&self, path: &Path) -> Result<()> {
        let sync = |file: File| {
            self.pass(path, Operation::SyncFile)?;
            file.sync_all()
        };
        self.open_to_append(path).and_then(sync).map_err(Error::io("flush to disk", path))
    }

    /// Waits until a file that nobody writes to any more is on disk.
    pub(crate) fn sync_whole(&self, path: &Path) -> Result<()> {
        self.flush(path, Operation::SyncFile)
    }

    /// Cuts a file to so many bytes and waits until that is on disk.
    pub(crate) fn cut(&self, path: &Path, bytes: u64) -> Result<()> {
        let cut = |file: File| {
            self.pass(path, Operation::Cut(bytes))?;
            file.set_len(bytes)?;
            self.pass(path, Operation::SyncFile)?;
            file.sync_all()
        };
        self.open_to_append(path).and_then(cut).map_err(Error::io("shorten", path))
    }

    fn open_to_append(&self, path: &Path) -> io::Result<File> {
        self.pass(path, Operation::Open)?;
        OpenOptions::new().append(true).open(path)
    }

    /// Waits until the names in a folder are on disk.
    pub(crate) fn sync_folder(&self, path: &Path) -> Result<()> {
        self.flush(path, Operation::SyncFolder)
    }

    fn flush(&self, path: &Path, operation: Operation<'_>) -> Result<()> {
        let synced =
            self.pass(path, operation).and_then(|()| File::open(path).and_then(|opened| opened.sync_all()));
        synced.map_err(Error::io("flush to disk", path))
    }

    /// Makes a folder that must not exist.
    pub(crate) fn make_folder(&self, path: &Path) -> Result<()> {
        let made = self.pass(path, Operation::MakeFolder).and_then(|()| fs::create_dir(path));
        made.map_err(Error::io("create folder", path))
    }

    /// Makes a folder; one that exists is fine.
    pub(crate) fn ensure_folder(&self, path: &Path) -> Result<()> {
        match self.pass(path, Operation::MakeFolder).and_then(|()| fs::create_dir(path)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other.map_err(Error::io("create folder", path)),
        }
    }

    /// Makes a symbolic link that leads to `target`; it must not exist.
    pub(crate) fn link(&self, target: &Path, path: &Path) -> Result<()> {
        let made = self.pass(path, Operation::Link(target)).and_then(|()| symlink(target, path));
        made.map_err(|source| match source.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
                Error::NoLinks { path: path.into(), source }
            }
            _ => Error::io("link", path)(source),
        })
    }

    /// Where a symbolic link leads; none if there is nothing, and nowhere if it is no link.
    pub(crate) fn link_target(&self, path: &Path) -> Result<Option<PathBuf>> {
        match absent_is_none(self.pass(path, Operation::Look).and_then(|()| fs::read_link(path))) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(Some(PathBuf::new())),
            other => other.map_err(Error::io("read", path)),
        }
    }

    /// Gives a file another path, in place of what is there.
    pub(crate) fn rename(&self, from: &Path, to: &Path, action: &'static str) -> Result<()> {
        let renamed = self.pass(from, Operation::Rename(to)).and_then(|()| fs::rename(from, to));
        renamed.map_err(Error::io(action, from))
    }

    /// Removes a file; one that is not there is fine.
    pub(crate) fn remove_file(&self, path: &Path) -> Result<()> {
        let removed = self.pass(path, Operation::RemoveFile).and_then(|()| fs::remove_file(path));
        absent_is_none(removed).map(|_| ()).map_err(Error::io("remove", path))
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&self, path: &Path) -> Result<()> {
        let removed = self.pass(path, Operation::RemoveFolder).and_then(|()| fs::remove_dir(path));
        removed.map_err(Error::io("remove", path))
    }

    /// Removes a file, a link, or a folder with all that is in it.
    pub(crate) fn remove_all(&self, path: &Path) -> Result<()> {
        self.pass(path, Operation::RemoveAll).map_err(Error::io("remove", path))?;
        let meta = fs::symlink_metadata(path).map_err(Error::io("read", path))?;
        let removed = if meta.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.map_err(Error::io("remove", path))
    }

    /// Removes a file, a link, or a folder with all that is in it; one that is not there is fine.
    pub(crate) fn remove_all_if_there(&self, path: &Path) -> Result<()> {
        match self.remove_all(path) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// The bytes of a file; none if it is not there.
    pub(crate) fn read_if_there(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        let read = self
            .pass(path, Operation::Open)
            .and_then(|()| self.pass(path, Operation::Read))
            .and_then(|()| fs::read(path));
        absent_is_none(read).map_err(Error::io("read", path))
    }

    /// A file to be read; none if it is not there.
    pub(crate) fn open_if_there(&self, path: &Path) -> Result<Option<File>> {
        let opened = self.pass(path, Operation::Open).and_then(|()| File::open(path));
        absent_is_none(opened).map_err(Error::io("open", path))
    }

    /// A file to be read and added to; none if it is not there.
    pub(crate) fn open_writable_if_there(&self, path: &Path) -> Result<Option<File>> {
        absent_is_none(self.open_to_append(path)).map_err(Error::io("open", path))
    }

    /// What is known of a file; none if it is not there.
    pub(crate) fn look(&self, path: &Path) -> Result<Option<Metadata>> {
        let meta = self.pass(path, Operation::Look).and_then(|()| fs::metadata(path));
        absent_is_none(meta).map_err(Error::io("read", path))
    }

    /// The names in a folder, sorted; a name that is not UTF-8 is shown with replacement characters.
    pub(crate) fn names(&self, folder: &Path) -> Result<Vec<String>> {
        let read =
            |entry: io::Result<fs::DirEntry>| entry.map(|e| e.file_name().to_string_lossy().into_owned());
        let listed = self
            .pass(folder, Operation::List)
            .and_then(|()| fs::read_dir(folder))
            .and_then(|entries| entries.map(read).collect::<io::Result<Vec<_>>>());
        let mut names = listed.map_err(Error::io("list", folder))?;
        names.sort();
        Ok(names)
    }

    /// The names in a folder, sorted; none if it is not there.
    pub(crate) fn names_if_there(&self, folder: &Path) -> Result<Vec<String>> {
        if folder.is_dir() { self.names(folder) } else { Ok(Vec::new()) }
    }

    /// SHA-256 of the rest of a file, read in pieces.
    pub(crate) fn hash(&self, file: &mut File, path: &Path) -> Result<ObjectHash> {
        let mut digest = Sha256::new();
        let mut piece = [0; 1 << 14];
        loop {
            match self.pass(path, Operation::Read).and_then(|()| file.read(&mut piece)) {
                Ok(0) => return Ok(ObjectHash::from_digest(digest.finalize().into())),
                Ok(n) => digest.update(&piece[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("read", path)(error)),
            }
        }
    }
}

impl NewFile {
    /// Waits until the bytes are on disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let synced = self.disk.pass(&self.path, Operation::SyncFile).and_then(|()| self.file.sync_all());
        synced.map_err(Error::io("flush to disk", &self.path))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.pass(&self.path, Operation::Write(bytes))?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Does this to several at once: a journalling file system writes in one go what waits for it together.
pub(crate) fn side_by_side<T: Sync>(all: &[T], act: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    const AT_ONCE: usize = 8;
    let act_on = |some: &[T]| some.iter().try_for_each(&act);
    let act_on = &act_on;
    let (first, others) = all.split_at(all.len().div_ceil(AT_ONCE));
    std::thread::scope(|scope| {
        let acting: Vec<_> =
            others.chunks(first.len().max(1)).map(|some| scope.spawn(move || act_on(some))).collect();
        let ends =
            acting.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        // All are waited for, whatever became of the first.
        std::iter::once(act_on(first)).chain(ends).collect::<Vec<_>>().into_iter().collect()
    })
}

/// The value, or none if the error says that the file is not there.
fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}
