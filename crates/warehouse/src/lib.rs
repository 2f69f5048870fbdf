//! Immutable objects by hash, manifests in a tamper-evident chain, atomic publication.
//!
//! # What is on disk
//!
//! ```text
//! objects/ab/cdef….parquet    bytes, named by their SHA-256, never changed
//! runs/000001/manifest.json   what a run read, did and made; names objects
//! runs/chain                  one line per run: SHA-256 and path of its manifest
//! runs/collected              the lines of runs whose objects were removed
//! views/cdef…/                datapackage.json, and for each table that it describes a link to its object
//! published                   link to the view of the published run
//! current                     path of the published run's manifest
//! lock                        who writes; held by the kernel, not by the file's existence
//! journal                     finished steps of a run that did not come to its end; gone after a commit
//! delivered-hashes            what delivered files hashed to; a shortcut that may be removed
//! tmp/                        unfinished files of the run that holds the lock
//! ```
//!
//! Nothing of this needs us to be read: `sha256sum -c runs/chain` inside the folder checks every
//! manifest, `jq . $(cat current)` shows the published one, any Parquet reader opens the objects.
//!
//! # Why it is so
//!
//! * **The chain is the commit point.** Everything that a manifest names is durable before its line is
//!   appended; a run without a line never happened. [`Warehouse::commit`] gives the order, and tests cut
//!   it at every step.
//! * **What is durable is not flushed again.** Names of the newest run's objects are on disk: a commit flushes those that it adds,
//!   and an object of that run that was lost is put back with its name.
//! * **A lock cannot be stale.** It is a `flock`: when its owner dies, the kernel lets go.
//! * **Nothing is removed under a reader.** Readers hold a [`Lease`] while a query lasts, a collection waits for them; it is a
//!   `flock` too, on the chain.
//! * **Bytes are checked before they are used.** Parquet does not notice most flipped bits, so
//!   [`Warehouse::object`] hashes the file and refuses one that differs from its name.
//!
//! # Borders
//!
//! Only this crate writes the store. It knows no SQL, no Parquet and no study, and reads no clock: times
//! enter as arguments. It runs on Unix; on a network file system `flock` is as good as that system's.
//!
//! # Example
//!
//! The types that matter are [`Warehouse`], [`Lock`] and [`ObjectWriter`].
//!
//! ```
//! use std::io::Write;
//! use warehouse::{LockMode, Publish, Warehouse};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("store");
//! # let manifest: terms::Manifest = serde_json::from_str(r#"{"format": 1, "run": 0, "study": "s",
//! #   "synthetic": true, "engine": "0", "started": "", "finished": "", "published": false,
//! #   "parameters": {}, "inputs": [], "nodes": [], "waterfall": [], "checks": [], "previous": null}"#)?;
//! let store = Warehouse::create_or_open(path)?;
//! let lock = store.lock("night run", "2011-03-01T02:00:00Z", LockMode::Fail)?;
//!
//! let mut writer = store.writer()?;
//! writer.write_all(b"the bytes of a table")?;
//! let stored = writer.finish()?;
//! assert_eq!(store.object(&stored.hash)?.bytes, 20);
//!
//! let run = store.commit(&manifest, &lock, Publish::Yes)?;
//! assert_eq!(store.current()?, Some(run));
//! assert!(store.verify_chain()?.iter().all(|finding| finding.path.starts_with("objects/")));
//! # Ok(())
//! # }
//! ```

mod age;
mod chain;
mod collect;
mod collected;
mod commit;
mod delivered;
mod disk;
mod error;
mod gate;
mod journal;
mod layout;
mod lease;
mod lock;
mod object;
mod package;
mod pointer;
mod recover;
mod roll_back;
mod runs;
mod sealed;
mod store;
mod verify;
mod view;

#[cfg(test)]
mod tests;

pub use collect::{Collection, Retention};
pub use commit::Publish;
pub use delivered::{DeliveredHashes, MARGIN};
pub use error::{Error, Result};
pub use gate::{Gate, Operation};
pub use journal::Journal;
pub use lease::{Lease, PATIENCE};
pub use lock::{Holder, Lock, LockMode};
pub use object::{ObjectWriter, Stored, VerifiedObject};
pub use runs::RunRef;
pub use store::Warehouse;
pub use verify::{Fault, Finding};
