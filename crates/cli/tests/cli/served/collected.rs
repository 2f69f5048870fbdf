//! A collection beside readers over the wire.

use super::Server;
use super::client::{Client, Row};
use crate::leases::{LOANS, nights};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Rows that are read at once.
const PART: usize = 5_000;
const ROWS: &str = "select a, b, c, d from derived.big order by a, b, c, d";

/// The next rows of a cursor.
fn fetched(client: &mut Client) -> Vec<Row> {
    client.rows(&format!("fetch {PART} from c"))
}

#[test]
fn a_collection_waits_for_an_open_cursor_whose_rows_stay_right() {
    let place = nights();
    let server = Server::trusting(&place, "analyst", &[]);
    let mut client = Client::new(&server.address, "anna", "run_1", "").unwrap();
    for sql in ["begin", &format!("declare c cursor for {ROWS}")] {
        assert_eq!(client.ask(sql).fault, None, "{sql}");
    }
    let mut rows = fetched(&mut client);
    assert_eq!(rows.len(), PART);
    let gc = |patience: &str| ["gc", "--keep-last", "1", "--patience", patience].map(str::to_owned);
    let said = place.herkomst(&gc("0").each_ref().map(String::as_str));
    assert!(said.code == 7 && said.err.contains("the warehouse is being read"), "{}", said.all());
    let mut waiting = place.command(&gc("120").each_ref().map(String::as_str));
    let mut waiting = waiting.stdout(Stdio::piped()).spawn().unwrap();
    loop {
        let part = fetched(&mut client);
        // Rows that are on their way to the client are no longer read.
        let is_read = rows.len() < LOANS.pow(4) / 2;
        assert!(!is_read || waiting.try_wait().unwrap().is_none(), "it did not wait");
        if part.is_empty() {
            break;
        }
        rows.extend(part);
    }
    assert_eq!(rows.len(), LOANS.pow(4));
    assert!(rows.windows(2).all(|pair| pair[0] < pair[1]), "in order, and none twice");
    // The cursor is at its end, so nothing is read any more, and the collection goes on.
    let begun = Instant::now();
    while waiting.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it waits for ever");
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = String::from_utf8(waiting.wait_with_output().unwrap().stdout).unwrap();
    assert!(said.starts_with("collected run 1: "), "{said}");
    // What is asked of the run from now on, also in the transaction that read it, is told.
    let fault = client.ask(ROWS).fault.unwrap();
    assert_eq!(fault.code, "3D000", "{}", fault.message);
    client.ask("rollback");
    assert_eq!(client.code("select 1 from derived.big limit 1"), "3D000");
    assert_eq!(Client::new(&server.address, "anna", "run_1", "").err().unwrap().code, "3D000");
    assert_eq!(server.client().value("select count(*) from derived.big"), LOANS.pow(4).to_string());
}

#[test]
fn a_cursor_that_is_left_keeps_no_collection_waiting() {
    let place = nights();
    let server = Server::trusting(&place, "analyst", &[]);
    let mut client = Client::new(&server.address, "anna", "run_1", "").unwrap();
    client.ask("begin");
    client.ask(&format!("declare c cursor for {ROWS}"));
    assert_eq!(fetched(&mut client).len(), PART);
    assert_eq!(client.ask("close c").fault, None);
    let said = place.herkomst(&["gc", "--keep-last", "1", "--patience", "20"]);
    assert!(said.code == 0 && said.out.starts_with("collected run 1: "), "{}", said.all());
}
