//! Files with errors that name them, and the two syncs that make a name durable.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use terms::ObjectHash;

/// Opens a new file for writing; it is read-only for everyone once closed. Fails if the name exists.
pub(crate) fn create_new(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o444);
    options.open(path).map_err(Error::io("create", path))
}

/// Writes a new file and waits until its bytes are on disk; its name is not yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = create_new(path)?;
    file.write_all(bytes).map_err(Error::io("write", path))?;
    file.sync_all().map_err(Error::io("flush to disk", path))
}

/// Waits until the names in a folder are on disk.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::io("flush to disk", path))
}

/// Makes a folder; one that exists is fine.
pub(crate) fn ensure_folder(path: &Path) -> Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map_err(Error::io("create folder", path)),
    }
}

/// Removes a file; one that is not there is fine.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    absent_is_none(fs::remove_file(path)).map(|_| ()).map_err(Error::io("remove", path))
}

/// Removes a file, a link, or a folder with all that is in it.
pub(crate) fn remove_all(path: &Path) -> Result<()> {
    let meta = fs::symlink_metadata(path).map_err(Error::io("read", path))?;
    let removed = if meta.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(Error::io("remove", path))
}

/// The bytes of a file; none if it is not there.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    absent_is_none(fs::read(path)).map_err(Error::io("read", path))
}

/// The names in a folder, sorted; a name that is not UTF-8 is shown with replacement characters.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>> {
    let read = |entry: io::Result<fs::DirEntry>| entry.map(|e| e.file_name().to_string_lossy().into_owned());
    let listed = fs::read_dir(folder).and_then(|entries| entries.map(read).collect::<io::Result<Vec<_>>>());
    let mut names = listed.map_err(Error::io("list", folder))?;
    names.sort();
    Ok(names)
}

/// The names in a folder, sorted; none if it is not there.
pub(crate) fn names_if_there(folder: &Path) -> Result<Vec<String>> {
    if folder.is_dir() { names(folder) } else { Ok(Vec::new()) }
}

/// SHA-256 of the rest of a file, read in pieces.
pub(crate) fn hash(file: &mut File, path: &Path) -> Result<ObjectHash> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(ObjectHash::from_digest(digest.finalize().into())),
            Ok(n) => digest.update(&piece[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("read", path)(error)),
        }
    }
}

/// The value, or none if the error says that the file is not there.
pub(crate) fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}
