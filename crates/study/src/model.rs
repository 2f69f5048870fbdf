use crate::{Presentation, SqlFile};
use std::path::PathBuf;
use terms::TableName;

/// Which rows of two tables are the same person, in passes from sure to unsure.
/// Its tables are `linkage.<name>`, `linkage.<name>_candidates`, `linkage.<name>_unmatched`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// Name: a lower-case identifier.
    pub name: String,
    /// The table whose rows look for a partner; `open_left` in a pass.
    pub left: TableName,
    /// The table in which they look; `open_right` in a pass.
    pub right: TableName,
    /// Staged verdicts of reviewers, if any: the columns of a round's, and `other`; `rule` is the pass, `record` the left row,
    /// `other` the right one.
    pub review: Option<TableName>,
    /// The passes, in the order in which they are tried.
    pub passes: Vec<Pass>,
}

/// One pass of a matching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Stem of the file.
    pub name: String,
    /// The query for candidate pairs.
    pub sql: SqlFile,
}

/// One query that makes one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The table; its second part is the stem of the file.
    pub table: TableName,
    /// It may read schema `identity`.
    pub identity: bool,
    /// The query.
    pub sql: SqlFile,
}

/// A model in schema `appendix` with its presentation: one printed table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appendix {
    /// The query and its table; it never may read schema `identity`.
    pub model: Model,
    /// How it is printed.
    pub presentation: Presentation,
}

/// What the appendices are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// Folder of the published tables, relative to the study folder, with `/` between parts.
    pub published: PathBuf,
    /// Known differences, as declared.
    pub misprints: Vec<Misprint>,
    /// What the synthetic data does not reach, if the study has such a list.
    pub unreached: Option<UnreachedList>,
}

/// Printed cells that the study's synthetic data does not reach; written by a command, its reasons by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreachedList {
    /// The CSV file, relative to the study folder, with `/` between parts.
    pub file: PathBuf,
    /// Its entries, in the order of the file.
    pub entries: Vec<Unreached>,
}

/// One printed cell that the synthetic data does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// Appendix: its table without the schema.
    pub appendix: String,
    /// Text of the row's key.
    pub row: String,
    /// Column of the appendix.
    pub column: String,
    /// What is printed.
    pub printed: String,
    /// What is produced.
    pub produced: String,
    /// Produced less printed, in units of the print; empty where one of them is no number.
    pub distance: String,
    /// Why it is not reached; empty: for the reason that the appendix gives.
    pub reason: String,
    /// Line of the entry in its file, from 1.
    pub line: u32,
}

impl Unreached {
    /// Columns of the file, in order.
    pub const COLUMNS: [&'static str; 7] =
        ["appendix", "row", "column", "printed", "produced", "distance", "reason"];
}

/// One known difference between a printed and a produced cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misprint {
    /// Appendix: its table without the schema.
    pub appendix: String,
    /// Text of the row's key.
    pub row: String,
    /// Column of the appendix.
    pub column: String,
    /// What is printed.
    pub printed: String,
    /// What is produced.
    pub produced: String,
    /// Kind of the difference, as the study's author names it.
    pub kind: String,
    /// Why it is not the data that is wrong.
    pub explanation: String,
    /// Line of the entry in its file, from 1.
    pub line: u32,
}
