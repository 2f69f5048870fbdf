//! Counting of a stream of rows, and the result rows of a screen.

use super::node::Spec;
use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::row::{OwnedRow, RowConverter, SortField};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chaid::{Binning, Finding, Group, Intervals, Level, Outcome, Screen, Table};
use datafusion::error::{DataFusionError, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Columns of the result: one row for each predictor.
pub(super) fn schema() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("place", DataType::Int64),
        field("predictor", DataType::Utf8),
        field("level", DataType::Utf8),
        field("n", DataType::Int64),
        field("missing", DataType::Int64),
        field("categories", DataType::Int64),
        field("groups", DataType::Int64),
        field("grouping", DataType::Utf8),
        field("chi", DataType::Float64),
        field("df", DataType::Int64),
        field("p_raw", DataType::Float64),
        field("ln_p_raw", DataType::Float64),
        field("multiplier", DataType::Float64),
        field("p", DataType::Float64),
        field("ln_p", DataType::Float64),
        field("significant", DataType::Boolean),
        field("status", DataType::Utf8),
        field("tie", DataType::Boolean),
        field("tests", DataType::Int64),
        field("p_holm", DataType::Float64),
        field("p_benjamini_hochberg", DataType::Float64),
    ]))
}

/// The distinct values of one column, in the order of its type, with the number that each got when first seen.
pub(super) struct Values {
    converter: RowConverter,
    numbers: BTreeMap<OwnedRow, usize>,
    labels: Vec<String>,
}

impl Values {
    pub(super) fn new(kind: &DataType) -> Result<Self> {
        let converter = RowConverter::new(vec![SortField::new(kind.clone())])?;
        Ok(Self { converter, numbers: BTreeMap::new(), labels: Vec::new() })
    }

    /// The number of each row's value; none for NULL.
    pub(super) fn number(&mut self, column: &ArrayRef) -> Result<Vec<Option<usize>>> {
        let rows = self.converter.convert_columns(std::slice::from_ref(column))?;
        let shown = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::new())?;
        let mut numbers = Vec::with_capacity(column.len());
        for (row, value) in rows.iter().enumerate() {
            if column.is_null(row) {
                numbers.push(None);
                continue;
            }
            let value = value.owned();
            let number = match self.numbers.get(&value) {
                Some(number) => *number,
                None => {
                    let next = self.labels.len();
                    self.labels.push(shown.value(row).to_string());
                    self.numbers.insert(value, next);
                    next
                }
            };
            numbers.push(Some(number));
        }
        Ok(numbers)
    }

    /// The value of a number, as text.
    pub(super) fn label(&self, number: usize) -> &str {
        self.labels.get(number).map_or("", String::as_str)
    }

    /// Numbers in the order of the values.
    pub(super) fn order(&self) -> Vec<usize> {
        self.numbers.values().copied().collect()
    }
}

/// One predictor: its values, and the outcomes that were seen with each and with none.
struct Predictor {
    values: Values,
    cells: BTreeMap<(Option<usize>, usize), u64>,
}

/// Counts of all predictors against the outcome.
pub(super) struct Counts {
    outcome: Values,
    predictors: Vec<Predictor>,
}

impl Counts {
    /// No rows yet; the first column is the outcome.
    pub(super) fn new(spec: &Spec, schema: &Schema) -> Result<Self> {
        let predictors = (1..=spec.predictors.len())
            .map(|column| {
                Ok(Predictor {
                    values: Values::new(schema.field(column).data_type())?,
                    cells: BTreeMap::new(),
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self { outcome: Values::new(schema.field(0).data_type())?, predictors })
    }

    /// Counts the rows of a batch; rows without outcome do not count.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let outcomes = self.outcome.number(batch.column(0))?;
        for (predictor, column) in self.predictors.iter_mut().zip(&batch.columns()[1..]) {
            let values = predictor.values.number(column)?;
            for (value, outcome) in values.into_iter().zip(&outcomes) {
                if let Some(outcome) = outcome {
                    *predictor.cells.entry((value, *outcome)).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    /// Tests all predictors; one row each, in the order of the call.
    pub(super) fn screen(&self, spec: &Spec) -> Result<RecordBatch> {
        let classes = self.outcome.order();
        let counted = self
            .predictors
            .iter()
            .zip(&spec.predictors)
            .map(|(predictor, (name, level))| predictor.table(name, *level, &classes, spec.intervals))
            .collect::<Result<Vec<_>>>()?;
        let tables: Vec<Table> = counted.iter().map(|(table, _)| table.clone()).collect();
        let labels: Vec<Vec<String>> = counted.into_iter().map(|(_, labels)| labels).collect();
        let screen = chaid::screen(&Outcome::Nominal, &tables, &spec.options).map_err(execution)?;
        rows(&screen, &labels)
    }
}

impl Predictor {
    /// The contingency table with classes in the order given, and the labels of its categories.
    fn table(
        &self,
        name: &str,
        level: Level,
        classes: &[usize],
        intervals: u32,
    ) -> Result<(Table, Vec<String>)> {
        let row = |value: Option<usize>| -> Vec<u64> {
            classes.iter().map(|class| self.cells.get(&(value, *class)).copied().unwrap_or(0)).collect()
        };
        let order: Vec<usize> = self.values.order();
        let mut counts: Vec<Vec<u64>> = order.iter().map(|number| row(Some(*number))).collect();
        let mut labels: Vec<String> =
            order.iter().map(|number| self.values.labels[*number].clone()).collect();
        if level == Level::Scale {
            let cut = cut(name, &counts, &labels, intervals)?;
            let mut sums = vec![vec![0; classes.len()]; cut.labels.len()];
            for (bin, row) in cut.interval.iter().zip(&counts) {
                sums[*bin].iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
            }
            (counts, labels) = (sums, cut.labels);
        }
        let table =
            Table::of_counts(name, level, classes.len().max(1), &counts.concat()).map_err(execution)?;
        let missing = row(None);
        let table = match missing.iter().sum::<u64>() {
            0 => table,
            _ => table.with_missing(&missing, None).map_err(execution)?,
        };
        Ok((table, labels))
    }
}

/// Ordered values cut into intervals.
pub(super) struct Cut {
    /// The interval of each value.
    pub(super) interval: Vec<usize>,
    /// The ends of each interval.
    pub(super) labels: Vec<String>,
}

/// Ordered values cut into at most so many intervals by their mean ranks; `counts` has a row for each value.
pub(super) fn cut(name: &str, counts: &[Vec<u64>], labels: &[String], intervals: u32) -> Result<Cut> {
    // Only the order of the values counts, so their places stand for them, whatever their type.
    let places = counts.iter().enumerate().map(|(place, row)| (place as f64, row.iter().sum::<u64>()));
    let places: Vec<(f64, u64)> = places.filter(|(_, n)| *n > 0).collect();
    let bins = Intervals::of_counts(name, &places, Binning::Spss { intervals }).map_err(execution)?;
    let bin = |place: usize| bins.code(place as f64).map_or(0, usize::from);
    let interval: Vec<usize> = (0..counts.len()).map(bin).collect();
    let label = |bin: usize| {
        let first = interval.iter().position(|b| *b == bin).and_then(|place| labels.get(place));
        let last = interval.iter().rposition(|b| *b == bin).and_then(|place| labels.get(place));
        match (first, last) {
            (Some(first), Some(last)) if first == last => first.clone(),
            (Some(first), Some(last)) => format!("{first} – {last}"),
            _ => String::new(),
        }
    };
    let labels = (0..bins.upper.len()).map(label).collect();
    Ok(Cut { interval, labels })
}

fn rows(screen: &Screen, labels: &[Vec<String>]) -> Result<RecordBatch> {
    let findings = &screen.findings;
    let number = |of: &dyn Fn(&Finding) -> u64| -> ArrayRef {
        Arc::new(findings.iter().map(|f| i64::try_from(of(f)).ok()).collect::<Int64Array>())
    };
    let real = |of: &dyn Fn(&Finding) -> Option<f64>| -> ArrayRef {
        Arc::new(findings.iter().map(of).collect::<Float64Array>())
    };
    let text = |of: &dyn Fn(&Finding) -> String| -> ArrayRef {
        Arc::new(findings.iter().map(|f| Some(of(f))).collect::<StringArray>())
    };
    let flag = |of: &dyn Fn(&Finding) -> bool| -> ArrayRef {
        Arc::new(findings.iter().map(|f| Some(of(f))).collect::<BooleanArray>())
    };
    let tested = |f: &Finding, value: f64| f.tested().then_some(value);
    let columns: Vec<ArrayRef> = vec![
        number(&|f| f.predictor as u64 + 1),
        text(&|f| f.name.clone()),
        text(&|f| level_word(f.level).to_owned()),
        number(&|f| f.n),
        number(&|f| f.missing),
        number(&|f| f.categories as u64),
        number(&|f| f.r() as u64),
        text(&|f| grouping(&f.groups, labels.get(f.predictor).map_or(&[], Vec::as_slice))),
        real(&|f| tested(f, f.test.value)),
        number(&|f| f.test.df),
        real(&|f| tested(f, f.test.p())),
        real(&|f| tested(f, f.test.ln_p)),
        real(&|f| tested(f, f.multiplier)),
        real(&|f| tested(f, f.p_adjusted())),
        real(&|f| tested(f, f.ln_p_adjusted)),
        flag(&Finding::significant),
        text(&|f| f.status.words().to_owned()),
        flag(&|f| f.tie),
        number(&|_| screen.tests as u64),
        real(&|f| tested(f, screen.ln_p_holm[f.predictor].exp())),
        real(&|f| tested(f, screen.ln_p_benjamini_hochberg[f.predictor].exp())),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Nominal => "nominal",
        Level::Ordinal => "ordinal",
        Level::Scale => "scale",
    }
}

/// `a + b | c`: categories joined within groups, groups divided by a bar.
pub(super) fn grouping(groups: &[Group], labels: &[String]) -> String {
    let group = |group: &Group| {
        let names = group.categories.iter().filter_map(|category| labels.get(*category)).map(String::as_str);
        names.chain(group.missing.then_some("(missing)")).collect::<Vec<_>>().join(" + ")
    };
    groups.iter().map(group).collect::<Vec<_>>().join(" | ")
}

pub(super) fn execution(error: chaid::Error) -> DataFusionError {
    DataFusionError::Execution(format!("chaid: {error}"))
}
