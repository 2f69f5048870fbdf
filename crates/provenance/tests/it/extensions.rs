//! An operator of the caller's, followed as the caller says.

use crate::harness::{batch, by_id, edges, rows, session};
use crate::operators::block;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::logical_expr::{Extension, LogicalPlan, UserDefinedLogicalNode};
use provenance::{Follow, FollowColumns, Grain, ProvenanceError, Subject, capture_with, columns_with};
use same::Same;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An operator that gives the rows that it gets, which an optimizer rule takes out again before it is run.
mod same {
    use datafusion::common::tree_node::Transformed;
    use datafusion::common::{DFSchemaRef, Result};
    use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
    use datafusion::optimizer::optimizer::ApplyOrder;
    use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
    use std::fmt;

    #[derive(Debug, PartialEq, Eq, PartialOrd, Hash)]
    pub(super) struct Same {
        pub(super) input: LogicalPlan,
    }

    impl UserDefinedLogicalNodeCore for Same {
        fn name(&self) -> &str {
            "Same"
        }
        fn inputs(&self) -> Vec<&LogicalPlan> {
            vec![&self.input]
        }
        fn schema(&self) -> &DFSchemaRef {
            self.input.schema()
        }
        fn expressions(&self) -> Vec<Expr> {
            vec![]
        }
        fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Same")
        }
        fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
            Ok(Self { input: inputs.remove(0) })
        }
    }

    #[derive(Debug)]
    pub(super) struct TakeOut;

    impl OptimizerRule for TakeOut {
        fn name(&self) -> &str {
            "take_out"
        }
        fn supports_rewrite(&self) -> bool {
            true
        }
        fn apply_order(&self) -> Option<ApplyOrder> {
            Some(ApplyOrder::BottomUp)
        }
        fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
            Ok(match &plan {
                LogicalPlan::Extension(node) if node.node.name() == "Same" => {
                    Transformed::yes(node.node.inputs()[0].clone())
                }
                _ => Transformed::no(plan),
            })
        }
    }
}

fn context() -> datafusion::prelude::SessionContext {
    let context = session();
    context.add_optimizer_rule(Arc::new(same::TakeOut));
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    context.register_batch("t", RecordBatch::try_from_iter([("id", ids)]).unwrap()).unwrap();
    context
}

#[test]
fn an_operator_is_followed_as_its_owner_says() {
    let context = context();
    let input = block(crate::harness::planned(&context, "select id * 10 as v from t where id > 1"));
    let plan = LogicalPlan::Extension(Extension { node: Arc::new(Same { input }) });
    let captured = |follow: Option<Follow>| {
        capture_with(&plan, Subject::Rows, &by_id, &move |node: &dyn UserDefinedLogicalNode| {
            follow.filter(|_| node.name() == "Same")
        })
    };
    for (follow, expected) in [
        (Follow::RowWise, vec![("20", vec![2]), ("30", vec![3])]),
        (Follow::Whole, vec![("20", vec![2, 3]), ("30", vec![2, 3])]),
    ] {
        let lineage = captured(Some(follow)).unwrap();
        let (rows, edges) = edges(&lineage, &block(batch(&context, lineage.plan())), Grain::Table);
        let mut found: Vec<(String, BTreeMap<usize, BTreeSet<i64>>)> = rows.into_iter().zip(edges).collect();
        found.sort();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(row, ids)| (row.to_owned(), BTreeMap::from([(0, BTreeSet::from_iter(ids))])))
            .collect();
        assert_eq!(found, expected);
    }
    assert!(
        matches!(captured(None), Err(ProvenanceError::Unsupported { operator, .. }) if operator == "Same")
    );
    assert_eq!(rows(&block(batch(&context, &plan))).len(), 2);
}

#[test]
fn columns_are_followed_as_their_owner_says() {
    let context = context();
    let input = block(crate::harness::planned(&context, "select id * 10 as v, 1 as one from t where id > 1"));
    let plan = LogicalPlan::Extension(Extension { node: Arc::new(Same { input }) });
    let follow = |values: Vec<BTreeSet<usize>>, rows| {
        let follow = FollowColumns { values, rows };
        columns_with(&plan, &move |node: &dyn UserDefinedLogicalNode| {
            (node.name() == "Same").then(|| follow.clone())
        })
    };
    let (none, first) = (BTreeSet::new, || BTreeSet::from([0]));
    let counts = |values, rows| {
        let columns = follow(values, rows).unwrap();
        columns.iter().map(|column| (column.values.len(), column.influences.len())).collect::<Vec<_>>()
    };
    // The filter below decides in any case.
    assert_eq!(counts(vec![none(), first()], none()), [(0, 1), (1, 1)]);
    assert_eq!(counts(vec![none(), none()], first()), [(0, 1), (0, 1)]);
    let refused = |result: Result<Vec<_>, ProvenanceError>| matches!(result.map(drop), Err(ProvenanceError::Unsupported { operator, .. }) if operator == "Same");
    assert!(refused(follow(vec![first()], none())), "a column that nobody speaks for");
    assert!(refused(columns_with(&plan, &|_| None)));
}
