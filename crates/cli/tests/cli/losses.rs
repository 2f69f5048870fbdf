//! Deliveries that are gone or half there, as an operator meets them.

use crate::fixture::Place;
use insta::assert_snapshot;

#[test]
fn a_loss_stops_the_run_until_it_is_accepted() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let south = place.folder.join("study/data/members/south.csv");
    std::fs::rename(&south, south.with_extension("csv.part")).unwrap();
    place.edit("data/loans/2019.csv", "9999,2019-04-08,2\n1001,2019-05-09,1\n", "99");
    assert_snapshot!(place.herkomst(&["run"]).all(), @"");
    assert_snapshot!(place.herkomst(&["doctor"]).all(), @"");
    let accept = ["run", "--accept-missing", "members/south.csv", "--accept-missing", "loans/2019.csv"];
    let said = place.herkomst(&accept);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_snapshot!(said.out.lines().rev().take(5).collect::<Vec<_>>().join("\n"), @"");
    assert_snapshot!(place.herkomst(&accept).all(), @"");
}
