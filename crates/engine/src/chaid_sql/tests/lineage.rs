//! What crate `provenance` says of an analysis.

use super::members;
use crate::chaid_sql::{follow, follow_columns};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use provenance::{Grain, RowIdColumn, SourceColumn, Subject, capture, capture_with, columns, columns_with};
use std::collections::BTreeSet;

const SQL: &str = "select place, p
from chaid_screen((select * from derived.member where age < 40),
    outcome => left_early, nominal => [branch], scale => [visits])
order by place";

#[tokio::test]
async fn behind_each_row_stand_all_rows_of_the_input() {
    let context = members(2);
    let plan = context.state().create_logical_plan(SQL).await.unwrap();
    for subject in [Subject::Rows, Subject::Column(1)] {
        let identity = |_: &_| Some(RowIdColumn::Column("age".into()));
        let lineage = capture_with(&plan, subject, &identity, &follow).unwrap();
        let rows =
            context.execute_logical_plan(lineage.plan().clone()).await.unwrap().collect().await.unwrap();
        let rows = arrow::compute::concat_batches(&rows[0].schema(), &rows).unwrap();
        let split = lineage.split(&rows, Grain::Table).unwrap();
        let named = split.edges(0).unwrap();
        assert_eq!(split.result.num_rows(), 2);
        let number = |column: usize| named.column(column).as_primitive::<Int64Type>().values().iter();
        let edges: BTreeSet<(i64, i64)> = number(0).copied().zip(number(2).copied()).collect();
        let expected: BTreeSet<(i64, i64)> =
            (0..2).flat_map(|row| (0..40).map(move |age| (row, age))).collect();
        assert_eq!(edges, expected);
    }
}

/// Whoever does not say how the operator is followed, and whoever asks for columns, is refused at its place.
#[tokio::test]
async fn what_cannot_be_followed_is_refused_at_its_place() {
    let plan = members(1).state().create_logical_plan(SQL).await.unwrap();
    let rows = capture(&plan, &|_| Some(RowIdColumn::Column("age".into()))).map(drop).unwrap_err();
    let columns = columns(&plan).map(drop).unwrap_err();
    for fault in [rows.to_string(), columns.to_string()] {
        assert!(
            fault.starts_with("3:16: no lineage through Chaid: screen, outcomes=[left_early]"),
            "{fault}"
        );
    }
}

/// What is counted comes from all columns that are taken; what the call gives comes from none; the filter decides.
#[tokio::test]
async fn columns_come_from_all_columns_that_are_taken() {
    let from = |columns: &BTreeSet<SourceColumn>| {
        columns.iter().map(|source| source.column.clone()).collect::<Vec<_>>().join(" ")
    };
    for (sql, expected) in [
        (SQL.replace("place, p", "place, predictor, p"), ["place:  < age", "predictor:  < age", "p: branch left_early visits < age"]),
        (
            "select outcome, predictor, chi from chaid((select * from derived.member), outcome => left_early, nominal => [branch])"
                .to_owned(),
            ["outcome:  < branch left_early", "predictor: branch left_early < branch left_early", "chi: branch left_early < branch left_early"],
        ),
    ] {
        let plan = members(1).state().create_logical_plan(&sql).await.unwrap();
        let found = columns_with(&plan, &follow_columns).unwrap();
        let found: Vec<String> =
            found.iter().map(|c| format!("{}: {} < {}", c.name, from(&c.values), from(&c.influences))).collect();
        assert_eq!(found, expected, "{sql}");
    }
}
