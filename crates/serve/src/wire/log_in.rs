//! The beginning of a connection: who is it, and to which database.

use super::{Connection, fatal};
use crate::frame::Fault;
use crate::role::Role;
use crate::scram::{Challenge, Failure, MECHANISM, Verifier};
use crate::server::{Door, full};
use crate::session::{Login, Pending, database, locked};
use crate::settings::{REPORTED, Settings, VERSION};
use async_trait::async_trait;
use futures::{Sink, SinkExt};
use pgwire::api::auth::sasl::scram::random_nonce;
use pgwire::api::auth::{
    ServerParameterProvider, StartupHandler, finish_authentication, protocol_negotiation,
    save_startup_parameters_to_metadata,
};
use pgwire::api::cancel::CancelHandler;
use pgwire::api::{ClientInfo, METADATA_DATABASE, METADATA_USER, PgWireConnectionState};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::startup::{Authentication, PasswordMessageFamily};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

/// How long a wrong password is kept waiting for its refusal.
pub(crate) const WRONG: Duration = Duration::from_millis(500);

#[async_trait]
impl StartupHandler for Connection {
    async fn on_startup<C>(&self, client: &mut C, message: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match message {
            PgWireFrontendMessage::Startup(startup) => {
                protocol_negotiation(client, &startup).await?;
                save_startup_parameters_to_metadata(client, &startup);
                let user = self.admit(client).map_err(fatal)?;
                match &self.server.door {
                    Door::Open(role) => self.enter(client, user, *role).await,
                    Door::Users(_) => {
                        client.set_state(PgWireConnectionState::AuthenticationInProgress);
                        let asked = Authentication::SASL(vec![MECHANISM.to_owned()]);
                        client.send(PgWireBackendMessage::Authentication(asked)).await?;
                        Ok(())
                    }
                }
            }
            PgWireFrontendMessage::PasswordMessageFamily(message) => {
                let pending = locked(&self.session.pending).take();
                match pending {
                    None => self.challenge(client, message).await,
                    Some(pending) => self.check(client, message, pending).await,
                }
            }
            _ => Err(fatal(Fault::new("08P01", "a log-in was expected"))),
        }
    }
}

impl Connection {
    /// Whether a client may try to log in; returns its user.
    fn admit<C: ClientInfo>(&self, client: &C) -> Result<String, Fault> {
        if !self.server.has_room() {
            return Err(full());
        }
        if self.server.wants_tls(client.socket_addr()) && !client.is_secure() {
            return Err(Fault::new("28000", "this server wants TLS; connect with sslmode=require"));
        }
        let metadata = client.metadata();
        if metadata.get("replication").is_some_and(|value| !matches!(value.as_str(), "false" | "off" | "0")) {
            return Err(Fault::new("0A000", "there is no replication"));
        }
        let user = metadata.get(METADATA_USER).filter(|user| !user.is_empty());
        let user = user.ok_or_else(|| Fault::new("28000", "no user name"))?;
        if user.len() > 63 || user.contains(char::is_control) {
            return Err(Fault::new("28000", "a user name has at most 63 bytes and no control characters"));
        }
        Ok(user.clone())
    }

    async fn challenge<C>(&self, client: &mut C, message: PasswordMessageFamily) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if !is_whole(&message) {
            return Err(refused(Failure::Malformed, ""));
        }
        let message = message.into_sasl_initial_response()?;
        let user = client.metadata().get(METADATA_USER).cloned().unwrap_or_default();
        let data = message.data.filter(|_| message.auth_method == MECHANISM);
        let data = data.ok_or_else(|| fatal(Fault::new("08P01", "only SCRAM-SHA-256 is spoken here")))?;
        let known = self.user(&user)?;
        let role = known.as_ref().map(|(role, _)| *role);
        let verifier =
            known.map_or_else(|| Verifier::of_nobody(&user, &self.server.secret), |(_, verifier)| verifier);
        let (challenge, first) =
            Challenge::new(&data, verifier, &random_nonce()).map_err(|failure| refused(failure, &user))?;
        *locked(&self.session.pending) = Some(Pending { user, role, challenge });
        let asked = Authentication::SASLContinue(first.into());
        client.send(PgWireBackendMessage::Authentication(asked)).await?;
        Ok(())
    }

    fn user(&self, name: &str) -> PgWireResult<Option<(Role, Verifier)>> {
        let Door::Users(users) = &self.server.door else { return Ok(None) };
        let all = users.all().map_err(|error| {
            tracing::error!(%error, "the file of users cannot be read");
            fatal(Fault::new("58030", "users cannot be looked up now"))
        })?;
        Ok(all.into_iter().find(|user| user.name == name).map(|user| (user.role, user.verifier)))
    }

    async fn check<C>(
        &self,
        client: &mut C,
        message: PasswordMessageFamily,
        pending: Pending,
    ) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let message = message.into_sasl_response()?;
        let checked = pending.challenge.check(&message.data);
        match (checked, pending.role) {
            (Ok(last), Some(role)) => {
                let accepted = Authentication::SASLFinal(last.into());
                client.feed(PgWireBackendMessage::Authentication(accepted)).await?;
                self.enter(client, pending.user, role).await
            }
            (checked, _) => {
                tracing::warn!(user = pending.user, client = %self.session.client, "a log-in was refused");
                tokio::time::sleep(WRONG).await;
                let failure = checked.err().unwrap_or(Failure::WrongPassword);
                Err(refused(failure, &pending.user))
            }
        }
    }

    /// Lets a user in.
    async fn enter<C>(&self, client: &mut C, user: String, role: Role) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let asked = client.metadata().get(METADATA_DATABASE).map(String::as_str);
        let database = database(asked, &user).map_err(fatal)?;
        self.server.require(&database).map_err(fatal)?;
        let mut settings = Settings::default();
        // What is no setting of ours is one of the protocol, or of a server that this is not.
        let mut given: Vec<_> = client.metadata().iter().collect();
        given.sort();
        for (name, value) in given {
            if settings.get(name).is_ok() {
                settings.set(name, value).map_err(fatal)?;
            }
        }
        *locked(&self.session.settings) = settings;
        // Set once: a connection logs in once.
        drop(self.session.login.set(Login { user, role, database }));
        let (pid, key) = self.server.enter(&self.session, client).map_err(fatal)?;
        client.set_pid_and_secret_key(pid, key);
        finish_authentication(client, self).await
    }
}

/// Whether a first message has a mechanism and as many bytes as it says; pgwire takes its word for it.
fn is_whole(message: &PasswordMessageFamily) -> bool {
    let PasswordMessageFamily::Raw(body) = message else { return true };
    let Some(end) = body.iter().position(|byte| *byte == 0) else { return false };
    match body[end + 1..].split_first_chunk::<4>() {
        Some((length, data)) => match i32::from_be_bytes(*length) {
            -1 => data.is_empty(),
            length => usize::try_from(length) == Ok(data.len()),
        },
        None => false,
    }
}

fn refused(failure: Failure, user: &str) -> PgWireError {
    fatal(match failure {
        Failure::Malformed => Fault::new("08P01", "this is no log-in with SCRAM-SHA-256"),
        Failure::WrongPassword => {
            Fault::new("28P01", format!("password authentication failed for user {user:?}"))
        }
    })
}

impl ServerParameterProvider for Connection {
    fn server_parameters<C: ClientInfo>(&self, _: &C) -> Option<HashMap<String, String>> {
        let settings = locked(&self.session.settings);
        let mut told: HashMap<String, String> = REPORTED
            .iter()
            .filter_map(|(name, spelled)| Some(((*spelled).to_owned(), settings.get(name).ok()?)))
            .collect();
        for (name, value) in [
            ("server_version", VERSION),
            ("server_encoding", "UTF8"),
            ("integer_datetimes", "on"),
            ("in_hot_standby", "off"),
            ("is_superuser", "off"),
        ] {
            told.insert(name.to_owned(), value.to_owned());
        }
        if let Some(login) = self.session.login.get() {
            told.insert("session_authorization".to_owned(), login.user.clone());
        }
        Some(told)
    }
}

#[async_trait]
impl CancelHandler for Connection {
    async fn on_cancel_request(&self, request: CancelRequest) {
        self.server.cancel(request.pid, &request.secret_key);
    }
}
