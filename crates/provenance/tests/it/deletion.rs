//! What happens to a result when a row is deleted from a table, against what lineage says.

use crate::harness::{Captured, batch, by_id, captured, rows};
use crate::operators::{Table, block, filled, tables};
use datafusion::common::TableReference;
use datafusion::logical_expr::lit;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Every row in the lineage is needed: one derivation a row, and no two rows alike.
const MINIMAL: &[&str] = &[
    "select id, x from a where x > 0",
    "select a.id, b.id as b from a join b on a.k = b.k and a.x <= b.x",
    "select a.id, b.id as b from a full join b on a.k = b.k",
    "select a.id, b.id as b, c.id as c from a join b on a.k = b.k left join c on b.x = c.x",
    "select id from a left anti join b on a.k = b.k",
    "select 1 as t, id from a union all select 2 as t, id from b",
    "select k, count(*) as n from a group by k",
    "select k, x, grouping(k) as g, grouping(x) as h, count(*) as n from a group by rollup (k, x)",
    "select a.k, count(*) as n, count(distinct b.id) as m from a join b on a.k = b.k group by a.k",
    "select id, count(*) over (partition by k) as n from a",
    "select id, (select count(*) from b where b.k = a.k) as m from a",
    "select id, unnest(make_array(k, 9)) as e, x from a where id < 3",
    "select id from a order by x, id limit 2",
];

/// Rows appear and change only where their lineage says so: nothing in these looks for what is not there.
const LOCAL: &[&str] = &[
    "select a.id, b.id as b from a join b on a.k = b.k and a.x <= b.x",
    "select a.id from a left semi join b on a.k = b.k and a.x <> b.x",
    "select distinct a.k from a join b on a.k = b.k",
    "select k from a intersect select k from b",
    "select k from a union select x from b",
    "select k, count(*) filter (where x > 0) as n, sum(distinct x) as s from a group by k",
    "select a.k, max(b.x) as m from a join b on a.k = b.k group by a.k having count(*) > 1",
    "select k, x, count(*) as n from a group by cube (k, x)",
    "select id, sum(x) over (partition by k order by id) as s from a",
    "select id from a where x >= (select avg(x) from b)",
    "select id from a where x = 0 or exists (select 1 from b where b.k = a.k)",
    "select id, (select max(x) from b where b.k = a.k) as m from a",
    "select e, count(*) as n from (select unnest(make_array(k, x)) as e from a) group by e",
];

async fn without(
    captured: &Captured,
    context: &datafusion::prelude::SessionContext,
    table: &str,
    id: i64,
) -> Vec<String> {
    let table = TableReference::bare(table);
    let keep = |input: usize, column: datafusion::logical_expr::Expr| {
        (captured.lineage.inputs()[input] == table).then(|| column.not_eq(lit(id)))
    };
    rows(&batch(context, &captured.lineage.restricted(&by_id, &keep).unwrap()).await)
}

fn names(captured: &Captured, row: usize, table: &str, id: i64) -> bool {
    let table = TableReference::bare(table);
    captured.by_input[row]
        .iter()
        .any(|(&input, ids)| captured.lineage.inputs()[input] == table && ids.contains(&id))
}

fn counted(rows: &[String]) -> BTreeMap<&String, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row).or_default() += 1);
    counts
}

fn each_row(tables: &[Table; 3]) -> Vec<(&'static str, i64)> {
    ["a", "b", "c"]
        .into_iter()
        .zip(tables)
        .flat_map(|(name, rows)| (1..).zip(rows).map(move |(id, _)| (name, id)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn without_any_row_of_its_lineage_a_row_is_another(tables in tables()) {
        let context = filled(&tables);
        block(async {
            for sql in MINIMAL {
                let captured = captured(&context, sql).await.unwrap();
                for (table, id) in each_row(&tables) {
                    let rest = without(&captured, &context, table, id).await;
                    let (before, after) = (counted(&captured.rows), counted(&rest));
                    for (row, text) in captured.rows.iter().enumerate() {
                        if names(&captured, row, table, id) {
                            assert!(after.get(text) < before.get(text), "{sql}: {text} without {table} {id}");
                        }
                    }
                }
            }
        });
    }

    #[test]
    fn rows_that_do_not_name_it_stay_when_a_row_is_deleted(tables in tables()) {
        let context = filled(&tables);
        block(async {
            for sql in LOCAL {
                let captured = captured(&context, sql).await.unwrap();
                for (table, id) in each_row(&tables) {
                    let rest = without(&captured, &context, table, id).await;
                    let stay: Vec<String> = captured
                        .rows
                        .iter()
                        .enumerate()
                        .filter(|(row, _)| !names(&captured, *row, table, id))
                        .map(|(_, text)| text.clone())
                        .collect();
                    let after = counted(&rest);
                    for (text, count) in counted(&stay) {
                        assert!(after.get(text) >= Some(&count), "{sql}: {text} without {table} {id}");
                    }
                }
            }
        });
    }
}
