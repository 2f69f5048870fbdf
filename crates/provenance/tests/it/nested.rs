//! Random queries of operators upon operators: the result is the same with lineage, and without caveats lineage is
//! sufficient.

use crate::harness::findings;
use crate::operators::{block, filled, tables};
use proptest::prelude::*;

/// A query with columns k and x.
fn queries() -> impl Strategy<Value = String> {
    let table = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(|t| format!("select k, x from {t}"));
    table.prop_recursive(3, 8, 2, |inner| {
        let one = (inner.clone(), prop::sample::select(ONE)).prop_map(|(p, form)| form.replace("$p", &p));
        let two = (inner.clone(), inner, prop::sample::select(TWO))
            .prop_map(|(p, q, form)| form.replace("$p", &p).replace("$q", &q));
        prop_oneof![one, two]
    })
}

const ONE: &[&str] = &[
    "select k, x from ($p) as p where x > 0",
    "select x as k, k + x as x from ($p) as p",
    "select k, count(*) as x from ($p) as p group by k",
    "select k, sum(x) as x from ($p) as p group by k having count(*) > 1",
    "select k, count(distinct x) as x from ($p) as p group by rollup (k)",
    "select max(k) as k, count(x) as x from ($p) as p",
    "select distinct k, x from ($p) as p",
    "select k, count(*) over (partition by x) as x from ($p) as p",
    "select k, x from ($p) as p order by k nulls last, x nulls last limit 2",
    "select k, unnest(make_array(k, x)) as x from ($p) as p",
    "select k, x from ($p) as p where x >= (select avg(x) from ($p) as q)",
];

const TWO: &[&str] = &[
    "select p.k, q.x from ($p) as p join ($q) as q on p.k = q.k",
    "select p.x as k, q.k as x from ($p) as p join ($q) as q on p.k <= q.x",
    "select p.k, q.x from ($p) as p left join ($q) as q on p.k = q.k",
    "select p.k, q.x from ($p) as p full join ($q) as q on p.x = q.x",
    "select k, x from ($p) as p where k in (select k from ($q) as q)",
    "select k, x from ($p) as p where exists (select 1 from ($q) as q where q.k = p.k and q.x <> p.x)",
    "select k, x from ($p) as p where not exists (select 1 from ($q) as q where q.k = p.k)",
    "select k, x from ($p) as p where x = 1 or k in (select k from ($q) as q)",
    "select k, x from ($p) as p union all select x, k from ($q) as q",
    "select k, x from ($p) as p union select k, x from ($q) as q",
    "select k, x from ($p) as p intersect select k, x from ($q) as q",
    "select k, x from ($p) as p except select k, x from ($q) as q",
    "select k, (select max(q.x) from ($q) as q where q.k = p.k) as x from ($p) as p",
    "select k, (select count(*) from ($q) as q where q.k = p.k) as x from ($p) as p",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn without_caveats_lineage_is_sufficient(tables in tables(), sql in queries()) {
        let context = filled(&tables);
        // Some of these queries DataFusion itself does not run.
        prop_assume!(block(async { context.sql(&sql).await?.collect().await }).is_ok());
        let found = block(findings(&context, &sql));
        prop_assert!(!found.caveats.is_empty() || found.insufficient_by_input.is_empty(), "{sql}\n{found:#?}");
    }
}
