//! Row lineage of a run: captured while models run, stored beside their tables, followed back and on.

mod capture;
mod read;
pub(crate) mod records;
mod replay;
mod view;
mod write;

pub(crate) use capture::{Captured, lineage_fault};
pub use read::{Lineage, Rows};
pub use replay::{Replay, ReplayQuery};
pub(crate) use view::{LineageTable, Places};

/// What a run captures of the rows that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The rows that stand behind each.
    Rows,
    /// Nothing: nobody can ask why. For measuring what capture costs.
    Nothing,
}

impl Capture {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Capture::Rows => "rows",
            Capture::Nothing => "nothing",
        }
    }
}
