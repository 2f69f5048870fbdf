//! Questions about lineage, each run's in a thread of its own that keeps what it has read.

use crate::fault::Fault;
use engine::{Asked, Auditor, EngineError, Numbers, Resources, Told, Traced, Why};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use study::Study;
use terms::{Manifest, TableName};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use warehouse::Warehouse;

/// Runs whose auditors are kept; the one that was asked longest ago gives way.
const KEPT: usize = 3;

/// What is asked of an auditor.
enum Question {
    Why {
        table: TableName,
        row: i64,
        column: Option<String>,
        slice: Slice,
        answer: Answer<Why>,
    },
    Trace {
        text: String,
        numbers: Numbers,
        answer: Answer<Traced>,
    },
    /// Nothing yet: what was published a moment ago is read before somebody asks.
    Warm,
}

/// Bytes that an auditor may keep for the next question.
const KEEPS: usize = 768 << 20;

/// Rows that stand behind rows of an appendix, at most, where a life tells at once in which of their numbers a record is counted.
const FEW: u64 = 20_000;

/// How long an auditor that nobody asks keeps it.
const IDLE: Duration = Duration::from_secs(600);

/// Which records an answer tells: those of one source on a page, or the first of each source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slice {
    /// The source; none: each.
    pub(crate) source: Option<String>,
    /// Records of it before the page.
    pub(crate) skipped: usize,
    /// Records on the page, and of each source where none is named.
    pub(crate) most: usize,
}

impl Slice {
    /// As the engine is told.
    pub(crate) fn told(&self) -> Told<'_> {
        match &self.source {
            Some(source) => Told::Page { source, skipped: self.skipped, most: self.most },
            None => Told::First(self.most),
        }
    }
}

type Answer<T> = oneshot::Sender<Result<T, EngineError>>;

/// The auditors of the runs that were asked about last.
pub(crate) struct Auditing {
    warehouse: Arc<Warehouse>,
    resources: Resources,
    auditors: Mutex<BTreeMap<u64, (u64, Sender<Question>)>>,
}

impl Auditing {
    pub(crate) fn new(warehouse: Arc<Warehouse>, resources: Resources) -> Self {
        Self { warehouse, resources, auditors: Mutex::default() }
    }

    /// Why a cell, or a row of a table, is what it is: see [`Auditor::why`].
    ///
    /// # Errors
    /// What the auditor meets.
    pub(crate) async fn why(
        &self,
        (study, run): (&Arc<Study>, &Arc<Manifest>),
        (table, row, column): (&TableName, i64, Option<&str>),
        slice: &Slice,
    ) -> Result<Why, Fault> {
        let (answer, told_to) = oneshot::channel();
        let (table, column, slice) = (table.clone(), column.map(str::to_owned), slice.clone());
        self.ask(study, run, Question::Why { table, row, column, slice, answer })?;
        heard(told_to).await
    }

    /// One record's whole life: see [`Auditor::trace_with`]; with the numbers that it is counted in, of appendices that have few rows
    /// behind them and of the one that is named.
    ///
    /// # Errors
    /// What the auditor meets.
    pub(crate) async fn trace(
        &self,
        (study, run): (&Arc<Study>, &Arc<Manifest>),
        text: &str,
        named: Option<TableName>,
    ) -> Result<Traced, Fault> {
        let (answer, told_to) = oneshot::channel();
        let numbers = Numbers::Behind(FEW, named.into_iter().collect());
        self.ask(study, run, Question::Trace { text: text.to_owned(), numbers, answer })?;
        heard(told_to).await
    }

    /// Has an auditor of a run read what questions begin with.
    ///
    /// # Errors
    /// A thread that does not start.
    pub(crate) fn warm(&self, study: &Arc<Study>, run: &Arc<Manifest>) -> Result<(), Fault> {
        self.ask(study, run, Question::Warm)
    }

    fn ask(&self, study: &Arc<Study>, run: &Arc<Manifest>, question: Question) -> Result<(), Fault> {
        let mut auditors = self.auditors.lock().unwrap_or_else(PoisonError::into_inner);
        let now = auditors.values().map(|(asked, _)| *asked).max().unwrap_or_default() + 1;
        let question = match auditors.get_mut(&run.run) {
            Some((asked, auditor)) => {
                *asked = now;
                match auditor.send(question) {
                    Ok(()) => return Ok(()),
                    // Its thread came to its end, by a defect; the next one begins anew.
                    Err(unheard) => unheard.0,
                }
            }
            None => question,
        };
        if auditors.len() >= KEPT {
            let oldest = auditors.iter().min_by_key(|(_, (asked, _))| *asked).map(|(run, _)| *run);
            oldest.and_then(|run| auditors.remove(&run));
        }
        let (send, receive) = channel();
        send.send(question).map_err(Fault::inside)?;
        let (study, run, warehouse) = (study.clone(), run.clone(), self.warehouse.clone());
        let (number, resources) = (run.run, self.resources);
        std::thread::Builder::new()
            .name(format!("auditor of run {number}"))
            .stack_size(STACK)
            .spawn(move || audit(&study, &warehouse, &run, resources, &receive))
            .map_err(Fault::inside)?;
        auditors.insert(number, (now, send));
        Ok(())
    }
}

/// Bytes of the stack of an auditor: plans are trees, and what walks them is recursive.
const STACK: usize = 32 << 20;

/// Answers until nobody can ask any more.
fn audit(
    study: &Study,
    warehouse: &Arc<Warehouse>,
    run: &Manifest,
    resources: Resources,
    questions: &Receiver<Question>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let auditor = Auditor::of(study, warehouse, run, resources);
    let (runtime, auditor) = match (runtime, auditor) {
        (Ok(runtime), Ok(auditor)) => (runtime, auditor),
        (runtime, auditor) => {
            tracing::error!(runtime = ?runtime.err(), auditor = ?auditor.err(), "no auditor");
            return;
        }
    };
    loop {
        // Who does not wait for an answer any more needs none.
        match questions.recv_timeout(IDLE) {
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => auditor.forget(),
            Ok(question) => answer(&runtime, &auditor, question),
        }
        if auditor.bytes() > KEEPS {
            auditor.forget();
        }
    }
}

fn answer(runtime: &Runtime, auditor: &Auditor<'_>, question: Question) {
    match question {
        Question::Why { table, row, column, slice, answer } => {
            let asked = Asked { table: &table, row, column: column.as_deref(), told: slice.told() };
            drop(answer.send(runtime.block_on(auditor.why(&asked))));
        }
        Question::Trace { text, numbers, answer } => {
            drop(answer.send(runtime.block_on(auditor.trace_with(&text, &numbers))));
        }
        Question::Warm => {
            if let Err(error) = runtime.block_on(auditor.warm(&Numbers::Behind(FEW, Vec::new()))) {
                tracing::warn!(%error, "nothing could be read before it is asked for");
            }
        }
    }
}

async fn heard<T>(answer: oneshot::Receiver<Result<T, EngineError>>) -> Result<T, Fault> {
    match answer.await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Fault::inside("an auditor ended before it answered")),
    }
}
