//! Finished steps of earlier runs, which a run takes over where nothing that decides them has changed.

use crate::error::EngineError;
use crate::fingerprint::ENGINE;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{CheckRecord, Manifest, NodeRecord, ObjectHash, StepOutcome, TableName, TableRecord};
use warehouse::Warehouse;

type Key = (String, ObjectHash);

/// Steps and checks by name and fingerprint: those of the newest run that nothing was left out of, and the steps that a
/// run after it had finished when it was stopped.
#[derive(Default)]
pub(crate) struct Earlier {
    last: Option<Arc<Manifest>>,
    steps: BTreeMap<Key, NodeRecord>,
    checks: BTreeMap<Key, CheckRecord>,
    /// How many steps are there of a run that was stopped.
    unfinished: usize,
}

/// Something that an earlier run made, after a look at its objects.
pub(crate) enum Found<T> {
    /// It can be taken over.
    Whole(T),
    /// A table of it is not what it was: its object is missing, or has other bytes.
    Damaged(TableName),
    /// No earlier run made it.
    Nothing,
}

impl Earlier {
    /// What the warehouse holds.
    pub(crate) fn of(warehouse: &Warehouse) -> Result<Self, EngineError> {
        let last = last_ordinary(warehouse)?;
        let unfinished = warehouse.unfinished()?;
        let count = unfinished.len();
        let of_last = last.iter().flat_map(|last| &last.nodes).cloned();
        let steps = unfinished.into_iter().chain(of_last);
        let steps = steps.map(|step| ((step.node.clone(), step.fingerprint.clone()), step)).collect();
        let checks = last.iter().flat_map(|last| &last.checks);
        let checks = checks
            .filter_map(|check| Some(((check.check.clone(), check.fingerprint.clone()?), check.clone())))
            .collect();
        Ok(Self { last, steps, checks, unfinished: count })
    }

    /// The newest run that nothing was left out of; none before the first.
    pub(crate) fn last(&self) -> Option<&Manifest> {
        self.last.as_deref()
    }

    /// What the last run made of a step. A source and a matching may have one name, so it is the one that made one of
    /// these tables.
    pub(crate) fn last_step(&self, name: &str, writes: &[TableName]) -> Option<&NodeRecord> {
        let made = |node: &NodeRecord| node.tables.iter().any(|made| writes.contains(&made.table));
        self.last.as_ref()?.nodes.iter().find(|node| node.node == name && made(node))
    }

    /// Whether a run that was stopped had finished this step, defined as it is now.
    pub(crate) fn has_unfinished(&self, name: &str, definition: &BTreeMap<String, ObjectHash>) -> bool {
        let of_last = |step: &NodeRecord| self.last.iter().any(|last| last.nodes.contains(step));
        let mut steps = self.steps.values().filter(|node| node.node == name);
        steps.any(|node| node.definition == *definition && !of_last(node))
    }

    /// How many finished steps there are of a run that did not come to its end.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished
    }

    /// The step of this name and fingerprint. Only undamaged objects are taken over.
    pub(crate) fn step(
        &self,
        warehouse: &Warehouse,
        name: &str,
        fingerprint: &ObjectHash,
    ) -> Found<NodeRecord> {
        let Some(step) = self.steps.get(&(name.to_owned(), fingerprint.clone())) else {
            return Found::Nothing;
        };
        match damaged(warehouse, &step.tables) {
            Some(table) => Found::Damaged(table),
            None => Found::Whole(NodeRecord { outcome: StepOutcome::Reused, millis: 0, ..step.clone() }),
        }
    }

    /// The check of this name and fingerprint, if it has one. Only undamaged objects are taken over.
    pub(crate) fn check(
        &self,
        warehouse: &Warehouse,
        name: &str,
        fingerprint: Option<&ObjectHash>,
    ) -> Found<CheckRecord> {
        let key = fingerprint.map(|fingerprint| (name.to_owned(), fingerprint.clone()));
        let Some(check) = key.and_then(|key| self.checks.get(&key)) else { return Found::Nothing };
        match damaged(warehouse, check.table.as_slice()) {
            Some(table) => Found::Damaged(table),
            None => Found::Whole(CheckRecord { answered: StepOutcome::Reused, ..check.clone() }),
        }
    }

    /// The last run, if these tables of it are the same ones and this engine made it: what it said of them holds.
    pub(crate) fn said_of(&self, tables: &[&TableRecord]) -> Option<&Manifest> {
        let last = self.last.as_deref().filter(|last| last.engine == ENGINE)?;
        let is_there = |table: &&TableRecord| last.tables().any(|other| other == *table);
        tables.iter().all(is_there).then_some(last)
    }
}

/// The first of these tables with an object that is not what its name promises.
fn damaged(warehouse: &Warehouse, tables: &[TableRecord]) -> Option<TableName> {
    let is_damaged =
        |table: &&TableRecord| table.objects().any(|(object, _)| warehouse.object(object).is_err());
    tables.iter().find(is_damaged).map(|table| table.table.clone())
}

fn last_ordinary(warehouse: &Warehouse) -> Result<Option<Arc<Manifest>>, EngineError> {
    for run in warehouse.runs()?.iter().rev() {
        let manifest = warehouse.manifest_of(run)?;
        if !manifest.is_side_run() {
            return Ok(Some(manifest));
        }
    }
    Ok(None)
}
