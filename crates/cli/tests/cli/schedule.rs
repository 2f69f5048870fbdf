//! The built-in clock: its times around changes of clocks, and that runs neither overlap nor are cut off.

use crate::fixture::Place;
use insta::assert_snapshot;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use warehouse::{LockMode, Warehouse};

fn next(expression: &str, zone: &str, after: &str) -> String {
    let arguments = ["schedule", expression, "--zone", zone, "--dry-run", "--after", after];
    let said = Place::shared().herkomst(&arguments);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out
}

#[test]
fn a_dry_run_shows_the_next_times() {
    assert_snapshot!(next("0 2 * * *", "UTC", "2026-02-26T02:00:00Z"), @"
    2026-02-27T02:00:00Z
    2026-02-28T02:00:00Z
    2026-03-01T02:00:00Z
    2026-03-02T02:00:00Z
    2026-03-03T02:00:00Z
    ");
    assert_snapshot!(next("30 1 29 2 *", "UTC", "2026-01-01T00:00:00Z"), @"
    2028-02-29T01:30:00Z
    2032-02-29T01:30:00Z
    2036-02-29T01:30:00Z
    2040-02-29T01:30:00Z
    2044-02-29T01:30:00Z
    ");
    assert_snapshot!(next("0 6 * * MON-FRI", "UTC", "2026-11-27T12:00:00Z"), @"
    2026-11-30T06:00:00Z
    2026-12-01T06:00:00Z
    2026-12-02T06:00:00Z
    2026-12-03T06:00:00Z
    2026-12-04T06:00:00Z
    ");
}

#[test]
fn an_hour_that_is_left_out_is_run_after_it_and_one_that_comes_twice_once() {
    // The clocks go forward at two on 29 March 2026, and back at three on 25 October.
    assert_snapshot!(next("0 2 * * *", "Europe/Amsterdam", "2026-03-27T12:00:00Z"), @"
    2026-03-28T02:00:00+01:00
    2026-03-29T03:00:00+02:00
    2026-03-30T02:00:00+02:00
    2026-03-31T02:00:00+02:00
    2026-04-01T02:00:00+02:00
    ");
    assert_snapshot!(next("30 2 * * *", "Europe/Amsterdam", "2026-10-23T12:00:00Z"), @"
    2026-10-24T02:30:00+02:00
    2026-10-25T02:30:00+02:00
    2026-10-26T02:30:00+01:00
    2026-10-27T02:30:00+01:00
    2026-10-28T02:30:00+01:00
    ");
}

#[test]
fn what_is_wrong_is_told_at_once() {
    let place = Place::shared();
    for arguments in [
        &["schedule", "0 2 * *", "--dry-run"][..],
        &["schedule", "0 25 * * *"],
        &["schedule", "0 2 * * *", "--zone", "Europe/Nowhere"],
        &["schedule", "0 2 * * *", "--", "--no-such-option"],
        &["schedule", "0 2 * * *", "--", "--help"],
        &["schedule", "0 2 * * *", "--after", "2026-03-27T12:00:00Z"],
        &["schedule", "0 2 * * *", "--dry-run", "--after", "tomorrow"],
        &["schedule", "0 2 31 2 *", "--dry-run"],
    ] {
        let said = place.herkomst(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
    }
    let said = place.herkomst(&["schedule", "0 2 * * *", "--", "--partitions", "0"]);
    assert!(
        said.err.starts_with("herkomst: an option of the runs is not right: invalid value '0'"),
        "{said:?}"
    );
}

/// A schedule of a run every second, and what it says, line by line.
fn every_second(place: &Place) -> (Child, impl Iterator<Item = String>) {
    let mut child = place
        .command(&["schedule", "* * * * * *", "--", "--wait"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    (child, lines)
}

fn terminate(child: &Child) {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn runs_follow_each_other_until_it_is_told_to_end() {
    let place = Place::new();
    let (mut child, mut lines) = every_second(&place);
    let ended = "herkomst schedule: run ended with exit code 0";
    assert!(lines.any(|line| line == ended) && lines.any(|line| line == ended), "two runs");
    terminate(&child);
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
    assert!(rest.last().unwrap().starts_with("herkomst schedule: ended: told to"), "{rest:?}");
    let warehouse = Warehouse::open(place.folder.join("warehouse")).unwrap();
    let runs = warehouse.runs().unwrap().len() as u64;
    assert!(runs >= 2);
    assert_eq!(warehouse.current().unwrap(), Some(runs), "the last run was not cut off");
}

#[test]
fn a_run_under_way_is_finished_when_it_is_told_to_end() {
    let place = Place::new();
    let warehouse = Warehouse::create_or_open(place.folder.join("warehouse")).unwrap();
    let lock = warehouse.lock("night run", "2011-03-01T02:00:00Z", LockMode::Fail).unwrap();
    let (mut child, mut lines) = every_second(&place);
    assert!(lines.any(|line| line == "herkomst schedule: run starts"));
    terminate(&child);
    let until = Instant::now() + Duration::from_millis(1500);
    while Instant::now() < until {
        assert!(child.try_wait().unwrap().is_none(), "it waits for its run, which waits for the lock");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(lock);
    let rest: Vec<String> = lines.collect();
    assert_eq!(
        rest,
        ["herkomst schedule: run ended with exit code 0", "herkomst schedule: ended: told to, after the run"]
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(warehouse.current().unwrap(), Some(1));
}
