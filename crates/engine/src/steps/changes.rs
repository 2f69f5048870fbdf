//! The verdicts of a rule applied to records, batch by batch.
//!
//! They are few and held in memory, so each record is looked up; a plan of a join takes longer than a round of a usual size has
//! rows. `why::replay`, whose plans are followed back, joins.

use crate::cells::text_named;
use crate::error::EngineError;
use crate::steps::verdicts::SET;
use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options, filter_record_batch, interleave};
use arrow::datatypes::DataType;
use std::collections::HashMap;

/// Verdicts on records that are there: each merges, removes, moves or updates one.
pub(crate) struct Changes {
    /// Place of a record's verdict.
    places: HashMap<String, usize>,
    /// Whether the record of a verdict stays.
    stays: Vec<bool>,
    /// New values, by column.
    values: HashMap<String, ArrayRef>,
}

impl Changes {
    /// Of the columns `v_row_id`, `v_verb` and those with new values.
    pub(crate) fn of(verdicts: &RecordBatch) -> Result<Self, EngineError> {
        let missing = || EngineError::Bug("verdicts have no row or no verb".to_owned());
        let row_ids = text_named(verdicts, "v_row_id")?.ok_or_else(missing)?;
        let verbs = text_named(verdicts, "v_verb")?.ok_or_else(missing)?;
        let new = verdicts.schema_ref().fields().iter().zip(verdicts.columns());
        let new = new.filter_map(|(field, values)| Some((field.name().strip_prefix(SET)?, values)));
        Ok(Self {
            places: row_ids.iter().flatten().map(str::to_owned).zip(0..).collect(),
            stays: verbs.iter().map(|verb| matches!(verb, Some("move" | "update"))).collect(),
            values: new.map(|(column, values)| (column.to_owned(), values.clone())).collect(),
        })
    }

    /// Whether no record has a verdict.
    pub(crate) fn is_empty(&self) -> bool {
        self.stays.is_empty()
    }

    /// The records that stay, with new values where a verdict gives one.
    pub(crate) fn apply(&self, records: &RecordBatch) -> Result<RecordBatch, EngineError> {
        let row_ids = text_named(records, "row_id")?
            .ok_or_else(|| EngineError::Bug("records have no row_id".to_owned()))?;
        let verdicts: Vec<Option<usize>> = row_ids.iter().map(|id| self.places.get(id?).copied()).collect();
        let fields = records.schema_ref().fields().iter();
        let columns = fields.zip(records.columns()).map(|(field, old)| match self.values.get(field.name()) {
            Some(new) => replaced(old, &cast(new, field.data_type())?, &verdicts),
            None => Ok(old.clone()),
        });
        let records = RecordBatch::try_new(records.schema(), columns.collect::<Result<_, _>>()?)?;
        let stays: BooleanArray =
            verdicts.iter().map(|verdict| Some(verdict.is_none_or(|place| self.stays[place]))).collect();
        Ok(filter_record_batch(&records, &stays)?)
    }
}

/// As a query casts: a value that does not fit is an error.
fn cast(values: &ArrayRef, to: &DataType) -> Result<ArrayRef, EngineError> {
    Ok(cast_with_options(values, to, &CastOptions { safe: false, ..CastOptions::default() })?)
}

/// The old values, and the new one where the row's verdict gives one.
fn replaced(old: &ArrayRef, new: &ArrayRef, verdicts: &[Option<usize>]) -> Result<ArrayRef, EngineError> {
    let chosen = verdicts.iter().zip(0..).map(|(verdict, row)| match verdict {
        Some(place) if new.is_valid(*place) => (1, *place),
        _ => (0, row),
    });
    Ok(interleave(&[old.as_ref(), new.as_ref()], &chosen.collect::<Vec<_>>())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray};
    use datafusion::prelude::SessionContext;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn texts(values: impl IntoIterator<Item = Option<String>>) -> ArrayRef {
        Arc::new(values.into_iter().collect::<StringArray>())
    }

    proptest! {
        #[test]
        fn records_are_changed_as_by_a_join(
            ages in prop::collection::vec(prop::option::of(0_i64..9), 0..12),
            judged in prop::collection::btree_map(0_usize..14, (0_usize..4, prop::option::of(0_i64..9)), 0..8),
            at_a_time in 1_usize..5,
        ) {
            let row_ids = texts((0..ages.len()).map(|row| Some(format!("r{row}"))));
            let names = texts((0..ages.len()).map(|row| Some(format!("n{row}"))));
            let ages: ArrayRef = Arc::new(Int64Array::from(ages));
            let records =
                RecordBatch::try_from_iter([("row_id", row_ids), ("name", names), ("age", ages)]).unwrap();
            let verbs = ["merge", "remove", "move", "update"];
            let verdicts = RecordBatch::try_from_iter([
                ("v_row_id", texts(judged.keys().map(|row| Some(format!("r{row}"))))),
                ("v_verb", texts(judged.values().map(|(verb, _)| Some(verbs[*verb].to_owned())))),
                ("set_age", texts(judged.values().map(|(_, age)| age.map(|age| age.to_string())))),
            ])
            .unwrap();
            let changes = Changes::of(&verdicts).unwrap();
            prop_assert_eq!(changes.is_empty(), judged.is_empty());
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let joined = runtime.block_on(async {
                let context = SessionContext::new();
                let frame = context.read_batch(records.clone()).unwrap();
                let set = ["age".to_owned()];
                let joined = crate::steps::round::changed(&context, frame, verdicts, &set).unwrap();
                let sorted = joined.sort_by(vec![datafusion::prelude::col("row_id")]).unwrap();
                sorted.collect().await.unwrap()
            });
            let starts = (0..records.num_rows()).step_by(at_a_time);
            let parts = starts.map(|at| records.slice(at, at_a_time.min(records.num_rows() - at)));
            let mut applied: Vec<String> = parts.flat_map(|part| rows(&changes.apply(&part).unwrap())).collect();
            applied.sort();
            let mut joined: Vec<String> = joined.iter().flat_map(rows).collect();
            joined.sort();
            prop_assert_eq!(applied, joined);
        }
    }

    fn rows(batch: &RecordBatch) -> Vec<String> {
        let shown =
            |column: &ArrayRef, row| arrow::util::display::array_value_to_string(column, row).unwrap();
        let of = |row| batch.columns().iter().map(|column| shown(column, row)).collect::<Vec<_>>().join("|");
        (0..batch.num_rows()).map(of).collect()
    }
}
