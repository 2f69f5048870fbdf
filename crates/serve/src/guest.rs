//! Asking from within the process: users by name and password, queries by the workers.

use crate::error::ServeError;
use crate::frame::Fault;
use crate::role::Role;
use crate::rows::{Parameters, Rows, refuse};
use crate::scram::Verifier;
use crate::server::{Door, Server};
use crate::session::{Login, Session, database, locked};
use crate::statement::{Kind, Statement, line_starts, offset, statements};
use crate::wire::WRONG;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use sqlparser::tokenizer::Location;
use std::net::SocketAddr;

/// Somebody who was let in, and the run that they read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Name of the user.
    pub user: String,
    /// Role.
    pub role: Role,
    /// Address from which they ask.
    pub client: SocketAddr,
    /// Name of the program that asks for them, for the log.
    pub application: &'static str,
    /// `run_7` is the seventh run, `current` the published one.
    pub database: String,
}

/// The first rows of a query.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Number of the run that was read.
    pub run: u64,
    /// Columns.
    pub columns: SchemaRef,
    /// Rows, in the order of the query.
    pub rows: Vec<RecordBatch>,
    /// There are further rows, which were not fetched.
    pub is_cut: bool,
}

/// Why a query is not answered, in the words of Postgres.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// SQLSTATE.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
    /// The byte of the text at which it went wrong, where that is known.
    pub at: Option<usize>,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code, message: fault.message, hint: fault.hint, at: None }
    }
}

impl Server {
    /// The role of everybody who reaches the server; none where users log in.
    pub fn open_to(&self) -> Option<Role> {
        match self.door {
            Door::Open(role) => Some(role),
            Door::Users(_) => None,
        }
    }

    /// The role of a user with this password; none if there is no such user or it is not theirs, which takes a moment.
    ///
    /// # Errors
    /// A file of users that cannot be read.
    pub async fn log_in(&self, user: &str, password: &str) -> Result<Option<Role>, ServeError> {
        let role = {
            let known = match &self.door {
                Door::Open(_) => None,
                Door::Users(users) => users.all()?.into_iter().find(|known| known.name == user),
            };
            let role = known.as_ref().map(|known| known.role);
            let nobody = || Verifier::of_nobody(user, &self.secret);
            let verifier = known.map_or_else(nobody, |known| known.verifier);
            let password = password.to_owned();
            // Hashing takes some milliseconds, which others need not wait for.
            let fits = tokio::task::spawn_blocking(move || verifier.fits(&password)).await.unwrap_or(false);
            role.filter(|_| fits)
        };
        if role.is_none() {
            tokio::time::sleep(WRONG).await;
        }
        Ok(role)
    }

    /// The role that a user has by now; none if they were taken off the file of users.
    ///
    /// # Errors
    /// A file of users that cannot be read.
    pub fn role_of(&self, user: &str) -> Result<Option<Role>, ServeError> {
        match &self.door {
            Door::Open(role) => Ok(Some(*role)),
            Door::Users(users) => {
                let all = users.all()?;
                Ok(all.into_iter().find(|known| known.name == user).map(|known| known.role))
            }
        }
    }

    /// The first rows of one query, at most so many.
    ///
    /// # Errors
    /// A text that is not one query, a query at fault, or one that a limit stopped.
    pub async fn ask(&self, guest: &Guest, text: &str, most: usize) -> Result<Asked, Refusal> {
        let session = Session::new(guest.client);
        let database = database(Some(&guest.database), &guest.user)?;
        self.require(&database)?;
        drop(session.login.set(Login { user: guest.user.clone(), role: guest.role, database }));
        locked(&session.settings).set("application_name", guest.application)?;
        let query = match one(text) {
            Ok(query) => query,
            Err(fault) => {
                let start: String = text.chars().take(200).collect();
                refuse(self, &session, &start, &fault)?;
                let at = place(text, &fault.message);
                return Err(Refusal { at, ..fault.into() });
            }
        };
        let placed = |fault: Fault| {
            let at = place(&query.text, &fault.message).map(|at| query.at + at);
            Refusal { at, ..fault.into() }
        };
        let rows = Rows::ask(self, &session, &query.text, &Parameters::default()).await;
        let mut rows = rows.map_err(placed)?;
        let mut asked = Asked {
            run: rows.run().unwrap_or_default(),
            columns: rows.columns().clone(),
            rows: Vec::new(),
            is_cut: false,
        };
        // One more than wanted tells whether there are more.
        let mut left = most.saturating_add(1);
        while left > 0 {
            let Some(table) = rows.table(left).await? else { break };
            left -= table.num_rows();
            asked.rows.push(table);
        }
        asked.is_cut = left == 0;
        if let (true, Some(last)) = (asked.is_cut, asked.rows.last_mut()) {
            *last = last.slice(0, last.num_rows().saturating_sub(1));
        }
        Ok(asked)
    }

    /// Completes when the server ends.
    pub async fn ended(&self) {
        self.ends.stopped().await;
    }
}

/// The only statement of a text, if it is a query.
fn one(text: &str) -> Result<Statement, Fault> {
    let mut statements = statements(text)?.into_iter();
    match (statements.next(), statements.next()) {
        (Some(statement), None) => match statement.kind {
            Kind::Query => Ok(statement),
            Kind::Refused(fault) => Err(fault),
            _ => Err(Fault::new("0A000", "only queries are answered here")),
        },
        (None, _) => Err(Fault::new("42601", "there is no query")),
        _ => Err(Fault::new("42601", "one query at a time")),
    }
}

/// The byte of a text that a message names as `Line: 2, Column: 7`.
fn place(text: &str, message: &str) -> Option<usize> {
    let number = |name: &str| {
        let (_, after) = message.rsplit_once(name)?;
        let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u64>().ok()
    };
    let (line, column) = (number("Line: ")?, number("Column: ")?);
    (line > 0 && column > 0).then(|| offset(text, &line_starts(text), Location { line, column }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_says_of_its_place_is_found_in_the_text() {
        let text = "select é,\n  frm";
        let at = place(text, "Expected: an expression, found: frm at Line: 2, Column: 3");
        assert_eq!(at.map(|at| &text[at..]), Some("frm"));
        assert_eq!(place(text, "at Line: 1, Column: 9").map(|at| &text[at..]), Some(",\n  frm"));
        assert_eq!(place(text, "at Line: 9, Column: 9"), Some(text.len()));
        assert_eq!(place(text, "no field named x"), None);
    }

    #[test]
    fn a_query_knows_where_it_begins() {
        let text = "-- one\n  select 1 ;";
        let query = one(text).unwrap();
        assert_eq!((query.at, query.text.as_str()), (9, "select 1"));
    }
}
