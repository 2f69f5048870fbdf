//! A violated check of severity error keeps the night from being published.

use crate::fixture::{Library, PLAINLY, Store};
use insta::assert_snapshot;
use terms::{CheckOutcome, Severity};

#[test]
fn a_violated_error_commits_the_run_but_publishes_nothing() {
    let (copy, store) = (Library::new(), Store::new());
    store.run(&copy.load(), PLAINLY).unwrap();
    copy.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );

    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!((run.run, run.published), (2, false));
    assert_eq!(store.warehouse.current().unwrap(), Some(1), "the earlier night stays");
    let check = run.checks.iter().find(|check| check.check == "loans_without_member").unwrap();
    assert_eq!(
        (check.severity, check.outcome, check.violations),
        (Severity::Error, CheckOutcome::Violated, 1)
    );
    assert_snapshot!(store.rows(&run, "select lent_on, books from checks.loans_without_member"), @"2019-04-08 | 2");

    copy.edit("data/loans/2019.csv", "9999,2019-04-08,2\n", "");
    let mended = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!((mended.run, mended.published), (3, true));
    assert_eq!(store.warehouse.current().unwrap(), Some(3));
    assert!(mended.checks.iter().all(|check| check.outcome == CheckOutcome::Passed && check.table.is_none()));
}

#[test]
fn a_first_night_with_a_violated_error_leaves_nothing_published() {
    let (copy, store) = (Library::new(), Store::new());
    copy.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    assert!(!store.run(&copy.load(), PLAINLY).unwrap().published);
    assert_eq!(store.warehouse.current().unwrap(), None);
}
