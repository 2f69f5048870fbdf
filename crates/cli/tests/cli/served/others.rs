//! What one client asks does not keep others from their work.

use super::Server;
use super::client::Client;
use crate::fixture::Place;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Processes that the server started.
pub(super) fn workers(server: &Server) -> Vec<String> {
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

/// How nice this process is, and what it starts unless it says otherwise.
fn as_ever() -> i32 {
    nice("self")[0]
}

/// Waits until it is so.
fn comes(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The process whose threads gave way, all but those that only wait; none, if no process has such.
fn gave_way(server: &Server) -> Option<String> {
    workers(server).into_iter().find(|worker| nice(worker).iter().filter(|nice| **nice == 19).count() > 1)
}

/// How many processes can be asked: with all their threads, none of which does something ahead.
fn ready(server: &Server) -> usize {
    let is_ready = |worker: &String| {
        let nices = nice(worker);
        nices.len() > 3 && nices.iter().all(|nice| *nice == as_ever())
    };
    workers(server).into_iter().filter(is_ready).count()
}

#[test]
fn a_long_query_gives_way_and_the_next_does_not() {
    let server = Server::trusting(Place::shared(), "analyst", &["--workers", "2"]);
    let (mut long, mut other) = (server.client(), server.client());
    assert_eq!(other.value("select 1"), "1");
    comes("both processes", || ready(&server) == 2);
    let before = workers(&server);
    long.send(b'Q', b"select count(*) from generate_series(1, 20000000) where value % 7 = 3\0");
    comes("the long query giving way", || gave_way(&server).is_some());
    let which = gave_way(&server).unwrap();
    let is_as_ever = |worker: &String| *worker != which && nice(worker).iter().all(|nice| *nice == as_ever());
    assert!(workers(&server).iter().any(is_as_ever), "others are as important as ever");
    assert_eq!(long.answer().texts(), [[Some("2857143".to_owned())]]);
    comes("new threads", || gave_way(&server).is_none());
    // One that fails after long work gave way, too; so does the next, from the beginning.
    let failing = "select sum(1 / (20000000 - value)) from generate_series(1, 20000000)";
    assert_eq!(long.code(failing), "22012");
    comes("new threads", || gave_way(&server).is_none());
    long.send(b'Q', b"select count(*) from generate_series(1, 20000000) where value % 7 = 3\0");
    comes("the long query giving way", || gave_way(&server).is_some());
    assert_eq!(long.answer().texts(), [[Some("2857143".to_owned())]]);
    assert_eq!(other.value("select 2"), "2");
    assert_eq!(workers(&server), before, "no process was replaced");
}

#[test]
fn portals_that_are_given_up_cost_no_process() {
    let server = Server::trusting(Place::shared(), "analyst", &["--workers", "2"]);
    let mut client = server.client();
    assert_eq!(client.value("select 1"), "1");
    comes("both processes", || ready(&server) == 2);
    let before = workers(&server);
    let endless = "select a.value from generate_series(1, 1000) a, generate_series(1, 4000000) b where a.value <> b.value";
    for sql in ["select value from generate_series(1, 100000)", endless] {
        for _ in 0..5 {
            client.ask("begin");
            client.ask(&format!("declare c cursor for {sql}"));
            assert_eq!(client.rows("fetch 1 from c").len(), 1);
            client.ask("close c");
            client.ask("commit");
            assert_eq!(client.value("select 2"), "2");
        }
    }
    assert_eq!(workers(&server), before, "no process was replaced");
}

/// Has work for hours.
const ENDLESS: &[u8] = b"select count(*) from generate_series(1, 4000000) a, generate_series(1, 4000000) b where a.value <> b.value\0";

fn client(server: &Server, user: &str) -> Client {
    Client::new(&server.address, user, "current", "").unwrap()
}

#[test]
fn endless_queries_of_one_user_leave_a_place_for_others() {
    let server = Server::trusting(Place::shared(), "analyst", &["--workers", "3", "--query-time", "8"]);
    let mut anna: Vec<Client> = (0..4).map(|_| client(&server, "anna")).collect();
    anna.iter_mut().for_each(|client| client.send(b'Q', ENDLESS));
    comes("two endless queries", || {
        workers(&server).iter().filter(|worker| nice(worker).contains(&19)).count() == 2
    });
    let begun = Instant::now();
    assert_eq!(client(&server, "bert").value("select 1"), "1");
    assert!(begun.elapsed() < Duration::from_secs(4), "another user waited {:?}", begun.elapsed());
    // Of hers, two were under way; the others waited their time, or had their turn for a while.
    let told: Vec<_> = anna.iter_mut().map(|client| client.answer().fault.unwrap()).collect();
    assert!(told.iter().all(|fault| fault.code == "57014"), "{told:?}");
}

#[test]
fn who_waits_too_long_for_a_turn_is_told_why() {
    let server = Server::trusting(Place::shared(), "analyst", &["--workers", "2"]);
    let (mut first, mut second) = (client(&server, "anna"), client(&server, "anna"));
    first.send(b'Q', ENDLESS);
    comes("an endless query", || workers(&server).iter().any(|worker| nice(worker).contains(&19)));
    second.ask("set statement_timeout to '500ms'");
    let fault = second.ask("select 1").fault.unwrap();
    let said = "waited for its turn; user \"anna\" has 1 of 1 queries under way";
    assert!(fault.code == "57014" && fault.message.contains(said), "{fault:?}");
    assert_eq!(client(&server, "bert").value("select 1"), "1");
    drop(first);
    second.ask("reset statement_timeout");
    assert_eq!(second.value("select 1"), "1", "the place of who is gone comes back");
}

#[test]
fn one_user_has_so_many_connections_and_no_more() {
    let server = Server::trusting(Place::shared(), "analyst", &["--user-connections", "2"]);
    let (first, _second) = (client(&server, "anna"), client(&server, "anna"));
    let third = Client::new(&server.address, "anna", "current", "").err().unwrap();
    assert_eq!(
        (third.code.as_str(), third.message.as_str()),
        ("53300", "too many connections for user \"anna\"")
    );
    assert_eq!(client(&server, "bert").value("select 1"), "1");
    drop(first);
    comes("the place", || Client::new(&server.address, "anna", "current", "").is_ok());
}

#[test]
fn what_a_killed_server_left_is_removed_by_the_next_and_what_a_living_one_uses_is_not() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let temporary = place.folder.join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let start = || {
        let arguments = ["--json", "serve", "--listen", "127.0.0.1:0", "--trust-loopback"];
        let mut command = place.command(&arguments);
        command.env("TMPDIR", &temporary);
        Server::of(command)
    };
    let folders = |of: &Server| {
        let own = format!("herkomst-serve-{}-", of.child.id());
        let names = std::fs::read_dir(&temporary).unwrap();
        let is_own = |entry: &std::fs::DirEntry| entry.file_name().to_str().unwrap().starts_with(&own);
        names.flatten().filter(is_own).count()
    };
    let (living, mut killed) = (start(), start());
    assert_eq!((folders(&living), folders(&killed)), (1, 1));
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert_eq!(folders(&killed), 1);
    let next = start();
    assert_eq!((folders(&living), folders(&killed), folders(&next)), (1, 0, 1));
    let sorted =
        "select max(r) from (select row_number() over (order by value) as r from generate_series(1, 1000))";
    assert_eq!(living.client().value(sorted), "1000");
}

#[test]
fn a_process_that_cannot_start_says_why_unless_its_server_is_gone() {
    let place = Place::new();
    let worker = [
        "--warehouse",
        "nowhere",
        "serve-worker",
        "--memory",
        "134217728",
        "--partitions",
        "1",
        "--query-log",
        "log",
    ];
    let started = |input: Stdio| {
        let mut command = place.command(&worker);
        // As the server starts it.
        command
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let gone = started(Stdio::null()).wait_with_output().unwrap();
    assert_eq!((gone.status.code(), gone.stdout.len(), gone.stderr.len()), (Some(0), 0, 0));
    let mut there = started(Stdio::piped());
    let held = there.stdin.take();
    let told = there.wait_with_output().unwrap();
    drop(held);
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.code() == Some(2) && said.contains("nowhere is not a warehouse"), "{said}");
}
