//! What a rule or a pass saw: the records of a round with what earlier rules decided applied to them again; the rows of a
//! matching that earlier passes left open.

use super::back::Back;
use super::record::Decided;
use crate::error::EngineError;
use crate::session::register_local;
use crate::sql;
use crate::steps::round::{added, changed, origins_of, start};
use crate::steps::verdicts::SET;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::catalog::MemTable;
use datafusion::common::{JoinType, TableReference};
use datafusion::logical_expr::{LogicalPlan, lit};
use datafusion::prelude::{DataFrame, SessionContext, ident};
use std::collections::BTreeSet;
use std::sync::Arc;
use study::{Matching, Pass, Round, Rule};
use terms::TableName;

/// The query of a rule, over what the rule saw. `reads` are all tables that the round reads.
pub(super) async fn rule_query(
    back: &Back<'_>,
    round: &Round,
    rule: &Rule,
    reads: &[TableName],
) -> Result<LogicalPlan, EngineError> {
    let known: Vec<TableName> = reads.iter().filter(|table| back.tables.has(table)).cloned().collect();
    let context = back.open(&known)?;
    let mut decided = back.records.decided(round)?;
    decided.retain(|decision| decision.applied);
    let mut records = start(round, table(context, &round.base).await?)?;
    for (step, earlier) in (1..).zip(&round.rules) {
        if earlier.name == rule.name {
            break;
        }
        let here = |adds: bool| {
            decided.iter().filter(move |decision| decision.step == step && (decision.verb == "add") == adds)
        };
        let (changes, set) = verdicts(here(false))?;
        let before = records.clone();
        records = changed(context, records, changes, &set)?;
        if let Some(delivery) = &earlier.adds_from {
            let (additions, set) = verdicts(here(true))?;
            let delivered = table(context, delivery).await?;
            records = records.union(added(context, &before, delivered, additions, &set)?)?;
        }
    }
    register_local(context, "records", records.into_view())?;
    if let Some(identities) = identities(back, context, round).await? {
        register_local(context, "identities", identities.into_view())?;
    }
    Ok(sql::query(context, &rule.sql, &back.study.parameters).await?.logical_plan().clone())
}

/// The query of a pass, over the rows that were open when it was tried. `reads` are all tables that the matching reads.
pub(super) async fn pass_query(
    back: &Back<'_>,
    matching: &Matching,
    pass: &Pass,
    reads: &[TableName],
) -> Result<LogicalPlan, EngineError> {
    let context = back.open(reads)?;
    let pairs = TableName::new("linkage", &matching.name)?;
    back.open(std::slice::from_ref(&pairs))?;
    let number = matching.passes.iter().position(|other| other.name == pass.name).unwrap_or_default();
    let earlier = ident("pass_no").lt_eq(lit(i64::try_from(number).unwrap_or(i64::MAX)));
    for (side, column, open) in
        [(&matching.left, "left_id", "open_left"), (&matching.right, "right_id", "open_right")]
    {
        let matched = table(context, &pairs).await?.filter(earlier.clone())?.select_columns(&[column])?;
        let rows = table(context, side).await?;
        let rows = rows.join(matched, JoinType::LeftAnti, &["row_id"], &[column], None)?;
        // As a table, not a view, since views are planned away.
        let schema = Arc::new(rows.schema().as_arrow().clone());
        let rows = rows.collect().await?;
        register_local(context, open, Arc::new(MemTable::try_new(schema, vec![rows])?))?;
    }
    Ok(sql::query(context, &pass.sql, &back.study.parameters).await?.logical_plan().clone())
}

async fn table(context: &SessionContext, table: &TableName) -> Result<DataFrame, EngineError> {
    Ok(context.table(TableReference::partial(table.schema(), table.table())).await?)
}

/// Identifying columns of all that the round may hold; none if there are none.
async fn identities(
    back: &Back<'_>,
    context: &SessionContext,
    round: &Round,
) -> Result<Option<DataFrame>, EngineError> {
    let mut all: Option<DataFrame> = None;
    for origin in origins_of(round) {
        let identity = TableName::new("identity", origin.table())?;
        if back.tables.has(&identity) {
            back.open(std::slice::from_ref(&identity))?;
            let frame = table(context, &identity).await?;
            all = Some(match all {
                None => frame,
                Some(all) => all.union_by_name(frame)?,
            });
        }
    }
    Ok(all)
}

/// Recorded decisions as the verdicts that they were, with the columns that they set.
fn verdicts<'d>(
    decided: impl Iterator<Item = &'d Decided> + Clone,
) -> Result<(RecordBatch, Vec<String>), EngineError> {
    let set: BTreeSet<&String> = decided.clone().flat_map(|decision| decision.changes.keys()).collect();
    let text = |of: &dyn Fn(&'d Decided) -> Option<&'d str>| -> ArrayRef {
        Arc::new(decided.clone().map(of).collect::<StringArray>())
    };
    let mut columns = vec![
        ("v_row_id".to_owned(), text(&|decision| Some(decision.row_id.as_str()))),
        ("v_verb".to_owned(), text(&|decision| Some(decision.verb.as_str()))),
    ];
    for column in &set {
        let values = text(&|decision| decision.changes.get(*column).map(String::as_str));
        columns.push((format!("{SET}{column}"), values));
    }
    Ok((RecordBatch::try_from_iter(columns)?, set.into_iter().cloned().collect()))
}
