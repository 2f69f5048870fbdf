//! Row identities gathered into one value: an aggregate from identities, or sets of them, to a set.

use crate::row_set::{RowSet, each_run, push_run};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, EmitTo, GroupsAccumulator,
    ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::{Arc, LazyLock};

/// The type in which sets travel. No views: what is gathered for many rows would count as held by each batch of them.
pub(crate) const SET: DataType = DataType::LargeBinary;

/// The aggregate that gathers; nulls are no rows, and of no rows the set is null.
pub(crate) fn gather() -> Arc<AggregateUDF> {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(|| {
        let signature = Signature::any(1, Volatility::Immutable);
        Arc::new(AggregateUDF::new_from_impl(Gather { signature }))
    });
    FUNCTION.clone()
}

/// The function that unites sets.
pub(crate) fn unite() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let signature = Signature::variadic_any(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(Unite { signature }))
    });
    FUNCTION.clone()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Gather {
    signature: Signature,
}

impl AggregateUDFImpl for Gather {
    fn name(&self) -> &str {
        "__lineage_gather"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match kinds {
            [DataType::Int64 | DataType::LargeBinary] => Ok(SET),
            _ => plan_err!("rows are gathered by number, not by {kinds:?}"),
        }
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new("set", SET, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One { groups: Groups { total: 1, ..Groups::default() }, set: None }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::default()))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// Runs of rows by group, in the order in which they came.
#[derive(Debug, Default)]
struct Groups {
    runs: Vec<(u32, i64, i64)>,
    total: usize,
    /// The set that came last, and its group: neighbours often share one.
    last: Option<(u32, Vec<u8>)>,
}

impl Groups {
    fn add(&mut self, group: u32, first: i64, last: i64) {
        match self.runs.last_mut() {
            Some((of, _, end)) if *of == group && end.checked_add(1) == Some(first) => *end = last,
            _ => self.runs.push((group, first, last)),
        }
    }

    fn add_set(&mut self, group: u32, bytes: &[u8]) -> Result<()> {
        // A byte or two are read faster than compared.
        if bytes.len() > 16 {
            if self.last.as_ref().is_some_and(|(of, before)| *of == group && before == bytes) {
                return Ok(());
            }
            self.last = Some((group, bytes.to_vec()));
        }
        each_run(bytes, |first, last| self.add(group, first, last)).map_err(outside)
    }

    fn take_in(
        &mut self,
        values: &ArrayRef,
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.total = self.total.max(total);
        let wanted = |row: usize| {
            values.is_valid(row) && filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
        };
        if let Some(ids) = values.as_primitive_opt::<Int64Type>() {
            for (row, &group) in groups.iter().enumerate().filter(|(row, _)| wanted(*row)) {
                self.add(group as u32, ids.value(row), ids.value(row));
            }
        } else {
            let sets = values.as_binary::<i64>();
            for (row, &group) in groups.iter().enumerate().filter(|(row, _)| wanted(*row)) {
                self.add_set(group as u32, sets.value(row))?;
            }
        }
        Ok(())
    }

    /// The sets of the first `count` groups; the others stay, with numbers less by as many.
    fn give(&mut self, count: usize) -> ArrayRef {
        let runs = std::mem::take(&mut self.runs);
        self.last = None;
        let mut ends = vec![0usize; count + 1];
        for (group, _, _) in runs.iter().filter(|(group, _, _)| (*group as usize) < count) {
            ends[*group as usize + 1] += 1;
        }
        for group in 0..count {
            ends[group + 1] += ends[group];
        }
        let mut at = ends.clone();
        let mut sorted = vec![(0i64, 0i64); ends[count]];
        for (group, first, last) in runs {
            match at.get_mut(group as usize).filter(|_| (group as usize) < count) {
                Some(at) => {
                    sorted[*at] = (first, last);
                    *at += 1;
                }
                None => self.runs.push((group - count as u32, first, last)),
            }
        }
        self.total -= count;
        let mut sets = Sets::new(count);
        for group in 0..count {
            sets.push(&mut sorted[ends[group]..ends[group + 1]]);
        }
        sets.finish()
    }
}

/// Builds a column of sets.
struct Sets {
    column: LargeBinaryBuilder,
    bytes: Vec<u8>,
}

impl Sets {
    fn new(rows: usize) -> Self {
        Self { column: LargeBinaryBuilder::with_capacity(rows, 4 * rows), bytes: Vec::new() }
    }

    fn push(&mut self, runs: &mut [(i64, i64)]) {
        if runs.is_empty() {
            self.column.append_null();
            return;
        }
        self.bytes.clear();
        RowSet::of_runs(runs).encode(&mut self.bytes);
        self.column.append_value(&self.bytes);
    }

    fn finish(mut self) -> ArrayRef {
        Arc::new(self.column.finish())
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.take_in(&values[0], groups, filter, total)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let count = match emit_to {
            EmitTo::All => self.total,
            EmitTo::First(count) => count,
        };
        Ok(self.give(count))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.take_in(&values[0], groups, None, total)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Groups::default();
        each.take_in(&values[0], &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        Ok(vec![each.give(rows)])
    }

    fn size(&self) -> usize {
        self.runs.capacity() * size_of::<(u32, i64, i64)>()
    }
}

/// One group, whose set may be asked for again and again.
#[derive(Debug)]
struct One {
    groups: Groups,
    set: Option<ScalarValue>,
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.set = None;
        self.groups.take_in(&values[0], &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if let Some(set) = &self.set {
            return Ok(set.clone());
        }
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for &(_, first, last) in &self.groups.runs {
            push_run(&mut runs, first, last);
        }
        let mut sets = Sets::new(1);
        sets.push(&mut runs);
        let set = ScalarValue::try_from_array(&sets.finish(), 0)?;
        self.set = Some(set.clone());
        Ok(set)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn size(&self) -> usize {
        size_of_val(self) + GroupsAccumulator::size(&self.groups)
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Unite {
    signature: Signature,
}

impl ScalarUDFImpl for Unite {
    fn name(&self) -> &str {
        "__lineage_unite"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(SET)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let columns = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array(united(&columns)?))
    }
}

/// The sets of several columns, of identities or of sets, row by row as one.
pub(crate) fn united(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let rows = columns.first().map_or(0, |column| column.len());
    let mut sets = Sets::new(rows);
    let mut runs = Vec::new();
    for row in 0..rows {
        runs.clear();
        for column in columns.iter().filter(|column| column.is_valid(row)) {
            if let Some(ids) = column.as_primitive_opt::<Int64Type>() {
                push_run(&mut runs, ids.value(row), ids.value(row));
            } else {
                each_run(column.as_binary::<i64>().value(row), |first, last| runs.push((first, last)))
                    .map_err(outside)?;
            }
        }
        sets.push(&mut runs);
    }
    Ok(sets.finish())
}

fn outside(error: crate::error::ProvenanceError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
