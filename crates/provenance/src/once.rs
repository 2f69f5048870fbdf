//! Rules of the optimizer, each applied once.

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRewriter};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use std::sync::Arc;

/// A plan without subqueries after each of the rules has gone over it once, in their order.
///
/// It is what DataFusion's own optimizer makes of it in one pass. That hashes the whole plan before and after each pass, to see
/// whether another one is worth it, and goes over it twice more for faults that planning finds anyway; for plans over few rows that is
/// a fifth of the work.
///
/// # Errors
/// That of the rule which failed, with its name.
///
/// ```
/// use datafusion::optimizer::Optimizer;
/// use datafusion::prelude::SessionContext;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let context = SessionContext::new();
/// let plan = context.state().create_logical_plan("select 1 + 2 as three").await?;
/// let plan = provenance::apply_once(&Optimizer::new().rules, plan, &context.state())?;
/// assert!(plan.to_string().starts_with("Projection: Int64(3) AS three"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply_once(
    rules: &[Arc<dyn OptimizerRule + Send + Sync>],
    plan: LogicalPlan,
    config: &dyn OptimizerConfig,
) -> Result<LogicalPlan> {
    rules.iter().try_fold(plan, |plan, rule| {
        let gone_over = match rule.apply_order() {
            Some(order) => {
                plan.rewrite(&mut Walk { rule: rule.as_ref(), order, config, schemas_changed: false })
            }
            None => rule.rewrite(plan, config),
        };
        Ok(gone_over.map_err(|error| error.context(format!("optimizer rule {}", rule.name())))?.data)
    })
}

/// A rule on its way over a plan.
struct Walk<'a> {
    rule: &'a dyn OptimizerRule,
    order: ApplyOrder,
    config: &'a dyn OptimizerConfig,
    schemas_changed: bool,
}

impl Walk<'_> {
    fn apply(&mut self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        let before = node.schema().clone();
        let after = self.rule.rewrite(node, self.config)?;
        self.schemas_changed |= after.transformed && *after.data.schema() != before;
        Ok(after)
    }
}

impl TreeNodeRewriter for Walk<'_> {
    type Node = LogicalPlan;

    fn f_down(&mut self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        match self.order {
            ApplyOrder::TopDown => self.apply(node),
            ApplyOrder::BottomUp => Ok(Transformed::no(node)),
        }
    }

    fn f_up(&mut self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        // What stands above an operator whose columns became others is not told of it by the rule.
        let node = if self.schemas_changed { node.recompute_schema()? } else { node };
        match self.order {
            ApplyOrder::TopDown => Ok(Transformed::no(node)),
            ApplyOrder::BottomUp => self.apply(node),
        }
    }
}
