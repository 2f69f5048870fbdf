//! The logical node: what to screen, over the plan of its input.

use super::{screens, trees};
use arrow::datatypes::SchemaRef;
use chaid::{Level, Options};
use datafusion::common::{DFSchema, DFSchemaRef, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What is made of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Analysis {
    /// Each predictor by itself: a row for each.
    Screen,
    /// A tree: a row for each node.
    Tree,
}

impl Analysis {
    /// Columns of the result.
    pub(super) fn schema(self) -> SchemaRef {
        match self {
            Analysis::Screen => screens::schema(),
            Analysis::Tree => trees::schema(),
        }
    }
}

/// What to analyse: outcomes, and predictors by name and level, in the order of the input's columns.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) analysis: Analysis,
    pub(super) outcomes: Vec<String>,
    pub(super) predictors: Vec<(String, Level)>,
    pub(super) options: Options,
    pub(super) intervals: u32,
}

/// `chaid` or `chaid_screen` over an input whose first columns are the outcomes.
#[derive(Clone, Debug)]
pub(super) struct ChaidNode {
    input: LogicalPlan,
    spec: Arc<Spec>,
    schema: DFSchemaRef,
}

impl ChaidNode {
    pub(super) fn new(input: LogicalPlan, spec: Spec) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(spec.analysis.schema())?);
        Ok(Self { input, spec: Arc::new(spec), schema })
    }

    pub(super) fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// Two nodes are the same if their inputs and their written-out specifications are.
    fn key(&self) -> (&LogicalPlan, String) {
        (&self.input, format!("{:?}", self.spec))
    }
}

impl PartialEq for ChaidNode {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ChaidNode {}

impl PartialOrd for ChaidNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.key().partial_cmp(&other.key())
    }
}

impl Hash for ChaidNode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl UserDefinedLogicalNodeCore for ChaidNode {
    fn name(&self) -> &str {
        "Chaid"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.spec.predictors.iter().map(|(name, _)| name.as_str()).collect();
        let outcomes = self.spec.outcomes.join(", ");
        write!(f, "Chaid: {:?}, outcomes=[{outcomes}], predictors=[{}]", self.spec.analysis, names.join(", "))
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match (exprs.is_empty(), inputs.pop()) {
            (true, Some(input)) if inputs.is_empty() => Ok(Self { input, ..self.clone() }),
            _ => plan_err!("Chaid has one input and no expressions"),
        }
    }

    /// All columns of the input are needed: its projection asks for no others.
    fn necessary_children_exprs(&self, _output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![(0..self.input.schema().fields().len()).collect()])
    }
}
