//! The threads on which queries are answered: those that gave way are followed by new ones.

use super::STACK;
use super::pace::{NAME, Pace};
use crate::error::ServeError;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinHandle};

/// How long threads may still be at something after their query ended, before they are given up.
const END: Duration = Duration::from_millis(200);

/// Threads, and who watches how long they work.
#[derive(Debug)]
pub(super) struct Crew {
    size: usize,
    runtime: Runtime,
    pace: Pace,
}

impl Crew {
    /// So many threads; to be called by a thread that is as important as they are to be.
    ///
    /// # Errors
    /// Threads that cannot be started.
    pub(super) fn new(size: usize) -> Result<Self, ServeError> {
        let pace = Pace::watch();
        Ok(Self { size, runtime: gathered(size, &pace)?, pace })
    }

    /// Begins the work of one query.
    pub(super) fn begin<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.pace.begins();
        self.runtime.spawn(work)
    }

    /// Waits for the end of the work.
    ///
    /// # Errors
    /// It was stopped, or panicked.
    pub(super) fn end<T>(&self, work: JoinHandle<T>) -> Result<T, JoinError> {
        let ended = self.runtime.block_on(work);
        self.pace.ends();
        ended
    }

    /// Whether the threads gave way, for a query that ended.
    pub(super) fn gave_way(&self) -> bool {
        self.pace.gave_way()
    }

    /// Replaces the threads if they gave way. Those that are still at something cannot be replaced.
    pub(super) fn rested(self) -> Option<Self> {
        if !self.pace.gave_way() {
            return Some(self);
        }
        let begun = Instant::now();
        self.runtime.shutdown_timeout(END);
        if begun.elapsed() >= END {
            return None;
        }
        self.pace.starts_again();
        let runtime = gathered(self.size, &self.pace).ok()?;
        Some(Self { runtime, ..self })
    }
}

fn gathered(size: usize, pace: &Pace) -> Result<Runtime, ServeError> {
    Builder::new_multi_thread()
        .worker_threads(size)
        .max_blocking_threads(size)
        .thread_stack_size(STACK)
        .thread_name(NAME)
        .on_thread_start(pace.enters())
        .enable_all()
        .build()
        .map_err(|source| ServeError::Io { action: "start", what: "threads".into(), source })
}
