//! JSON to an address, tried again where that may help.

use crate::http;
use std::time::Duration;

/// The longest that one try may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Waits before the second and the third try, which is the last.
const WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Posts JSON; tries again where that may help. Returns whom it went to: the address as far as it is no secret.
pub(super) fn post(url: &str, key: Option<&str>, json: &str) -> Result<String, String> {
    let shown = shown(url);
    let agent = http::agent(PATIENCE);
    let mut waits = WAITS.into_iter();
    loop {
        let why = match once(&agent, url, key, json) {
            Ok(()) => return Ok(shown),
            Err(Refusal::Final(why)) => return Err(format!("{shown} {why}")),
            Err(Refusal::Passing(why)) => why,
        };
        match waits.next() {
            Some(wait) => std::thread::sleep(wait),
            None => return Err(format!("{shown} {why}, {} times", WAITS.len() + 1)),
        }
    }
}

enum Refusal {
    /// It may be otherwise in a moment.
    Passing(String),
    /// It will not.
    Final(String),
}

fn once(agent: &ureq::Agent, url: &str, key: Option<&str>, json: &str) -> Result<(), Refusal> {
    let response = http::post(agent, url, key, json).map_err(|error| {
        let why = format!("could not be reached: {error}").replace(url, &shown(url));
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Refusal::Final(why),
            _ => Refusal::Passing(why),
        }
    })?;
    let status = response.status();
    match status.as_u16() {
        200..300 => Ok(()),
        408 | 429 | 500.. => Err(Refusal::Passing(format!("answered with {status}"))),
        _ => Err(Refusal::Final(format!(
            "answered with {status}; see whether the address and its key are right"
        ))),
    }
}

/// Scheme and host of an address: what follows is often a secret.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_is_shown_of_an_address_is_no_secret() {
        assert_eq!(
            shown("https://user:pass@chat.example:8443/hooks/s3cret?key=1"),
            "https://chat.example:8443"
        );
        assert_eq!(shown("http://localhost"), "http://localhost");
        assert_eq!(shown("chat.example/s3cret"), "chat.example");
    }
}
