//! The value of the only row; more rows are an error, none is NULL: what SQL asks of a scalar subquery.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, internal_err};
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};
use std::sync::Arc;

/// The aggregate function for values of this type.
pub(crate) fn only_row(kind: &DataType) -> AggregateUDF {
    let empty = ScalarValue::try_from(kind).unwrap_or(ScalarValue::Null);
    create_udaf(
        "only_row",
        vec![kind.clone()],
        Arc::new(kind.clone()),
        Volatility::Immutable,
        Arc::new(move |_| Ok(Box::new(OnlyRow { value: empty.clone(), rows: 0 }))),
        Arc::new(vec![kind.clone(), DataType::Int64]),
    )
}

#[derive(Debug)]
struct OnlyRow {
    value: ScalarValue,
    rows: i64,
}

impl OnlyRow {
    fn add(&mut self, values: &ArrayRef, place: usize, rows: i64) -> Result<()> {
        if rows > 0 {
            self.value = ScalarValue::try_from_array(values, place)?;
            self.rows += rows;
        }
        if self.rows > 1 {
            return exec_err!("a scalar subquery gave more than one row");
        }
        Ok(())
    }
}

impl Accumulator for OnlyRow {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(values) = values.first() else { return internal_err!("only_row takes one argument") };
        (0..values.len()).try_for_each(|place| self.add(values, place, 1))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [values, rows] = states else { return internal_err!("only_row has a state of two") };
        let rows = rows.as_primitive::<Int64Type>();
        (0..values.len()).try_for_each(|place| self.add(values, place, rows.value(place)))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.value.clone(), ScalarValue::Int64(Some(self.rows))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(self.value.clone())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.value.size()
    }
}
