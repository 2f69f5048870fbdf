//! Joins: a pair has both its rows behind it; a row kept by a semi or mark join has all its matches.

use crate::carry::{Carried, Carrier, Hidden, columns, settle};
use crate::error::ProvenanceError;
use crate::need::Need;
use datafusion::common::{Column, JoinType};
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::functions_window::row_number::row_number_udwf;
use datafusion::logical_expr::expr::{AggregateFunction, WindowFunction};
use datafusion::logical_expr::{Aggregate, Expr, Join, JoinConstraint, LogicalPlan, Projection, Window, lit};
use std::sync::Arc;

/// What a join keeps of the left rows that it looks up on the right.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Those with a match.
    Matched,
    /// All, with a column that says whether there was a match.
    Marked,
}

impl Carrier<'_> {
    pub(crate) fn join(
        &mut self,
        plan: &LogicalPlan,
        join: &Join,
        need: &Need,
    ) -> Result<Carried, ProvenanceError> {
        let carried = match join.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => self.pairs(join, need)?,
            JoinType::LeftAnti | JoinType::RightAnti => self.anti(join, need)?,
            JoinType::LeftSemi | JoinType::RightSemi => self.looked_up(join, need, Keep::Matched)?,
            JoinType::LeftMark | JoinType::RightMark => self.looked_up(join, need, Keep::Marked)?,
        };
        self.note(plan, &carried)?;
        Ok(carried)
    }

    fn pairs(&mut self, join: &Join, need: &Need) -> Result<Carried, ProvenanceError> {
        let (left, right) = need.split(join.left.schema().fields().len());
        let left = self.carry(&join.left, &left)?;
        let right = self.carry(&join.right, &right)?;
        let hidden = [left.hidden, right.hidden].concat();
        let node = rejoined(join, left.plan, right.plan, join.join_type)?;
        settle(LogicalPlan::Join(node), &join.schema, hidden)
    }

    /// No row of the other side is behind a row that found none there.
    fn anti(&mut self, join: &Join, need: &Need) -> Result<Carried, ProvenanceError> {
        let (left, right) = if join.join_type == JoinType::LeftAnti {
            (self.carry(&join.left, need)?, self.pass_by(&join.right))
        } else {
            (self.pass_by(&join.left), self.carry(&join.right, need)?)
        };
        let hidden = [left.hidden, right.hidden].concat();
        let node = rejoined(join, left.plan, right.plan, join.join_type)?;
        settle(LogicalPlan::Join(node), &join.schema, hidden)
    }

    fn looked_up(&mut self, join: &Join, need: &Need, keep: Keep) -> Result<Carried, ProvenanceError> {
        let kept_left = matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftMark);
        let kept = if kept_left { &join.left } else { &join.right };
        let width = kept.schema().fields().len();
        let (need_kept, need_other) = match need {
            Need::Row => (Need::Row, Need::Row),
            Need::Values(_) => {
                let (kept, mark) = need.split(width);
                // The value of a mark is that there is a match, so all of the matches made it.
                (kept, if mark.is_nothing() { mark } else { Need::Row })
            }
        };
        let (left, right) = if kept_left {
            (self.carry(&join.left, &need_kept)?, self.carry(&join.right, &need_other)?)
        } else {
            (self.carry(&join.left, &need_other)?, self.carry(&join.right, &need_kept)?)
        };
        let other_hidden = if kept_left { &right.hidden } else { &left.hidden };
        if other_hidden.is_empty() {
            let hidden = [left.hidden, right.hidden].concat();
            let node = rejoined(join, left.plan, right.plan, join.join_type)?;
            return settle(LogicalPlan::Join(node), &join.schema, hidden);
        }
        let lookup = if kept_left {
            Lookup { kept: left, other: right, on: join.on.clone(), join, keep }
        } else {
            let on = join.on.iter().map(|(l, r)| (r.clone(), l.clone())).collect();
            Lookup { kept: right, other: left, on, join, keep }
        };
        if join.filter.is_none() && !lookup.on.is_empty() {
            self.lookup_by_key(lookup)
        } else {
            self.lookup_by_number(lookup)
        }
    }

    /// Equality alone decides: the other side is grouped by its key, so that a row meets all its matches at once.
    fn lookup_by_key(&mut self, lookup: Lookup<'_>) -> Result<Carried, ProvenanceError> {
        let Lookup { kept, other, on, join, keep } = lookup;
        let hit = self.fresh("hit");
        let mut keys = Vec::new();
        let mut projected = Vec::new();
        let mut rejoin = Vec::new();
        for (left, right) in on {
            let name = self.fresh("key");
            projected.push(right.alias(&name));
            keys.push(Expr::Column(Column::from_name(&name)));
            rejoin.push((left, Expr::Column(Column::from_name(&name))));
        }
        for hidden in &other.hidden {
            projected.push(hidden.column(other.plan.schema())?);
        }
        let rows = LogicalPlan::Projection(Projection::try_new(projected, Arc::new(other.plan))?);
        let (groups, matches) = self.group(rows, keys.clone(), &other.hidden)?;
        let mut exprs = keys;
        exprs.push(lit(true).alias(&hit));
        for hidden in &matches {
            exprs.push(hidden.column(groups.schema())?);
        }
        let groups = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(groups))?);
        let hidden = [kept.hidden, matches].concat();
        let node = LogicalPlan::Join(Join::try_new(
            Arc::new(kept.plan),
            Arc::new(groups),
            rejoin,
            None,
            join_type(keep),
            JoinConstraint::On,
            join.null_equality,
            false,
        )?);
        settle_lookup(node, join, keep, &hit, hidden)
    }

    /// Any condition decides: rows are numbered, paired with all their matches, and put together again by number.
    ///
    /// The number is made and used within one pass over the rows, so it need not be the same in another.
    fn lookup_by_number(&mut self, lookup: Lookup<'_>) -> Result<Carried, ProvenanceError> {
        let Lookup { kept, other, on, join, keep } = lookup;
        let (number, hit) = (self.fresh("number"), self.fresh("hit"));
        let original = columns(kept.plan.schema());
        let over = WindowFunction::new(row_number_udwf(), vec![]);
        let numbered = Window::try_new(vec![Expr::from(over).alias(&number)], Arc::new(kept.plan.clone()))?;
        let mut exprs = columns(other.plan.schema());
        exprs.push(lit(true).alias(&hit));
        let other_plan = LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(other.plan))?);
        let pairs = LogicalPlan::Join(Join::try_new(
            Arc::new(LogicalPlan::Window(numbered)),
            Arc::new(other_plan),
            on,
            join.filter.clone(),
            join_type(keep),
            JoinConstraint::On,
            join.null_equality,
            false,
        )?);
        let mut gathered = Vec::new();
        let mut restored = Vec::new();
        for column in original.iter().chain([&Expr::Column(Column::from_name(&hit))]) {
            let name = self.fresh("first");
            gathered.push(first(column.clone()).alias(&name));
            let value = Expr::Column(Column::from_name(&name));
            restored.push(match column {
                Expr::Column(named) => value.alias_qualified(named.relation.clone(), &named.name),
                _ => value,
            });
        }
        let mut matches = Vec::new();
        for hidden in &other.hidden {
            let name = self.fresh("matches");
            gathered.push(self.gathered(hidden.column(pairs.schema())?, None).alias(&name));
            restored.push(Expr::Column(Column::from_name(&name)).alias(hidden.name()));
            matches.push(*hidden);
        }
        let number = Expr::Column(Column::from_name(&number));
        let groups = Aggregate::try_new(Arc::new(pairs), vec![number], gathered)?;
        let node = Projection::try_new(restored, Arc::new(LogicalPlan::Aggregate(groups)))?;
        let hidden = [kept.hidden, matches].concat();
        settle_lookup(LogicalPlan::Projection(node), join, keep, &hit, hidden)
    }

    /// Rows grouped by columns, with their hidden columns gathered.
    fn group(
        &self,
        rows: LogicalPlan,
        keys: Vec<Expr>,
        hidden: &[Hidden],
    ) -> Result<(LogicalPlan, Vec<Hidden>), ProvenanceError> {
        let mut gathered = Vec::new();
        let mut exprs = keys.clone();
        for column in hidden {
            gathered.push(self.gathered(column.column(rows.schema())?, None).alias(column.name()));
            exprs.push(Expr::Column(Column::from_name(column.name())));
        }
        let groups = Aggregate::try_new(Arc::new(rows), keys, gathered)?;
        let node = Projection::try_new(exprs, Arc::new(LogicalPlan::Aggregate(groups)))?;
        Ok((LogicalPlan::Projection(node), hidden.to_vec()))
    }
}

struct Lookup<'a> {
    kept: Carried,
    other: Carried,
    /// Equal expressions, of the kept side first.
    on: Vec<(Expr, Expr)>,
    join: &'a Join,
    keep: Keep,
}

fn join_type(keep: Keep) -> JoinType {
    match keep {
        Keep::Matched => JoinType::Inner,
        Keep::Marked => JoinType::Left,
    }
}

fn first(column: Expr) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        first_value_udaf(),
        vec![column],
        false,
        None,
        vec![],
        None,
    ))
}

/// The columns of the join as it was written; the mark is computed from `hit`.
fn settle_lookup(
    node: LogicalPlan,
    join: &Join,
    keep: Keep,
    hit: &str,
    hidden: Vec<Hidden>,
) -> Result<Carried, ProvenanceError> {
    if keep == Keep::Matched {
        return settle(node, &join.schema, hidden);
    }
    let mut exprs = columns(&join.schema);
    if let Some(Expr::Column(mark)) = exprs.pop() {
        let found = Expr::Column(Column::from_name(hit)).is_not_null();
        exprs.push(found.alias_qualified(mark.relation, mark.name));
    }
    for column in &hidden {
        exprs.push(column.column(node.schema())?);
    }
    Ok(Carried { plan: LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(node))?), hidden })
}

fn rejoined(
    join: &Join,
    left: LogicalPlan,
    right: LogicalPlan,
    join_type: JoinType,
) -> Result<Join, ProvenanceError> {
    Ok(Join::try_new(
        Arc::new(left),
        Arc::new(right),
        join.on.clone(),
        join.filter.clone(),
        join_type,
        join.join_constraint,
        join.null_equality,
        join.null_aware,
    )?)
}
