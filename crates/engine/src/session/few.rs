//! Sessions for queries over few rows, which take longer to plan than to answer.

mod inputs;

use super::{Resources, builder, finished};
use datafusion::common::Result;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::optimizer::Optimizer;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// Rules of the logical optimizer that make a query over many rows cheaper, and none executable.
const FOR_MANY_ROWS: [&str; 15] = [
    "optimize_unions",
    "unions_to_filter",
    "eliminate_join",
    "eliminate_duplicated_expr",
    "eliminate_filter",
    "eliminate_limit",
    "propagate_empty_relation",
    "filter_null_join_keys",
    "eliminate_outer_join",
    "push_down_limit",
    "single_distinct_aggregation_to_group_by",
    "eliminate_group_by_constant",
    "common_sub_expression_eliminate",
    "extract_leaf_expressions",
    "push_down_leaf_projections",
];

/// The same of the physical optimizer.
const FOR_MANY_BATCHES: [&str; 14] = [
    "aggregate_statistics",
    "join_selection",
    "LimitedDistinctAggregation",
    "FilterPushdown",
    "WindowTopN",
    "ProjectionPushdown",
    "LimitAggregation",
    "LimitPushPastWindows",
    "HashJoinBuffering",
    "LimitPushdown",
    "TopKRepartition",
    "PushdownSort",
    "EnsureCooperative",
    "FilterPushdown(Post)",
];

/// A session for queries over few rows: on one thread, with plans that are gone over once and without the rules that only pay over
/// many rows.
pub(crate) fn session_for_few(runtime: &Arc<RuntimeEnv>, resources: Resources) -> Result<SessionContext> {
    let resources = Resources { partitions: NonZeroUsize::MIN, ..resources };
    let once = SessionConfig::new().set_usize("datafusion.optimizer.max_passes", 1);
    let mut rules = Optimizer::new().rules;
    rules.retain(|rule| !FOR_MANY_ROWS.contains(&rule.name()));
    let mut physical = PhysicalOptimizer::new().rules;
    physical.retain(|rule| !FOR_MANY_BATCHES.contains(&rule.name()));
    let physical = physical.into_iter().map(inputs::where_needed).collect();
    let builder = builder(runtime, resources, once);
    finished(builder.with_optimizer_rules(rules).with_physical_optimizer_rules(physical))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that DataFusion has renamed would silently be applied again.
    #[test]
    fn rules_that_are_left_out_are_there() {
        let rules = Optimizer::new().rules;
        for name in FOR_MANY_ROWS {
            assert!(rules.iter().any(|rule| rule.name() == name), "{name}");
        }
        let rules = PhysicalOptimizer::new().rules;
        for name in FOR_MANY_BATCHES {
            assert!(rules.iter().any(|rule| rule.name() == name), "{name}");
        }
    }
}
