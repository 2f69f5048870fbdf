//! Which of the differences between two runs stand behind a row of them.

use super::loaded::whole;
use super::{DecisionChange, Diff, Place, PlacedRecord, RecordChange, Root};
use crate::cells::{cell, text_named};
use crate::error::EngineError;
use crate::lineage::{Lineage, Rows};
use crate::query::lease;
use arrow::array::{Array, RecordBatch, StringArray};
use provenance::RowSet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use terms::{Manifest, TableName, TableRecord};
use warehouse::{Lease, Warehouse};

/// Why a row is not the same in two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Because {
    /// Delivered records that came, went or changed and stand behind the row.
    pub records: Vec<RecordChange>,
    /// Decisions that were taken otherwise about records behind the row.
    pub decisions: Vec<DecisionChange>,
    /// Unchanged records that stand behind the row in the later run only.
    pub entered: Vec<PlacedRecord>,
    /// Unchanged records that stood behind the row in the earlier run only.
    pub left: Vec<PlacedRecord>,
    /// What the difference of its table begins with; all there is to say if nothing else is known.
    pub roots: Vec<Root>,
}

/// Two runs with their lineage, ready to be asked about rows.
pub struct Explainer<'a> {
    diff: &'a Diff,
    before: Side,
    after: Side,
    /// Nothing of the two runs is collected meanwhile.
    _lease: Lease,
}

impl<'a> Explainer<'a> {
    /// Opens the lineage of the two runs that were compared.
    ///
    /// # Errors
    /// A damaged or missing object, a run whose objects were collected.
    pub fn open(
        warehouse: &Arc<Warehouse>,
        before: &Manifest,
        after: &Manifest,
        diff: &'a Diff,
    ) -> Result<Self, EngineError> {
        let records = diff.causes.records.iter().flat_map(|change| [&change.before, &change.after]).flatten();
        let judged = diff.causes.decisions.iter().map(|change| change.row_id.as_str());
        let named: BTreeSet<&str> = records.map(|record| record.row_id.as_str()).chain(judged).collect();
        let _lease = lease(warehouse, [before.run, after.run])?;
        let side = |run| Side::open(warehouse, run, &named);
        Ok(Self { diff, before: side(before)?, after: side(after)?, _lease })
    }

    /// Why a row differs, given its place in each run that has it.
    ///
    /// # Errors
    /// A damaged or missing object.
    pub fn explain(
        &self,
        table: &TableName,
        before: Option<u64>,
        after: Option<u64>,
    ) -> Result<Because, EngineError> {
        let (old, new) = (self.before.behind(table, before)?, self.after.behind(table, after)?);
        let is_old = |id: &str| self.before.is_among(id, &old);
        let is_new = |id: &str| self.after.is_among(id, &new);
        let causes = &self.diff.causes;
        let is_behind = |change: &&RecordChange| {
            change.before.as_ref().is_some_and(|record| is_old(&record.row_id))
                || change.after.as_ref().is_some_and(|record| is_new(&record.row_id))
        };
        let is_judged = |change: &&DecisionChange| {
            (change.before.is_some() && is_old(&change.row_id))
                || (change.after.is_some() && is_new(&change.row_id))
        };
        let records: Vec<RecordChange> = causes.records.iter().filter(is_behind).cloned().collect();
        let changed: BTreeSet<&str> = records
            .iter()
            .flat_map(|change| [&change.before, &change.after])
            .flatten()
            .map(|record| record.row_id.as_str())
            .collect();
        let differing = self.diff.tables.iter().find(|differing| &differing.table == table);
        Ok(Because {
            entered: self.after.beyond(&new, &self.before, &old, &changed)?,
            left: self.before.beyond(&old, &self.after, &new, &changed)?,
            decisions: causes.decisions.iter().filter(is_judged).cloned().collect(),
            records,
            roots: differing.map(|differing| differing.because.clone()).unwrap_or_default(),
        })
    }
}

/// Delivered records by source, as places in its tables.
type Delivered = BTreeMap<String, RowSet>;

/// A run's lineage, and its delivered records as far as they are needed.
struct Side {
    warehouse: Arc<Warehouse>,
    lineage: Lineage,
    /// Table of origins of each source.
    origins: BTreeMap<String, TableRecord>,
    /// Source and place of each record that a cause names.
    named: BTreeMap<String, (String, i64)>,
    loaded: Mutex<BTreeMap<String, Arc<Origins>>>,
}

/// The origins of a source, sorted by identity as they are stored.
struct Origins {
    ids: StringArray,
    files: StringArray,
    sheets: StringArray,
    lines: StringArray,
}

impl Side {
    fn open(
        warehouse: &Arc<Warehouse>,
        run: &Manifest,
        wanted: &BTreeSet<&str>,
    ) -> Result<Self, EngineError> {
        let tables = run.tables().filter(|record| record.table.schema() == "origin");
        let origins: BTreeMap<String, TableRecord> =
            tables.map(|record| (record.table.table().to_owned(), record.clone())).collect();
        let mut named = BTreeMap::new();
        for (source, record) in &origins {
            // Read and let go again: of most sources nothing more is asked.
            let ids = Origins::read(warehouse, record)?.ids;
            for (id, place) in ids.iter().zip(0_i64..) {
                if let Some(id) = id.filter(|id| wanted.contains(id)) {
                    named.insert(id.to_owned(), (source.clone(), place));
                }
            }
        }
        let (warehouse, lineage) = (warehouse.clone(), Lineage::open(warehouse, run));
        Ok(Self { warehouse, lineage, origins, named, loaded: Mutex::default() })
    }

    /// The delivered records behind a row. A record has one place in the tables of its source, whichever of them was read.
    fn behind(&self, table: &TableName, row: Option<u64>) -> Result<Delivered, EngineError> {
        let mut found = Delivered::new();
        let Some(row) = row.and_then(|row| i64::try_from(row).ok()) else { return Ok(found) };
        let asked = Rows::from([(table.clone(), [row].into_iter().collect())]);
        for (table, rows) in self.lineage.all_behind(&asked)? {
            if matches!(table.schema(), "staging" | "identity" | "origin")
                && self.origins.contains_key(table.table())
            {
                found.entry(table.table().to_owned()).or_default().union(&rows);
            }
        }
        Ok(found)
    }

    fn is_among(&self, id: &str, rows: &Delivered) -> bool {
        let Some((source, place)) = self.named.get(id) else { return false };
        rows.get(source).is_some_and(|rows| rows.contains(*place))
    }

    /// The records among `mine` that the other side does not have among `theirs`, those that changed left out.
    fn beyond(
        &self,
        mine: &Delivered,
        other: &Side,
        theirs: &Delivered,
        changed: &BTreeSet<&str>,
    ) -> Result<Vec<PlacedRecord>, EngineError> {
        let (mut beyond, nothing) = (Vec::new(), RowSet::new());
        for (source, rows) in mine {
            let others = theirs.get(source).unwrap_or(&nothing);
            let object = |side: &Side| side.origins.get(source).map(|record| record.object.clone());
            let is_same_delivery = object(self) == object(other);
            if is_same_delivery && rows == others {
                continue;
            }
            let origins = self.origins(source)?;
            let elsewhere = if is_same_delivery { None } else { Some(other.origins(source)?) };
            for place in rows.iter() {
                let there = match &elsewhere {
                    None => Some(place),
                    Some(elsewhere) => origins.id(place).and_then(|id| elsewhere.place(id)),
                };
                if there.is_none_or(|there| !others.contains(there)) {
                    beyond.extend(origins.record(source, place));
                }
            }
        }
        beyond.retain(|record| !changed.contains(record.row_id.as_str()));
        beyond.sort();
        Ok(beyond)
    }

    fn origins(&self, source: &str) -> Result<Arc<Origins>, EngineError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(origins) = loaded.get(source) {
            return Ok(origins.clone());
        }
        let origins = match self.origins.get(source) {
            Some(record) => Origins::read(&self.warehouse, record)?,
            None => Origins::of(None)?,
        };
        let origins = Arc::new(origins);
        loaded.insert(source.to_owned(), origins.clone());
        Ok(origins)
    }
}

impl Origins {
    fn read(warehouse: &Warehouse, record: &TableRecord) -> Result<Self, EngineError> {
        Self::of(whole(warehouse, Some(record))?.as_ref())
    }

    fn of(rows: Option<&RecordBatch>) -> Result<Self, EngineError> {
        let text = |name| -> Result<StringArray, EngineError> {
            let values = rows.map(|rows| text_named(rows, name)).transpose()?.flatten();
            Ok(values.unwrap_or_else(|| StringArray::from(Vec::<Option<&str>>::new())))
        };
        Ok(Self { ids: text("row_id")?, files: text("file")?, sheets: text("sheet")?, lines: text("line")? })
    }

    fn id(&self, place: i64) -> Option<&str> {
        let row = usize::try_from(place).ok().filter(|row| *row < self.ids.len())?;
        cell(&self.ids, row)
    }

    fn place(&self, id: &str) -> Option<i64> {
        let (mut low, mut high) = (0, self.ids.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.ids.value(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return i64::try_from(middle).ok(),
            }
        }
        None
    }

    fn record(&self, source: &str, place: i64) -> Option<PlacedRecord> {
        let row_id = self.id(place)?.to_owned();
        let row = usize::try_from(place).ok()?;
        let place = Place {
            source: source.to_owned(),
            file: cell(&self.files, row).unwrap_or_default().to_owned(),
            sheet: cell(&self.sheets, row).map(str::to_owned),
            line: cell(&self.lines, row).and_then(|line| line.parse().ok()).unwrap_or_default(),
        };
        Some(PlacedRecord { place, row_id })
    }
}
