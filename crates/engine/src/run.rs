//! One run: every step of the study in order, the checks, and the publication.

use crate::accounts::Accounts;
use crate::columns;
use crate::definition;
use crate::deliveries;
use crate::earlier::{Earlier, Found};
use crate::error::EngineError;
use crate::fingerprint::ENGINE;
use crate::lineage::Capture;
use crate::night::Night;
use crate::package;
use crate::session::Resources;
use crate::so_far::SoFar;
use crate::steps::check::{self, Outside};
use crate::steps::decided;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use study::{Check, Step, Study};
use terms::{
    CheckOutcome, CheckRecord, IdentityKey, Manifest, NodeRecord, ObjectHash, Severity, StepOutcome,
    TableRecord,
};
use warehouse::{DeliveredHashes, Journal, Lock, Publish, Warehouse};

/// What a run needs besides the study.
pub struct RunOptions {
    /// Key of identities and pseudonyms.
    pub key: IdentityKey,
    /// What it may use of the machine.
    pub resources: Resources,
    /// Whether objects of the last run may be taken over.
    pub reuse: Reuse,
    /// What is captured of the rows that are made.
    pub capture: Capture,
    /// Files of which it is accepted that they are gone, or hold only the beginning of what the published run read.
    pub accept_missing: Vec<String>,
    /// Start of the run, UTC, RFC 3339.
    pub started: String,
    /// Gives the end of the run when it is reached, in the same form.
    pub clock: fn() -> String,
}

/// Whether a step with an unchanged fingerprint is executed, and a delivered file that nobody touched is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// The step's objects are taken over. A file that looks as it did when it was last hashed has the same hash.
    Unchanged,
    /// The step's objects are taken over. Every file is hashed.
    Rehashed,
    /// The step is executed again. Every file is hashed.
    Nothing,
}

/// What happens during a run, for progress and logs; never a value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A step starts: its name, its place from 1, and how many there are.
    StepStarted(&'a str, usize, usize),
    /// A step ended.
    StepFinished(&'a NodeRecord),
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The manifest as committed.
    pub manifest: Manifest,
}

impl RunReport {
    /// The checks of severity error that found violations; with any, nothing was published.
    pub fn failed_checks(&self) -> Vec<&terms::CheckRecord> {
        failed(&self.manifest).collect()
    }
}

fn failed(manifest: &Manifest) -> impl Iterator<Item = &terms::CheckRecord> {
    manifest
        .checks
        .iter()
        .filter(|check| check.severity == Severity::Error && check.outcome == CheckOutcome::Violated)
}

/// Runs a study into a warehouse and publishes the result unless a check of severity error is violated.
///
/// Each step that was executed is written into the warehouse's journal, so that the next run takes over what this one had
/// finished, should it be stopped.
///
/// A study with rules or passes [left out](Study::without) makes a side run: it is recorded as what it is, never
/// published, and takes over objects of ordinary runs only. Violated checks, rounds that do not balance and reviews that
/// no verdict answers to do not stop it.
///
/// # Errors
/// On any error nothing is committed and the published run stays as it was.
pub async fn run(
    study: &Study,
    warehouse: &Warehouse,
    lock: &Lock,
    options: &RunOptions,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Result<RunReport, EngineError> {
    let published = warehouse.published()?;
    let deliveries = deliveries::compare(study, warehouse, published.as_ref(), options)?;
    let outside = outside(study, options, published.as_ref())?;
    let mut under_way = UnderWay::begin(study, warehouse, lock, options, outside)?;
    let mut nodes = Vec::new();
    // The last step is the column lineage of all others.
    let total = study.steps().len() + 1;
    for (place, step) in (1..).zip(study.steps()) {
        on_event(Event::StepStarted(&step.name, place, total));
        let node = under_way.step(step).await?;
        on_event(Event::StepFinished(&node));
        nodes.push(node);
    }
    on_event(Event::StepStarted(columns::TABLE, total, total));
    let node = under_way.column_lineage().await?;
    on_event(Event::StepFinished(&node));
    nodes.push(node);
    let mut checks = Vec::new();
    for declared in &study.checks {
        checks.push(under_way.check(declared).await?);
    }
    under_way.keep_hashes();
    let Accounts { inputs, waterfall } = Accounts::of(&under_way.known, warehouse, &under_way.earlier)?;
    let mut manifest = Manifest {
        format: 1,
        // The commit numbers it.
        run: 0,
        study: study.name.clone(),
        synthetic: study.synthetic,
        engine: ENGINE.to_owned(),
        started: options.started.clone(),
        finished: (options.clock)(),
        published: false,
        without: study.left_out.clone(),
        as_of: study.as_of.clone(),
        parameters: study.parameters.iter().map(|(name, value)| (name.clone(), value.to_string())).collect(),
        inputs,
        accepted: deliveries.accepted,
        unfinished: deliveries.unfinished,
        nodes,
        waterfall,
        checks,
        restores: None,
        view: None,
        collected: None,
        previous: None,
    };
    let violated = failed(&manifest).count();
    manifest.published = violated == 0 && !manifest.is_side_run();
    if manifest.published {
        manifest.view = package::view(study, warehouse, lock, published.as_ref(), &manifest, options.reuse)?;
    }
    let publish = if manifest.published { Publish::Yes } else { Publish::No };
    let number = warehouse.commit(&manifest, lock, publish)?;
    Ok(RunReport { manifest: warehouse.manifest(number)? })
}

/// A run that has begun.
struct UnderWay<'a> {
    warehouse: &'a Warehouse,
    lock: &'a Lock,
    options: &'a RunOptions,
    earlier: Earlier,
    hashes: DeliveredHashes,
    known: SoFar<'a>,
    /// Where steps are executed, from the first that is.
    night: Option<Night<'a>>,
    /// What checks ask of the day and of the published run.
    outside: Arc<Outside>,
    /// Finished steps for the next run, should this one be stopped; none of a side run, from which nothing is taken over.
    journal: Option<Journal<'a>>,
}

impl<'a> UnderWay<'a> {
    fn begin(
        study: &'a Study,
        warehouse: &'a Warehouse,
        lock: &'a Lock,
        options: &'a RunOptions,
        outside: Outside,
    ) -> Result<Self, EngineError> {
        let earlier = match options.reuse {
            Reuse::Unchanged | Reuse::Rehashed => Earlier::of(warehouse)?,
            Reuse::Nothing => Earlier::default(),
        };
        let journal = if study.left_out.is_empty() { Some(warehouse.journal(lock)?) } else { None };
        Ok(Self {
            warehouse,
            lock,
            options,
            earlier,
            hashes: hashes(warehouse, options.reuse, &options.started)?,
            known: SoFar::nothing(study, options.capture),
            night: None,
            outside: Arc::new(outside),
            journal,
        })
    }

    /// Takes a step over, or executes it.
    async fn step(&mut self, step: &Step) -> Result<NodeRecord, EngineError> {
        let start = Instant::now();
        let key = &self.options.key;
        let delivery = decided::delivery(&self.known, step, &mut self.hashes)?;
        let fingerprint = decided::fingerprint(&self.known, step, delivery.as_ref(), key)?;
        let definition = definition::of(self.known.study, step)?;
        let of_study = |node| NodeRecord { definition, reads: step.reads.clone(), ..node };
        if let Found::Whole(node) = self.earlier.step(self.warehouse, &step.name, &fingerprint) {
            return self.finished(of_study(node));
        }
        let made = decided::execute(self.night()?, step, delivery.as_ref(), key).await;
        if let Err(EngineError::InputChanged { .. }) = &made {
            // Either the file changed just now, or a kept hash was wrong: the next run looks for itself.
            self.warehouse.forget_delivered_hashes(self.lock)?;
        }
        let tables = made.map_err(|error| self.within(error, &step.name))?;
        self.finished(of_study(executed(&step.name, fingerprint, tables, start)))
    }

    /// Made by planning the study once more without data, which a run does only when a definition has changed.
    async fn column_lineage(&mut self) -> Result<NodeRecord, EngineError> {
        let start = Instant::now();
        let fingerprint = columns::definition(self.known.study, ENGINE)?;
        if let Found::Whole(node) = self.earlier.step(self.warehouse, columns::TABLE, &fingerprint) {
            return self.finished(node);
        }
        let table = columns::record(self.night()?).await?;
        self.finished(executed(columns::TABLE, fingerprint, vec![table], start))
    }

    /// Takes over what a check found, or asks it.
    async fn check(&mut self, check: &Check) -> Result<CheckRecord, EngineError> {
        let fingerprint = check::fingerprint(&self.known, check, &self.outside)?;
        let found = self.earlier.check(self.warehouse, &check.name, fingerprint.as_ref());
        if let Found::Whole(found) = found {
            return Ok(CheckRecord { severity: check.severity, claim: check.claim(), ..found });
        }
        let outside = self.outside.clone();
        let made = check::run(self.night()?, check, &outside, fingerprint).await;
        made.map_err(|error| self.within(error, &check.name))
    }

    /// Where steps are executed.
    fn night(&mut self) -> Result<&mut Night<'a>, EngineError> {
        match &mut self.night {
            Some(night) => Ok(night),
            none => {
                let resources = self.options.resources;
                Ok(none.insert(Night::begin(self.known.clone(), self.warehouse, self.lock, resources)?))
            }
        }
    }

    /// Takes note of a step that is done, for the steps after it and for the next run.
    fn finished(&mut self, node: NodeRecord) -> Result<NodeRecord, EngineError> {
        self.known.know(&node.tables);
        match (&mut self.night, &mut self.journal) {
            // What was executed the night knows; what was taken over the next run takes over, too.
            (Some(night), _) if node.outcome == StepOutcome::Reused => night.know(&node.tables),
            (Some(_), Some(journal)) => journal.add(&node)?,
            _ => {}
        }
        log(&node);
        Ok(node)
    }

    /// The error of a step, with its name where it ran out of memory or disk.
    fn within(&self, error: EngineError, step: &str) -> EngineError {
        error.in_step(step, self.options.resources.memory, &self.lock.scratch_folder())
    }

    /// Keeps the hashes of delivered files for the next run, which does without them if they cannot be kept.
    fn keep_hashes(&self) {
        if let Err(error) = self.warehouse.keep_delivered_hashes(&self.hashes, self.lock) {
            tracing::warn!(%error, "hashes of delivered files are not kept");
        }
    }
}

/// What checks may know besides the tables of the run: its day, and what is published until it is.
pub(crate) fn outside(
    study: &Study,
    options: &RunOptions,
    published: Option<&Manifest>,
) -> Result<Outside, EngineError> {
    Outside::of(study.as_of.as_deref().unwrap_or(&options.started), published)
}

/// What may be believed of delivered files.
pub(crate) fn hashes(
    warehouse: &Warehouse,
    reuse: Reuse,
    started: &str,
) -> Result<DeliveredHashes, EngineError> {
    // A time that cannot be read is one before every change of a file: then nothing is believed.
    let now = chrono::DateTime::parse_from_rfc3339(started).map_or(0, |time| time.timestamp());
    match reuse {
        Reuse::Unchanged => Ok(warehouse.delivered_hashes(now)?),
        Reuse::Rehashed | Reuse::Nothing => Ok(DeliveredHashes::none(now)),
    }
}

/// One line of log for a step that ended; never a value of a row.
fn log(node: &NodeRecord) {
    let (outcome, rows_out, bytes) = (node.outcome.as_str(), node.rows(), node.bytes());
    tracing::info!(step = %node.node, outcome, rows_out, bytes, millis = node.millis);
}

fn executed(step: &str, fingerprint: ObjectHash, tables: Vec<TableRecord>, start: Instant) -> NodeRecord {
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    NodeRecord {
        node: step.to_owned(),
        fingerprint,
        definition: BTreeMap::new(),
        reads: Vec::new(),
        outcome: StepOutcome::Executed,
        tables,
        millis,
    }
}
