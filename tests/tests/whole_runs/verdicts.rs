//! Verdicts that cannot be applied: the exact refusal, and nothing published.

use crate::fixture::{Library, PLAINLY, Store};
use insta::assert_snapshot;

const NOBODY: &str = "cast(null as varchar)";

fn rule(query: &str) -> String {
    format!(
        "-- what: a rule at fault\n-- input: records\n-- one row is: one verdict\n-- source: invented\n{query}\n"
    )
}

/// A published night, then the second round with one rule that is `query`; what the run says.
fn refusal(query: &str) -> String {
    let (copy, store) = (Library::new(), Store::new());
    store.run(&copy.load(), PLAINLY).unwrap();
    copy.write("cleaning/gone.sql", &rule(query));
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert!(matches!(error, engine::EngineError::Verdict { .. }), "{error:?}");
    assert_eq!(store.warehouse.current().unwrap(), Some(1), "the earlier night stays");
    assert_eq!(store.warehouse.runs().unwrap().len(), 1, "nothing is committed");
    assert!(
        store.warehouse.verify_chain().unwrap().iter().all(|finding| finding.path.starts_with("objects/"))
    );
    error.to_string()
}

/// One verdict on the member of this surname; `rest` are the columns after `row_id`.
fn on(surname: &str, rest: &str) -> String {
    format!(
        "select r.row_id, {rest} from records r join identities i using (row_id) where i.surname = '{surname}'"
    )
}

#[test]
fn a_row_judged_twice() {
    let one = on("Bos", &format!("'remove' as verb, {NOBODY} as survivor_id, 'one' as reason"));
    let two = on("Bos", &format!("'update' as verb, {NOBODY} as survivor_id, 'two' as reason"));
    assert_snapshot!(refusal(&format!("{one} union all {two}")), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is judged twice; return one verdict a row; choose among candidates with row_number()");
}

#[test]
fn an_unknown_row() {
    let query =
        format!("select 'nobody' as row_id, 'remove' as verb, {NOBODY} as survivor_id, 'gone' as reason");
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row nobody gets verb remove but is not in records; take row_id from records");
}

#[test]
fn a_verdict_without_row() {
    let query =
        format!("select {NOBODY} as row_id, 'remove' as verb, {NOBODY} as survivor_id, 'gone' as reason");
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: a verdict without row_id; every verdict names its row");
}

#[test]
fn an_unknown_verb() {
    let query = on("Bos", &format!("'delete' as verb, {NOBODY} as survivor_id, 'gone' as reason"));
    assert_snapshot!(refusal(&query), @r#"cleaning/gone.sql: unknown verb "delete"; use merge, remove, move, add or update"#);
}

#[test]
fn no_verb() {
    let query = on("Bos", &format!("{NOBODY} as verb, {NOBODY} as survivor_id, 'gone' as reason"));
    assert_snapshot!(refusal(&query), @r#"cleaning/gone.sql: unknown verb "NULL"; use merge, remove, move, add or update"#);
}

#[test]
fn no_reason() {
    let query = on("Bos", &format!("'remove' as verb, {NOBODY} as survivor_id, ' ' as reason"));
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is judged without reason; say why in column reason");
}

#[test]
fn a_move_without_population() {
    let query = on("Bos", &format!("'move' as verb, {NOBODY} as survivor_id, 'left' as reason"));
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5: move without population; give set_population");
}

#[test]
fn a_move_to_where_the_row_is() {
    let query = on(
        "Bos",
        &format!("'move' as verb, {NOBODY} as survivor_id, 'left' as reason, 'active' as set_population"),
    );
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is moved to active, where it is already; leave the verdict out");
}

#[test]
fn a_move_to_an_undeclared_population() {
    let query = on(
        "Bos",
        &format!("'move' as verb, {NOBODY} as survivor_id, 'left' as reason, 'dead' as set_population"),
    );
    assert_snapshot!(refusal(&query), @r#"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5: there is no population "dead"; populations are active, left"#);
}

#[test]
fn an_update_that_moves() {
    let query = on(
        "Bos",
        &format!("'update' as verb, {NOBODY} as survivor_id, 'left' as reason, 'left' as set_population"),
    );
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5: update changes its population to left; use verb move");
}

#[test]
fn a_merge_into_nothing() {
    let query = on("Bos", &format!("'merge' as verb, {NOBODY} as survivor_id, 'same' as reason"));
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is merged into nothing; give survivor_id");
}

#[test]
fn a_merge_into_itself() {
    assert_snapshot!(refusal(&on("Bos", "'merge' as verb, r.row_id as survivor_id, 'same' as reason")), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is merged into e25e16f90cf51021f69981d0d630fee5, which does not survive this rule; let every row of a group name the one row that stays");
}

#[test]
fn a_merge_into_an_unknown_row() {
    assert_snapshot!(refusal(&on("Bos", "'merge' as verb, 'nobody' as survivor_id, 'same' as reason")), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is merged into nobody, which does not survive this rule; let every row of a group name the one row that stays");
}

#[test]
fn a_merge_into_a_row_that_vanishes() {
    let evers = "(select row_id from identities where surname = 'Evers')";
    let merge = on("Bos", &format!("'merge' as verb, {evers} as survivor_id, 'same' as reason"));
    let remove = on("Evers", &format!("'remove' as verb, {NOBODY} as survivor_id, 'gone' as reason"));
    assert_snapshot!(refusal(&format!("{merge} union all {remove}")), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is merged into 4380bdee20e33111a397cf9349ad27ba, which does not survive this rule; let every row of a group name the one row that stays");
}

#[test]
fn an_addition_of_a_row_that_is_there() {
    let query = on(
        "Bos",
        &format!("'add' as verb, {NOBODY} as survivor_id, 'new' as reason, 'left' as set_population"),
    );
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row e25e16f90cf51021f69981d0d630fee5 is added but is there already; add rows of the delivery that records lacks");
}

#[test]
fn an_addition_without_a_delivery() {
    let query = format!(
        "select 'somebody' as row_id, 'add' as verb, {NOBODY} as survivor_id, 'new' as reason, 'left' as set_population"
    );
    assert_snapshot!(refusal(&query), @"cleaning/gone.sql: row somebody is added by a rule without adds_from; declare adds_from in pipeline.yaml");
}

/// The second round with a rule that adds from the leavers; what the run says.
fn refused_addition(query: &str) -> String {
    let (copy, store) = (Library::new(), Store::new());
    copy.edit("pipeline.yaml", "cleaning/gone.sql}", "cleaning/gone.sql, adds_from: staging.leavers}");
    copy.edit("cleaning/leavers.sql", "where not exists", "where false and not exists");
    copy.write("cleaning/gone.sql", &rule(query));
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert_eq!(store.warehouse.runs().unwrap().len(), 0, "nothing is committed");
    error.to_string()
}

#[test]
fn an_addition_from_elsewhere() {
    let query = format!(
        "select 'somebody' as row_id, 'add' as verb, {NOBODY} as survivor_id, 'new' as reason, 'left' as set_population"
    );
    assert_snapshot!(refused_addition(&query), @"cleaning/gone.sql: row somebody is added but is not in the delivery; take row_id from the table of adds_from");
}

#[test]
fn an_addition_without_population() {
    let query = format!(
        "select row_id, 'add' as verb, {NOBODY} as survivor_id, 'new' as reason from staging.leavers"
    );
    assert_snapshot!(refused_addition(&query), @"cleaning/gone.sql: row f2a79b5280eec42d7587ff612916f66a: add without population; give set_population");
}

#[test]
fn a_pair_without_a_side() {
    let (copy, store) = (Library::new(), Store::new());
    copy.edit("matching/card.sql", "l.row_id as left_id", "nullif(l.row_id, l.row_id) as left_id");
    let error = store.run(&copy.load(), PLAINLY).unwrap_err();
    assert_snapshot!(error.to_string(), @"matching/card.sql: a pair lacks left_id or right_id; return left_id, right_id, reason, then evidence");
}

/// A run with one pass that returns what it may not.
fn refused_pass(changes: &[(&str, &str)]) {
    let (copy, store) = (Library::new(), Store::new());
    for (from, to) in changes {
        copy.edit("matching/birth.sql", from, to);
    }
    let error = store.run(&copy.load(), PLAINLY).map(|run| run.nodes).unwrap_err();
    let engine::EngineError::Verdict { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(path, "matching/birth.sql");
    assert_eq!(store.warehouse.runs().unwrap().len(), 0, "nothing is committed");
}

#[test]
fn a_pair_of_unknown_rows() {
    refused_pass(&[("l.row_id as left_id", "concat('no', l.row_id) as left_id")]);
    refused_pass(&[("r.row_id as right_id", "concat('no', r.row_id) as right_id")]);
}

#[test]
fn a_pair_of_rows_that_an_earlier_pass_matched() {
    refused_pass(&[
        ("from open_left l", "from cleaning.settled l"),
        ("join open_right r", "join staging.registry r"),
    ]);
}
