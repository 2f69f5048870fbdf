//! The rules of the optimizer for a plan that `provenance` has prepared: some have nothing left to do there.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{JoinType, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::Optimizer;
use provenance::apply_once;

/// Rules that were applied when the plan was prepared; none of the operators that they replace is left in it.
const APPLIED: [&str; 5] = [
    "rewrite_set_comparison",
    "replace_distinct_aggregate",
    "decorrelate_predicate_subquery",
    "scalar_subquery_to_join",
    "decorrelate_lateral_join",
];

/// The rule that makes joins of products, and what it looks at every join for.
const OF_PRODUCTS: &str = "eliminate_cross_join";

/// Such a plan after the session's rules that have something to do in it.
pub(crate) fn optimized_after_capture(plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    let has_products = has_products(&plan);
    let is_worth = |name: &str| !APPLIED.contains(&name) && (has_products || name != OF_PRODUCTS);
    let rules = state.optimizers().iter().filter(|rule| is_worth(rule.name())).cloned().collect::<Vec<_>>();
    match state.config_options().optimizer.max_passes {
        1 => apply_once(&rules, plan, state),
        _ => Optimizer::with_rules(rules).optimize(plan, state, |_, _| {}),
    }
}

/// Whether there is a product of tables in the plan, perhaps with conditions that make a join of it.
fn has_products(plan: &LogicalPlan) -> bool {
    let mut found = false;
    // The look-out never fails.
    let _ = plan.apply(|node| {
        let is_product =
            matches!(node, LogicalPlan::Join(join) if join.join_type == JoinType::Inner && join.on.is_empty());
        found |= is_product;
        Ok(if is_product { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that DataFusion has renamed would silently be applied again.
    #[test]
    fn rules_that_are_left_out_are_there() {
        let rules = Optimizer::new().rules;
        for name in APPLIED.iter().chain([&OF_PRODUCTS]) {
            assert!(rules.iter().any(|rule| rule.name() == *name), "{name}");
        }
    }
}
