//! Aggregates and windows: behind a value stand all rows that were gathered for it.

use crate::carry::{Cargo, Carried, Carrier, Hidden, columns, settle};
use crate::error::ProvenanceError;
use crate::gather::{gather, unite};
use crate::need::{Need, used};
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    Aggregate, Expr, ExprFunctionExt, ExprSchemable, LogicalPlan, Projection, Window, lit,
};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Carrier<'_> {
    pub(crate) fn aggregate(&mut self, node: &Aggregate, need: &Need) -> Result<Carried, ProvenanceError> {
        let asked = Asked::of(node, need)?;
        let input = self.carry(&node.input, &asked.below)?;
        let mut calls = node.aggr_expr.clone();
        let mut exprs = columns(&node.schema);
        for hidden in &input.hidden {
            let column = hidden.column(input.plan.schema())?;
            calls.push(self.gathered(column, asked.rows.clone()).alias(hidden.name()));
            exprs.push(Expr::Column(Column::from_name(hidden.name())));
        }
        let groups = Aggregate::try_new(Arc::new(input.plan), node.group_expr.clone(), calls)?;
        let plan = Projection::try_new(exprs, Arc::new(LogicalPlan::Aggregate(groups)))?;
        Ok(Carried { plan: LogicalPlan::Projection(plan), hidden: input.hidden })
    }

    pub(crate) fn window(&mut self, node: &Window, need: &Need) -> Result<Carried, ProvenanceError> {
        let width = node.input.schema().fields().len();
        let (own, computed) = need.split(width);
        let asked: Vec<&Expr> = computed.exprs(&node.window_expr);
        let below = window_need(own, &asked, node.input.schema())?;
        let input = self.carry(&node.input, &below)?;
        let searching = matches!(self.cargo, Cargo::Sought { .. });
        let schema = input.plan.schema().clone();
        let windows = Window::try_new(node.window_expr.clone(), Arc::new(input.plan))?;
        let windows = LogicalPlan::Window(windows);
        if searching || asked.is_empty() {
            return settle(windows, &node.schema, input.hidden);
        }
        self.partitions(windows, &node.schema, &schema, &input.hidden, partitions(&asked))
    }

    /// Each row with all rows of its partitions, which it is one of.
    fn partitions(
        &mut self,
        rows: LogicalPlan,
        original: &DFSchema,
        below: &DFSchema,
        hidden: &[Hidden],
        partitions: Vec<Vec<Expr>>,
    ) -> Result<Carried, ProvenanceError> {
        let mut sets: Vec<Vec<Expr>> = vec![Vec::new(); hidden.len()];
        let mut plan = rows;
        // DataFusion keeps calls over different partitions in operators of their own.
        for partition in partitions {
            let mut calls = Vec::new();
            for (hidden, sets) in hidden.iter().zip(&mut sets) {
                let name = self.fresh("partition");
                calls.push(over_partition(hidden.column(below)?, partition.clone())?.alias(&name));
                sets.push(Expr::Column(Column::from_name(&name)));
            }
            plan = LogicalPlan::Window(Window::try_new(calls, Arc::new(plan))?);
        }
        let mut exprs = columns(original);
        for (hidden, mut sets) in hidden.iter().zip(sets) {
            let set = match (sets.pop(), sets.is_empty()) {
                (Some(only), true) => only,
                (last, _) => {
                    sets.extend(last);
                    Expr::ScalarFunction(ScalarFunction::new_udf(unite(), sets))
                }
            };
            exprs.push(set.alias(hidden.name()));
        }
        let plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?);
        Ok(Carried { plan, hidden: hidden.to_vec() })
    }
}

/// All values of a column in the row's partition, the row's own among them.
fn over_partition(column: Expr, partition: Vec<Expr>) -> Result<Expr, ProvenanceError> {
    let call = Expr::from(WindowFunction::new(gather(), vec![column]));
    Ok(if partition.is_empty() { call } else { call.partition_by(partition).build()? })
}

/// The different partitions of window calls.
fn partitions(calls: &[&Expr]) -> Vec<Vec<Expr>> {
    let mut partitions: Vec<Vec<Expr>> = Vec::new();
    for call in calls {
        if let Expr::WindowFunction(function) = (*call).clone().unalias() {
            let partition = function.params.partition_by;
            if !partitions.contains(&partition) {
                partitions.push(partition);
            }
        }
    }
    partitions
}

/// What is asked of a window's input: the columns passed on, and all that the asked calls name.
fn window_need(own: Need, asked: &[&Expr], input: &DFSchema) -> Result<Need, ProvenanceError> {
    let Need::Values(mut columns) = own else { return Ok(Need::Row) };
    for call in asked {
        let named = used([*call], input)?;
        if named.is_empty() {
            return Ok(Need::Row);
        }
        columns.extend(named);
    }
    Ok(Need::Values(columns))
}

/// What a question about an aggregate asks of the rows that it gathers.
struct Asked {
    below: Need,
    /// Which rows of a group; none for all.
    rows: Option<Expr>,
}

impl Asked {
    fn of(node: &Aggregate, need: &Need) -> Result<Self, ProvenanceError> {
        let all = Self { below: Need::Row, rows: None };
        let Need::Values(asked) = need else { return Ok(all) };
        let keys = node.schema.fields().len() - node.aggr_expr.len();
        let input = node.input.schema();
        let mut below = BTreeSet::new();
        let mut rows: Option<Vec<Expr>> = Some(Vec::new());
        let group = grouping_set_to_exprlist(&node.group_expr)?;
        for &column in asked {
            match column.checked_sub(keys).and_then(|call| node.aggr_expr.get(call)) {
                Some(call) => match contributing(call, input)? {
                    Some((columns, condition)) => {
                        below.extend(columns);
                        rows = rows.zip(condition).map(|(mut rows, condition)| {
                            rows.push(condition);
                            rows
                        });
                    }
                    None => return Ok(all),
                },
                None => {
                    rows = None;
                    match group.get(column) {
                        Some(key) => below.extend(used([*key], input)?),
                        None => return Ok(all),
                    }
                }
            }
        }
        if below.is_empty() {
            return Ok(all);
        }
        let rows = rows.and_then(|conditions| conditions.into_iter().reduce(Expr::or));
        Ok(Self { below: Need::Values(below), rows })
    }
}

type Contribution = (BTreeSet<usize>, Option<Expr>);

/// The columns that a call takes its value from and the rows that add to it; none if the rows themselves are the value.
fn contributing(call: &Expr, input: &DFSchema) -> Result<Option<Contribution>, ProvenanceError> {
    let Expr::AggregateFunction(AggregateFunction { func, params }) = call.clone().unalias() else {
        return Ok(None);
    };
    let columns = used(&params.args, input)?;
    if columns.is_empty() && params.filter.is_none() {
        return Ok(None);
    }
    let mut conditions: Vec<Expr> = Vec::new();
    let mut columns = columns;
    if let Some(filter) = &params.filter {
        if columns.is_empty() {
            columns.extend(used([filter.as_ref()], input)?);
        }
        conditions.push(filter.as_ref().clone().is_true());
    }
    if skips_nulls(func.name()) {
        for argument in params.args.iter().filter(|argument| !matches!(argument, Expr::Literal(_, _))) {
            conditions.push(argument.clone().is_not_null());
        }
    }
    if func.name() == "sum"
        && let Some(argument) = params.args.first()
        && let Ok(zero) = ScalarValue::new_zero(&argument.get_type(input)?)
    {
        conditions.push(argument.clone().not_eq(lit(zero)));
    }
    Ok(Some((columns, conditions.into_iter().reduce(Expr::and))))
}

/// Aggregates whose value does not depend on the rows in which their argument is null.
fn skips_nulls(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "sum"
            | "min"
            | "max"
            | "avg"
            | "median"
            | "stddev"
            | "stddev_pop"
            | "var"
            | "var_pop"
            | "bool_and"
            | "bool_or"
            | "bit_and"
            | "bit_or"
            | "bit_xor"
            | "string_agg"
    )
}
