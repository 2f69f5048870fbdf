//! The nouns of herkomst: identities, contracts, verdicts, manifests.
//!
//! What is here has no side effects: no file, clock, environment or randomness is touched, so every
//! other crate may depend on it. The types that matter are [`RowId`] (who a row is), [`Contract`] (what a
//! delivery must look like), [`Verb`] (what a rule may do to a row) and [`Manifest`] (what a run was).
//!
//! ```
//! use terms::{IdentityKey, RowId};
//! let key = IdentityKey::demonstration();
//! let a = RowId::derive(&key, "registrations", &["0612345678", "Abebe"]);
//! let b = RowId::derive(&key, "registrations", &["0612345678", "Abebe"]);
//! assert_eq!(a, b, "the same record delivered again keeps its identity");
//! assert_ne!(a, RowId::derive(&key, "registrations", &["06123456", "78Abebe"]));
//! ```

mod column_lineage;
mod contract;
mod fold;
mod identity;
mod manifest;
mod table;
mod verdict;

pub use column_lineage::{ColumnEdge, ColumnRole};
pub use contract::{Code, Column, ColumnType, Contract, Normalise, Sensitivity};
pub use fold::{fold, fold_blanks, is_spreadsheet_error};
pub use identity::{IdentityKey, ObjectHash, ObjectHashError, RowId};
pub use manifest::{
    CheckOutcome, CheckRecord, InputRecord, LineageRecord, LossRecord, Manifest, MatchingReviews, NodeRecord,
    ReviewsAsked, RoundReviews, Severity, StepOutcome, TableRecord, ViewRecord, WaterfallRow,
};
pub use table::{TableName, TableNameError};
pub use verdict::Verb;
