//! Cases of a stream of rows as columns of codes, and the result rows of a tree.

use super::counts::{Values, cut, execution, grouping, level_word};
use super::node::Spec;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chaid::{Codes, Data, Finding, Level, Node, Outcome, OutcomeColumn, Predictor, Summary, Tree};
use datafusion::error::Result;
use std::sync::Arc;

const MISSING: u32 = u32::MAX;

/// Columns of the result: one row for each node.
pub(super) fn schema() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("node", DataType::Int64),
        field("parent", DataType::Int64),
        field("depth", DataType::Int64),
        field("label", DataType::Utf8),
        field("n", DataType::Int64),
        field("classes", DataType::Utf8),
        field("predictor", DataType::Utf8),
        field("level", DataType::Utf8),
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
        field("stop", DataType::Utf8),
    ]))
}

/// One column of the input: its distinct values, and the number of the value of each row.
struct Column {
    values: Values,
    numbers: Vec<u32>,
}

/// The rows so far, as numbers: four bytes for each row and column.
pub(super) struct Cases {
    columns: Vec<Column>,
}

/// A column with its categories in the order of their values, or cut into intervals.
struct Coded {
    codes: Vec<u32>,
    labels: Vec<String>,
}

impl Cases {
    /// No rows yet; the first column is the outcome.
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        let column =
            |field: &Arc<Field>| Ok(Column { values: Values::new(field.data_type())?, numbers: Vec::new() });
        Ok(Self { columns: schema.fields().iter().map(column).collect::<Result<_>>()? })
    }

    /// Adds the rows of a batch.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for (column, values) in self.columns.iter_mut().zip(batch.columns()) {
            let numbers = column.values.number(values)?.into_iter();
            column
                .numbers
                .extend(numbers.map(|number| number.and_then(|n| u32::try_from(n).ok()).unwrap_or(MISSING)));
        }
        Ok(())
    }

    /// Grows the tree; one row for each node, level by level.
    pub(super) fn grow(&self, spec: &Spec) -> Result<RecordBatch> {
        let levels = spec.predictors.iter().map(|(name, level)| (name.as_str(), *level));
        let levels = std::iter::once(("outcome", Level::Nominal)).chain(levels);
        let coded: Vec<Coded> = self
            .columns
            .iter()
            .zip(levels)
            .map(|(column, (name, level))| column.coded(name, level, spec.intervals))
            .collect::<Result<_>>()?;
        let (outcome, predictors) = coded.split_first().ok_or_else(|| execution(chaid::Error::NoCases))?;
        let declared: Vec<Predictor<'_>> = spec
            .predictors
            .iter()
            .zip(predictors)
            .map(|((name, level), coded)| Predictor {
                name: name.clone(),
                // A scale column is cut already: its intervals are ordered categories.
                level: if *level == Level::Scale { Level::Ordinal } else { *level },
                categories: coded.labels.len(),
                codes: Codes::U32(&coded.codes),
            })
            .collect();
        let classes = OutcomeColumn::Classes {
            outcome: Outcome::Nominal,
            classes: outcome.labels.len(),
            codes: Codes::U32(&outcome.codes),
        };
        let data = Data { outcome: classes, predictors: &declared, frequency: None, weight: None };
        let tree = chaid::tree(&data, &spec.options).map_err(execution)?;
        rows(&tree, spec, outcome, predictors)
    }
}

impl Column {
    /// Codes in the order of the values; of a scale column, of its intervals.
    fn coded(&self, name: &str, level: Level, intervals: u32) -> Result<Coded> {
        let order = self.values.order();
        let mut places = vec![0_u32; order.len()];
        for (place, number) in (0_u32..).zip(&order) {
            places[*number] = place;
        }
        let labels: Vec<String> = order.iter().map(|number| self.values.label(*number).to_owned()).collect();
        let (of_place, labels) = if level == Level::Scale {
            let mut counts = vec![vec![0_u64]; order.len()];
            for number in self.numbers.iter().filter(|number| **number != MISSING) {
                counts[places[*number as usize] as usize][0] += 1;
            }
            let cut = cut(name, &counts, &labels, intervals)?;
            (cut.interval, cut.labels)
        } else {
            ((0..labels.len()).collect(), labels)
        };
        let code = |number: u32| match number {
            MISSING => MISSING,
            number => u32::try_from(of_place[places[number as usize] as usize]).unwrap_or(MISSING),
        };
        Ok(Coded { codes: self.numbers.iter().map(|number| code(*number)).collect(), labels })
    }
}

fn rows(tree: &Tree, spec: &Spec, outcome: &Coded, predictors: &[Coded]) -> Result<RecordBatch> {
    let nodes = &tree.nodes;
    let best = |node: &Node| node.best.and_then(|best| node.candidates.get(best)).cloned();
    let number = |of: &dyn Fn(&Node) -> Option<u64>| -> ArrayRef {
        Arc::new(
            nodes.iter().map(|node| of(node).and_then(|n| i64::try_from(n).ok())).collect::<Int64Array>(),
        )
    };
    let text = |of: &dyn Fn(&Node) -> Option<String>| -> ArrayRef {
        Arc::new(nodes.iter().map(of).collect::<StringArray>())
    };
    let real = |of: fn(&Finding) -> f64| -> ArrayRef {
        Arc::new(nodes.iter().map(|node| best(node).map(|f| of(&f))).collect::<Float64Array>())
    };
    let count = |of: fn(&Finding) -> u64| number(&|node| best(node).map(|f| of(&f)));
    let labels = |predictor: usize| predictors.get(predictor).map_or(&[][..], |coded| &coded.labels);
    // The group of a node is one of the predictor on which its parent was split.
    let label = |node: &Node| {
        let split = nodes.get(node.parent?)?.split()?;
        let names: Vec<&str> = labels(split.predictor).iter().map(String::as_str).collect();
        node.group.as_ref().map(|group| group.label(&names, "(missing)"))
    };
    let columns: Vec<ArrayRef> = vec![
        number(&|node| Some(node.id as u64)),
        number(&|node| node.parent.map(|parent| parent as u64)),
        number(&|node| Some(u64::from(node.depth))),
        text(&label),
        number(&|node| Some(node.n())),
        text(&|node| Some(classes(&node.outcome, outcome))),
        text(&|node| best(node).map(|f| f.name)),
        text(&|node| {
            best(node)
                .and_then(|f| spec.predictors.get(f.predictor))
                .map(|(_, level)| level_word(*level).into())
        }),
        count(|f| f.categories as u64),
        count(|f| f.r() as u64),
        text(&|node| best(node).map(|f| grouping(&f.groups, labels(f.predictor)))),
        real(|f| f.test.value),
        count(|f| f.test.df),
        real(|f| f.test.p()),
        real(|f| f.test.ln_p),
        real(|f| f.multiplier),
        real(Finding::p_adjusted),
        real(|f| f.ln_p_adjusted),
        text(&|node| node.stop.map(|stop| stop.words().to_owned())),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

/// `no 120, yes 80`: the cases of each class.
fn classes(summary: &Summary, outcome: &Coded) -> String {
    let Summary::Counts { n, .. } = summary else { return String::new() };
    let classes = outcome.labels.iter().zip(n).map(|(label, n)| format!("{label} {n}"));
    classes.collect::<Vec<_>>().join(", ")
}
