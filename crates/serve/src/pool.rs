//! The processes that answer queries: begun on need, kept while they are of use, killed to stop what they do.

mod borrowed;
mod worker;

pub(crate) use borrowed::Borrowed;
pub use worker::WorkerCommand;

use crate::error::ServeError;
use crate::frame::Fault;
use crate::limits::Limits;
use crate::queue::{Place, Queue};
use crate::scratch::Ground;
use crate::session::locked;
use crate::stop::{Reason, Stop};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Notify;
use worker::Worker;

/// All workers of a server.
#[derive(Debug)]
pub(crate) struct Pool {
    command: WorkerCommand,
    state: Mutex<State>,
    /// A worker can be asked, or could not be started.
    changed: Notify,
    /// Each process has a clone of it.
    running: Arc<()>,
    queue: Arc<Queue>,
    limits: Limits,
    ground: Arc<Ground>,
}

#[derive(Debug, Default)]
struct State {
    /// Those that can be asked; the last is asked first.
    idle: Vec<Worker>,
    /// Those that cannot yet.
    starting: usize,
    /// How many could not be started, ever.
    failed: usize,
}

impl Pool {
    /// A pool within these limits; no worker is started yet.
    ///
    /// # Errors
    /// There can be no folder for temporary files.
    pub(crate) fn new(command: WorkerCommand, limits: Limits) -> Result<Arc<Self>, ServeError> {
        let temporary = std::env::temp_dir();
        let ground = Ground::new(&temporary).map_err(ServeError::io("make a folder in", &temporary))?;
        let queue = Queue::new(limits.workers, limits.user_queries);
        let (state, changed) = (Mutex::default(), Notify::new());
        Ok(Arc::new(Self { command, state, changed, running: Arc::default(), queue, limits, ground }))
    }

    /// Starts a worker, so that a server whose workers cannot start says so at once.
    pub(crate) fn warm(self: &Arc<Self>) -> Result<(), ServeError> {
        let worker =
            self.begin(self.running.clone()).map_err(ServeError::io("start", &self.command.program))?;
        self.state().starting += 1;
        tokio::spawn(self.clone().readied(Ok(worker), None));
        Ok(())
    }

    /// A worker for a query of a user, as soon as it is their turn.
    ///
    /// # Errors
    /// The query is stopped before, or no worker can be started.
    pub(crate) async fn borrow(self: &Arc<Self>, user: &str, stop: &Arc<Stop>) -> Result<Borrowed, Fault> {
        let place = tokio::select! {
            place = self.queue.wait(user) => place.map_err(|_| busy())?,
            () = stop.stopped() => return Err(self.waited(user, stop)),
        };
        let worker = tokio::select! {
            worker = self.next() => worker?,
            () = stop.stopped() => return Err(stop.fault().unwrap_or_else(busy)),
        };
        stop.holds(&worker.child);
        self.spare();
        let (pool, stop) = (self.clone(), stop.clone());
        Ok(Borrowed { worker: Some(worker), pool, stop, place: Some(place), is_between: false })
    }

    /// What a query is told that was stopped before it was begun.
    fn waited(&self, user: &str, stop: &Stop) -> Fault {
        let (own, most) = (self.queue.running(user), self.limits.user_queries);
        match (stop.reason(), stop.fault()) {
            (Some(Reason::Time), Some(fault)) => {
                let said = format!(
                    "{}: it waited for its turn; user {user:?} has {own} of {most} queries under way",
                    fault.message
                );
                Fault::new(&fault.code, said)
                    .with_hint("Let other queries end, or close portals and cursors that are open.")
            }
            (_, fault) => fault.unwrap_or_else(busy),
        }
    }

    /// One that is idle, or the next that can be asked.
    async fn next(self: &Arc<Self>) -> Result<Worker, Fault> {
        let failed = self.state().failed;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let starting = {
                let mut state = self.state();
                if let Some(worker) = state.idle.pop() {
                    return Ok(worker);
                }
                if state.failed > failed {
                    return Err(Fault::new("53000", "the server cannot start a process for the query"));
                }
                state.starting
            };
            if starting == 0 {
                self.start(None);
            }
            changed.await;
        }
    }

    /// Starts another before it is wanted, if none is idle.
    fn spare(self: &Arc<Self>) {
        let is_wanted = {
            let state = self.state();
            state.idle.is_empty() && state.starting == 0
        };
        if is_wanted {
            self.start(None);
        }
    }

    /// Starts another, if there may be one more. A place that is given comes back when it can be asked: who brings workers to
    /// their end waits for new ones, and starts no more of them at once than they may have queries.
    fn start(self: &Arc<Self>, place: Option<Place>) {
        let counted = {
            let mut state = self.state();
            // The pool itself has one, too.
            if Arc::strong_count(&self.running) > self.limits.workers {
                return;
            }
            state.starting += 1;
            self.running.clone()
        };
        tokio::spawn(self.clone().readied(self.begin(counted), place));
    }

    /// Waits until a worker that was started can be asked.
    async fn readied(self: Arc<Self>, begun: std::io::Result<Worker>, place: Option<Place>) {
        let started = match begun {
            Ok(worker) => worker.when_ready().await,
            Err(error) => Err(error),
        };
        {
            let mut state = self.state();
            state.starting -= 1;
            match started {
                // It is asked after those that were there before.
                Ok(worker) => state.idle.insert(0, worker),
                Err(error) => {
                    state.failed += 1;
                    tracing::error!(%error, "no worker could be started");
                }
            }
        }
        self.changed.notify_waiters();
        drop(place);
    }

    /// Takes a worker back, which is asked before all others.
    fn take_back(&self, worker: Worker) {
        self.state().idle.push(worker);
        self.changed.notify_waiters();
    }

    fn begin(&self, counted: Arc<()>) -> std::io::Result<Worker> {
        Worker::begin(&self.command, self.ground.scratch()?, counted)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn busy() -> Fault {
    Fault::new("53300", "the server is busy")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// A pool of programs that do as a script says.
    fn pool(script: &str, workers: usize, user_queries: usize) -> Arc<Pool> {
        let arguments = ["-c".to_owned(), script.to_owned()].to_vec();
        let command = WorkerCommand { program: "/bin/sh".into(), arguments, variables: Vec::new() };
        let (time, memory, rows) = (Duration::from_secs(60), 1 << 20, 10);
        let (connections, user_connections) = (10, 10);
        let limits = Limits { time, memory, rows, connections, user_connections, workers, user_queries };
        Pool::new(command, limits).unwrap()
    }

    /// Can be asked after some time, and never answers.
    fn ready_after(seconds: &str) -> String {
        format!(r#"sleep {seconds}; printf '\0\0\0\001\0\0\0\021{{"reply":"ready"}}'; exec cat > /dev/null"#)
    }

    fn stop() -> Arc<Stop> {
        Stop::within(Duration::from_secs(60))
    }

    async fn idle(pool: &Pool, count: usize) {
        while pool.state().idle.len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn who_brings_a_worker_to_its_end_waits_for_the_next_and_others_do_not() {
        let pool = pool(&ready_after("0.5"), 3, 1);
        pool.warm().unwrap();
        let cancelled = stop();
        let mut first = pool.borrow("anna", &cancelled).await.unwrap();
        idle(&pool, 1).await;
        cancelled.now(Reason::Cancelled);
        assert_eq!(first.hear().await.unwrap_err().code, "57014");
        drop(first);
        let begun = Instant::now();
        let (stops, came) = ((stop(), stop()), Mutex::new(Vec::new()));
        let ask = async |user: &'static str, stop: &Arc<Stop>| {
            let borrowed = pool.borrow(user, stop).await.unwrap();
            locked(&came).push((user, begun.elapsed()));
            borrowed
        };
        let _borrowed = tokio::join!(ask("anna", &stops.0), ask("bert", &stops.1));
        let came = locked(&came).clone();
        assert_eq!(came.iter().map(|(user, _)| *user).collect::<Vec<_>>(), ["bert", "anna"]);
        assert!(came[1].1 > Duration::from_millis(400), "{came:?}");
    }

    #[tokio::test]
    async fn there_are_as_many_processes_as_queries_at_most() {
        let pool = pool(&ready_after("0"), 2, 2);
        let stops = [stop(), stop()];
        for _ in 0..4 {
            let one = pool.borrow("anna", &stops[0]).await.unwrap();
            let other = pool.borrow("bert", &stops[1]).await.unwrap();
            assert_eq!(Arc::strong_count(&pool.running), 3);
            drop((one, other));
        }
        idle(&pool, 2).await;
        assert_eq!(Arc::strong_count(&pool.running), 3);
    }

    #[tokio::test]
    async fn a_worker_that_cannot_start_is_told_of_and_a_stopped_query_does_not_wait_for_one() {
        let failing = pool("exit 1", 2, 1);
        assert_eq!(failing.borrow("anna", &stop()).await.unwrap_err().code, "53000");
        assert_eq!(failing.borrow("anna", &stop()).await.unwrap_err().code, "53000");
        let slow = pool(&ready_after("60"), 2, 1);
        let stop = stop();
        stop.now(Reason::Cancelled);
        assert_eq!(slow.borrow("anna", &stop).await.unwrap_err().code, "57014");
        assert_eq!(slow.queue.running("anna"), 0);
    }
}
