//! A query that takes long gives way: its threads become less important to the kernel than those of small queries.
//!
//! An unprivileged thread cannot become more important again, but it can be followed by another: a thread is as important as
//! the one that begins it.

use crate::session::locked;
use rustix::process::{Pid, getpriority_process, setpriority_process};
use std::collections::BTreeSet;
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

/// Watches one query after the other.
#[derive(Debug)]
pub(super) struct Pace {
    queries: Sender<Word>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The threads on which queries are answered.
    threads: BTreeSet<i32>,
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

    /// For each thread on which queries are to be answered to call when it begins.
    pub(super) fn enters(&self) -> impl Fn() + Send + Sync + 'static {
        let state = self.state.clone();
        move || {
            let Some(thread) = this_thread() else { return };
            let mut state = locked(&state);
            state.threads.insert(thread);
            if state.gave_way {
                give_way(thread, LONG);
            }
        }
    }

    /// For each of these threads to call before it ends.
    pub(super) fn leaves(&self) -> impl Fn() + Send + Sync + 'static {
        let state = self.state.clone();
        move || {
            let Some(thread) = this_thread() else { return };
            locked(&state).threads.remove(&thread);
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
    if let Some(thread) = this_thread() {
        give_way(thread, AHEAD);
    }
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
                    state.threads.iter().for_each(|thread| give_way(*thread, LONG));
                }
            }
        }
    }
}

/// To Linux, each thread has an importance of its own; one that is less important already stays as it is.
fn give_way(thread: i32, nice: i32) {
    let Some(thread) = Pid::from_raw(thread) else { return };
    // One that has just ended needs none.
    if getpriority_process(Some(thread)).is_ok_and(|is| is < nice) {
        let _ = setpriority_process(Some(thread), nice);
    }
}

/// The kernel's number of the calling thread.
fn this_thread() -> Option<i32> {
    std::fs::read_link("/proc/thread-self").ok()?.file_name()?.to_str()?.parse().ok()
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
    fn time_is_read_whatever_the_program_is_called() {
        let line = "7 (a) 1 2) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 4 0 100 1 1";
        assert_eq!(ticks(line), Some(Duration::from_millis(420)));
        assert_eq!(ticks("7 (a) S 1"), None);
        assert!(used().is_some());
    }
}
