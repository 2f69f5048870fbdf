//! The small study end to end, every cell written out.

use crate::fixture::{LIBRARY, PLAINLY, Store, study};
use insta::assert_snapshot;
use std::sync::LazyLock;
use terms::Manifest;

fn rows(sql: &str) -> String {
    static RUN: LazyLock<(Store, Manifest)> = LazyLock::new(|| {
        let store = Store::new();
        let run = store.run(&study(LIBRARY), PLAINLY).unwrap();
        (store, run)
    });
    RUN.0.rows(&RUN.1, sql)
}

#[test]
fn deliveries_are_typed_and_keep_their_place() {
    let sql = "select i.surname, i.card, i.birth_date, s.branch, s.joined, s.fee, s.remark, o.file, o.line, o.byte_offset, \
               o.byte_length from staging.members s join identity.members i using (row_id) join origin.members o \
               using (row_id) order by o.file, o.line";
    assert_snapshot!(rows(sql), @"
    Aalders | 1001 | 1980-02-01 | North | 2015-03-01 | 12.500000 |  | members/north.csv | 2 | 34 | 44
    Bos | 1002 | 1985-12-31 | North | 2016-06-15 | 12.500000 | two lines of remark | members/north.csv | 3 | 78 | 58
    Cohen | 1003 | 1990-05-05 | North | 2017-01-01 | 7.500000 |  | members/north.csv | 5 | 136 | 39
    Aalders | 1001 | 1980-02-01 | South | 2016-03-01 | 12.000000 |  | members/south.csv | 2 | 33 | 38
    Evers | 2001 | 1975-07-07 | South | 2014-01-01 | 20.000000 |  | members/south.csv | 3 | 71 | 36
    Fokke | 2002 | 2004-08-09 | South | 2019-05-05 | 5.000000 |  | members/south.csv | 4 | 107 | 35
    ");
}

#[test]
fn a_line_that_breaks_its_contract_is_in_quarantine() {
    assert_snapshot!(rows("select * from audit.run_quarantine"), @"members | members/north.csv |  | 6 | birth_date | 31-02-1991 | no_such_date | the calendar has no such day; correct the date at the source | 1004;Dirks;31-02-1991;01-01-2018;7,5;");
}

#[test]
fn every_file_is_accounted_for() {
    let sql = "select source, file, format, records, staged, quarantined, blank from audit.run_files";
    assert_snapshot!(rows(sql), @"
    leavers | leavers/north.csv | utf-8, ; | 1 | 1 | 0 | 0
    loans | loans/2019.csv | utf-8, , | 5 | 5 | 0 | 0
    members | members/north.csv | utf-8, ; | 4 | 3 | 1 | 0
    members | members/south.csv | utf-8, , | 3 | 3 | 0 | 0
    registry | registry/town.csv | utf-8, , | 5 | 5 | 0 | 0
    ");
}

#[test]
fn a_round_leaves_one_record_a_person() {
    let sql = "select i.surname, s.branch, s.joined, s.fee, s.population from cleaning.settled s \
               join identity.settled i using (row_id) order by i.surname";
    assert_snapshot!(rows(sql), @"
    Aalders | South | 2016-03-01 | 12.000000 | active
    Bos | North | 2016-06-15 | 12.500000 | active
    Cohen | North | 2017-01-01 | 10.000000 | active
    Evers | South | 2014-01-01 | 20.000000 | left
    Fokke | South | 2019-05-05 | 5.000000 | active
    Gerrits | North | 2001-01-01 | 10.000000 | left
    ");
}

#[test]
fn every_verdict_is_a_decision_with_its_evidence() {
    let sql = "with person as (select row_id, surname from identity.members union all select row_id, surname from identity.leavers) \
               select d.round, d.step, d.rule, p.surname, d.verb, s.surname, d.population_from, d.population_to, d.reason, \
               d.evidence, d.changes, d.applied, d.decided_by from audit.run_decisions d join person p on p.row_id = d.row_id \
               left join person s on s.row_id = d.survivor_id order by d.round_no, d.step, p.surname";
    assert_snapshot!(rows(sql), @r#"
    merged | 1 | same_card | Aalders | merge | Aalders | active |  | same card, registered earlier | {"joined_before":"2015-03-01"} | {} | true | rule
    merged | 2 | leavers | Gerrits | add |  |  | left | on the list of leavers | {} | {"population":"left"} | true | rule
    settled | 1 | gone | Cohen | update |  | active | active | fee rounded up | {} | {"fee":"10.000000"} | true | rule
    settled | 1 | gone | Evers | move |  | active | left | paid for life and left | {} | {"population":"left"} | true | rule
    "#);
}

#[test]
fn the_waterfall_has_a_row_for_each_rule_and_population() {
    assert_snapshot!(rows("select * from audit.run_waterfall"), @"
    1 | merged | 1 | same_card | active | 6 | 1 | 0 | 0 | 0 | 0 | 0 | 5
    1 | merged | 1 | same_card | left | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0
    1 | merged | 2 | leavers | active | 5 | 0 | 0 | 0 | 0 | 0 | 0 | 5
    1 | merged | 2 | leavers | left | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 1
    2 | settled | 1 | gone | active | 5 | 0 | 0 | 0 | 0 | 1 | 1 | 4
    2 | settled | 1 | gone | left | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 2
    ");
}

#[test]
fn a_matching_accepts_pairs_and_lists_the_rest_with_its_reason() {
    let person = "join identity.settled i on i.row_id = c.left_id";
    let sql = format!(
        "select c.pass_no, c.pass, i.surname, r.street, c.outcome, c.reason from linkage.registry_candidates c {person} \
         join staging.registry r on r.row_id = c.right_id order by 1, 3, 4"
    );
    assert_snapshot!(rows(&sql), @"
    1 | card | Aalders | Dam | matched | same card
    1 | card | Evers | Brink | matched | same card
    2 | birth | Bos | Markt | ambiguous | same birth date
    2 | birth | Bos | Singel | ambiguous | same birth date
    2 | birth | Fokke | Plein | matched | same birth date
    ");
    let sql = "select i.surname, r.street from linkage.registry c join identity.settled i on i.row_id = c.left_id \
               join staging.registry r on r.row_id = c.right_id order by 1";
    assert_snapshot!(rows(sql), @"
    Aalders | Dam
    Evers | Brink
    Fokke | Plein
    ");
    let sql =
        format!("select i.surname, c.outcome, c.pass from linkage.registry_unmatched c {person} order by 1");
    assert_snapshot!(rows(&sql), @"
    Bos | ambiguous | birth
    Cohen | no_candidate |
    Gerrits | no_candidate |
    ");
}

#[test]
fn models_and_appendices_follow() {
    let sql = "select i.surname, m.branch, m.population, m.fee, m.books, m.adult, m.registered from derived.member m \
               join identity.settled i using (row_id) order by 1";
    assert_snapshot!(rows(sql), @"
    Aalders | South | active | 12.000000 | 4 | true | true
    Bos | North | active | 12.500000 | 1 | true | false
    Cohen | North | active | 10.000000 | 0 | true | false
    Evers | South | left | 20.000000 | 4 | true | true
    Fokke | South | active | 5.000000 | 0 | false | true
    Gerrits | North | left | 10.000000 | 0 | true | false
    ");
    assert_snapshot!(rows("select * from appendix.table_1"), @"
    North | 3 | 1 | 11.11111111111111
    South | 3 | 8 | 88.88888888888889
    ");
}

#[test]
fn a_violated_warning_keeps_its_rows_and_stops_nothing() {
    assert_snapshot!(rows("select lent_on, books from checks.loans_without_member"), @"2019-04-08 | 2");
}
