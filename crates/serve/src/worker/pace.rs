//! A query that takes long gives way: its process becomes less important to the kernel than those of small queries.
//!
//! An unprivileged process cannot become more important again, so one that gave way asks to be replaced.

use rustix::process::{Pid, setpriority_process};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Time of processors that a query may use before it gives way.
const SHORT: Duration = Duration::from_millis(60);
/// How often it is looked how much a query has used.
const LOOK: Duration = Duration::from_millis(20);
/// The least important that a process can be.
const NICE: i32 = 19;
/// Ticks of a second in `/proc`, on every Linux.
const TICKS: u64 = 100;

/// Watches one query after the other.
#[derive(Debug)]
pub(super) struct Pace {
    queries: Sender<Word>,
    gave_way: Arc<AtomicBool>,
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
        let gave_way = Arc::new(AtomicBool::new(false));
        let told = gave_way.clone();
        std::thread::spawn(move || watch(&words, &told));
        Self { queries, gave_way }
    }

    /// A query begins.
    pub(super) fn begins(&self) {
        // Without its watcher a process is as important as others.
        let _ = self.queries.send(Word::Begins);
    }

    /// The query ended.
    pub(super) fn ends(&self) {
        let _ = self.queries.send(Word::Ends);
    }

    /// Whether a query has made this process less important.
    pub(super) fn gave_way(&self) -> bool {
        self.gave_way.load(Ordering::Acquire)
    }
}

fn watch(words: &Receiver<Word>, gave_way: &AtomicBool) {
    while let Ok(Word::Begins) = words.recv() {
        let before = used().unwrap_or_default();
        loop {
            match words.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(_) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if used().is_some_and(|now| now.saturating_sub(before) > SHORT) {
                give_way(gave_way);
            }
        }
    }
}

/// Threads that are begun by those that gave way are like them; one that was begun meanwhile is met the next time.
fn give_way(gave_way: &AtomicBool) {
    gave_way.store(true, Ordering::Release);
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return };
    for thread in threads.flatten() {
        let number = thread.file_name().to_str().and_then(|name| name.parse().ok());
        // To Linux, each thread has an importance of its own; one that has just ended needs none.
        let _ = number.and_then(Pid::from_raw).map(|thread| setpriority_process(Some(thread), NICE));
    }
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
