//! The chain, the manifests and the pointer.
//!
//! The hash of a manifest is written twice: in its line of the chain, and in the manifest that follows it. Where the file
//! itself has another, the two tell whether the manifest was changed or the line. The last manifest has none that
//! follows it; but a changed manifest has an altogether different hash, so a line that differs in a few digits is at
//! fault itself.

use super::{Fault, Finding};
use crate::chain::Chain;
use crate::{Error, Result, Warehouse, chain, collected, layout};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use terms::{Manifest, ObjectHash};

/// Digits of a hash that damage to a line changes at most; between hashes of two texts some sixty of 64 differ.
const DIGITS_OF_DAMAGE: usize = 8;

/// What the manifests say, of those that can be believed.
#[derive(Default)]
pub(super) struct Sealed {
    /// Runs that there are, or should be.
    pub(super) runs: u64,
    /// Every object that the manifest of a run names that was not collected, with the first run that does.
    pub(super) named: BTreeMap<ObjectHash, u64>,
    /// Every object that the manifest of a collected run names.
    pub(super) left: BTreeSet<ObjectHash>,
    /// Objects of the newest published run.
    current: BTreeSet<ObjectHash>,
    /// The list of collected runs is damaged, so it is not known which objects may be missing.
    is_list_doubtful: bool,
    /// Every view that the manifest of a run names that was not collected, with the first run that does.
    pub(super) views: BTreeMap<ObjectHash, u64>,
    /// The view of the newest published run.
    pub(super) current_view: Option<ObjectHash>,
    /// Runs whose manifest is missing or changed: what they named is not known.
    pub(super) doubtful: Vec<u64>,
    /// The newest published run.
    pub(super) published: Option<u64>,
}

/// A run as the store has it.
struct Run {
    number: u64,
    path: String,
    /// Hash of the manifest file, if there is one.
    found: Option<ObjectHash>,
    manifest: std::result::Result<Manifest, String>,
    /// What its line says; none if there is no good line.
    line: Option<ObjectHash>,
}

/// Checks the chain and every manifest against it and against the next.
pub(super) fn check(warehouse: &Warehouse, findings: &mut Vec<Finding>) -> Result<Sealed> {
    let (chain, runs) = chain(warehouse, findings)?;
    let read = |number| read(warehouse, number, chain.hash(number).cloned());
    let all: Vec<Run> = (1..=runs).map(read).collect::<Result<_>>()?;
    let mut sealed = Sealed { runs, ..Sealed::default() };
    let mut before = None;
    let mut hashes = Vec::new();
    let mut whole = Vec::new();
    for (place, run) in all.iter().enumerate() {
        let first = findings.len();
        let hash = true_hash(run, all.get(place + 1), findings);
        let is_whole = hash.is_some() && run.found == hash;
        match &run.manifest {
            Ok(manifest) if is_whole => {
                link(manifest, run, before.as_ref(), findings);
                sealed.published = if manifest.published { Some(run.number) } else { sealed.published };
                whole.push(manifest);
            }
            Err(what) if is_whole && findings.len() == first => {
                let detail = format!("it is not a manifest that this version reads: {what}");
                findings.push(Finding::new(Fault::BrokenChain, &run.path, Some(run.number), detail));
                sealed.doubtful.push(run.number);
            }
            _ => sealed.doubtful.push(run.number),
        }
        hashes.push(hash.clone());
        before = hash;
    }
    let collected = list(warehouse, &hashes, &whole, &mut sealed, findings)?;
    sealed.take(&whole, &collected);
    Ok(sealed)
}

impl Sealed {
    /// Whether it is damage that this view is missing.
    pub(super) fn needs_view(&self, view: &ObjectHash) -> bool {
        !self.is_list_doubtful || self.current_view.as_ref() == Some(view)
    }

    /// Whether a run may have been published after the newest that is known to be.
    pub(super) fn may_be_newer(&self) -> bool {
        self.doubtful.iter().any(|run| self.published.is_none_or(|published| published < *run))
    }

    /// Whether it is damage that this object is missing.
    pub(super) fn needs(&self, object: &ObjectHash) -> bool {
        !self.is_list_doubtful || self.current.contains(object)
    }

    fn take(&mut self, manifests: &[&Manifest], collected: &BTreeSet<u64>) {
        for manifest in manifests {
            let objects = || manifest.objects().map(|(object, _)| object.clone());
            if collected.contains(&manifest.run) {
                self.left.extend(objects());
                continue;
            }
            for object in objects() {
                self.named.entry(object).or_insert(manifest.run);
            }
            let view = manifest.view.as_ref().map(|view| view.package.clone());
            view.iter().for_each(|view| _ = self.views.entry(view.clone()).or_insert(manifest.run));
            if self.published == Some(manifest.run) {
                self.current_view = view;
                self.current = objects().collect();
            }
        }
    }
}

/// The runs that were collected, after the list was compared with the chain and with what manifests say of it.
fn list(
    warehouse: &Warehouse,
    hashes: &[Option<ObjectHash>],
    manifests: &[&Manifest],
    sealed: &mut Sealed,
    findings: &mut Vec<Finding>,
) -> Result<BTreeSet<u64>> {
    let first = findings.len();
    let mut found = |fault, run, detail| findings.push(Finding::new(fault, layout::COLLECTED, run, detail));
    let bytes = warehouse.collected_bytes()?;
    let seals = collected::seals(bytes.as_deref().unwrap_or_default());
    let broken =
        manifests.iter().find(|run| run.collected.as_ref().is_some_and(|seal| !seals.contains(seal)));
    match (broken, &bytes) {
        (Some(run), None) => {
            found(Fault::Missing, Some(run.run), format!("{} seals it", layout::manifest(run.run)));
        }
        (Some(run), Some(_)) => {
            let detail = format!("no beginning of it is as {} seals it", layout::manifest(run.run));
            found(Fault::Changed, Some(run.run), detail);
        }
        (None, _) => {}
    }
    let mut runs = BTreeSet::new();
    for (line, number) in collected::lines(bytes.as_deref().unwrap_or_default()).zip(1_u64..) {
        let run = collected::run_of(line);
        let hash = run.and_then(|run| hashes.get(usize::try_from(run).ok()?.checked_sub(1)?));
        match (run, hash) {
            // Without a hash that can be believed, the damage is elsewhere.
            (Some(run), Some(hash))
                if hash.as_ref().is_none_or(|hash| chain::line(run, hash).as_bytes() == line) =>
            {
                runs.insert(run);
            }
            _ if broken.is_none() => {
                found(Fault::BrokenChain, run, format!("line {number} is not a line of runs/chain"));
            }
            _ => {}
        }
    }
    if let Some(run) = sealed.published.filter(|run| runs.contains(run)) {
        found(Fault::BrokenChain, Some(run), format!("it names the published run {run}"));
        runs.remove(&run);
    }
    sealed.is_list_doubtful = findings.len() > first;
    Ok(runs)
}

/// The chain as it is, and how many runs there are: as many as it has lines, unless it was damaged.
fn chain(warehouse: &Warehouse, findings: &mut Vec<Finding>) -> Result<(Arc<Chain>, u64)> {
    let first = findings.len();
    let chain = match warehouse.read_chain() {
        Err(Error::Corrupt { what, .. }) => {
            findings.push(Finding::new(Fault::Missing, layout::CHAIN, None, what));
            Arc::default()
        }
        other => other?,
    };
    let lines = chain.lines.len() as u64;
    let mut broken =
        |run, detail| findings.push(Finding::new(Fault::BrokenChain, layout::CHAIN, Some(run), detail));
    for (line, number) in chain.lines.iter().zip(1..) {
        if let Err(what) = line {
            broken(number, format!("line {number} {what}"));
        }
    }
    let folders = folders(warehouse)?;
    let named = warehouse.pointer().ok().flatten();
    if !chain.tail.is_empty() {
        let run = lines + 1;
        broken(
            run,
            format!("line {run} does not end: a run was killed while writing it, or it was shortened"),
        );
    } else if let Some(run) = named.filter(|run| *run > lines && *run <= folders)
        && findings.len() == first
    {
        let detail =
            format!("it ends at run {lines}, but run {run} is there and was published: it was shortened");
        findings.push(Finding::new(Fault::BrokenChain, layout::CHAIN, Some(run), detail));
    }
    let last_good =
        chain.lines.iter().rposition(std::result::Result::is_ok).map_or(0, |place| place as u64 + 1);
    let is_whole = findings.len() == first;
    Ok((chain, if is_whole { lines } else { last_good.max(folders) }))
}

/// How many folders of runs there are, counted from 1 without a gap.
fn folders(warehouse: &Warehouse) -> Result<u64> {
    let names = warehouse.disk().names(&warehouse.at(layout::RUNS))?;
    let numbers: Vec<u64> = names.iter().filter_map(|name| layout::run_number(name)).collect();
    Ok((1..).take_while(|number| numbers.contains(number)).last().unwrap_or(0))
}

fn read(warehouse: &Warehouse, number: u64, line: Option<ObjectHash>) -> Result<Run> {
    let path = layout::manifest(number);
    let bytes = warehouse.disk().read_if_there(&warehouse.at(&path))?;
    let found = bytes.as_deref().map(ObjectHash::of);
    let manifest = serde_json::from_slice(&bytes.unwrap_or_default()).map_err(|error| error.to_string());
    Ok(Run { number, path, found, manifest, line })
}

/// The hash that the manifest of a run should have, as far as can be told; what is not so is reported.
fn true_hash(run: &Run, next: Option<&Run>, findings: &mut Vec<Finding>) -> Option<ObjectHash> {
    let next = next.filter(|next| next.line.is_none() || next.line == next.found);
    let told = next.and_then(|next| next.manifest.as_ref().ok()?.previous.clone());
    let Some(found) = &run.found else {
        let detail = "the chain names this manifest";
        findings.push(Finding::new(Fault::Missing, &run.path, Some(run.number), detail));
        return run.line.clone().or(told);
    };
    let line = match &run.line {
        Some(line) if line != found => line,
        Some(_) => return Some(found.clone()),
        None => {
            let told = told.unwrap_or_else(|| found.clone());
            if told != *found {
                let detail = format!("it has SHA-256 {found}, but the next manifest says {told}");
                findings.push(Finding::new(Fault::Changed, &run.path, Some(run.number), detail));
            }
            return Some(told);
        }
    };
    let number = run.number;
    let is_line_at_fault = match &told {
        Some(told) => told == found,
        None => differing_digits(line, found) <= DIGITS_OF_DAMAGE,
    };
    if is_line_at_fault {
        let detail = format!("line {number} says {line}, but {} has SHA-256 {found}", run.path);
        findings.push(Finding::new(Fault::Changed, layout::CHAIN, Some(number), detail));
        Some(found.clone())
    } else {
        let detail = format!("it has SHA-256 {found}, but line {number} of runs/chain says {line}");
        findings.push(Finding::new(Fault::Changed, &run.path, Some(number), detail));
        Some(line.clone())
    }
}

fn differing_digits(one: &ObjectHash, other: &ObjectHash) -> usize {
    one.as_str().bytes().zip(other.as_str().bytes()).filter(|(a, b)| a != b).count()
}

/// A manifest says which run it is and which manifest it follows.
fn link(manifest: &Manifest, run: &Run, before: Option<&ObjectHash>, findings: &mut Vec<Finding>) {
    let or_none = |hash: Option<&ObjectHash>| hash.map_or_else(|| "none".to_string(), ToString::to_string);
    let mut broken =
        |detail| findings.push(Finding::new(Fault::BrokenChain, &run.path, Some(run.number), detail));
    if manifest.run != run.number {
        broken(format!("it says that it is run {}", manifest.run));
    }
    // The hash of the one before may be unknown: its manifest is missing and its line is bad.
    let is_known = before.is_some() || run.number == 1;
    if is_known && manifest.previous.as_ref() != before {
        let (says, is) = (or_none(manifest.previous.as_ref()), or_none(before));
        broken(format!("it follows the manifest {says}, but the one before it in runs/chain is {is}"));
    }
}

/// Checks that the pointer names the newest published run.
pub(super) fn pointer(warehouse: &Warehouse, sealed: &Sealed, findings: &mut Vec<Finding>) -> Result<()> {
    let named = match warehouse.pointer() {
        Err(Error::Corrupt { what, .. }) => {
            findings.push(Finding::new(Fault::BrokenChain, layout::CURRENT, None, what));
            return Ok(());
        }
        other => other?,
    };
    let or_none = |run: Option<u64>| run.map_or_else(|| "no run".to_string(), |run| format!("run {run}"));
    let (says, is) = (or_none(named), or_none(sealed.published));
    // Whether a run was published cannot be told without its manifest.
    let may_be = named > sealed.published && named.is_some_and(|run| sealed.doubtful.contains(&run));
    if named.is_some_and(|number| number > sealed.runs) {
        let detail = format!("it names {says}, but runs/chain ends at run {}", sealed.runs);
        findings.push(Finding::new(Fault::BrokenChain, layout::CURRENT, named, detail));
    } else if named != sealed.published && !may_be {
        let detail = format!(
            "it names {says}, but the newest published is {is}; the next run completes a cut-off publication"
        );
        findings.push(Finding::new(Fault::BrokenChain, layout::CURRENT, sealed.published, detail));
    }
    Ok(())
}
