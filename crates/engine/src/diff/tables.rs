//! Two stored tables of one name, row by row.

use super::keys::{encoded, key};
use super::loaded::whole;
use super::{Changed, HIDDEN, Root, RowDiff, TableDiff};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::row::Rows;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{TableName, TableRecord};
use warehouse::Warehouse;

/// Compares the table as two runs hold it; one of them may not.
pub(super) fn compare(
    warehouse: &Warehouse,
    table: &TableName,
    before: Option<&TableRecord>,
    after: Option<&TableRecord>,
    because: Vec<Root>,
    limit: usize,
) -> Result<TableDiff, EngineError> {
    let mut diff = TableDiff {
        table: table.clone(),
        rows_before: before.map(|record| record.rows),
        rows_after: after.map(|record| record.rows),
        because,
        columns: Vec::new(),
        key: Vec::new(),
        appeared: 0,
        vanished: 0,
        changed: 0,
        rows: Vec::new(),
    };
    let (Some(old), Some(new)) = (whole(warehouse, before)?, whole(warehouse, after)?) else {
        diff.appeared = after.map_or(0, |record| record.rows);
        diff.vanished = before.map_or(0, |record| record.rows);
        return Ok(diff);
    };
    diff.columns = columns(&old, &new);
    let (old, new) = shared(&old, &new)?;
    Rowwise::new(table, &old, &new)?.fill(&mut diff, limit)?;
    Ok(diff)
}

/// Columns that only one has, or that have another type.
fn columns(old: &RecordBatch, new: &RecordBatch) -> Vec<Changed> {
    let kind = |batch: &RecordBatch, name: &str| {
        batch.schema().field_with_name(name).ok().map(|field| field.data_type().to_string())
    };
    let (fields, others) = (old.schema(), new.schema());
    let names = fields
        .fields()
        .iter()
        .chain(others.fields().iter().filter(|f| old.column_by_name(f.name()).is_none()));
    names
        .map(|field| Changed {
            name: field.name().clone(),
            before: kind(old, field.name()),
            after: kind(new, field.name()),
        })
        .filter(|column| column.before != column.after)
        .collect()
}

/// Both tables in the columns that both have, as text where the types differ.
fn shared(old: &RecordBatch, new: &RecordBatch) -> Result<(RecordBatch, RecordBatch), EngineError> {
    let (mut fields, mut olds, mut news) = (Vec::new(), Vec::<ArrayRef>::new(), Vec::<ArrayRef>::new());
    for (field, values) in old.schema().fields().iter().zip(old.columns()) {
        let Some(others) = new.column_by_name(field.name()) else { continue };
        let same = values.data_type() == others.data_type();
        let kind = if same { values.data_type().clone() } else { DataType::Utf8 };
        olds.push(cast(values, &kind)?);
        news.push(cast(others, &kind)?);
        fields.push(Field::new(field.name(), kind, true));
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = |columns, rows| {
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema.clone(), columns, &options)
    };
    Ok((batch(olds, old.num_rows())?, batch(news, new.num_rows())?))
}

/// Two tables with the same columns, and how their rows are told apart.
struct Rowwise<'a> {
    table: &'a TableName,
    old: &'a RecordBatch,
    new: &'a RecordBatch,
    key: Vec<usize>,
}

/// Place of each row by its key; of rows with equal keys, the first, the second and so on.
fn places(keys: &Rows) -> BTreeMap<(Box<[u8]>, u64), usize> {
    let mut seen = BTreeMap::<Box<[u8]>, u64>::new();
    let mut places = BTreeMap::new();
    for (place, key) in keys.iter().enumerate() {
        let key: Box<[u8]> = key.as_ref().into();
        let times = seen.entry(key.clone()).or_default();
        places.insert((key, *times), place);
        *times += 1;
    }
    places
}

impl<'a> Rowwise<'a> {
    fn new(table: &'a TableName, old: &'a RecordBatch, new: &'a RecordBatch) -> Result<Self, EngineError> {
        Ok(Self { table, old, new, key: key(old, new)? })
    }

    fn fill(&self, diff: &mut TableDiff, limit: usize) -> Result<(), EngineError> {
        let schema = self.old.schema();
        diff.key = self.key.iter().map(|place| schema.field(*place).name().clone()).collect();
        let all: Vec<usize> = (0..self.old.num_columns()).collect();
        let (olds, news) = (places(&encoded(self.old, &self.key)?), places(&encoded(self.new, &self.key)?));
        let (old_rows, new_rows) = (encoded(self.old, &all)?, encoded(self.new, &all)?);
        let (mut left, mut right) = (olds.iter().peekable(), news.iter().peekable());
        loop {
            // The next row in order of the key, with its place on each side where it is.
            let next = match (left.peek(), right.peek()) {
                (None, None) => return Ok(()),
                (Some((a, _)), Some((b, _))) => Some(*a).min(Some(*b)).cloned(),
                (Some((a, _)), None) => Some((*a).clone()),
                (None, Some((b, _))) => Some((*b).clone()),
            };
            let old = left.next_if(|(key, _)| Some(*key) == next.as_ref()).map(|(_, place)| *place);
            let new = right.next_if(|(key, _)| Some(*key) == next.as_ref()).map(|(_, place)| *place);
            match (old, new) {
                (Some(old), Some(new)) if old_rows.row(old) == new_rows.row(new) => continue,
                (Some(_), Some(_)) => diff.changed += 1,
                (Some(_), None) => diff.vanished += 1,
                (None, _) => diff.appeared += 1,
            }
            if diff.rows.len() < limit {
                diff.rows.push(self.row(old, new)?);
            }
        }
    }

    fn row(&self, old: Option<usize>, new: Option<usize>) -> Result<RowDiff, EngineError> {
        let key = |batch: &RecordBatch, row| {
            self.key.iter().map(|place| self.cell(batch, *place, row)).collect::<Result<Vec<_>, _>>()
        };
        let mut cells = Vec::new();
        if let (Some(old), Some(new)) = (old, new) {
            for place in 0..self.old.num_columns() {
                let differs = {
                    let one = |batch: &RecordBatch, row: usize| batch.column(place).slice(row, 1).to_data();
                    one(self.old, old) != one(self.new, new)
                };
                if differs {
                    cells.push(Changed {
                        name: self.old.schema().field(place).name().clone(),
                        before: self.cell(self.old, place, old)?,
                        after: self.cell(self.new, place, new)?,
                    });
                }
            }
        }
        let (batch, row) = match (new, old) {
            (Some(row), _) => (self.new, row),
            (None, row) => (self.old, row.unwrap_or_default()),
        };
        let place = |row: Option<usize>| row.map(|row| row as u64);
        Ok(RowDiff { key: key(batch, row)?, before: place(old), after: place(new), cells })
    }

    /// A cell as text; none for NULL.
    fn cell(&self, batch: &RecordBatch, column: usize, row: usize) -> Result<Option<String>, EngineError> {
        let values = batch.column(column);
        if values.is_null(row) {
            return Ok(None);
        }
        if identifies(self.table, batch.schema().field(column).name()) {
            return Ok(Some(HIDDEN.to_owned()));
        }
        let shown = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new())?;
        Ok(Some(shown.value(row).to_string()))
    }
}

/// Whether a column of a table may hold what identifies a person.
fn identifies(table: &TableName, column: &str) -> bool {
    match table.schema() {
        "identity" => column != "row_id",
        "audit" => table.table().starts_with("quarantine") && matches!(column, "value" | "raw" | "reason"),
        _ => false,
    }
}
