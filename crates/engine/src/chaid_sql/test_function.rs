//! The test of counts: `chaid_test(counts, level)`.

use super::columns::Columns;
use super::count_function::pair_spec;
use super::counts::Counts;
use super::screens::tested;
use super::settings::{Given, OutcomeLevel, SETTINGS, Settings, word};
use super::tables::findings;
use super::words::LEVELS;
use crate::functions::finish;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use chaid::{Finding, Level};
use datafusion::common::{exec_err, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// `chaid_test(counts, level [, options])`: one predictor against the outcome, as `chaid_screen` does it, from what
/// [`chaid_count`](super::count_function) gives. The result is a struct; NULL where counts or level are.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ChaidTest {
    signature: Signature,
}

impl ChaidTest {
    pub(super) fn new() -> Self {
        let either = vec![TypeSignature::Any(2), TypeSignature::Any(3)];
        Self { signature: Signature::one_of(either, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for ChaidTest {
    fn name(&self) -> &str {
        "chaid_test"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        let counts = match kinds.first() {
            Some(DataType::Null) => true,
            Some(DataType::List(item)) => matches!(item.data_type(), DataType::Struct(fields)
                if ["category", "class", "n"].iter().all(|name| fields.find(name).is_some())),
            _ => false,
        };
        if !counts {
            return plan_err!("chaid_test: the first argument is what chaid_count(predictor, outcome) gives");
        }
        if !kinds.get(1).is_some_and(|kind| kind.is_string() || kind.is_null()) {
            return plan_err!("chaid_test: the second argument is a level: 'nominal', 'ordinal' or 'scale'");
        }
        if !kinds.get(2).is_none_or(|kind| matches!(kind, DataType::Struct(_))) {
            return plan_err!(
                "chaid_test: the third argument holds options such as {{missing: 'dropped', min_child: 0}}; there are {SETTINGS}"
            );
        }
        Ok(DataType::Struct(columns(&[]).schema().fields().clone()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let settings = match args.args.get(2) {
            None => Settings::default(),
            Some(ColumnarValue::Scalar(ScalarValue::Struct(options))) => settings(options)?,
            Some(_) => return exec_err!("chaid_test: options are the same for all rows: write them out"),
        };
        let arrays = ColumnarValue::values_to_arrays(&args.args[..2])?;
        let levels = cast(&arrays[1], &DataType::Utf8)?;
        let levels = levels.as_string::<i32>();
        let Some(counts) = arrays[0].as_list_opt::<i32>() else {
            let none = vec![None; arrays[0].len()];
            return finish(&args.args, found_array(&none));
        };
        let mut found = Vec::with_capacity(counts.len());
        for (counts, level) in counts.iter().zip(levels) {
            found.push(match (counts, level) {
                (Some(counts), Some(level)) => Some(one(counts.as_struct(), level, &settings)?),
                _ => None,
            });
        }
        finish(&args.args, found_array(&found))
    }
}

/// A finding, and the names of its categories.
type Found = (Finding, Vec<String>);

fn found_array(found: &[Option<Found>]) -> ArrayRef {
    let nulls: NullBuffer = found.iter().map(Option::is_some).collect();
    Arc::new(columns(found).into_struct(nulls))
}

fn columns(found: &[Option<Found>]) -> Columns {
    let mut columns = Columns::default();
    tested(&mut columns, || {
        found.iter().map(|found| found.as_ref().map(|(f, labels)| (f, labels.as_slice())))
    });
    columns
}

fn one(counts: &StructArray, level: &str, settings: &Settings) -> Result<Found> {
    let level = word(&Given::Text(level.to_owned()), &LEVELS)
        .map_err(|message| DataFusionError::Execution(format!("chaid_test: {message}")))?;
    let names = ["class", "category", "n"];
    let columns =
        names.iter().filter_map(|name| counts.column_by_name(name).cloned()).collect::<Vec<ArrayRef>>();
    let [class, category, _] = columns.as_slice() else {
        return exec_err!("chaid_test: counts have category, class and n");
    };
    fit(class.data_type(), category.data_type(), level, settings)?;
    let fields =
        names.iter().zip(&columns).map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let spec = pair_spec(level, settings.clone(), Some("n"));
    let mut tally = Counts::new(&spec, &schema)?;
    tally.add(&spec, &RecordBatch::try_new(schema, columns)?)?;
    let first = findings(&tally, &spec)?.into_iter().next();
    match first.and_then(|(screen, labels)| screen.findings.into_iter().next().zip(labels.into_iter().next()))
    {
        Some(found) => Ok(found),
        None => exec_err!("chaid_test: nothing was tested"),
    }
}

/// Refuses types that a level does not fit.
fn fit(class: &DataType, category: &DataType, level: Level, settings: &Settings) -> Result<()> {
    if settings.outcome_level == OutcomeLevel::Scale && !(class.is_numeric() || class.is_null()) {
        return exec_err!(
            "chaid_test: the outcome is {class}, which is no number: cast it before it is counted"
        );
    }
    if level == Level::Scale && category.is_string() {
        return exec_err!(
            "chaid_test: a scale predictor is text, whose order is that of letters: cast it to a number before it is counted"
        );
    }
    Ok(())
}

fn settings(options: &StructArray) -> Result<Settings> {
    let mut settings = Settings::default();
    for (field, column) in options.fields().iter().zip(options.columns()) {
        let fault = |message: String| {
            DataFusionError::Execution(format!("chaid_test, option {}: {message}", field.name()))
        };
        if !settings.set(field.name(), &Given::of_first(column)?).map_err(fault)? {
            return exec_err!("chaid_test has no option {}; there are {SETTINGS}", field.name());
        }
    }
    settings.check().map_err(|message| DataFusionError::Execution(format!("chaid_test: {message}")))?;
    Ok(settings)
}
