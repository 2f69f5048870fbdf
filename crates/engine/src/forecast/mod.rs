//! What a run would do and why, told beforehand; nothing is executed and nothing is written.
//!
//! A step is decided by the bytes of what it reads. So what lies behind a step that would run cannot be told for certain:
//! if the step gives what it gave before, nothing behind it runs. Of such a step it is said what it depends on.
//!
//! Deliveries are hashed and objects verified as a run does it, so what is said of them holds for the instant.

mod reasons;

use crate::columns;
use crate::definition;
use crate::earlier::{Earlier, Found};
use crate::error::EngineError;
use crate::fingerprint::ENGINE;
use crate::run::{Reuse, RunOptions, hashes, outside};
use crate::so_far::SoFar;
use crate::steps::check::{self, Outside};
use crate::steps::decided;
use reasons::Because;
pub use reasons::Reason;
use serde::Serialize;
use std::collections::BTreeMap;
use study::{Check, PREVIOUS_RUN, Step, Study};
use terms::{CheckRecord, NodeRecord, ObjectHash, TableName, TableRecord};
use warehouse::{DeliveredHashes, Warehouse};

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Number of the run that it is compared with, the newest that nothing was left out of; none before the first.
    pub last_run: Option<u64>,
    /// Finished steps of a run that was stopped; those that fit are taken over.
    pub unfinished: usize,
    /// Every step, in the order in which it would come.
    pub steps: Vec<StepForecast>,
    /// Every check, in the order of the study.
    pub checks: Vec<CheckForecast>,
    /// Steps of the last run that there are none of any more.
    pub gone: Vec<String>,
}

/// What would become of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepForecast {
    /// Its name.
    pub step: String,
    /// Whether it would run.
    pub outlook: Outlook,
    /// Why it would run; empty if it is reused, and if only what it reads decides.
    pub reasons: Vec<Reason>,
    /// Steps that would or may run and make what it reads.
    pub depends_on: Vec<String>,
    /// Tables that it makes.
    pub tables: Vec<Expected>,
}

/// What would become of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckForecast {
    /// Its name.
    pub check: String,
    /// Whether it would be asked again.
    pub outlook: Outlook,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Steps that would or may run and make what it reads.
    pub depends_on: Vec<String>,
    /// Violating rows; none where it is asked again.
    pub violations: Option<u64>,
}

/// Whether something would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// It would.
    Runs,
    /// Only if what it reads comes out otherwise than it was.
    MayRun,
    /// What an earlier run made is taken over.
    Reused,
}

/// A table that a step makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Its name.
    pub table: TableName,
    /// Its rows; none where the step would or may run, for then nobody knows.
    pub rows: Option<u64>,
    /// Its rows at the last run; none if it was not there.
    pub last_rows: Option<u64>,
}

/// Tells what a [run](crate::run()) with these options would do. Without a warehouse nothing was ever run.
///
/// # Errors
/// What would stop the run before its first step: a source without files, a file that cannot be read, a warehouse with a
/// damaged chain.
pub fn forecast(
    study: &Study,
    warehouse: Option<&Warehouse>,
    options: &RunOptions,
) -> Result<Forecast, EngineError> {
    let mut view = View::of(study, warehouse, options)?;
    let mut steps = Vec::new();
    for step in study.steps() {
        steps.push(view.step(step)?);
    }
    let columns = view.column_lineage()?;
    let made = |node: &NodeRecord, step: &Step| {
        step.name == node.node && node.tables.iter().any(|made| step.writes.contains(&made.table))
    };
    let is_gone = |node: &&NodeRecord| {
        node.node != columns::TABLE && !study.steps().iter().any(|step| made(node, step))
    };
    let last = view.earlier.last();
    let gone: Vec<String> =
        last.iter().flat_map(|last| &last.nodes).filter(is_gone).map(|node| node.node.clone()).collect();
    let last_run = last.map(|last| last.run);
    steps.push(columns);
    let checks = study.checks.iter().map(|check| view.check(check)).collect::<Result<_, _>>()?;
    Ok(Forecast { last_run, unfinished: view.earlier.unfinished(), steps, checks, gone })
}

/// What is known while the steps are gone through.
struct View<'a> {
    warehouse: Option<&'a Warehouse>,
    options: &'a RunOptions,
    earlier: Earlier,
    hashes: DeliveredHashes,
    known: SoFar<'a>,
    outside: Outside,
    /// Tables of steps that would or may run, with the step.
    open: BTreeMap<TableName, String>,
    /// What of the definitions of all steps is not as it was.
    redefined: Vec<Reason>,
}

impl<'a> View<'a> {
    fn of(
        study: &'a Study,
        warehouse: Option<&'a Warehouse>,
        options: &'a RunOptions,
    ) -> Result<Self, EngineError> {
        let earlier = warehouse.map_or_else(|| Ok(Earlier::default()), Earlier::of)?;
        let hashes = match warehouse {
            Some(warehouse) => hashes(warehouse, options.reuse, &options.started)?,
            None => DeliveredHashes::none(0),
        };
        let known = SoFar::nothing(study, options.capture);
        let published = warehouse.map(Warehouse::published).transpose()?.flatten();
        let outside = outside(study, options, published.as_deref())?;
        let (open, redefined) = (BTreeMap::new(), Vec::new());
        Ok(Self { warehouse, options, earlier, hashes, known, outside, open, redefined })
    }

    fn step(&mut self, step: &Step) -> Result<StepForecast, EngineError> {
        let delivery = decided::delivery(&self.known, step, &mut self.hashes)?;
        let definition = definition::of(self.known.study, step)?;
        let depends_on = self.depends_on(&step.reads);
        let because = self.because(&step.name, &step.writes, &step.reads);
        let reasons = because.of_step(step, &definition, delivery.as_ref());
        let redefined = because.redefined(&definition);
        self.redefined.extend(redefined);
        let mut damaged = None;
        if depends_on.is_empty() {
            let key = &self.options.key;
            let fingerprint = decided::fingerprint(&self.known, step, delivery.as_ref(), key)?;
            match self.found(&step.name, &fingerprint) {
                Found::Whole(node) => return Ok(self.reused(&node)),
                Found::Damaged(table) => damaged = Some(table),
                Found::Nothing => {}
            }
        }
        let is_of_stopped = self.earlier.has_unfinished(&step.name, &definition);
        let reasons = if is_of_stopped && !depends_on.is_empty() { Vec::new() } else { reasons };
        let otherwise = if delivery.is_some() { Reason::Key } else { Reason::Study };
        let (outlook, reasons) = self.judged(damaged, &depends_on, reasons, otherwise);
        self.open.extend(step.writes.iter().map(|table| (table.clone(), step.name.clone())));
        let tables = self.tables(&step.name, &step.writes);
        Ok(StepForecast { step: step.name.clone(), outlook, reasons, depends_on, tables })
    }

    fn column_lineage(&mut self) -> Result<StepForecast, EngineError> {
        let fingerprint = columns::definition(self.known.study, ENGINE)?;
        let damaged = match self.found(columns::TABLE, &fingerprint) {
            Found::Whole(node) => return Ok(self.reused(&node)),
            Found::Damaged(table) => Some(table),
            Found::Nothing => None,
        };
        let writes = [TableName::parse(columns::TABLE)?];
        let reasons = match reasons::of_last(&self.earlier, columns::TABLE, &writes) {
            Some(reason) => vec![reason],
            None => std::mem::take(&mut self.redefined),
        };
        let (outlook, reasons) = self.judged(damaged, &[], reasons, Reason::Study);
        let tables = self.tables(columns::TABLE, &writes);
        let step = columns::TABLE.to_owned();
        Ok(StepForecast { step, outlook, reasons, depends_on: Vec::new(), tables })
    }

    fn check(&self, check: &Check) -> Result<CheckForecast, EngineError> {
        let reads = check.reads();
        let depends_on = self.depends_on(&reads);
        let reasons = self.because(&check.name, &[], &reads).of_check(check);
        let mut damaged = None;
        let query = check.name.clone();
        let mut otherwise = match check.reads_local(PREVIOUS_RUN) {
            true => Reason::QueryOrPublished { query },
            false => Reason::Query { query },
        };
        let told = |outlook, reasons, depends_on, violations| {
            let check = check.name.clone();
            CheckForecast { check, outlook, reasons, depends_on, violations }
        };
        if depends_on.is_empty() {
            match check::fingerprint(&self.known, check, &self.outside)? {
                None => otherwise = Reason::EveryNight,
                Some(fingerprint) => match self.found_check(&check.name, &fingerprint) {
                    Found::Whole(found) => {
                        return Ok(told(Outlook::Reused, Vec::new(), depends_on, Some(found.violations)));
                    }
                    Found::Damaged(table) => damaged = Some(table),
                    Found::Nothing => {}
                },
            }
        }
        let (outlook, reasons) = self.judged(damaged, &depends_on, reasons, otherwise);
        Ok(told(outlook, reasons, depends_on, None))
    }

    /// What becomes of something that is not reused; `otherwise` is the reason where nothing that is written down tells one.
    fn judged(
        &self,
        damaged: Option<TableName>,
        depends_on: &[String],
        reasons: Vec<Reason>,
        otherwise: Reason,
    ) -> (Outlook, Vec<Reason>) {
        match (self.options.reuse, damaged) {
            (Reuse::Nothing, _) => (Outlook::Runs, vec![Reason::Asked]),
            (_, Some(table)) => (Outlook::Runs, vec![Reason::Damaged { table }]),
            _ if !reasons.is_empty() => (Outlook::Runs, reasons),
            _ if !depends_on.is_empty() => (Outlook::MayRun, reasons),
            _ => (Outlook::Runs, vec![otherwise]),
        }
    }

    fn because<'b>(&'b self, name: &'b str, writes: &'b [TableName], reads: &'b [TableName]) -> Because<'b> {
        Because { name, writes, earlier: &self.earlier, known: &self.known, reads }
    }

    /// Where objects may be taken over from.
    fn taken_from(&self) -> Option<&'a Warehouse> {
        self.warehouse.filter(|_| self.options.reuse != Reuse::Nothing)
    }

    fn found(&self, step: &str, fingerprint: &ObjectHash) -> Found<NodeRecord> {
        self.taken_from().map_or(Found::Nothing, |from| self.earlier.step(from, step, fingerprint))
    }

    fn found_check(&self, check: &str, fingerprint: &ObjectHash) -> Found<CheckRecord> {
        self.taken_from().map_or(Found::Nothing, |from| self.earlier.check(from, check, Some(fingerprint)))
    }

    /// Steps that would or may run and make one of these tables.
    fn depends_on(&self, reads: &[TableName]) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        for step in reads.iter().filter_map(|table| self.open.get(table)) {
            if !steps.contains(step) {
                steps.push(step.clone());
            }
        }
        steps
    }

    fn reused(&mut self, node: &NodeRecord) -> StepForecast {
        self.known.know(&node.tables);
        let expected = |made: &TableRecord| Expected {
            table: made.table.clone(),
            rows: Some(made.rows),
            last_rows: self.last_rows(&made.table),
        };
        StepForecast {
            step: node.node.clone(),
            outlook: Outlook::Reused,
            reasons: Vec::new(),
            depends_on: Vec::new(),
            tables: node.tables.iter().map(expected).collect(),
        }
    }

    /// The tables of a step that is not reused: those of the last run, or those that the study says it makes.
    fn tables(&self, step: &str, writes: &[TableName]) -> Vec<Expected> {
        let made: Vec<&TableName> = match self.earlier.last_step(step, writes) {
            Some(node) => node.tables.iter().map(|made| &made.table).collect(),
            None => writes.iter().collect(),
        };
        let expected = |table: &TableName| Expected {
            table: table.clone(),
            rows: None,
            last_rows: self.last_rows(table),
        };
        made.into_iter().map(expected).collect()
    }

    fn last_rows(&self, table: &TableName) -> Option<u64> {
        let mut made = self.earlier.last()?.tables();
        made.find(|made| made.table == *table).map(|made| made.rows)
    }
}
