//! What a server knows of one connection.

use crate::frame::Fault;
use crate::role::Role;
use crate::rows::Rows;
use crate::scram::Challenge;
use crate::settings::{CURRENT, Settings};
use crate::stop::{Reason, Stop};
use crate::wire::Prepared;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// Who is connected to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) role: Role,
    pub(crate) database: String,
}

/// A log-in that waits for the client's proof.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) user: String,
    /// The role that the proof would give; none: there is no such user.
    pub(crate) role: Option<Role>,
    pub(crate) challenge: Challenge,
}

/// A cursor and whether it outlives its transaction.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) rows: Arc<tokio::sync::Mutex<Rows>>,
    pub(crate) holds: bool,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: SocketAddr,
    pub(crate) login: OnceLock<Login>,
    pub(crate) pending: Mutex<Option<Pending>>,
    pub(crate) settings: Mutex<Settings>,
    pub(crate) cursors: Mutex<BTreeMap<String, Cursor>>,
    /// Prepared statements that have a name; none in it: an empty one.
    pub(crate) prepared: Mutex<BTreeMap<String, Option<Arc<Prepared>>>>,
    /// The run that the open transaction reads.
    pinned: Mutex<Option<u64>>,
    stops: Mutex<Vec<Weak<Stop>>>,
    /// The connection is to be closed, whatever it does.
    pub(crate) closing: Notify,
}

impl Session {
    pub(crate) fn new(client: SocketAddr) -> Self {
        Self {
            client,
            login: OnceLock::new(),
            pending: Mutex::default(),
            settings: Mutex::default(),
            cursors: Mutex::default(),
            prepared: Mutex::default(),
            pinned: Mutex::default(),
            stops: Mutex::default(),
            closing: Notify::new(),
        }
    }

    /// Who is connected.
    ///
    /// # Errors
    /// Nobody is, yet.
    pub(crate) fn login(&self) -> Result<&Login, Fault> {
        self.login.get().ok_or_else(|| Fault::new("28000", "not logged in"))
    }

    /// Takes note of a query that begins.
    ///
    /// # Errors
    /// So many are open already.
    pub(crate) fn begins(&self, stop: &Arc<Stop>, most: usize) -> Result<(), Fault> {
        let mut stops = locked(&self.stops);
        // Who watches one that is over may hold it for a moment longer.
        stops.retain(|stop| stop.upgrade().is_some_and(|stop| !stop.is_over()));
        if stops.len() >= most {
            let said = format!("{} portals or cursors are open already", stops.len());
            return Err(Fault::new("53000", said).with_hint("Close some, or read them to their end."));
        }
        stops.push(Arc::downgrade(stop));
        Ok(())
    }

    /// Open queries may take so long from now.
    pub(crate) fn allow(&self, time: Duration) {
        self.open().iter().for_each(|stop| stop.allow(time));
    }

    /// Stops whatever is open.
    pub(crate) fn stop(&self, reason: Reason) {
        self.open().iter().for_each(|stop| stop.now(reason));
    }

    fn open(&self) -> Vec<Arc<Stop>> {
        locked(&self.stops).iter().filter_map(Weak::upgrade).collect()
    }

    /// The run that the open transaction reads, if it has read one.
    pub(crate) fn pinned(&self) -> Option<u64> {
        *locked(&self.pinned)
    }

    /// The transaction reads this run from now on.
    pub(crate) fn pin(&self, run: u64) {
        locked(&self.pinned).get_or_insert(run);
    }

    /// The transaction is at its end.
    pub(crate) fn unpin(&self) {
        *locked(&self.pinned) = None;
        locked(&self.cursors).retain(|_, cursor| cursor.holds);
    }
}

/// The database of a name that a client connects to; `run_7` stays, names of the published run become one.
///
/// Clients that are not told a database name one after their user, or `postgres`.
pub(crate) fn database(asked: Option<&str>, user: &str) -> Result<String, Fault> {
    let asked = asked.unwrap_or(CURRENT);
    let is_run = asked.strip_prefix("run_").is_some_and(|digits| {
        !digits.is_empty() && !digits.starts_with('0') && digits.parse::<u64>().is_ok()
    });
    match asked {
        CURRENT | "herkomst" | "postgres" | "" => Ok(CURRENT.to_owned()),
        _ if asked == user => Ok(CURRENT.to_owned()),
        _ if is_run => Ok(asked.to_owned()),
        _ => Err(Fault::new("3D000", format!("database {asked:?} does not exist"))
            .with_hint("There is current, the published run, and run_1, run_2 and so on, one for each run.")),
    }
}

/// The value in a mutex, also after a panic elsewhere: what is kept here is whole at every instant.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_runs() {
        for current in [None, Some("current"), Some("postgres"), Some("anna"), Some("herkomst")] {
            assert_eq!(database(current, "anna").unwrap(), CURRENT);
        }
        assert_eq!(database(Some("run_7"), "anna").unwrap(), "run_7");
        for wrong in ["bert", "run_", "run_07", "run_0", "run_-1", "run_99999999999999999999", "../etc"] {
            assert_eq!(database(Some(wrong), "anna").unwrap_err().code, "3D000", "{wrong}");
        }
    }

    #[test]
    fn only_so_many_queries_are_open_at_once() {
        let session = Session::new("127.0.0.1:1".parse().unwrap());
        let stops: Vec<_> = (0..2).map(|_| Stop::within(Duration::from_secs(1))).collect();
        stops.iter().for_each(|stop| session.begins(stop, 2).unwrap());
        let third = Stop::within(Duration::from_secs(1));
        assert_eq!(session.begins(&third, 2).unwrap_err().code, "53000");
        stops[0].over();
        session.begins(&third, 2).unwrap();
        drop(stops);
        let fourth = Stop::within(Duration::from_secs(1));
        session.begins(&fourth, 2).unwrap();
        session.stop(Reason::Cancelled);
        assert!(third.fault().is_some() && fourth.fault().is_some());
    }
}
