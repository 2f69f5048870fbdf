//! JSON to an address.

use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body, Error};

/// What sends requests that may take so long each; an answer of any status is an answer.
pub(crate) fn agent(patience: Duration) -> Agent {
    let config = Agent::config_builder().timeout_global(Some(patience)).http_status_as_error(false);
    Agent::new_with_config(config.build())
}

/// Posts JSON, with a key if there is one.
pub(crate) fn post(agent: &Agent, url: &str, key: Option<&str>, json: &str) -> Result<Response<Body>, Error> {
    let mut request = agent.post(url).header("content-type", "application/json");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    request.send(json)
}
