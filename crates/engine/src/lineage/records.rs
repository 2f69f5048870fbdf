//! What stands behind the records of rounds and the pairs of matchings: found by identity, for no query made them.

use super::write::LineageWriter;
use crate::cells::{as_text, cell, text_named};
use crate::error::EngineError;
use crate::objects::{read_column, read_object};
use arrow::array::{Array, ArrayRef, LargeBinaryBuilder, LargeStringArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat};
use arrow::datatypes::DataType;
use provenance::{ProvenanceError, RowSet, RowSets};
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{LineageRecord, TableName, TableRecord};
use warehouse::Warehouse;

/// The identities of a table that is sorted by them.
pub(crate) struct Ids(LargeStringArray);

impl Ids {
    /// Reads column `row_id` of a table.
    pub(crate) fn of(warehouse: &Warehouse, table: &TableRecord) -> Result<Self, EngineError> {
        let parts = row_ids(warehouse, table)?;
        let parts =
            parts.iter().map(|part| cast(part, &DataType::LargeUtf8)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(Self(LargeStringArray::from(concat(&parts)?.to_data())))
    }

    /// The place of an identity. `near` is where it may be, or a little before.
    fn find(&self, id: &str, near: &mut usize) -> Option<i64> {
        let ids = &self.0;
        let at = |place: usize| ids.value(place);
        let (mut low, mut high) = (0, ids.len());
        let mut step = 1;
        // Identities mostly come in order, so the next one is not far.
        if *near < high && at(*near) <= id {
            low = *near;
            while low + step < high && at(low + step) <= id {
                low += step;
                step *= 2;
            }
            high = high.min(low + step);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if at(middle) < id { low = middle + 1 } else { high = middle }
        }
        *near = low;
        let found = low < ids.len() && at(low) == id;
        found.then(|| i64::try_from(low).unwrap_or(i64::MAX))
    }
}

/// The rows of stored tables behind the verdicts of a rule, by the record that is judged.
#[derive(Default)]
pub(crate) struct Because(BTreeMap<String, BTreeMap<TableName, RowSet>>);

impl Because {
    /// Adds the rows behind some verdicts: a column for each table.
    pub(crate) fn add<'t>(
        &mut self,
        verdicts: &RecordBatch,
        tables: impl Iterator<Item = &'t TableName>,
        behind: &[ArrayRef],
    ) -> Result<(), EngineError> {
        // A query without the column is refused where verdicts are read.
        let Some(ids) = text_named(verdicts, "row_id")? else { return Ok(()) };
        for (table, column) in tables.zip(behind) {
            let sets = RowSets::new(column.clone()).map_err(bug)?;
            for (row, id) in ids.iter().enumerate() {
                let set = sets.get(row).map_err(bug)?;
                if let (Some(id), false) = (id, set.is_empty()) {
                    self.0.entry(id.to_owned()).or_default().entry(table.clone()).or_default().union(&set);
                }
            }
        }
        Ok(())
    }
}

/// What was done to records, as far as it says what they are made from.
#[derive(Default)]
pub(crate) struct Deeds {
    /// Records that were merged into a survivor.
    merged: BTreeMap<String, Vec<String>>,
    /// Rows of other tables because of which a record is as it is.
    because: Because,
}

impl Deeds {
    /// Notes an applied verdict about a record: what it was merged into, and the rows behind the verdict.
    pub(crate) fn note(&mut self, record: &str, survivor: Option<&str>, because: &Because) {
        if let Some(survivor) = survivor {
            self.merged.entry(survivor.to_owned()).or_default().push(record.to_owned());
        }
        for (table, rows) in because.0.get(record).into_iter().flatten() {
            let known = self.because.0.entry(record.to_owned()).or_default();
            known.entry(table.clone()).or_default().union(rows);
        }
    }

    /// A record, those that were merged into it, and those that were merged into these.
    fn all<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        let mut all = vec![id];
        let mut next = 0;
        while let Some(id) = all.get(next) {
            all.extend(self.merged.get(*id).into_iter().flatten().map(String::as_str));
            next += 1;
        }
        all
    }
}

/// Stores what stands behind the records of a round: themselves, and those merged into them, in the tables that they came
/// from; and the rows because of which they were changed.
pub(crate) fn of_round(
    warehouse: &Warehouse,
    records: &TableRecord,
    origins: &[(TableName, Ids)],
    deeds: &Deeds,
) -> Result<LineageRecord, EngineError> {
    let mut tables: Vec<&TableName> = origins.iter().map(|(table, _)| table).collect();
    let others = deeds.because.0.values().flat_map(BTreeMap::keys);
    for other in others {
        if !tables.contains(&other) {
            tables.push(other);
        }
    }
    tables[origins.len()..].sort();
    let kinds = tables.iter().map(|table| ((*table).clone(), DataType::LargeBinary));
    let mut writer = LineageWriter::new(warehouse, kinds)?;
    let mut near = vec![0; origins.len()];
    for part in row_ids(warehouse, records)? {
        let ids = as_text(&part)?;
        let mut columns: Vec<Sets> = tables.iter().map(|_| Sets::default()).collect();
        for row in 0..part.len() {
            let all = deeds.all(cell(&ids, row).unwrap_or_default());
            for (place, table) in tables.iter().enumerate() {
                let mut set = RowSet::new();
                if let Some((_, known)) = origins.get(place) {
                    set = all.iter().filter_map(|id| known.find(id, &mut near[place])).collect();
                }
                for because in all.iter().filter_map(|id| deeds.because.0.get(*id)?.get(table)) {
                    set.union(because);
                }
                columns[place].push(&set);
            }
        }
        writer.push(columns.into_iter().map(Sets::finish).collect(), part.len())?;
    }
    writer.finish()
}

/// Stores what stands behind the rows of a matching: of each side, the row that a column names.
pub(crate) fn of_pairs(
    warehouse: &Warehouse,
    pairs: &TableRecord,
    sides: &[(&str, &TableName, &Ids)],
) -> Result<LineageRecord, EngineError> {
    let kinds = sides.iter().map(|(_, table, _)| ((*table).clone(), DataType::Int64));
    let mut writer = LineageWriter::new(warehouse, kinds)?;
    let mut near = vec![0; sides.len()];
    for batch in read_object(warehouse, &pairs.object)? {
        let mut columns: Vec<ArrayRef> = Vec::new();
        for ((column, _, ids), near) in sides.iter().zip(&mut near) {
            let names = named(&batch, &pairs.table, column)?;
            let places = names.iter().map(|name| ids.find(name?, near));
            columns.push(Arc::new(places.collect::<arrow::array::Int64Array>()));
        }
        writer.push(columns, batch.num_rows())?;
    }
    writer.finish()
}

#[derive(Default)]
struct Sets {
    column: LargeBinaryBuilder,
    bytes: Vec<u8>,
}

impl Sets {
    fn push(&mut self, set: &RowSet) {
        if set.is_empty() {
            self.column.append_null();
            return;
        }
        self.bytes.clear();
        set.encode(&mut self.bytes);
        self.column.append_value(&self.bytes);
    }

    fn finish(mut self) -> ArrayRef {
        Arc::new(self.column.finish())
    }
}

fn bug(error: ProvenanceError) -> EngineError {
    EngineError::Bug(error.to_string())
}

/// The identities of a table's rows, in stretches; no other column is read.
fn row_ids(warehouse: &Warehouse, table: &TableRecord) -> Result<Vec<ArrayRef>, EngineError> {
    let ids = read_column(warehouse, &table.object, "row_id")?;
    ids.ok_or_else(|| EngineError::Bug(format!("{} has no column row_id", table.table)))
}

fn named(batch: &RecordBatch, table: &TableName, column: &str) -> Result<StringArray, EngineError> {
    text_named(batch, column)?.ok_or_else(|| EngineError::Bug(format!("{table} has no column {column}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_found_from_anywhere() {
        let ids: Vec<String> = (0..200).map(|i| format!("{:03}", 2 * i)).collect();
        let ids = Ids(LargeStringArray::from(ids));
        for start in [0, 1, 57, 198, 199, 200] {
            let mut near = start;
            for wanted in 0..401 {
                let found = ids.find(&format!("{wanted:03}"), &mut near);
                assert_eq!(
                    found,
                    (wanted % 2 == 0 && wanted < 400).then_some(wanted / 2),
                    "{wanted} from {start}"
                );
            }
            for wanted in [9, 250, 0, 398, 397, 2] {
                let found = ids.find(&format!("{wanted:03}"), &mut near);
                assert_eq!(found, (wanted % 2 == 0).then_some(wanted / 2), "{wanted}");
            }
        }
    }

    #[test]
    fn what_was_merged_into_what_was_merged_is_behind_the_survivor() {
        let mut deeds = Deeds::default();
        deeds.merged.insert("a".into(), vec!["b".into(), "c".into()]);
        deeds.merged.insert("c".into(), vec!["d".into()]);
        assert_eq!(deeds.all("a"), ["a", "b", "c", "d"]);
        assert_eq!(deeds.all("x"), ["x"]);
    }
}
