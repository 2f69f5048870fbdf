//! How a query is stopped from outside: by its time, its client, another connection, or the end of the server.

use crate::frame::Fault;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::process::Child;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Why a query was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It took too long, or its portal waited too long.
    Time,
    /// The client asked for it on another connection.
    Cancelled,
    /// The client is gone.
    Gone,
    /// The server ends.
    Ends,
}

/// The way to stop one query.
#[derive(Debug)]
pub(crate) struct Stop {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    reason: Option<Reason>,
    /// The process that is at it.
    child: Weak<Mutex<Child>>,
    deadline: Instant,
    is_over: bool,
}

impl Stop {
    /// For a query that may take so long.
    pub(crate) fn within(time: Duration) -> Arc<Self> {
        let state =
            State { reason: None, child: Weak::new(), deadline: Instant::now() + time, is_over: false };
        Arc::new(Self { state: Mutex::new(state), changed: Notify::new() })
    }

    /// The process that is at the query; killed at once if the query was stopped meanwhile.
    pub(crate) fn holds(&self, child: &Arc<Mutex<Child>>) {
        let mut state = self.state();
        state.child = Arc::downgrade(child);
        if state.reason.is_some() {
            kill(&state.child);
        }
    }

    /// Lets the process go, which did what it should; not if it was stopped.
    pub(crate) fn lets_go(&self) -> bool {
        let mut state = self.state();
        state.child = Weak::new();
        state.reason.is_none()
    }

    /// Stops the query.
    pub(crate) fn now(&self, reason: Reason) {
        let mut state = self.state();
        if state.is_over || state.reason.is_some() {
            return;
        }
        state.reason = Some(reason);
        kill(&state.child);
        self.changed.notify_waiters();
    }

    /// The query is at its end, however it ended.
    pub(crate) fn over(&self) {
        self.state().is_over = true;
        self.changed.notify_waiters();
    }

    /// Whether the query is at its end.
    pub(crate) fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// From now, it may take so long.
    pub(crate) fn allow(&self, time: Duration) {
        self.state().deadline = Instant::now() + time;
        self.changed.notify_waiters();
    }

    /// Waits until the query is stopped.
    pub(crate) async fn stopped(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().reason.is_some() {
                return;
            }
            changed.await;
        }
    }

    /// Stops the query when its time is up; ends with the query.
    pub(crate) async fn watch(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let deadline = {
                let state = self.state();
                if state.is_over || state.reason.is_some() {
                    return;
                }
                state.deadline
            };
            tokio::select! {
                () = tokio::time::sleep_until(deadline) => {
                    if self.state().deadline <= Instant::now() {
                        self.now(Reason::Time);
                    }
                }
                () = &mut changed => {}
            }
        }
    }

    /// Why the query was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.state().reason
    }

    /// What the client is told of a query that was stopped.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let text = match self.reason()? {
            Reason::Time => "canceling statement due to statement timeout",
            Reason::Cancelled => "canceling statement due to user request",
            Reason::Gone => "canceling statement because its client is gone",
            Reason::Ends => return Some(Fault::new("57P01", "the server is shutting down")),
        };
        Some(Fault::new("57014", text))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kill(child: &Weak<Mutex<Child>>) {
    if let Some(child) = child.upgrade() {
        // One that ended by itself needs no killing.
        drop(child.lock().unwrap_or_else(PoisonError::into_inner).start_kill());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn time_runs_out_unless_more_is_allowed() {
        let stop = Stop::within(Duration::from_millis(400));
        let watching = tokio::spawn({
            let stop = stop.clone();
            async move { stop.watch().await }
        });
        stop.allow(Duration::from_secs(3_600));
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(stop.fault(), None);
        stop.allow(Duration::from_millis(1));
        watching.await.unwrap();
        assert_eq!(stop.fault().unwrap().code, "57014");
    }

    #[tokio::test]
    async fn what_is_over_is_not_stopped() {
        let stop = Stop::within(Duration::from_secs(10));
        stop.over();
        stop.now(Reason::Cancelled);
        assert_eq!(stop.fault(), None);
        stop.watch().await;
        let other = Stop::within(Duration::from_secs(10));
        other.now(Reason::Cancelled);
        other.now(Reason::Time);
        other.stopped().await;
        assert_eq!(other.fault().unwrap().message, "canceling statement due to user request");
        assert!(!other.lets_go());
    }
}
