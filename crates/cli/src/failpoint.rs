//! Warehouses that a test can have die or fail at a chosen instant; in an optimised build, warehouses as they are.
//!
//! `HERKOMST_FAILPOINT` names the file operation at which the process dies as one that is killed does: by its place,
//! counted from 1, or by its name, such as `rename tmp/current`. `HERKOMST_FAILPOINT_LOG` names a file to which the name of
//! each operation is written, a line each. Operations are counted over all warehouses that the process opens.

use std::path::Path;
use warehouse::{Result, Warehouse};

/// Whether a test counts file operations: then they must come in the same order each time.
pub(crate) fn is_armed() -> bool {
    cfg!(debug_assertions)
        && ["HERKOMST_FAILPOINT", "HERKOMST_FAILPOINT_LOG"]
            .iter()
            .any(|name| std::env::var_os(name).is_some())
}

/// Opens a warehouse that is there.
#[cfg(not(debug_assertions))]
pub(crate) fn open(path: &Path) -> Result<Warehouse> {
    Warehouse::open(path)
}

/// Opens a warehouse that is there, behind a gate if a test asks for one.
#[cfg(debug_assertions)]
pub(crate) fn open(path: &Path) -> Result<Warehouse> {
    match armed::gate(path) {
        None => Warehouse::open(path),
        Some(gate) => Warehouse::open_behind(gate, path),
    }
}

/// Opens a warehouse or makes one.
#[cfg(not(debug_assertions))]
pub(crate) fn create_or_open(path: &Path) -> Result<Warehouse> {
    Warehouse::create_or_open(path)
}

/// Opens a warehouse or makes one, behind a gate if a test asks for one.
#[cfg(debug_assertions)]
pub(crate) fn create_or_open(path: &Path) -> Result<Warehouse> {
    match armed::gate(path) {
        None => Warehouse::create_or_open(path),
        Some(gate) => Warehouse::create_or_open_behind(gate, path),
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use warehouse::{Gate, Operation};

    static SEEN: AtomicUsize = AtomicUsize::new(0);

    /// A gate, if a variable asks for one.
    pub(super) fn gate(root: &Path) -> Option<Gate> {
        let root = root.to_owned();
        let (at, log) =
            (std::env::var("HERKOMST_FAILPOINT").ok(), std::env::var("HERKOMST_FAILPOINT_LOG").ok());
        if at.is_none() && log.is_none() {
            return None;
        }
        Some(Gate::new(move |path, operation| {
            let (place, name) = (SEEN.fetch_add(1, Ordering::Relaxed) + 1, name(&root, path, operation));
            if let Some(log) = &log {
                let mut file = OpenOptions::new().append(true).create(true).open(log)?;
                // In one piece: steps that are made side by side write, too.
                file.write_all(format!("{name}\n").as_bytes())?;
            }
            if at.as_ref().is_some_and(|at| *at == name || *at == place.to_string()) {
                std::process::abort();
            }
            Ok(())
        }))
    }

    /// What is done to what; the parts of the path that differ from run to run are left out.
    fn name(root: &Path, path: &Path, operation: Operation<'_>) -> String {
        let relative = path.strip_prefix(root).unwrap_or(Path::new(".."));
        let parts = relative.iter().map(|part| part.to_string_lossy());
        let parts: Vec<String> = parts
            .enumerate()
            .map(|(depth, part)| if depth > 0 && varies(&part) { "*".into() } else { part.into() })
            .collect();
        format!("{} {}", word(operation), if parts.is_empty() { ".".into() } else { parts.join("/") })
    }

    fn varies(part: &str) -> bool {
        let stem = part.split('.').next().unwrap_or_default();
        stem.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    }

    fn word(operation: Operation<'_>) -> &'static str {
        match operation {
            Operation::Create => "create",
            Operation::Write(_) => "write",
            Operation::Cut(_) => "cut",
            Operation::SyncFile | Operation::SyncFolder => "sync",
            Operation::Rename(_) => "rename",
            Operation::MakeFolder => "make",
            Operation::Link(_) => "link",
            Operation::RemoveFile | Operation::RemoveFolder | Operation::RemoveAll => "remove",
            Operation::Open => "open",
            Operation::Read => "read",
            Operation::List => "list",
            Operation::Look => "look",
            Operation::Lock => "lock",
        }
    }
}
