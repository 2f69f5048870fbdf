//! Declared checks in whole runs: what they find, what they compare with, and what their answers depend on.

use crate::fixture::{Library, PLAINLY, Store};
use insta::assert_snapshot;
use terms::{CheckOutcome, CheckRecord, Manifest};

fn check<'m>(run: &'m Manifest, name: &str) -> &'m CheckRecord {
    run.checks.iter().find(|check| check.check == name).unwrap()
}

/// A study with these checks beside the loans, and nothing else changed.
fn with_loans(checks: &str) -> Library {
    let copy = Library::new();
    let yaml = copy.read("sources/loans.yaml");
    let columns = yaml.split("checks:").next().unwrap();
    copy.write("sources/loans.yaml", &format!("{columns}checks:\n{checks}"));
    copy
}

#[test]
fn every_check_says_what_holds() {
    let store = Store::new();
    let run = store.run(&Library::new().load(), PLAINLY).unwrap();
    assert_snapshot!(store.rows(&run, "select \"check\", severity, passed, violations, claim from audit.checks"), @"
    loans_without_member | warn | false | 1 |
    population_known | error | true | 0 |
    quarantined | warn | true | 0 | audit.quarantine has at most 1000 rows
    loans_range_books | warn | true | 0 | books of staging.loans is at least 1 and at most 50
    loans_rows | warn | true | 0 | staging.loans has at least 1 rows and has as many rows as in the published run before, give or take 50%
    settled_unique_row_id | error | true | 0 | no two rows of cleaning.settled have the same row_id
    settled_accepted_values_population | error | true | 0 | population of cleaning.settled is one of 'active', 'left'
    registry_unique_left_id | error | true | 0 | no two rows of linkage.registry have the same left_id
    registry_unique_right_id | error | true | 0 | no two rows of linkage.registry have the same right_id
    member_unique_row_id | error | true | 0 | no two rows of derived.member have the same row_id
    member_not_null_branch_population_books | error | true | 0 | every row of derived.member has branch, population, books
    member_accepted_values_branch | error | true | 0 | branch of derived.member is one of 'North', 'South'
    member_relation_row_id | error | true | 0 | every row_id of derived.member is a row_id of cleaning.settled
    member_range_fee | warn | true | 0 | fee of derived.member is at least 0
    table_1_unique_branch | error | true | 0 | no two rows of appendix.table_1 have the same branch
    table_1_rows | warn | true | 0 | appendix.table_1 has at most 2 rows
    ");
}

#[test]
fn violating_rows_are_kept_whole_and_an_error_publishes_nothing() {
    let (copy, store) = (Library::new(), Store::new());
    assert!(store.run(&copy.load(), PLAINLY).unwrap().published);
    copy.write(
        "features/member.yaml",
        "checks:\n  - {range: {column: fee, min: 6, max: 12}, name: fees}\n  - {unique: branch, severity: warn}\n",
    );
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(!run.published && store.warehouse.current().unwrap() == Some(1));
    assert_eq!((check(&run, "fees").violations, check(&run, "fees").outcome), (3, CheckOutcome::Violated));
    assert_snapshot!(store.rows(&run, "select branch, fee, books from checks.fees order by fee"), @"
    South | 5.000000 | 0
    North | 12.500000 | 1
    South | 20.000000 | 4
    ");
    assert_eq!(check(&run, "member_unique_branch").violations, 6);
}

#[test]
fn a_number_of_rows_is_compared_with_the_published_run() {
    let copy = with_loans("  - {rows: {tolerance: 1}, name: loans}\n");
    let store = Store::new();
    let ran = |run: &Manifest| (run.published, check(run, "loans").violations);
    assert_eq!(ran(&store.run(&copy.load(), PLAINLY).unwrap()), (true, 0), "nothing to compare with");
    let loans = copy.read("data/loans/2019.csv");
    copy.write("data/loans/2019.csv", &format!("{loans}1001,2019-06-01,1\n"));
    assert_eq!(ran(&store.run(&copy.load(), PLAINLY).unwrap()), (true, 0));
    copy.write("data/loans/2019.csv", "Card,Lent,Books\n1001,2019-06-01,1\n");
    let few = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(ran(&few), (false, 1));
    assert_snapshot!(store.rows(&few, "select * from checks.loans"), @"1 | 6");
    // A night that was not published is nothing to compare with.
    let again = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(ran(&again), (false, 1));
    assert_eq!(check(&again, "loans").table, check(&few, "loans").table);
    copy.write("data/loans/2019.csv", &loans);
    let back = store.run_accepting(&copy.load(), PLAINLY, &["loans/2019.csv".to_owned()]);
    assert_eq!(ran(&back.unwrap()), (true, 0));
}

/// What an earlier night was is in the check's own table; every other table is as in a first night.
#[test]
fn nothing_but_a_check_depends_on_an_earlier_night() {
    let copy = with_loans("  - {rows: {tolerance: 0}, name: loans}\n");
    let store = Store::new();
    store.run(&copy.load(), PLAINLY).unwrap();
    let loans = copy.read("data/loans/2019.csv");
    copy.write("data/loans/2019.csv", &format!("{loans}1001,2019-06-01,1\n"));
    let second = store.run(&copy.load(), PLAINLY).unwrap();
    let alone = Store::new().run(&copy.load(), PLAINLY).unwrap();
    let objects = |run: &Manifest| -> Vec<_> {
        run.nodes.iter().flat_map(|node| &node.tables).map(|table| table.object.clone()).collect()
    };
    assert_eq!(objects(&second), objects(&alone));
    assert_eq!((check(&second, "loans").violations, check(&alone, "loans").violations), (1, 0));
}

/// Runs of these tests start on 2011-03-01.
#[test]
fn freshness_is_measured_from_the_day_of_the_run() {
    let copy = with_loans(
        "  - {freshness: {column: lent_on, days: 30}, name: lent, severity: warn}\n  \
           - {freshness: {file_date: yyyymmdd, days: 7}, name: delivered, severity: warn}\n",
    );
    let store = Store::new();
    let loans = |day: &str| {
        copy.write("data/loans/2019.csv", &format!("Card,Lent,Books\n1001,{day},1\n1001,2019-06-01,1\n"));
        let run = store.run(&copy.load(), PLAINLY).unwrap();
        (check(&run, "lent").violations, check(&run, "delivered").violations, run)
    };
    // A date to come is nothing that arrived: the loans of 2019 do not count.
    let (lent, delivered, run) = loans("2011-01-30");
    assert_eq!((lent, delivered), (0, 1), "no file tells its date");
    assert_snapshot!(store.rows(&run, "select * from checks.delivered"), @" | 2011-03-01 | 7");
    let (lent, _, run) = loans("2011-01-29");
    assert_eq!(lent, 1);
    assert_snapshot!(store.rows(&run, "select * from checks.lent"), @"2011-01-29 | 2011-03-01 | 30");
    copy.write("data/loans/week_20110222.csv", "Card,Lent,Books\n1001,2011-02-22,1\n");
    let (lent, delivered, _) = loans("2010-01-01");
    assert_eq!((lent, delivered), (0, 0));
}
