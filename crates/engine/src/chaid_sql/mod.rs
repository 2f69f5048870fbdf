//! CHAID in SQL: `chaid_screen` tests each predictor by itself, `chaid` grows a tree.
//!
//! ```sql
//! select predictor, chi, df, p
//! from chaid_screen(
//!     (select left_early, branch, age, visits from derived.member),
//!     outcome => left_early,
//!     nominal => [branch], ordinal => [visits], scale => [age],
//!     missing => 'dropped', min_parent => 0, min_child => 0)
//! order by place
//! ```
//!
//! The first argument is a query in parentheses. Levels of measurement are lists of its columns: categories of an ordinal or
//! scale column are in the order of its type. Options, with their defaults: `method` (`'chaid'`, or `'exhaustive'`),
//! `statistic` (`'pearson'`, or `'likelihood_ratio'`), `missing` (`'floating'`, or `'dropped'`), `alpha_merge` (0.05),
//! `alpha_split` (0.05), `min_parent` (100), `min_child` (50), `max_depth` (3, trees only), `intervals` (10).
//!
//! `outcome => [a, b]` does the same for each of several outcomes over one reading of the input; column `outcome` says which.
//! Adjustments for many tests are made for each outcome by itself.
//!
//! `chaid_screen` gives a row for each outcome and predictor in the order of the call (`place`), `chaid` a row for each node,
//! level by level: the group it is (`label`, and `members` as a list), its `children`, its `classes` (for programs in the lists
//! `class_labels` and `class_counts`), the best predictor with its test, predictors `tied` with it, and why it was not split
//! (`stop`).
//!
//! Both are planned as a node of their own over the plan of their input and take in the rows as they stream by. The memory
//! of a screen grows with the number of distinct values, not of rows; a tree keeps four bytes for each row and column. The
//! statistics are those of crate `chaid`.

mod amounts;
mod arguments;
mod cases;
mod cells;
mod columns;
mod count_function;
mod counts;
mod exact;
mod exec;
mod grow;
mod keys;
mod narrow;
mod node;
mod screens;
mod settings;
mod tables;
mod test_function;
mod trees;
mod values;
mod words;

use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, UserDefinedLogicalNode};
use provenance::Follow;
use std::sync::Arc;

/// Teaches a session the functions.
pub(crate) fn extend(builder: SessionStateBuilder) -> Result<SessionState> {
    let mut state = builder.with_query_planner(Arc::new(exec::Planner)).build();
    state.register_relation_planner(Arc::new(arguments::ChaidPlanner))?;
    state.register_udaf(Arc::new(AggregateUDF::from(count_function::ChaidCount::new())))?;
    state.register_udf(Arc::new(ScalarUDF::from(test_function::ChaidTest::new())))?;
    Ok(state)
}

/// Lineage of an operator of ours: behind each row of an analysis stand all rows of its input.
pub(crate) fn follow(node: &dyn UserDefinedLogicalNode) -> Option<Follow> {
    node.as_any().is::<node::ChaidNode>().then_some(Follow::Whole)
}

#[cfg(test)]
mod tests;
