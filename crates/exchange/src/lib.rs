//! What a run was, in the words of others: OpenLineage events, a Workflow Run RO-Crate, a DDI codebook.
//!
//! The type that matters is [`Described`]: a run's manifest, the study that it ran, the columns of its tables and from
//! which columns each is made. [`openlineage::events`] tells it to catalogues of data, [`ro_crate::metadata`] to archives of
//! research.
//!
//! [`ddi::codebook`] tells what was asked and what answers mean, from the lists that a study keeps for it, which are no
//! deliveries.
//!
//! None holds a value of a delivered row: files and tables are told by name, columns, number of rows, size and SHA-256. The same run
//! gives the same bytes whenever it is told of: identifiers are derived from the hash of its manifest, times are in it.
//!
//! This crate reads and writes no file, opens no connection and asks no clock. Its shapes are checked against the published
//! schemas and profiles by `tests/oracle/exports.py`.

pub mod ddi;
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
