//! The way back through the steps of a study, from the last to the first.

use super::back::Back;
use crate::error::EngineError;
use crate::lineage::Rows;
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet};
use terms::TableName;

/// The tables through which rows were reached, by their place in [`Walk::order`].
type Above = BTreeSet<usize>;

/// What was reached.
#[derive(Default)]
pub(super) struct Walk {
    /// Reached tables, in the order of the way back; the asked table, if any, is the first.
    pub(super) order: Vec<TableName>,
    /// Reached rows, those together that were reached through the same tables; a row may be in several sets.
    pub(super) rows: BTreeMap<TableName, BTreeMap<Above, RowSet>>,
    /// How many rows of which tables each table was made from directly.
    pub(super) from: BTreeMap<TableName, Vec<(TableName, u64)>>,
}

impl Walk {
    /// Notes rows that were asked about.
    pub(super) fn start(&mut self, table: &TableName, rows: RowSet) {
        self.order.push(table.clone());
        self.rows.entry(table.clone()).or_default().insert(Above::new(), rows);
    }

    /// Notes rows that were reached through these tables.
    pub(super) fn reach(&mut self, above: &Above, rows: &Rows) {
        for (table, rows) in rows.iter().filter(|(_, rows)| !rows.is_empty()) {
            if !self.rows.contains_key(table) {
                self.order.push(table.clone());
            }
            let known = self.rows.entry(table.clone()).or_default();
            known.entry(above.clone()).or_default().union(rows);
        }
    }

    /// The reached rows of a table.
    pub(super) fn places(&self, table: &TableName) -> RowSet {
        let mut all = RowSet::new();
        self.rows.get(table).into_iter().flat_map(BTreeMap::values).for_each(|rows| all.union(rows));
        all
    }

    /// The reached rows of a table, with the tables through which they were reached and the table itself.
    pub(super) fn groups(&self, table: &TableName) -> impl Iterator<Item = (Above, &RowSet)> {
        let own = self.order.iter().position(|known| known == table);
        let groups = self.rows.get(table).into_iter().flatten();
        groups.map(move |(above, rows)| (above.iter().copied().chain(own).collect(), rows))
    }

    /// Follows the steps from the last to the first; each table is asked once, for all rows of it that were reached.
    /// Of the asked `cell`, its table and column, only what its value was made from is followed.
    pub(super) async fn back(
        &mut self,
        back: &Back<'_>,
        cell: Option<(&TableName, &str)>,
    ) -> Result<(), EngineError> {
        for step in back.study.steps().iter().rev() {
            for table in &step.writes {
                let Some(groups) = self.rows.get(table).cloned() else { continue };
                let column = cell.filter(|(asked, _)| *asked == table).map(|(_, column)| column);
                let mut all = Rows::new();
                for (mut above, rows) in groups {
                    above.extend(self.order.iter().position(|known| known == table));
                    let value = match (column, rows.iter().next()) {
                        (Some(column), Some(row)) => back.behind_value(table, row, column).await?,
                        _ => None,
                    };
                    let found = value.map_or_else(|| back.behind(step, table, &rows), Ok)?;
                    self.reach(&above, &found);
                    for (table, rows) in found {
                        all.entry(table).or_default().union(&rows);
                    }
                }
                self.from.insert(table.clone(), shares(&all));
            }
        }
        Ok(())
    }
}

/// How many rows of which tables.
pub(super) fn shares(rows: &Rows) -> Vec<(TableName, u64)> {
    rows.iter().map(|(table, rows)| (table.clone(), rows.len())).collect()
}
