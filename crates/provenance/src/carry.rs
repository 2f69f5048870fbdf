//! The rewrite: beside every row travel the identities of the input rows it was made from.
//!
//! Each place where a plan reads a table (an *input*) gets one hidden column. As long as a row has one row of the
//! input behind it, the hidden column holds its identity; where rows are gathered (GROUP BY, a partition, the
//! matches of a semi join) it becomes a set. A rewritten operator gives the columns that it gave before, in the same
//! order and under the same names, and the hidden columns after them; so no expression of the query changes.

use crate::error::{ProvenanceError, unsupported};
use crate::extensions::Follower;
use crate::gather::gather;
use crate::need::Need;
use crate::scan::Lookup;
use crate::trail::Trail;
use datafusion::common::{Column, DFSchema, TableReference};
use datafusion::functions_aggregate::bool_and_or::bool_or_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Expr, Filter, Limit, LogicalPlan, Projection, Repartition, Sort, SubqueryAlias,
};
use std::sync::Arc;

/// How the names of hidden columns begin.
pub(crate) const HIDDEN: &str = "__lineage_";

/// What travels in the hidden columns.
pub(crate) enum Cargo<'a> {
    /// Row identities.
    Identities(&'a Lookup<'a>),
    /// Whether a row descends from one of the rows of `table` that meet `predicate`: true, or null.
    Sought { table: &'a TableReference, predicate: &'a Expr },
}

/// A hidden column: the identity of the one row behind (bigint, null where an outer join missed), or their set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Number of the input whose rows it names.
    pub(crate) input: usize,
}

impl Hidden {
    /// Name of the column, unique in the whole plan.
    pub(crate) fn name(self) -> String {
        format!("{HIDDEN}{}", self.input)
    }

    /// The column, whatever alias it came through.
    pub(crate) fn column(self, schema: &DFSchema) -> Result<Expr, ProvenanceError> {
        let name = self.name();
        schema
            .iter()
            .find(|(_, field)| field.name() == &name)
            .map(|field| Expr::Column(Column::from(field)))
            .ok_or_else(|| bug(format!("hidden column {name} got lost")))
    }
}

/// A rewritten operator.
pub(crate) struct Carried {
    /// The columns of the original, then the hidden ones.
    pub(crate) plan: LogicalPlan,
    pub(crate) hidden: Vec<Hidden>,
}

/// The state of one rewrite.
pub(crate) struct Carrier<'a> {
    pub(crate) cargo: Cargo<'a>,
    pub(crate) follower: &'a Follower<'a>,
    /// Tables that were passed, in the order in which the plan reads them.
    pub(crate) inputs: Vec<TableReference>,
    /// Operators at which rows can get lost, each with what was left behind it.
    pub(crate) trail: Trail,
    fresh: usize,
}

impl<'a> Carrier<'a> {
    pub(crate) fn new(cargo: Cargo<'a>, follower: &'a Follower<'a>) -> Self {
        Self { cargo, follower, inputs: Vec::new(), trail: Trail::default(), fresh: 0 }
    }

    /// A name that no other column of the plan has.
    pub(crate) fn fresh(&mut self, word: &str) -> String {
        self.fresh += 1;
        format!("__{word}_{}", self.fresh)
    }

    /// Rewrites an operator and all below it.
    pub(crate) fn carry(&mut self, plan: &LogicalPlan, need: &Need) -> Result<Carried, ProvenanceError> {
        if need.is_nothing() {
            return Ok(self.pass_by(plan));
        }
        let carried = self.rewritten(plan, need)?;
        conform(carried, plan.schema())
    }

    fn rewritten(&mut self, plan: &LogicalPlan, need: &Need) -> Result<Carried, ProvenanceError> {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => Ok(self.pass_by(plan)),
            LogicalPlan::Projection(projection) => self.projection(projection, need),
            LogicalPlan::Filter(filter) => self.filter(filter, need),
            LogicalPlan::SubqueryAlias(alias) => {
                let input = self.carry(&alias.input, need)?;
                let node = SubqueryAlias::try_new(Arc::new(input.plan), alias.alias.clone())?;
                Ok(Carried { plan: LogicalPlan::SubqueryAlias(node), hidden: input.hidden })
            }
            LogicalPlan::Sort(sort) => {
                let input = self.carry(&sort.input, need)?;
                let node = Sort { expr: sort.expr.clone(), input: Arc::new(input.plan), fetch: sort.fetch };
                Ok(Carried { plan: LogicalPlan::Sort(node), hidden: input.hidden })
            }
            LogicalPlan::Repartition(node) => {
                let input = self.carry(&node.input, need)?;
                let partitioning_scheme = node.partitioning_scheme.clone();
                let node = Repartition { input: Arc::new(input.plan), partitioning_scheme };
                Ok(Carried { plan: LogicalPlan::Repartition(node), hidden: input.hidden })
            }
            LogicalPlan::Limit(limit) => self.limit(plan, limit, need),
            LogicalPlan::Join(join) => self.join(plan, join, need),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate, need),
            LogicalPlan::Window(window) => self.window(window, need),
            LogicalPlan::Union(union) => self.union(plan, union, need),
            LogicalPlan::Unnest(unnest) => self.unnest(plan, unnest, need),
            LogicalPlan::RecursiveQuery(_) => {
                Err(unsupported(plan, "a recursive query; which rounds a row comes from is not followed"))
            }
            LogicalPlan::Extension(node) => self.extension(plan, node),
            LogicalPlan::Distinct(_) => Err(unsupported(plan, "a DISTINCT that is no GROUP BY")),
            other => Err(unsupported(other, "it is no part of a query")),
        }
    }

    /// Leaves an operator and all below it as they are; the tables that it reads keep their numbers.
    pub(crate) fn pass_by(&mut self, plan: &LogicalPlan) -> Carried {
        self.count_inputs(plan);
        Carried { plan: plan.clone(), hidden: Vec::new() }
    }

    fn count_inputs(&mut self, plan: &LogicalPlan) {
        if let LogicalPlan::TableScan(scan) = plan {
            self.inputs.push(scan.table_name.clone());
        }
        plan.inputs().into_iter().for_each(|input| self.count_inputs(input));
    }

    fn projection(&mut self, node: &Projection, need: &Need) -> Result<Carried, ProvenanceError> {
        let needed = need.exprs(&node.expr);
        let input = self.carry(&node.input, &need.below(needed, node.input.schema())?)?;
        let mut exprs = node.expr.clone();
        for hidden in &input.hidden {
            exprs.push(hidden.column(input.plan.schema())?);
        }
        let plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input.plan))?);
        Ok(Carried { plan, hidden: input.hidden })
    }

    fn filter(&mut self, node: &Filter, need: &Need) -> Result<Carried, ProvenanceError> {
        let input = self.carry(&node.input, need)?;
        if matches!(self.cargo, Cargo::Sought { .. }) {
            return self.trail_filter(node, input);
        }
        let node = Filter::try_new(node.predicate.clone(), Arc::new(input.plan))?;
        Ok(Carried { plan: LogicalPlan::Filter(node), hidden: input.hidden })
    }

    fn limit(&mut self, plan: &LogicalPlan, node: &Limit, need: &Need) -> Result<Carried, ProvenanceError> {
        if !is_ordered(&node.input) {
            return Err(unsupported(
                plan,
                "which rows it keeps is left to chance; put ORDER BY over columns that tell every row apart before it",
            ));
        }
        let input = self.carry(&node.input, need)?;
        let hidden = input.hidden;
        let node = Limit { skip: node.skip.clone(), fetch: node.fetch.clone(), input: Arc::new(input.plan) };
        let carried = Carried { plan: LogicalPlan::Limit(node), hidden };
        self.note(plan, &carried)?;
        Ok(carried)
    }

    /// The rows of a hidden column gathered into one value; a set, or in a search whether there is one.
    pub(crate) fn gathered(&self, column: Expr, filter: Option<Expr>) -> Expr {
        let function = match self.cargo {
            Cargo::Identities(_) => gather(),
            Cargo::Sought { .. } => bool_or_udaf(),
        };
        let filter = filter.map(Box::new);
        Expr::AggregateFunction(AggregateFunction::new_udf(
            function,
            vec![column],
            false,
            filter,
            vec![],
            None,
        ))
    }
}

/// All columns that an operator gives.
pub(crate) fn columns(schema: &DFSchema) -> Vec<Expr> {
    schema.iter().map(|field| Expr::Column(Column::from(field))).collect()
}

/// The original columns in their order, then the hidden ones.
pub(crate) fn settle(
    plan: LogicalPlan,
    original: &DFSchema,
    hidden: Vec<Hidden>,
) -> Result<Carried, ProvenanceError> {
    let mut exprs = columns(original);
    for column in &hidden {
        exprs.push(column.column(plan.schema())?);
    }
    Ok(Carried { plan: LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?), hidden })
}

/// The rewritten operator with its columns under the very names of the original.
///
/// DataFusion makes projections whose columns are named otherwise than their expressions say, below a UNION for one.
/// Built again they lose those names, and a later rule may take a column for another.
fn conform(carried: Carried, original: &DFSchema) -> Result<Carried, ProvenanceError> {
    let schema = carried.plan.schema();
    if original.iter().zip(schema.iter()).all(|(was, is)| (was.0, was.1.name()) == (is.0, is.1.name())) {
        return Ok(carried);
    }
    let mut exprs: Vec<Expr> = schema.iter().map(|field| Expr::Column(Column::from(field))).collect();
    for (expr, (qualifier, field)) in exprs.iter_mut().zip(original.iter()) {
        *expr = expr.clone().alias_qualified(qualifier.cloned(), field.name());
    }
    let plan = Projection::try_new(exprs, Arc::new(carried.plan))?;
    Ok(Carried { plan: LogicalPlan::Projection(plan), hidden: carried.hidden })
}

/// Whether rows come in an order that the query asked for.
fn is_ordered(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Sort(_) => true,
        LogicalPlan::Projection(node) => is_ordered(&node.input),
        LogicalPlan::Limit(node) => is_ordered(&node.input),
        other => other.max_rows().is_some_and(|rows| rows <= 1),
    }
}

pub(crate) fn bug(message: String) -> ProvenanceError {
    ProvenanceError::Plan(datafusion::common::DataFusionError::Internal(message))
}
