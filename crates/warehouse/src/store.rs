use crate::object::Stamp;
use crate::{Error, Result, disk, layout};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use terms::ObjectHash;

/// A store of objects and runs in one folder. Clones are the same warehouse and share its lock.
#[derive(Clone, Debug)]
pub struct Warehouse {
    root: PathBuf,
    state: Arc<State>,
}

/// What the clones of a warehouse know together.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// A [`Lock`](crate::Lock) taken through this warehouse is alive.
    pub(crate) locked: AtomicBool,
    /// Objects whose bytes were hashed, and what their files looked like then.
    pub(crate) verified: Mutex<BTreeMap<ObjectHash, Stamp>>,
}

impl Warehouse {
    /// Opens a warehouse that exists. Nothing is written, so read access is enough.
    ///
    /// # Errors
    /// [`Error::NotAWarehouse`] if the folder is absent or holds something else.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let root = path.into();
        if is_laid_out(&root) {
            Ok(Self { root, state: Arc::default() })
        } else {
            let reason = "it has no folders `objects` and `runs`; check the path, or run first".into();
            Err(Error::NotAWarehouse { path: root, reason })
        }
    }

    /// Opens a warehouse, or makes one in a folder that is absent or empty. A creation that was cut off is completed.
    ///
    /// # Errors
    /// [`Error::NotAWarehouse`] if the folder holds something else, [`Error::Io`] if it cannot be written.
    pub fn create_or_open(path: impl Into<PathBuf>) -> Result<Self> {
        let root = path.into();
        if !is_laid_out(&root) {
            create_folders(&root)?;
            refuse_strangers(&root)?;
        }
        if !root.join(layout::CHAIN).is_file() {
            create(&root)?;
        }
        Self::open(root)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(crate) fn at(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Fails unless a lock of this warehouse is alive.
    pub(crate) fn require_lock(&self) -> Result<()> {
        if self.state.locked.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(Error::NotLocked { path: self.at(layout::LOCK) })
        }
    }
}

fn is_laid_out(root: &Path) -> bool {
    root.join(layout::OBJECTS).is_dir() && root.join(layout::RUNS).is_dir()
}

/// Makes a folder and those above it, and makes their names durable.
fn create_folders(root: &Path) -> Result<()> {
    let absent = root.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let parents: Vec<&Path> = absent.filter_map(Path::parent).collect();
    std::fs::create_dir_all(root).map_err(Error::io("create folder", root))?;
    let here = Path::new(".");
    parents
        .into_iter()
        .map(|p| if p.as_os_str().is_empty() { here } else { p })
        .try_for_each(disk::sync_folder)
}

/// A folder with anything but parts of a warehouse is left alone.
fn refuse_strangers(root: &Path) -> Result<()> {
    const OURS: [&str; 5] = [layout::OBJECTS, layout::RUNS, layout::TMP, layout::LOCK, "lost+found"];
    match disk::names(root)?.into_iter().find(|name| !OURS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::NotAWarehouse {
            path: root.into(),
            reason: format!("it holds `{name}`; name a folder that is absent or empty"),
        }),
    }
}

/// Makes what is missing, the chain last. Two processes may do this at once.
fn create(root: &Path) -> Result<()> {
    for folder in [layout::OBJECTS, layout::TMP, layout::RUNS] {
        disk::ensure_folder(&root.join(folder))?;
    }
    let runs = root.join(layout::RUNS);
    if !disk::names(&runs)?.iter().any(|name| layout::run_number(name).is_some()) {
        let chain = root.join(layout::CHAIN);
        let mut options = std::fs::OpenOptions::new();
        match options.append(true).create_new(true).open(&chain) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => drop(other.map_err(Error::io("create", &chain))?),
        }
    }
    disk::sync_folder(&runs)?;
    disk::sync_folder(root)
}
