//! Why a row of a table is not in a result.

use crate::carry::{Cargo, Carrier};
use crate::error::{Place, ProvenanceError};
use crate::need::Need;
use crate::prepare::prepare;
use crate::trail::Stop;
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use datafusion::common::TableReference;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::SessionContext;
use std::collections::BTreeSet;

/// A question: what became of some rows of a table in a query.
#[derive(Clone, Debug)]
pub struct WhyNot {
    stops: Vec<Stop>,
    /// Inputs that read the table, each with whether its rows can come into the result.
    inputs: Vec<(usize, bool)>,
}

/// What became of the rows at one place where the query reads their table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The table has no such row.
    Absent,
    /// No derivation of the rows got past this operator: a condition of a filter, a join, a limit.
    Lost {
        /// The operator, as DataFusion prints it; of a filter, the one condition that failed.
        operator: String,
        /// Where it stands in the SQL.
        place: Option<Place>,
    },
    /// The rows are read there to keep others out (NOT EXISTS, EXCEPT), so they have no derivation.
    KeepsOthersOut,
    /// They are in the result.
    Present,
}

/// A question about the rows of `table` that meet `predicate`, an expression over the table's columns.
///
/// # Errors
/// A plan that cannot be followed; a table that the query does not read.
pub fn why_not(
    plan: &LogicalPlan,
    table: &TableReference,
    predicate: &Expr,
) -> Result<WhyNot, ProvenanceError> {
    let prepared = prepare(plan)?;
    let mut carrier = Carrier::new(Cargo::Sought { table, predicate }, &|_| None);
    let root = carrier.carry(&prepared, &Need::Row)?;
    let arriving: BTreeSet<usize> = root.hidden.iter().map(|hidden| hidden.input).collect();
    let inputs: Vec<(usize, bool)> = carrier
        .inputs
        .iter()
        .enumerate()
        .filter(|(_, read)| table.resolved_eq(read))
        .map(|(input, _)| (input, arriving.contains(&input)))
        .collect();
    if inputs.is_empty() {
        return Err(ProvenanceError::NotRead { table: table.clone() });
    }
    Ok(WhyNot { stops: carrier.trail.stops, inputs })
}

impl WhyNot {
    /// Asks the tables of a session: one fate for each place where the query reads the table, with its number among
    /// the query's inputs.
    ///
    /// # Errors
    /// What running a query may meet.
    pub async fn ask(&self, context: &SessionContext) -> Result<Vec<(usize, Fate)>, ProvenanceError> {
        let mut lost: Vec<Option<Fate>> = vec![None; self.inputs.len()];
        for stop in &self.stops {
            let open = |fate: &Option<Fate>, input: &usize| fate.is_none() && stop.inputs.contains(input);
            if !lost.iter().zip(&self.inputs).any(|(fate, (input, _))| open(fate, input)) {
                continue;
            }
            let counts = counts(context, &stop.count).await?;
            for (fate, (input, _)) in lost.iter_mut().zip(&self.inputs) {
                let place = stop.inputs.iter().position(|other| other == input);
                let none_left = place.and_then(|place| counts.get(place)) == Some(&0);
                if fate.is_none() && none_left {
                    *fate = Some(stop.fate());
                }
            }
        }
        let left = |arrives: bool| if arrives { Fate::Present } else { Fate::KeepsOthersOut };
        Ok(lost
            .into_iter()
            .zip(&self.inputs)
            .map(|(fate, &(input, arrives))| (input, fate.unwrap_or_else(|| left(arrives))))
            .collect())
    }
}

async fn counts(context: &SessionContext, plan: &LogicalPlan) -> Result<Vec<i64>, ProvenanceError> {
    let batches = context.execute_logical_plan(plan.clone()).await?.collect().await?;
    Ok(batches
        .iter()
        .filter(|batch| batch.num_rows() > 0)
        .flat_map(|batch| batch.columns())
        .map(|column| column.as_primitive::<Int64Type>().value(0))
        .collect())
}

impl Stop {
    fn fate(&self) -> Fate {
        match &self.operator {
            Some(operator) => Fate::Lost { operator: operator.clone(), place: self.place },
            None => Fate::Absent,
        }
    }
}
