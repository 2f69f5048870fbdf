//! The tables of runs as they are printed, made once for each run.

use crate::fault::Fault;
use crate::visit::Visit;
use report::{Comparison, Drawings, PrintedTable, Summary};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use study::{Appendix, Study};
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// Runs whose tables are kept; further ones are printed again.
const KEPT: usize = 8;

/// The printed tables of the runs that were visited.
#[derive(Default)]
pub(crate) struct Printings(Mutex<BTreeMap<u64, Arc<Printed>>>);

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let (study, own) = match self.study_of(run) {
            Ok(study) => (study, Own::Yes),
            // What it printed can be shown all the same, in the form that the study has now.
            Err(Fault::Asked(_)) => (self.house.study(), Own::No),
            Err(fault) => return Err(fault),
        };
        let known =
            self.house.printings.0.lock().unwrap_or_else(PoisonError::into_inner).get(&run.run).cloned();
        let is_so = |known: &Arc<Printed>| Arc::ptr_eq(&known.study, &study) || *known.study == *study;
        if let Some(known) = known.filter(|known| known.own == own && is_so(known)) {
            return Ok(known);
        }
        let (house, run) = (self.house.clone(), run.clone());
        let printing = tokio::task::spawn_blocking(move || print(&house.warehouse, study, own, run));
        let printed = Arc::new(printing.await.map_err(Fault::inside)??);
        let mut kept = self.house.printings.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_first();
        }
        kept.insert(printed.run.run, printed.clone());
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
