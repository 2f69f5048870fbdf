//! One run: every step of the study in order, the checks, and the publication.

use crate::cells::text;
use crate::columns;
use crate::definition;
use crate::deliveries;
use crate::error::EngineError;
use crate::fingerprint::{ENGINE, Fingerprint};
use crate::lineage::Capture;
use crate::night::{Night, read_table};
use crate::session::Resources;
use crate::steps::{audit, check, matching, round, source};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;
use std::time::Instant;
use study::{Model, SqlFile, Step, StepKind, Study};
use terms::{
    CheckOutcome, IdentityKey, InputRecord, Manifest, NodeRecord, ObjectHash, Severity, StepOutcome,
    TableName, TableRecord, WaterfallRow,
};
use warehouse::{Lock, Publish, Warehouse};

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

/// Whether a step with an unchanged fingerprint is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// Its objects are taken over.
    Unchanged,
    /// It is executed again.
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
    let earlier = match options.reuse {
        Reuse::Unchanged => reusable(last_ordinary(warehouse)?.as_ref()),
        Reuse::Nothing => BTreeMap::new(),
    };
    let deliveries = deliveries::compare(study, warehouse, options)?;
    let mut night = Night::begin(study, warehouse, lock, options.resources, options.capture)?;
    let mut nodes = Vec::new();
    // The last step is the column lineage of all others.
    let total = study.steps().len() + 1;
    for (place, step) in (1..).zip(study.steps()) {
        on_event(Event::StepStarted(&step.name, place, total));
        let node = execute(&mut night, step, options, &earlier).await;
        let node = node.map_err(|error| within(error, &step.name, options, lock))?;
        log(&node);
        on_event(Event::StepFinished(&node));
        nodes.push(node);
    }
    on_event(Event::StepStarted(columns::TABLE, total, total));
    let node = column_lineage(&mut night, &earlier).await?;
    log(&node);
    on_event(Event::StepFinished(&node));
    nodes.push(node);
    let previous = warehouse.current()?.map(|number| warehouse.manifest(number)).transpose()?;
    let outside = check::Outside::of(study.as_of.as_deref().unwrap_or(&options.started), previous.as_ref())?;
    let mut checks = Vec::new();
    for declared in &study.checks {
        let check = check::run(&mut night, declared, &outside).await;
        checks.push(check.map_err(|error| within(error, &declared.name, options, lock))?);
    }
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
        inputs: inputs(&night)?,
        accepted: deliveries.accepted,
        unfinished: deliveries.unfinished,
        nodes,
        waterfall: waterfall(&night)?,
        checks,
        restores: None,
        collected: None,
        previous: None,
    };
    let violated = failed(&manifest).count();
    manifest.published = violated == 0 && !manifest.is_side_run();
    let publish = if manifest.published { Publish::Yes } else { Publish::No };
    let number = warehouse.commit(&manifest, lock, publish)?;
    Ok(RunReport { manifest: warehouse.manifest(number)? })
}

/// The error of a step, with its name where it ran out of memory or disk.
fn within(error: EngineError, step: &str, options: &RunOptions, lock: &Lock) -> EngineError {
    error.in_step(step, options.resources.memory, &lock.scratch_folder())
}

/// One line of log for a step that ended; never a value of a row.
fn log(node: &NodeRecord) {
    let rows: u64 = node.tables.iter().map(|table| table.rows).sum();
    let bytes: u64 = node.tables.iter().map(|table| table.bytes).sum();
    let outcome = match node.outcome {
        StepOutcome::Executed => "executed",
        StepOutcome::Reused => "reused",
    };
    tracing::info!(step = %node.node, outcome, rows_out = rows, bytes, millis = node.millis);
}

/// The newest run that nothing was left out of; none before the first.
fn last_ordinary(warehouse: &Warehouse) -> Result<Option<Manifest>, EngineError> {
    for run in warehouse.runs()?.iter().rev() {
        let manifest = warehouse.manifest_of(run)?;
        if !manifest.is_side_run() {
            return Ok(Some(manifest));
        }
    }
    Ok(None)
}

/// Steps of a run by name and fingerprint.
fn reusable(last: Option<&Manifest>) -> BTreeMap<(String, ObjectHash), NodeRecord> {
    let nodes = last.into_iter().flat_map(|manifest| &manifest.nodes);
    nodes.map(|node| ((node.node.clone(), node.fingerprint.clone()), node.clone())).collect()
}

async fn execute(
    night: &mut Night<'_>,
    step: &Step,
    options: &RunOptions,
    earlier: &BTreeMap<(String, ObjectHash), NodeRecord>,
) -> Result<NodeRecord, EngineError> {
    let start = Instant::now();
    let study = night.study;
    let delivery = match step.kind {
        StepKind::Source(i) => Some(source::discover(night, &study.sources[i])?),
        _ => None,
    };
    let fingerprint = match (step.kind, &delivery) {
        (StepKind::Source(_), Some(delivery)) => source::fingerprint(delivery, &options.key)?,
        (StepKind::Round(i), _) => round::fingerprint(night, &study.rounds[i], &step.reads)?,
        (StepKind::Matching(i), _) => matching::fingerprint(night, &study.matchings[i], &step.reads)?,
        (StepKind::Audit, _) => audit::fingerprint(night)?,
        (StepKind::Model(i), _) => model_fingerprint(night, &study.models[i], &step.reads)?,
        (StepKind::Appendix(i), _) => model_fingerprint(night, &study.appendices[i].model, &step.reads)?,
        (StepKind::Source(_), None) => return Err(EngineError::Bug("a source without its files".to_owned())),
    };
    let definition = definition::of(study, step)?;
    let known = |node| NodeRecord { definition, reads: step.reads.clone(), ..node };
    if let Some(node) = taken_over(night, &step.name, &fingerprint, earlier) {
        return Ok(known(node));
    }
    let tables = match (step.kind, &delivery) {
        (StepKind::Round(i), _) => round::run(night, i + 1, &study.rounds[i], &step.reads).await?,
        (StepKind::Matching(i), _) => matching::run(night, &study.matchings[i], &step.reads).await?,
        (StepKind::Audit, _) => audit::run(night).await?,
        (StepKind::Model(i), _) => model(night, &study.models[i], &step.reads).await?,
        (StepKind::Appendix(i), _) => model(night, &study.appendices[i].model, &step.reads).await?,
        (StepKind::Source(_), Some(delivery)) => source::run(night, delivery, &options.key).await?,
        (StepKind::Source(_), None) => return Err(EngineError::Bug("a source without its files".to_owned())),
    };
    Ok(known(executed(&step.name, fingerprint, tables, start)))
}

/// Made by planning the study once more without data, which a run does only when a definition has changed.
async fn column_lineage(
    night: &mut Night<'_>,
    earlier: &BTreeMap<(String, ObjectHash), NodeRecord>,
) -> Result<NodeRecord, EngineError> {
    let start = Instant::now();
    let fingerprint = columns::definition(night.study, ENGINE)?;
    if let Some(node) = taken_over(night, columns::TABLE, &fingerprint, earlier) {
        return Ok(node);
    }
    let table = columns::record(night).await?;
    Ok(executed(columns::TABLE, fingerprint, vec![table], start))
}

/// A step of an earlier run with this fingerprint, whose tables are known from now on.
fn taken_over(
    night: &mut Night<'_>,
    step: &str,
    fingerprint: &ObjectHash,
    earlier: &BTreeMap<(String, ObjectHash), NodeRecord>,
) -> Option<NodeRecord> {
    let node = earlier.get(&(step.to_owned(), fingerprint.clone()))?;
    // Only an undamaged object is taken over; a step with a damaged one makes it again.
    let mut objects = node.tables.iter().flat_map(TableRecord::objects);
    if objects.any(|(object, _)| night.warehouse.object(object).is_err()) {
        return None;
    }
    night.know(&node.tables);
    Some(NodeRecord { outcome: StepOutcome::Reused, millis: 0, ..node.clone() })
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

fn model_fingerprint(
    night: &Night<'_>,
    model: &Model,
    reads: &[TableName],
) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::new("model");
    parts.add("capture", night.capture().as_str());
    parts.add("table", &model.table.to_string());
    parts.add("sql", &model.sql.canonical);
    night.add_parameters(&mut parts, &model.sql);
    night.add_objects(&mut parts, reads)?;
    Ok(parts.finish())
}

async fn model(
    night: &mut Night<'_>,
    model: &Model,
    reads: &[TableName],
) -> Result<Vec<TableRecord>, EngineError> {
    night.open(reads)?;
    Ok(vec![night.store_query(&model.table, &model.sql).await?])
}

impl Night<'_> {
    /// Adds the values of the parameters that a query uses.
    pub(crate) fn add_parameters(&self, parts: &mut Fingerprint, sql: &SqlFile) {
        for name in &sql.parameters {
            if let Some(value) = self.study.parameters.get(name) {
                parts.add(name, &format!("{value:?}"));
            }
        }
    }

    /// Adds the objects of tables.
    pub(crate) fn add_objects(
        &self,
        parts: &mut Fingerprint,
        tables: &[TableName],
    ) -> Result<(), EngineError> {
        for table in tables {
            parts.add(&table.to_string(), self.record(table)?.object.as_str());
        }
        Ok(())
    }
}

fn inputs(night: &Night<'_>) -> Result<Vec<InputRecord>, EngineError> {
    let mut inputs = Vec::new();
    for batch in
        audit_rows(night, "files", "source, file, sha256, format, bytes, records, staged, quarantined")?
    {
        let number = |column: usize, row: usize| -> u64 {
            u64::try_from(batch.column(column).as_primitive::<Int64Type>().value(row)).unwrap_or(0)
        };
        let (source, file, sha256, format) =
            (text(&batch, 0)?, text(&batch, 1)?, text(&batch, 2)?, text(&batch, 3)?);
        for row in 0..batch.num_rows() {
            inputs.push(InputRecord {
                source: source.value(row).to_owned(),
                file: file.value(row).to_owned(),
                sha256: ObjectHash::try_from(sha256.value(row).to_owned())
                    .map_err(|e| EngineError::Bug(e.to_string()))?,
                format: format.value(row).to_owned(),
                bytes: number(4, row),
                records: number(5, row),
                staged: number(6, row),
                quarantined: number(7, row),
            });
        }
    }
    Ok(inputs)
}

fn waterfall(night: &Night<'_>) -> Result<Vec<WaterfallRow>, EngineError> {
    let columns = "round, rule, population, step, rows_in, merged, removed, added, moved_in, moved_out, updated, rows_out";
    let mut rows = Vec::new();
    for batch in audit_rows(night, "waterfall", columns)? {
        let (round, rule, population) = (text(&batch, 0)?, text(&batch, 1)?, text(&batch, 2)?);
        for row in 0..batch.num_rows() {
            let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
            rows.push(WaterfallRow {
                round: round.value(row).to_owned(),
                rule: rule.value(row).to_owned(),
                population: population.value(row).to_owned(),
                step: u32::try_from(number(3)).unwrap_or(0),
                rows_in: number(4),
                merged: number(5),
                removed: number(6),
                added: number(7),
                moved_in: number(8),
                moved_out: number(9),
                updated: number(10),
                rows_out: number(11),
            });
        }
    }
    Ok(rows)
}

/// Columns of an audit table, in the stored order.
fn audit_rows(
    night: &Night<'_>,
    table: &str,
    columns: &str,
) -> Result<Vec<arrow::array::RecordBatch>, EngineError> {
    let table = TableName::new("audit", table)?;
    let batches = read_table(night.warehouse, night.record(&table)?)?;
    batches
        .into_iter()
        .map(|batch| {
            let places = columns
                .split(", ")
                .map(|name| batch.schema().index_of(name))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(batch.project(&places)?)
        })
        .collect()
}
