//! The counting step as an aggregate: `chaid_count(predictor, outcome)`.

use super::cells::Cells;
use super::counts::{Counts, Outcome};
use super::node::{Analysis, Spec};
use super::settings::Settings;
use super::values::{Ordered, has_categories, kept_as};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, RecordBatch, StructArray, UInt32Array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use chaid::Level;
use datafusion::common::{ScalarValue, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, TypeSignature, Volatility};
use std::sync::Arc;

/// `chaid_count(predictor, outcome [, frequency])`: how many cases have each category and class, as a list of
/// `{category, class, n}` in the order of categories and classes, missing categories last. Rows without outcome do
/// not count. Of no rows the list is empty.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ChaidCount {
    signature: Signature,
}

impl ChaidCount {
    pub(super) fn new() -> Self {
        let either = vec![TypeSignature::Any(2), TypeSignature::Any(3)];
        Self { signature: Signature::one_of(either, Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for ChaidCount {
    fn name(&self) -> &str {
        "chaid_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        let ([category, class] | [category, class, _]) = kinds else {
            return plan_err!("chaid_count takes a predictor, an outcome and perhaps a frequency");
        };
        for (kind, role) in [(category, "predictor"), (class, "outcome")] {
            if !has_categories(kind) {
                return plan_err!(
                    "chaid_count: the {role} is {kind}, which has no categories: take a part of it"
                );
            }
        }
        if let Some(frequency) = kinds.get(2).filter(|kind| !(kind.is_numeric() || kind.is_null())) {
            return plan_err!(
                "chaid_count: the frequency is {frequency}, which is no number: cast it to one"
            );
        }
        Ok(DataType::List(item(category, class)))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return plan_err!("chaid_count counts cases, not distinct ones: leave out DISTINCT");
        }
        let kinds = args.expr_fields.iter().map(|field| field.data_type());
        Ok(Box::new(Tally::new(kinds)?))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// An entry of the list.
fn item(category: &DataType, class: &DataType) -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(entry(&kept_as(category), &kept_as(class))), true))
}

fn entry(category: &DataType, class: &DataType) -> Fields {
    let field = |name: &str, kind: &DataType| Field::new(name, kind.clone(), true);
    Fields::from(vec![field("category", category), field("class", class), field("n", &DataType::Int64)])
}

/// A specification for counting one predictor against one outcome; the columns are class, category and, perhaps, n.
pub(super) fn pair_spec(level: Level, settings: Settings, frequency: Option<&str>) -> Spec {
    Spec {
        analysis: Analysis::Screen,
        outcomes: vec!["class".to_owned()],
        predictors: vec![("category".to_owned(), level)],
        frequency: frequency.map(str::to_owned),
        weight: None,
        settings,
        open: Vec::new(),
    }
}

/// Counts so far.
struct Tally {
    /// Of rows as they come; with a third column, if there is one.
    rows: Spec,
    rows_schema: SchemaRef,
    /// Of counts of other parts.
    parts: Spec,
    parts_schema: SchemaRef,
    counts: Counts,
}

impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tally({})", self.rows)
    }
}

impl Tally {
    fn new<'a>(kinds: impl Iterator<Item = &'a DataType>) -> Result<Self> {
        let mut kinds: Vec<DataType> = kinds.cloned().collect();
        kinds.swap(0, 1);
        let schema = |kinds: &[DataType]| {
            let fields = kinds.iter().zip(["class", "category", "n"]);
            Arc::new(Schema::new(
                fields.map(|(kind, name)| Field::new(name, kind.clone(), true)).collect::<Vec<_>>(),
            ))
        };
        let rows_schema = schema(&kinds);
        let parts_schema = schema(&[kept_as(&kinds[0]), kept_as(&kinds[1]), DataType::Int64]);
        // No limit of categories here: whether they will be intervals is not known yet.
        let spec = |frequency| pair_spec(Level::Scale, Settings::default(), frequency);
        let rows = spec(kinds.get(2).map(|_| "frequency"));
        let counts = Counts::new(&rows, &rows_schema)?;
        Ok(Self { rows, rows_schema, parts: spec(Some("n")), parts_schema, counts })
    }

    fn entries(&self) -> Result<StructArray> {
        let (Some(predictor), Some(Outcome::Classes(classes))) =
            (self.counts.predictors.first(), self.counts.outcomes.first())
        else {
            return plan_err!("chaid_count: no predictor");
        };
        let (categories, classes) = (predictor.values.ordered()?, classes.ordered()?);
        let (mut category, mut class, mut n) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(Cells::Classes(cells)) = predictor.cells.first() {
            let missing = std::iter::once((None, 0));
            for (value, number) in by_place(&categories).chain(missing) {
                for (outcome, column) in by_place(&classes) {
                    let cases = cells.cases(number, column);
                    if cases > 0 {
                        category.push(value);
                        class.push(outcome);
                        n.push(i64::try_from(cases).unwrap_or(i64::MAX));
                    }
                }
            }
        }
        let category = take(&categories.values, &UInt32Array::from(category), None)?;
        let class = take(&classes.values, &UInt32Array::from(class), None)?;
        let columns: Vec<ArrayRef> = vec![category, class, Arc::new(Int64Array::from(n))];
        Ok(StructArray::new(entry(columns[0].data_type(), columns[1].data_type()), columns, None))
    }

    fn list(&self) -> Result<ScalarValue> {
        let entries = self.entries()?;
        let item = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths([entries.len()]);
        Ok(ScalarValue::List(Arc::new(ListArray::new(item, offsets, Arc::new(entries), None))))
    }
}

/// Places of values, with their numbers.
fn by_place(order: &Ordered) -> impl Iterator<Item = (Option<u32>, usize)> {
    let numbers = super::tables::by_place(order);
    (0_u32..).zip(numbers).map(|(place, number)| (Some(place), number))
}

impl Accumulator for Tally {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut values = values.to_vec();
        values.swap(0, 1);
        self.counts.add(&self.rows, &RecordBatch::try_new(self.rows_schema.clone(), values)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.list()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.counts.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.list()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(lists) = states.first().and_then(|state| state.as_list_opt::<i32>()) else {
            return plan_err!("chaid_count: a state that is no list");
        };
        for list in lists.iter().flatten() {
            let entries = list.as_struct();
            let values =
                vec![entries.column(1).clone(), entries.column(0).clone(), entries.column(2).clone()];
            self.counts.add(&self.parts, &RecordBatch::try_new(self.parts_schema.clone(), values)?)?;
        }
        Ok(())
    }
}
