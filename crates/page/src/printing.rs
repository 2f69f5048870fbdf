//! The tables of runs as they are printed, made once for each run.

use crate::fault::Fault;
use crate::visit::Visit;
use report::{Comparison, Drawings, PrintedTable, Summary};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use study::{Appendix, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// Runs whose tables are kept; further ones are printed again.
const KEPT: usize = 16;

/// The printed tables of the runs that were visited.
#[derive(Default)]
pub(crate) struct Printings {
    kept: Mutex<BTreeMap<(u64, Own), Arc<Printed>>>,
    /// Runs of which the study was another one, and when that was seen.
    of_another: Mutex<BTreeMap<u64, Instant>>,
}

/// How long a study that is another one than that of a run is not read again for it.
const ANOTHER: Duration = Duration::from_secs(60);

impl Printings {
    /// Whether the study was another one than that of the run a moment ago.
    fn is_of_another(&self, run: u64) -> bool {
        let seen = self.of_another.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&run).is_some_and(|seen| seen.elapsed() < ANOTHER)
    }

    fn note_another(&self, run: u64) {
        self.of_another.lock().unwrap_or_else(PoisonError::into_inner).insert(run, Instant::now());
    }
}

/// The tables of a run as they are printed.
pub(crate) struct Printed {
    /// The run.
    pub(crate) run: Arc<Manifest>,
    /// The study that says how they are printed.
    pub(crate) study: Arc<Study>,
    /// Whether it is the study that the run ran; else its queries may be others by now.
    pub(crate) own: Own,
    /// A table for each appendix of the study, in its order.
    pub(crate) tables: Vec<Result<Leaf, String>>,
    /// The comparison with the print; none without a print.
    pub(crate) verified: Option<Summary>,
}

/// Whether a study is the one that a run ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Own {
    Yes,
    No,
}

/// One table, and what is drawn below it.
pub(crate) struct Leaf {
    pub(crate) table: PrintedTable,
    pub(crate) drawings: Option<Drawings>,
}

impl Printed {
    /// Place of an appendix by the name of its table.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.study.appendices.iter().position(|appendix| appendix.model.table.table() == name)
    }

    /// What the comparison with the print found of a table.
    pub(crate) fn comparison(&self, name: &str) -> Option<&Comparison> {
        self.verified.as_ref()?.appendices.iter().find(|comparison| comparison.appendix == name)
    }
}

impl Visit {
    /// The printed tables of a run.
    ///
    /// # Errors
    /// Tables that were collected, a damaged object.
    pub(crate) async fn printed(&self, run: &Arc<Manifest>) -> Result<Arc<Printed>, Fault> {
        let printings = &self.house.printings;
        if !printings.is_of_another(run.run) {
            match self.study_of(run) {
                Ok(study) => return self.printed_by(run, study, Own::Yes).await,
                Err(Fault::Asked(_)) => printings.note_another(run.run),
                Err(fault) => return Err(fault),
            }
        }
        // What it printed can be shown all the same, in the form that the study has now.
        self.printed_by(run, self.house.study(), Own::No).await
    }

    /// The printed tables of a run, in the form that a study gives them.
    ///
    /// # Errors
    /// Tables that were collected, a damaged object.
    pub(crate) async fn printed_by(
        &self,
        run: &Arc<Manifest>,
        study: Arc<Study>,
        own: Own,
    ) -> Result<Arc<Printed>, Fault> {
        let kept = || self.house.printings.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&(run.run, own)).cloned();
        let is_so = |known: &Arc<Printed>| Arc::ptr_eq(&known.study, &study) || *known.study == *study;
        if let Some(known) = known.filter(is_so) {
            return Ok(known);
        }
        let (house, run) = (self.house.clone(), run.clone());
        let printing = tokio::task::spawn_blocking(move || print(&house.warehouse, study, own, run));
        let printed = Arc::new(printing.await.map_err(Fault::inside)??);
        let mut kept = kept();
        if kept.len() >= KEPT {
            kept.pop_first();
        }
        kept.insert((printed.run.run, own), printed.clone());
        Ok(printed)
    }

    /// The run that a run is compared with: the one of the address, else the newest published before it whose tables are
    /// there; none if there is none.
    pub(crate) fn before(&self, run: &Manifest) -> Result<Option<Arc<Manifest>>, Fault> {
        let warehouse = &self.house.warehouse;
        if self.get("before").is_some() {
            let before = self.recorded(Some(self.number("before", 0)?))?;
            warehouse.require_kept(before.run).map_err(|error| Fault::Missing(error.to_string()))?;
            return Ok(Some(before));
        }
        let collected = warehouse.collected()?;
        for entry in warehouse.runs()?.iter().rev() {
            if entry.number < run.run && !collected.contains(&entry.number) {
                let manifest = warehouse.manifest_of(entry)?;
                if manifest.published {
                    return Ok(Some(manifest));
                }
            }
        }
        Ok(None)
    }
}

fn print(warehouse: &Warehouse, study: Arc<Study>, own: Own, run: Arc<Manifest>) -> Result<Printed, Fault> {
    // While it is held, no collection removes what is read here.
    let _lease = warehouse.reading()?;
    warehouse.require_kept(run.run).map_err(|error| Fault::Missing(error.to_string()))?;
    let mut tables = Vec::new();
    for appendix in &study.appendices {
        tables.push(leaf(warehouse, appendix, &run)?);
    }
    let there = study.appendices.iter().zip(&tables);
    let there = there.filter_map(|(appendix, leaf)| Some((appendix, &leaf.as_ref().ok()?.table)));
    let verified = report::verified(&study, there).unwrap_or_else(|error| {
        tracing::warn!(%error, run = run.run, "the tables could not be compared with the print");
        None
    });
    Ok(Printed { run, study, own, tables, verified })
}

/// A table of a run, or why it cannot be printed.
fn leaf(warehouse: &Warehouse, appendix: &Appendix, run: &Manifest) -> Result<Result<Leaf, String>, Fault> {
    let rows = |name: &TableName| {
        let record = run.tables().find(|record| record.table == *name);
        record.map(|record| engine::read_table(warehouse, record)).transpose()
    };
    let name = &appendix.model.table;
    let Some(batches) = rows(name)? else {
        return Ok(Err(format!("run {} has no table {name}", run.run)));
    };
    let table = match PrintedTable::new(&appendix.presentation, &batches) {
        Ok(table) => table,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let drawing = appendix.presentation.drawing.as_ref();
    let nodes = drawing.map(|drawing| rows(drawing.from())).transpose()?.flatten();
    let drawings = nodes.map(|nodes| Drawings::new(&appendix.presentation, &nodes)).transpose();
    Ok(drawings
        .map(|drawings| Leaf { table, drawings: drawings.flatten() })
        .map_err(|error| error.to_string()))
}
