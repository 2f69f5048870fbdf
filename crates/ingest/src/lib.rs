//! Turns delivered files and a contract into staged rows and a quarantine; no row is lost.
//!
//! [`discover()`] finds the files of a [`Contract`](terms::Contract), [`open`] tells what a file is and compares
//! its header, and the [`Reader`] gives its records in [`Chunk`]s: good ones typed and with an identity,
//! faulty ones with every fault, its place, and the way out. [`Reader::finish`] closes the account:
//! records read are records staged plus records quarantined, and every byte or row of the file belongs to
//! a record, a blank line, or the header. If not, that is an [`IngestError::Bug`] and nothing counts.
//!
//! What is a fault of one record (a [`ReasonCode`]) and what of the whole file (an [`IngestError`]) follows
//! one question: can the other records still be trusted? A wrong header, a web page under the name of a table or
//! a workbook that was cut off: no. A ragged line, an impossible date, a quotation mark that is never closed: yes.
//!
//! Memory is that of one chunk, whatever the size of the file; for XLSX also the workbook's table of shared texts,
//! within [`Limits::unpacked_bytes`]. A file is hashed before and while it is read, so that one that
//! changes meanwhile is refused. The same bytes give the same rows and the same identities on any machine.
//!
//! This crate knows no SQL, no warehouse, no clock and no study. It follows no link out of the data folder, and
//! puts no delivered value into an error: values stand in the quarantine alone. (Headers are no values.)
//!
//! ```
//! use ingest::{Limits, discover, open};
//! use terms::{Column, ColumnType, Contract, IdentityKey, Normalise, Sensitivity};
//!
//! let column = |name: &str, header: &str, kind| Column {
//!     name: name.into(),
//!     headers: vec![header.into()],
//!     kind,
//!     required: true,
//!     optional_header: false,
//!     pattern: None,
//!     missing: vec![],
//!     normalise: Normalise::Blanks,
//!     sensitivity: Sensitivity::Public,
//!     pseudonym: None,
//! };
//! let contract = Contract {
//!     name: "loans".into(),
//!     files: "loans/*.{csv,xlsx}".into(),
//!     file_column: None,
//!     columns: vec![column("title", "Title", ColumnType::Text), column("borrowed", "Borrowed", ColumnType::Date)],
//! };
//! let data = tempfile::tempdir()?;
//! std::fs::create_dir(data.path().join("loans"))?;
//! std::fs::write(data.path().join("loans/north.csv"), "Title;Borrowed\nMax Havelaar;1 mei 1989\nUlysses;31-02-1988\n")?;
//!
//! let key = IdentityKey::demonstration();
//! for file in discover(data.path(), &contract)? {
//!     let mut reader = open(&contract, &key, &file, &Limits::default())?;
//!     for chunk in reader.by_ref() {
//!         let chunk = chunk?;
//!         assert_eq!((chunk.staged.num_rows(), chunk.quarantine.num_rows()), (1, 1));
//!     }
//!     let summary = reader.finish()?;
//!     assert_eq!((summary.format.as_str(), summary.records), ("utf-8, ;", 2));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod again;
mod batch;
mod cell;
mod delimited;
mod discover;
mod error;
mod fault;
mod hash;
mod header;
mod limits;
mod nearest;
mod reader;
mod reason;
mod record;
mod schema;
mod sheet;
#[cfg(test)]
mod tests;
mod typing;
mod unfinished;
mod value;

pub use again::delivered_at;
pub use discover::{InputFile, discover};
pub use error::IngestError;
pub use fault::FileFault;
pub use limits::Limits;
pub use reader::{Chunk, FileSummary, Reader, delivered, fingerprint, open};
pub use reason::ReasonCode;
pub use schema::{column_schema, quarantine_schema, staged_schema};
pub use unfinished::unfinished;
