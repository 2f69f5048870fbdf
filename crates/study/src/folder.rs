use crate::text::{Place, Text};
use crate::{Fault, StudyError};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{DirEntry, FileType, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The study folder: the only way to its files, none of which may lie outside it.
pub(crate) struct Folder {
    root: PathBuf,
    real: PathBuf,
    /// Folders in it that files were read from, without links.
    folders: RefCell<BTreeMap<PathBuf, PathBuf>>,
}

/// Larger files are no study's.
const MAX_BYTES: u64 = 8 << 20;

impl Folder {
    pub(crate) fn open(root: &Path) -> Result<Self, StudyError> {
        match root.canonicalize() {
            Ok(real) if real.is_dir() => Ok(Self { root: root.into(), real, folders: RefCell::default() }),
            Ok(_) => Err(whole(
                &root.display().to_string(),
                "not a folder",
                "name the folder that holds pipeline.yaml",
            )),
            Err(error) => Err(whole(
                &root.display().to_string(),
                &format!("the study folder cannot be opened ({})", error.kind()),
                "name the folder that holds pipeline.yaml",
            )),
        }
    }

    /// The file `path`, which `by` names.
    pub(crate) fn read(&self, path: &str, by: Option<&Place>) -> Result<Text, StudyError> {
        let (real, meta) = self.look(path, by)?;
        if meta.is_dir() {
            return Err(missing(path, by, "a folder, but a file is needed"));
        }
        if !meta.is_file() {
            return Err(missing(path, by, "not a file, but a pipe or a device"));
        }
        if meta.len() > MAX_BYTES {
            return Err(whole(
                path,
                "larger than 8 MiB",
                "data belongs in the data folder, not among the study's files",
            ));
        }
        let unreadable =
            |error: io::Error| missing(path, by, &format!("the file cannot be read ({})", error.kind()));
        decode(path, bytes(&real, meta.len()).map_err(unreadable)?)
    }

    /// Files of the folder `path`, which `by` names: `path/name`, by name, hidden ones excluded.
    ///
    /// Errors: the folder is missing, or holds folders, whose files would be passed over in silence.
    pub(crate) fn list(&self, path: &str, by: &Place) -> Result<Vec<String>, StudyError> {
        let real = self.inside(path, Some(by))?;
        let unreadable = |kind: std::io::ErrorKind| {
            missing(path, Some(by), &format!("the folder cannot be read ({kind})"))
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&real).map_err(|error| unreadable(error.kind()))? {
            let entry = entry.map_err(|error| unreadable(error.kind()))?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(missing(path, Some(by), "the folder holds a file whose name is not UTF-8"));
            };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{}/{name}", path.trim_end_matches('/'));
            if kind(&entry).is_some_and(|kind| kind.is_dir()) {
                return Err(whole(
                    &path,
                    "a folder in a folder of SQL files",
                    "folders in it are not read: move its files up, or declare it",
                ));
            }
            names.push(path);
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether the file `path` exists inside the study folder.
    pub(crate) fn check(&self, path: &str, by: &Place) -> Result<(), StudyError> {
        self.inside(path, Some(by)).map(|_| ())
    }

    /// Where the file `path` inside the study folder lies, behind all links.
    pub(crate) fn real(&self, path: &str) -> Result<PathBuf, StudyError> {
        self.inside(path, None)
    }

    /// Whether there is such a file inside the study folder.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.look(path, None).is_ok_and(|(_, meta)| meta.is_file())
    }

    /// Files of a folder by name, as [`Folder::list`] gives them; none of one that cannot be read.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let real = if path.is_empty() { Ok(self.real.clone()) } else { self.inside(path, None) };
        let entries = real.ok().and_then(|real| std::fs::read_dir(real).ok()).into_iter().flatten().flatten();
        let files = entries.filter(|entry| kind(entry).is_some_and(|kind| kind.is_file()));
        let names = files.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.map(|name| if path.is_empty() { name } else { format!("{path}/{name}") }).collect();
        names.sort_unstable();
        names
    }

    /// The declared data folder; it alone may lie elsewhere, and need not exist.
    pub(crate) fn data(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn inside(&self, path: &str, by: Option<&Place>) -> Result<PathBuf, StudyError> {
        self.look(path, by).map(|(real, _)| real)
    }

    /// Where the path leads, and what is there.
    fn look(&self, path: &str, by: Option<&Place>) -> Result<(PathBuf, Metadata), StudyError> {
        if !is_relative(path) {
            return Err(outside(path, by));
        }
        match self.without_links(&self.real.join(path)) {
            Ok(found) if found.0.starts_with(&self.real) => Ok(found),
            Ok(_) => Err(outside(path, by)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(missing(path, by, "there is no such file or folder"))
            }
            Err(error) => Err(missing(path, by, &format!("cannot be opened ({})", error.kind()))),
        }
    }

    /// Where a path leads, and what is there. Many files lie in few folders, so what leads to a folder is looked up once.
    fn without_links(&self, path: &Path) -> io::Result<(PathBuf, Metadata)> {
        let real = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => self.folder(folder)?.join(name),
            _ => path.canonicalize()?,
        };
        let meta = real.symlink_metadata()?;
        if !meta.is_symlink() {
            return Ok((real, meta));
        }
        let real = real.canonicalize()?;
        let meta = real.metadata()?;
        Ok((real, meta))
    }

    fn folder(&self, folder: &Path) -> io::Result<PathBuf> {
        if let Some(real) = self.folders.borrow().get(folder) {
            return Ok(real.clone());
        }
        let real = folder.canonicalize()?;
        self.folders.borrow_mut().insert(folder.to_owned(), real.clone());
        Ok(real)
    }
}

/// What a name in a folder leads to, as the folder says; only a link is followed.
fn kind(entry: &DirEntry) -> Option<FileType> {
    let kind = entry.file_type().ok()?;
    if kind.is_symlink() { entry.path().metadata().ok().map(|meta| meta.file_type()) } else { Some(kind) }
}

/// A file's bytes, in one piece of memory where it is as long as it was when it was looked at.
fn bytes(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_or(0, |length| length + 1));
    std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the path goes down only, in `/` notation.
pub(crate) fn is_relative(path: &str) -> bool {
    let windows = path.contains('\\') || path.as_bytes().get(1) == Some(&b':');
    let down = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    !path.is_empty() && !windows && down
}

fn decode(path: &str, bytes: Vec<u8>) -> Result<Text, StudyError> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            Ok(Text { path: path.into(), source: Arc::from(text.strip_prefix('\u{feff}').unwrap_or(&text)) })
        }
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let text = Text { path: path.into(), source: Arc::from(String::from_utf8_lossy(&bytes[..good])) };
            let byte = bytes.get(good).copied().unwrap_or_default();
            let mut fault = text.place(good..good).fault("not UTF-8", "save the file as UTF-8");
            fault.offending = format!("\\x{byte:02X}");
            Err(StudyError::File(fault))
        }
    }
}

fn outside(path: &str, by: Option<&Place>) -> StudyError {
    let help = "write a path inside the study folder, relative to it, with `/`";
    refused(path, by, "the path leaves the study folder", help)
}

fn missing(path: &str, by: Option<&Place>, message: &str) -> StudyError {
    let help = format!("the path is relative to the study folder; create `{path}` or correct its name");
    refused(path, by, message, &help)
}

/// A fault where the file is named; the path is added where the text there is not the path itself.
fn refused(path: &str, by: Option<&Place>, message: &str, help: &str) -> StudyError {
    StudyError::File(match by {
        Some(place) if place.written().trim_matches(['"', '\'']) == path => place.fault(message, help),
        Some(place) => place.fault(format!("{message} ({path})"), help),
        None => fault(path, message, help),
    })
}

/// A fault of a whole file.
pub(crate) fn whole(path: &str, message: &str, help: &str) -> StudyError {
    StudyError::File(fault(path, message, help))
}

fn fault(path: &str, message: &str, help: &str) -> Box<Fault> {
    Box::new(Fault {
        path: path.into(),
        line: 1,
        column: 1,
        offending: String::new(),
        message: message.into(),
        help: help.into(),
        source: None,
        span: 0..0,
    })
}
