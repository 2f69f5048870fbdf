//! Which runs were collected: a file with their lines of the chain, in the order in which they were collected.
//!
//! The file is replaced as a whole, so there is never half a line in it. Every manifest seals it as it was then: the
//! manifest says the SHA-256 of the lines that there were.

use crate::{Error, Result, Warehouse, chain, layout};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use terms::{Manifest, ObjectHash};

const NEXT: &str = "tmp/collected";
const REPAIR: &str = "put back a copy of the file; it holds lines of runs/chain";

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The runs.
    pub(crate) runs: BTreeSet<u64>,
    /// The file; none if nothing was ever collected.
    bytes: Option<Vec<u8>>,
}

impl Warehouse {
    /// Numbers of the runs whose objects were [collected](Warehouse::collect).
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the file holds something else than lines of the chain.
    pub fn collected(&self) -> Result<BTreeSet<u64>> {
        Ok(self.read_collected()?.runs)
    }

    /// Fails if the objects of a run were [collected](Warehouse::collect).
    ///
    /// # Errors
    /// [`Error::Collected`]; as [`collected`](Warehouse::collected).
    pub fn require_kept(&self, run: u64) -> Result<()> {
        if self.collected()?.contains(&run) {
            Err(Error::Collected { path: self.at(layout::COLLECTED), run })
        } else {
            Ok(())
        }
    }

    /// The bytes of the file; none if nothing was ever collected.
    pub(crate) fn collected_bytes(&self) -> Result<Option<Vec<u8>>> {
        self.disk().read_if_there(&self.at(layout::COLLECTED))
    }

    pub(crate) fn read_collected(&self) -> Result<Collected> {
        let Some(bytes) = self.collected_bytes()? else {
            return Ok(Collected::default());
        };
        let chain = self.chain()?;
        let mut runs = BTreeSet::new();
        for (line, number) in lines(&bytes).zip(1..) {
            let is_of = |run: u64| (chain::line(run, chain.hash(run)?).as_bytes() == line).then_some(run);
            let run = run_of(line).and_then(is_of).ok_or_else(|| {
                Error::corrupt(
                    self.at(layout::COLLECTED),
                    format!("line {number} is not a line of runs/chain"),
                    REPAIR,
                )
            })?;
            runs.insert(run);
        }
        Ok(Collected { runs, bytes: Some(bytes) })
    }

    /// Adds lines, all or none; readers see the file before or after.
    pub(crate) fn write_collected(&self, before: &Collected, lines: &str) -> Result<()> {
        let next = self.at(NEXT);
        let mut bytes = before.bytes.clone().unwrap_or_default();
        bytes.extend(lines.as_bytes());
        self.disk().remove_file(&next)?;
        self.disk().write_new(&next, &bytes)?;
        self.disk().rename(&next, &self.at(layout::COLLECTED), "rename to runs/collected")
    }

    /// What the next manifest says of the file, after the newest one was found to be right about it.
    pub(crate) fn seal_collected(&self, newest: Option<&Manifest>) -> Result<Option<ObjectHash>> {
        let collected = self.read_collected()?;
        let sealed = newest.and_then(|manifest| manifest.collected.as_ref());
        match (sealed, collected.bytes) {
            (None, None) => Ok(None),
            (sealed, Some(bytes)) if sealed.is_none_or(|sealed| seals(&bytes).contains(sealed)) => {
                Ok(Some(ObjectHash::of(&bytes)))
            }
            (_, bytes) => {
                let what = if bytes.is_none() { "it is missing" } else { "lines were lost or changed" };
                Err(Error::corrupt(self.at(layout::COLLECTED), what, REPAIR))
            }
        }
    }
}

/// The lines, each with its end.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|b| *b == b'\n')
}

/// The run that a line says it is of.
pub(crate) fn run_of(line: &[u8]) -> Option<u64> {
    let path = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.get(chain::PATH_AT..)?;
    layout::manifest_number(path)
}

/// What a manifest may say of a file: the hashes of its first line, its first two lines, and so on.
pub(crate) fn seals(bytes: &[u8]) -> BTreeSet<ObjectHash> {
    let mut digest = Sha256::new();
    let seals = lines(bytes).map(|line| {
        digest.update(line);
        ObjectHash::from_digest(digest.clone().finalize().into())
    });
    seals.collect()
}
