use crate::hash::no_file;
use crate::reader::is_format;
use crate::unfinished::is_unfinished;
use crate::{FileFault, IngestError};
use globset::{GlobBuilder, GlobSet};
use std::fs::FileType;
use std::path::{Component, Path, PathBuf};
use terms::Contract;
use walkdir::{DirEntry, WalkDir};

/// One delivered file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// Name relative to the data folder, with `/` between parts.
    pub name: String,
    /// Where it can be opened.
    pub path: PathBuf,
}

/// The files under `root` that fit the contract's glob, in order of name.
///
/// `*` and `?` stay within a folder, `**` crosses folders, `{csv,xlsx}` are alternatives; the case of
/// letters counts. Names that start with a point, and those of [`unfinished`](crate::unfinished()) uploads, are passed
/// over. A link to a file inside `root` counts as that file; one that leads elsewhere is an error, and so is a glob that
/// climbs out with `..` or starts at the top of the disk. Links to folders are not followed.
///
/// Errors: [`IngestError::Contract`] for the glob, [`IngestError::NoFiles`] if nothing fits,
/// [`IngestError::File`] for a link that leaves `root` or leads nowhere, and for a folder or a pipe in place of a file,
/// [`IngestError::Io`] for an unreadable folder.
pub fn discover(root: &Path, contract: &Contract) -> Result<Vec<InputFile>, IngestError> {
    let wrong = |problem: String| IngestError::Contract { source_name: contract.name.clone(), problem };
    let glob = &contract.files;
    let climbs = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
    if Path::new(glob).components().any(climbs) || glob.contains('\\') || glob.contains("..") {
        return Err(wrong(format!(
            "`{glob}` leaves the data folder; write it relative to that folder, without `..`"
        )));
    }
    let matcher = matcher(glob).map_err(|error| wrong(format!("`{glob}` is no glob: {}", error.kind())))?;
    let nothing = || IngestError::NoFiles {
        source_name: contract.name.clone(),
        glob: glob.clone(),
        folder: root.to_owned(),
    };
    let home = root.canonicalize().map_err(|_| nothing())?;
    let mut files = Vec::new();
    for entry in WalkDir::new(start(root, glob)).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(root, error))?;
        let Some(name) = relative(root, entry.path()) else { continue };
        if is_hidden(&name) || is_unfinished(&name) || !matcher.is_match(&name) {
            continue;
        }
        if entry.path().to_str().is_none() {
            let problem = "its name is no Unicode text; rename it";
            return Err(IngestError::file(&name, FileFault::NotUnicode, problem));
        }
        if is_delivery(&home, &name, &entry)? {
            files.push(InputFile { name, path: entry.into_path() });
        }
    }
    files.sort();
    if files.is_empty() { Err(nothing()) } else { Ok(files) }
}

/// Whether what fits the glob is a file to be read; a folder is none unless it has the name of one.
fn is_delivery(home: &Path, name: &str, entry: &DirEntry) -> Result<bool, IngestError> {
    // No link was followed on the way, so that only one at the end can lead elsewhere.
    let kind = if entry.path_is_symlink() { behind_link(home, name, entry)? } else { entry.file_type() };
    let is_table = Path::new(name).extension().is_some_and(|end| is_format(&end.to_string_lossy()));
    match kind.is_dir() {
        true if is_table => Err(no_file(name)),
        true => Ok(false),
        false if kind.is_file() => Ok(true),
        false => Err(no_file(name)),
    }
}

fn behind_link(home: &Path, name: &str, entry: &DirEntry) -> Result<FileType, IngestError> {
    let path = entry.path().canonicalize().map_err(|_| {
        let problem = "a link that leads nowhere; put the file itself there";
        IngestError::file(name, FileFault::BrokenLink, problem)
    })?;
    if !path.starts_with(home) {
        let problem = "a link that leaves the data folder; put the file itself there";
        return Err(IngestError::file(name, FileFault::LinkOutside, problem));
    }
    path.metadata().map(|meta| meta.file_type()).map_err(|error| IngestError::io(name, error))
}

/// The deepest folder below `root` that all files of the glob lie in: a delivery of one folder is found without a look into all
/// others. Not beyond what is a folder itself, for links to folders are not followed.
fn start(root: &Path, glob: &str) -> PathBuf {
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', ']', '{', '}', '!']);
    let folders = glob.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut start = root.to_owned();
    for part in folders.split('/').filter(|part| !matches!(*part, "" | ".")).take_while(is_plain) {
        let next = start.join(part);
        if !next.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            break;
        }
        start = next;
    }
    start
}

/// The name below `root`, with `/` between parts; none for `root` itself.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components();
    let name = parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    (!name.is_empty()).then_some(name)
}

/// What decides whether a name fits a contract's glob.
pub(crate) fn matcher(glob: &str) -> Result<GlobSet, globset::Error> {
    // A set of one: unlike a matcher it compiles no regular expression for a name without wildcards.
    let glob = GlobBuilder::new(glob.trim_start_matches("./")).literal_separator(true).build()?;
    GlobSet::new([glob])
}

fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part.starts_with("~$"))
}

pub(crate) fn unreadable(root: &Path, error: walkdir::Error) -> IngestError {
    let place =
        error.path().and_then(|path| relative(root, path)).unwrap_or_else(|| root.display().to_string());
    IngestError::io(&place, error.into())
}
