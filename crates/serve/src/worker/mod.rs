//! The process that answers queries: frames in at standard input, frames out at standard output, one query at a time.
//!
//! It may hold only so much memory, writes no core, and ends when the server does. Whatever a query does to it, only that
//! query is lost.

mod answer;
mod catalogue;
mod databases;
mod dialect;
mod fault;
mod functions;
mod numbers;
mod ordinals;
mod pace;
mod queries;
mod values;

use crate::error::ServeError;
use crate::frame::{Fault, Frame, Reply, Request};
use answer::Answering;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use warehouse::Warehouse;

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

/// Answers queries until standard input ends.
///
/// # Errors
/// A warehouse that cannot be opened, limits that cannot be set.
pub fn work(options: &WorkerOptions) -> Result<(), ServeError> {
    limit(options.memory.saturating_add(own(options)))?;
    let warehouse = Arc::new(Warehouse::open(&options.warehouse)?);
    let threads = options.partitions.get();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .max_blocking_threads(threads)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|source| ServeError::Io { action: "start", what: "threads".into(), source })?;
    let answering = Arc::new(Answering::new(warehouse, options)?);
    let requests = requests();
    let mut out = std::io::stdout().lock();
    for request in requests {
        let (replies, answers) = tokio::sync::mpsc::channel(2);
        let answered = runtime.spawn(answer::answer(answering.clone(), request, replies));
        if send(answers, &mut out).is_err() {
            // The server is gone, or does not want to hear more.
            return Ok(());
        }
        if runtime.block_on(answered).is_err() {
            // It panicked. What it left behind is not trusted with another query.
            let fault = Fault::new("XX000", "the query met a defect of the server");
            let reply = Reply::Failed { fault, wants_rest: true };
            let sent = Frame::new(reply, &[]).map(|frame| frame.write(&mut out));
            drop(sent);
            return Ok(());
        }
    }
    Ok(())
}

fn send(mut answers: tokio::sync::mpsc::Receiver<Frame<Reply>>, out: &mut impl Write) -> std::io::Result<()> {
    while let Some(frame) = answers.blocking_recv() {
        frame.write(out)?;
    }
    Ok(())
}

/// Requests as they come; when the server is gone, the process ends, whatever it is doing.
fn requests() -> Receiver<Frame<Request>> {
    let (send, receive) = sync_channel(1);
    std::thread::spawn(move || {
        let mut source = std::io::stdin().lock();
        while let Ok(Some(request)) = Frame::read(&mut source) {
            if send.send(request).is_err() {
                break;
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
