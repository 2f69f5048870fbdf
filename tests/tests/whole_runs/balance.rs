//! Nothing is lost: every rule balances, every step of 599 to 733 has its rule, every delivered record is somewhere.

use crate::fixture::{Flagship, LIBRARY, Library, PLAINLY, Store, flagship, study};
use insta::assert_snapshot;
use std::collections::BTreeMap;
use terms::{Manifest, WaterfallRow};

/// Every rule balances, and no file loses a record.
pub(super) fn check(run: &Manifest) {
    let mut state = BTreeMap::<&str, i64>::new();
    for row in &run.waterfall {
        assert_eq!(row.rows_out, row.expected_rows_out(), "{row:?}");
        // What a rule finds is what the rule before it left, also across rounds.
        if let Some(left) = state.insert(&row.population, row.rows_out) {
            assert_eq!(row.rows_in, left, "{row:?}");
        }
        assert!([row.merged, row.removed, row.added, row.moved_in, row.moved_out].iter().all(|n| *n >= 0));
    }
    for input in &run.inputs {
        assert_eq!(input.records, input.staged + input.quarantined, "{input:?}");
    }
}

#[test]
fn every_rule_balances_and_no_file_loses_a_record() {
    check(&flagship().run);
    check(&Store::new().run(&study(LIBRARY), PLAINLY).unwrap());
}

/// A source all of whose records are refused leaves tables without rows, which whatever follows takes as they are.
#[test]
fn a_source_may_have_no_good_record() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    let refused = "Card;Name;Born;Joined;Fee\n3001;Gerrits;32-02-1960;01-01-2001;10\n";
    std::fs::write(study.data.join("leavers/north.csv"), refused).unwrap();
    let run = store.run(&study, PLAINLY).unwrap();
    let leavers = run.inputs.iter().find(|input| input.source == "leavers").unwrap();
    assert_eq!((leavers.staged, leavers.quarantined), (0, 1));
    check(&run);
}

fn sum(rows: &[WaterfallRow], of: fn(&WaterfallRow) -> i64) -> i64 {
    rows.iter().map(of).sum()
}

#[test]
fn the_rules_explain_every_record_from_the_deliveries_to_the_last_round() {
    let Flagship { store, run, .. } = flagship();
    let rows = &run.waterfall;
    let start = store.rows(run, "select count(*) from staging.registratie_1").parse::<i64>().unwrap();
    let end = store.rows(run, "select count(*) from cleaning.round_3").parse::<i64>().unwrap();
    assert_eq!((start, end), (599, 733));
    let explained = sum(rows, |r| r.added) - sum(rows, |r| r.merged) - sum(rows, |r| r.removed);
    assert_eq!(start + explained, end);
    assert_eq!(sum(rows, |r| r.moved_in), sum(rows, |r| r.moved_out));

    let sql = "select round, step, rule, population, rows_in, -merged - removed + added + moved_in - moved_out, rows_out \
               from audit.run_waterfall where rows_in <> rows_out";
    assert_snapshot!(store.rows(run, sql), @"
    round_1 | 1 | dubbel_v_nummer | huidig | 599 | -3 | 596
    round_1 | 2 | twee_v_nummers | huidig | 596 | -2 | 594
    round_1 | 3 | overgang_steunpunt | huidig | 594 | -2 | 592
    round_1 | 4 | schrijfwijze_naam | huidig | 592 | -1 | 591
    round_2 | 1 | kinderen_verwijderen | huidig | 591 | -5 | 586
    round_2 | 4 | inventaris_uitstroom | uitgestroomd | 0 | 152 | 152
    round_2 | 5 | dubbel_v_nummer | uitgestroomd | 152 | -3 | 149
    round_2 | 6 | twee_v_nummers | uitgestroomd | 149 | -2 | 147
    round_2 | 7 | overgang_steunpunt | uitgestroomd | 147 | -1 | 146
    round_3 | 1 | late_uitstroom | huidig | 586 | -3 | 583
    round_3 | 1 | late_uitstroom | uitgestroomd | 146 | 3 | 149
    round_3 | 2 | late_toevoeging | huidig | 583 | 3 | 586
    round_3 | 3 | kinderen_volgens_dmb | huidig | 586 | -2 | 584
    ");
}

#[test]
fn the_waterfall_is_the_count_of_the_applied_decisions() {
    let Flagship { store, run, .. } = flagship();
    let counted = "with d as (select * from audit.run_decisions where applied), \
        n as (select round, step, rule, population_from as population, verb, count(*) as n from d where verb <> 'add' group by 1, 2, 3, 4, 5 \
        union all select round, step, rule, population_to, case verb when 'move' then 'moved_in' else verb end, count(*) \
        from d where verb in ('add', 'move') group by 1, 2, 3, 4, 5) \
        select round, step, rule, population, verb, n from n order by 1, 2, 4, 5";
    let told = "with w as (select * from audit.run_waterfall), n as (\
        select round, step, rule, population, 'merge' as verb, merged as n from w \
        union all select round, step, rule, population, 'remove', removed from w \
        union all select round, step, rule, population, 'add', added from w \
        union all select round, step, rule, population, 'moved_in', moved_in from w \
        union all select round, step, rule, population, 'move', moved_out from w \
        union all select round, step, rule, population, 'update', updated from w) \
        select round, step, rule, population, verb, n from n where n > 0 order by 1, 2, 4, 5";
    assert_eq!(store.rows(run, counted), store.rows(run, told));
}

#[test]
fn every_record_of_every_round_comes_from_a_delivery_and_every_missing_one_from_a_decision() {
    let Flagship { store, run, .. } = flagship();
    // Delivered in round 1, minus what decisions took away, plus what they added, is what is left, row by row.
    let unexplained = "with gone as (select row_id from audit.run_decisions where applied and verb in ('merge', 'remove')), \
        come as (select row_id from staging.registratie_1 union all \
                 select row_id from audit.run_decisions where applied and verb = 'add'), \
        expected as (select row_id from come where row_id not in (select row_id from gone)) \
        select (select count(*) from expected e where not exists (select 1 from cleaning.round_3 r where r.row_id = e.row_id)) as lost, \
               (select count(*) from cleaning.round_3 r where not exists (select 1 from expected e where e.row_id = r.row_id)) as made, \
               (select count(*) - count(distinct row_id) from come) as twice";
    assert_eq!(store.rows(run, unexplained), "0 | 0 | 0");
}

#[test]
fn files_staging_and_quarantine_agree() {
    let Flagship { study, store, run } = flagship();
    for source in &study.sources {
        let name = &source.contract.name;
        let count = |sql: String| store.rows(run, &sql).parse::<u64>().unwrap();
        let inputs = || run.inputs.iter().filter(|input| &input.source == name);
        let staged: u64 = inputs().map(|input| input.staged).sum();
        assert_eq!(staged, count(format!("select count(*) from staging.{name}")), "{name}");
        assert_eq!(staged, count(format!("select count(distinct row_id) from origin.{name}")), "{name}");
        let quarantined: u64 = inputs().map(|input| input.quarantined).sum();
        let refused = "select distinct file, sheet, line from audit.run_quarantine where source";
        assert_eq!(quarantined, count(format!("select count(*) from ({refused} = '{name}')")), "{name}");
    }
    let sql = "select source, file, line, reason_code from audit.run_quarantine order by 1, 2, 3, 4";
    assert_snapshot!(store.rows(run, sql), @"
    registratie_1 | round_1/amsterdam.xlsx | 23 | no_such_date
    registratie_1 | round_1/amsterdam.xlsx | 75 | day_month_swapped
    registratie_1 | round_1/amsterdam.xlsx | 79 | missing_required
    registratie_1 | round_1/amsterdam.xlsx | 79 | missing_required
    registratie_1 | round_1/amsterdam.xlsx | 79 | missing_required
    registratie_1 | round_1/amsterdam.xlsx | 79 | missing_required
    registratie_1 | round_1/amsterdam.xlsx | 79 | missing_required
    registratie_1 | round_1/amsterdam.xlsx | 79 | pattern_mismatch
    registratie_1 | round_1/arnhem.csv | 20 | unknown_code
    registratie_1 | round_1/den_haag.csv | 15 | no_such_date
    registratie_1 | round_1/den_haag.csv | 41 | day_month_swapped
    registratie_1 | round_1/den_haag.csv | 65 | missing_required
    registratie_1 | round_1/den_haag.csv | 65 | missing_required
    registratie_1 | round_1/den_haag.csv | 65 | missing_required
    registratie_1 | round_1/den_haag.csv | 65 | missing_required
    registratie_1 | round_1/den_haag.csv | 65 | missing_required
    registratie_1 | round_1/den_haag.csv | 65 | pattern_mismatch
    registratie_1 | round_1/drachten.csv | 27 | missing_required
    registratie_1 | round_1/nijmegen.csv | 15 | pattern_mismatch
    registratie_1 | round_1/rotterdam.csv | 10 | not_a_number
    registratie_1 | round_1/rotterdam.csv | 54 | missing_required
    registratie_1 | round_1/rotterdam.csv | 54 | missing_required
    registratie_1 | round_1/rotterdam.csv | 54 | missing_required
    registratie_1 | round_1/rotterdam.csv | 54 | missing_required
    registratie_1 | round_1/rotterdam.csv | 54 | missing_required
    registratie_1 | round_1/rotterdam.csv | 54 | pattern_mismatch
    registratie_1 | round_1/zwolle.xlsx | 22 | missing_required
    registratie_1 | round_1/zwolle.xlsx | 22 | missing_required
    registratie_1 | round_1/zwolle.xlsx | 22 | missing_required
    registratie_1 | round_1/zwolle.xlsx | 22 | missing_required
    registratie_1 | round_1/zwolle.xlsx | 22 | missing_required
    registratie_1 | round_1/zwolle.xlsx | 22 | pattern_mismatch
    registratie_2_uitstroom | round_2/uitstroom/tilburg.xlsx | 10 | no_such_date
    ");
}
