//! What one client asks does not keep others from their work.

use super::Server;
use crate::fixture::Place;
use std::path::Path;
use std::time::{Duration, Instant};

/// Processes that the server started.
fn workers(server: &Server) -> Vec<String> {
    let mut found = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{}/task", server.child.id())).unwrap().flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        found.extend(children.split_whitespace().map(str::to_owned));
    }
    found
}

/// How nice each thread of a process is to others; nothing of one that is no more.
fn nice(process: &str) -> Vec<i32> {
    let Ok(threads) = std::fs::read_dir(Path::new("/proc").join(process).join("task")) else {
        return Vec::new();
    };
    let stat = |thread: std::fs::DirEntry| {
        let line = std::fs::read_to_string(thread.path().join("stat")).ok()?;
        line.rsplit_once(')')?.1.split_whitespace().nth(16)?.parse().ok()
    };
    threads.flatten().filter_map(stat).collect()
}

/// Waits until it is so.
fn comes(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_long_query_gives_way_and_its_process_is_replaced() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let (mut long, mut other) = (server.client(), server.client());
    let all = |is: i32| {
        let nices: Vec<Vec<i32>> = workers(&server).iter().map(|worker| nice(worker)).collect();
        nices.iter().filter(|threads| threads.len() > 2 && threads.iter().all(|nice| *nice == is)).count()
    };
    long.send(b'Q', b"select count(*) from generate_series(1, 20000000) where value % 7 = 3\0");
    comes("the long query giving way", || all(19) == 1);
    assert_eq!(other.value("select 1"), "1");
    assert_eq!(all(0), 1, "who is asked small things is as important as ever");
    assert_eq!(long.answer().texts(), [[Some("2857143".to_owned())]]);
    comes("a process in its place", || all(19) == 0 && all(0) == 2);
    // One that fails after long work is replaced, too.
    let failing = "select sum(1 / (20000000 - value)) from generate_series(1, 20000000)";
    assert_eq!(long.code(failing), "22012");
    comes("a process in its place", || all(19) == 0 && all(0) == 2);
    assert_eq!(long.value("select 2"), "2");
}
