//! What a run was, in the words of others: OpenLineage events and a Workflow Run RO-Crate.
//!
//! The type that matters is [`Described`]: a run's manifest, the study that it ran, the columns of its tables and from
//! which columns each is made. [`openlineage::events`] tells it to catalogues of data, [`ro_crate::metadata`] to archives of
//! research.
//!
//! Neither holds a value of a row: files and tables are told by name, columns, number of rows, size and SHA-256. The same run
//! gives the same bytes whenever it is told of: identifiers are derived from the hash of its manifest, times are in it.
//!
//! This crate reads and writes no file, opens no connection and asks no clock. Its shapes are checked against the published
//! schemas and profiles by `tests/oracle/exports.py`.

mod described;
mod error;
pub mod openlineage;
pub mod ro_crate;
mod times;
mod uuid;

#[cfg(test)]
mod example;

pub use described::{Described, TableColumn};
pub use error::ExchangeError;
