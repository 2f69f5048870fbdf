//! A run without a rule or a pass: what it is, what it shows, and that the nights after it do not notice.

use crate::fixture::{Library, PLAINLY, Store, executed, flagship};
use insta::assert_snapshot;
use study::Study;
use terms::CheckOutcome;

fn without(study: &Study, name: &str) -> Study {
    study.without(&[name.to_owned()]).unwrap()
}

#[test]
fn a_side_run_is_recorded_as_what_it_is_and_never_published() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&study, PLAINLY).unwrap();
    let side = store.run(&without(&study, "same_card"), PLAINLY).unwrap();
    assert_eq!((side.run, side.published), (2, false));
    assert_eq!(side.without, ["merged/same_card"]);
    assert_eq!(store.warehouse.current().unwrap(), Some(1));
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
    assert_snapshot!(store.rows(&side, "select run, published, without from audit.runs"), @"
    1 | true |
    2 | false | merged/same_card
    ");
    assert_snapshot!(store.rows(&side, "select * from audit.run_waterfall"), @"
    1 | merged | 1 | leavers | active | 6 | 0 | 0 | 0 | 0 | 0 | 0 | 6
    1 | merged | 1 | leavers | left | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 1
    2 | settled | 1 | gone | active | 6 | 0 | 0 | 0 | 0 | 1 | 1 | 5
    2 | settled | 1 | gone | left | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 2
    ");
    // The one who was merged is there twice.
    let members = |run| store.rows(run, "select count(*) from cleaning.merged");
    assert_eq!(
        (members(&store.warehouse.manifest(1).unwrap()).as_str(), members(&side).as_str()),
        ("6", "7")
    );
}

/// By name of step: what a night runs after a side run is what it would have run without it.
#[test]
fn a_night_after_side_runs_takes_over_from_ordinary_nights() {
    let change = |copy: &Library| {
        copy.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
    };
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&study, PLAINLY).unwrap();
    let first = store.run(&without(&study, "same_card"), PLAINLY).unwrap();
    assert_eq!(
        executed(&first),
        ["merged", "settled", "audit", "registry", "derived.member", "appendix.table_1"]
    );
    let again = store.run(&without(&study, "same_card"), PLAINLY).unwrap();
    assert_eq!(executed(&again), executed(&first), "nothing is taken over from a side run");
    assert_eq!(executed(&store.run(&study, PLAINLY).unwrap()), Vec::<&str>::new());

    store.run(&without(&study, "gone"), PLAINLY).unwrap();
    change(&copy);
    let night = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(executed(&night), ["derived.member", "appendix.table_1"]);
    assert!(night.published && store.warehouse.current().unwrap() == Some(night.run));
}

#[test]
fn a_side_run_may_be_the_first_and_nothing_is_published() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&without(&study, "gone"), PLAINLY).unwrap();
    assert_eq!(store.warehouse.current().unwrap(), None);
    let night = store.run(&study, PLAINLY).unwrap();
    assert_eq!(executed(&night).len(), night.nodes.len(), "a side run is nothing to take over from");
    assert_eq!((night.run, store.warehouse.current().unwrap()), (2, Some(2)));
}

#[test]
fn a_pass_can_be_left_out_and_the_next_finds_what_it_can() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    let passes = |name: &str| {
        let run = store.run(&without(&study, name), PLAINLY).unwrap();
        let sql = "select pass, count(*) from linkage.registry group by pass order by pass";
        (
            store.rows(&run, sql).replace('\n', ", "),
            store.rows(&run, "select outcome from linkage.registry_unmatched"),
        )
    };
    assert_snapshot!(format!("{:?}", passes("birth")), @r#"("card | 2", "no_candidate\nno_candidate\nno_candidate\nno_candidate")"#);
    assert_snapshot!(format!("{:?}", passes("registry/card")), @r#"("birth | 3", "no_candidate\nambiguous\nno_candidate")"#);
}

#[test]
fn a_violated_check_is_recorded_and_stops_nothing() {
    let (copy, store) = (Library::new(), Store::new());
    copy.write(
        "checks/population_known.sql",
        "-- what: cards twice\n-- input: cleaning.merged\n-- one row is: a card\n-- source: none\n\
         select card_ref, count(*) as n from cleaning.merged where card_ref is not null\n\
         group by card_ref having count(*) > 1 order by card_ref\n",
    );
    let study = copy.load();
    let night = store.run(&study, PLAINLY).unwrap();
    assert!(night.published);
    let side = store.run(&without(&study, "same_card"), PLAINLY).unwrap();
    let check = side.checks.iter().find(|check| check.check == "population_known").unwrap();
    assert_eq!((check.outcome, check.violations), (CheckOutcome::Violated, 1));
    assert_eq!(store.rows(&side, "select n from checks.population_known"), "2");
    assert_eq!(store.warehouse.current().unwrap(), Some(night.run));
}

/// The flagship study has reviews of verdicts; without their rule nobody waits for those verdicts.
#[test]
fn reviews_of_a_rule_that_is_left_out_do_not_stop_a_side_run() {
    let flagship = flagship();
    let store = Store::new();
    let reviewed = "schrijfwijze_naam";
    let judged = flagship.store.rows(
        &flagship.run,
        &format!(
            "select count(*) from audit.run_decisions where rule = '{reviewed}' and decided_by = 'reviewer'"
        ),
    );
    assert_ne!(judged, "0", "the rule has reviews");
    let side = store.run(&without(&flagship.study, reviewed), PLAINLY).unwrap();
    assert_eq!(side.without, ["round_1/schrijfwijze_naam"]);
    assert!(side.checks.len() == flagship.run.checks.len() && !side.published);
}

#[test]
fn a_rule_of_two_rounds_is_left_out_of_one_or_of_both() {
    let study = &flagship().study;
    assert_eq!(
        without(study, "dubbel_v_nummer").left_out,
        ["round_1/dubbel_v_nummer", "round_2/dubbel_v_nummer"]
    );
    assert_eq!(without(study, "round_2/dubbel_v_nummer").left_out, ["round_2/dubbel_v_nummer"]);
    let unknown = study.without(&["dubbel_vnummer".to_owned()]).unwrap_err().to_string();
    assert_snapshot!(unknown, @"no rule of a round and no pass of a matching is named dubbel_vnummer: did you mean `dubbel_v_nummer`?");
}
