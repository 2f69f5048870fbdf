use serde::{Deserialize, Serialize};
use std::fmt;

/// What a rule may do to a row. A row that no verdict names is kept as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// The row is the same as the survivor and disappears into it.
    Merge,
    /// The row does not belong in the table.
    Remove,
    /// The row goes to another population.
    Move,
    /// A delivered row enters the table.
    Add,
    /// Some of the row's values are replaced.
    Update,
}

impl Verb {
    /// All verbs, in the order of the documentation.
    pub const ALL: [Verb; 5] = [Verb::Merge, Verb::Remove, Verb::Move, Verb::Add, Verb::Update];

    /// The word in SQL and in the decision tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Merge => "merge",
            Verb::Remove => "remove",
            Verb::Move => "move",
            Verb::Add => "add",
            Verb::Update => "update",
        }
    }

    /// The verb of this word, if it is one.
    pub fn from_word(word: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.as_str() == word)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
