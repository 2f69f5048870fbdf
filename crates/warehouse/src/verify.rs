use crate::chain::Chain;
use crate::{Error, Result, Warehouse, disk, layout};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use terms::{Manifest, ObjectHash};

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
    /// There, but named by nothing. A run that was killed or is still going also leaves such objects; they are
    /// never read.
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
    /// Hashes every manifest and every object that they name, and says what is not as the chain says.
    ///
    /// Reads the whole store, remembers nothing of earlier checks and needs no lock; taken while a run goes, its
    /// objects are reported as unexpected. Findings come in a fixed order: chain, manifests, objects, strangers, pointer.
    ///
    /// # Errors
    /// [`Error::Io`] if something is there but cannot be read; damage is a finding, not an error.
    pub fn verify_chain(&self) -> Result<Vec<Finding>> {
        let mut verification = Verification { warehouse: self, findings: Vec::new(), named: BTreeMap::new() };
        let lines = verification.lines()?;
        let published = verification.manifests(&lines)?;
        verification.objects()?;
        let runs = lines.len() as u64;
        verification.strangers(runs)?;
        verification.pointer(runs, published)?;
        Ok(verification.findings)
    }
}

struct Verification<'a> {
    warehouse: &'a Warehouse,
    findings: Vec<Finding>,
    /// Every object that a manifest names, with the first run that does.
    named: BTreeMap<ObjectHash, u64>,
}

impl Verification<'_> {
    fn report(&mut self, fault: Fault, path: impl Into<String>, run: Option<u64>, detail: impl Into<String>) {
        self.findings.push(Finding { fault, path: path.into(), run, detail: detail.into() });
    }

    /// The hash on each line of the chain; none for a line that is not one.
    fn lines(&mut self) -> Result<Vec<Option<ObjectHash>>> {
        let chain = match self.warehouse.read_chain() {
            Err(Error::Corrupt { what, .. }) => {
                self.report(Fault::Missing, layout::CHAIN, None, what);
                Chain::default()
            }
            other => other?,
        };
        let mut hashes = Vec::with_capacity(chain.lines.len());
        for (line, number) in chain.lines.into_iter().zip(1..) {
            if let Err(what) = &line {
                self.report(Fault::BrokenChain, layout::CHAIN, Some(number), format!("line {number} {what}"));
            }
            hashes.push(line.ok());
        }
        if !chain.tail.is_empty() {
            let run = hashes.len() as u64 + 1;
            let detail =
                format!("line {run} does not end: a run was killed while writing it, or it was shortened");
            self.report(Fault::BrokenChain, layout::CHAIN, Some(run), detail);
        }
        Ok(hashes)
    }

    /// Checks each manifest against its line and its predecessor; returns the newest published run.
    fn manifests(&mut self, lines: &[Option<ObjectHash>]) -> Result<Option<u64>> {
        let mut published = None;
        let mut before: Option<ObjectHash> = None;
        for (line, number) in lines.iter().zip(1..) {
            let path = layout::manifest(number);
            let bytes = disk::read_if_there(&self.warehouse.at(&path))?;
            let found = bytes.as_deref().map(ObjectHash::of);
            match (&found, line) {
                (None, _) => {
                    self.report(Fault::Missing, &path, Some(number), "the chain names this manifest")
                }
                (Some(found), Some(line)) if found != line => {
                    let detail =
                        format!("it has SHA-256 {found}, but line {number} of runs/chain says {line}");
                    self.report(Fault::Changed, &path, Some(number), detail);
                }
                _ => {}
            }
            if let Some(manifest) = bytes.and_then(|bytes| self.parse(&bytes, number, &path)) {
                self.link(&manifest, number, &path, before.as_ref());
                published = if manifest.published { Some(number) } else { published };
            }
            before = line.clone().or(found);
        }
        Ok(published)
    }

    fn parse(&mut self, bytes: &[u8], number: u64, path: &str) -> Option<Manifest> {
        let read = serde_json::from_slice(bytes);
        read.map_err(|error| {
            let detail = format!("it is not a manifest that this version reads: {error}");
            self.report(Fault::BrokenChain, path, Some(number), detail);
        })
        .ok()
    }

    fn link(&mut self, manifest: &Manifest, number: u64, path: &str, before: Option<&ObjectHash>) {
        let or_none =
            |hash: Option<&ObjectHash>| hash.map_or_else(|| "none".to_string(), ToString::to_string);
        if manifest.run != number {
            let detail = format!("it says that it is run {}", manifest.run);
            self.report(Fault::BrokenChain, path, Some(number), detail);
        }
        if manifest.previous.as_ref() != before {
            let (says, is) = (or_none(manifest.previous.as_ref()), or_none(before));
            let detail =
                format!("it follows the manifest {says}, but the one before it in runs/chain is {is}");
            self.report(Fault::BrokenChain, path, Some(number), detail);
        }
        for (object, _) in manifest.objects() {
            self.named.entry(object.clone()).or_insert(number);
        }
    }

    fn objects(&mut self) -> Result<()> {
        for (hash, run) in std::mem::take(&mut self.named) {
            let relative = layout::object(&hash);
            let path = self.warehouse.at(&relative);
            match disk::absent_is_none(File::open(&path)).map_err(Error::io("open", &path))? {
                None => {
                    self.report(Fault::Missing, relative, Some(run), format!("run {run} names this object"))
                }
                Some(mut file) => {
                    let found = disk::hash(&mut file, &path)?;
                    if found != hash {
                        let detail =
                            format!("its bytes have SHA-256 {found}, not the one that it is named by");
                        self.report(Fault::Changed, relative, Some(run), detail);
                    }
                }
            }
            self.named.insert(hash, run);
        }
        Ok(())
    }

    /// What is in `runs` and `objects` and is named by nothing.
    fn strangers(&mut self, runs: u64) -> Result<()> {
        for name in disk::names(&self.warehouse.at(layout::RUNS))? {
            let path = format!("{}/{name}", layout::RUNS);
            let in_chain = layout::run_number(&name).is_some_and(|number| number <= runs);
            if path != layout::CHAIN && !in_chain {
                self.report(Fault::Unexpected, path, layout::run_number(&name), "the chain has no such run");
            }
        }
        for folder in disk::names(&self.warehouse.at(layout::OBJECTS))? {
            let relative = format!("{}/{folder}", layout::OBJECTS);
            let is_folder = self.warehouse.at(&relative).is_dir();
            if !is_folder {
                self.report(Fault::Unexpected, relative, None, "no object has such a name");
                continue;
            }
            for file in disk::names(&self.warehouse.at(&relative))? {
                let named =
                    layout::object_hash(&folder, &file).is_some_and(|hash| self.named.contains_key(&hash));
                if !named {
                    self.report(
                        Fault::Unexpected,
                        format!("{relative}/{file}"),
                        None,
                        "no run names this object",
                    );
                }
            }
        }
        Ok(())
    }

    fn pointer(&mut self, runs: u64, published: Option<u64>) -> Result<()> {
        let named = match self.warehouse.pointer() {
            Err(Error::Corrupt { what, .. }) => {
                self.report(Fault::BrokenChain, layout::CURRENT, None, what);
                return Ok(());
            }
            other => other?,
        };
        let or_none = |run: Option<u64>| run.map_or_else(|| "no run".to_string(), |run| format!("run {run}"));
        let (says, is) = (or_none(named), or_none(published));
        if named.is_some_and(|number| number > runs) {
            let detail = format!("it names {says}, but runs/chain ends at run {runs}");
            self.report(Fault::BrokenChain, layout::CURRENT, named, detail);
        } else if named != published {
            let detail = format!(
                "it names {says}, but the newest published is {is}; the next run completes a cut-off publication"
            );
            self.report(Fault::BrokenChain, layout::CURRENT, published, detail);
        }
        Ok(())
    }
}
