//! Who is logged in: a secret in a cookie, and what the server knows under its hash.

use axum::http::HeaderMap;
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use terms::ObjectHash;

/// How long a session lasts without a visit.
const IDLE: Duration = Duration::from_secs(2 * 3600);
/// How long a session lasts at most.
const LONGEST: Duration = Duration::from_secs(12 * 3600);
/// Sessions at once; the one that was away longest gives way.
const MOST: usize = 10_000;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Name of the user.
    pub(crate) user: String,
    /// What forms of this session carry.
    pub(crate) token: String,
    begun: Instant,
    seen: Instant,
}

/// All sessions. They are kept in memory only: who restarts the server logs everybody out.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    known: Mutex<BTreeMap<ObjectHash, Session>>,
}

/// Name of the cookie; over TLS one that no other host and no path can set.
fn cookie_name(is_encrypted: Encrypted) -> &'static str {
    match is_encrypted {
        Encrypted::Yes => "__Host-herkomst",
        Encrypted::No => "herkomst",
    }
}

/// Whether browsers speak TLS with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encrypted {
    Yes,
    No,
}

impl Sessions {
    /// Begins a session; the value for the browser's cookie, which nobody else learns.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub(crate) fn begin(&self, user: &str, now: Instant) -> Result<(String, Session), serve::ServeError> {
        let (secret, token) = (secret()?, secret()?);
        let session = Session { user: user.to_owned(), token, begun: now, seen: now };
        let mut known = self.known();
        known.retain(|_, session| session.lasts(now));
        if known.len() >= MOST {
            let away = known.iter().min_by_key(|(_, session)| session.seen).map(|(key, _)| key.clone());
            away.and_then(|key| known.remove(&key));
        }
        known.insert(key(&secret), session.clone());
        Ok((secret, session))
    }

    /// The session of a visit, if its cookie names one that lasts.
    pub(crate) fn of(&self, headers: &HeaderMap, encrypted: Encrypted, now: Instant) -> Option<Session> {
        let mut known = self.known();
        let session = known.get_mut(&key(cookie(headers, cookie_name(encrypted))?))?;
        session.lasts(now).then(|| {
            session.seen = now;
            session.clone()
        })
    }

    /// Ends the session of a visit.
    pub(crate) fn end(&self, headers: &HeaderMap, encrypted: Encrypted) {
        if let Some(secret) = cookie(headers, cookie_name(encrypted)) {
            self.known().remove(&key(secret));
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ObjectHash, Session>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn lasts(&self, now: Instant) -> bool {
        now.duration_since(self.seen) < IDLE && now.duration_since(self.begun) < LONGEST
    }

    /// Whether a form carries the token of this session. Every byte is looked at.
    pub(crate) fn sent(&self, token: &str) -> bool {
        let differing = self.token.bytes().zip(token.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        token.len() == self.token.len() && differing == 0
    }
}

/// The header that gives a browser its cookie: no script reads it, and no form of another site brings it along.
pub(crate) fn set_cookie(secret: &str, encrypted: Encrypted) -> String {
    let secure = if encrypted == Encrypted::Yes { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}", cookie_name(encrypted))
}

/// The header that takes the cookie away.
pub(crate) fn clear_cookie(encrypted: Encrypted) -> String {
    format!("{}; Max-Age=0", set_cookie("", encrypted))
}

/// The value of a cookie of a request.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(named, _)| *named == name).map(|(_, value)| value)
}

/// The server keeps hashes: who reads its memory learns no cookie.
fn key(secret: &str) -> ObjectHash {
    ObjectHash::of(secret.as_bytes())
}

fn secret() -> Result<String, serve::ServeError> {
    Ok(URL_SAFE_NO_PAD.encode(serve::random::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn a_session_is_found_by_its_cookie_only_and_ends() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (secret, session) = sessions.begin("anna", now).unwrap();
        let (other, _) = sessions.begin("anna", now).unwrap();
        assert_ne!(secret, other);
        let visit = with(&format!("a=b; herkomst={secret}"));
        assert_eq!(sessions.of(&visit, Encrypted::No, now), Some(session.clone()));
        assert_eq!(sessions.of(&visit, Encrypted::Yes, now), None, "over TLS the cookie has another name");
        assert_eq!(sessions.of(&with("herkomst=guess"), Encrypted::No, now), None);
        assert!(session.sent(&session.token) && !session.sent("") && !session.sent(&secret));
        sessions.end(&visit, Encrypted::No);
        assert_eq!(sessions.of(&visit, Encrypted::No, now), None);
    }

    #[test]
    fn sessions_last_so_long_and_no_longer() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (secret, _) = sessions.begin("anna", now).unwrap();
        let visit = with(&format!("herkomst={secret}"));
        let mut later = now;
        for _ in 0..11 {
            later += Duration::from_secs(3_600);
            assert!(sessions.of(&visit, Encrypted::No, later).is_some());
        }
        assert!(sessions.of(&visit, Encrypted::No, later + Duration::from_secs(3_601)).is_none(), "12 hours");
        let (secret, _) = sessions.begin("bert", now).unwrap();
        let visit = with(&format!("herkomst={secret}"));
        assert!(sessions.of(&visit, Encrypted::No, now + IDLE).is_none(), "2 hours without a visit");
    }
}
