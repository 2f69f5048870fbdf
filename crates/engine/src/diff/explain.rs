//! Which of the differences between two runs stand behind a row of them.

use super::loaded::texts;
use super::{DecisionChange, Diff, Place, PlacedRecord, RecordChange, Root};
use crate::error::EngineError;
use crate::lineage::{Lineage, Rows};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use terms::{Manifest, TableName};
use warehouse::Warehouse;

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
}

/// A run's lineage, and the delivered records by source in stored order.
struct Side {
    lineage: Lineage,
    delivered: BTreeMap<String, Vec<PlacedRecord>>,
}

impl<'a> Explainer<'a> {
    /// Opens the lineage of the two runs that were compared.
    ///
    /// # Errors
    /// A damaged or missing object.
    pub fn open(
        warehouse: &Arc<Warehouse>,
        before: &Manifest,
        after: &Manifest,
        diff: &'a Diff,
    ) -> Result<Self, EngineError> {
        Ok(Self { diff, before: Side::open(warehouse, before)?, after: Side::open(warehouse, after)? })
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
        let differing = self.diff.tables.iter().find(|differing| &differing.table == table);
        let causes = &self.diff.causes;
        let is_old = |record: &Option<PlacedRecord>| {
            record.as_ref().is_some_and(|r| old.contains_key(r.row_id.as_str()))
        };
        let is_new = |record: &Option<PlacedRecord>| {
            record.as_ref().is_some_and(|r| new.contains_key(r.row_id.as_str()))
        };
        let records: Vec<RecordChange> =
            causes.records.iter().filter(|r| is_old(&r.before) || is_new(&r.after)).cloned().collect();
        let is_judged = |decision: &&DecisionChange| {
            let id = decision.row_id.as_str();
            (decision.before.is_some() && old.contains_key(id))
                || (decision.after.is_some() && new.contains_key(id))
        };
        let decisions = causes.decisions.iter().filter(is_judged).cloned().collect();
        let changed: BTreeSet<&str> =
            records.iter().flat_map(|r| [&r.before, &r.after]).flatten().map(|r| r.row_id.as_str()).collect();
        let only = |one: &BTreeMap<&str, &PlacedRecord>, other: &BTreeMap<&str, &PlacedRecord>| {
            let alone = one.iter().filter(|(id, _)| !other.contains_key(*id) && !changed.contains(*id));
            let mut alone: Vec<PlacedRecord> = alone.map(|(_, record)| (*record).clone()).collect();
            alone.sort();
            alone
        };
        Ok(Because {
            entered: only(&new, &old),
            left: only(&old, &new),
            records,
            decisions,
            roots: differing.map(|differing| differing.because.clone()).unwrap_or_default(),
        })
    }
}

impl Side {
    fn open(warehouse: &Arc<Warehouse>, run: &Manifest) -> Result<Self, EngineError> {
        let mut delivered = BTreeMap::new();
        for record in run.tables().filter(|record| record.table.schema() == "origin") {
            let source = record.table.table();
            let rows = texts(warehouse, Some(record), ["row_id", "file", "sheet", "line"])?;
            let rows = rows.into_iter().map(|[id, file, sheet, line]| PlacedRecord {
                place: Place {
                    source: source.to_owned(),
                    file: file.unwrap_or_default(),
                    sheet,
                    line: line.and_then(|line| line.parse().ok()).unwrap_or_default(),
                },
                row_id: id.unwrap_or_default(),
            });
            delivered.insert(source.to_owned(), rows.collect());
        }
        Ok(Self { lineage: Lineage::open(warehouse, run), delivered })
    }

    /// The delivered records behind a row, by identity. A record has one place in the tables of its source, whichever of
    /// them was read.
    fn behind(
        &self,
        table: &TableName,
        row: Option<u64>,
    ) -> Result<BTreeMap<&str, &PlacedRecord>, EngineError> {
        let mut found = BTreeMap::new();
        let Some(row) = row.and_then(|row| i64::try_from(row).ok()) else { return Ok(found) };
        let asked = Rows::from([(table.clone(), [row].into_iter().collect())]);
        for (table, rows) in self.lineage.all_behind(&asked)? {
            if !matches!(table.schema(), "staging" | "identity" | "origin") {
                continue;
            }
            let Some(records) = self.delivered.get(table.table()) else { continue };
            for row in rows.iter() {
                if let Some(record) = usize::try_from(row).ok().and_then(|row| records.get(row)) {
                    found.insert(record.row_id.as_str(), record);
                }
            }
        }
        Ok(found)
    }
}
