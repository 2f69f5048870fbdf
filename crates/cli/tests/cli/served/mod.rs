//! `herkomst serve`, driven over TCP.

mod attacks;
mod catalogue;
mod client;
mod collected;
mod encrypted;
mod limits;
mod others;
mod roles;
mod sessions;

use crate::fixture::Place;
use client::Client;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use tempfile::NamedTempFile;

/// A server on a port of its own; killed at the end of the test, which fails if it or one of its workers panicked.
struct Server {
    child: Child,
    address: String,
    said: NamedTempFile,
}

impl Server {
    /// Serves the warehouse of a place.
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let listen: &[&str] =
            if arguments.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        Self::of(place.command(&[&["--json", "serve"], listen, arguments].concat()))
    }

    /// The server that a command starts.
    fn of(mut command: Command) -> Self {
        let said = NamedTempFile::new().unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(said.reopen().unwrap()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let listening: serde_json::Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} {}", text(&said)));
        Self { child, address: listening["listening"].as_str().unwrap().to_owned(), said }
    }

    /// Lets everybody in, in one role.
    fn trusting(place: &Place, role: &str, arguments: &[&str]) -> Self {
        let log = place.folder.join(format!("{role}-{}.jsonl", std::process::id() ^ unique()));
        let log = log.to_str().unwrap().to_owned();
        Self::start(place, &[&["--trust-loopback", role, "--query-log", &log], arguments].concat())
    }

    fn client(&self) -> Client {
        Client::new(&self.address, "anna", "current", "").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        let said = text(&self.said);
        eprintln!("{said}");
        assert!(std::thread::panicking() || !said.contains("panicked at"), "the server panicked");
    }
}

fn text(file: &NamedTempFile) -> String {
    String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned()
}

/// A number that no other call of this process has.
fn unique() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1 << 20);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What a server that does not start says.
fn refused(place: &Place, arguments: &[&str]) -> (i32, String) {
    let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
    let mut child = place.command(&all).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code().unwrap(), said)
}
