//! What is not followed says so, with its place; what is followed but not sufficient is listed here.

use crate::harness::{batch, by_id, edges, findings, planned, rows, session};
use crate::operators::{block, filled};
use datafusion::common::TableReference;
use provenance::{CaveatReason, Grain, ProvenanceError, RowIdColumn, capture, capture_column};

fn small() -> datafusion::prelude::SessionContext {
    let row = |k, x| (Some(k), Some(x));
    filled(&[
        vec![row(0, 1), row(0, 2), row(1, 0), row(2, 2)],
        vec![row(0, 1), row(1, 1), row(1, 2)],
        vec![row(0, 0)],
    ])
}

#[test]
fn what_cannot_be_followed_is_refused_at_its_place() {
    let context = small();
    for (sql, operator, place) in [
        ("select 1 as __lineage_0, id from a", "Projection", Some("1:26")),
        ("select id from a limit 1", "Limit", Some("1:8")),
        ("select *\nfrom (select id from a\nlimit 2) as p", "Limit", Some("2:14")),
        (
            "with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n from r",
            "Recursive",
            None,
        ),
        ("select a.id from a join b on a.k = b.k or exists (select 1 from c where c.k = a.k)", "", None),
    ] {
        let plan = block(planned(&context, sql));
        match capture(&plan, &by_id) {
            Err(ProvenanceError::Unsupported { operator: named, place: at, .. }) => {
                assert!(named.contains(operator), "{named}");
                if place.is_some() {
                    assert_eq!(at.map(|at| at.to_string()).as_deref(), place, "{sql}");
                }
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[test]
fn a_table_without_identities_is_refused() {
    let context = small();
    let plan = block(planned(&context, "select k from a"));
    assert!(matches!(capture(&plan, &|_| None), Err(ProvenanceError::NoIdentity { .. })));
    let no = |_: &TableReference| Some(RowIdColumn::Column("no".into()));
    assert!(matches!(capture(&plan, &no), Err(ProvenanceError::NoColumn { .. })));
    let lineage = capture(&plan, &|_| Some(RowIdColumn::Computed)).unwrap();
    let (_, edges) = edges(&lineage, &block(batch(&context, lineage.plan())), Grain::Table);
    assert!(edges.iter().all(|row| row.is_empty()));
}

#[test]
fn a_scalar_subquery_of_two_rows_still_fails() {
    let context = small();
    for (sql, fails) in [
        ("select id from a where x = (select x from b where k = 1)", true),
        ("select id from a where x = (select x from b where k = 0)", false),
        ("select id from a where x = (select x from b where k = 7)", false),
    ] {
        let plan = block(planned(&context, sql));
        let lineage = capture(&plan, &by_id).unwrap();
        let run = |plan| async { context.execute_logical_plan(plan).await?.collect().await };
        assert_eq!(block(run(plan)).is_err(), fails);
        assert_eq!(block(run(lineage.plan().clone())).is_err(), fails, "{sql}");
    }
}

/// Each kind of caveat has a query whose rows do not come out again; where there is none, only tables can fail.
#[test]
fn what_lineage_is_not_sufficient_for() {
    use CaveatReason::{Offset, RowOfNothing};
    let context = small();
    for (sql, caveats, by_input) in [
        ("select id from a order by id limit 1 offset 1", vec![Offset], 1),
        // The subquery reads all of a, so a row that b kept out of the count is let in again: by table, not by input.
        (
            "select count(*) as n, (select count(*) from a) as m from a
            where not exists (select 1 from b where b.x = a.x)",
            vec![],
            0,
        ),
        (
            "select id from a where not exists (select 1 from (select count(*) as n from b) as t where t.n < 3)",
            vec![RowOfNothing],
            4,
        ),
    ] {
        let found = block(findings(&context, sql));
        assert_eq!(found.caveats, caveats, "{sql}");
        assert_eq!(found.insufficient_by_input.len(), by_input, "{sql} {found:#?}");
        assert!(!found.insufficient_by_table.is_empty(), "{sql}");
    }
}

/// Sums of pairs: 0+0, 0+1, 1+0, 1+1, 2+0, 2+1. The sums 0 and 3 are made once; the rows of their pairs alone make the
/// others too, and parts of 1 and 2.
#[test]
fn parts_of_groups_are_the_third_caveat() {
    let row = |x| (Some(0), Some(x));
    let context = filled(&[vec![row(2), row(0), row(1)], vec![row(0), row(1)], vec![]]);
    let sums = "select l.x + r.x as k, count(*) as c from a as l, b as r group by l.x + r.x";
    let sql = format!("select c, count(*) as n from ({sums}) group by c");
    let found = block(findings(&context, &sql));
    assert_eq!(found.caveats, [CaveatReason::OtherRows]);
    assert_eq!(found.insufficient_by_input.len(), 1, "{found:#?}");
    let found = block(findings(&context, sums));
    assert!(found.caveats.is_empty() && found.insufficient_by_input.is_empty(), "{found:#?}");
    let sql = "select count(*) as n, l.x + r.x = 1 as one from a as l, b as r
        where not exists (select 1 from b where b.x = 1 and l.x = 2 and r.x = 0) group by l.x + r.x = 1";
    let found = block(findings(&context, sql));
    assert_eq!(found.caveats, [CaveatReason::OtherRows]);
    assert_eq!(found.insufficient_by_input.len(), 1, "{found:#?}");
}

#[test]
fn the_lineage_of_a_count_has_as_many_rows_as_it_says() {
    let context = small();
    let sql = "with t as (
            select k, count(case when x > 0 then id end) as high, count(*) as n,
                sum(case when x = 2 then 1 else 0 end) as twos, count(*) filter (where x < 2) as low
            from a group by k
            union all
            select 9, count(case when x > 0 then id end), count(*), sum(case when x = 2 then 1 else 0 end),
                count(*) filter (where x < 2) from a
        )
        select t.k, t.high, t.n, t.twos, t.low, t.high + t.low as both, 1 as one, m.m
        from t cross join (select count(*) as m from b) as m order by t.k";
    let plan = block(planned(&context, sql));
    for column in [1, 2, 3, 4, 7] {
        let lineage = capture_column(&plan, column, &by_id).unwrap();
        let batch = block(batch(&context, lineage.plan()));
        let (rows, edges) = edges(&lineage, &batch, Grain::Table);
        for (row, edges) in rows.iter().zip(edges) {
            let printed: usize = row.split('|').nth(column).unwrap().parse().unwrap();
            let table = usize::from(column == 7);
            let expected = if printed == 0 { vec![] } else { vec![(table, printed)] };
            let named: Vec<_> = edges.iter().map(|(table, ids)| (*table, ids.len())).collect();
            assert_eq!(named, expected, "column {column} of {row}");
        }
    }
    let literal = capture_column(&plan, 6, &by_id).unwrap();
    assert_eq!(literal.plan().schema().fields().len(), 8, "nothing is behind a literal");
}

#[test]
fn identities_from_another_source_of_the_same_rows() {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt32Array};
    use datafusion::catalog::MemTable;
    use datafusion::datasource::provider_as_source;
    use std::sync::Arc;
    let context = session();
    let plain: Vec<(&str, ArrayRef)> = vec![("v", Arc::new(Int64Array::from(vec![5, 6, 5])))];
    context.register_batch("t", RecordBatch::try_from_iter(plain.clone()).unwrap()).unwrap();
    let places: ArrayRef = Arc::new(UInt32Array::from(vec![7, 8, 9]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["p", "q", "r"]));
    let numbered = RecordBatch::try_from_iter([("row", places), plain[0].clone(), ("name", names)]).unwrap();
    let table = MemTable::try_new(numbered.schema(), vec![vec![numbered]]).unwrap();
    let source = provider_as_source(Arc::new(table));
    let by = |column: &str| {
        let (source, column) = (source.clone(), column.to_owned());
        move |_: &TableReference| Some(RowIdColumn::Of { source: source.clone(), column: column.clone() })
    };
    let plan = block(planned(&context, "select *, count(*) as n from t group by all order by v"));
    let lineage = capture(&plan, &by("row")).unwrap();
    let batch = block(batch(&context, lineage.plan()));
    let split = lineage.split(&batch, Grain::Table).unwrap();
    assert_eq!(rows(&split.result), ["5|2", "6|1"]);
    assert_eq!(rows(&split.edges(10).unwrap()), ["10|0|7", "10|0|9", "11|0|8"]);
    assert_eq!(split.behind(0).unwrap().get(0).unwrap(), [7, 9].into_iter().collect());
    assert!(split.behind(1).is_err());
    assert!(matches!(capture(&plan, &by("name")), Err(ProvenanceError::NoNumber { .. })));
}
