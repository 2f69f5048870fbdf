//! The decisions of a round by the records that they are about, as places in stored tables.

use super::RuleCount;
use super::kinds::Kinds;
use super::records::Records;
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::tables::{Tables, Texts};
use provenance::RowSet;
use std::sync::{Arc, OnceLock};
use study::Round;
use terms::TableName;

/// The decisions of a round, by their place among them.
pub(super) struct Ledger {
    /// Step, rule, verb, and whether it was applied.
    kinds: Kinds<4>,
    /// Place in the table of records after the round, and decision about that record or one merged into it; ascending.
    by_row: Vec<(i64, i64)>,
    /// The same by place in the table of their identifying columns.
    by_identity: Vec<(i64, i64)>,
    /// The record that a decision is about.
    about: Arc<Texts>,
    /// Where that was delivered, as far as it was asked: number of its source, and place.
    delivered: Vec<OnceLock<Option<(usize, i64)>>>,
}

impl Ledger {
    pub(super) fn of(records: &Records<'_>, round: &Round) -> Result<Self, EngineError> {
        let tables = RoundTables::of(round)?;
        let stored = records.tables();
        let columns = stored.columns(&tables.decisions, ["step", "rule", "verb", "applied"])?;
        let (mut by_row, mut by_identity) = (Vec::new(), Vec::new());
        let ids = stored.texts(&tables.decisions, "row_id")?;
        for (decision, id) in (0..).zip(ids.iter()) {
            let id = id.unwrap_or_default();
            let last = records.stays(round, id)?;
            by_row.extend(place(stored, &tables.cleaning, &last)?.map(|row| (row, decision)));
            by_identity.extend(place(stored, &tables.identity, &last)?.map(|row| (row, decision)));
        }
        by_row.sort_unstable();
        by_identity.sort_unstable();
        let delivered = ids.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { kinds: Kinds::of(&columns), by_row, by_identity, about: ids, delivered })
    }

    /// Bytes in memory, but for the texts, which others hold too.
    pub(super) fn bytes(&self) -> usize {
        let places = size_of_val(self.by_row.as_slice()) + size_of_val(self.by_identity.as_slice());
        self.kinds.bytes() + places + size_of_val(self.delivered.as_slice())
    }

    /// The decisions about records in these rows of the round's tables, and about those merged into them.
    pub(super) fn reached(&self, rows: &RowSet, identity: &RowSet) -> RowSet {
        let by_row = self.by_row.iter().filter(|(row, _)| rows.contains(*row));
        let by_identity = self.by_identity.iter().filter(|(row, _)| identity.contains(*row));
        by_row.chain(by_identity).map(|(_, decision)| *decision).collect()
    }

    /// The delivered records that decisions are about, as number of the source and place.
    pub(super) fn delivered(
        &self,
        records: &Records<'_>,
        decisions: &RowSet,
    ) -> Result<Vec<(usize, i64)>, EngineError> {
        let mut found = Vec::new();
        for decision in decisions.iter() {
            let Some(known) = usize::try_from(decision).ok().and_then(|place| self.delivered.get(place))
            else {
                continue;
            };
            if known.get().is_none() {
                let place = self.about.get(decision).map(|id| records.place(id)).transpose()?.flatten();
                known.get_or_init(|| place);
            }
            found.extend(known.get().copied().flatten());
        }
        Ok(found)
    }

    /// How many of these decisions each rule took.
    pub(super) fn by_rule(&self, decisions: &RowSet) -> Vec<RuleCount> {
        let count = |([step, rule, verb, applied], records): (&[String; 4], u64)| {
            let count =
                RuleCount { rule: rule.clone(), verb: verb.clone(), applied: applied == "true", records };
            (step.parse::<i64>().unwrap_or_default(), count)
        };
        let mut counts: Vec<(i64, RuleCount)> = self.kinds.count(decisions.iter()).map(count).collect();
        counts.sort_by(|(a, x), (b, y)| {
            (a, &x.rule, &x.verb, x.applied).cmp(&(b, &y.rule, &y.verb, y.applied))
        });
        counts.into_iter().map(|(_, count)| count).collect()
    }
}

fn place(tables: &Tables, table: &TableName, id: &str) -> Result<Option<i64>, EngineError> {
    if !tables.has(table) {
        return Ok(None);
    }
    Ok(tables.find(table, "row_id")?.places(id).next())
}
