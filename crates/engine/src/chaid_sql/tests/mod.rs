//! The functions in SQL.

mod cases;
mod counting;
mod lineage;
mod random;

use crate::session::{Resources, register, session};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Float64Type;
use datafusion::catalog::MemTable;
use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;
use std::num::NonZeroUsize;
use std::sync::Arc;
use terms::TableName;

/// A session that holds the rows, in so many parts, as `given.rows`.
fn session_with(partitions: usize, rows: &RecordBatch, parts: usize) -> SessionContext {
    let resources = Resources { partitions: NonZeroUsize::new(partitions).unwrap(), memory: 1 << 26 };
    let context = session(resources, &std::env::temp_dir()).unwrap();
    let size = rows.num_rows().div_ceil(parts).max(1);
    let part = |part: usize| {
        let first = (part * size).min(rows.num_rows());
        vec![rows.slice(first, size.min(rows.num_rows() - first))]
    };
    let table = MemTable::try_new(rows.schema(), (0..parts).map(part).collect()).unwrap();
    register(&context, &TableName::parse("given.rows").unwrap(), Arc::new(table)).unwrap();
    context
}

/// 300 members: who left, their branch (30, 60 and 60 of 100 left), age (all distinct), and visits, some unknown.
fn members(partitions: usize) -> SessionContext {
    let resources = Resources { partitions: NonZeroUsize::new(partitions).unwrap(), memory: 1 << 26 };
    let context = session(resources, &std::env::temp_dir()).unwrap();
    let rows = 0..300_i64;
    let left = |i: i64| i % 100 < [30, 60, 60][(i / 100) as usize];
    let batch = RecordBatch::try_from_iter_with_nullable([
        (
            "left_early",
            Arc::new(rows.clone().map(|i| Some(if left(i) { "yes" } else { "no" })).collect::<StringArray>())
                as _,
            true,
        ),
        (
            "branch",
            Arc::new(rows.clone().map(|i| Some(["c", "a", "b"][(i / 100) as usize])).collect::<StringArray>())
                as _,
            true,
        ),
        ("age", Arc::new(rows.clone().map(Some).collect::<Int64Array>()) as _, true),
        ("visits", Arc::new(rows.map(|i| (i % 5 > 0).then_some(i % 5)).collect::<Int64Array>()) as _, true),
    ])
    .unwrap();
    let parts = (0..4).map(|part| vec![batch.slice(part * 75, 75)]).collect();
    let table = Arc::new(MemTable::try_new(batch.schema(), parts).unwrap());
    register(&context, &TableName::parse("derived.member").unwrap(), table).unwrap();
    context
}

async fn screen(partitions: usize, call: &str) -> Result<RecordBatch, String> {
    let sql = format!("select * from chaid_screen({call}) order by place");
    let frame = members(partitions).sql(&sql).await.map_err(|error| error.to_string())?;
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    Ok(arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap())
}

const CALL: &str = "(select * from derived.member), outcome => left_early, nominal => [branch], ordinal => [visits], scale => [age], \
                    missing => 'dropped', min_parent => 0, min_child => 0";

#[tokio::test]
async fn equal_branches_merge_and_the_rest_is_pearson() {
    let rows = screen(2, CALL).await.unwrap();
    let text = |column: &str, row: usize| {
        rows.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned()
    };
    let real = |column: &str, row: usize| {
        rows.column_by_name(column).unwrap().as_primitive::<Float64Type>().value(row)
    };
    assert_eq!(text("grouping", 0), "a + b | c");
    // 120 of 200 against 30 of 100: 300 · (120·70 − 80·30)² / (200 · 100 · 150 · 150) = 24.
    assert!((real("chi", 0) - 24.0).abs() < 1e-9, "{}", real("chi", 0));
    // S(3, 2) = 3 ways of merging three nominal categories into two groups.
    assert_eq!(real("multiplier", 0), 3.0);
    assert!((real("p", 0) - 3.0 * real("p_raw", 0)).abs() < 1e-15);
    let count = |column: &str, row: usize| {
        rows.column_by_name(column).unwrap().as_primitive::<arrow::datatypes::Int64Type>().value(row)
    };
    assert_eq!((count("n", 1), count("missing", 1), count("categories", 1)), (240, 60, 4));
    assert_eq!(count("categories", 2), 10, "300 distinct ages in ten intervals");
    assert_eq!(count("tests", 2), 3);
}

#[tokio::test]
async fn partitions_do_not_matter_and_a_query_may_be_the_table() {
    let one = screen(1, CALL).await.unwrap();
    let query = CALL.replace("derived.member", "derived.member where age >= 0");
    for (partitions, call) in [(2, CALL), (3, CALL), (8, CALL), (2, &query)] {
        assert_eq!(screen(partitions, call).await.unwrap(), one, "{partitions} partitions, {call}");
    }
}

/// One row of text for each row of a query, sorted by its ORDER BY.
async fn table(partitions: usize, sql: &str) -> String {
    let frame = members(partitions).sql(sql).await.unwrap();
    arrow::util::pretty::pretty_format_batches(&frame.collect().await.unwrap()).unwrap().to_string()
}

#[tokio::test]
async fn several_outcomes_are_as_many_calls() {
    for (function, options, order) in
        [("chaid_screen", "missing => 'dropped'", "place"), ("chaid", "min_child => 10", "node")]
    {
        let sql = |outcomes: &str| {
            let call = format!(
                "(select * from derived.member), outcome => {outcomes}, nominal => [branch], scale => [age], {options}"
            );
            format!("select * from {function}({call})")
        };
        let both = table(2, &sql("[visits, left_early]")).await;
        let (one, other) = (sql("visits"), sql("left_early"));
        let each = format!(
            "select * exclude (turn) from (select 1 as turn, * from ({one}) union all select 2 as turn, * from ({other})) \
             order by turn, {order}"
        );
        assert_eq!(both, table(2, &each).await, "{function}");
        assert!(both.contains("| visits ") && both.contains("| left_early "), "{both}");
    }
}

/// Rows without an outcome are no cases of it: neither counted nor seen in the ends of an interval.
#[tokio::test]
async fn an_outcome_that_some_have_is_as_a_call_over_them() {
    for function in ["chaid_screen", "chaid"] {
        let sql = |of: &str| {
            format!(
                "select * from {function}((select {of}), outcome => of_some, nominal => [branch], scale => [age], \
                 min_parent => 0, min_child => 0)"
            )
        };
        let some = "age % 7 > 2 and branch <> 'a'";
        let missing = sql(&format!("*, case when {some} then left_early end as of_some from derived.member"));
        let absent = sql(&format!("*, left_early as of_some from derived.member where {some}"));
        assert_eq!(table(2, &missing).await, table(2, &absent).await, "{function}");
    }
}

#[tokio::test]
async fn a_node_says_its_classes_to_programs_too() {
    let sql = "select node, children, members, class_labels, class_counts, significant, tied \
         from chaid((select * from derived.member), outcome => left_early, nominal => [branch], max_depth => 1)";
    insta::assert_snapshot!(table(2, sql).await, @r"
    +------+----------+---------+--------------+--------------+-------------+------+
    | node | children | members | class_labels | class_counts | significant | tied |
    +------+----------+---------+--------------+--------------+-------------+------+
    | 0    | [1, 2]   |         | [no, yes]    | [150, 150]   | true        | []   |
    | 1    | []       | [a, b]  | [no, yes]    | [80, 120]    |             |      |
    | 2    | []       | [c]     | [no, yes]    | [70, 30]     |             |      |
    +------+----------+---------+--------------+--------------+-------------+------+
    ");
}

#[tokio::test]
async fn a_tree_splits_where_a_screen_finds_the_smallest_p() {
    let sql = |partitions: usize| async move {
        let call =
            "(select * from derived.member), outcome => left_early, nominal => [branch], scale => [age]";
        let sql = format!(
            "select node, parent, label, n, classes, predictor, round(chi, 6) as chi, stop \
                           from chaid({call}, max_depth => 1) order by node"
        );
        let frame = members(partitions).sql(&sql).await.unwrap();
        arrow::util::pretty::pretty_format_batches(&frame.collect().await.unwrap()).unwrap().to_string()
    };
    let tree = sql(2).await;
    insta::assert_snapshot!(tree, @r"
    +------+--------+-------+-----+-----------------+-----------+------+--------------------------------+
    | node | parent | label | n   | classes         | predictor | chi  | stop                           |
    +------+--------+-------+-----+-----------------+-----------+------+--------------------------------+
    | 0    |        |       | 300 | no 150, yes 150 | branch    | 24.0 |                                |
    | 1    | 0      | a, b  | 200 | no 80, yes 120  |           |      | the tree is as deep as allowed |
    | 2    | 0      | c     | 100 | no 70, yes 30   |           |      | the tree is as deep as allowed |
    +------+--------+-------+-----+-----------------+-----------+------+--------------------------------+
    ");
    assert_eq!(sql(8).await, tree);
}

#[tokio::test]
async fn faults_name_what_is_wrong_and_the_way_out() {
    for (from, to, message) in [
        ("branch", "brnch", "no column brnch in its table; columns are left_early, branch, age, visits"),
        ("min_child", "min_kind", "no option min_kind; there are outcome, nominal"),
        ("'dropped'", "'lost'", "'lost' is none of 'floating', 'dropped'"),
        ("=> 0,", "=> x,", "x is not a number that fits here"),
        ("outcome => left_early, ", "", "give outcome => column"),
        ("(select * from derived.member)", "derived.member", "the first argument is a query in parentheses"),
        ("[branch]", "branch", "predictors are a list of columns such as [a, b], not branch"),
        ("nominal => [branch]", "nominal => [branch], nominal => [age]", "option nominal is given twice"),
    ] {
        let fault = screen(2, &CALL.replacen(from, to, 1)).await.unwrap_err();
        assert!(fault.contains(message), "{to}: {fault}");
    }
}

#[tokio::test]
async fn plans_can_be_read() {
    let sql = "select p from chaid_screen((select * from derived.member where age > 0), outcome => [left_early, branch], \
               nominal => [visits], scale => [age])";
    let frame = members(2).sql(sql).await.unwrap();
    insta::assert_snapshot!(frame.logical_plan().display_indent(), @r"
    Projection: p
      Chaid: screen, outcomes=[left_early, branch], predictors=[nominal visits, scale age]
        Projection: derived.member.left_early AS column_0, derived.member.branch AS column_1, derived.member.visits AS column_2, derived.member.age AS column_3
          Projection: derived.member.left_early, derived.member.branch, derived.member.age, derived.member.visits
            Filter: derived.member.age > Int64(0)
              TableScan: derived.member
    ");
    let physical = frame.create_physical_plan().await.unwrap();
    let physical = datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string();
    insta::assert_snapshot!(physical, @r"
    ProjectionExec: expr=[p@16 as p]
      ChaidExec: screen, outcomes=[left_early, branch], predictors=[nominal visits, scale age]
        ProjectionExec: expr=[left_early@0 as column_0, branch@1 as column_1, visits@3 as column_2, age@2 as column_3]
          FilterExec: age@2 > 0
            DataSourceExec: partitions=4, partition_sizes=[1, 1, 1, 1]
    ");
}

#[tokio::test]
async fn memory_is_asked_for() {
    let rows: ArrayRef = Arc::new((0..200_000).map(|i| Some(i * 70_000)).collect::<Int64Array>());
    let left: ArrayRef = Arc::new((0..200_000).map(|i| Some(i % 2)).collect::<Int64Array>());
    let batch =
        RecordBatch::try_from_iter_with_nullable([("left", left, true), ("wide", rows, true)]).unwrap();
    for (memory, fits) in [(1 << 20, false), (1 << 28, true)] {
        let resources = Resources { partitions: NonZeroUsize::new(2).unwrap(), memory };
        let context = session(resources, &std::env::temp_dir()).unwrap();
        context.register_batch("rows", batch.clone()).unwrap();
        for function in ["chaid_screen", "chaid"] {
            let sql = format!(
                "select * from {function}((select * from rows), outcome => \"left\", scale => [wide])"
            );
            let result = context.sql(&sql).await.unwrap().collect().await;
            let fault = result.as_ref().map_err(ToString::to_string).map(drop);
            assert_eq!(result.is_ok(), fits, "{function}: {fault:?}");
            assert!(fits || fault.unwrap_err().contains("ChaidExec"), "{function}");
        }
    }
}

#[tokio::test]
async fn parameters_reach_the_query_inside_and_the_options() {
    let sql = "select n from chaid_screen((select * from derived.member where age < $most), \
               outcome => left_early, nominal => [branch], missing => $missing, min_child => $least)";
    let frame = |values: Vec<(&'static str, ScalarValue)>| async move {
        members(2).sql(sql).await?.with_param_values(values)?.collect().await
    };
    let most = ("most", ScalarValue::from(120_i64));
    let missing = |word| ("missing", ScalarValue::from(word));
    let least = ("least", ScalarValue::from(10_i32));
    let rows = frame(vec![most.clone(), missing("dropped"), least.clone()]).await.unwrap();
    assert_eq!(rows[0].column(0).as_primitive::<arrow::datatypes::Int64Type>().values(), &[120]);
    for (values, message) in [
        (vec![most.clone(), missing("lost"), least.clone()], "option missing: 'lost' is none of"),
        (
            vec![most.clone(), missing("dropped"), ("least", ScalarValue::from("x"))],
            "option min_child: 'x' is not a number",
        ),
        (vec![most, least], "missing"),
    ] {
        let fault = frame(values).await.unwrap_err().to_string();
        assert!(fault.contains(message), "{fault}");
    }
}
