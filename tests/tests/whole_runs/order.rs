//! A stored table has a total order, or there is no table.

use crate::fixture::{Library, PLAINLY, Store, wait};
use insta::assert_snapshot;

const MODEL: &str = "features/member.sql";

fn planned(from: &str, to: &str) -> String {
    let copy = Library::new();
    copy.edit(MODEL, from, to);
    copy.faults()
}

#[test]
fn a_model_without_order_is_refused_before_data_is_read() {
    assert_snapshot!(planned("\norder by p.row_id", ""), @"
    features/member.sql:17:53: the query has no ORDER BY
      help: end the query in ORDER BY over output columns that together are unique, so that equal input gives equal bytes
    ");
}

#[test]
fn an_order_inside_the_query_does_not_count() {
    assert_snapshot!(planned("\norder by p.row_id", "\njoin (select card_ref as c from staging.loans order by c limit 9) on true"), @"
    features/member.sql:18:74: the query has no ORDER BY
      help: end the query in ORDER BY over output columns that together are unique, so that equal input gives equal bytes
    ");
}

#[test]
fn an_order_by_what_is_no_output_column_is_refused() {
    assert_snapshot!(planned("order by p.row_id", "order by i.surname"), @"
    features/member.sql:18:1: the rows are not sorted by output columns: `order by i.surname`
      help: end the query with ORDER BY over output columns that tell every row apart
    ");
}

#[test]
fn a_tie_stops_the_run_at_the_order_by() {
    let (copy, store) = (Library::new(), Store::new());
    copy.edit(MODEL, "order by p.row_id", "order by p.branch, p.population");
    let study = copy.load();
    wait(|| engine::plan(&study)).unwrap();
    let error = store.run(&study, PLAINLY).unwrap_err();
    assert!(matches!(error, engine::EngineError::Study(_)), "{error:?}");
    assert_snapshot!(error.to_string(), @"
    features/member.sql:18:1: the order is not total: row 2 of derived.member equals the one before it in branch, population: `order by p.branch, p.population`
      help: end the query with ORDER BY over output columns that tell every row apart
    ");
    assert_eq!(store.warehouse.runs().unwrap().len(), 0, "nothing is committed");
}
