//! The call in SQL to a logical node.

use super::node::{Analysis, ChaidNode, Spec};
use super::settings::{Given, OutcomeLevel, SETTINGS, Settings};
use super::values::has_categories;
use arrow::datatypes::DataType;
use chaid::Level;
use datafusion::common::{Column, Diagnostic, ExprSchema, Span, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::Placeholder;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, LogicalPlanBuilder};
use sqlparser::ast::{
    Expr as SqlExpr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, SetExpr, Spanned, TableFactor,
    TableWithJoins, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who speaks in a message.
const NAME: &str = "chaid";
const COLUMNS: &str = "outcome, nominal, ordinal, scale, frequency, weight";

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
    frequency: Option<Ident>,
    weight: Option<Ident>,
    settings: Settings,
    open: Vec<(String, Expr)>,
    said: BTreeSet<String>,
}

fn plan(
    analysis: Analysis,
    args: &[FunctionArg],
    context: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let mut call = Call::default();
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
                    "{NAME}: unexpected argument {other}; after the table all are named: {COLUMNS}, {SETTINGS}"
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
        SqlExpr::Subquery(query) => Ok(whole_table(query).unwrap_or_else(|| TableFactor::Derived {
            lateral: false,
            subquery: query.clone(),
            alias: None,
            sample: None,
        })),
        other => plan_err!(
            "{NAME}: the first argument is a query in parentheses, not {other}; write (select … from {other})"
        ),
    }
}

/// The table of `SELECT * FROM table`; none of a query that does anything else.
///
/// DataFusion compares each column that a SELECT lists with all others, which a table of many columns need not wait for.
fn whole_table(query: &Query) -> Option<TableFactor> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let mut plain =
        Parser::new(&GenericDialect {}).try_with_sql("SELECT * FROM t").ok()?.parse_query().ok()?;
    let SetExpr::Select(of_plain) = plain.body.as_mut() else { return None };
    of_plain.from.clone_from(&select.from);
    match select.from.as_slice() {
        [TableWithJoins { relation: table @ TableFactor::Table { args: None, .. }, joins }]
            if joins.is_empty() && *plain == *query =>
        {
            Some(table.clone())
        }
        _ => None,
    }
}

impl Call {
    fn option(&mut self, name: &str, at: &Ident, value: &SqlExpr) -> Result<()> {
        if !self.said.insert(name.to_owned()) {
            let message = format!("{NAME}: option {name} is given twice; give it once, columns in one list");
            return Err(fault(message, at.span));
        }
        match name {
            "outcome" => self.outcomes = outcomes(value)?,
            "nominal" => self.level(Level::Nominal, value)?,
            "ordinal" => self.level(Level::Ordinal, value)?,
            "scale" => self.level(Level::Scale, value)?,
            "frequency" => self.frequency = Some(column(value)?),
            "weight" => self.weight = Some(column(value)?),
            name if is_parameter(value) => {
                // Whether there is such an option is asked now, what it may be when its value is known.
                if !SETTINGS.split(", ").any(|known| known == name) {
                    return Err(self.unknown(name, at));
                }
                self.open.push((
                    name.to_owned(),
                    Expr::Placeholder(Placeholder::new_with_field(value.to_string(), None)),
                ));
            }
            name => match self.settings.set(name, &given(value)) {
                Ok(true) => {}
                Ok(false) => return Err(self.unknown(name, at)),
                Err(message) => return Err(fault(format!("{NAME}, option {name}: {message}"), value.span())),
            },
        }
        Ok(())
    }

    fn unknown(&self, name: &str, at: &Ident) -> DataFusionError {
        fault(format!("{NAME} has no option {name}; there are {COLUMNS}, {SETTINGS}"), at.span)
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

    /// The node over the columns it needs, in the order of a [`Spec`].
    fn finish(self, analysis: Analysis, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
        let Some(input) = self.input else {
            return plan_err!("{NAME}: the first argument is a query in parentheses");
        };
        if self.outcomes.is_empty() || self.predictors.is_empty() {
            return plan_err!(
                "{NAME}: give outcome => column, and predictors in nominal, ordinal or scale => [column, …]"
            );
        }
        if self.open.is_empty() {
            self.settings.check().map_err(|message| DataFusionError::Plan(format!("{NAME}: {message}")))?;
        }
        let mut chosen = Chosen { input: &input, context, columns: Vec::new(), taken: BTreeSet::new() };
        let use_of_outcome = match self.settings.outcome_level {
            OutcomeLevel::Scale => Use::Amount,
            _ => Use::Categories,
        };
        let outcomes = self
            .outcomes
            .iter()
            .map(|name| chosen.take(name, use_of_outcome, "outcome"))
            .collect::<Result<Vec<_>>>()?;
        let mut predictors = Vec::new();
        for (level, name) in &self.predictors {
            let found = chosen.take(name, Use::of(*level), super::words::level_word(*level))?;
            if outcomes.contains(&found) {
                let message = format!(
                    "{NAME}: column {found} is an outcome and a predictor; take it out of one of them"
                );
                return Err(fault(message, name.span));
            }
            predictors.push((found, *level));
        }
        let mut amount = |name: &Option<Ident>, role| {
            name.as_ref().map(|name| chosen.take(name, Use::Amount, role)).transpose()
        };
        let (frequency, weight) = (amount(&self.frequency, "frequency")?, amount(&self.weight, "weight")?);
        let columns = chosen.columns;
        let spec = Spec {
            analysis,
            outcomes,
            predictors,
            frequency,
            weight,
            settings: self.settings,
            open: self.open,
        };
        let input = LogicalPlanBuilder::from(input).project(columns)?.build()?;
        Ok(LogicalPlan::Extension(Extension { node: Arc::new(ChaidNode::new(input, spec)?) }))
    }
}

/// What a column is used for, and so which types it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Categories,
    Intervals,
    Amount,
}

impl Use {
    fn of(level: Level) -> Use {
        if level == Level::Scale { Use::Intervals } else { Use::Categories }
    }

    /// Why a type does not serve, with the way out.
    fn fault(self, kind: &DataType) -> Option<&'static str> {
        let kind = match kind {
            DataType::Dictionary(_, values) => values.as_ref(),
            kind => kind,
        };
        let text = kind.is_string() || kind.is_binary();
        match self {
            Use::Amount if !(kind.is_numeric() || kind.is_null()) => {
                Some("which is no number: cast it to one")
            }
            _ if !has_categories(kind) => Some("which has no categories: take a part of it"),
            // As text, 10 comes before 9.
            Use::Intervals if text => Some("whose order is that of letters: cast it to a number or a date"),
            _ => None,
        }
    }
}

/// The columns that an analysis takes from its input.
struct Chosen<'a> {
    input: &'a LogicalPlan,
    context: &'a mut dyn RelationPlannerContext,
    columns: Vec<Expr>,
    taken: BTreeSet<(&'static str, String)>,
}

impl Chosen<'_> {
    /// Adds a column in a role; its name.
    fn take(&mut self, at: &Ident, used: Use, role: &'static str) -> Result<String> {
        let mut column = resolve(self.input, self.context.normalize_ident(at.clone()), at)?;
        let name = column.name.clone();
        if !self.taken.insert((role, name.clone())) {
            return Err(fault(
                format!("{NAME}: column {name} is given twice as {role}; give it once"),
                at.span,
            ));
        }
        let kind = self.input.schema().field_from_column(&column)?.data_type();
        if let Some(reason) = used.fault(kind) {
            return Err(fault(
                format!("{NAME}: column {name}, given as {role}, is {kind}, {reason}"),
                at.span,
            ));
        }
        if let Some(span) = Span::try_from_sqlparser_span(at.span) {
            column.spans.add_span(span);
        }
        self.columns.push(Expr::Column(column).alias(format!("column_{}", self.columns.len())));
        Ok(name)
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
        _ => {
            let message =
                format!("{NAME}: column {name} is ambiguous; give one of them another name with AS");
            Err(fault(message, at.span))
        }
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
        other => Err(fault(format!("{NAME}: a column of the table is expected, not {other}"), other.span())),
    }
}

fn is_parameter(value: &SqlExpr) -> bool {
    matches!(value, SqlExpr::Value(literal) if matches!(literal.value, Value::Placeholder(_)))
}

fn given(value: &SqlExpr) -> Given {
    match value {
        SqlExpr::Value(literal) => match &literal.value {
            Value::SingleQuotedString(text) => Given::Text(text.clone()),
            other => Given::Number(other.to_string()),
        },
        SqlExpr::Array(list) => Given::List(list.elem.iter().map(ToString::to_string).collect()),
        other => Given::Number(other.to_string()),
    }
}

/// A planning error at a place in the SQL.
fn fault(message: String, at: sqlparser::tokenizer::Span) -> DataFusionError {
    let diagnostic = Diagnostic::new_error(message.clone(), Span::try_from_sqlparser_span(at));
    DataFusionError::Plan(message).with_diagnostic(diagnostic)
}
