//! The processes that answer queries: begun on need, kept while they are of use, killed to stop what they do.

use crate::error::ServeError;
use crate::frame::{Fault, Frame, Reply, Request};
use crate::limits::Limits;
use crate::queue::{Place, Queue};
use crate::scratch::{Ground, Scratch};
use crate::stop::{Reason, Stop};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How a worker is started: a program that calls [`crate::work`], and its arguments.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, beside `TMPDIR`, which is a folder of its own.
    pub variables: Vec<(String, String)>,
}

/// Queries after which a worker is replaced by a new one.
const QUERIES: u32 = 500;

/// How long a query that ended its worker waits for its fault, so that a new one is ready before the client asks again.
const LOST: Duration = Duration::from_millis(500);

/// A process, and the pipes to it.
#[derive(Debug)]
struct Worker {
    child: Arc<Mutex<Child>>,
    requests: ChildStdin,
    replies: ChildStdout,
    queries: u32,
    _counted: Arc<()>,
    /// Last, so that the process is killed before its files are removed.
    _scratch: Scratch,
}

/// All workers of a server.
#[derive(Debug)]
pub(crate) struct Pool {
    command: WorkerCommand,
    idle: Mutex<Vec<Worker>>,
    /// Each process has a clone of it.
    running: Arc<()>,
    queue: Arc<Queue>,
    limits: Limits,
    ground: Arc<Ground>,
}

/// A worker that is at one query. Dropped before the end of the query, it is killed.
#[derive(Debug)]
pub(crate) struct Borrowed {
    worker: Option<Worker>,
    pool: Arc<Pool>,
    stop: Arc<Stop>,
    _place: Place,
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
        Ok(Arc::new(Self { command, idle: Mutex::default(), running: Arc::default(), queue, limits, ground }))
    }

    /// Starts a worker, so that a server whose workers cannot start says so at once.
    pub(crate) fn warm(&self) -> Result<(), ServeError> {
        let worker = self.begin().map_err(ServeError::io("start", &self.command.program))?;
        self.idle().push(worker);
        Ok(())
    }

    /// A worker for a query of a user, as soon as it is their turn.
    ///
    /// # Errors
    /// The query is stopped before, or no worker can be started.
    pub(crate) async fn borrow(self: &Arc<Self>, user: &str, stop: &Arc<Stop>) -> Result<Borrowed, Fault> {
        let place = tokio::select! {
            place = self.queue.wait(user) => place,
            () = stop.stopped() => return Err(self.waited(user, stop)),
        };
        let place = place.map_err(|_| busy())?;
        let worker = self.next().map_err(|error| {
            tracing::error!(%error, "no worker could be started");
            Fault::new("53000", "the server cannot start a process for the query")
        })?;
        stop.holds(&worker.child);
        self.spare();
        Ok(Borrowed { worker: Some(worker), pool: self.clone(), stop: stop.clone(), _place: place })
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

    /// One that is idle, or a new one.
    fn next(&self) -> std::io::Result<Worker> {
        let mut idle = self.idle();
        idle.pop().map_or_else(|| self.begin(), Ok)
    }

    /// Starts another before it is wanted, if none is idle.
    fn spare(&self) {
        let mut idle = self.idle();
        if idle.is_empty() {
            self.add(&mut idle);
        }
    }

    /// Starts another in place of one that is no more.
    fn replace(&self) {
        self.add(&mut self.idle());
    }

    /// Starts another, if there may be one more. It is asked after those that were there before, which are ready: who has
    /// workers killed does not have others wait for new ones.
    fn add(&self, idle: &mut Vec<Worker>) {
        if Arc::strong_count(&self.running) > self.limits.workers {
            return;
        }
        match self.begin() {
            Ok(worker) => idle.insert(0, worker),
            Err(error) => tracing::error!(%error, "no worker could be started"),
        }
    }

    fn begin(&self) -> std::io::Result<Worker> {
        let scratch = self.ground.scratch()?;
        let mut child = Command::new(&self.command.program)
            .args(&self.command.arguments)
            .env_clear()
            .env("TMPDIR", scratch.path())
            .envs(self.command.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("a worker without pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        let counted = self.running.clone();
        Ok(Worker { child, requests, replies, queries: 0, _counted: counted, _scratch: scratch })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy() -> Fault {
    Fault::new("53300", "the server is busy")
}

impl Borrowed {
    /// Sends the request.
    pub(crate) async fn ask(&mut self, request: &Frame<Request>) -> Result<(), Fault> {
        let Some(worker) = self.worker.as_mut() else { return Err(busy()) };
        let bytes = request.bytes().map_err(|error| Fault::new("54000", error.to_string()))?;
        let sent = async {
            worker.requests.write_all(&bytes).await?;
            worker.requests.flush().await
        };
        if sent.await.is_err() {
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
        match Frame::<Reply>::receive(&mut worker.replies).await {
            Ok(Frame { header: Reply::Failed { fault, wants_rest }, .. }) => {
                self.give_back(wants_rest);
                Err(fault)
            }
            Ok(frame) => Ok(frame),
            Err(_) => Err(self.ended().await),
        }
    }

    /// Gives the worker back after its last word; one that wants rest is let go.
    pub(crate) fn give_back(&mut self, wants_rest: bool) {
        if let Some(mut worker) = self.worker.take() {
            worker.queries += 1;
            if self.stop.lets_go() && !wants_rest && worker.queries < QUERIES {
                self.pool.idle().push(worker);
            } else {
                drop(worker);
                self.pool.replace();
            }
        }
    }

    /// Why the worker is no more.
    async fn ended(&mut self) -> Fault {
        let worker = self.worker.take();
        self.pool.replace();
        if let Some(fault) = self.stop.fault() {
            return fault;
        }
        let status = match worker {
            None => None,
            Some(worker) => exit_of(&worker.child).await,
        };
        tracing::warn!(?status, "a worker came to its end");
        tokio::time::sleep(LOST).await;
        let memory = self.pool.limits.memory >> 20;
        match status.and_then(|status| status.signal()) {
            Some(SIGABRT | SIGKILL) => {
                Fault::new("53200", format!("the query needs more memory than {memory} MiB"))
                    .with_hint("Ask for fewer rows or columns, or have --query-memory raised.")
            }
            Some(SIGSEGV) => Fault::new("54001", "the query is nested too deeply"),
            _ => Fault::new("XX000", "the process that answered the query came to its end"),
        }
    }
}

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;

/// How a process ended that closed its pipes.
async fn exit_of(child: &Arc<Mutex<Child>>) -> Option<std::process::ExitStatus> {
    for _ in 0..50 {
        let exit = child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
        match exit {
            Ok(None) => tokio::time::sleep(Duration::from_millis(20)).await,
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
    None
}
