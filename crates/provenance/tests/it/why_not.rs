//! The operator at which a row gets lost.

use crate::harness::planned;
use crate::operators::{block, filled};
use datafusion::common::TableReference;
use datafusion::prelude::{col, lit};
use provenance::{Fate, ProvenanceError, why_not};

/// The fates of row `id` of `table`, each as `operator@place`.
fn fates(sql: &str, table: &str, id: i64) -> Vec<String> {
    let row = |k, x| (Some(k), Some(x));
    let context = filled(&[
        vec![row(0, 1), row(0, 2), row(1, 0), row(2, 2)],
        vec![row(0, 1), row(1, 1), row(1, 2)],
        vec![row(0, 0)],
    ]);
    let plan = block(planned(&context, sql));
    let question = why_not(&plan, &TableReference::bare(table), &col("id").eq(lit(id))).unwrap();
    let answer = block(question.ask(&context)).unwrap();
    answer
        .into_iter()
        .map(|(_, fate)| match fate {
            Fate::Lost { operator, place } => {
                format!("{operator}@{}", place.map(|p| p.to_string()).unwrap_or_default())
            }
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn the_first_operator_that_a_row_does_not_pass_is_named() {
    for (sql, table, id, expected) in [
        ("select id from a where x > 0", "a", 1, vec!["Present"]),
        ("select id from a where x > 0", "a", 9, vec!["Absent"]),
        ("select id from a where k = 1\nand x > 0", "a", 3, vec!["Filter: a.x > Int64(0)@2:5"]),
        ("select id from a where k = 1\nand x > 0", "a", 1, vec!["Filter: a.k = Int64(1)@1:24"]),
        ("select a.id from a join b on a.k = b.k where b.x > 1", "a", 4, vec!["Inner Join: a.k = b.k@1:30"]),
        ("select a.id from a join b on a.k = b.k where b.x > 1", "a", 1, vec!["Filter: b.x > Int64(1)@1:46"]),
        ("select a.id from a left join b on a.k = b.k", "a", 4, vec!["Present"]),
        ("select id from a order by x, id limit 2", "a", 4, vec!["Limit: skip=0, fetch=2@"]),
        ("select k, count(*) as n from a group by k having count(*) > 1", "a", 1, vec!["Present"]),
        (
            "select k, count(*) as n from a group by k having n > 1",
            "a",
            3,
            vec!["Filter: count(Int64(1)) > Int64(1)@1:41"],
        ),
        (
            "select id from a where k not in (select k from b where k is not null)",
            "b",
            1,
            vec!["KeepsOthersOut"],
        ),
        (
            "select id from a where k in (select k from b where x > 1)",
            "b",
            2,
            vec!["Filter: b.x > Int64(1)@1:52"],
        ),
        ("select id from a where k in (select k from b where x > 1)", "b", 3, vec!["Present"]),
        (
            "select p.id from a as p join a as q on p.x = q.id",
            "a",
            4,
            vec!["Present", "Inner Join: p.x = q.id@1:40"],
        ),
        (
            "select k from a where x > 1 union all select k from a where x < 1",
            "a",
            3,
            vec!["Filter: a.x > Int64(1)@1:23", "Present"],
        ),
        ("select distinct k, row_number() over (order by k) as r from a", "a", 3, vec!["Present"]),
    ] {
        assert_eq!(fates(sql, table, id), expected, "{sql}, {table} {id}");
    }
}

#[test]
fn a_table_that_is_not_read_is_an_error() {
    let context = filled(&[vec![], vec![], vec![]]);
    let plan = block(planned(&context, "select id from a"));
    let asked = why_not(&plan, &TableReference::bare("b"), &lit(true));
    assert!(matches!(asked, Err(ProvenanceError::NotRead { .. })));
}
