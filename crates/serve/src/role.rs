//! Roles of users, and what each may see.

use engine::Access;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a user may see of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and who asked what (`audit.queries`).
    Auditor,
    /// Everything but what identifies: [`Access::WithoutIdentity`].
    Analyst,
    /// The printed tables.
    Public,
}

impl Role {
    const ALL: [Role; 3] = [Role::Auditor, Role::Analyst, Role::Public];

    /// The word for it in the file of users.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Auditor => "auditor",
            Role::Analyst => "analyst",
            Role::Public => "public",
        }
    }

    /// How much of a run it may see.
    pub fn access(self) -> Access {
        match self {
            Role::Auditor => Access::Everything,
            Role::Analyst => Access::WithoutIdentity,
            Role::Public => Access::Printed,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Role::ALL.into_iter().find(|role| role.as_str() == word);
        known.ok_or_else(|| format!("{word:?} is no role; there are auditor, analyst and public"))
    }
}
