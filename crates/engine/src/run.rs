//! One run: every step of the study, the checks, and the publication.

use crate::abreast::{self, Made};
use crate::accounts::Accounts;
use crate::deliveries;
use crate::error::EngineError;
use crate::fingerprint::ENGINE;
use crate::lineage::Capture;
use crate::package;
use crate::session::Resources;
use crate::steps::check::Outside;
use crate::steps::review::asked;
use crate::under_way::UnderWay;
use std::sync::Arc;
use study::Study;
use terms::{CheckOutcome, IdentityKey, Manifest, NodeRecord, Severity};
use warehouse::{DeliveredHashes, Lock, Publish, Warehouse};

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

/// What happens during a run, for progress and logs; never a value of a row. Steps that run side by side start before
/// others have finished.
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
    pub manifest: Arc<Manifest>,
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
    let deliveries = deliveries::compare(study, warehouse, published.as_deref(), options)?;
    let outside = outside(study, options, published.as_deref())?;
    let under_way = UnderWay::begin(study, warehouse, lock, options, outside, on_event)?;
    let Made { nodes, checks } = abreast::make_all(&under_way).await?;
    under_way.keep_hashes();
    let Accounts { inputs, waterfall } = under_way.accounts()?;
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
        reviews: asked(study),
        restores: None,
        view: None,
        collected: None,
        previous: None,
    };
    let violated = failed(&manifest).count();
    manifest.published = violated == 0 && !manifest.is_side_run();
    if manifest.published {
        let view = || package::view(study, warehouse, lock, published.as_deref(), &manifest, options.reuse);
        let (view, ()) = abreast::both(view, || under_way.give_back());
        manifest.view = view?;
    }
    let publish = if manifest.published { Publish::Yes } else { Publish::No };
    let number = warehouse.commit(&manifest, lock, publish)?;
    Ok(RunReport { manifest: warehouse.manifest(number)? })
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
