//! A run told to others.

mod ddi;
mod openlineage;
mod ro_crate;
mod transport;

use crate::args::{ExportArgs, RunChoice};
use crate::failure::Failure;
use crate::place::{Place, as_run, chosen};
use exchange::{Described, TableColumn};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::Study;
use terms::{ColumnEdge, Manifest, ObjectHash, TableName};
use warehouse::{Lease, Warehouse};

pub(crate) fn export(place: &Place, what: &ExportArgs, json: bool) -> Result<(), Failure> {
    match what {
        ExportArgs::OpenLineage(args) => openlineage::openlineage(place, args, json),
        ExportArgs::Ddi(args) => ddi::ddi(place, args, json),
        ExportArgs::RoCrate(args) => ro_crate::ro_crate(place, args, json),
    }
}

/// A run with all that is told of it.
struct Told {
    study: Study,
    warehouse: std::sync::Arc<Warehouse>,
    run: Arc<Manifest>,
    manifest: ObjectHash,
    columns: BTreeMap<TableName, Vec<TableColumn>>,
    lineage: Vec<ColumnEdge>,
    _lease: Lease,
}

impl Told {
    /// The chosen run, if the study in hand is the one that it ran, whatever values its parameters had then.
    fn of(place: &Place, choice: &RunChoice) -> Result<Self, Failure> {
        let study = place.study()?;
        let (warehouse, lease) = place.open_to_read()?;
        let run = chosen(&warehouse, choice)?;
        let number = run.run;
        if run.is_side_run() {
            return Err(Failure::Usage(format!(
                "run {number} is a side run without {}: it shows what a rule does, and is no result; export a run that left nothing out",
                run.without.join(", ")
            )));
        }
        let study = as_run(&study, &run)?;
        let Some(lineage) = engine::stored_columns(&warehouse, &run)? else {
            return Err(Failure::Usage(format!(
                "run {number} is of a version that stored no column lineage; run the study again with: herkomst run"
            )));
        };
        if !engine::is_definition_of(&study, &run)? {
            return Err(Failure::Usage(format!(
                "run {number} ran another study than the one in {}: its queries, contracts, or the names or types of its \
                 parameters have changed since; \
                 export it with the study as it was, or run again with: herkomst run",
                place.study_folder()?.display()
            )));
        }
        let manifest = warehouse.runs()?.into_iter().find(|known| known.number == number);
        let manifest = manifest.ok_or_else(|| Failure::Usage(format!("there is no run {number}")))?.hash;
        let columns = columns(&warehouse, &run)?;
        Ok(Self { study, warehouse, run, manifest, columns, lineage, _lease: lease })
    }

    fn described(&self) -> Described<'_> {
        Described {
            run: &self.run,
            manifest: &self.manifest,
            study: &self.study,
            columns: self.columns.clone(),
            lineage: self.lineage.clone(),
        }
    }
}

/// Columns of every table of a run, read from its objects.
fn columns(warehouse: &Warehouse, run: &Manifest) -> Result<BTreeMap<TableName, Vec<TableColumn>>, Failure> {
    let mut columns = BTreeMap::new();
    for record in run.tables() {
        let schema = engine::stored_schema(warehouse, record)?;
        let of = schema
            .fields()
            .iter()
            .map(|field| TableColumn { name: field.name().clone(), kind: field.data_type().to_string() });
        columns.insert(record.table.clone(), of.collect());
    }
    Ok(columns)
}
