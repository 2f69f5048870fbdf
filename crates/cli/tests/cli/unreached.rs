//! What synthetic data does not reach: the list is written by the command, and only for tables that say so.

use crate::fixture::Place;
use insta::assert_snapshot;

const HEADER: &str = "appendix,row,column,printed,produced,distance,reason\n";

/// A place where the printed share of one branch is another than the data gives.
fn place() -> Place {
    let place = Place::new();
    place.edit("published/table_1.csv", "\"11,1%\"", "\"11,0%\"");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place
}

/// The study says that the shares may be out of reach, and keeps a list of them.
fn declared(place: &Place) {
    place
        .edit(
            "appendices/table_1.yaml",
            "key: branch",
            "key: branch, reach: {verdict: members, statistic: share, reason: Loans are invented.}",
        )
        .edit(
            "pipeline.yaml",
            "misprints: misprints.yaml",
            "misprints: misprints.yaml, unreached: unreached.csv",
        )
        .write("unreached.csv", HEADER);
}

#[test]
fn a_difference_is_accepted_where_the_table_says_so() {
    let place = place();
    declared(&place);
    assert_snapshot!(place.herkomst(&["verify"]).all(), @"
    exit 6
    herkomst: 1 printed cell differs without explanation, 0 explanations are stale
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    table_1       8      6          1          0            1      0
    ────────────────────────────────────────────────────────────────
    total         8      6          1          0            1      0

    tests    rows  verdict  statistics  df  as printed  within 1%  within 5%
    ────────────────────────────────────────────────────────────────────────
    table_1     2        2           2   0           1          2          2
    ────────────────────────────────────────────────────────────────────────
    total       2        2           2   0           1          2          2

    row status  exact  known misprint  rounding  verdict and df  verdict  differs
    ─────────────────────────────────────────────────────────────────────────────
    table_1         1               0         1               0        0        0
    ─────────────────────────────────────────────────────────────────────────────
    total           1               0         1               0        0        0
    table_1: row North, column share: printed `11,0%`, produced `11,1%` (value)
    ");
    assert_snapshot!(place.herkomst(&["verify", "--accept-unreached", "--rows"]).all(), @"
    exit 0
    appendix  cells  equal  misprints  unreached  differences  stale
    ────────────────────────────────────────────────────────────────
    table_1       8      6          1          1            0      0
    ────────────────────────────────────────────────────────────────
    total         8      6          1          1            0      0

    tests    rows  verdict  statistics  df  as printed  within 1%  within 5%
    ────────────────────────────────────────────────────────────────────────
    table_1     2        2           2   0           1          2          2
    ────────────────────────────────────────────────────────────────────────
    total       2        2           2   0           1          2          2

    row status  exact  known misprint  rounding  verdict and df  verdict  differs
    ─────────────────────────────────────────────────────────────────────────────
    table_1         1               0         1               0        0        0
    ─────────────────────────────────────────────────────────────────────────────
    total           1               0         1               0        0        0
    table_1: row North: rounding (+0.9%)
      share: printed `11,0%`, produced `11,1%`: Loans are invented.
    ");
    assert_snapshot!(place.read("unreached.csv"), @r#"
    appendix,row,column,printed,produced,distance,reason
    table_1,North,share,"11,0%","11,1%",+0.1,
    "#);
    assert_eq!(place.herkomst(&["verify"]).code, 0);
    place.edit("unreached.csv", "+0.1,", "+0.1,Too few loans.");
    assert_eq!(place.herkomst(&["verify", "--accept-unreached"]).code, 0);
    assert!(
        place.read("unreached.csv").ends_with(",+0.1,Too few loans.\n"),
        "{}",
        place.read("unreached.csv")
    );
}

#[test]
fn an_entry_outlives_its_difference_only_as_a_fault() {
    let place = place();
    declared(&place);
    assert_eq!(place.herkomst(&["verify", "--accept-unreached"]).code, 0);
    place.edit("published/table_1.csv", "\"11,0%\"", "\"11,1%\"");
    let said = place.herkomst(&["verify"]);
    assert_eq!(said.code, 6);
    assert_snapshot!(said.out.lines().last().unwrap(), @"unreached, line 2: table_1, row North, column share: `11,1%` is produced as it is printed: remove the entry");
    assert_eq!(place.herkomst(&["verify", "--accept-unreached"]).code, 0);
    assert_eq!(place.read("unreached.csv"), HEADER);
}

#[test]
fn nothing_is_accepted_elsewhere() {
    let place = place();
    assert_snapshot!(place.herkomst(&["verify", "--accept-unreached"]).all(), @"
    exit 2
    herkomst: study library has no list of what its data does not reach; name a CSV file as `unreached` under `verify`, with the line appendix,row,column,printed,produced,distance,reason
    ");
    declared(&place);
    place.edit("appendices/table_1.yaml", "statistic: share, ", "");
    assert_eq!(place.herkomst(&["verify", "--accept-unreached"]).code, 6);
    assert_eq!(place.read("unreached.csv"), HEADER);
}
