//! Queries on an older run with a collection beside them, in either order; and readers that are killed.

use crate::deaths::small;
use crate::fixture::{Place, Said};
use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

/// More rows than are held in memory, so that a query reads them from the file when it comes to them.
const BIG: &str = "-- what: loans with loans with loans, to have many\n-- input: staging.loans\n\
    -- one row is: four loans\n-- source: none\n\
    select a.row_id as a, b.row_id as b, c.row_id as c, d.row_id as d from staging.loans a\n\
    cross join staging.loans b cross join staging.loans c cross join staging.loans d order by a, b, c, d\n";
pub(crate) const LOANS: usize = 17;
/// Takes its time before it opens the table a last time.
const SLOW: &str = "select count(*) as n from derived.big x join (select max(y.c) as last, count(*) as pairs from derived.big y \
    join derived.big z on y.a = z.a and y.b = z.b and y.c = z.c) s on x.a <= s.last";

/// Two nights; the objects of the first are named by no other.
pub(crate) fn nights() -> Place {
    let place = small();
    place.write("sums/big.sql", BIG);
    for books in [1, 2] {
        let loans = (1..=LOANS).map(|day| format!("{day},2019-01-{day:02},{books}\n"));
        place.write("data/loans/2019.csv", format!("Card,Lent,Books\n{}", loans.collect::<String>()));
        let said = place.herkomst(&["run"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
    place
}

fn chain(place: &Place) -> PathBuf {
    place.folder.join("warehouse/runs/chain")
}

/// Whether somebody holds a lease at this moment.
fn is_read(place: &Place) -> bool {
    OpenOptions::new().append(true).open(chain(place)).unwrap().try_lock().is_err()
}

/// A query on the first night, as far as it has its lease.
fn asking(place: &Place) -> Child {
    let mut command = place.command(&["sql", "--format", "csv", "--run", "1", "-c", SLOW]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !is_read(place) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it began");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn gc(place: &Place, patience: &str) -> Said {
    place.herkomst(&["gc", "--keep-last", "1", "--patience", patience])
}

fn answered(child: Child) -> String {
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn a_collection_leaves_a_query_what_it_is_about_to_open() {
    let place = nights();
    let child = asking(&place);
    let said = gc(&place, "0");
    assert_eq!(said.code, 7, "{}", said.all());
    for told in ["the warehouse is being read", "nothing was removed", "collect again when"] {
        assert!(said.err.contains(told), "{}", said.err);
    }
    if PathBuf::from("/proc/locks").exists() {
        assert!(said.err.contains(&format!("by process {}", child.id())), "{}", said.err);
    }
    // One that has time waits for the query, which finds all that it wants.
    let waiting =
        place.command(&["gc", "--keep-last", "1", "--patience", "600"]).stdout(Stdio::piped()).spawn();
    let all = LOANS.pow(4).to_string();
    assert_eq!(answered(child), format!("n\n{all}\n"));
    assert!(answered(waiting.unwrap()).starts_with("collected run 1: "));
    let said = place.herkomst(&["sql", "--run", "1", "-c", SLOW]);
    assert_eq!(said.code, 8, "{}", said.all());
    assert_eq!(place.herkomst(&["runs", "--verify"]).code, 0);
}

#[test]
fn a_query_that_comes_during_a_collection_waits_and_is_told_what_became_of_its_run() {
    let place = nights();
    // As a collection does while it removes.
    let removing = OpenOptions::new().append(true).open(chain(&place)).unwrap();
    removing.lock().unwrap();
    let ask = |run: &str| {
        let sql = "select count(*) as n from derived.card";
        let mut command = place.command(&["sql", "--format", "csv", "--run", run, "-c", sql]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut children = [ask("1"), ask("2")];
    std::thread::sleep(Duration::from_secs(2));
    for child in &mut children {
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    }
    // A writer has nothing to do with it.
    let said = place.herkomst(&["run"]);
    assert_eq!(said.code, 0, "{}", said.all());
    removing.unlock().unwrap();
    for child in children {
        assert_eq!(answered(child), format!("n\n{LOANS}\n"));
    }
}

#[test]
fn readers_that_are_killed_hold_nothing() {
    let place = nights();
    let mut children = [asking(&place), asking(&place), asking(&place)];
    assert_eq!(gc(&place, "0").code, 7);
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let said = gc(&place, "0");
    assert!(said.code == 0 && said.out.starts_with("collected run 1: "), "{}", said.all());
}

/// Every command that reads tables holds a lease: none goes on while a collection removes.
#[test]
fn each_command_that_reads_waits_for_a_collection() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let removing = File::open(chain(&place)).unwrap();
    removing.lock().unwrap();
    let commands: &[&[&str]] = &[
        &["sql", "-c", "select * from appendix.table_1"],
        &["why", "table_1", "--row", "North"],
        &["why", "--sql", "select * from appendix.table_1", "--row", "1"],
        &["why-not", "table_1", "--record", "members/north.csv:2"],
        &["trace", "members/north.csv:2"],
        &["diff", "1", "2"],
        &["verify"],
        &["report", "--out", "book"],
        &["export", "openlineage"],
        &["export", "ro-crate", "--out", "crate"],
        &["runs", "--verify"],
        &["runs", "--report-to", "reports"],
    ];
    let start = |command: &&[&str]| {
        let mut child = place.command(command);
        child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = commands.iter().map(start).collect();
    std::thread::sleep(Duration::from_secs(3));
    for (mut child, command) in children.into_iter().zip(commands) {
        assert!(child.try_wait().unwrap().is_none(), "{command:?} did not wait");
        // Those that are left are let go with the last.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    removing.unlock().unwrap();
    for command in commands {
        let said = place.herkomst(command);
        assert!([0, 6].contains(&said.code), "{command:?}: {}", said.all());
    }
}
