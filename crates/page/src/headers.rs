//! What every answer says to the browser, and which requests are not heard.

use crate::house::House;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Nothing but the style sheet, the script and the answers of this server; no frame around it, no form that leads elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// With the policy that a page's own forms say where they come from, and no other site is told an address.
const FIXED: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Hears only requests to this server by its own name, and forms only from its own pages.
pub(crate) async fn guard(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let refused = |status: StatusCode, said: &'static str| (status, said).into_response();
    let headers = request.headers();
    let mut response = if house.server.open_to().is_some() && !is_loopback(host(headers)) {
        // Without users, a page of another site that has its name lead here would be let in.
        refused(StatusCode::MISDIRECTED_REQUEST, "this server answers to localhost only\n")
    } else if !is_read(request.method()) && !is_from_here(headers) {
        refused(StatusCode::FORBIDDEN, "this form was not sent from a page of this server\n")
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if house.is_encrypted() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// Whether a host with its port names this machine for itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether the browser says that the form is one of ours. One that says nothing is no browser of today, and is asked for the
/// token of its session all the same.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_same_site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let is_same_origin = text("origin").is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, named)| named.eq_ignore_ascii_case(host(headers)))
    });
    is_same_site && is_same_origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        given.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn only_this_machine_calls_itself_so() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST:1", "127.9.9.9"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org", "127.0.0.1.example.org:80", "10.0.0.1", "[::2]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn forms_of_other_sites_are_not_heard() {
        let from = |given| is_from_here(&headers(given));
        assert!(from(&[("host", "a:1"), ("origin", "https://a:1"), ("sec-fetch-site", "same-origin")]));
        assert!(from(&[("host", "a:1")]));
        assert!(!from(&[("host", "a:1"), ("origin", "https://b:1")]));
        assert!(!from(&[("host", "a:1"), ("origin", "null")]));
        assert!(!from(&[("host", "a:1"), ("origin", "https://a:2")]));
        assert!(!from(&[("host", "a:1"), ("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("host", "a:1"), ("sec-fetch-site", "same-site"), ("origin", "https://a:1")]));
    }
}
