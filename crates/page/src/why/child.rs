//! The process that follows a row of a visitor's own query back.
//!
//! Each line at standard input is a question, each line at standard output its answer, both JSON documents. What was followed is kept for
//! the next question, which mostly asks for the next page of the same records. The process may hold so much memory, and ends when nobody
//! asks any more.

use crate::auditing::Slice;
use crate::fault::PageError;
use engine::{AskedQuery, Auditor, Resources, WhyQuery};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;
use study::Study;
use terms::Manifest;
use warehouse::Warehouse;

/// Threads that a query is spread over.
const PARTITIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
/// Bytes of the stack of a thread: plans are trees, and what walks them is recursive.
const STACK: usize = 32 << 20;
/// What the program itself holds, in bytes, before a query asks for anything.
const OWN: usize = (96 << 20) + 4 * STACK;

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(super) run: u64,
    pub(super) sql: String,
    /// Number of the row in the order of the query, from 1.
    pub(super) row: usize,
    pub(super) column: Option<String>,
    pub(super) slice: Slice,
}

/// What the process says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    Found {
        found: Box<WhyQuery>,
        /// The delivered lines of the records.
        raw: Vec<String>,
    },
    /// Why there is no answer.
    Failed(String),
}

/// Answers the questions at standard input, in a process that holds at most so much memory, in bytes; `study` reads the study.
///
/// # Errors
/// Limits that cannot be set, pipes that are gone.
pub fn work_why(
    warehouse: &Arc<Warehouse>,
    study: impl Fn() -> Result<Study, String>,
    memory: usize,
) -> Result<(), PageError> {
    limit(memory.saturating_add(OWN))?;
    let io = |action, source| PageError::Io { action, what: "a question about a row".to_owned(), source };
    let resources = Resources { partitions: PARTITIONS, memory: memory / 10 * 6 };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(PARTITIONS.get())
        .max_blocking_threads(PARTITIONS.get())
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|source| io("answer", source))?;
    // Read before anybody asks.
    let mut early = Some(study());
    let mut questions = std::io::stdin().lock().lines();
    while let Some(asked) = next(&mut questions).map_err(|source| io("hear", source))? {
        let run = warehouse.manifest(asked.run)?;
        let known = early.take().and_then(|read| as_run(read, &run).ok());
        let study = known.map_or_else(|| as_run(study(), &run), Ok);
        let auditor = study.as_ref().map_err(String::clone).and_then(|study| {
            Ok((study, Auditor::of(study, warehouse, &run, resources).map_err(|error| error.to_string())?))
        });
        let mut question = Some(asked);
        // Until another run is asked about.
        while let Some(asked) = question.take_if(|asked| asked.run == run.run) {
            let reply = match &auditor {
                Ok((study, auditor)) => runtime.block_on(reply(&asked, study, auditor)),
                Err(why) => Reply::Failed(why.clone()),
            };
            let mut said = serde_json::to_vec(&reply).map_err(|error| io("answer", error.into()))?;
            said.push(b'\n');
            let mut out = std::io::stdout().lock();
            out.write_all(&said).and_then(|()| out.flush()).map_err(|source| io("answer", source))?;
            question = next(&mut questions).map_err(|source| io("hear", source))?;
        }
        if question.is_some() {
            return Err(io("hear", std::io::Error::other("it is about another run")));
        }
    }
    Ok(())
}

fn next(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> std::io::Result<Option<Question>> {
    let Some(line) = lines.next().transpose()? else { return Ok(None) };
    Ok(Some(serde_json::from_str(&line)?))
}

/// The study as a run ran it; else why it is not that one.
fn as_run(study: Result<Study, String>, run: &Manifest) -> Result<Study, String> {
    let study = study?.as_run(run).map_err(|error| error.to_string())?;
    match engine::is_definition_of(&study, run) {
        Ok(true) => Ok(study),
        Ok(false) => Err(format!("the study has changed since run {}", run.run)),
        Err(error) => Err(error.to_string()),
    }
}

async fn reply(question: &Question, study: &Study, auditor: &Auditor<'_>) -> Reply {
    let asked = AskedQuery {
        sql: &question.sql,
        row: question.row,
        column: question.column.as_deref(),
        told: question.slice.told(),
    };
    match auditor.why_query(&asked).await {
        Ok(found) => {
            let raw = engine::delivered_lines(study, found.why.records.iter().map(|record| &record.origin));
            Reply::Found { found: Box::new(found), raw }
        }
        Err(error) => Reply::Failed(error.to_string()),
    }
}

fn limit(memory: usize) -> Result<(), PageError> {
    let most = u64::try_from(memory).unwrap_or(u64::MAX);
    for (resource, most) in [(Resource::Data, most), (Resource::Core, 0)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|error| PageError::Io {
            action: "limit",
            what: "the memory of a process".to_owned(),
            source: error.into(),
        })?;
    }
    Ok(())
}
