//! The logical node: what to analyse, over the plan of its input.

use super::settings::{Given, OutcomeLevel, Settings};
use super::words::level_word;
use super::{screens, trees};
use arrow::datatypes::SchemaRef;
use chaid::Level;
use datafusion::common::{DFSchema, DFSchemaRef, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
use provenance::FollowColumns;
use std::cmp::Ordering;
use std::collections::BTreeSet;
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

    /// Columns of the result that the call itself gives, whatever the rows.
    fn given(self) -> &'static [&'static str] {
        match self {
            Analysis::Screen => &["outcome", "place", "predictor", "level"],
            Analysis::Tree => &["outcome"],
        }
    }
}

/// What to analyse. The columns of the input are the outcomes, the predictors, the frequency if there is one, and the
/// weight if there is one.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) analysis: Analysis,
    pub(super) outcomes: Vec<String>,
    pub(super) predictors: Vec<(String, Level)>,
    pub(super) frequency: Option<String>,
    pub(super) weight: Option<String>,
    pub(super) settings: Settings,
    /// Options whose values are parameters that are not known yet.
    pub(super) open: Vec<(String, Expr)>,
}

impl Spec {
    /// The same with what is known now of open options.
    ///
    /// # Errors
    /// A value that an option does not take.
    fn with_values(&self, values: Vec<Expr>) -> Result<Spec> {
        let mut spec = Spec { open: Vec::new(), ..self.clone() };
        for ((name, _), value) in self.open.iter().zip(values) {
            // A parameter that was filled in keeps its name.
            let Expr::Literal(scalar, _) = value.clone().unalias() else {
                spec.open.push((name.clone(), value));
                continue;
            };
            let set = spec.settings.set(name, &Given::of_first(&scalar.to_array()?)?);
            set.map_err(|message| DataFusionError::Plan(format!("chaid, option {name}: {message}")))?;
        }
        spec.settings.check().map_err(|message| DataFusionError::Plan(format!("chaid: {message}")))?;
        Ok(spec)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let analysis = match self.analysis {
            Analysis::Screen => "screen",
            Analysis::Tree => "tree",
        };
        let level = match self.settings.outcome_level {
            OutcomeLevel::Nominal => "",
            OutcomeLevel::Ordinal => " (ordinal)",
            OutcomeLevel::Scale => " (scale)",
        };
        let predictors: Vec<String> =
            self.predictors.iter().map(|(name, level)| format!("{} {name}", level_word(*level))).collect();
        let (outcomes, predictors) = (self.outcomes.join(", "), predictors.join(", "));
        write!(f, "{analysis}, outcomes=[{outcomes}]{level}, predictors=[{predictors}]")?;
        let given = [("frequency", &self.frequency), ("weight", &self.weight)];
        given.iter().try_for_each(|(word, column)| match column {
            Some(column) => write!(f, ", {word}={column}"),
            None => Ok(()),
        })
    }
}

/// `chaid` or `chaid_screen` over the columns of a [`Spec`].
#[derive(Clone, Debug)]
pub(crate) struct ChaidNode {
    input: LogicalPlan,
    spec: Arc<Spec>,
    schema: DFSchemaRef,
}

impl ChaidNode {
    pub(super) fn new(input: LogicalPlan, spec: Spec) -> Result<Self> {
        let schema = Arc::new(DFSchema::try_from(spec.analysis.schema())?);
        Ok(Self { input, spec: Arc::new(spec), schema })
    }

    /// Every column of the result is computed from all columns that are taken, but for those that the call gives; the
    /// rows of a screen are those of the call, the rows of a tree are found.
    pub(super) fn columns(&self) -> FollowColumns {
        let all: BTreeSet<usize> = (0..self.input.schema().fields().len()).collect();
        let given = self.spec.analysis.given();
        let of = |name: &str| if given.contains(&name) { BTreeSet::new() } else { all.clone() };
        let values = self.schema.fields().iter().map(|field| of(field.name())).collect();
        let rows = match self.spec.analysis {
            Analysis::Screen => BTreeSet::new(),
            Analysis::Tree => all,
        };
        FollowColumns { values, rows }
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

    /// Open options: so that parameters are filled in.
    fn expressions(&self) -> Vec<Expr> {
        self.spec.open.iter().map(|(_, value)| value.clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chaid: {}", self.spec)
    }

    fn with_exprs_and_inputs(&self, exprs: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match inputs.pop() {
            Some(input) if inputs.is_empty() && exprs.len() == self.spec.open.len() => {
                let spec = if exprs.is_empty() {
                    self.spec.clone()
                } else {
                    Arc::new(self.spec.with_values(exprs)?)
                };
                Ok(Self { input, spec, schema: self.schema.clone() })
            }
            _ => plan_err!("Chaid has one input, and an expression for each open option"),
        }
    }

    /// All columns of the input are needed: its projection asks for no others.
    fn necessary_children_exprs(&self, _output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        Some(vec![(0..self.input.schema().fields().len()).collect()])
    }
}
