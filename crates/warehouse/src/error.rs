use crate::Holder;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What a call of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call failed; the text names the path and the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine refused: no space, no permission, no such file, …
    #[error("cannot {action} {}: {source}{}", path.display(), way_out(source))]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What was tried, as an infinitive: `write`, `rename`, ….
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another run holds the lock.
    #[error(
        "the warehouse is locked by {}{} ({}): wait for it to end, or ask to wait when starting",
        holder.as_ref().map_or_else(|| "a run that has not yet written its name".to_string(), ToString::to_string),
        age.as_ref().map_or_else(String::new, |age| format!(", for {age}")),
        path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it; none in the instant before the holder has written its name.
        holder: Option<Holder>,
        /// How long it has held it, in words; none if its clock is ahead or the holder is not known.
        age: Option<String>,
    },
    /// Objects were to be removed while somebody reads; nothing was removed.
    #[error(
        "the warehouse is being read{}, and was for {} seconds ({}): nothing was removed; collect again when these queries have \
        ended, or allow more time for them to end",
        by(readers),
        patience.as_secs_f32(),
        path.display()
    )]
    Read {
        /// The file that readers lock.
        path: PathBuf,
        /// Process numbers of readers, as far as they are known.
        readers: Vec<u32>,
        /// How long they were waited for.
        patience: Duration,
    },
    /// Something was to be read while a collection removes objects.
    #[error(
        "a collection has been removing objects of the warehouse for minutes ({}): ask again when it has ended",
        path.display()
    )]
    Collecting {
        /// The file that readers lock.
        path: PathBuf,
    },
    /// Something was to be written without the lock: a fault of the caller, or the lock file was removed.
    #[error(
        "nothing may be written without the lock {}: take it first, and do not remove the file while a run goes",
        path.display()
    )]
    NotLocked {
        /// The lock file.
        path: PathBuf,
    },
    /// The store is not what it says it is.
    #[error("{} is damaged: {what}; {repair}", path.display())]
    Corrupt {
        /// File or folder.
        path: PathBuf,
        /// What is wrong, as a clause.
        what: String,
        /// What to do, as an instruction.
        repair: String,
    },
    /// The folder holds something else, or nothing.
    #[error("{} is not a warehouse: {reason}", path.display())]
    NotAWarehouse {
        /// The folder.
        path: PathBuf,
        /// Why, with the way out.
        reason: String,
    },
    /// The objects of the run were removed by a collection; its manifest is still there.
    #[error(
        "the objects of run {run} were collected, only its manifest is left ({}): ask a run that was kept; what is kept is chosen when collecting",
        path.display()
    )]
    Collected {
        /// List of collected runs.
        path: PathBuf,
        /// The number.
        run: u64,
    },
    /// It could be done, and should not.
    #[error("{what} ({}): {way_out}", path.display())]
    Refused {
        /// The warehouse, or the file that it is about.
        path: PathBuf,
        /// What is refused and why, as a sentence without its point.
        what: String,
        /// What to do instead, as an instruction.
        way_out: String,
    },
    /// The chain has no run of this number.
    #[error("the warehouse {} has no run {run}: list its runs to see which it has", path.display())]
    NoRun {
        /// The warehouse.
        path: PathBuf,
        /// The number.
        run: u64,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { path, action, source }
    }

    pub(crate) fn corrupt(
        path: impl Into<PathBuf>,
        what: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Error::Corrupt { path: path.into(), what: what.into(), repair: repair.into() }
    }
}

fn by(readers: &[u32]) -> String {
    match readers {
        [] => String::new(),
        [one] => format!(" by process {one}"),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            format!(" by processes {}", names.join(", "))
        }
    }
}

fn way_out(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free space on that disk and run again: what was published stays published"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "; make the file system writable or name a warehouse elsewhere: what was published can still be read"
        }
        io::ErrorKind::PermissionDenied => "; give this user the right to it, or name a warehouse elsewhere",
        io::ErrorKind::NotFound => "; something else removed it: run again, and verify the warehouse",
        io::ErrorKind::DirectoryNotEmpty => {
            "; move away the files in it that are not the warehouse's, and run again"
        }
        _ => "",
    }
}
