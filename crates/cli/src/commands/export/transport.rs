//! Events to a service, one request each.

use crate::failure::Failure;
use crate::http;
use serde_json::Value;
use std::time::Duration;

/// The longest that one event may take.
const PATIENCE: Duration = Duration::from_secs(30);
const AGAIN: &str =
    "then send all again: the same run keeps its ids, so what is there already is not doubled";

/// Posts the events in their order; the first that is not taken ends it.
pub(super) fn send(url: &str, key: Option<&str>, events: &[Value]) -> Result<(), Failure> {
    let agent = http::agent(PATIENCE);
    for (place, event) in events.iter().enumerate() {
        let which = || {
            let (job, kind) = (&event["job"]["name"], &event["eventType"]);
            let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!("event {} of {} ({}, {})", place + 1, events.len(), name(job), name(kind))
        };
        let mut response = http::post(&agent, url, key, &event.to_string()).map_err(|error| {
            let way_out = "see whether the address is right and the service is up";
            Failure::Refused(format!("{} could not be sent to {url}: {error}; {way_out}, {AGAIN}", which()))
        })?;
        let status = response.status();
        if !status.is_success() {
            let body = response.body_mut().with_config().limit(4096).read_to_string().unwrap_or_default();
            let said = body.lines().next().filter(|line| !line.trim().is_empty());
            let said = said.map(|line| format!(": {line}")).unwrap_or_default();
            return Err(Failure::Refused(format!(
                "{} was answered by {url} with {status}{said}; {}, {AGAIN}",
                which(),
                way_out(status.as_u16())
            )));
        }
    }
    Ok(())
}

fn way_out(status: u16) -> &'static str {
    match status {
        401 | 403 => "give the key that the service asks for with --api-key",
        404 | 405 => "give the whole address, which often ends in /api/v1/lineage",
        500.. => "wait until the service is well",
        _ => "see what the service has against it",
    }
}
