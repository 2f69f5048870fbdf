//! Column lineage: from which columns of its inputs each column of a table is made.
//!
//! It hangs on the study alone, not on data: models are read off their plans ([`of_plan`]), rounds and matchings off the
//! plans of their rules and passes with what the engine does with the answers. A run stores it as
//! `audit.column_lineage` and makes it again only when a definition has changed ([`stored`]).
//!
//! | table | behind its columns stand |
//! |---|---|
//! | of a model or appendix | what its query reads |
//! | `cleaning.<round>` | the column of the base and of each delivery that rules add from, and what rules set it to; what the rules decide by decides all columns |
//! | `identity.<round>` | the column in `identity` of the base and of each delivery |
//! | `linkage.<matching>` and its two companions | what the passes return; what they join and filter by decides all columns |
//!
//! Each edge is one step. Local tables of rules and passes (`records`, `open_left`, …) are followed through to the
//! tables that they were made from. Tables of sources and of the audit are where it ends; rows that violate a check have
//! none. A table with a query that cannot be followed has no edges at all ([`StudyColumns::left_out`]): sound or absent.

mod matchings;
mod origin;
mod rounds;
mod stored;
mod walk;

pub(crate) use origin::of_plan;
pub(crate) use stored::{COLUMNS, TABLE, definition, record};
pub use stored::{is_definition_of, stored_columns};
pub use walk::{LeftOut, StudyColumns, column_lineage};
