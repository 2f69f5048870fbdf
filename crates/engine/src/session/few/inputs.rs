//! Inputs that have to be sorted, or gathered from several parts, in plans that run on one thread.
//!
//! DataFusion's rule goes over a plan seven times to spread it and to move sorts. On one thread there is nothing to spread, and
//! a plan of a hundred columns takes longer to go over than its few rows take to sort.

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_expr::window::{StandardWindowExpr, WindowExpr};
use datafusion::physical_expr::{LexOrdering, LexRequirement};
use datafusion::physical_optimizer::ensure_requirements::EnsureRequirements;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::sanity_checker::SanityCheckPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    Distribution, ExecutionPlan, ExecutionPlanProperties, replace_children_if_necessary,
};
use std::sync::Arc;

type Rule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;
type Plan = Arc<dyn ExecutionPlan>;

/// The rule, or, of the one that sees to sorted and gathered inputs, one that goes over the plan once.
pub(super) fn where_needed(rule: Rule) -> Rule {
    if rule.name() == EnsureRequirements::new().name() { Arc::new(WhereNeeded { rule }) } else { rule }
}

/// Sorts and gathers an input just where it is needed; DataFusion's rule does so where that does not lead to a sound plan.
#[derive(Debug)]
struct WhereNeeded {
    rule: Rule,
}

impl PhysicalOptimizerRule for WhereNeeded {
    fn optimize(&self, plan: Plan, config: &ConfigOptions) -> Result<Plan> {
        let met = plan.clone().transform_up(inputs_as_needed)?.data;
        match SanityCheckPlan::new().optimize(met, config) {
            Ok(met) => Ok(met),
            Err(_) => self.rule.optimize(plan, config),
        }
    }

    fn name(&self) -> &str {
        self.rule.name()
    }

    fn schema_check(&self) -> bool {
        self.rule.schema_check()
    }
}

/// The operator with each input gathered and sorted as it needs it.
fn inputs_as_needed(plan: Plan) -> Result<Transformed<Plan>> {
    let whole = over_whole_parts(&plan)?;
    let is_other = whole.is_some();
    let plan = whole.unwrap_or(plan);
    let (gathered, sorted) = (plan.input_distribution_requirements(), plan.required_input_ordering());
    let mut inputs = Vec::new();
    let mut is_met = true;
    for (input, (gathered, sorted)) in
        plan.children().into_iter().zip(gathered.per_child_distributions().zip(sorted))
    {
        let is_in_parts = input.output_partitioning().partition_count() > 1;
        let gather = is_in_parts && !matches!(gathered, Distribution::UnspecifiedDistribution);
        let mut met = input.clone();
        if gather {
            met = Arc::new(CoalescePartitionsExec::new(met));
        }
        if let Some(sorted) = sorted {
            met = sorted_by(met, sorted.into_single())?;
        }
        is_met &= Arc::ptr_eq(&met, input);
        inputs.push(met);
    }
    match is_met {
        true if is_other => Ok(Transformed::yes(plan)),
        true => Ok(Transformed::no(plan)),
        false => Ok(Transformed::yes(replace_children_if_necessary(plan, inputs)?)),
    }
}

/// The input, sorted unless it is.
fn sorted_by(input: Plan, order: LexRequirement) -> Result<Plan> {
    let known = input.equivalence_properties();
    if known.ordering_satisfy_requirement(order.clone())? {
        return Ok(input);
    }
    let keys = order.into_iter().filter(|key| known.is_expr_constant(&key.expr).is_none());
    let Some(keys) = LexOrdering::new(keys.map(Into::into)) else { return Ok(input) };
    let is_in_parts = input.output_partitioning().partition_count() > 1;
    Ok(Arc::new(SortExec::new(keys, input).with_preserve_partitioning(is_in_parts)))
}

/// The operator that numbers rows over all rows of a part at once, in place of one that keeps what it needs to go on with rows
/// that are yet to come: for each part apart, though all rows are there.
fn over_whole_parts(plan: &Plan) -> Result<Option<Plan>> {
    let Some(window) = plan.downcast_ref::<BoundedWindowAggExec>() else { return Ok(None) };
    let exprs = window.window_expr();
    if !exprs.iter().map(AsRef::as_ref).all(only_numbers) {
        return Ok(None);
    }
    Ok(Some(Arc::new(WindowAggExec::try_new(exprs.to_vec(), window.input().clone(), true)?)))
}

/// Whether a value is a number of a row, or that of another row, as of row_number() and first_value(): no sum is in it that would
/// hang on the order of its terms.
fn only_numbers(expr: &dyn WindowExpr) -> bool {
    expr.as_any().is::<StandardWindowExpr>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::session::few::session_for_few;
    use crate::session::{Resources, runtime, session};
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::datasource::MemTable;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::SessionContext;
    use std::sync::Arc;

    /// A table in two parts, in no order.
    fn with_table(context: &SessionContext) {
        let column = |values: [i64; 4]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
        let part = |a, b| RecordBatch::try_from_iter([("a", column(a)), ("b", column(b))]).unwrap();
        let parts = [part([3, 1, 3, 2], [9, 8, 7, 6]), part([2, 1, 1, 3], [5, 4, 3, 2])];
        let table = MemTable::try_new(parts[0].schema(), parts.map(|part| vec![part]).to_vec()).unwrap();
        context.register_table("t", Arc::new(table)).unwrap();
    }

    async fn answer(context: &SessionContext, query: &str) -> String {
        with_table(context);
        let rows = context.sql(query).await.unwrap().collect().await.unwrap();
        pretty_format_batches(&rows).unwrap().to_string()
    }

    #[tokio::test]
    async fn queries_have_the_same_answers_as_with_all_rules() {
        let folder = tempfile::tempdir().unwrap();
        let resources = Resources::default();
        for query in [
            "select a, b, row_number() over (partition by a order by b desc) as n from t order by a, b",
            "select a, b, lag(b) over (order by b) as n, rank() over (partition by a order by b) from t order by b",
            "select a, b, first_value(b) over (partition by a order by b desc) as n, last_value(b) over (partition by a order by b desc) as m, \
             nth_value(b, 2) over (partition by a order by b desc) as o from t order by a, b",
            "select a, b, first_value(b) over (order by b rows between 2 preceding and 1 preceding) as n from t order by b",
            "select a, b, sum(b) over (partition by a order by b) as n from t order by a, b",
            "select a, count(*), array_agg(b order by b) from t group by a order by a",
            "select x.a, y.b from t x join (select a, max(b) as b from t group by a) y on x.a = y.a order by x.a, y.b limit 3",
            "select a from t union all select b from t order by 1 limit 4 offset 2",
            "select first_value(b order by b) from (select * from t union all select * from t) where a = 3",
            "select n, count(*) from (select row_number() over (partition by a order by b) n from t) group by n order by n",
        ] {
            let runtime = runtime(resources, folder.path()).unwrap();
            let few = answer(&session_for_few(&runtime, resources).unwrap(), query).await;
            let all = answer(&session(resources, folder.path()).unwrap(), query).await;
            assert_eq!(few, all, "{query}");
        }
    }

    /// What numbers rows goes over all of a part at once; a sum keeps the operator that it has.
    #[tokio::test]
    async fn rows_are_numbered_at_once_and_sums_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let resources = Resources::default();
        let context = session_for_few(&runtime(resources, folder.path()).unwrap(), resources).unwrap();
        with_table(&context);
        let at_once = " WindowAggExec";
        for (function, operator) in
            [("row_number()", at_once), ("first_value(b)", at_once), ("sum(b)", " BoundedWindowAggExec")]
        {
            let query =
                format!("select a, {function} over (partition by a order by b) as n from t order by a, n");
            let plan = context.sql(&query).await.unwrap().create_physical_plan().await.unwrap();
            let plan = displayable(plan.as_ref()).indent(false).to_string();
            assert!(plan.contains(operator) && plan.contains("SortExec"), "{plan}");
        }
    }
}
