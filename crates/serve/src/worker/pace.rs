//! A query that takes long gives way: its threads become less important to the kernel than those of small queries.
//!
//! An unprivileged thread cannot become more important again, but it can be followed by another: a thread is as important as
//! the one that begins it.

use crate::session::locked;
use rustix::process::{Pid, getpriority_process, setpriority_process};
use std::fs::DirEntry;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Time of processors that a query may use before it gives way.
const SHORT: Duration = Duration::from_millis(20);
/// How often it is looked how much a query has used.
const LOOK: Duration = Duration::from_millis(5);
/// How nice a query is that gave way: as nice as can be.
const LONG: i32 = 19;
/// How nice is what is done ahead, before anybody waits for it.
const AHEAD: i32 = 10;
/// Ticks of a second in `/proc`, on every Linux.
const TICKS: u64 = 100;
/// The threads of this process, each a folder with its name in `comm`.
const THREADS: &str = "/proc/self/task";

/// What the threads are called on which queries are answered; others keep their importance.
pub(super) const NAME: &str = "query";

/// Watches one query after the other.
#[derive(Debug)]
pub(super) struct Pace {
    queries: Sender<Word>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_at_query: bool,
    gave_way: bool,
}

#[derive(Clone, Copy, Debug)]
enum Word {
    Begins,
    Ends,
}

impl Pace {
    /// Starts watching; the thread ends with this.
    pub(super) fn watch() -> Self {
        let (queries, words) = channel();
        let state = Arc::<Mutex<State>>::default();
        let watched = state.clone();
        std::thread::spawn(move || watch(&words, &watched));
        Self { queries, state }
    }

    /// For each thread on which queries are to be answered to call when it begins, with its name set.
    pub(super) fn enters(&self) -> impl Fn() + Send + Sync + 'static {
        let state = self.state.clone();
        move || {
            if locked(&state).gave_way {
                give_way(None, LONG);
            }
        }
    }

    /// A query begins.
    pub(super) fn begins(&self) {
        locked(&self.state).is_at_query = true;
        // Without its watcher a query is as important as others.
        let _ = self.queries.send(Word::Begins);
    }

    /// The query ended.
    pub(super) fn ends(&self) {
        locked(&self.state).is_at_query = false;
        let _ = self.queries.send(Word::Ends);
    }

    /// Whether the threads gave way, for a query that ended meanwhile.
    pub(super) fn gave_way(&self) -> bool {
        locked(&self.state).gave_way
    }

    /// The threads that gave way are no more.
    pub(super) fn starts_again(&self) {
        locked(&self.state).gave_way = false;
    }
}

/// Makes this thread less important, and those that it begins; for work that nobody waits for.
pub(super) fn work_ahead() {
    give_way(None, AHEAD);
}

fn watch(words: &Receiver<Word>, state: &Mutex<State>) {
    while let Ok(Word::Begins) = words.recv() {
        let before = used().unwrap_or_default();
        loop {
            match words.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(_) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if used().is_some_and(|now| now.saturating_sub(before) >= SHORT) {
                let mut state = locked(state);
                if state.is_at_query && !state.gave_way {
                    state.gave_way = true;
                    threads(NAME).into_iter().for_each(|thread| give_way(Some(thread), LONG));
                }
            }
        }
    }
}

/// To Linux, each thread has an importance of its own; one that is less important already stays as it is. Without a number it
/// is the calling one.
fn give_way(thread: Option<Pid>, nice: i32) {
    // One that has just ended needs none.
    if getpriority_process(thread).is_ok_and(|is| is < nice) {
        let _ = setpriority_process(thread, nice);
    }
}

/// The threads of this process that are called `name`.
fn threads(name: &str) -> Vec<Pid> {
    let folders = std::fs::read_dir(THREADS).into_iter().flatten().flatten();
    let is_called = |folder: &DirEntry| {
        std::fs::read_to_string(folder.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    let number = |folder: DirEntry| folder.file_name().to_str()?.parse().ok().and_then(Pid::from_raw);
    folders.filter(is_called).filter_map(number).collect()
}

/// Time of processors that this process has used.
fn used() -> Option<Duration> {
    ticks(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// User and system time of a line of `/proc/PID/stat`, in which the name in brackets may hold anything.
fn ticks(line: &str) -> Option<Duration> {
    let mut fields = line.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis((user + system) * 1_000 / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_found_by_their_name() {
        let (asked, waits) = channel::<()>();
        let (says, here) = channel();
        let named = std::thread::Builder::new().name("named-so".into());
        let thread = named.spawn(move || (says.send(()), waits.recv())).unwrap();
        here.recv().unwrap();
        assert_eq!((threads("named-so").len(), threads("named-else").len()), (1, 0));
        drop(asked);
        assert!(thread.join().is_ok());
    }

    #[test]
    fn time_is_read_whatever_the_program_is_called() {
        let line = "7 (a) 1 2) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 4 0 100 1 1";
        assert_eq!(ticks(line), Some(Duration::from_millis(420)));
        assert_eq!(ticks("7 (a) S 1"), None);
        assert!(used().is_some());
    }
}
