//! What the deliveries lost since the published run read them, and what lies beside them half written.
//!
//! A file that is gone, or that holds only the beginning of what it held, would let persons vanish without a decision. So a
//! run compares its deliveries with those of the published run before its first step, and stops: unless the source says
//! that its files go, or somebody accepts the loss by name. That is told apart from records that a deliverer takes out,
//! which leave no beginning behind; only the last records of a file cannot be taken out without being asked.

mod beginning;

use crate::error::EngineError;
use crate::run::RunOptions;
use ingest::{IngestError, InputFile, Limits};
use std::collections::BTreeSet;
use std::path::Path;
use study::{GoneFiles, Root, Source, Study};
use terms::{IdentityKey, InputRecord, LossRecord, Manifest};
use warehouse::Warehouse;

/// What the manifest says of the deliveries as they were found.
pub(crate) struct Deliveries {
    /// Losses that were accepted by name.
    pub(crate) accepted: Vec<LossRecord>,
    /// Names of files that are still being written.
    pub(crate) unfinished: Vec<String>,
}

/// Compares the deliveries with those of the published run, if there is one.
///
/// # Errors
/// [`EngineError::Missing`] for losses that nobody accepted, [`EngineError::Asked`] if a loss is accepted that is none.
pub(crate) fn compare(
    study: &Study,
    warehouse: &Warehouse,
    published: Option<&Manifest>,
    options: &RunOptions,
) -> Result<Deliveries, EngineError> {
    let unfinished = unfinished(study)?;
    // Deliveries of another study say nothing of these.
    let published = published.filter(|run| run.study == study.name);
    let mut losses = Vec::new();
    if let Some(run) = published {
        let earlier = Earlier { warehouse, run, key: &options.key };
        for source in &study.sources {
            losses.extend(earlier.losses(study.root(source), source)?);
        }
    }
    let is_accepted = |loss: &LossRecord| options.accept_missing.contains(&loss.file);
    let (accepted, refused): (Vec<_>, Vec<_>) = losses.into_iter().partition(is_accepted);
    if let (Some(run), false) = (published, refused.is_empty()) {
        return Err(EngineError::Missing { run: run.run, losses: refused, unfinished });
    }
    match options.accept_missing.iter().find(|name| accepted.iter().all(|loss| loss.file != **name)) {
        None => Ok(Deliveries { accepted, unfinished }),
        Some(name) => Err(EngineError::Asked(format!(
            "nothing is lost of {name}, so there is nothing to accept; leave it out, or a later loss passes unseen"
        ))),
    }
}

/// Files beside the deliveries of a study that look like unfinished uploads, or like locks of open documents, by name.
///
/// # Errors
/// A folder that cannot be read.
pub fn unfinished(study: &Study) -> Result<Vec<String>, EngineError> {
    let mut names = BTreeSet::new();
    for from in [Root::Data, Root::Study] {
        let sources: Vec<&Source> = study.sources.iter().filter(|source| source.root == from).collect();
        if let Some(first) = sources.first() {
            let contracts: Vec<_> = sources.iter().map(|source| &source.contract).collect();
            names.extend(ingest::unfinished(study.root(first), &contracts)?);
        }
    }
    Ok(names.into_iter().collect())
}

/// The run to compare with.
struct Earlier<'a> {
    warehouse: &'a Warehouse,
    run: &'a Manifest,
    key: &'a IdentityKey,
}

impl Earlier<'_> {
    /// What a source lost; a file that held no record cannot lose any.
    fn losses(&self, root: &Path, source: &Source) -> Result<Vec<LossRecord>, EngineError> {
        let name = &source.contract.name;
        let read: Vec<&InputRecord> = self.run.inputs.iter().filter(|input| input.source == *name).collect();
        let (mut losses, mut gone) = (Vec::new(), Vec::new());
        for input in read.iter().filter(|input| input.records > 0) {
            match size(&root.join(&input.file)) {
                None => gone.push(*input),
                Some(bytes) => losses.extend(self.shortened(root, source, input, bytes)?),
            }
        }
        if source.gone_files == GoneFiles::Refuse && !gone.is_empty() {
            losses.extend(not_renamed(root, source, &read, gone)?);
        }
        Ok(losses)
    }

    /// The loss, if the file holds nothing now, or only the first of the records that it held.
    fn shortened(
        &self,
        root: &Path,
        source: &Source,
        input: &InputRecord,
        bytes: u64,
    ) -> Result<Option<LossRecord>, EngineError> {
        let file = InputFile { name: input.file.clone(), path: root.join(&input.file) };
        let left = match bytes {
            0 => Some(0),
            // The beginning of a text is shorter than the whole; that of a workbook need not be.
            _ if input.format != "xlsx" && bytes >= input.bytes => None,
            _ if bytes == input.bytes
                && ingest::fingerprint(&file, &Limits::default())?.0 == input.sha256 =>
            {
                None
            }
            _ => self.beginning(source, input, &file)?,
        };
        Ok(left.map(|left| loss(input, Some(left))))
    }
}

/// Size in bytes of a file; none if there is none.
fn size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
}

/// The losses among files that are gone: a file whose bytes are there under a name that is new has only been renamed.
fn not_renamed(
    root: &Path,
    source: &Source,
    read: &[&InputRecord],
    gone: Vec<&InputRecord>,
) -> Result<Vec<LossRecord>, EngineError> {
    let found = match ingest::discover(root, &source.contract) {
        Err(IngestError::NoFiles { .. }) => Vec::new(),
        found => found?,
    };
    let mut arrived = Vec::new();
    for file in found.iter().filter(|file| read.iter().all(|input| input.file != file.name)) {
        arrived.push(ingest::fingerprint(file, &Limits::default())?.0);
    }
    let mut losses = Vec::new();
    for input in gone {
        match arrived.iter().position(|hash| *hash == input.sha256) {
            Some(place) => drop(arrived.swap_remove(place)),
            None => losses.push(loss(input, None)),
        }
    }
    Ok(losses)
}

fn loss(input: &InputRecord, left: Option<u64>) -> LossRecord {
    LossRecord { source: input.source.clone(), file: input.file.clone(), records: input.staged, left }
}

/// The losses in words, a line each, with the way out.
pub(crate) fn told(run: u64, losses: &[LossRecord], unfinished: &[String]) -> String {
    let mut lines: Vec<String> = losses.iter().map(|loss| line(run, loss)).collect();
    if !unfinished.is_empty() {
        lines.push(format!("unfinished uploads lie beside the deliveries: {}", unfinished.join(", ")));
    }
    let accept: Vec<String> = losses.iter().map(|loss| format!("--accept-missing '{}'", loss.file)).collect();
    lines.push(format!(
        "nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run {}",
        accept.join(" ")
    ));
    lines.join("\n")
}

fn line(run: u64, loss: &LossRecord) -> String {
    let LossRecord { source, file, records, left } = loss;
    let now = match left {
        None => "is gone".to_owned(),
        Some(0) => "holds no good record any more".to_owned(),
        Some(1) => "holds only the first record".to_owned(),
        Some(left) => format!("holds only the first {left} records"),
    };
    format!("{file} of source {source} {now}: run {run} staged {records} of it")
}
