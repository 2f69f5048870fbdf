//! Lineage as it was stored, followed back and on.

use crate::error::EngineError;
use crate::objects::read_object;
use crate::tables::{forget, sum};
use provenance::{RowSet, RowSets};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use terms::{Manifest, TableName, TableRecord};
use warehouse::Warehouse;

/// Rows by table.
pub type Rows = BTreeMap<TableName, RowSet>;

/// The row lineage of a run.
///
/// Rows are named by their place in the stored order of their table, from 0. What was read once stays in memory, so
/// further questions cost no reading.
pub struct Lineage {
    warehouse: Arc<Warehouse>,
    /// In the order in which the run made them: a table comes after those that it was made from.
    tables: Vec<TableRecord>,
    loaded: Mutex<BTreeMap<TableName, Arc<Behind>>>,
}

/// What stands behind the rows of one table.
#[derive(Default)]
struct Behind {
    /// Tables, with their sets in stretches of rows.
    columns: Vec<(TableName, Vec<RowSets>)>,
    /// Place of the first row of each stretch.
    starts: Vec<i64>,
}

impl Lineage {
    /// The lineage of a run; nothing is read yet.
    pub fn open(warehouse: &Arc<Warehouse>, run: &Manifest) -> Self {
        let tables = run.nodes.iter().flat_map(|node| &node.tables).cloned().collect();
        Self { warehouse: warehouse.clone(), tables, loaded: Mutex::default() }
    }

    /// The tables of the run, each after those that it was made from.
    pub fn tables(&self) -> &[TableRecord] {
        &self.tables
    }

    /// Bytes of what was read.
    pub(crate) fn bytes(&self) -> usize {
        sum(&self.loaded, |behind| {
            behind.columns.iter().flat_map(|(_, stretches)| stretches).map(RowSets::bytes).sum()
        })
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        forget(&self.loaded);
    }

    /// One step back: the rows that these rows were made from, by table; none for rows that were delivered.
    ///
    /// # Errors
    /// An object that is missing or damaged.
    pub fn behind(&self, table: &TableName, rows: &RowSet) -> Result<Rows, EngineError> {
        let behind = self.load(table)?;
        let mut found = Rows::new();
        for (input, stretches) in &behind.columns {
            let mut runs: Vec<RangeInclusive<i64>> = Vec::new();
            behind.each(rows, stretches, |first, last| match runs.last() {
                // Neighbours often share a set, or name one row.
                Some(before) if before.contains(&first) && before.contains(&last) => {}
                _ => runs.push(first..=last),
            })?;
            if !runs.is_empty() {
                found.insert(input.clone(), runs.into_iter().collect());
            }
        }
        Ok(found)
    }

    /// One step on: the rows of other tables that were made from one of these rows.
    ///
    /// # Errors
    /// An object that is missing or damaged.
    pub fn ahead(&self, table: &TableName, rows: &RowSet) -> Result<Rows, EngineError> {
        let mut found = Rows::new();
        for output in self.tables.iter().filter(|output| output.lineage.is_some()) {
            let behind = self.load(&output.table)?;
            for stretches in behind.columns.iter().filter(|(input, _)| input == table).map(|(_, s)| s) {
                let made = behind.made_from(rows, stretches)?;
                if !made.is_empty() {
                    found.insert(output.table.clone(), made);
                }
            }
        }
        Ok(found)
    }

    /// All the way back: these rows and all rows that they were made from, step by step.
    ///
    /// # Errors
    /// As [`behind`](Self::behind).
    pub fn all_behind(&self, rows: &Rows) -> Result<Rows, EngineError> {
        let mut reached = rows.clone();
        for record in self.tables.iter().rev() {
            if let Some(rows) = reached.get(&record.table).cloned() {
                add(&mut reached, self.behind(&record.table, &rows)?);
            }
        }
        Ok(reached)
    }

    /// All the way on: these rows and all rows that were made from them, step by step.
    ///
    /// # Errors
    /// As [`ahead`](Self::ahead).
    pub fn all_ahead(&self, rows: &Rows) -> Result<Rows, EngineError> {
        let mut reached = rows.clone();
        for output in self.tables.iter().filter(|output| output.lineage.is_some()) {
            let behind = self.load(&output.table)?;
            for (input, stretches) in &behind.columns {
                if let Some(rows) = reached.get(input) {
                    let made = behind.made_from(rows, stretches)?;
                    add(&mut reached, Rows::from([(output.table.clone(), made)]));
                }
            }
        }
        reached.retain(|_, rows| !rows.is_empty());
        Ok(reached)
    }

    fn load(&self, table: &TableName) -> Result<Arc<Behind>, EngineError> {
        let known = |loaded: &BTreeMap<TableName, Arc<Behind>>| loaded.get(table).cloned();
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(behind) = known(&loaded) {
            return Ok(behind);
        }
        let record = self.tables.iter().find(|record| &record.table == table);
        let behind = match record.and_then(|record| record.lineage.as_ref()) {
            None => Behind::default(),
            Some(lineage) => Behind::read(&self.warehouse, lineage)?,
        };
        let behind = Arc::new(behind);
        loaded.insert(table.clone(), behind.clone());
        Ok(behind)
    }
}

fn add(to: &mut Rows, rows: Rows) {
    for (table, rows) in rows {
        to.entry(table).or_default().union(&rows);
    }
}

impl Behind {
    fn read(warehouse: &Warehouse, lineage: &terms::LineageRecord) -> Result<Self, EngineError> {
        let batches = read_object(warehouse, &lineage.object)?;
        let mut behind = Self::default();
        let mut first = 0;
        for batch in &batches {
            behind.starts.push(first);
            first += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        }
        for (place, field) in batches[0].schema().fields().iter().enumerate() {
            let stretches = batches.iter().map(|batch| RowSets::new(batch.column(place).clone()));
            let stretches = stretches.collect::<Result<_, _>>().map_err(bug)?;
            behind.columns.push((TableName::parse(field.name())?, stretches));
        }
        Ok(behind)
    }

    /// The runs behind each of these rows.
    fn each(
        &self,
        rows: &RowSet,
        stretches: &[RowSets],
        mut run: impl FnMut(i64, i64),
    ) -> Result<(), EngineError> {
        let mut at = 0;
        for row in rows.iter() {
            while self.starts.get(at + 1).is_some_and(|next| *next <= row) {
                at += 1;
            }
            if let (Some(sets), Some(start)) = (stretches.get(at), self.starts.get(at)) {
                sets.each_run(usize::try_from(row - start).unwrap_or(usize::MAX), &mut run).map_err(bug)?;
            }
        }
        Ok(())
    }

    /// The rows that have one of these rows behind them.
    fn made_from(&self, rows: &RowSet, stretches: &[RowSets]) -> Result<RowSet, EngineError> {
        let mut made = Vec::new();
        for (sets, start) in stretches.iter().zip(&self.starts) {
            for place in 0..sets.len() {
                let mut here = false;
                sets.each_run(place, |first, last| here |= rows.meets(first, last)).map_err(bug)?;
                if here {
                    made.push(start + i64::try_from(place).unwrap_or(i64::MAX));
                }
            }
        }
        Ok(made.into_iter().collect())
    }
}

fn bug(error: provenance::ProvenanceError) -> EngineError {
    EngineError::Bug(error.to_string())
}
