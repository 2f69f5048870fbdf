//! Each operator on random small tables.

use crate::harness::{findings, session};
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::prelude::SessionContext;
use proptest::prelude::*;
use std::sync::Arc;

pub(crate) type Table = Vec<(Option<i64>, Option<i64>)>;

fn table() -> impl Strategy<Value = Table> {
    let value = prop_oneof![1 => Just(None), 5 => (0i64..3).prop_map(Some)];
    proptest::collection::vec((value.clone(), value), 0..6)
}

pub(crate) fn tables() -> impl Strategy<Value = [Table; 3]> {
    [table(), table(), table()]
}

pub(crate) fn filled(tables: &[Table; 3]) -> SessionContext {
    let context = session();
    for (name, rows) in ["a", "b", "c"].into_iter().zip(tables) {
        let ids: Vec<i64> = (1..).zip(rows).map(|(id, _)| id).collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("id", Arc::new(Int64Array::from(ids))),
            ("k", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>())),
            ("x", Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>())),
        ];
        context.register_batch(name, RecordBatch::try_from_iter(columns).unwrap()).unwrap();
    }
    context
}

/// Queries whose lineage is enough to make their rows again, whichever way tables are cut down.
pub(crate) const SUFFICIENT: &[&str] = &[
    // filter, projection
    "select id, x + 1 as y from a where x > 0",
    "select a.k from a where a.x is null or a.k = 1",
    // joins
    "select a.id, b.id as b from a join b on a.k = b.k",
    "select a.x, b.x as y from a join b on a.k = b.k and a.x < b.x",
    "select a.k, b.k as l from a, b where a.x > b.x",
    "select a.id, b.id as b from a left join b on a.k = b.k",
    "select a.id, b.id as b from a right join b on a.k = b.k and a.x > b.x",
    "select a.id, b.id as b from a full join b on a.k = b.k",
    "select a.id, b.k from a cross join b",
    "select k, a.x, b.x as y from a join b using (k)",
    "select a.id from a left semi join b on a.k = b.k",
    "select a.id from a left semi join b on a.k = b.k and a.x <> b.x",
    "select a.id from a left semi join b on a.x < b.x",
    "select b.id from a right semi join b on a.k = b.k",
    "select a.id from a left anti join b on a.k = b.k",
    "select b.id from a right anti join b on a.k = b.k and a.x = b.x",
    "select p.x, q.x as y from a as p join a as q on p.k = q.k where p.id <> q.id",
    // aggregates
    "select k, count(*) as n, sum(x) as s from a group by k",
    "select count(*) as n, min(x) as m from a where k = 1",
    "select k, count(*) filter (where x > 0) as n, count(distinct x) as d from a group by k",
    "select k, sum(distinct x) as s, avg(x) as g from a group by k having count(*) > 1",
    "select a.k, count(distinct b.x) as n from a join b on a.k = b.k group by a.k",
    "select a.k, b.x, count(*) as n from a left join b on a.k = b.k group by a.k, b.x",
    "select k, x, count(*) as n from a group by grouping sets ((k), (x), ())",
    "select k, x, count(*) as n, grouping(k) as g from a group by rollup (k, x)",
    "select k, x, sum(id) as n from a group by cube (k, x)",
    "select n, count(*) as m from (select k, count(*) as n from a group by k) group by n",
    // distinct
    "select distinct k from a",
    "select distinct a.x from a join b on a.k = b.k",
    "select distinct on (k) k, x from a order by k, x desc nulls last, id",
    // union, intersect, except
    "select k from a union all select k from b",
    "select k from a union select x from b union select 7",
    "select k, x from a union by name select x, k from b",
    "select k from a intersect select k from b",
    "select k from a except select k from b",
    "select a.k, count(*) as n from (select k from a union all select k from b) as a group by a.k",
    // the columns of this union are named otherwise than its expressions
    "select k, x from (select p.k, q.x from b as p full join a as q on p.x = q.x union all select x, k from a) as p where x > 0",
    // windows
    "select id, row_number() over (partition by k order by x, id) as r from a",
    "select id, sum(x) over (partition by k order by id rows 1 preceding) as s from a",
    "select id, count(*) over () as n, rank() over (partition by x order by k, id) as r from a",
    "select id, lag(x) over (order by id) as l from a",
    "select k from (select k, row_number() over (partition by k order by x, id) as r from a) where r = 1",
    "select a.id, count(*) over (partition by b.x) as n from a join b on a.k = b.k",
    // sort, limit
    "select id, x from a order by x desc nulls last, id",
    "select id from a order by x, id limit 2",
    "select p.id from (select id from a order by x, id limit 2) as p join b on b.id = p.id",
    // subqueries
    "select id from a where k in (select k from b)",
    "select id from a where k in (select k from b where b.x >= a.x)",
    "select id from a where exists (select 1 from b where b.k = a.k and b.x <> a.x)",
    "select id from a where exists (select 1 from b)",
    "select id from a where not exists (select 1 from b where b.k = a.k)",
    "select id from a where k not in (select k from b where k is not null)",
    "select id from a where k not in (select k from b)",
    "select id from a where x = 0 or exists (select 1 from b where b.k = a.k)",
    "select id from a where x = 0 or k in (select k from b where b.x > a.x)",
    "select id from a where x = 0 or not exists (select 1 from b where b.k = a.k)",
    "select id from a where x >= (select avg(x) from b)",
    "select id, (select max(x) from b where b.k = a.k) as m from a",
    "select id, (select count(*) from b where b.k = a.k) as m from a",
    "select id, x - (select min(x) from b) as m from a",
    "select id from a where x > (select min(b.x) from b where b.k = a.k)",
    "select id from a where x >= all (select x from b where x is not null)",
    "select id from a where x = any (select x from b)",
    // unnest
    "select id, unnest(make_array(k, x)) as e from a",
    "select e, count(*) as n from (select unnest(make_array(k, x)) as e from a) group by e",
    // nested queries, values
    "with p as (select k, x from a where x > 0) select p.k, q.x from p join p as q on p.k = q.k",
    "select a.id, v.column1 as v from a join (values (0), (1)) as v on v.column1 = a.k",
    "select 1 as one",
    "with p as (select k, sum(x) as s from a group by k) select p.k, b.x from p join b on p.s = b.x",
    "select b.id, l.m from b, lateral (select max(x) as m from a where a.k = b.k) as l",
    "select id, case when x > 1 then 'high' end as h, coalesce(k, -1) as l from a",
];

pub(crate) fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn all_sufficient(tables: &[Table; 3], queries: &[&str]) {
    let context = filled(tables);
    block(async {
        for sql in queries {
            let found = findings(&context, sql).await;
            assert!(found.caveats.is_empty(), "{sql}\n{:?}", found.caveats);
            assert!(found.insufficient_by_input.is_empty(), "by input: {sql}\n{found:#?}");
            assert!(found.insufficient_by_table.is_empty(), "by table: {sql}\n{found:#?}");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn lineage_is_sufficient_first_half(tables in tables()) {
        all_sufficient(&tables, &SUFFICIENT[..SUFFICIENT.len() / 2]);
    }

    #[test]
    fn lineage_is_sufficient_second_half(tables in tables()) {
        all_sufficient(&tables, &SUFFICIENT[SUFFICIENT.len() / 2..]);
    }
}
