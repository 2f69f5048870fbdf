//! A row of a visitor's own query, followed back in a process of its own: whatever the query does, only that answer is lost.
//!
//! The question is one JSON document at standard input, the answer one at standard output. The process may hold so much memory and
//! take so much time, and has an environment and a folder for temporary files of its own.

use crate::auditing::Slice;
use crate::fault::PageError;
use engine::{AskedQuery, Auditor, Resources, WhyQuery};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use serve::WorkerCommand;
use std::fs::{DirBuilder, remove_dir_all};
use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use study::Study;
use terms::Manifest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;
use warehouse::Warehouse;

/// Such processes at once; further questions wait.
const AT_ONCE: usize = 2;
/// Bytes of the longest answer.
const LONGEST: u64 = 64 << 20;
/// Threads that a query is spread over.
const PARTITIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
/// Bytes of the stack of a thread: plans are trees, and what walks them is recursive.
const STACK: usize = 32 << 20;
/// What the program itself holds, in bytes, before a query asks for anything.
const OWN: usize = (96 << 20) + 4 * STACK;

/// How the process is started that follows a row back: a program that calls [`work_why`].
#[derive(Clone, Debug)]
pub struct WhyCommand {
    /// The program, its arguments, and its environment beside `TMPDIR`.
    pub command: WorkerCommand,
    /// How long it may take.
    pub time: Duration,
}

/// What is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) run: u64,
    pub(crate) sql: String,
    /// Number of the row in the order of the query, from 1.
    pub(crate) row: usize,
    pub(crate) column: Option<String>,
    pub(crate) slice: Slice,
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

/// Starts the processes.
pub(crate) struct Following {
    how: WhyCommand,
    places: Semaphore,
}

/// Why a process gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It took longer than it may.
    Time,
    /// It ended before: out of memory, or a defect.
    Ended,
}

impl Following {
    pub(crate) fn new(how: WhyCommand) -> Self {
        Self { how, places: Semaphore::new(AT_ONCE) }
    }

    /// Asks a process of its own; it is killed when it takes too long, or nobody waits for it any more.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Reply, NoAnswer> {
        let answered = tokio::time::timeout(self.how.time, async {
            let _place = self.places.acquire().await.map_err(|error| inside(&error))?;
            self.answer(question).await.map_err(|error| inside(&error))
        });
        answered.await.unwrap_or(Err(NoAnswer::Time))
    }

    async fn answer(&self, question: &Question) -> std::io::Result<Reply> {
        let scratch = Scratch::new()?;
        let WorkerCommand { program, arguments, variables } = &self.how.command;
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables.iter().cloned())
            .env("TMPDIR", &scratch.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (mut to, from) = pipes.ok_or_else(|| std::io::Error::other("a process without pipes"))?;
        to.write_all(&serde_json::to_vec(question)?).await?;
        drop(to);
        let mut said = Vec::new();
        from.take(LONGEST).read_to_end(&mut said).await?;
        child.wait().await?;
        Ok(serde_json::from_slice(&said)?)
    }
}

fn inside(error: &dyn std::fmt::Display) -> NoAnswer {
    tracing::error!(%error, "a process that follows a row back gave no answer");
    NoAnswer::Ended
}

/// A folder for what a process puts on disk; gone when the process is.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("herkomst-why-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove_dir_all(&self.0) {
            tracing::warn!(%error, "temporary files of a process were not removed");
        }
    }
}

/// Answers the question at standard input, in a process that holds at most so much memory, in bytes; `study` reads the study.
///
/// # Errors
/// Limits that cannot be set, pipes that are gone.
pub fn work_why(
    warehouse: &Arc<Warehouse>,
    study: impl FnOnce() -> Result<Study, String>,
    memory: usize,
) -> Result<(), PageError> {
    limit(memory.saturating_add(OWN))?;
    let io = |action, source| PageError::Io { action, what: "a question about a row".to_owned(), source };
    let mut asked = Vec::new();
    std::io::stdin().lock().read_to_end(&mut asked).map_err(|source| io("hear", source))?;
    let question: Question = serde_json::from_slice(&asked).map_err(|error| io("hear", error.into()))?;
    let resources = Resources { partitions: PARTITIONS, memory: memory / 10 * 6 };
    let run = warehouse.manifest(question.run)?;
    let study = study().and_then(|study| study.as_run(&run).map_err(|error| error.to_string()));
    let reply = study.and_then(|study| reply(&question, &study, warehouse, &run, resources));
    let said = serde_json::to_vec(&reply.unwrap_or_else(Reply::Failed));
    let said = said.map_err(|error| io("answer", error.into()))?;
    std::io::stdout().lock().write_all(&said).map_err(|source| io("answer", source))
}

fn reply(
    question: &Question,
    study: &Study,
    warehouse: &Arc<Warehouse>,
    run: &Manifest,
    resources: Resources,
) -> Result<Reply, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(PARTITIONS.get())
        .max_blocking_threads(PARTITIONS.get())
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let auditor = Auditor::of(study, warehouse, run, resources).map_err(|error| error.to_string())?;
    let asked = AskedQuery {
        sql: &question.sql,
        row: question.row,
        column: question.column.as_deref(),
        told: question.slice.told(),
    };
    let found = runtime.block_on(auditor.why_query(&asked)).map_err(|error| error.to_string())?;
    let raw = engine::delivered_lines(study, found.why.records.iter().map(|record| &record.origin));
    Ok(Reply::Found { found: Box::new(found), raw })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    async fn asked(program: &str, arguments: &[&str], time: Duration) -> Result<Reply, NoAnswer> {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let command = WorkerCommand { program: program.into(), arguments, variables: Vec::new() };
        let slice = Slice { source: None, skipped: 0, most: 1 };
        let question = Question { run: 1, sql: "select 1".to_owned(), row: 1, column: None, slice };
        Following::new(WhyCommand { command, time }).ask(&question).await
    }

    #[tokio::test]
    async fn a_process_that_takes_too_long_is_killed() {
        let begun = Instant::now();
        // It tells its number, and then sleeps in that process.
        let told = tempfile::NamedTempFile::new().unwrap();
        let script = format!("echo $$ > {}; exec sleep 60", told.path().display());
        let answer = asked("/bin/sh", &["-c", &script], Duration::from_millis(700)).await;
        assert!(matches!(answer, Err(NoAnswer::Time)), "{answer:?}");
        assert!(begun.elapsed() < Duration::from_secs(30));
        let process = std::fs::read_to_string(told.path()).unwrap();
        let state = format!("/proc/{}/stat", process.trim());
        // Killed, and perhaps not yet waited for.
        let is_gone = || std::fs::read_to_string(&state).map_or(true, |stat| stat.contains(") Z "));
        for _ in 0..100 {
            if is_gone() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("process {process} is still there");
    }

    #[tokio::test]
    async fn a_process_that_says_nothing_of_use_gives_no_answer() {
        for (program, arguments) in
            [("/bin/false", &[][..]), ("/bin/echo", &["{}"]), ("/nowhere/to/be/found", &[])]
        {
            let answer = asked(program, arguments, Duration::from_secs(20)).await;
            assert!(matches!(answer, Err(NoAnswer::Ended)), "{program}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn a_process_has_no_variables_but_its_own_and_a_folder_that_goes_with_it() {
        let told = tempfile::NamedTempFile::new().unwrap();
        let script = format!("env > {}; cat", told.path().display());
        let answer = asked("/bin/sh", &["-c", &script], Duration::from_secs(20)).await;
        assert!(matches!(answer, Err(NoAnswer::Ended)), "a question is no answer: {answer:?}");
        let variables = std::fs::read_to_string(told.path()).unwrap();
        let names: Vec<&str> = variables.lines().filter_map(|line| line.split('=').next()).collect();
        // The shell adds some of its own.
        assert!(
            names.iter().all(|name| ["TMPDIR", "PWD", "SHLVL", "_", "OLDPWD"].contains(name)),
            "{names:?}"
        );
        let folder = variables.lines().find_map(|line| line.strip_prefix("TMPDIR=")).unwrap();
        assert!(!std::path::Path::new(folder).exists(), "{folder}");
    }
}
