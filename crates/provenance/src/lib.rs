//! Row and column lineage of SQL queries.

mod carry;
mod edges;
mod error;
mod groups;
mod joins;
mod lineage;
mod need;
mod only_row;
mod prepare;
mod rows;
mod scan;
mod trail;

pub use error::{Place, ProvenanceError};
pub use lineage::{Grain, LineagePlan, Split, capture, capture_column};
pub use scan::RowIdColumn;
