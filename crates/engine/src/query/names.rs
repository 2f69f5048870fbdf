//! Several columns of one name in a result. DataFusion plans no such SELECT, Postgres does: it is planned with other names, and
//! has its own when it is answered.

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::SchemaError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Expr as Written, Ident, OrderByKind, Query, Select, SelectItem, SetExpr, Statement,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How names begin that stand for those of columns.
const INSIDE: &str = "herkomst: column ";

/// A plan, and what its columns are called, of which several may have one name.
#[derive(Clone, Debug)]
pub struct NamedPlan {
    /// The plan; the names in its schema may be others.
    pub plan: LogicalPlan,
    /// Names that are others, by those in the plan.
    outside: BTreeMap<String, String>,
}

impl NamedPlan {
    /// Plans a statement; columns of the outermost SELECT, or SELECTs of a UNION, may have the same name.
    ///
    /// # Errors
    /// A statement that cannot be planned; also one with `*` that gives the same column twice.
    pub async fn of(state: &SessionState, parsed: Parsed) -> Result<Self> {
        let first = match state.statement_to_plan(parsed.clone()).await {
            Ok(plan) => return Ok(Self { plan, outside: BTreeMap::new() }),
            Err(error) if is_of_names(&error) => error,
            Err(error) => return Err(error),
        };
        // Names of columns that `*` gives are not known here: with those, all others get a name of their own.
        for which in [Which::Again, Which::All] {
            let mut told_apart = parsed.clone();
            if let Parsed::Statement(statement) = &mut told_apart
                && let Statement::Query(query) = statement.as_mut()
                && rename(query, which)
                && let Ok(plan) = state.statement_to_plan(told_apart).await
            {
                let outside = outside(&plan)?;
                return Ok(Self { plan, outside });
            }
        }
        Err(first)
    }

    /// The columns, as they are called.
    pub fn schema(&self) -> SchemaRef {
        self.called(self.plan.schema().inner())
    }

    /// These columns of the plan, as they are called.
    pub(crate) fn called(&self, schema: &SchemaRef) -> SchemaRef {
        if self.outside.is_empty() {
            return schema.clone();
        }
        let called = |field: &Arc<Field>| match self.outside.get(field.name()) {
            Some(name) => Arc::new(field.as_ref().clone().with_name(name)),
            None => field.clone(),
        };
        let fields: Vec<Arc<Field>> = schema.fields().iter().map(called).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }
}

/// Whether a plan failed because two columns have one name.
fn is_of_names(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::SchemaError(error, _) => matches!(
            error.as_ref(),
            SchemaError::DuplicateQualifiedField { .. }
                | SchemaError::DuplicateUnqualifiedField { .. }
                | SchemaError::AmbiguousReference { .. }
        ),
        DataFusionError::Plan(said) => said.contains("unique expression names"),
        DataFusionError::Diagnostic(_, inner) => is_of_names(inner),
        _ => false,
    }
}

/// The rows with these columns, which are called otherwise and are the same.
pub(crate) fn relabelled(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    Ok(RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?)
}

/// Which columns get another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Those whose name another before them has.
    Again,
    /// All but those of `*`.
    All,
}

/// Gives columns names of their own; whether there were such, and nothing sorts by a name that is not theirs any more.
fn rename(query: &mut Query, which: Which) -> bool {
    let sorted = sorted_by(query);
    let mut given = Given { which, sorted, next: 0, is_sorted_by: false };
    given.body(&mut query.body);
    given.next > 0 && !given.is_sorted_by
}

struct Given {
    which: Which,
    sorted: BTreeSet<String>,
    next: usize,
    is_sorted_by: bool,
}

impl Given {
    fn body(&mut self, body: &mut SetExpr) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.body(&mut query.body),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left);
                self.body(right);
            }
            _ => {}
        }
    }

    fn select(&mut self, select: &mut Select) {
        let mut names = BTreeSet::new();
        for item in &mut select.projection {
            let (name, value) = match item {
                SelectItem::UnnamedExpr(value) => (name_of(value), value.clone()),
                SelectItem::ExprWithAlias { expr, alias } => (folded(alias), expr.clone()),
                _ => continue,
            };
            if names.insert(name.clone()) && self.which == Which::Again {
                continue;
            }
            // Which of both is meant, the one who wrote it has to say.
            self.is_sorted_by |= self.sorted.contains(&name);
            let inner = match item {
                SelectItem::ExprWithAlias { .. } => Some(name),
                _ => None,
            };
            let alias = inside(self.next, inner.as_deref());
            *item = SelectItem::ExprWithAlias { expr: value, alias };
            self.next += 1;
        }
    }
}

/// A name in place of another, which it says if the query does.
fn inside(number: usize, name: Option<&str>) -> Ident {
    let said = name.map(|name| format!(" {name}")).unwrap_or_default();
    Ident::with_quote('"', format!("{INSIDE}{number}{said}"))
}

/// Names by which a query sorts its rows.
fn sorted_by(query: &Query) -> BTreeSet<String> {
    let Some(OrderByKind::Expressions(keys)) = query.order_by.as_ref().map(|order| &order.kind) else {
        return BTreeSet::new();
    };
    let names = keys.iter().filter_map(|key| match &key.expr {
        Written::Identifier(name) => Some(folded(name)),
        _ => None,
    });
    names.collect()
}

fn name_of(value: &Written) -> String {
    match value {
        Written::Identifier(name) => folded(name),
        Written::CompoundIdentifier(names) => names.last().map(folded).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    }
}

/// What columns would be called that have other names in a plan.
fn outside(plan: &LogicalPlan) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    plan.apply(|node| {
        for expression in node.expressions() {
            if let Expr::Alias(alias) = &expression
                && let Some(rest) = alias.name.strip_prefix(INSIDE)
            {
                let name = match (rest.split_once(' '), alias.expr.as_ref()) {
                    (Some((_, name)), _) => name.to_owned(),
                    (None, Expr::Column(column)) => column.name.clone(),
                    (None, other) => other.schema_name().to_string(),
                };
                found.entry(alias.name.clone()).or_insert(name);
            }
        }
        Ok::<_, DataFusionError>(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::SessionContext;

    /// Names of the columns and the first row.
    async fn answer(sql: &str) -> std::result::Result<(Vec<String>, Vec<String>), String> {
        let context = SessionContext::new();
        for table in ["create table t as values (1, 2)", "create table u as values (1, 3)"] {
            context.sql(table).await.unwrap().collect().await.unwrap();
        }
        let state = context.state();
        let dialect = state.config_options().sql_parser.dialect;
        let parsed = state.sql_to_statement(sql, &dialect).unwrap();
        let named = NamedPlan::of(&state, parsed).await.map_err(|error| error.strip_backtrace())?;
        let names = named.schema().fields().iter().map(|field| field.name().clone()).collect();
        let rows = context.execute_logical_plan(named.plan.clone()).await.unwrap().collect().await.unwrap();
        let called = named.called(&rows[0].schema());
        assert_eq!(called.fields().len(), rows[0].num_columns());
        let values = rows[0]
            .columns()
            .iter()
            .map(|column| arrow::util::display::array_value_to_string(column, 0).unwrap());
        Ok((names, values.collect()))
    }

    #[tokio::test]
    async fn columns_of_one_name_are_answered() {
        for (sql, names, values) in [
            ("select 1 as a, 2 as a", "a a", "1 2"),
            ("select 1 as A, 2 as \"A\", 3 as a", "a A a", "1 2 3"),
            ("select column1, t.column1, column1 from t", "column1 column1 column1", "1 1 1"),
            ("select *, column2 from t", "column1 column2 column2", "1 2 2"),
            ("select *, 7 as column1 from t order by column2", "column1 column2 column1", "1 2 7"),
            (
                "select t.*, u.*, u.column2 from t join u on t.column1 = u.column1",
                "column1 column2 column1 column2 column2",
                "1 2 1 3 3",
            ),
            ("select count(*), count(*) from t", "count(*) count(*)", "1 1"),
            ("select column1 + 1, column1 + 1 from t", "t.column1 + Int64(1) t.column1 + Int64(1)", "2 2"),
            ("select 1 as a, 2 as a union all select 3, 4 order by 1", "a a", "1 2"),
            ("select 1 as a, 2 as b union all select 5 as c, 5 as c order by a", "a b", "1 2"),
            ("select 1 as a, 2 as a, 3 as b order by b limit 1", "a a b", "1 2 3"),
            ("select distinct 1 as a, 2 as a", "a a", "1 2"),
        ] {
            let (columns, row) = answer(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert_eq!((columns.join(" ").as_str(), row.join(" ").as_str()), (names, values), "{sql}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_stays_so() {
        for (sql, said) in [
            ("select 1 as a, 2 as a order by a", "unique expression names"),
            ("select *, * from t", "unique expression names"),
            ("select nothing, nothing from t", "nothing"),
            ("select a from (select 1 as a, 2 as a)", "unique expression names"),
        ] {
            let error = answer(sql).await.unwrap_err();
            assert!(error.contains(said) && !error.contains(INSIDE), "{sql}: {error}");
        }
    }
}
