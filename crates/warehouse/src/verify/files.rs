//! Objects, and files that nothing names.

use super::seal::Sealed;
use super::{Fault, Finding};
use crate::{Result, Warehouse, layout};
use std::collections::BTreeSet;
use terms::ObjectHash;

const NAMES: [&str; 10] = [
    layout::OBJECTS,
    layout::RUNS,
    layout::CURRENT,
    layout::LOCK,
    layout::TMP,
    layout::JOURNAL,
    layout::VIEWS,
    layout::PUBLISHED,
    layout::DELIVERED,
    "lost+found",
];

/// Hashes every object that is there, named or not, and misses those that a kept run names and that are not there.
pub(super) fn objects(warehouse: &Warehouse, sealed: &Sealed, findings: &mut Vec<Finding>) -> Result<()> {
    let there = warehouse.stored_objects()?;
    let unfinished = warehouse.unfinished_objects()?;
    let all: BTreeSet<&ObjectHash> = sealed.named.keys().chain(&there.hashes).collect();
    for hash in all {
        let run = sealed.named.get(hash).copied();
        let path = layout::object(hash);
        if !there.hashes.contains(hash) {
            if !sealed.needs(hash) {
                continue;
            }
            let detail = format!("run {} names this object", run.unwrap_or_default());
            findings.push(Finding::new(Fault::Missing, path, run, detail));
            continue;
        }
        let file = warehouse.at(&path);
        let opened = warehouse.disk().open_if_there(&file)?;
        let found = opened.map(|mut opened| warehouse.disk().hash(&mut opened, &file)).transpose()?;
        let Some(found) = found else {
            // It was collected since the folder was listed.
            continue;
        };
        let is_whole = found == *hash;
        if run.is_some() || !sealed.doubtful.is_empty() {
            if !is_whole {
                let detail = format!("its bytes have SHA-256 {found}, not the one that it is named by");
                findings.push(Finding::new(Fault::Changed, path, run, detail));
            }
            continue;
        }
        let detail = match (unfinished.contains(hash), is_whole) {
            (true, true) => continue,
            (true, false) => {
                "it is of a run that did not come to its end, and not whole: a power cut leaves such; the next run makes it again"
            }
            (false, true) if sealed.left.contains(hash) => {
                "no run but collected ones names this object; the next collection removes it"
            }
            (false, true) => "no run names this object",
            (false, false) => "no run names this object, and it is not whole: a power cut leaves such",
        };
        findings.push(Finding::new(Fault::Unexpected, path, None, detail));
    }
    for path in there.others {
        findings.push(Finding::new(Fault::Unexpected, path, None, "no object has such a name"));
    }
    Ok(())
}

/// What is in `objects`.
pub(crate) struct StoredObjects {
    pub(crate) hashes: BTreeSet<ObjectHash>,
    /// Files and folders that are named as no object is.
    others: Vec<String>,
}

impl Warehouse {
    /// Everything that is in `objects`, by its name.
    pub(crate) fn stored_objects(&self) -> Result<StoredObjects> {
        let mut stored = StoredObjects { hashes: BTreeSet::new(), others: Vec::new() };
        for folder in self.disk().names(&self.at(layout::OBJECTS))? {
            let relative = format!("{}/{folder}", layout::OBJECTS);
            if !self.at(&relative).is_dir() {
                stored.others.push(relative);
                continue;
            }
            for file in self.disk().names(&self.at(&relative))? {
                let path = format!("{relative}/{file}");
                let hash = layout::object_hash(&folder, &file).filter(|_| self.at(&path).is_file());
                match hash {
                    Some(hash) => _ = stored.hashes.insert(hash),
                    None => stored.others.push(path),
                }
            }
        }
        Ok(stored)
    }
}

/// What is elsewhere in the warehouse and has no place there.
pub(super) fn strangers(warehouse: &Warehouse, sealed: &Sealed, findings: &mut Vec<Finding>) -> Result<()> {
    let mut stranger =
        |path: String, run, detail| findings.push(Finding::new(Fault::Unexpected, path, run, detail));
    for name in warehouse.disk().names(&warehouse.at(layout::RUNS))? {
        let path = format!("{}/{name}", layout::RUNS);
        if path == layout::CHAIN || path == layout::COLLECTED {
            continue;
        }
        match layout::run_number(&name) {
            Some(run) if run <= sealed.runs => {
                for file in warehouse.disk().names(&warehouse.at(&path))? {
                    let path = format!("{path}/{file}");
                    if path != layout::manifest(run) {
                        stranger(path, Some(run), "a run has its manifest here and nothing else");
                    }
                }
            }
            run => stranger(path, run, "the chain has no such run"),
        }
    }
    for name in warehouse.disk().names(warehouse.root())? {
        if !NAMES.contains(&name.as_str()) {
            stranger(name, None, "a warehouse has no such file");
        }
    }
    for name in warehouse.disk().names_if_there(&warehouse.at(layout::TMP))? {
        let path = format!("{}/{name}", layout::TMP);
        stranger(path, None, "a run is under way, or one was killed; the next run removes it");
    }
    Ok(())
}
