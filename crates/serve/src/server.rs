//! The server: what it listens on, who may come in, and how it ends.

use crate::error::ServeError;
use crate::frame::Fault;
use crate::limits::{LOG_IN, Limits};
use crate::log::QueryLog;
use crate::pool::{Pool, WorkerCommand};
use crate::role::Role;
use crate::session::{Session, locked};
use crate::stop::{Reason, Stop};
use crate::tls::{Protocol, Tls, TlsFiles};
use crate::users::{Users, random};
use crate::wire::talk;
use pgwire::api::{ClientInfo, PidSecretKeyGenerator, RandomPidSecretKeyGenerator};
use pgwire::messages::startup::SecretKey;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use warehouse::Warehouse;

/// Who may come in.
#[derive(Clone, Debug)]
pub enum Door {
    /// Everybody who reaches the address, in this role; for loopback only.
    Open(Role),
    /// The users of a file, with their passwords.
    Users(Users),
}

/// How a server is run.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Address; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Who may come in.
    pub door: Door,
    /// Certificate and key; none: no TLS.
    pub tls: Option<TlsFiles>,
    /// Folder of the warehouse.
    pub warehouse: PathBuf,
    /// File of the log of queries.
    pub query_log: PathBuf,
    /// What queries may use.
    pub limits: Limits,
    /// How a worker is started.
    pub worker: WorkerCommand,
}

/// How long queries may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(5);

/// A server: what all connections share.
#[derive(Debug)]
pub struct Server {
    pub(crate) door: Door,
    pub(crate) limits: Limits,
    pub(crate) log: Arc<QueryLog>,
    pub(crate) pool: Arc<Pool>,
    /// Makes up salts of users that are not there.
    pub(crate) secret: [u8; 32],
    /// Stopped when the server ends.
    pub(crate) ends: Arc<Stop>,
    listen: SocketAddr,
    tls: Option<Tls>,
    pages: Option<Tls>,
    warehouse: Warehouse,
    keys: Keys,
    sessions: Mutex<BTreeMap<i32, (SecretKey, Arc<Session>)>>,
}

/// Numbers and secrets of connections.
#[derive(Debug, Default)]
struct Keys(RandomPidSecretKeyGenerator);

/// Refuses what would not be safe.
///
/// # Errors
/// An address that others reach without users and TLS; no users where somebody else than the owner of the machine might come.
pub fn is_safe(listen: SocketAddr, door: &Door, tls: Option<&TlsFiles>) -> Result<(), ServeError> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    let missing = match (door, tls) {
        (Door::Open(_), _) => "users (--users FILE)",
        (Door::Users(_), None) => "TLS (--tls-cert FILE --tls-key FILE)",
        (Door::Users(_), Some(_)) => return Ok(()),
    };
    Err(ServeError::Unsafe(format!(
        "{listen} can be reached from other machines; it is not opened without {missing}"
    )))
}

impl Server {
    /// A server that is ready to listen.
    ///
    /// # Errors
    /// What would not be safe, a file that cannot be used, a worker that does not start.
    pub fn open(options: ServeOptions) -> Result<Arc<Self>, ServeError> {
        is_safe(options.listen, &options.door, options.tls.as_ref())?;
        if let Door::Users(users) = &options.door
            && users.all()?.is_empty()
        {
            return Err(ServeError::Unsafe(
                "the file of users has no user; add one with: herkomst serve user NAME --role ROLE"
                    .to_owned(),
            ));
        }
        let limits = options.limits;
        let pool = Pool::new(options.worker, limits)?;
        pool.warm()?;
        let tls = |protocol| options.tls.clone().map(|files| Tls::new(files, protocol)).transpose();
        Ok(Arc::new(Self {
            limits,
            log: Arc::new(QueryLog::open(&options.query_log)?),
            pool,
            secret: random()?,
            ends: Stop::within(Duration::MAX / 4),
            listen: options.listen,
            tls: tls(Protocol::Postgres)?,
            pages: tls(Protocol::Http)?,
            door: options.door,
            warehouse: Warehouse::open(options.warehouse)?,
            keys: Keys::default(),
            sessions: Mutex::default(),
        }))
    }

    /// Takes connections until `ends` completes; `listening` is told the address once they are taken.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub async fn listen(
        self: Arc<Self>,
        listening: impl FnOnce(SocketAddr),
        ends: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let address = self.listen;
        let io = move |source| ServeError::Io { action: "listen on", what: address.to_string(), source };
        let listener = TcpListener::bind(address).await.map_err(io)?;
        listening(listener.local_addr().map_err(io)?);
        // Connections that have not logged in count too, so that nobody fills the server without a name.
        let doors = Arc::new(Semaphore::new(self.limits.connections * 2 + 16));
        tokio::pin!(ends);
        loop {
            let (stream, _) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Of one connection, or too many open files: the next may do.
                        tracing::warn!(%error, "a connection was not taken");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut ends => break,
            };
            let Ok(door) = doors.clone().try_acquire_owned() else { continue };
            let server = self.clone();
            // A message that pgwire stumbles over panics in this task, and ends this connection only.
            tokio::spawn(async move {
                if let Err(error) = talk(server, stream).await {
                    tracing::debug!(%error, "a connection broke");
                }
                drop(door);
            });
        }
        drop(listener);
        self.end(&doors).await;
        Ok(())
    }

    /// For the next connection of a browser; none without TLS.
    pub fn page_acceptor(&self) -> Option<TlsAcceptor> {
        self.pages.as_ref().map(Tls::acceptor)
    }

    /// For the next connection.
    pub(crate) fn acceptor(&self) -> Option<TlsAcceptor> {
        self.tls.as_ref().map(Tls::acceptor)
    }

    /// Whether a client at this address has to speak TLS.
    pub(crate) fn wants_tls(&self, client: SocketAddr) -> bool {
        self.tls.is_some() && !client.ip().is_loopback()
    }

    /// Whether a database can be connected to.
    pub(crate) fn require(&self, database: &str) -> Result<(), Fault> {
        let gone = |why: String| Fault::new("3D000", format!("database {database:?} does not exist: {why}"));
        let inside = |error: warehouse::Error| {
            tracing::error!(%error, "the warehouse cannot be read");
            Fault::new("58030", "the runs cannot be read now")
        };
        match database.strip_prefix("run_").and_then(|digits| digits.parse::<u64>().ok()) {
            None => match self.warehouse.current().map_err(inside)? {
                Some(_) => Ok(()),
                None => Err(gone("no run is published yet".to_owned())),
            },
            Some(run) => {
                let runs = self.warehouse.runs().map_err(inside)?.len() as u64;
                let collected = self.warehouse.collected().map_err(inside)?;
                if run > runs {
                    return Err(gone(format!("there are {runs} runs")));
                }
                if collected.contains(&run) {
                    return Err(gone("its tables were removed to make room".to_owned()));
                }
                Ok(())
            }
        }
    }

    /// Whether one more may log in.
    pub(crate) fn has_room(&self) -> bool {
        locked(&self.sessions).len() < self.limits.connections
    }

    /// Takes a session in, and gives it its number and the secret with which its queries can be stopped.
    ///
    /// # Errors
    /// The server is full, or this user has too many connections.
    pub(crate) fn enter(
        &self,
        session: &Arc<Session>,
        client: &dyn ClientInfo,
    ) -> Result<(i32, SecretKey), Fault> {
        let (pid, key) = self.keys.0.generate(client);
        let mut sessions = locked(&self.sessions);
        if sessions.len() >= self.limits.connections {
            return Err(full());
        }
        let user = &session.login()?.user;
        let is_theirs = |other: &Session| other.login.get().is_some_and(|login| login.user == *user);
        if sessions.values().filter(|(_, other)| is_theirs(other)).count() >= self.limits.user_connections {
            return Err(Fault::new("53300", format!("too many connections for user {user:?}")));
        }
        sessions.insert(pid, (key.clone(), session.clone()));
        Ok((pid, key))
    }

    /// Lets a session go, if it was in.
    pub(crate) fn leave(&self, session: &Arc<Session>) {
        locked(&self.sessions).retain(|_, (_, other)| !Arc::ptr_eq(other, session));
    }

    /// Stops what a connection does, for who knows its secret.
    pub(crate) fn cancel(&self, pid: i32, key: &SecretKey) {
        let session =
            locked(&self.sessions).get(&pid).filter(|(known, _)| bytes(known) == bytes(key)).cloned();
        if let Some((_, session)) = session {
            session.stop(Reason::Cancelled);
        }
    }

    async fn end(&self, doors: &Semaphore) {
        self.ends.now(Reason::Ends);
        let all = self.limits.connections * 2 + 16;
        let everybody = u32::try_from(all).unwrap_or(u32::MAX);
        let left = async { drop(doors.acquire_many(everybody).await) };
        if tokio::time::timeout(GRACE, left).await.is_ok() {
            return;
        }
        let sessions: Vec<_> = locked(&self.sessions).values().map(|(_, session)| session.clone()).collect();
        sessions.iter().for_each(|session| session.stop(Reason::Ends));
        let left = async { drop(doors.acquire_many(everybody).await) };
        if tokio::time::timeout(LOG_IN / 10, left).await.is_err() {
            sessions.iter().for_each(|session| session.closing.notify_one());
        }
    }
}

/// A secret as it goes over the wire: one that came with a request to cancel does not say of which version it is.
fn bytes(key: &SecretKey) -> Vec<u8> {
    match key {
        SecretKey::I32(key) => key.to_be_bytes().to_vec(),
        SecretKey::Bytes(key) => key.to_vec(),
    }
}

/// What a client is told that is one too many.
pub(crate) fn full() -> Fault {
    Fault::new("53300", "too many connections; try again later")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_need_users_and_tls() {
        let tls = TlsFiles { certificate: "cert.pem".into(), key: "key.pem".into() };
        let open = Door::Open(Role::Public);
        let users = Door::Users(Users::at("users"));
        let safe = |listen: &str, door: &Door, tls: Option<&TlsFiles>| {
            is_safe(listen.parse().unwrap(), door, tls).map_err(|error| error.to_string())
        };
        for loopback in ["127.0.0.1:5433", "[::1]:5433", "127.9.9.9:1"] {
            assert_eq!(safe(loopback, &open, None), Ok(()));
        }
        for reached in ["0.0.0.0:5433", "[::]:5433", "10.0.0.1:5433", "[::ffff:127.0.0.1]:1"] {
            assert!(safe(reached, &open, Some(&tls)).unwrap_err().contains("--users"));
            assert!(safe(reached, &users, None).unwrap_err().contains("--tls-cert"));
            assert_eq!(safe(reached, &users, Some(&tls)), Ok(()));
        }
    }
}
