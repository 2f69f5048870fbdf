//! What a plan may hold: a query over readable tables, and nothing else.

use super::access::Access;
use super::readable::Readable;
use crate::chaid_sql;
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{LogicalPlan, TableScan};

/// Schemas that describe the tables of the session, and so tell only of those.
const DESCRIBING: [&str; 2] = ["pg_catalog", "information_schema"];

/// Why a plan is not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAQuery {
    /// It would change something.
    #[error("published runs are read only")]
    Writes,
    /// It is no query.
    #[error("only queries are answered here")]
    NoQuery,
    /// The role may not see how a query is answered.
    #[error("permission denied to see how a query is answered")]
    Inside,
    /// It reads something that is no table of a run.
    #[error("permission denied for {0}: it is no table of a run")]
    Stranger(String),
}

/// Refuses everything but queries whose rows come from readable tables, subqueries and expressions included.
pub(super) fn refuse(plan: &LogicalPlan, access: Access, functions: &[&str]) -> Result<(), NotAQuery> {
    let mut refused = None;
    let walked = plan.apply_with_subqueries(|node| {
        refused = node_refused(node, access, functions).err();
        Ok::<_, DataFusionError>(match refused {
            None => TreeNodeRecursion::Continue,
            Some(_) => TreeNodeRecursion::Stop,
        })
    });
    match (refused, walked) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(_)) => Ok(()),
        (None, Err(_)) => Err(NotAQuery::NoQuery),
    }
}

fn node_refused(node: &LogicalPlan, access: Access, functions: &[&str]) -> Result<(), NotAQuery> {
    match node {
        LogicalPlan::TableScan(scan) => scanned(scan, access, functions),
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Aggregate(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Join(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::EmptyRelation(_)
        | LogicalPlan::Subquery(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Values(_)
        | LogicalPlan::Distinct(_)
        | LogicalPlan::Unnest(_)
        | LogicalPlan::DescribeTable(_)
        | LogicalPlan::RecursiveQuery(_) => Ok(()),
        LogicalPlan::Extension(extension) => {
            chaid_sql::follow(extension.node.as_ref()).map(|_| ()).ok_or(NotAQuery::NoQuery)
        }
        // A plan names files and objects, and counts rows that are not shown.
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) if access == Access::Everything => Ok(()),
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => Err(NotAQuery::Inside),
        LogicalPlan::Dml(_) | LogicalPlan::Ddl(_) | LogicalPlan::Copy(_) => Err(NotAQuery::Writes),
        LogicalPlan::Statement(_) => Err(NotAQuery::NoQuery),
    }
}

fn scanned(scan: &TableScan, access: Access, functions: &[&str]) -> Result<(), NotAQuery> {
    let provider = source_as_provider(&scan.source).map_err(|_| NotAQuery::NoQuery)?;
    let name = scan.table_name.table().trim_end_matches("()");
    let is_ours = provider.is::<Readable>()
        || provider.is::<CteWorkTable>()
        || scan.table_name.schema().is_some_and(|schema| DESCRIBING.contains(&schema))
        || (scan.table_name.schema().is_none() && functions.contains(&name))
        || (name == "places" && access == Access::Everything);
    if is_ours { Ok(()) } else { Err(NotAQuery::Stranger(scan.table_name.to_string())) }
}
