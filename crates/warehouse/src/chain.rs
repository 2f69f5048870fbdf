//! The chain: one line per run, in the format of `sha256sum`.

use crate::{Error, Result, Warehouse, disk, layout};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use terms::ObjectHash;

/// The way out of damage to the chain or a manifest, which nothing can make again.
pub(crate) const REPAIR: &str =
    "put back a copy of the file; `sha256sum -c runs/chain` in the warehouse tells when it is right";

/// What the chain file says.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// Hash of each run's manifest; the first is run 1. Err holds a line that is not one.
    pub(crate) lines: Vec<std::result::Result<ObjectHash, String>>,
    /// Bytes of the complete lines.
    pub(crate) complete: usize,
    /// What follows the last complete line: an append that was cut off, or nothing.
    pub(crate) tail: Vec<u8>,
}

/// The line of a run, with its line end.
pub(crate) fn line(number: u64, hash: &ObjectHash) -> String {
    format!("{hash}  {}\n", layout::manifest(number))
}

impl Chain {
    /// The hashes, if every line is good.
    pub(crate) fn hashes(&self, warehouse: &Warehouse) -> Result<Vec<ObjectHash>> {
        let good = self.lines.iter().zip(1_u64..).map(|(line, number)| {
            let damage =
                |what| Error::corrupt(warehouse.at(layout::CHAIN), format!("line {number} {what}"), REPAIR);
            line.clone().map_err(damage)
        });
        good.collect()
    }
}

impl Warehouse {
    /// The chain as it is; lines may be bad.
    pub(crate) fn read_chain(&self) -> Result<Chain> {
        let path = self.at(layout::CHAIN);
        let bytes =
            disk::read_if_there(&path)?.ok_or_else(|| Error::corrupt(&path, "it is missing", REPAIR))?;
        let complete = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let (lines, tail) = bytes.split_at(complete);
        let lines = lines.split_inclusive(|b| *b == b'\n').zip(1..).map(|(text, number)| parse(text, number));
        Ok(Chain { lines: lines.collect(), complete, tail: tail.to_vec() })
    }

    /// Hash of each run's manifest; the first is run 1.
    pub(crate) fn chain(&self) -> Result<Vec<ObjectHash>> {
        self.read_chain()?.hashes(self)
    }

    /// Adds a line, handed over in one piece; it is not yet on disk.
    pub(crate) fn append_to_chain(&self, line: &str) -> Result<()> {
        self.with_chain("append to", |file| file.write_all(line.as_bytes()))
    }

    /// Waits until the chain is on disk.
    pub(crate) fn sync_chain(&self) -> Result<()> {
        self.with_chain("flush to disk", |file| file.sync_all())
    }

    /// Cuts the chain to so many bytes.
    pub(crate) fn cut_chain(&self, bytes: usize) -> Result<()> {
        self.with_chain("shorten", |file| file.set_len(bytes as u64).and_then(|()| file.sync_all()))
    }

    fn with_chain(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<()> {
        let path = self.at(layout::CHAIN);
        let opened = OpenOptions::new().append(true).open(&path);
        opened.and_then(|mut file| change(&mut file)).map_err(Error::io(action, &path))
    }
}

fn parse(text: &[u8], number: u64) -> std::result::Result<ObjectHash, String> {
    let text = String::from_utf8_lossy(text);
    let expected = format!("  {}\n", layout::manifest(number));
    let hash = text.strip_suffix(&expected).and_then(|digits| ObjectHash::try_from(digits.to_string()).ok());
    hash.ok_or_else(|| {
        format!(
            "is {:?}, not a SHA-256, two blanks and {}",
            text.trim_end_matches('\n'),
            layout::manifest(number)
        )
    })
}
