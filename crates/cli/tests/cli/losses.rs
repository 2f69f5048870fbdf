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
    assert_snapshot!(place.herkomst(&["run"]).all(), @"
    exit 4
    herkomst: members/south.csv of source members is gone: run 1 staged 3 of it
    loans/2019.csv of source loans holds only the first 3 records: run 1 staged 5 of it
    unfinished uploads lie beside the deliveries: members/south.csv.part
    nothing was run, so that no person disappears unseen; deliver again, or accept what is lost: herkomst run --accept-missing 'members/south.csv' --accept-missing 'loans/2019.csv'
    ");
    let doctor = place.herkomst(&["doctor"]).out;
    assert!(doctor.contains("WARN uploads    unfinished, not read: members/south.csv.part\n"), "{doctor}");
    let accept = ["run", "--accept-missing", "members/south.csv", "--accept-missing", "loans/2019.csv"];
    let said = place.herkomst(&accept);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_snapshot!(said.out.lines().rev().take(5).collect::<Vec<_>>().join("\n"), @"
    the data is synthetic: invented persons only
    warning: unfinished uploads, not read: members/south.csv.part
    accepted: loans/2019.csv of loans: 5 records, the first 3 left
    accepted: members/south.csv of members: 3 records, gone
    checks with violations: loans_without_member (1)
    ");
    assert_snapshot!(place.herkomst(&accept).all(), @"
    exit 2
    herkomst: nothing is lost of members/south.csv, so there is nothing to accept; leave it out, or a later loss passes unseen
    ");
}
