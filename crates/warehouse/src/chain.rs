//! The chain: one line per run, in the format of `sha256sum`.

use crate::object::Stamp;
use crate::{Error, Result, Warehouse, layout};
use std::sync::{Arc, PoisonError};
use terms::ObjectHash;

/// The way out of damage to the chain or a manifest, which nothing can make again.
pub(crate) const REPAIR: &str =
    "put back a copy of the file; `sha256sum -c runs/chain` in the warehouse tells when it is right";

/// Where the path begins in a line: after the digits of the hash and two blanks.
pub(crate) const PATH_AT: usize = 66;

/// So many zero bytes in a line or half line are no damage of a bit or a byte.
const ZEROS_OF_A_POWER_CUT: usize = 2;

/// What the chain file says.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// Hash of each run's manifest; the first is run 1. Err holds a line that is not one.
    pub(crate) lines: Vec<std::result::Result<ObjectHash, String>>,
    /// Bytes of the complete lines.
    pub(crate) complete: usize,
    /// What follows the last complete line: an append that was cut off, or nothing. Where the power was cut, parts of
    /// it, and even its end, may be there without the rest, which then reads as zeros.
    pub(crate) tail: Vec<u8>,
}

/// The line of a run, with its line end.
pub(crate) fn line(number: u64, hash: &ObjectHash) -> String {
    format!("{hash}  {}\n", layout::manifest(number))
}

/// A chain that was read, and what its file looked like then.
#[derive(Debug)]
pub(crate) struct ReadChain {
    stamp: Stamp,
    chain: Arc<Chain>,
}

impl Chain {
    fn of(bytes: &[u8]) -> Self {
        let ends = |bytes: &[u8]| bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let mut complete = ends(bytes);
        let last = ends(&bytes[..complete.saturating_sub(1)]);
        if complete == bytes.len() && zeros(&bytes[last..]) >= ZEROS_OF_A_POWER_CUT {
            complete = last;
        }
        let (lines, tail) = bytes.split_at(complete);
        let lines = lines.split_inclusive(|b| *b == b'\n').zip(1..).map(|(text, number)| parse(text, number));
        Self { lines: lines.collect(), complete, tail: tail.to_vec() }
    }

    /// Number of runs.
    pub(crate) fn len(&self) -> u64 {
        self.lines.len() as u64
    }

    /// Hash of a run's manifest; none if there is no such run, or its line is bad.
    pub(crate) fn hash(&self, run: u64) -> Option<&ObjectHash> {
        let place = usize::try_from(run.checked_sub(1)?).ok()?;
        self.lines.get(place)?.as_ref().ok()
    }

    /// Fails unless every line is good.
    fn check(&self, warehouse: &Warehouse) -> Result<()> {
        let bad =
            self.lines.iter().zip(1_u64..).find_map(|(line, number)| Some((line.as_ref().err()?, number)));
        let Some((what, number)) = bad else { return Ok(()) };
        Err(Error::corrupt(warehouse.at(layout::CHAIN), format!("line {number} {what}"), REPAIR))
    }
}

impl Warehouse {
    /// The chain as it is; lines may be bad.
    ///
    /// It is remembered until its file's change time, size or inode differs: a night asks for it some twenty times, and it has a line
    /// for every night there ever was.
    pub(crate) fn read_chain(&self) -> Result<Arc<Chain>> {
        let path = self.at(layout::CHAIN);
        let missing = || Error::corrupt(&path, "it is missing", REPAIR);
        let stamp = Stamp::of(&self.disk().look(&path)?.ok_or_else(missing)?);
        let mut read = self.state().chain.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.as_ref().filter(|read| read.stamp == stamp) {
            return Ok(known.chain.clone());
        }
        let bytes = self.disk().read_if_there(&path)?.ok_or_else(missing)?;
        let chain = Arc::new(Chain::of(&bytes));
        *read = Some(ReadChain { stamp, chain: chain.clone() });
        Ok(chain)
    }

    /// The chain, every line of which is good.
    pub(crate) fn chain(&self) -> Result<Arc<Chain>> {
        let chain = self.read_chain()?;
        chain.check(self).map(|()| chain)
    }

    /// Adds a line, handed over in one piece; it is not yet on disk.
    pub(crate) fn append_to_chain(&self, line: &str) -> Result<()> {
        self.disk().append(&self.at(layout::CHAIN), line.as_bytes())
    }

    /// Waits until the chain is on disk.
    pub(crate) fn sync_chain(&self) -> Result<()> {
        self.disk().sync_file(&self.at(layout::CHAIN))
    }

    /// Cuts the chain to so many bytes.
    pub(crate) fn cut_chain(&self, bytes: usize) -> Result<()> {
        self.disk().cut(&self.at(layout::CHAIN), bytes as u64)
    }
}

fn zeros(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == 0).count()
}

/// Whether a tail is what a cut-off append of this line leaves.
pub(crate) fn is_part_of(line: &str, tail: &[u8]) -> bool {
    let zeros = zeros(tail);
    let fits = |(found, written): (&u8, u8)| *found == written || *found == 0;
    tail.len() <= line.len()
        // In a line of full length one zero may be a byte that was damaged.
        && (zeros == 0 || zeros >= ZEROS_OF_A_POWER_CUT || tail.len() < line.len())
        && tail.iter().zip(line.bytes()).all(fits)
}

fn parse(text: &[u8], number: u64) -> std::result::Result<ObjectHash, String> {
    let expected = format!("  {}\n", layout::manifest(number));
    let digits =
        text.strip_suffix(expected.as_bytes()).and_then(|digits| String::from_utf8(digits.to_vec()).ok());
    digits.and_then(|digits| ObjectHash::try_from(digits).ok()).ok_or_else(|| {
        format!(
            "is {:?}, not a SHA-256, two blanks and {}",
            String::from_utf8_lossy(text).trim_end_matches('\n'),
            layout::manifest(number)
        )
    })
}
