use crate::chain::ReadChain;
use crate::disk::Disk;
use crate::object::Stamp;
use crate::runs::ReadManifest;
use crate::{Error, Gate, Result, layout};
use std::collections::BTreeMap;
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
    /// The chain that was read last.
    pub(crate) chain: Mutex<Option<ReadChain>>,
    /// The manifests that were read last: a run asks for that of the newest one again and again.
    pub(crate) manifests: Mutex<Vec<ReadManifest>>,
    /// Where all of this lies.
    disk: Disk,
}

impl Warehouse {
    /// Opens a warehouse that exists. Nothing is written, so read access is enough.
    ///
    /// # Errors
    /// [`Error::NotAWarehouse`] if the folder is absent or holds something else.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        Self::open_on(Disk::default(), path.into())
    }

    /// Opens a warehouse that exists as [`open`](Warehouse::open) does; every file operation passes the gate.
    ///
    /// # Errors
    /// As [`open`](Warehouse::open).
    pub fn open_behind(gate: Gate, path: impl Into<PathBuf>) -> Result<Self> {
        Self::open_on(Disk::behind(gate), path.into())
    }

    fn open_on(disk: Disk, root: PathBuf) -> Result<Self> {
        if is_laid_out(&root) {
            Ok(Self { root, state: Arc::new(State { disk, ..State::default() }) })
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
        Self::create_or_open_on(Disk::default(), path.into())
    }

    /// Opens or makes a warehouse as [`create_or_open`](Warehouse::create_or_open) does; every file operation passes the
    /// gate.
    ///
    /// # Errors
    /// As [`create_or_open`](Warehouse::create_or_open).
    pub fn create_or_open_behind(gate: Gate, path: impl Into<PathBuf>) -> Result<Self> {
        Self::create_or_open_on(Disk::behind(gate), path.into())
    }

    fn create_or_open_on(disk: Disk, root: PathBuf) -> Result<Self> {
        if !is_laid_out(&root) {
            create_folders(&disk, &root)?;
            refuse_strangers(&disk, &root)?;
        }
        // Where the power was cut in a creation, any of its parts may be there; a chain with a line is no creation.
        let chain = disk.look(&root.join(layout::CHAIN))?;
        if chain.is_none_or(|chain| chain.len() == 0 && !is_laid_out(&root)) {
            create(&disk, &root)?;
        }
        Self::open_on(disk, root)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.state.disk
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
fn create_folders(disk: &Disk, root: &Path) -> Result<()> {
    let absent = root.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let absent: Vec<&Path> = absent.collect();
    absent.iter().rev().try_for_each(|folder| disk.ensure_folder(folder))?;
    let parents = absent.into_iter().filter_map(Path::parent);
    let here = Path::new(".");
    parents
        .map(|p| if p.as_os_str().is_empty() { here } else { p })
        .try_for_each(|folder| disk.sync_folder(folder))
}

/// A folder with anything but parts of a warehouse is left alone.
fn refuse_strangers(disk: &Disk, root: &Path) -> Result<()> {
    const OURS: [&str; 5] = [layout::OBJECTS, layout::RUNS, layout::TMP, layout::LOCK, "lost+found"];
    match disk.names(root)?.into_iter().find(|name| !OURS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::NotAWarehouse {
            path: root.into(),
            reason: format!("it holds `{name}`; name a folder that is absent or empty"),
        }),
    }
}

/// Makes what is missing, the chain last. Two processes may do this at once.
fn create(disk: &Disk, root: &Path) -> Result<()> {
    for folder in [layout::OBJECTS, layout::TMP, layout::RUNS] {
        disk.ensure_folder(&root.join(folder))?;
    }
    let runs = root.join(layout::RUNS);
    if !disk.names(&runs)?.iter().any(|name| layout::run_number(name).is_some()) {
        disk.ensure_file(&root.join(layout::CHAIN))?;
    }
    disk.sync_folder(&runs)?;
    disk.sync_folder(root)
}
