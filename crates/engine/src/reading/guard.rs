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

/// The table among them that tells of the process: its folders, and what it may use.
const OF_THE_PROCESS: &str = "df_settings";

/// Why a plan is not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAQuery {
    /// It would change something.
    #[error("published runs are read only")]
    Writes,
    /// It is no query.
    #[error("only queries are answered here")]
    NoQuery,
    /// The role may not see how a query is answered, and with what.
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
    if name == OF_THE_PROCESS && access != Access::Everything {
        return Err(NotAQuery::Inside);
    }
    let is_ours = provider.is::<Readable>()
        || provider.is::<CteWorkTable>()
        || scan.table_name.schema().is_some_and(|schema| DESCRIBING.contains(&schema))
        || (scan.table_name.schema().is_none() && functions.contains(&name))
        || (name == "places" && access == Access::Everything);
    if is_ours { Ok(()) } else { Err(NotAQuery::Stranger(scan.table_name.to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    use datafusion::catalog::MemTable;
    use datafusion::prelude::{SessionConfig, SessionContext};
    use std::sync::Arc;

    async fn refusal(sql: &str, access: Access) -> Option<NotAQuery> {
        let context = SessionContext::new_with_config(SessionConfig::new().with_information_schema(true));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let rows = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap();
        context.register_table("strange", Arc::new(table)).unwrap();
        let plan = context.state().create_logical_plan(sql).await.unwrap();
        refuse(&plan, access, &["generate_series"]).err()
    }

    #[tokio::test]
    async fn tables_that_are_not_of_a_run_are_refused_wherever_they_stand() {
        for sql in [
            "select * from strange",
            "select (select max(n) from strange)",
            "select 1 where 1 in (select n from strange)",
            "select 1 where exists (select 1 from strange where n = 1)",
            "with a as (select * from strange) select * from a",
            "select 1 union all select n from strange",
            "select * from generate_series(1, 2) g join strange s on g.value = s.n",
            "values ((select n from strange))",
            "select sum(n) over () from strange",
        ] {
            for access in [Access::Everything, Access::WithoutIdentity, Access::Printed] {
                let refused = refusal(sql, access).await;
                assert!(matches!(refused, Some(NotAQuery::Stranger(_))), "{sql}: {refused:?}");
            }
        }
    }

    #[tokio::test]
    async fn queries_go_on_and_nothing_else() {
        for sql in [
            "select 1",
            "select * from generate_series(1, 2)",
            "with recursive a as (select 1 as n union all select n + 1 from a where n < 3) select * from a",
            "select table_name from information_schema.tables",
        ] {
            assert_eq!(refusal(sql, Access::Printed).await, None, "{sql}");
        }
        for (sql, expected) in [
            ("create table a as select 1", NotAQuery::Writes),
            ("create view a as select 1", NotAQuery::Writes),
            ("drop table strange", NotAQuery::Writes),
            ("insert into strange values (1)", NotAQuery::Writes),
            ("copy (select 1) to 'a.csv'", NotAQuery::Writes),
            ("create external table a stored as csv location 'a.csv'", NotAQuery::Writes),
            ("explain create table a as select 1", NotAQuery::Writes),
            ("set datafusion.catalog.has_header = true", NotAQuery::NoQuery),
            ("prepare a as select 1", NotAQuery::NoQuery),
        ] {
            assert_eq!(refusal(sql, Access::Everything).await, Some(expected), "{sql}");
        }
    }

    #[tokio::test]
    async fn how_a_query_is_answered_is_for_those_who_see_everything() {
        for sql in [
            "explain select 1",
            "explain analyze select 1",
            "select value from information_schema.df_settings",
            "select (select max(value) from datafusion.information_schema.df_settings)",
        ] {
            assert_eq!(refusal(sql, Access::WithoutIdentity).await, Some(NotAQuery::Inside));
            assert_eq!(refusal(sql, Access::Everything).await, None);
        }
    }
}
