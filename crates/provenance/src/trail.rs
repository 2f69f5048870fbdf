//! The operators at which rows get lost, on the way from a table to the result.

use crate::carry::{Cargo, Carried, Carrier, Hidden};
use crate::error::{Place, ProvenanceError, place_in, place_of};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Aggregate, Expr, Filter, LogicalPlan};
use std::sync::Arc;

/// One operator that was passed, and a count of what is behind it.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// The operator; none for the table itself.
    pub(crate) operator: Option<String>,
    pub(crate) place: Option<Place>,
    /// One row: for each of `inputs`, how many rows descend from the sought ones.
    pub(crate) count: LogicalPlan,
    pub(crate) inputs: Vec<usize>,
}

/// Stops in the order in which rows pass them.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    pub(crate) stops: Vec<Stop>,
}

impl Carrier<'_> {
    /// Takes note of an operator, if rows are sought.
    pub(crate) fn note(&mut self, plan: &LogicalPlan, behind: &Carried) -> Result<(), ProvenanceError> {
        self.stop(Some(plan.display().to_string()), place_of(&plan.expressions()), behind)
    }

    pub(crate) fn stop(
        &mut self,
        operator: Option<String>,
        place: Option<Place>,
        behind: &Carried,
    ) -> Result<(), ProvenanceError> {
        if matches!(self.cargo, Cargo::Identities(_)) || behind.hidden.is_empty() {
            return Ok(());
        }
        let count = counted(&behind.plan, &behind.hidden)?;
        let inputs = behind.hidden.iter().map(|hidden| hidden.input).collect();
        self.trail.stops.push(Stop { operator, place, count, inputs });
        Ok(())
    }

    /// A filter as one stop for each of its conditions, in the order in which they are written.
    pub(crate) fn trail_filter(&mut self, node: &Filter, input: Carried) -> Result<Carried, ProvenanceError> {
        let mut carried = input;
        for condition in split_conjunction(&node.predicate) {
            let filter = Filter::try_new(condition.clone(), Arc::new(carried.plan))?;
            carried = Carried { plan: LogicalPlan::Filter(filter), hidden: carried.hidden };
            let place = place_of([condition]).or_else(|| place_in(&node.input));
            self.stop(Some(format!("Filter: {condition}")), place, &carried)?;
        }
        Ok(carried)
    }
}

fn counted(plan: &LogicalPlan, hidden: &[Hidden]) -> Result<LogicalPlan, ProvenanceError> {
    let counts = hidden
        .iter()
        .map(|column| {
            let call = AggregateFunction::new_udf(
                count_udaf(),
                vec![column.column(plan.schema())?],
                false,
                None,
                vec![],
                None,
            );
            Ok(Expr::AggregateFunction(call))
        })
        .collect::<Result<Vec<_>, ProvenanceError>>()?;
    Ok(LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(plan.clone()), vec![], counts)?))
}
