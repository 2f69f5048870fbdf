//! A file system that forgets: what a power cut may leave of a sequence of file operations.
//!
//! The model takes more from a program than real file systems do. What was written to a file and not flushed is lost, or kept,
//! sector by sector, with zeros where a sector was lost before one that was kept; the file may end anywhere in what
//! was lost. Each name that was given, changed or taken in a folder that was not flushed since is lost or kept by itself: a
//! file that was renamed from one folder to another may be found in both, or in neither.

#![allow(dead_code, reason = "two test binaries use it, each in part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use warehouse::{Gate, Operation};

const SECTOR: usize = 512;

/// A folder that disappears with the test: in memory, where there is such a place, for flushing takes its time.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A writing operation.
#[derive(Clone, Debug)]
enum Change {
    Create,
    Write(Vec<u8>),
    Cut(u64),
    SyncFile,
    SyncFolder,
    Rename(PathBuf),
    MakeFolder,
    Link(PathBuf),
    Remove,
}

/// What happened below a folder, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    events: Arc<Mutex<Vec<(PathBuf, Change)>>>,
}

impl Log {
    /// A gate that lets everything pass and writes down what it sees.
    pub(crate) fn gate(&self) -> Gate {
        let log = self.clone();
        Gate::new(move |path, operation| {
            log.note(path, operation);
            Ok(())
        })
    }

    /// Writes down one operation.
    pub(crate) fn note(&self, path: &Path, operation: Operation<'_>) {
        let change = match operation {
            Operation::Create => Change::Create,
            Operation::Write(bytes) => Change::Write(bytes.to_vec()),
            Operation::Cut(bytes) => Change::Cut(bytes),
            Operation::SyncFile => Change::SyncFile,
            Operation::SyncFolder => Change::SyncFolder,
            Operation::Rename(to) => Change::Rename(to.to_owned()),
            Operation::MakeFolder => Change::MakeFolder,
            Operation::Link(target) => Change::Link(target.to_owned()),
            Operation::RemoveFile | Operation::RemoveFolder | Operation::RemoveAll => Change::Remove,
            // The lock is made by opening it.
            Operation::Open if path.ends_with("lock") => Change::Create,
            _ => return,
        };
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), change));
    }

    /// How many operations were written down.
    pub(crate) fn len(&self) -> usize {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Every piece that was written.
    pub(crate) fn written(&self) -> Vec<Vec<u8>> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = events.iter().filter_map(|(_, change)| match change {
            Change::Write(bytes) => Some(bytes.clone()),
            _ => None,
        });
        bytes.collect()
    }

    /// Builds in `to` what may be found of `from` if the power is cut after so many operations.
    pub(crate) fn cut(&self, after: usize, luck: &mut Luck, from: &Path, to: &Path) {
        let mut disk = Disk::new();
        for (path, change) in self.events.lock().unwrap_or_else(PoisonError::into_inner).iter().take(after) {
            // What is done above the folder is not modelled: it was there before.
            if let Ok(path) = path.strip_prefix(from) {
                disk.apply(path, change, from);
            }
        }
        let mood = luck.below(4);
        disk.materialise(0, to, luck, mood);
    }
}

/// Numbers that are the same for the same seed (Knuth's linear congruential generator, the high bits).
pub(crate) struct Luck(u64);

impl Luck {
    /// A stream of its own for each seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut luck = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 20_101_101);
        luck.below(2);
        luck
    }

    /// A number from 0 below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// Whether something is kept: in mood 0 nothing is, in mood 1 everything, else one in two.
    fn keeps(&mut self, mood: usize) -> bool {
        match mood {
            0 => false,
            1 => true,
            _ => self.below(2) == 0,
        }
    }
}

enum Node {
    File { durable: Vec<u8>, pending: Vec<Change> },
    Folder { durable: BTreeMap<String, usize>, pending: Vec<(String, Option<usize>)> },
    Link(PathBuf),
}

/// Nodes by number; the first is the top.
struct Disk(Vec<Node>);

impl Disk {
    fn new() -> Self {
        Self(vec![Node::Folder { durable: BTreeMap::new(), pending: Vec::new() }])
    }

    /// The names of a folder as a running program sees them.
    fn names(&self, folder: usize) -> BTreeMap<String, usize> {
        let Node::Folder { durable, pending } = &self.0[folder] else {
            panic!("a file where a folder should be")
        };
        let mut names = durable.clone();
        for (name, node) in pending {
            match node {
                Some(node) => _ = names.insert(name.clone(), *node),
                None => _ = names.remove(name),
            }
        }
        names
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.iter().try_fold(0, |folder, name| self.names(folder).get(name.to_str()?).copied())
    }

    fn set(&mut self, path: &Path, node: Option<usize>) {
        let folder = self.find(path.parent().unwrap()).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match &mut self.0[folder] {
            Node::Folder { pending, .. } => pending.push((name, node)),
            _ => panic!("a file where a folder should be"),
        }
    }

    fn add(&mut self, path: &Path, node: Node) {
        if self.find(path).is_none() {
            self.0.push(node);
            self.set(path, Some(self.0.len() - 1));
        }
    }

    fn apply(&mut self, path: &Path, change: &Change, top: &Path) {
        match change {
            Change::Create => self.add(path, Node::File { durable: Vec::new(), pending: Vec::new() }),
            Change::MakeFolder => {
                self.add(path, Node::Folder { durable: BTreeMap::new(), pending: Vec::new() });
            }
            Change::Link(target) => self.add(path, Node::Link(target.clone())),
            Change::Write(_) | Change::Cut(_) => {
                let node = self.find(path).unwrap();
                let Node::File { pending, .. } = &mut self.0[node] else { panic!("not a file: {path:?}") };
                pending.push(change.clone());
            }
            Change::SyncFile => {
                let node = self.find(path).unwrap();
                let Node::File { durable, pending } = &mut self.0[node] else {
                    panic!("not a file: {path:?}")
                };
                for change in pending.drain(..) {
                    whole(durable, &change);
                }
            }
            Change::SyncFolder => {
                let node = self.find(path).unwrap();
                let names = self.names(node);
                self.0[node] = Node::Folder { durable: names, pending: Vec::new() };
            }
            Change::Rename(to) => {
                let node = self.find(path);
                self.set(to.strip_prefix(top).unwrap(), node);
                self.set(path, None);
            }
            Change::Remove => {
                if self.find(path).is_some() {
                    self.set(path, None);
                }
            }
        }
    }

    fn materialise(&self, node: usize, to: &Path, luck: &mut Luck, mood: usize) {
        match &self.0[node] {
            Node::File { durable, pending } => {
                let mut bytes = durable.clone();
                for change in pending {
                    torn(&mut bytes, change, luck, mood);
                }
                fs::write(to, bytes).unwrap();
            }
            Node::Link(target) => std::os::unix::fs::symlink(target, to).unwrap(),
            Node::Folder { durable, pending } => {
                let mut names = durable.clone();
                for (name, node) in pending.iter().filter(|_| luck.keeps(mood)) {
                    match node {
                        Some(node) => _ = names.insert(name.clone(), *node),
                        None => _ = names.remove(name),
                    }
                }
                fs::create_dir_all(to).unwrap();
                for (name, node) in names {
                    self.materialise(node, &to.join(name), luck, mood);
                }
            }
        }
    }
}

fn whole(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(more) => bytes.extend(more),
        Change::Cut(length) => bytes.truncate(*length as usize),
        _ => (),
    }
}

/// What a change may leave that was not flushed.
fn torn(bytes: &mut Vec<u8>, change: &Change, luck: &mut Luck, mood: usize) {
    let Change::Write(more) = change else {
        if luck.keeps(mood) {
            whole(bytes, change);
        }
        return;
    };
    let (start, mut kept) = (bytes.len(), bytes.len());
    bytes.extend(std::iter::repeat_n(0, more.len()));
    let mut at = 0;
    while at < more.len() {
        let end = ((start + at) / SECTOR + 1) * SECTOR - start;
        let end = end.min(more.len());
        if luck.keeps(mood) {
            bytes[start + at..start + end].copy_from_slice(&more[at..end]);
            kept = start + end;
        }
        at = end;
    }
    // The length is known by itself: the file may end in what was lost, or in the middle of what was kept last.
    let end = match luck.below(4) {
        0 => bytes.len(),
        1 => start + luck.below(bytes.len() - start + 1),
        _ => kept,
    };
    bytes.truncate(if mood == 1 { bytes.len() } else { end });
}
