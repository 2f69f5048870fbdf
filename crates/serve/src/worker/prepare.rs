//! What a worker does before it can be asked: in a thread of its own, which is less important than those of queries.

use super::answer::{Answering, Last, answer};
use super::pace::work_ahead;
use super::{STACK, WorkerOptions};
use crate::error::ServeError;
use crate::frame::{Ask, Frame, Request};
use crate::settings::{CURRENT, Settings};
use engine::Access;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::Builder;
use warehouse::Warehouse;

/// Has been everywhere once: reads the manifest and the columns of all tables of the published run, plans and runs.
const FIRST: &str =
    "select count(*) from information_schema.columns where table_name = 'a' or 1 in (select 2)";

/// Makes what all requests share, and answers a first one that nobody asked, so that the next is answered as quickly as all.
///
/// # Errors
/// A warehouse that cannot be opened, a thread that cannot be started.
pub(super) fn prepare(options: &WorkerOptions) -> Result<Arc<Answering>, ServeError> {
    let options = options.clone();
    let ahead = move || {
        work_ahead();
        let warehouse = Arc::new(Warehouse::open(&options.warehouse)?);
        let answering = Arc::new(Answering::new(warehouse, &options)?);
        try_out(&answering);
        Ok(answering)
    };
    let io = |source| ServeError::Io { action: "start", what: "a thread".into(), source };
    let thread = Builder::new().stack_size(STACK).spawn(ahead).map_err(io)?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What becomes of it is of no matter: there may be no run yet.
fn try_out(answering: &Arc<Answering>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let request = Request {
        ask: Ask::Rows,
        database: CURRENT.to_owned(),
        pinned: None,
        schema: Settings::default().schema(),
        user: String::new(),
        access: Access::Everything,
        sql: FIRST.to_owned(),
        declared: BTreeMap::new(),
        values: None,
        rows: 1,
    };
    let Ok(request) = Frame::new(request, &[]) else { return };
    let (replies, mut answers) = tokio::sync::mpsc::channel(2);
    let answered = answer(answering.clone(), request, replies);
    let answered: Result<Last, _> = runtime.block_on(async move {
        let heard = async { while answers.recv().await.is_some() {} };
        futures::future::join(answered, heard).await.0
    });
    if let Err(fault) = answered {
        tracing::debug!(?fault, "the first query, which nobody asked, was not answered");
    }
}
