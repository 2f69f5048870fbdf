//! Operators that DataFusion does not define: their owner says how rows come out of them.

use crate::carry::{Carried, Carrier, columns, settle};
use crate::error::{ProvenanceError, unsupported};
use crate::need::Need;
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::logical_expr::{
    Aggregate, Expr, Extension, Join, JoinConstraint, LogicalPlan, Projection, UserDefinedLogicalNode,
};
use std::sync::Arc;

/// How the rows of an operator that DataFusion does not define come from the rows of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Each row comes from one row of each input, and columns that the operator does not know are passed on with it:
    /// built again over inputs with more columns, it gives those columns too, under their names.
    RowWise,
    /// Behind each row stand all rows of all inputs. Sound for every operator, and coarse; the inputs are read twice.
    Whole,
}

/// Says how an operator is followed; nothing for one that cannot be.
pub(crate) type Follower<'a> = dyn Fn(&dyn UserDefinedLogicalNode) -> Option<Follow> + 'a;

impl Carrier<'_> {
    pub(crate) fn extension(
        &mut self,
        plan: &LogicalPlan,
        node: &Extension,
    ) -> Result<Carried, ProvenanceError> {
        let Some(follow) = (self.follower)(node.node.as_ref()) else {
            return Err(unsupported(plan, "an operator that DataFusion does not define"));
        };
        let inputs = node
            .node
            .inputs()
            .into_iter()
            .map(|input| self.carry(input, &Need::Row))
            .collect::<Result<Vec<_>, _>>()?;
        match follow {
            Follow::RowWise => row_wise(plan, node, inputs),
            Follow::Whole => inputs
                .into_iter()
                .try_fold(Carried { plan: plan.clone(), hidden: Vec::new() }, |carried, input| {
                    self.beside_all_of(plan, carried, input)
                }),
        }
    }

    /// Every row of `carried` beside the gathered rows of an input.
    fn beside_all_of(
        &self,
        original: &LogicalPlan,
        carried: Carried,
        input: Carried,
    ) -> Result<Carried, ProvenanceError> {
        if input.hidden.is_empty() {
            return Ok(carried);
        }
        let mut calls = Vec::new();
        let mut exprs = Vec::new();
        for hidden in &input.hidden {
            calls.push(self.gathered(hidden.column(input.plan.schema())?, None).alias(hidden.name()));
            exprs.push(Expr::Column(Column::from_name(hidden.name())));
        }
        let all = Aggregate::try_new(Arc::new(input.plan), vec![], calls)?;
        let all = Projection::try_new(exprs, Arc::new(LogicalPlan::Aggregate(all)))?;
        let beside = Join::try_new(
            Arc::new(carried.plan),
            Arc::new(LogicalPlan::Projection(all)),
            vec![],
            None,
            JoinType::Inner,
            JoinConstraint::On,
            NullEquality::NullEqualsNothing,
            false,
        )?;
        let mut hidden = carried.hidden;
        hidden.extend(input.hidden);
        settle(LogicalPlan::Join(beside), original.schema(), hidden)
    }
}

fn row_wise(plan: &LogicalPlan, node: &Extension, inputs: Vec<Carried>) -> Result<Carried, ProvenanceError> {
    let hidden = inputs.iter().flat_map(|input| input.hidden.clone()).collect::<Vec<_>>();
    let inputs = inputs.into_iter().map(|input| input.plan).collect();
    let node = node.node.with_exprs_and_inputs(node.node.expressions(), inputs)?;
    let rebuilt = LogicalPlan::Extension(Extension { node });
    let known = columns(rebuilt.schema());
    for column in &hidden {
        let passed = column.column(rebuilt.schema()).is_ok_and(|column| known.contains(&column));
        if !passed {
            return Err(unsupported(plan, "said to be row-wise, but it does not pass on further columns"));
        }
    }
    settle(rebuilt, plan.schema(), hidden)
}
