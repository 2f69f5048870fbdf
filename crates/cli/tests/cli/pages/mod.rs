//! The pages of `herkomst serve --page`, asked for over HTTP as a browser does.

mod appendices;
mod flow;
mod sql;

use crate::fixture::Place;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

/// A server with pages on a port of its own; killed at the end of the test.
pub(crate) struct Pages {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    /// The value of a header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What the browser sends back of the cookie that was set.
    pub(crate) fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }

    /// The value of the field `token` of the first form that has one.
    pub(crate) fn token(&self) -> &str {
        let field = self.text.split("name=\"token\" value=\"").nth(1).unwrap_or_default();
        field.split('"').next().unwrap_or_default()
    }

    /// Requires texts to be there, each after the one before it.
    pub(crate) fn has_in_order(&self, texts: &[&str]) {
        let mut rest = self.text.as_str();
        for text in texts {
            let at = rest.find(text);
            assert!(at.is_some(), "{text:?} is not there, or not in its place:\n{}", self.text);
            rest = &rest[at.unwrap() + text.len()..];
        }
    }

    /// Requires a text not to be there.
    pub(crate) fn lacks(&self, text: &str) {
        assert!(!self.text.contains(text), "{text:?} is there:\n{}", self.text);
    }
}

impl Pages {
    /// Pages on the warehouse of a place.
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let listen = ["--json", "serve", "--listen", "127.0.0.1:0", "--page", "127.0.0.1:0"];
        let mut command = place.command(&[&listen, arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)));
        Self { child, address: said["page"].as_str().unwrap().to_owned(), agent: config.build().into() }
    }

    /// Lets everybody in, in one role.
    pub(crate) fn trusting(place: &Place, role: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let unique = NEXT.fetch_add(1, Ordering::Relaxed);
        let log = place.folder.join(format!("pages-{}-{unique}.jsonl", std::process::id()));
        Self::start(place, &["--trust-loopback", role, "--query-log", log.to_str().unwrap()])
    }

    /// The answer for an address that begins with `/`.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_as("", path)
    }

    /// The answer for somebody who has a cookie.
    pub(crate) fn get_as(&self, cookie: &str, path: &str) -> Answer {
        let request = self.agent.get(format!("http://{}{path}", self.address)).header("cookie", cookie);
        answer(request.call().unwrap())
    }

    /// The answer to a form, of somebody who has a cookie.
    pub(crate) fn post_as(&self, cookie: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.agent.post(format!("http://{}{path}", self.address)).header("cookie", cookie);
        answer(request.send_form(form.iter().copied()).unwrap())
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let text = response.body_mut().with_config().limit(256 << 20).read_to_string().unwrap();
    let value = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, of)| (name.as_str().to_owned(), value(of))).collect();
    Answer { status: response.status().as_u16(), headers, text }
}

impl Drop for Pages {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
