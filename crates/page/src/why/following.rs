//! Rows of visitors' own queries, followed back in processes of their own: whatever a query does, only that answer is lost.
//!
//! Each process has a limit of memory and time, and an environment and a folder for temporary files of its own. One that has answered waits
//! a moment for the next page of the same records: few of them, and one of each user.

use super::child::{Question, Reply};
use serve::WorkerCommand;
use std::fs::{DirBuilder, remove_dir_all};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

/// Processes at once that answer; further questions wait.
const AT_ONCE: usize = 2;
/// Processes at once that have answered and wait for the next page.
const KEPT: usize = 2;
/// How long they wait.
const IDLE: Duration = Duration::from_secs(60);
/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);
/// Bytes of the longest answer.
const LONGEST: u64 = 64 << 20;

/// How the process is started that follows a row back: a program that calls [`work_why`](super::work_why).
#[derive(Clone, Debug)]
pub struct WhyCommand {
    /// The program, its arguments, and its environment beside `TMPDIR`.
    pub command: WorkerCommand,
    /// How long an answer may take.
    pub time: Duration,
}

/// Why a process gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It took longer than it may.
    Time,
    /// It ended before: out of memory, or a defect.
    Ended,
}

/// Starts the processes, and knows those that wait.
pub(crate) struct Following {
    how: WhyCommand,
    /// How long a process waits to be asked.
    idle: Duration,
    places: Semaphore,
    kept: Mutex<Vec<Kept>>,
    /// One that nobody has asked yet, and the number of the last one.
    spare: Mutex<(u64, Option<Process>)>,
}

/// A process that has answered.
struct Kept {
    of: Of,
    process: Process,
    /// Its number among those that were kept.
    number: u64,
}

/// Who asked about what: user, run, query, row and column.
type Of = (String, u64, String, usize, Option<String>);

impl Following {
    pub(crate) fn new(how: WhyCommand) -> Arc<Self> {
        Self::waiting_so_long(how, IDLE)
    }

    fn waiting_so_long(how: WhyCommand, idle: Duration) -> Arc<Self> {
        let (places, kept) = (Semaphore::new(AT_ONCE), Mutex::default());
        Arc::new(Self { how, idle, places, kept, spare: Mutex::default() })
    }

    /// Has a process read the study, where a visitor is likely to ask soon.
    pub(crate) fn prepare(self: &Arc<Self>) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.1.is_none() {
            match Process::start(&self.how.command) {
                Ok(process) => spare.1 = Some(process),
                Err(error) => tracing::warn!(%error, "a process that follows rows back does not start"),
            }
        }
        spare.0 += 1;
        let (number, following) = (spare.0, self.clone());
        tokio::spawn(async move {
            tokio::time::sleep(following.idle).await;
            let mut spare = following.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.0 == number
                && let Some(process) = spare.1.take()
            {
                process.end();
            }
        });
    }

    /// Asks a process of its own; it is killed when it takes too long, or nobody waits for it any more.
    pub(crate) async fn ask(self: &Arc<Self>, user: &str, question: &Question) -> Result<Reply, NoAnswer> {
        let of: Of =
            (user.to_owned(), question.run, question.sql.clone(), question.row, question.column.clone());
        let answered = tokio::time::timeout(self.how.time, async {
            let _place = self.places.acquire().await.map_err(|error| inside(&error))?;
            let mut process = match self.waiting(&of) {
                Some(process) => process,
                None => Process::start(&self.how.command).map_err(|error| inside(&error))?,
            };
            let reply = process.ask(question).await.map_err(|error| inside(&error))?;
            Ok((process, reply))
        });
        let (process, reply) = answered.await.unwrap_or(Err(NoAnswer::Time))?;
        self.keep(of, process);
        Ok(reply)
    }

    /// The process that has answered this before, else one that nobody has asked.
    fn waiting(&self, of: &Of) -> Option<Process> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|kept| kept.of == *of) {
            return Some(kept.remove(place).process);
        }
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).1.take()
    }

    /// Has a process wait for the next page.
    fn keep(self: &Arc<Self>, of: Of, process: Process) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.iter().position(|kept| kept.of.0 == of.0);
        let gives_way = before.or((kept.len() >= KEPT).then_some(0));
        if let Some(place) = gives_way {
            kept.remove(place).process.end();
        }
        kept.push(Kept { of, process, number });
        let following = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(following.idle).await;
            let mut kept = following.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = kept.iter().position(|kept| kept.number == number) {
                kept.remove(place).process.end();
            }
        });
    }
}

fn inside(error: &dyn std::fmt::Display) -> NoAnswer {
    tracing::error!(%error, "a process that follows a row back gave no answer");
    NoAnswer::Ended
}

/// A process and its pipes.
struct Process {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    child: Child,
    /// Gone after the process.
    _scratch: Scratch,
}

impl Process {
    fn start(command: &WorkerCommand) -> std::io::Result<Self> {
        let scratch = Scratch::new()?;
        let WorkerCommand { program, arguments, variables } = command;
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
        let (to, from) = pipes.ok_or_else(|| std::io::Error::other("a process without pipes"))?;
        Ok(Self { to, from: BufReader::new(from), child, _scratch: scratch })
    }

    async fn ask(&mut self, question: &Question) -> std::io::Result<Reply> {
        let mut asked = serde_json::to_vec(question)?;
        asked.push(b'\n');
        self.to.write_all(&asked).await?;
        self.to.flush().await?;
        let mut said = Vec::new();
        (&mut self.from).take(LONGEST).read_until(b'\n', &mut said).await?;
        Ok(serde_json::from_slice(&said)?)
    }

    /// Lets it end by itself, which it does when nobody can ask any more.
    fn end(self) {
        let Self { to, mut child, _scratch: scratch, .. } = self;
        drop(to);
        tokio::spawn(async move {
            if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
                drop(child.kill().await);
            }
            drop(scratch);
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auditing::Slice;
    use std::time::Instant;

    async fn asked(program: &str, arguments: &[&str], time: Duration) -> Result<Reply, NoAnswer> {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let command = WorkerCommand { program: program.into(), arguments, variables: Vec::new() };
        let slice = Slice { source: None, skipped: 0, most: 1 };
        let question = Question { run: 1, sql: "select 1".to_owned(), row: 1, column: None, slice };
        Following::new(WhyCommand { command, time }).ask("somebody", &question).await
    }

    /// A program that answers each question with its own number and the number of the question.
    fn counting(idle: Duration) -> Arc<Following> {
        let script = r#"n=0; while read line; do n=$((n+1)); echo "{\"Failed\":\"$$ $n\"}"; done"#;
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        let command = WorkerCommand { program: "/bin/sh".into(), arguments, variables: Vec::new() };
        Following::waiting_so_long(WhyCommand { command, time: Duration::from_secs(20) }, idle)
    }

    async fn told(following: &Arc<Following>, user: &str, row: usize, skipped: usize) -> (String, String) {
        let slice = Slice { source: Some("s".to_owned()), skipped, most: 1 };
        let question = Question { run: 1, sql: "select 1".to_owned(), row, column: None, slice };
        match following.ask(user, &question).await {
            Ok(Reply::Failed(said)) => {
                said.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_next_page_of_an_answer_is_asked_of_the_process_that_has_it() {
        let following = counting(IDLE);
        let (first, count) = told(&following, "anna", 1, 0).await;
        assert_eq!(count, "1");
        assert_eq!(told(&following, "anna", 1, 50).await, (first.clone(), "2".to_owned()));
        let (other, count) = told(&following, "bert", 1, 0).await;
        assert_eq!((other != first, count.as_str()), (true, "1"), "each user has an own");
        let (next, count) = told(&following, "anna", 2, 0).await;
        assert_eq!((next != first, count.as_str()), (true, "1"), "another row");
        assert_eq!(told(&following, "bert", 1, 50).await, (other, "2".to_owned()));
        let kept = following.kept.lock().unwrap().len();
        assert_eq!(kept, 2, "one for each user");
        told(&following, "carla", 1, 0).await;
        assert_eq!(following.kept.lock().unwrap().len(), KEPT, "and few in all");
    }

    #[tokio::test]
    async fn a_process_that_nobody_asks_any_more_ends() {
        let following = counting(Duration::from_millis(200));
        let (process, _) = told(&following, "anna", 1, 0).await;
        let there = format!("/proc/{process}/stat");
        for _ in 0..200 {
            if !std::path::Path::new(&there).exists() {
                assert!(following.kept.lock().unwrap().is_empty());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("process {process} is still there");
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
