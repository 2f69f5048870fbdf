//! A query that wants too much is stopped; the server and all other queries go on.

use super::Server;
use super::client::Client;
use crate::fixture::Place;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Has work for hours.
const SLOW: &str = "select count(*) from generate_series(1, 4000000) a, generate_series(1, 4000000) b where a.value <> b.value";

#[test]
fn time_is_limited() {
    let server = Server::trusting(Place::shared(), "analyst", &["--query-time", "5"]);
    let mut client = server.client();
    let begun = Instant::now();
    let fault = client.ask(SLOW).fault.unwrap();
    assert_eq!(fault.code, "57014", "{}", fault.message);
    assert!(begun.elapsed() < Duration::from_secs(20));
    client.ask("set statement_timeout to '300ms'");
    let begun = Instant::now();
    assert_eq!(client.code(SLOW), "57014");
    assert!(begun.elapsed() < Duration::from_secs(4));
    assert_eq!(client.ask("set statement_timeout to 0").fault, None);
    assert_eq!(client.value("select 1"), "1");
}

#[test]
fn memory_is_limited_and_others_go_on() {
    let server = Server::trusting(Place::shared(), "analyst", &["--query-memory", "64MiB"]);
    let (mut greedy, mut other) = (server.client(), server.client());
    // One that DataFusion counts, and one that it does not.
    for sql in [
        "select cardinality(array_agg(repeat('x', 1000))) from generate_series(1, 1000000)",
        "select length(repeat(repeat('x', 1000000), 1000))",
    ] {
        let fault = greedy.ask(sql).fault.unwrap_or_else(|| panic!("{sql} was answered"));
        assert_eq!(fault.code, "53200", "{sql}: {}", fault.message);
        assert_eq!(other.value("select 1"), "1");
        assert_eq!(greedy.value("select 2"), "2");
    }
}

#[test]
fn rows_texts_and_trees_are_limited() {
    let server = Server::trusting(Place::shared(), "analyst", &["--query-rows", "1000"]);
    let mut client = server.client();
    assert_eq!(client.rows("select * from generate_series(1, 1000)").len(), 1_000);
    for (sql, code) in [
        ("select * from generate_series(1, 1001)".to_owned(), "54000"),
        (format!("select '{}'", "x".repeat(17_000)), "54001"),
        (format!("select 1{}", " + 1".repeat(600)), "54001"),
        (format!("select {}1{}", "(".repeat(60), ")".repeat(60)), "54001"),
        (format!("select 1{}", " union all select 1".repeat(600)), "54001"),
    ] {
        let fault = client.ask(&sql).fault.unwrap();
        assert_eq!(fault.code, code, "{}", fault.message);
    }
    // Just below the limits there is an answer.
    let deep = format!("select {}1{}", "(".repeat(40), ")".repeat(40));
    let long = format!("select 1{}", " + 1".repeat(400));
    assert_eq!((client.value(&deep).as_str(), client.value(&long).as_str()), ("1", "401"));
}

#[test]
fn a_query_is_cancelled_from_another_connection() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    client.send(b'Q', format!("{SLOW}\0").as_bytes());
    std::thread::sleep(Duration::from_millis(500));
    let mut other = TcpStream::connect(&server.address).unwrap();
    let body = [&80_877_102_u32.to_be_bytes()[..], &client.pid.to_be_bytes(), &client.key].concat();
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    other.write_all(&[&length[..], &body].concat()).unwrap();
    let begun = Instant::now();
    let fault = client.answer().fault.unwrap();
    assert_eq!(
        (fault.code.as_str(), fault.message.as_str()),
        ("57014", "canceling statement due to user request")
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(client.value("select 1"), "1");
}

#[test]
fn connections_are_limited_and_places_come_back() {
    let server = Server::trusting(Place::shared(), "analyst", &["--connections", "2"]);
    let (first, _second) = (server.client(), server.client());
    let third = Client::new(&server.address, "anna", "current", "").err().unwrap();
    assert_eq!(third.code, "53300");
    drop(first);
    let waited = Instant::now();
    while Client::new(&server.address, "anna", "current", "").is_err() {
        assert!(waited.elapsed() < Duration::from_secs(10), "the place does not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_client_that_goes_leaves_its_worker_to_others() {
    let server = Server::trusting(Place::shared(), "analyst", &["--workers", "1"]);
    let mut gone = server.client();
    gone.send(b'Q', format!("{SLOW}\0").as_bytes());
    std::thread::sleep(Duration::from_millis(300));
    drop(gone);
    let begun = Instant::now();
    assert_eq!(server.client().value("select 1"), "1");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_that_is_told_to_end_ends() {
    let place = Place::shared();
    let mut server = Server::trusting(place, "analyst", &[]);
    let mut client = server.client();
    assert_eq!(client.value("select 1"), "1");
    let pid = server.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(client.answer().fault.unwrap().code, "57P01");
    assert!(server.child.wait().unwrap().success());
}

/// Memory of the only worker of a server that holds data and is there, in KiB.
fn held(server: &Server) -> Option<u64> {
    let found = super::others::workers(server);
    let status = std::fs::read_to_string(format!("/proc/{}/status", found.first()?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn a_process_holds_nothing_of_queries_that_are_over() {
    let server = Server::trusting(Place::shared(), "auditor", &["--workers", "1"]);
    let mut client = server.client();
    let mut asked = |times: usize| {
        for _ in 0..times {
            assert_eq!(client.value("select count(*) from table_1"), "2");
            assert_eq!(client.rows("select relname from pg_class where relname = 'table_1'").len(), 1);
        }
    };
    let worker = || super::others::workers(&server);
    asked(60);
    let (first, before) = (worker(), held(&server).unwrap());
    asked(180);
    let (last, after) = (worker(), held(&server).unwrap());
    assert_eq!(first, last, "it was replaced, so nothing is known of it");
    assert!(after < before + 8 * 1_024, "it held {before} KiB, and 360 queries later {after}");
}
