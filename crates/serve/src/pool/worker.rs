//! One process, and what is said over its pipes.

use crate::frame::{Frame, Order, Reply};
use crate::scratch::Scratch;
use crate::session::locked;
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
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

/// How long a worker may take until it can be asked.
const START: Duration = Duration::from_secs(60);

/// How long a worker may take to stop when nobody wants further rows.
const STOP: Duration = Duration::from_millis(500);

/// A process, and the pipes to it.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) child: Arc<Mutex<Child>>,
    requests: ChildStdin,
    replies: ChildStdout,
    queries: u32,
    _counted: Arc<()>,
    /// Last, so that the process is killed before its files are removed.
    _scratch: Scratch,
}

impl Worker {
    /// Starts a process, which is counted as long as it is there.
    ///
    /// # Errors
    /// The program cannot be started.
    pub(super) fn begin(command: &WorkerCommand, scratch: Scratch, counted: Arc<()>) -> Result<Self> {
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            .env_clear()
            .env("TMPDIR", scratch.path())
            .envs(command.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("a worker without pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        Ok(Self { child, requests, replies, queries: 0, _counted: counted, _scratch: scratch })
    }

    /// Waits until it can be asked.
    ///
    /// # Errors
    /// It came to its end, or takes too long.
    pub(super) async fn when_ready(mut self) -> Result<Self> {
        let said = tokio::time::timeout(START, self.hear()).await;
        match said.map_err(|_| ErrorKind::TimedOut)??.header {
            Reply::Ready => Ok(self),
            _ => Err(Error::other("a worker that speaks out of turn")),
        }
    }

    /// Tells it something.
    pub(super) async fn tell(&mut self, bytes: &[u8]) -> Result<()> {
        self.requests.write_all(bytes).await?;
        self.requests.flush().await
    }

    /// The next thing that it says.
    pub(super) async fn hear(&mut self) -> Result<Frame<Reply>> {
        Frame::receive(&mut self.replies).await
    }

    /// Counts a query that it answered; none if it has answered enough.
    pub(super) fn counted(mut self) -> Option<Self> {
        self.queries += 1;
        (self.queries < QUERIES).then_some(self)
    }

    /// Has it stop what nobody wants further; none if it does not, or is to be replaced.
    pub(super) async fn stopped(mut self) -> Option<Self> {
        let can_go_on = tokio::time::timeout(STOP, self.stops()).await.ok()?.ok()?;
        if can_go_on { self.counted() } else { None }
    }

    async fn stops(&mut self) -> Result<bool> {
        let order = Frame::new(Order::Stop, &[]).map_err(Error::other)?.bytes()?;
        self.tell(&order).await?;
        loop {
            match self.hear().await?.header {
                Reply::Done { wants_rest } | Reply::Failed { wants_rest, .. } => return Ok(!wants_rest),
                _ => {}
            }
        }
    }

    /// How it ended, after it closed its pipes.
    pub(super) async fn exit(&self) -> Option<ExitStatus> {
        for _ in 0..50 {
            let exit = locked(&self.child).try_wait();
            match exit {
                Ok(None) => tokio::time::sleep(Duration::from_millis(20)).await,
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
        None
    }
}
