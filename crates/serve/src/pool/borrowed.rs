//! A worker while it is at one query.

use super::worker::Worker;
use super::{Pool, busy};
use crate::frame::{Fault, Frame, Order, Reply, Request};
use crate::queue::Place;
use crate::stop::Stop;
use arrow::array::RecordBatch;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::time::Duration;

/// How long a query that ended its worker, or wanted all memory that there is, waits for its fault: nobody does so faster.
const LOST: Duration = Duration::from_millis(500);

/// What a query is told that needs more memory than it may use.
const MEMORY: &str = "53200";

/// A worker that is at one query. Dropped before the end of the query, it is stopped.
#[derive(Debug)]
pub(crate) struct Borrowed {
    pub(super) worker: Option<Worker>,
    pub(super) pool: Arc<Pool>,
    pub(super) stop: Arc<Stop>,
    pub(super) place: Option<Place>,
    /// It is between two frames, so that it can be spoken to.
    pub(super) is_between: bool,
}

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;

impl Borrowed {
    /// Sends the request.
    pub(crate) async fn ask(&mut self, request: Request, tables: &[&RecordBatch]) -> Result<(), Fault> {
        let Some(worker) = self.worker.as_mut() else { return Err(busy()) };
        let frame = Frame::new(Order::Answer(Box::new(request)), tables);
        let bytes = frame.map_err(std::io::Error::other).and_then(|frame| frame.bytes());
        let bytes = bytes.map_err(|error| Fault::new("54000", error.to_string()))?;
        self.is_between = false;
        if worker.tell(&bytes).await.is_err() {
            return Err(self.ended().await);
        }
        Ok(())
    }

    /// The next thing that the worker says.
    ///
    /// # Errors
    /// What it says went wrong; or that it was stopped, or came to its end.
    pub(crate) async fn hear(&mut self) -> Result<Frame<Reply>, Fault> {
        let Some(worker) = self.worker.as_mut() else { return Err(busy()) };
        self.is_between = false;
        let heard = worker.hear().await;
        self.is_between = true;
        match heard {
            Ok(Frame { header: Reply::Failed { fault, wants_rest }, .. }) => {
                let is_greedy = wants_rest || fault.code == MEMORY;
                let _place = if is_greedy { self.place.take() } else { None };
                self.give_back(wants_rest);
                if is_greedy {
                    tokio::time::sleep(LOST).await;
                }
                Err(fault)
            }
            Ok(frame) => Ok(frame),
            Err(_) => Err(self.ended().await),
        }
    }

    /// Gives the worker back after its last word; one that wants rest is let go.
    pub(crate) fn give_back(&mut self, wants_rest: bool) {
        let Some(worker) = self.worker.take() else { return };
        if !self.stop.lets_go() || wants_rest {
            drop(worker);
            self.pool.start(self.place.take());
            return;
        }
        match worker.counted() {
            Some(worker) => self.pool.take_back(worker),
            None => self.pool.start(None),
        }
        self.place = None;
    }

    /// Why the worker is no more.
    async fn ended(&mut self) -> Fault {
        let worker = self.worker.take();
        let stopped = self.stop.fault();
        let status = match (&worker, &stopped) {
            (Some(worker), None) => worker.exit().await,
            _ => None,
        };
        drop(worker);
        if let Some(fault) = stopped {
            self.pool.start(self.place.take());
            return fault;
        }
        tracing::warn!(?status, "a worker came to its end");
        self.pool.start(None);
        tokio::time::sleep(LOST).await;
        let memory = self.pool.limits.memory >> 20;
        match status.and_then(|status| status.signal()) {
            Some(SIGABRT | SIGKILL) => {
                Fault::new(MEMORY, format!("the query needs more memory than {memory} MiB"))
                    .with_hint("Ask for fewer rows or columns, or have --query-memory raised.")
            }
            Some(SIGSEGV) => Fault::new("54001", "the query is nested too deeply"),
            _ => Fault::new("XX000", "the process that answered the query came to its end"),
        }
    }
}

impl Drop for Borrowed {
    /// The client does not want the rest: the worker is asked to stop, and is let go if it does not.
    fn drop(&mut self) {
        let Some(worker) = self.worker.take() else { return };
        let can_stop = self.stop.lets_go() && self.is_between;
        let (pool, place) = (self.pool.clone(), self.place.take());
        // Without a runtime the server is at its end, and so is the worker.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let stopped = if can_stop {
                worker.stopped().await
            } else {
                drop(worker);
                None
            };
            match stopped {
                Some(worker) => pool.take_back(worker),
                None => pool.start(place),
            }
        });
    }
}
