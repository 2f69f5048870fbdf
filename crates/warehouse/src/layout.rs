//! Where things are. The only module that spells a path.

use std::path::{Path, PathBuf};
use terms::ObjectHash;

pub(crate) const OBJECTS: &str = "objects";
pub(crate) const RUNS: &str = "runs";
pub(crate) const CHAIN: &str = "runs/chain";
pub(crate) const COLLECTED: &str = "runs/collected";
pub(crate) const CURRENT: &str = "current";
pub(crate) const LOCK: &str = "lock";
pub(crate) const TMP: &str = "tmp";
/// Finished steps of a run that is not committed.
pub(crate) const JOURNAL: &str = "journal";
/// What delivered files hashed to; a shortcut.
pub(crate) const DELIVERED: &str = "delivered-hashes";
pub(crate) const NEXT_DELIVERED: &str = "tmp/delivered-hashes";
/// Folders of files that are published, each named by its data package.
pub(crate) const VIEWS: &str = "views";
/// Leads to the published one of them.
pub(crate) const PUBLISHED: &str = "published";
/// Describes the files of a view.
pub(crate) const PACKAGE: &str = "datapackage.json";

const MANIFEST: &str = "manifest.json";
pub(crate) const EXTENSION: &str = ".parquet";

/// `objects/ab/cdef….parquet`, relative to the warehouse.
pub(crate) fn object(hash: &ObjectHash) -> String {
    let (folder, file) = hash.as_str().split_at(2);
    format!("{OBJECTS}/{folder}/{file}{EXTENSION}")
}

/// The hash that the object `folder/file` under `objects` is named by, if the name is well formed.
pub(crate) fn object_hash(folder: &str, file: &str) -> Option<ObjectHash> {
    let digits = file.strip_suffix(EXTENSION)?;
    let well_formed = folder.len() == 2;
    ObjectHash::try_from(format!("{folder}{digits}")).ok().filter(|_| well_formed)
}

/// `views/cdef…`: the folder of the files that a data package describes, relative to the warehouse.
pub(crate) fn view(package: &ObjectHash) -> String {
    format!("{VIEWS}/{package}")
}

/// Where a file of a view leads: its object, seen from the folder of a schema.
pub(crate) fn object_from_view(hash: &ObjectHash) -> String {
    format!("../../../{}", object(hash))
}

/// `000001`: at least six digits, so that names sort as numbers do.
pub(crate) fn run_name(number: u64) -> String {
    format!("{number:06}")
}

/// The number that a run's folder is named by, if the name is well formed.
pub(crate) fn run_number(name: &str) -> Option<u64> {
    let number = name.parse().ok()?;
    (number > 0 && run_name(number) == name).then_some(number)
}

/// `runs/000001/manifest.json`, relative to the warehouse.
pub(crate) fn manifest(number: u64) -> String {
    format!("{RUNS}/{}/{MANIFEST}", run_name(number))
}

/// The number of the run whose manifest is at this relative path, if it is one.
pub(crate) fn manifest_number(path: &str) -> Option<u64> {
    run_number(path.strip_prefix(RUNS)?.strip_prefix('/')?.strip_suffix(MANIFEST)?.strip_suffix('/')?)
}

/// The folder of a run.
pub(crate) fn run_folder(root: &Path, number: u64) -> PathBuf {
    root.join(RUNS).join(run_name(number))
}
