//! Logging in and out, and the choice of a language.

use crate::fault::Fault;
use crate::house::House;
use crate::sessions::{clear_cookie, set_cookie};
use crate::sheet;
use crate::visit::{LANGUAGE, Visit, address, language};
use crate::words::Language;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

/// The user of whoever reaches a server without users.
pub(crate) const EVERYBODY: &str = "local";

/// Where the browser goes after it logged in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// What the form of the log-in sends.
#[derive(Deserialize)]
pub(crate) struct LogIn {
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// What a form without contents sends.
#[derive(Deserialize)]
pub(crate) struct Token {
    #[serde(default)]
    token: String,
}

/// Leads to the form of the log-in, and from there back.
pub(crate) fn log_in_first(uri: &Uri) -> Response {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    go_to(&address("/login", [("next", if here == "/" { "" } else { here })].into_iter()))
}

/// Another page, to be asked for with GET.
pub(crate) fn go_to(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address.to_owned())]).into_response()
}

/// The form of the log-in.
pub(crate) async fn form(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> Response {
    match house.server.open_to() {
        Some(_) => go_to(local(&next.next)),
        None => sheet::log_in(&house, language(&headers), &next.next, None),
    }
}

/// Lets somebody in.
pub(crate) async fn log_in(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    Form(sent): Form<LogIn>,
) -> Response {
    let language = language(&headers);
    let role = match house.server.log_in(&sent.user, &sent.password).await {
        Ok(role) => role,
        Err(error) => return sheet::bare_fault(&house, language, &Fault::inside(error)),
    };
    if role.is_none() {
        tracing::warn!(user = sent.user, "a log-in was refused");
        return sheet::log_in(&house, language, &sent.next, Some(&sent.user));
    }
    // One that was there before is not gone on with: its cookie may be known to somebody else.
    house.sessions.end(&headers, house.encrypted());
    match house.sessions.begin(&sent.user, Instant::now()) {
        Ok((secret, _)) => {
            let cookie = set_cookie(&secret, house.encrypted());
            ([(header::SET_COOKIE, cookie)], go_to(local(&sent.next))).into_response()
        }
        Err(error) => sheet::bare_fault(&house, language, &Fault::inside(error)),
    }
}

/// Ends a session.
pub(crate) async fn log_out(visit: Visit, headers: HeaderMap, Form(sent): Form<Token>) -> Response {
    if !visit.session.sent(&sent.token) {
        return sheet::fault(&visit, &Fault::Forged);
    }
    let house = &visit.house;
    house.sessions.end(&headers, house.encrypted());
    ([(header::SET_COOKIE, clear_cookie(house.encrypted()))], go_to("/login")).into_response()
}

/// Chooses a language for this browser, and goes on where it was.
pub(crate) async fn choose(Path(code): Path<String>, Query(next): Query<Next>) -> Response {
    let Some(language) = Language::of(&code) else { return StatusCode::NOT_FOUND.into_response() };
    let year = 365 * 24 * 3600;
    let cookie = format!("{LANGUAGE}={}; Path=/; SameSite=Lax; Max-Age={year}", language.code());
    ([(header::SET_COOKIE, cookie)], go_to(local(&next.next))).into_response()
}

/// An address on this server, or the first page: nobody is led elsewhere from here.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next[1..].starts_with(['/', '\\']);
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_path && is_plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(local("/nights/3?x=1"), "/nights/3?x=1");
        for elsewhere in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "x", "/ü"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
