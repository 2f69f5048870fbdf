//! A run that has begun: how each of its tasks is decided, and made where it is not taken over.

use crate::accounts::Accounts;
use crate::agenda::{Ends, Size};
use crate::columns;
use crate::definition;
use crate::earlier::{Earlier, Found};
use crate::error::EngineError;
use crate::fingerprint::ENGINE;
use crate::foresight::Promised;
use crate::night::Night;
use crate::objects::stored_schema;
use crate::run::{Event, Reuse, RunOptions, hashes};
use crate::session::Resources;
use crate::site::Site;
use crate::so_far::SoFar;
use crate::spool::ROWS_IN_MEMORY;
use crate::steps::check::{self, Outside};
use crate::steps::decided;
use crate::steps::source::Delivery;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use study::{Check, Step, Study};
use terms::{CheckRecord, NodeRecord, ObjectHash, StepOutcome, TableName, TableRecord};
use warehouse::{DeliveredHashes, Journal, Lock, Warehouse};

/// Delivered bytes above which a source has the machine to itself.
const SMALL_DELIVERY: u64 = 8 << 20;

/// Something that a run makes.
#[derive(Clone, Copy)]
pub(crate) enum Task<'a> {
    Step(&'a Step),
    ColumnLineage,
    Check(&'a Check),
}

/// What came of a task.
pub(crate) enum Done {
    Step(NodeRecord),
    Check(CheckRecord),
}

/// What was decided of a task.
pub(crate) enum Decision<'a> {
    TakenOver(Done),
    ToMake(ToMake<'a>, Size),
}

/// What is known of a task that has to be made.
pub(crate) enum ToMake<'a> {
    Step { step: &'a Step, fingerprint: ObjectHash, delivery: Option<Delivery<'a>> },
    ColumnLineage { fingerprint: ObjectHash },
    Check { check: &'a Check, fingerprint: Option<ObjectHash> },
}

/// A run that has begun; its tasks may be decided and made by several threads.
pub(crate) struct UnderWay<'a> {
    study: &'a Study,
    warehouse: &'a Warehouse,
    lock: &'a Lock,
    options: &'a RunOptions,
    on_event: &'a (dyn Fn(Event<'_>) + Sync),
    earlier: Earlier,
    hashes: Mutex<DeliveredHashes>,
    known: Arc<SoFar<'a>>,
    /// Where tasks are made, from the first that is.
    site: Mutex<Option<Arc<Site>>>,
    /// What checks ask of the day and of the published run.
    outside: Outside,
    /// Finished steps for the next run, should this one be stopped; none of a side run, from which nothing is taken over.
    journal: Option<Mutex<Journal<'a>>>,
}

impl<'a> UnderWay<'a> {
    pub(crate) fn begin(
        study: &'a Study,
        warehouse: &'a Warehouse,
        lock: &'a Lock,
        options: &'a RunOptions,
        outside: Outside,
        on_event: &'a (dyn Fn(Event<'_>) + Sync),
    ) -> Result<Self, EngineError> {
        let earlier = match options.reuse {
            Reuse::Unchanged | Reuse::Rehashed => Earlier::of(warehouse)?,
            Reuse::Nothing => Earlier::default(),
        };
        let is_ordinary = study.left_out.is_empty();
        let journal = is_ordinary.then(|| warehouse.journal(lock).map(Mutex::new)).transpose()?;
        Ok(Self {
            study,
            warehouse,
            lock,
            options,
            on_event,
            earlier,
            hashes: Mutex::new(hashes(warehouse, options.reuse, &options.started)?),
            known: Arc::new(SoFar::nothing(study, options.capture)),
            site: Mutex::default(),
            outside,
            journal,
        })
    }

    /// What this run may use of the machine.
    pub(crate) fn resources(&self) -> Resources {
        self.options.resources
    }

    /// Folder of temporary files.
    pub(crate) fn scratch_folder(&self) -> PathBuf {
        self.lock.scratch_folder()
    }

    /// The tasks, in order: the steps, their column lineage, the checks.
    pub(crate) fn tasks(&self) -> Result<Vec<(Task<'a>, Ends)>, EngineError> {
        let steps = self.study.steps().iter().map(|step| {
            let is_foreseeable = self.study.model_of(step.kind).is_some();
            Ok((
                Task::Step(step),
                Ends { reads: step.reads.clone(), makes: step.writes.clone(), is_foreseeable },
            ))
        });
        // It reads none of them, but a run that is stopped would leave it behind for a study that is defined otherwise.
        let all = self.study.steps().iter().flat_map(|step| step.writes.clone()).collect();
        let columns = TableName::parse(columns::TABLE).map(|table| {
            (Task::ColumnLineage, Ends { reads: all, makes: vec![table], is_foreseeable: false })
        });
        let checks = self.study.checks.iter().map(|check| {
            Ok((Task::Check(check), Ends { reads: check.reads(), makes: Vec::new(), is_foreseeable: false }))
        });
        steps.chain([columns.map_err(EngineError::from)]).chain(checks).collect()
    }

    /// Whether a task is taken over or has to be made; all that it reads is known.
    pub(crate) fn decide(&self, place: usize, task: Task<'a>) -> Result<Decision<'a>, EngineError> {
        match task {
            Task::Step(step) => self.decide_step(place, step),
            Task::ColumnLineage => {
                let fingerprint = columns::definition(self.study, ENGINE)?;
                match self.earlier.step(self.warehouse, columns::TABLE, &fingerprint) {
                    Found::Whole(node) => self.taken_over(place, node),
                    _ => Ok(Decision::ToMake(ToMake::ColumnLineage { fingerprint }, Size::Small)),
                }
            }
            Task::Check(check) => {
                let fingerprint = check::fingerprint(&self.known, check, &self.outside)?;
                match self.earlier.check(self.warehouse, &check.name, fingerprint.as_ref()) {
                    Found::Whole(found) => {
                        let said = CheckRecord { severity: check.severity, claim: check.claim(), ..found };
                        Ok(Decision::TakenOver(Done::Check(said)))
                    }
                    _ => {
                        let size = self.size(&check.reads(), None)?;
                        Ok(Decision::ToMake(ToMake::Check { check, fingerprint }, size))
                    }
                }
            }
        }
    }

    fn decide_step(&self, place: usize, step: &'a Step) -> Result<Decision<'a>, EngineError> {
        let delivery = decided::delivery(&self.known, step, &mut self.hashes())?;
        let fingerprint = decided::fingerprint(&self.known, step, delivery.as_ref(), &self.options.key)?;
        match self.earlier.step(self.warehouse, &step.name, &fingerprint) {
            Found::Whole(node) => self.taken_over(place, self.defined(step, node)?),
            _ => {
                let size = self.size(&step.reads, delivery.as_ref())?;
                Ok(Decision::ToMake(ToMake::Step { step, fingerprint, delivery }, size))
            }
        }
    }

    /// A record with what the study says of its step now.
    fn defined(&self, step: &Step, node: NodeRecord) -> Result<NodeRecord, EngineError> {
        let definition = definition::of(self.study, step)?;
        Ok(NodeRecord { definition, reads: step.reads.clone(), ..node })
    }

    fn taken_over(&self, place: usize, node: NodeRecord) -> Result<Decision<'a>, EngineError> {
        self.tell_start(place, &node.node);
        self.finished(&node)?;
        Ok(Decision::TakenOver(Done::Step(node)))
    }

    /// Whether a task that reads these tables, and these files, is worth all threads.
    fn size(&self, reads: &[TableName], delivery: Option<&Delivery<'_>>) -> Result<Size, EngineError> {
        let mut rows = 0;
        for table in reads {
            rows += self.known.record(table)?.rows;
        }
        let is_small = rows <= ROWS_IN_MEMORY as u64 && delivery.is_none_or(|d| d.bytes() <= SMALL_DELIVERY);
        Ok(if is_small { Size::Small } else { Size::Large })
    }

    /// A session for tasks of this size.
    pub(crate) fn night(&self, size: Size) -> Result<Night<'a>, EngineError> {
        let mut site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        let site = match &*site {
            Some(site) => site.clone(),
            None => site.insert(Arc::new(Site::begin(self.lock, self.options.resources)?)).clone(),
        };
        Night::begin(self.known.clone(), self.warehouse, site, self.options.resources, size)
    }

    /// Makes a task in a session.
    pub(crate) async fn make(
        &self,
        night: &mut Night<'a>,
        place: usize,
        task: ToMake<'a>,
    ) -> Result<Done, EngineError> {
        let start = Instant::now();
        let done = match task {
            ToMake::Step { step, fingerprint, delivery } => {
                self.tell_start(place, &step.name);
                let last = self.earlier.last_step(&step.name, &step.writes);
                let made = decided::execute(night, step, delivery.as_ref(), &self.options.key, last).await;
                if let Err(EngineError::InputChanged { .. }) = &made {
                    // Either the file changed just now, or a kept hash was wrong: the next run looks for itself.
                    self.warehouse.forget_delivered_hashes(self.lock)?;
                }
                let tables = made.map_err(|error| self.within(error, &step.name))?;
                Done::Step(self.defined(step, executed(&step.name, fingerprint, tables, start))?)
            }
            ToMake::ColumnLineage { fingerprint } => {
                self.tell_start(place, columns::TABLE);
                let table = columns::record(night).await?;
                Done::Step(executed(columns::TABLE, fingerprint, vec![table], start))
            }
            ToMake::Check { check, fingerprint } => {
                let made = check::run(night, check, &self.outside, fingerprint).await;
                Done::Check(made.map_err(|error| self.within(error, &check.name))?)
            }
        };
        night.end_of_step()?;
        if let Done::Step(node) = &done {
            self.finished(node)?;
        }
        Ok(done)
    }

    /// Threads that tasks have planning for them, beside their own.
    pub(crate) fn planning(&self) -> usize {
        let site = self.site.lock().unwrap_or_else(PoisonError::into_inner);
        site.as_ref().map_or(0, |site| site.foresight().planning())
    }

    /// Plans the query of a model in a session, before the tables that it reads are made, if the run before had them.
    pub(crate) async fn foresee(&self, night: &mut Night<'a>, task: Task<'a>) -> Result<(), EngineError> {
        let Task::Step(step) = task else { return Ok(()) };
        let Some(model) = self.study.model_of(step.kind) else { return Ok(()) };
        let mut promises = Vec::new();
        for read in step.reads.iter().filter(|read| self.known.object(read).is_none()) {
            let before = self.earlier.last().and_then(|last| last.tables().find(|made| made.table == *read));
            match before.filter(|made| made.rows <= ROWS_IN_MEMORY as u64) {
                Some(made) => {
                    promises.push(Promised::new(read.clone(), stored_schema(self.warehouse, made)?))
                }
                None => return Ok(()),
            }
        }
        night.foresee(&model.table, &model.sql, &step.reads, promises).await
    }

    fn tell_start(&self, place: usize, name: &str) {
        // The last step is the column lineage of all others.
        (self.on_event)(Event::StepStarted(name, place + 1, self.study.steps().len() + 1));
    }

    /// Takes note of a step that is done, for the steps after it and for the next run.
    fn finished(&self, node: &NodeRecord) -> Result<(), EngineError> {
        self.known.know(&node.tables);
        // What was taken over the next run takes over, too.
        if let (StepOutcome::Executed, Some(journal)) = (node.outcome, &self.journal) {
            journal.lock().unwrap_or_else(PoisonError::into_inner).add(node)?;
        }
        log(node);
        (self.on_event)(Event::StepFinished(node));
        Ok(())
    }

    /// What the manifest says of deliveries and rounds.
    pub(crate) fn accounts(&self) -> Result<Accounts, EngineError> {
        Accounts::of(&self.known, self.warehouse, &self.earlier)
    }

    /// The error of a task, with its name where it ran out of memory or disk.
    fn within(&self, error: EngineError, task: &str) -> EngineError {
        error.in_step(task, self.options.resources.memory, &self.scratch_folder())
    }

    /// Gives back the memory that tasks used, once all have ended: a run has some thousand things to give back one by one.
    pub(crate) fn give_back(&self) {
        drop(self.site.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Keeps the hashes of delivered files for the next run, which does without them if they cannot be kept.
    pub(crate) fn keep_hashes(&self) {
        if let Err(error) = self.warehouse.keep_delivered_hashes(&self.hashes(), self.lock) {
            tracing::warn!(%error, "hashes of delivered files are not kept");
        }
    }

    fn hashes(&self) -> MutexGuard<'_, DeliveredHashes> {
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner)
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
