//! Whether a warehouse is as its chain says, file by file.

mod files;
mod seal;
mod views;

use crate::{Result, Warehouse};
use serde::Serialize;
use std::fmt;

/// One thing that is not as the chain says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub fault: Fault,
    /// File or folder, relative to the warehouse, with `/` between parts.
    pub path: String,
    /// Run concerned; for an object, the first run that names it.
    pub run: Option<u64>,
    /// What is wrong, as a clause.
    pub detail: String,
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Named, but not there.
    Missing,
    /// There, with other bytes than its hash says.
    Changed,
    /// There, but named by nothing. A run that was killed or is still going also leaves such objects, and after a power cut they
    /// need not be whole; they are never read.
    Unexpected,
    /// The chain does not hang together: a bad line, a manifest that names another before it, a wrong pointer.
    BrokenChain,
}

impl Fault {
    /// The word in texts and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::Changed => "changed",
            Fault::Unexpected => "unexpected",
            Fault::BrokenChain => "broken_chain",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.fault.as_str(), self.path, self.detail)
    }
}

impl Warehouse {
    /// Hashes every manifest and every object, and says what is not as the chain says.
    ///
    /// Reads the whole store, remembers nothing of earlier checks and needs no lock; taken while a run goes, its
    /// files are reported as unexpected. Damage to one file is reported of that file alone: what follows from it,
    /// such as objects that only a changed manifest names, is not. Findings come in a fixed order: chain, manifests,
    /// objects, strangers, views, pointer.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if something is there but cannot be read; damage is a finding, not an error.
    pub fn verify_chain(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let sealed = seal::check(self, &mut findings)?;
        files::objects(self, &sealed, &mut findings)?;
        files::strangers(self, &sealed, &mut findings)?;
        views::check(self, &sealed, &mut findings)?;
        seal::pointer(self, &sealed, &mut findings)?;
        Ok(findings)
    }
}

impl Finding {
    fn new(fault: Fault, path: impl Into<String>, run: Option<u64>, detail: impl Into<String>) -> Self {
        Self { fault, path: path.into(), run, detail: detail.into() }
    }
}
