//! The way back through the steps of a study, from the last to the first.

use super::back::{Back, Links};
use crate::error::EngineError;
use std::collections::{BTreeMap, BTreeSet};
use terms::TableName;

/// Tables above a row, by their place in [`Walk::order`].
type Above = BTreeSet<usize>;

/// What was reached.
#[derive(Default)]
pub(super) struct Walk {
    /// Reached tables, in the order of the way back; the asked table, if any, is the first.
    pub(super) order: Vec<TableName>,
    /// Reached rows by place, each with the tables through which it was reached.
    pub(super) rows: BTreeMap<TableName, BTreeMap<i64, Above>>,
    /// How many rows of which tables each table was made from directly.
    pub(super) from: BTreeMap<TableName, Vec<(TableName, u64)>>,
}

impl Walk {
    /// Notes the rows that were asked about.
    pub(super) fn start(&mut self, table: &TableName, rows: BTreeSet<i64>) {
        self.order.push(table.clone());
        self.rows.insert(table.clone(), rows.into_iter().map(|row| (row, Above::new())).collect());
    }

    /// Notes what the rows of a table, or of a query that is none, were made from.
    pub(super) fn reach(&mut self, from: Option<&TableName>, links: Links) -> Vec<(TableName, u64)> {
        let mut shares = Vec::new();
        for (table, pairs) in links {
            let above = |row: i64| -> Above {
                let Some(from) = from else { return Above::new() };
                let mut above = self.rows.get(from).and_then(|rows| rows.get(&row)).cloned().unwrap_or_default();
                above.extend(self.order.iter().position(|table| table == from));
                above
            };
            let found: Vec<(i64, Above)> = pairs.iter().map(|&(row, input)| (input, above(row))).collect();
            let inputs: BTreeSet<i64> = found.iter().map(|(input, _)| *input).collect();
            if inputs.is_empty() {
                continue;
            }
            if !self.rows.contains_key(&table) {
                self.order.push(table.clone());
            }
            let rows = self.rows.entry(table.clone()).or_default();
            for (input, above) in found {
                rows.entry(input).or_default().extend(above);
            }
            shares.push((table, inputs.len() as u64));
        }
        shares
    }

    /// The reached rows of a table.
    pub(super) fn places(&self, table: &TableName) -> BTreeSet<i64> {
        self.rows.get(table).into_iter().flat_map(|rows| rows.keys().copied()).collect()
    }

    /// Follows the steps from the last to the first; each table is asked once, for all rows of it that were reached.
    pub(super) async fn back(
        &mut self,
        back: &Back<'_>,
        column: Option<(&TableName, &str)>,
    ) -> Result<(), EngineError> {
        for step in back.study.steps().iter().rev() {
            for table in step.writes.iter().filter(|table| !self.from.contains_key(table)).collect::<Vec<_>>() {
                let rows = self.places(table);
                if rows.is_empty() {
                    continue;
                }
                let column = column.filter(|(asked, _)| *asked == table).map(|(_, column)| column);
                let links = back.behind(step, table, &rows, column).await?;
                let shares = self.reach(Some(table), links);
                self.from.insert(table.clone(), shares);
            }
        }
        Ok(())
    }
}
