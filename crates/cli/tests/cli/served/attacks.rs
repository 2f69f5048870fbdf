//! Ways to see or do more than a role may; none of them works, and the server goes on.

use super::Server;
use super::client::{Client, Message};
use crate::fixture::Place;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// Each text, with the SQLSTATE that it ends with.
const REACHING: [(&str, &str); 32] = [
    ("select * from identity.members", "42P01"),
    ("select surname from identity.settled", "42P01"),
    ("select * from \"current\".identity.members", "42P01"),
    ("select * from run_1.identity.members", "42P01"),
    ("select * from places('identity.members')", "42883"),
    ("select * from places('staging.members')", "42883"),
    ("select * from audit.lineage", "42P01"),
    ("select evidence from audit.decisions", "42703"),
    ("select raw from audit.quarantine", "42703"),
    ("select reason from audit.run_quarantine", "42703"),
    ("select * from audit.queries", "42P01"),
    ("select adult from derived.member", "42703"),
    ("select member.adult from derived.member member", "42703"),
    ("select 1 where exists (select * from identity.members)", "42P01"),
    ("select (select max(surname) from identity.members)", "42P01"),
    ("with recursive a as (select * from identity.members) select * from a", "42P01"),
    ("select * from table_1 order by (select surname from identity.members limit 1)", "42P01"),
    ("select * from 'warehouse/current'", "42P01"),
    ("select * from '/etc/passwd'", "42P01"),
    ("select * from \"file:///etc/passwd\"", "42P01"),
    ("select * from read_csv('/etc/passwd')", "42883"),
    ("select input_file_name() from table_1", "42883"),
    ("select max(value) from information_schema.df_settings", "42501"),
    ("explain select * from table_1", "42501"),
    ("explain analyze select * from table_1", "42501"),
    ("explain create table a as select 1", "42501"),
    ("create external table a stored as csv location '/etc/passwd'", "25006"),
    ("create view a as select * from identity.members", "25006"),
    ("copy table_1 to '/tmp/table_1.csv'", "25006"),
    ("insert into appendix.table_1 values ('East', 1, 1, 1)", "25006"),
    ("select * into a from table_1", "25006"),
    ("set role auditor", "42501"),
];

#[test]
fn nothing_reaches_further_in_either_protocol() {
    let place = Place::shared();
    let server = Server::trusting(place, "analyst", &[]);
    let mut client = server.client();
    for (sql, code) in REACHING {
        let fault = client.ask(sql).fault.unwrap_or_else(|| panic!("{sql} was answered"));
        assert_eq!(fault.code, code, "{sql}: {}", fault.message);
        let extended = client.prepared(sql, &[], 0);
        let fault = extended.fault.unwrap_or_else(|| panic!("{sql} was answered when prepared"));
        assert_eq!(fault.code, code, "{sql}: {}", fault.message);
        assert!(extended.rows.is_empty(), "{sql}");
    }
    assert_eq!(client.value("select count(*) from table_1"), "2");
}

#[test]
fn the_catalogue_tells_an_analyst_of_no_hidden_column() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let hidden = "('adult', 'surname', 'birth_date', 'card', 'raw')";
    for sql in [
        format!("select attname from pg_catalog.pg_attribute where attname in {hidden}"),
        format!("select column_name from information_schema.columns where column_name in {hidden}"),
        "select nspname from pg_catalog.pg_namespace where nspname in ('identity', 'checks')".to_owned(),
        "select relname from pg_catalog.pg_class where relname in ('lineage', 'queries')".to_owned(),
        "select table_name from information_schema.tables where table_schema in ('identity', 'checks')"
            .to_owned(),
        "select * from information_schema.views where table_schema = 'identity'".to_owned(),
    ] {
        assert!(client.rows(&sql).is_empty(), "{sql}");
    }
    // The hint about a wrong name lists what there is; the hidden column is not among it.
    let told = client.ask("select nothing from derived.member").fault.unwrap().message;
    assert!(told.contains("branch") && !told.contains("adult"), "{told}");
}

#[test]
fn an_error_tells_nothing_of_the_machine() {
    let place = Place::shared();
    let server = Server::trusting(place, "analyst", &[]);
    let mut client = server.client();
    let folder = place.folder.to_str().unwrap();
    for sql in [
        "select * from '/etc/passwd'",
        "select cast(branch as int) from table_1",
        "select 1 / 0",
        "explain select 1",
    ] {
        let told = client.ask(sql).fault.unwrap().message;
        assert!(!told.contains(folder) && !told.contains(".rs") && !told.contains("objects"), "{told}");
    }
}

#[test]
fn several_statements_are_no_way_around() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let answer = client.ask("select 1; drop table table_1; select 2");
    assert_eq!((answer.tags.len(), answer.fault.unwrap().code.as_str()), (1, "25006"));
    assert_eq!(client.prepared("select 1; select 2", &[], 0).fault.unwrap().code, "42601");
    // A transaction that failed stays so until its end.
    client.ask("begin");
    assert_eq!(client.ask("delete from table_1").status, 'E');
    assert_eq!(client.code("select 1"), "25P02");
    assert_eq!(client.ask("rollback").status, 'I');
}

/// The client is told why nobody listens to it any more.
fn ends(mut client: Client) {
    let Some(Message(b'E', told)) = client.message() else { panic!("no error") };
    assert!(String::from_utf8_lossy(&told).contains("FATAL\0C08P01\0Ma message "), "{told:?}");
    assert!(client.message().is_none());
}

#[test]
fn messages_that_are_none_end_one_connection_only() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let raw = || {
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Client { stream, pid: 0, key: Vec::new() }
    };
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        &[0xff; 64],
        &[0, 0, 0, 0],
        &[0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0],
        &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3],
        &[0, 0, 0, 8, 0, 9, 0, 0],
    ] {
        let mut client = raw();
        client.stream.write_all(bytes).unwrap();
        drop(client.stream.shutdown(std::net::Shutdown::Write));
        while let Some(Message(letter, _)) = client.message() {
            assert_ne!(letter, b'Z', "{bytes:?} logged in");
        }
    }
    let mut client = server.client();
    // A message of a gigabyte is not waited for.
    client.stream.write_all(&[b'Q', 0x3f, 0xff, 0xff, 0xff]).unwrap();
    client.stream.write_all(&[b' '; 1024]).unwrap();
    ends(client);
    // Nor is what stands behind the zero of a query taken for a message.
    let mut client = server.client();
    client.send(b'Q', b"select 1\0Q\0\0\0\x0dselect 2\0");
    ends(client);
    let mut client = server.client();
    // A bind with more formats than columns.
    client.send(b'P', b"\0select 1\0\0\0");
    client.send(b'B', &[0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 1, 0, 1]);
    client.send(b'E', b"\0\0\0\0\0");
    client.send(b'S', b"");
    assert_eq!(client.answer().fault.unwrap().code, "08P01");
    assert_eq!(client.value("select 1"), "1");
}

#[test]
fn bodies_of_garbage_take_no_place_for_ever() {
    let server = Server::trusting(Place::shared(), "analyst", &["--connections", "2"]);
    for letter in b"PBEDCSHFQdcfpX" {
        for body in [&[0xff; 20][..], &[0; 20], b"a\0b\0", b""] {
            let begun = std::time::Instant::now();
            let mut client = loop {
                match Client::new(&server.address, "anna", "current", "") {
                    Ok(client) => break client,
                    Err(fault) => assert_eq!(fault.code, "53300"),
                }
                assert!(begun.elapsed() < Duration::from_secs(10), "a place was lost");
            };
            client.send(*letter, body);
        }
    }
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(server.client().value("select 1"), "1");
}

#[test]
fn nobody_asks_without_logging_in() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    std::fs::write(place.folder.join("password"), "a long secret\n").unwrap();
    let mut user = place.command(&["serve", "user", "anna", "--role", "auditor", "--users", "users"]);
    user.stdin(std::fs::File::open(place.folder.join("password")).unwrap());
    assert!(user.output().unwrap().status.success());
    let server = Server::start(&place, &["--users", "users"]);
    let query = b"Q\0\0\0\x0dselect 1\0";
    let start = b"\0\0\0\x24\0\x03\0\0user\0anna\0database\0current\0\0";
    let sasl = b"p\0\0\0\x2cSCRAM-SHA-256\0\0\0\0\x16n,,n=,r=aaaaaaaaaaaaaa";
    let wrong = b"p\0\0\0\x26c=biws,r=aaaaaaaaaaaaaa,p=AAAAAAAA";
    for said in [
        &[&start[..], query].concat()[..],
        &[&start[..], sasl, query].concat(),
        &[&start[..], sasl, wrong, query, query].concat(),
        &[&start[..], wrong, query].concat(),
        query,
    ] {
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut client = Client { stream, pid: 0, key: Vec::new() };
        client.stream.write_all(said).unwrap();
        let mut letters = String::new();
        while let Some(Message(letter, _)) = client.message() {
            letters.push(char::from(letter));
        }
        assert!(!letters.contains(['T', 'D', 'C', 'K', 'S']), "{letters}: {}", String::from_utf8_lossy(said));
    }
}

#[test]
fn nobody_cancels_what_is_not_theirs() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let slow = "select count(*) from generate_series(1, 30000000) a";
    client.send(b'Q', format!("{slow}\0").as_bytes());
    let mut other = TcpStream::connect(&server.address).unwrap();
    let mut wrong = client.key.clone();
    wrong[0] ^= 1;
    let body = [&80_877_102_u32.to_be_bytes()[..], &client.pid.to_be_bytes(), &wrong].concat();
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    other.write_all(&[&length[..], &body].concat()).unwrap();
    assert_eq!(client.answer().fault, None);
}
