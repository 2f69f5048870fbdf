//! The process that answers queries: frames in at standard input, frames out at standard output, one query at a time.
//!
//! It may hold only so much memory, writes no core, and ends when the server does. Whatever a query does to it, only that
//! query is lost. It says so when it can be asked; what it does before that, it does as something less important than queries.

mod answer;
mod catalogue;
mod crew;
mod databases;
mod dialect;
mod fault;
mod functions;
mod numbers;
mod ordinals;
mod pace;
mod prepare;
mod queries;
mod values;

use crate::error::ServeError;
use crate::frame::{Fault, Frame, Order, Reply, Request};
use answer::{Last, answer, held};
use crew::Crew;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::channel;
use tokio::task::{AbortHandle, JoinError};

/// What a worker is told when it starts.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Folder of the warehouse.
    pub warehouse: PathBuf,
    /// Memory that it may hold, in bytes.
    pub memory: usize,
    /// Threads that one query is spread over.
    pub partitions: NonZeroUsize,
    /// The log of queries, for auditors.
    pub query_log: PathBuf,
}

/// Bytes of the stack of a thread: plans are trees, and what walks them is recursive.
const STACK: usize = 32 << 20;

/// What the program itself holds, in bytes, before a query asks for anything: catalogues, and stacks of threads.
fn own(options: &WorkerOptions) -> usize {
    (64 << 20) + 2 * options.partitions.get() * STACK
}

/// How long a worker that cannot start waits before it says so: if it is because the server is gone, nobody needs to know.
const GONE: Duration = Duration::from_millis(200);

/// Answers queries until standard input ends.
///
/// # Errors
/// A warehouse that cannot be opened, limits that cannot be set.
pub fn work(options: &WorkerOptions) -> Result<(), ServeError> {
    limit(options.memory.saturating_add(own(options)))?;
    let stopping = Stopping::default();
    // Before anything else, since it notices that the server is gone.
    let requests = requests(stopping.clone());
    let answering = match prepare::prepare(options) {
        Ok(answering) => answering,
        Err(error) => {
            std::thread::sleep(GONE);
            return Err(error);
        }
    };
    let mut crew = Crew::new(options.partitions.get())?;
    let light = held().unwrap_or(0) + STACK + options.memory / 8;
    let mut out = std::io::stdout().lock();
    // When it cannot be said, the server is gone.
    if said(Reply::Ready, &mut out).is_err() {
        return Ok(());
    }
    for request in requests {
        let (replies, mut answers) = channel(2);
        let answered = crew.begin(answer(answering.clone(), request, replies));
        stopping.is_for(answered.abort_handle());
        while let Some(frame) = answers.blocking_recv() {
            if frame.write(&mut out).is_err() {
                return Ok(());
            }
        }
        let ended = crew.end(answered);
        // What a panic left behind is not trusted with another query.
        let is_sound = ended.as_ref().err().is_none_or(JoinError::is_cancelled);
        let gave_way = crew.gave_way();
        let rested = if is_sound && !answering.is_heavy() { crew.rested() } else { None };
        // Memory of threads that are no more is of little use to those that follow.
        let rested = rested.filter(|_| !gave_way || held().is_some_and(|bytes| bytes <= light));
        let told = last(ended, rested.is_none()).and_then(|frame| frame.write(&mut out));
        match (rested, told) {
            (Some(rested), Ok(())) => crew = rested,
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// The last word on a request.
fn last(ended: Result<Result<Last, Fault>, JoinError>, wants_rest: bool) -> std::io::Result<Frame<Reply>> {
    let frame = match ended {
        Ok(Ok(Last::Described { run, parameters, columns })) => {
            Frame::new(Reply::Described { run, wants_rest }, &[&parameters, &columns])
        }
        Ok(Ok(Last::Done)) => Frame::new(Reply::Done { wants_rest }, &[]),
        Ok(Err(fault)) => Frame::new(Reply::Failed { fault, wants_rest }, &[]),
        Err(error) if error.is_cancelled() => Frame::new(Reply::Done { wants_rest }, &[]),
        Err(_) => {
            let fault = Fault::new("XX000", "the query met a defect of the server");
            Frame::new(Reply::Failed { fault, wants_rest }, &[])
        }
    };
    frame.map_err(std::io::Error::other)
}

fn said(reply: Reply, out: &mut impl Write) -> std::io::Result<()> {
    Frame::new(reply, &[]).map_err(std::io::Error::other)?.write(out)
}

/// The way to stop the query that is under way.
#[derive(Clone, Debug, Default)]
struct Stopping(Arc<Mutex<Option<AbortHandle>>>);

impl Stopping {
    fn is_for(&self, query: AbortHandle) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(query);
    }

    /// Stops the query, if it is not at its end.
    fn now(&self) {
        if let Some(query) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            query.abort();
        }
    }
}

/// Requests as they come; when the server is gone, the process ends, whatever it is doing.
fn requests(stopping: Stopping) -> Receiver<Frame<Request>> {
    let (send, receive) = sync_channel(1);
    std::thread::spawn(move || {
        let mut source = std::io::stdin().lock();
        while let Ok(Some(frame)) = Frame::<Order>::read(&mut source) {
            match frame.parts() {
                (Order::Stop, _) => stopping.now(),
                (Order::Answer(request), tables) => {
                    if send.send(Frame::with(*request, tables)).is_err() {
                        break;
                    }
                }
            }
        }
        std::process::exit(0);
    });
    receive
}

fn limit(memory: usize) -> Result<(), ServeError> {
    let most = u64::try_from(memory).unwrap_or(u64::MAX);
    for (resource, most) in [(Resource::Data, most), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| ServeError::Io {
            action: "limit",
            what: "the memory of a worker".into(),
            source: error.into(),
        })?;
    }
    Ok(())
}
