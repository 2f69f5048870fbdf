//! Column lineage of queries, written as `column: values < influences`.

use crate::harness::planned;
use crate::operators::{block, filled};
use provenance::{SourceColumn, columns};
use std::collections::BTreeSet;

fn check(sql: &str, expected: &[&str]) {
    let context = filled(&[vec![], vec![], vec![]]);
    let plan = block(planned(&context, sql));
    let text = |columns: &BTreeSet<SourceColumn>| {
        columns.iter().map(|c| format!("{}.{}", c.table, c.column)).collect::<Vec<_>>().join(" ")
    };
    let found: Vec<String> = columns(&plan)
        .unwrap()
        .iter()
        .map(|c| format!("{}: {} < {}", c.name, text(&c.values), text(&c.influences)))
        .collect();
    assert_eq!(found, expected, "{sql}");
}

#[test]
fn values_and_influences_are_told_apart() {
    check(
        "select id, x + k as y, 1 as one from a where x > 0",
        &["id: a.id < a.x", "y: a.k a.x < a.x", "one:  < a.x"],
    );
    check(
        "select a.k, sum(b.x) filter (where b.id > 1) as s, count(*) as n from a join b on a.k = b.k group by a.k",
        &["k: a.k < a.k b.k", "s: b.x < a.k b.id b.k", "n:  < a.k b.k"],
    );
    check("select id from a where k in (select k from b where x = 1)", &["id: a.id < a.k b.k b.x"]);
    check("select id from a where not exists (select 1 from b where b.k = a.k)", &["id: a.id < a.k b.k"]);
    check("select id, (select max(x) from b) as m from a", &["id: a.id < ", "m: b.x < "]);
    check("select k from a union all select x from b where id = 1", &["k: a.k b.x < b.id"]);
    check(
        "select id, row_number() over (partition by k order by x) as r from a order by id limit 1",
        &["id: a.id < a.id", "r:  < a.id a.k a.x"],
    );
    check("select k, grouping(x) as g from a group by rollup (k, x)", &["k: a.k < a.k a.x", "g:  < a.k a.x"]);
    check("select unnest(make_array(k, x)) as e, id from a", &["e: a.k a.x < ", "id: a.id < "]);
    check("select distinct k from a as p", &["k: a.k < a.k"]);
}
