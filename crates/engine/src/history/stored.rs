//! Stored audit tables of many runs, each object read once for all runs that share it.

use super::aligned;
use crate::error::EngineError;
use crate::objects::object_batches;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use terms::{ObjectHash, TableName, TableRecord};
use warehouse::{RunRef, Warehouse};

/// An object and the runs that hold it, in order.
type Shared = (TableRecord, Vec<u64>);
type Batches = Box<dyn Iterator<Item = Result<RecordBatch, EngineError>> + Send>;

/// Goes through the objects in the order of the first run that holds each.
pub(super) struct Walk {
    warehouse: Arc<Warehouse>,
    schema: SchemaRef,
    /// The runs and the table, until the first rows are asked for.
    start: Option<(Vec<RunRef>, &'static str)>,
    objects: VecDeque<Shared>,
    open: Option<(Batches, Vec<u64>)>,
    ready: VecDeque<RecordBatch>,
}

impl Walk {
    pub(super) fn new(
        warehouse: Arc<Warehouse>,
        runs: Vec<RunRef>,
        table: &'static str,
        schema: SchemaRef,
    ) -> Self {
        let (objects, ready) = (VecDeque::new(), VecDeque::new());
        Self { warehouse, schema, start: Some((runs, table)), objects, open: None, ready }
    }

    /// Reads on until there are rows, or nothing more to read.
    fn advance(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        if let Some((runs, table)) = self.start.take() {
            self.objects = shared(&self.warehouse, &runs, &TableName::new("audit", table)?)?;
        }
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            if let Some((batches, runs)) = &mut self.open {
                match batches.next() {
                    Some(batch) => {
                        let batch = batch?;
                        let rows = runs.iter().map(|run| aligned(&batch, *run, &self.schema));
                        self.ready = rows.collect::<Result<_, _>>()?;
                    }
                    None => self.open = None,
                }
            } else if let Some((record, runs)) = self.objects.pop_front() {
                let batches = object_batches(&self.warehouse, &record)?;
                self.open = Some((Box::new(batches), runs));
            } else {
                return Ok(None);
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Result<RecordBatch, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// The objects that hold a table in these runs.
fn shared(
    warehouse: &Warehouse,
    runs: &[RunRef],
    table: &TableName,
) -> Result<VecDeque<Shared>, EngineError> {
    let mut objects = VecDeque::<Shared>::new();
    let mut places = BTreeMap::<ObjectHash, usize>::new();
    for run in runs {
        let manifest = warehouse.manifest_of(run)?;
        let Some(record) = manifest.tables().find(|record| &record.table == table) else { continue };
        match places.get(&record.object) {
            Some(place) => objects[*place].1.push(run.number),
            None => {
                places.insert(record.object.clone(), objects.len());
                objects.push_back((record.clone(), vec![run.number]));
            }
        }
    }
    Ok(objects)
}
