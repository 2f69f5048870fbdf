//! Column lineage: which columns of the tables a column of the result comes from.

use crate::error::{ProvenanceError, unsupported};
use crate::need::used;
use crate::prepare::prepare;
use datafusion::common::{DFSchema, JoinType, TableReference};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    Aggregate, Expr, Extension, Join, Limit, LogicalPlan, UserDefinedLogicalNode, Window,
};
use std::collections::BTreeSet;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceColumn {
    /// The table, as the query names it.
    pub table: TableReference,
    /// The column.
    pub column: String,
}

/// Where a column of a result comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnLineage {
    /// Name of the column in the result.
    pub name: String,
    /// Columns that the value is computed from, conditions of a CASE among them.
    pub values: BTreeSet<SourceColumn>,
    /// Columns that decide which rows the value is computed from: filters, join conditions, group keys, orders of
    /// windows and limits. A column may be in both sets.
    pub influences: BTreeSet<SourceColumn>,
}

/// The column lineage of a query, one entry for each column of its result, in their order.
///
/// `plan` is a query as the SQL planner made it. Columns of tables that the query reads but does not name, such as those
/// behind `count(*)`, are in neither set.
///
/// # Errors
/// An operator that cannot be followed, with its place.
pub fn columns(plan: &LogicalPlan) -> Result<Vec<ColumnLineage>, ProvenanceError> {
    columns_with(plan, &|_| None)
}

/// What an operator that DataFusion does not define makes of the columns of its inputs, named by their places: those of
/// the first input from 0, then those of the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowColumns {
    /// For each column of the result, the columns that its value is computed from.
    pub values: Vec<BTreeSet<usize>>,
    /// Columns that decide which rows there are.
    pub rows: BTreeSet<usize>,
}

/// Says what an operator makes of its columns; nothing for one that cannot be followed.
type Follower<'a> = dyn Fn(&dyn UserDefinedLogicalNode) -> Option<FollowColumns> + 'a;

/// The column lineage of a query with operators of the caller's own, as [`columns`].
///
/// # Errors
/// An operator that cannot be followed, with its place.
pub fn columns_with(
    plan: &LogicalPlan,
    follower: &Follower<'_>,
) -> Result<Vec<ColumnLineage>, ProvenanceError> {
    let flow = flow(&prepare(plan)?, follower)?;
    Ok(plan
        .schema()
        .fields()
        .iter()
        .zip(flow.columns)
        .map(|(field, column)| ColumnLineage {
            name: field.name().clone(),
            values: column.values,
            influences: column.influences.union(&flow.rows).cloned().collect(),
        })
        .collect())
}

type Sources = BTreeSet<SourceColumn>;

#[derive(Clone, Debug, Default)]
struct Origin {
    values: Sources,
    influences: Sources,
}

/// The origins of an operator's columns, and what decides which rows it gives.
#[derive(Clone, Debug, Default)]
struct Flow {
    columns: Vec<Origin>,
    rows: Sources,
}

impl Flow {
    fn origin<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        schema: &DFSchema,
    ) -> Result<Origin, ProvenanceError> {
        let mut origin = Origin::default();
        for place in used(exprs, schema)? {
            if let Some(column) = self.columns.get(place) {
                origin.values.extend(column.values.iter().cloned());
                origin.influences.extend(column.influences.iter().cloned());
            }
        }
        Ok(origin)
    }

    /// All that these expressions come from, as an influence on which rows there are.
    fn decided_by<'e>(
        mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        schema: &DFSchema,
    ) -> Result<Self, ProvenanceError> {
        let origin = self.origin(exprs, schema)?;
        self.rows.extend(origin.values);
        self.rows.extend(origin.influences);
        Ok(self)
    }
}

fn flow(plan: &LogicalPlan, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let own = |column: &String| {
                let source = SourceColumn { table: scan.table_name.clone(), column: column.clone() };
                Origin { values: Sources::from([source]), influences: Sources::new() }
            };
            let columns = scan.projected_schema.fields().iter().map(|field| own(field.name())).collect();
            Ok(Flow { columns, rows: Sources::new() })
        }
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => {
            let columns = vec![Origin::default(); plan.schema().fields().len()];
            Ok(Flow { columns, rows: Sources::new() })
        }
        LogicalPlan::Projection(node) => {
            let input = flow(&node.input, follower)?;
            let schema = node.input.schema();
            let columns =
                node.expr.iter().map(|expr| input.origin([expr], schema)).collect::<Result<_, _>>()?;
            Ok(Flow { columns, rows: input.rows })
        }
        LogicalPlan::Filter(node) => {
            flow(&node.input, follower)?.decided_by([&node.predicate], node.input.schema())
        }
        LogicalPlan::SubqueryAlias(node) => flow(&node.input, follower),
        LogicalPlan::Sort(node) => flow(&node.input, follower),
        LogicalPlan::Repartition(node) => flow(&node.input, follower),
        LogicalPlan::Limit(node) => limit(node, follower),
        LogicalPlan::Join(node) => join(node, follower),
        LogicalPlan::Aggregate(node) => aggregate(node, follower),
        LogicalPlan::Window(node) => window(node, follower),
        LogicalPlan::Union(node) => union(&node.inputs, follower),
        LogicalPlan::Unnest(node) => {
            let input = flow(&node.input, follower)?;
            let of = |&place: &usize| input.columns.get(place).cloned().unwrap_or_default();
            Ok(Flow { columns: node.dependency_indices.iter().map(of).collect(), rows: input.rows })
        }
        LogicalPlan::Extension(node) => extension(plan, node, follower),
        other => Err(unsupported(other, "where its columns come from is not known")),
    }
}

/// The order before a limit decides which rows it keeps.
fn limit(node: &Limit, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let mut input = flow(&node.input, follower)?;
    let mut below = node.input.as_ref();
    while let LogicalPlan::Projection(projection) = below {
        below = projection.input.as_ref();
    }
    if let LogicalPlan::Sort(sort) = below {
        let keys = sort.expr.iter().map(|key| &key.expr);
        let ordered = flow(&sort.input, follower)?.decided_by(keys, sort.input.schema())?;
        input.rows.extend(ordered.rows);
    }
    Ok(input)
}

fn join(node: &Join, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let (left, right) = (flow(&node.left, follower)?, flow(&node.right, follower)?);
    let schema = node.left.schema().join(node.right.schema())?;
    let both = Flow {
        columns: [left.columns.clone(), right.columns.clone()].concat(),
        rows: left.rows.union(&right.rows).cloned().collect(),
    };
    let conditions: Vec<&Expr> =
        node.on.iter().flat_map(|(left, right)| [left, right]).chain(&node.filter).collect();
    let mark = both.origin(conditions.iter().copied(), &schema)?;
    let both = both.decided_by(conditions, &schema)?;
    let columns = match node.join_type {
        JoinType::LeftSemi | JoinType::LeftAnti => left.columns,
        JoinType::RightSemi | JoinType::RightAnti => right.columns,
        JoinType::LeftMark => left.columns.into_iter().chain([mark]).collect(),
        JoinType::RightMark => right.columns.into_iter().chain([mark]).collect(),
        JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => both.columns,
    };
    Ok(Flow { columns, rows: both.rows })
}

fn aggregate(node: &Aggregate, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let schema = node.input.schema();
    let keys = grouping_set_to_exprlist(&node.group_expr)?;
    let input = flow(&node.input, follower)?.decided_by(keys.iter().copied(), schema)?;
    let mut columns = keys.iter().map(|key| input.origin([*key], schema)).collect::<Result<Vec<_>, _>>()?;
    // Grouping sets give one column more, the number of the set; the query itself made it.
    columns.resize(node.schema.fields().len() - node.aggr_expr.len(), Origin::default());
    for call in &node.aggr_expr {
        let Expr::AggregateFunction(call) = call.clone().unalias() else {
            columns.push(input.origin([call], schema)?);
            continue;
        };
        let mut origin = input.origin(&call.params.args, schema)?;
        let chosen = call.params.filter.iter().map(AsRef::as_ref);
        let ordered = call.params.order_by.iter().map(|key| &key.expr);
        let decided = input.origin(chosen.chain(ordered), schema)?;
        origin.influences.extend(decided.values);
        origin.influences.extend(decided.influences);
        columns.push(origin);
    }
    Ok(Flow { columns, rows: input.rows })
}

fn window(node: &Window, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let schema = node.input.schema();
    let input = flow(&node.input, follower)?;
    let mut columns = input.columns.clone();
    for call in &node.window_expr {
        let Expr::WindowFunction(call) = call.clone().unalias() else {
            columns.push(input.origin([call], schema)?);
            continue;
        };
        let params = &call.params;
        let mut origin = input.origin(&params.args, schema)?;
        let ordered = params.order_by.iter().map(|key| &key.expr);
        let chosen = params.filter.iter().map(AsRef::as_ref);
        let decided = input.origin(params.partition_by.iter().chain(ordered).chain(chosen), schema)?;
        origin.influences.extend(decided.values);
        origin.influences.extend(decided.influences);
        columns.push(origin);
    }
    Ok(Flow { columns, rows: input.rows })
}

fn union(inputs: &[std::sync::Arc<LogicalPlan>], follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let mut whole = Flow::default();
    for input in inputs {
        let branch = flow(input, follower)?;
        whole.rows.extend(branch.rows);
        whole.columns.resize(branch.columns.len(), Origin::default());
        for (column, more) in whole.columns.iter_mut().zip(branch.columns) {
            column.values.extend(more.values);
            column.influences.extend(more.influences);
        }
    }
    Ok(whole)
}

/// An operator of the caller's own; what decides the rows of its inputs decides its own.
fn extension(plan: &LogicalPlan, node: &Extension, follower: &Follower<'_>) -> Result<Flow, ProvenanceError> {
    let Some(follow) = follower(node.node.as_ref()) else {
        return Err(unsupported(plan, "an operator that DataFusion does not define"));
    };
    if follow.values.len() != plan.schema().fields().len() {
        return Err(unsupported(plan, "its owner speaks for another number of columns than it has"));
    }
    let (mut columns, mut rows) = (Vec::new(), Sources::new());
    for input in node.node.inputs() {
        let input = flow(input, follower)?;
        columns.extend(input.columns);
        rows.extend(input.rows);
    }
    let gathered = |places: &BTreeSet<usize>| {
        let mut origin = Origin::default();
        for column in places.iter().filter_map(|&place| columns.get(place)) {
            origin.values.extend(column.values.iter().cloned());
            origin.influences.extend(column.influences.iter().cloned());
        }
        origin
    };
    let decided = gathered(&follow.rows);
    rows.extend(decided.values.into_iter().chain(decided.influences));
    Ok(Flow { columns: follow.values.iter().map(gathered).collect(), rows })
}
