//! Union and unnest.

use crate::carry::{Carried, Carrier, Hidden, columns, settle};
use crate::error::ProvenanceError;
use crate::need::Need;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Projection, Union, Unnest};
use std::sync::Arc;

impl Carrier<'_> {
    /// A row of a union comes from one branch; the inputs of the others are null in it.
    pub(crate) fn union(
        &mut self,
        plan: &LogicalPlan,
        node: &Union,
        need: &Need,
    ) -> Result<Carried, ProvenanceError> {
        let branches =
            node.inputs.iter().map(|input| self.carry(input, need)).collect::<Result<Vec<_>, _>>()?;
        let mut hidden: Vec<(Hidden, DataType)> = Vec::new();
        for branch in &branches {
            for column in &branch.hidden {
                let kind = column.column(branch.plan.schema())?.get_type(branch.plan.schema())?;
                hidden.push((*column, kind));
            }
        }
        let inputs = branches
            .into_iter()
            .zip(&node.inputs)
            .map(|(branch, original)| padded(branch, original.schema(), &hidden).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let mut fields: Vec<_> =
            plan.schema().iter().map(|(table, field)| (table.cloned(), field.clone())).collect();
        for (column, kind) in &hidden {
            fields.push((None, Arc::new(Field::new(column.name(), kind.clone(), true))));
        }
        let schema = Arc::new(DFSchema::new_with_metadata(fields, plan.schema().metadata().clone())?);
        Ok(Carried {
            plan: LogicalPlan::Union(Union { inputs, schema }),
            hidden: hidden.into_iter().map(|(column, _)| column).collect(),
        })
    }

    pub(crate) fn unnest(
        &mut self,
        plan: &LogicalPlan,
        node: &Unnest,
        need: &Need,
    ) -> Result<Carried, ProvenanceError> {
        let below = match need {
            Need::Row => Need::Row,
            Need::Values(asked) => {
                Need::Values(asked.iter().filter_map(|&c| node.dependency_indices.get(c).copied()).collect())
            }
        };
        let input = self.carry(&node.input, &below)?;
        let unnested =
            Unnest::try_new(Arc::new(input.plan), node.exec_columns.clone(), node.options.clone())?;
        let carried = settle(LogicalPlan::Unnest(unnested), &node.schema, input.hidden)?;
        self.note(plan, &carried)?;
        Ok(carried)
    }
}

/// A branch with a column for every hidden column of the union.
fn padded(
    branch: Carried,
    original: &DFSchema,
    hidden: &[(Hidden, DataType)],
) -> Result<LogicalPlan, ProvenanceError> {
    let mut exprs = columns(original);
    for (column, kind) in hidden {
        exprs.push(if branch.hidden.contains(column) {
            column.column(branch.plan.schema())?.alias(column.name())
        } else {
            Expr::Literal(ScalarValue::try_from(kind)?, None).alias(column.name())
        });
    }
    Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(branch.plan))?))
}
