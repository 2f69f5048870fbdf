//! Reading runs for others: sessions in which only what a reader may see is there.
//!
//! A [`ReadingRoom`] stands on one warehouse. For each query it sets a [`Desk`]: a session of its own with the tables of
//! one run as [`Access`] allows them. What a reader may not see is not registered, and a column that a reader may not
//! see is not in the schema of its table, so no view, function or catalogue can reach it. [`Desk::refuse`] walks the plan
//! of a query all the same, and lets through queries over these tables only.
//!
//! [`Access::WithoutIdentity`] hides, by default: a column is there if it is known not to be made from a value that
//! identifies. That is asked of `audit.column_lineage`, and what has no lineage is not there.

mod access;
mod databases;
mod guard;
mod readable;
mod room;

pub use access::Access;
pub use guard::NotAQuery;
pub use room::{Desk, ReadingRoom, Seat};
