//! The call in SQL to a logical node.

use super::node::{Analysis, ChaidNode, Spec};
use chaid::{ChiSquare, Level, Method, Missing, Options};
use datafusion::common::{Column, Diagnostic, Span, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, LogicalPlanBuilder};
use sqlparser::ast::{
    Expr as SqlExpr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Spanned, TableFactor, Value,
};
use std::sync::Arc;

/// Who speaks in a message.
const NAME: &str = "chaid";
const OPTIONS: &str = "outcome, nominal, ordinal, scale, method, statistic, missing, alpha_merge, alpha_split, \
min_parent, min_child, max_depth, intervals";

/// Recognises `chaid(…)` and `chaid_screen(…)` where a table may stand.
#[derive(Debug)]
pub(super) struct ChaidPlanner;

impl RelationPlanner for ChaidPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let called = match &relation {
            TableFactor::Table { name, args: Some(args), alias, .. } => {
                analysis(name).map(|analysis| (analysis, args.args.clone(), alias.clone()))
            }
            _ => None,
        };
        match called {
            Some((analysis, args, alias)) => {
                let plan = plan(analysis, &args, context)?;
                Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, alias))))
            }
            None => Ok(RelationPlanning::Original(Box::new(relation))),
        }
    }
}

fn analysis(name: &ObjectName) -> Option<Analysis> {
    match name.to_string().to_ascii_lowercase().as_str() {
        "chaid_screen" => Some(Analysis::Screen),
        "chaid" => Some(Analysis::Tree),
        _ => None,
    }
}

/// What the arguments say, as they come by.
#[derive(Default)]
struct Call {
    input: Option<LogicalPlan>,
    outcomes: Vec<Ident>,
    predictors: Vec<(Level, Ident)>,
    options: Options,
    intervals: u32,
}

fn plan(
    analysis: Analysis,
    args: &[FunctionArg],
    context: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let mut call = Call { intervals: 10, ..Call::default() };
    for arg in args {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(table)) if call.input.is_none() => {
                call.input = Some(context.plan(input(table)?)?);
            }
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
                call.option(&context.normalize_ident(name.clone()), name, value)?;
            }
            other => {
                return plan_err!(
                    "{NAME}: unexpected argument {other}; after the table all are named: {OPTIONS}"
                );
            }
        }
    }
    call.finish(analysis, context)
}

/// The first argument as something that can stand after FROM.
///
/// It must be a query: DataFusion looks up the tables of a statement before it plans, and would not see a bare name here.
fn input(table: &SqlExpr) -> Result<TableFactor> {
    match table {
        SqlExpr::Subquery(query) => {
            Ok(TableFactor::Derived { lateral: false, subquery: query.clone(), alias: None, sample: None })
        }
        other => plan_err!(
            "{NAME}: the first argument is a query in parentheses, not {other}; write (select … from {other})"
        ),
    }
}

impl Call {
    fn option(&mut self, name: &str, at: &Ident, value: &SqlExpr) -> Result<()> {
        match name {
            "outcome" => self.outcomes = outcomes(value)?,
            "nominal" => self.level(Level::Nominal, value)?,
            "ordinal" => self.level(Level::Ordinal, value)?,
            "scale" => self.level(Level::Scale, value)?,
            "method" => {
                self.options.method =
                    word(value, &[("chaid", Method::Chaid), ("exhaustive", Method::Exhaustive)])?;
            }
            "statistic" => {
                let words =
                    [("pearson", ChiSquare::Pearson), ("likelihood_ratio", ChiSquare::LikelihoodRatio)];
                self.options.statistic = word(value, &words)?;
            }
            "missing" => {
                let words = [("floating", Missing::Floating), ("dropped", Missing::Dropped)];
                self.options.missing = word(value, &words)?;
            }
            "alpha_merge" => self.options.alpha_merge = number(value)?,
            "alpha_split" => self.options.alpha_split = number(value)?,
            "min_parent" => self.options.min_parent = number(value)?,
            "min_child" => self.options.min_child = number(value)?,
            "max_depth" => self.options.max_depth = number(value)?,
            "intervals" => self.intervals = number(value)?,
            unknown => {
                let message = format!("{NAME} has no option {unknown}; there are {OPTIONS}");
                return Err(fault(message, at.span));
            }
        }
        Ok(())
    }

    fn level(&mut self, level: Level, value: &SqlExpr) -> Result<()> {
        let SqlExpr::Array(list) = value else {
            return plan_err!("{NAME}: predictors are a list of columns such as [a, b], not {value}");
        };
        for name in &list.elem {
            self.predictors.push((level, column(name)?));
        }
        Ok(())
    }

    /// The node over the columns it needs: the outcomes first, then the predictors.
    fn finish(self, analysis: Analysis, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
        let Some(input) = self.input else {
            return plan_err!("{NAME}: the first argument is a query in parentheses");
        };
        if self.outcomes.is_empty() || self.predictors.is_empty() {
            return plan_err!(
                "{NAME}: give outcome => column, and predictors in nominal, ordinal or scale => [column, …]"
            );
        }
        self.options.check().map_err(|error| DataFusionError::Plan(format!("{NAME}: {error}")))?;
        let resolve = |name: &Ident| resolve(&input, context.normalize_ident(name.clone()), name);
        let (mut columns, mut outcomes, mut levels) = (Vec::new(), Vec::new(), Vec::new());
        for (place, name) in self.outcomes.iter().enumerate() {
            let column = resolve(name)?;
            outcomes.push(column.name.clone());
            columns.push(Expr::Column(column).alias(format!("outcome_{place}")));
        }
        for (place, (level, name)) in self.predictors.iter().enumerate() {
            let column = resolve(name)?;
            levels.push((column.name.clone(), *level));
            columns.push(Expr::Column(column).alias(format!("predictor_{place}")));
        }
        let spec =
            Spec { analysis, outcomes, predictors: levels, options: self.options, intervals: self.intervals };
        let input = LogicalPlanBuilder::from(input).project(columns)?.build()?;
        Ok(LogicalPlan::Extension(Extension { node: Arc::new(ChaidNode::new(input, spec)?) }))
    }
}

/// A column of the input, or a fault at its place that names the columns there are.
fn resolve(input: &LogicalPlan, name: String, at: &Ident) -> Result<Column> {
    let fields = input.schema().qualified_fields_with_unqualified_name(&name);
    match fields.as_slice() {
        [(qualifier, field)] => Ok(Column::new(qualifier.cloned(), field.name())),
        [] => {
            let known: Vec<&str> =
                input.schema().fields().iter().map(|field| field.name().as_str()).collect();
            let message = format!("{NAME}: no column {name} in its table; columns are {}", known.join(", "));
            Err(fault(message, at.span))
        }
        _ => Err(fault(format!("{NAME}: column {name} is ambiguous"), at.span)),
    }
}

/// One column, or a list of them.
fn outcomes(value: &SqlExpr) -> Result<Vec<Ident>> {
    match value {
        SqlExpr::Array(list) => list.elem.iter().map(column).collect(),
        one => Ok(vec![column(one)?]),
    }
}

fn column(value: &SqlExpr) -> Result<Ident> {
    match value {
        SqlExpr::Identifier(name) => Ok(name.clone()),
        other => plan_err!("{NAME}: a column of the table is expected, not {other}"),
    }
}

fn word<T: Copy>(value: &SqlExpr, words: &[(&str, T)]) -> Result<T> {
    if let SqlExpr::Value(literal) = value
        && let Value::SingleQuotedString(text) = &literal.value
        && let Some((_, meaning)) = words.iter().find(|(word, _)| word == text)
    {
        return Ok(*meaning);
    }
    let known: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
    Err(fault(format!("{NAME}: {value} is none of {}", known.join(", ")), value.span()))
}

fn number<T: std::str::FromStr>(value: &SqlExpr) -> Result<T> {
    let text = value.to_string();
    text.parse().map_err(|_| fault(format!("{NAME}: {text} is not a number that fits here"), value.span()))
}

/// A planning error at a place in the SQL.
fn fault(message: String, at: sqlparser::tokenizer::Span) -> DataFusionError {
    let diagnostic = Diagnostic::new_error(message.clone(), Span::try_from_sqlparser_span(at));
    DataFusionError::Plan(message).with_diagnostic(diagnostic)
}
