//! A plan in the few forms that lineage is defined on: subqueries as joins, DISTINCT as GROUP BY.

use crate::carry::HIDDEN;
use crate::error::{ProvenanceError, unsupported};
use crate::once::apply_once;
use crate::only_row::only_row;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result};
use datafusion::execution::context::SessionState;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Filter, LogicalPlan, LogicalPlanBuilder, Subquery};
use datafusion::optimizer::analyzer::Analyzer;
use datafusion::optimizer::decorrelate_lateral_join::DecorrelateLateralJoin;
use datafusion::optimizer::decorrelate_predicate_subquery::DecorrelatePredicateSubquery;
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::optimizer::{Optimizer, OptimizerRule};
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::rewrite_set_comparison::RewriteSetComparison;
use datafusion::optimizer::scalar_subquery_to_join::ScalarSubqueryToJoin;
use datafusion::prelude::SessionConfig;
use std::sync::Arc;

/// The plan with types coerced, subqueries decorrelated by DataFusion's own rules, and no DISTINCT left.
///
/// None of these rules changes a result, and none of them moves or merges filters, so operators keep their place.
pub(crate) fn prepare(plan: &LogicalPlan) -> Result<LogicalPlan, ProvenanceError> {
    let config = config();
    let plan = Analyzer::new().execute_and_check(plan.clone(), config.options(), |_, _| {})?;
    let plan = plan.transform_up_with_subqueries(|node| node.map_expressions(single_rows))?.data;
    let plan = plan.transform_up_with_subqueries(plain_conditions_first)?.data;
    let has_subqueries = holds_subqueries(&plan)?;
    let state = rules_state(config);
    let plan = if has_subqueries {
        Optimizer::with_rules(all_rules()).optimize(plan, &state, |_, _| {})?
    } else {
        // Neither of these rules leaves anything that the other, or itself once more, would find something to do with.
        apply_once(&plain_rules(), plan, &state)?
    };
    refuse_subqueries(&plan)?;
    refuse_our_names(&plan)?;
    Ok(plan)
}

type Rule = Arc<dyn OptimizerRule + Send + Sync>;

fn all_rules() -> Vec<Rule> {
    vec![
        Arc::new(RewriteSetComparison::new()),
        Arc::new(ReplaceDistinctWithAggregate::new()),
        Arc::new(DecorrelatePredicateSubquery::new()),
        Arc::new(ScalarSubqueryToJoin::new()),
        Arc::new(DecorrelateLateralJoin::new()),
        Arc::new(ExtractEquijoinPredicate::new()),
    ]
}

/// Those of them that have something to do where there is no subquery.
fn plain_rules() -> Vec<Rule> {
    vec![Arc::new(ReplaceDistinctWithAggregate::new()), Arc::new(ExtractEquijoinPredicate::new())]
}

/// Whether there is a subquery anywhere in the plan: in an expression, or as a table of its own.
fn holds_subqueries(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        let mut found = matches!(node, LogicalPlan::Subquery(_));
        node.apply_expressions(|expr| {
            found |= has_subquery(expr);
            Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })?;
        Ok(found)
    })
}

fn config() -> SessionConfig {
    let mut config = SessionConfig::new();
    let options = config.options_mut();
    options.optimizer.enable_physical_uncorrelated_scalar_subquery = false;
    // A rule that fails would leave a form that lineage is not defined on.
    options.optimizer.skip_failed_rules = false;
    config
}

fn rules_state(config: SessionConfig) -> SessionState {
    SessionStateBuilder::new().with_config(config).with_aggregate_functions(vec![first_value_udaf()]).build()
}

/// Conditions without a subquery go below those with one.
///
/// The joins that subqueries become stand right above the filter's input, which as written may be a product of tables;
/// an operator that numbers rows would keep later rules from making joins of it.
fn plain_conditions_first(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Filter(filter) = plan else { return Ok(Transformed::no(plan)) };
    let (with, without): (Vec<Expr>, Vec<Expr>) =
        split_conjunction_owned(filter.predicate.clone()).into_iter().partition(has_subquery);
    let (Some(with), Some(without)) = (conjunction(with), conjunction(without)) else {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    };
    let plain = LogicalPlan::Filter(Filter::try_new(without, filter.input)?);
    Ok(Transformed::yes(LogicalPlan::Filter(Filter::try_new(with, Arc::new(plain))?)))
}

/// As a join, a scalar subquery of two rows would double its outer row where the query as written fails.
fn single_rows(expr: Expr) -> Result<Transformed<Expr>> {
    expr.transform_up(|part| match part {
        Expr::ScalarSubquery(subquery)
            if subquery.outer_ref_columns.is_empty()
                && subquery.subquery.max_rows().is_none_or(|rows| rows > 1) =>
        {
            Ok(Transformed::yes(Expr::ScalarSubquery(checked(subquery)?)))
        }
        other => Ok(Transformed::no(other)),
    })
}

fn checked(subquery: Subquery) -> Result<Subquery> {
    let Subquery { subquery: plan, outer_ref_columns, spans } = subquery;
    let (qualifier, field) = plan.schema().qualified_field(0);
    let (qualifier, field) = (qualifier.cloned(), field.clone());
    let value = Expr::Column(Column::new(qualifier.clone(), field.name()));
    let only = Expr::AggregateFunction(AggregateFunction::new_udf(
        Arc::new(only_row(field.data_type())),
        vec![value],
        false,
        None,
        vec![],
        None,
    ));
    let plan = LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), vec![only.alias("__only")])?
        .project(vec![Expr::Column(Column::from_name("__only")).alias_qualified(qualifier, field.name())])?
        .build()?;
    Ok(Subquery { subquery: Arc::new(plan), outer_ref_columns, spans })
}

fn refuse_subqueries(plan: &LogicalPlan) -> Result<(), ProvenanceError> {
    let stuck = plan.expressions().iter().any(has_subquery);
    if stuck || matches!(plan, LogicalPlan::Subquery(_)) {
        return Err(unsupported(
            plan,
            "a subquery that is not a join; write it as a join or move it to WHERE",
        ));
    }
    plan.inputs().into_iter().try_for_each(refuse_subqueries)
}

/// A hidden column must not be taken for one of the query's own.
fn refuse_our_names(plan: &LogicalPlan) -> Result<(), ProvenanceError> {
    if plan.schema().fields().iter().any(|field| field.name().starts_with(HIDDEN)) {
        return Err(unsupported(plan, "it has a column with a name that hidden columns have; rename it"));
    }
    plan.inputs().into_iter().try_for_each(refuse_our_names)
}

fn has_subquery(expr: &Expr) -> bool {
    let found = expr.exists(|part| {
        Ok(matches!(
            part,
            Expr::ScalarSubquery(_)
                | Expr::Exists(_)
                | Expr::InSubquery(_)
                | Expr::SetComparison(_)
                | Expr::OuterReferenceColumn(_, _)
        ))
    });
    found.unwrap_or(true)
}
