//! Who comes in, and what each role sees.

use super::client::Client;
use super::{Server, refused};
use crate::fixture::Place;
use std::io::Write;
use std::process::Stdio;

/// Adds a user to a file.
fn add(place: &Place, name: &str, role: &str, password: &str) -> bool {
    let mut command = place.command(&["serve", "user", name, "--role", role, "--users", "users"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    child.wait().unwrap().success()
}

#[test]
fn users_log_in_with_their_password_and_no_other() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert!(add(&place, "anna", "auditor", "a long secret"));
    assert!(add(&place, "bert", "public", "another secret"));
    assert!(!add(&place, "carl", "king", "a third secret"));
    assert!(!add(&place, "carl", "public", "short"));
    let file = std::fs::read_to_string(place.folder.join("users")).unwrap();
    assert!(!file.contains("secret") && file.contains("bert:public:SCRAM-SHA-256$4096:"), "{file}");

    let server = Server::start(&place, &["--users", "users"]);
    let log_in = |user: &str, password: &str| Client::new(&server.address, user, "current", password);
    let mut anna = log_in("anna", "a long secret").unwrap();
    assert_eq!(anna.value("select count(*) > 0 from identity.members"), "t");
    let mut bert = log_in("bert", "another secret").unwrap();
    assert_eq!(bert.code("select * from identity.members"), "42P01");
    for (user, password) in [("anna", "another secret"), ("anna", ""), ("eve", "a long secret")] {
        let fault = log_in(user, password).err().unwrap();
        assert_eq!(fault.code, "28P01", "{user}: {}", fault.message);
        assert_eq!(fault.message, format!("password authentication failed for user \"{user}\""));
    }
    // A change needs no restart.
    assert!(add(&place, "anna", "public", "a new secret"));
    assert!(log_in("anna", "a long secret").is_err());
    assert_eq!(log_in("anna", "a new secret").unwrap().code("select * from audit.runs"), "42P01");
    let beside = place.folder.join("warehouse.queries.jsonl");
    assert!(std::fs::read_to_string(beside).unwrap().contains("identity.members"));
}

#[test]
fn a_server_starts_only_where_it_is_safe() {
    let place = Place::shared();
    let without = refused(place, &[]);
    assert_eq!(without.0, 8);
    assert!(without.1.contains("--users FILE") && without.1.contains("--trust-loopback"), "{}", without.1);
    for (arguments, code, missing) in [
        (&["--listen", "0.0.0.0:0", "--trust-loopback"][..], 8, "--users"),
        (&["--users", "nowhere"], 1, "nowhere"),
        (&["--trust-loopback", "king"], 2, "no role"),
        (&["--trust-loopback", "--users", "u"], 2, "cannot be used with"),
        (&["--trust-loopback", "--warehouse", "nowhere"], 2, "nowhere"),
        (&["--trust-loopback", "--tls-cert", "a"], 2, "--tls-key"),
    ] {
        let all: Vec<&str> = arguments.to_vec();
        let mut command = place.command(&[&["serve"], &all[..]].concat());
        let said = command.output().unwrap();
        let text = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(missing), "{arguments:?}: {text}");
    }
}

#[test]
fn an_analyst_sees_what_does_not_identify() {
    let server = Server::trusting(Place::shared(), "analyst", &[]);
    let mut client = server.client();
    let columns = "select table_schema || '.' || table_name || '.' || column_name from information_schema.columns \
                   where table_schema not in ('information_schema', 'pg_catalog') order by 1";
    let seen: Vec<String> = client.rows(columns).into_iter().map(|row| row[0].clone().unwrap()).collect();
    for there in [
        "appendix.table_1.books",
        "derived.member.books",
        "staging.members.card_ref",
        "audit.quarantine.line",
    ] {
        assert!(seen.iter().any(|column| column == there), "{there} is not there");
    }
    // Computed from the birth date; free texts; schemas of their own.
    for hidden in [
        "derived.member.adult",
        "audit.quarantine.raw",
        "audit.decisions.evidence",
        "audit.lineage.",
        "identity.",
        "checks.",
    ] {
        assert!(!seen.iter().any(|column| column.starts_with(hidden)), "{hidden} is there");
    }
    let starred = client.ask("select * from derived.member limit 1").names;
    assert_eq!(starred, ["row_id", "branch", "population", "fee", "books", "registered"]);
}

#[test]
fn the_public_sees_printed_tables_only() {
    let server = Server::trusting(Place::shared(), "public", &[]);
    let mut client = server.client();
    let schemas = "select distinct table_schema from information_schema.tables \
                   where table_schema not in ('information_schema', 'pg_catalog')";
    assert_eq!(client.rows(schemas), [[Some("appendix".to_owned())]]);
    assert_eq!(client.value("select count(*) from appendix.table_1"), "2");
    for hidden in ["staging.members", "derived.member", "audit.runs", "audit.queries", "origin.members"] {
        assert_eq!(client.code(&format!("select * from {hidden}")), "42P01", "{hidden}");
    }
}

#[test]
fn an_auditor_sees_who_asked_what() {
    let place = Place::shared();
    let log = place.folder.join("seen.jsonl");
    drop(std::fs::remove_file(&log));
    let arguments = ["--query-log", log.to_str().unwrap()];
    let server = Server::start(place, &[&["--trust-loopback", "auditor"], &arguments[..]].concat());
    let mut client = server.client();
    client.rows("select branch from table_1");
    client.code("select nothing from table_1");
    client.code("drop table table_1");
    let seen = "select text, rows, outcome, application, run from audit.queries order by asked";
    let seen: Vec<Vec<String>> = client
        .rows(seen)
        .into_iter()
        .map(|row| row.into_iter().map(Option::unwrap_or_default).collect())
        .collect();
    assert_eq!(
        seen,
        [
            ["select branch from table_1", "2", "00000", "test", "1"],
            ["select nothing from table_1", "0", "42703", "test", ""],
            ["drop table table_1", "0", "25006", "test", ""],
        ]
    );
}
