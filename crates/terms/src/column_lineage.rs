use crate::TableName;
use serde::{Deserialize, Serialize};

/// A column of one table in a column of another that was made from it, in one step.
///
/// Edges compare as a stored table of them is sorted: by all their parts, in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnEdge {
    /// The table that was made.
    pub output_table: TableName,
    /// Its column.
    pub output_column: String,
    /// A table that it was made from.
    pub input_table: TableName,
    /// That table's column.
    pub input_column: String,
    /// What the input is for the output.
    pub role: ColumnRole,
}

/// What a column of an input is for a column of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// It only decides: which rows there are, how they are grouped, which of several values is taken.
    Influence,
    /// The values are computed from it, conditions of a CASE among them; it may decide as well.
    Value,
}

impl ColumnRole {
    /// The word in the stored table.
    pub fn as_str(self) -> &'static str {
        match self {
            ColumnRole::Influence => "influence",
            ColumnRole::Value => "value",
        }
    }

    /// The role of a word in the stored table.
    pub fn from_word(word: &str) -> Option<Self> {
        [ColumnRole::Influence, ColumnRole::Value].into_iter().find(|role| role.as_str() == word)
    }
}
