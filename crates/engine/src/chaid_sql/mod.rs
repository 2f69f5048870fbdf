//! CHAID in SQL: `chaid_screen` tests each predictor by itself, `chaid` grows a tree; `chaid_count` and `chaid_test` are the
//! two halves of a screen, for tables that SQL has to group.
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
//! The first argument is a query in parentheses; all others are named. The value of an option may be a parameter, such as
//! `alpha_split => $alpha`. Statistics are those of crate `chaid`, whose page says what the options mean.
//!
//! | argument | is | default |
//! |---|---|---|
//! | `outcome` | a column, or a list of columns: each is analysed by itself over one reading of the rows | |
//! | `outcome_level` | `'nominal'`; `'ordinal'` (row effects, classes in the order of their type); `'scale'` (F test of a number) | `'nominal'` |
//! | `scores` | one for each class of an ordinal outcome, such as `[1, 2, 5]` | 1, 2, 3, … |
//! | `nominal`, `ordinal`, `scale` | lists of predictors; a scale column (no text) is cut into intervals | |
//! | `frequency` | column of whole numbers: cases that a row is; 0 leaves it out | 1 |
//! | `weight` | column of numbers: what each case weighs in the fit, not in `n`; 0 leaves the row out | 1 |
//! | `method` | `'chaid'`, `'exhaustive'` | `'chaid'` |
//! | `statistic` | `'pearson'`, `'likelihood_ratio'`; of a nominal outcome | `'pearson'` |
//! | `missing` | `'floating'`, `'dropped'`, `'category'` (the last in order) | `'floating'` |
//! | `adjustment` | `'bonferroni'`, `'bonferroni_spss'`, `'none'` | `'bonferroni'` |
//! | `alpha_merge`, `alpha_split` | levels of significance | 0.05 |
//! | `resplit` | level at which a merged group is split again | never |
//! | `min_parent`, `min_child` | cases of a node and of a group, at least | 100, 50 |
//! | `small_groups` | `'while_merging'`, `'at_split'` | `'while_merging'` |
//! | `max_depth` | of a tree | 3 |
//! | `intervals`, `binning` | of a scale predictor: how many, and by the rule of `'spss'` or `'modeler'` | 10, `'spss'` |
//! | `convergence`, `max_iterations` | of fits | 1e-6, 1000 |
//!
//! # Values
//!
//! A category is a distinct value: of numbers, text, dates, times, booleans, decimals. NULL and NaN are missing; −0 is 0.
//! Categories are in the order of their type: numbers and times by size, text by its bytes, false before true. A row whose
//! outcome is missing does not count for that outcome. A nominal or ordinal column has at most 1,000 distinct values.
//!
//! # Rows of a screen
//!
//! One for each outcome and predictor, in the order of the call (`outcome`, and `place` from 1): `n` cases in the test, `missing`,
//! `categories` before merging, `groups` after, `grouping` (`a + b | c`), `statistic` (`pearson`, `likelihood_ratio`,
//! `row_effects`, `f`), its value `chi` (also that of F), `df` (and `df_within` of F), `p_raw`, `multiplier`, `p` adjusted for
//! merging (and their logarithms), `significant`, `status`, `tie`, `converged`; over the `tests` of one outcome `p_holm` and
//! `p_benjamini_hochberg`. A predictor that cannot be tested, an outcome that does not vary and a query without rows are no
//! errors: `status` says so, and what would be a statistic or a p is NULL.
//!
//! # Rows of a tree
//!
//! One for each node, level by level (`outcome`, and `node` from 0): `parent`, `depth`, `children`; the group it is (`label`, and
//! `members` as a list); `n`, and `classes` (`no 120, yes 80`), for programs in the lists `class_labels` and `class_counts`, or
//! `mean` and `sd` of a scale outcome; the best predictor with its test as in a screen; predictors `tied` with it; why the
//! node was not split (`stop`). Lists of text and numbers may be stored in tables like any column.
//!
//! # Counting in SQL
//!
//! `chaid_count(predictor, outcome [, frequency])` is an aggregate: a list of `{category, class, n}` in order. `chaid_test(counts,
//! level [, options])` is a struct with the columns of a screen from `n` to `converged`; options are written
//! `{missing: 'dropped', min_child: 0}`. What they give is what a screen of the same rows does:
//!
//! ```sql
//! select feature, test['chi'] as chi, test['p'] as p
//! from (select feature, chaid_test(chaid_count(value, outcome), 'nominal') as test from long group by feature)
//! ```
//!
//! # How it runs
//!
//! The table functions are planned as a node of their own over the plan of their input. Each partition of the input is
//! counted by a task of its own, and counts are added up; sums of fractions are kept without rounding, so that neither
//! the order of rows nor the number of partitions matters to the last bit. The memory of a screen grows with the number of
//! distinct values, not of rows; a tree keeps a byte for each row and column of up to 255 values. Both ask the
//! session's memory pool for it. Behind each row of a result stand all rows of the input ([`follow`]).

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
mod news;
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
use provenance::{Follow, FollowColumns};
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

/// Column lineage of an operator of ours: what an analysis counts is computed from all columns that it takes.
pub(crate) fn follow_columns(node: &dyn UserDefinedLogicalNode) -> Option<FollowColumns> {
    node.as_any().downcast_ref::<node::ChaidNode>().map(node::ChaidNode::columns)
}

#[cfg(test)]
mod tests;
