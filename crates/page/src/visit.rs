//! A request of somebody who is logged in.

use crate::door;
use crate::fault::Fault;
use crate::house::House;
use crate::rows::Desks;
use crate::sessions::{Session, cookie, set_cookie};
use crate::sheet;
use crate::words::Language;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use serve::{Guest, Role};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use study::Study;
use terms::Manifest;

/// Name of the cookie of the chosen language.
pub(crate) const LANGUAGE: &str = "language";

/// A request of somebody who is logged in: who asks for what, in which run and language.
pub(crate) struct Visit {
    pub(crate) house: Arc<House>,
    pub(crate) user: String,
    pub(crate) role: Role,
    pub(crate) language: Language,
    pub(crate) session: Session,
    pub(crate) path: String,
    client: SocketAddr,
    /// What stands behind the `?` of the address, without names that are empty.
    asked: BTreeMap<String, String>,
    /// The secret of a session that began with this visit.
    begun: Option<String>,
    /// Where its queries are asked.
    pub(crate) desks: Desks,
}

impl FromRequestParts<Arc<House>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Response> {
        let language = language(&parts.headers);
        let client = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let client = client.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
        let inside =
            |error: &dyn std::fmt::Display| sheet::bare_fault(house, language, &Fault::inside(error));
        let now = Instant::now();
        let found = house.sessions.of(&parts.headers, house.encrypted(), now);
        let (session, begun) = match (found, house.server.open_to()) {
            (Some(session), _) => (session, None),
            (None, Some(_)) => {
                let (secret, session) =
                    house.sessions.begin(door::EVERYBODY, now).map_err(|error| inside(&error))?;
                (session, Some(secret))
            }
            (None, None) => return Err(door::log_in_first(&parts.uri)),
        };
        // Asked each time, so that who is taken off the file of users is out at once.
        let role = house.server.role_of(&session.user).map_err(|error| inside(&error))?;
        let Some(role) = role else {
            house.sessions.end(&parts.headers, house.encrypted());
            return Err(door::log_in_first(&parts.uri));
        };
        Ok(Self {
            house: house.clone(),
            user: session.user.clone(),
            role,
            language,
            session,
            path: parts.uri.path().to_owned(),
            client,
            asked: asked(&parts.uri),
            begun,
            desks: Desks::default(),
        })
    }
}

impl Visit {
    /// The header with the cookie of a session that began with this visit.
    pub(crate) fn new_cookie(&self) -> Option<HeaderValue> {
        set_cookie(self.begun.as_ref()?, self.house.encrypted()).parse().ok()
    }

    /// A value of the address.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.asked.get(name).map(String::as_str)
    }

    /// A whole number of the address, or this one.
    ///
    /// # Errors
    /// A text that is none.
    pub(crate) fn number(&self, name: &str, without: u64) -> Result<u64, Fault> {
        match self.get(name) {
            None => Ok(without),
            Some(text) => text.parse().map_err(|_| Fault::Asked(format!("{name}={text:?} is no number"))),
        }
    }

    /// The text in the visitor's language.
    pub(crate) fn say(&self, dutch: &'static str, english: &'static str) -> &'static str {
        self.language.say(dutch, english)
    }

    /// Refuses roles that see less than all but what identifies.
    pub(crate) fn for_analysts(&self) -> Result<(), Fault> {
        if self.role == Role::Public { Err(Fault::Forbidden) } else { Ok(()) }
    }

    /// Refuses roles that do not see everything.
    pub(crate) fn for_auditors(&self) -> Result<(), Fault> {
        if self.role == Role::Auditor { Ok(()) } else { Err(Fault::Forbidden) }
    }

    /// The run that is visited: the one of the address, or the published one, if its tables are still there.
    ///
    /// # Errors
    /// There is no such run, or its tables were collected.
    pub(crate) fn run(&self) -> Result<Arc<Manifest>, Fault> {
        let manifest = self.recorded(self.chosen()?)?;
        self.house.warehouse.require_kept(manifest.run).map_err(|error| Fault::Missing(error.to_string()))?;
        Ok(manifest)
    }

    /// The manifest of a run, whether or not its tables were collected; none: the published one.
    ///
    /// # Errors
    /// There is no such run.
    pub(crate) fn recorded(&self, number: Option<u64>) -> Result<Arc<Manifest>, Fault> {
        let warehouse = &self.house.warehouse;
        let number = match number {
            Some(number) => number,
            None => warehouse.current()?.ok_or_else(|| {
                Fault::Missing(
                    self.say("Er is nog geen run gepubliceerd.", "No run is published yet.").to_owned(),
                )
            })?,
        };
        let runs = warehouse.runs()?.len();
        if number == 0 || usize::try_from(number).is_ok_and(|number| number > runs) {
            let there = match self.language {
                Language::Dutch => format!("Run {number} is er niet; er zijn {runs} runs."),
                Language::English => format!("There is no run {number}; there are {runs}."),
            };
            return Err(Fault::Missing(there));
        }
        Ok(warehouse.manifest(number)?)
    }

    /// Number of the run in the address; none: the published one.
    pub(crate) fn chosen(&self) -> Result<Option<u64>, Fault> {
        self.get("run").map(|_| self.number("run", 0)).transpose()
    }

    /// The study in the form in which a run ran it.
    ///
    /// # Errors
    /// It has changed since.
    pub(crate) fn study_of(&self, run: &Manifest) -> Result<Arc<Study>, Fault> {
        self.house.study_of(run)
    }

    /// An address of these pages with values behind it, in the run that is visited. Empty values are left out.
    pub(crate) fn link(&self, path: &str, values: &[(&str, &str)]) -> String {
        let run = self.get("run").map(|run| ("run", run));
        address(path, run.into_iter().chain(values.iter().copied()))
    }

    /// The address of this page with some of its values changed; an empty value takes one away.
    pub(crate) fn here(&self, changed: &[(&str, &str)]) -> String {
        let stays = |name: &str| changed.iter().all(|(other, _)| *other != name);
        let asked = self.asked.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        address(&self.path, asked.filter(|(name, _)| stays(name)).chain(changed.iter().copied()))
    }

    /// The visitor, for the server that answers queries of their own.
    pub(crate) fn guest(&self) -> Guest {
        let database = self.get("run").map_or_else(|| "current".to_owned(), |run| format!("run_{run}"));
        let (user, role, client) = (self.user.clone(), self.role, self.client);
        Guest { user, role, client, application: "herkomst page", database }
    }
}

/// The language that a browser chose here, or the first one.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    cookie(headers, LANGUAGE).and_then(Language::of).unwrap_or_default()
}

/// A path and values behind it; empty values are left out.
pub(crate) fn address<'v>(path: &str, values: impl Iterator<Item = (&'v str, &'v str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in values.filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// One segment of a path.
pub(crate) fn segment(text: &str) -> String {
    // A plus would be a plus in a path.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn asked(uri: &Uri) -> BTreeMap<String, String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let pairs = pairs.filter(|(name, value)| !name.is_empty() && !value.is_empty());
    // A browser ends the lines of a long text in its own way.
    pairs.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_any_text() {
        let text = "é & <b>=/?#+ %";
        let address = address("/record", [("q", text), ("run", ""), ("page", "2")].into_iter());
        assert_eq!(address, "/record?q=%C3%A9+%26+%3Cb%3E%3D%2F%3F%23%2B+%25&page=2");
        let read = asked(&address.parse().unwrap());
        assert_eq!(read.get("q").map(String::as_str), Some(text));
        assert_eq!(segment("a b/ç"), "a%20b%2F%C3%A7");
    }
}
