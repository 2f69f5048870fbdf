//! Where a query may not give a row again from its lineage alone.
//!
//! The argument goes from the tables up. Cut down to the lineage of some rows `T` of it, an operator is *clean* if it
//! gives no row that it did not give over all data, and *exact* if it gives `T` and nothing else. All operators give at
//! least `T`, provided that those which gather or compare rows stand on clean ones. A join of clean sides is clean but
//! not exact: it also pairs rows of `T` with each other. What gathers or keeps out rows on top of that makes rows that
//! never were.

use crate::error::{Place, place_in};
use datafusion::logical_expr::{Aggregate, Expr, Join, JoinType, LogicalPlan};

/// An operator because of which lineage may not be sufficient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// The operator, as DataFusion prints it.
    pub operator: String,
    /// Where it stands in the SQL.
    pub place: Option<Place>,
    /// Why.
    pub reason: CaveatReason,
}

/// Why lineage may not be sufficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaveatReason {
    /// OFFSET: the rows before the row are not in its lineage.
    Offset,
    /// The operator looks for rows that are not there, on a side that gives a row even of nothing: an aggregate without
    /// GROUP BY.
    RowOfNothing,
    /// The operator gathers or compares rows of an operator that may give other rows over less data.
    OtherRows,
}

/// The caveats of a prepared plan, from the tables up.
pub(crate) fn caveats(plan: &LogicalPlan) -> Vec<Caveat> {
    let mut found = Vec::new();
    walk(plan, &mut found);
    found
}

#[derive(Clone, Copy)]
struct State {
    clean: bool,
    exact: bool,
    /// May give a row even of nothing.
    of_nothing: bool,
    /// Gives one row whatever comes in.
    always_one: bool,
}

const TABLE: State = State { clean: true, exact: true, of_nothing: false, always_one: false };

impl State {
    fn gathered(self) -> Self {
        Self { clean: self.exact && self.clean, always_one: false, ..self }
    }
}

fn walk(plan: &LogicalPlan, found: &mut Vec<Caveat>) -> State {
    let inputs: Vec<State> = plan.inputs().into_iter().map(|input| walk(input, found)).collect();
    let first = inputs.first().copied().unwrap_or(TABLE);
    let mut warn = |reason| {
        found.push(Caveat { operator: plan.display().to_string(), place: place_in(plan), reason });
    };
    match plan {
        LogicalPlan::Join(join) => match inputs.as_slice() {
            [left, right] => joined(join, *left, *right, &mut warn),
            _ => first,
        },
        LogicalPlan::Aggregate(node) if has_grouping_sets(node) => {
            if !first.clean {
                warn(CaveatReason::OtherRows);
            }
            // The rows of one set make parts of groups of the others too.
            State { clean: false, exact: false, of_nothing: true, always_one: false }
        }
        LogicalPlan::Aggregate(node) if node.aggr_expr.is_empty() => first,
        LogicalPlan::Aggregate(node) => {
            if !first.clean {
                warn(CaveatReason::OtherRows);
            }
            if node.group_expr.is_empty() {
                State { clean: true, exact: true, of_nothing: true, always_one: true }
            } else {
                first.gathered()
            }
        }
        LogicalPlan::Window(_) => {
            if !first.clean {
                warn(CaveatReason::OtherRows);
            }
            first.gathered()
        }
        LogicalPlan::Limit(node) => {
            if node.skip.as_ref().is_some_and(|skip| !is_zero(skip)) {
                warn(CaveatReason::Offset);
            }
            if !first.clean {
                warn(CaveatReason::OtherRows);
            }
            first.gathered()
        }
        LogicalPlan::Filter(_) | LogicalPlan::Unnest(_) => State { always_one: false, ..first },
        LogicalPlan::Union(_) => State {
            clean: inputs.iter().all(|input| input.clean && !input.of_nothing),
            exact: inputs.iter().all(|input| input.exact && !input.of_nothing),
            of_nothing: inputs.iter().any(|input| input.of_nothing),
            always_one: false,
        },
        LogicalPlan::Extension(_) => {
            State { clean: false, exact: false, of_nothing: true, always_one: false }
        }
        _ => first,
    }
}

fn joined(join: &Join, left: State, right: State, warn: &mut impl FnMut(CaveatReason)) -> State {
    let outer = matches!(join.join_type, JoinType::Left | JoinType::Right | JoinType::Full);
    let matches_any = outer && join.on.is_empty() && join.filter.as_ref().is_none_or(is_true);
    // The side whose rows are kept, and the one in which rows may be missing.
    let mut missing = |kept: State, other: State| {
        if other.of_nothing && !(matches_any && other.always_one) {
            warn(CaveatReason::RowOfNothing);
        }
        if !other.clean {
            warn(CaveatReason::OtherRows);
        }
        kept.gathered()
    };
    match join.join_type {
        JoinType::LeftSemi => State { clean: left.clean && right.clean, ..left },
        JoinType::RightSemi => State { clean: left.clean && right.clean, ..right },
        JoinType::LeftAnti | JoinType::LeftMark => missing(left, right),
        JoinType::RightAnti | JoinType::RightMark => missing(right, left),
        JoinType::Inner => paired(join, left, right),
        JoinType::Left => paired(join, missing(left, right), right),
        JoinType::Right => paired(join, left, missing(right, left)),
        JoinType::Full => paired(join, missing(left, right), missing(right, left)),
    }
}

fn paired(join: &Join, left: State, right: State) -> State {
    let single = |side: &LogicalPlan| side.max_rows().is_some_and(|rows| rows <= 1);
    State {
        clean: left.clean && right.clean,
        exact: left.exact && right.exact && (single(&join.left) || single(&join.right)),
        of_nothing: left.of_nothing && right.of_nothing,
        always_one: false,
    }
}

fn has_grouping_sets(node: &Aggregate) -> bool {
    node.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_)))
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.to_string() == "0")
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.to_string() == "true")
}
