//! The tasks of a run, made side by side as far as they do not need each other.

use crate::agenda::{Agenda, Ends, Next, Size};
use crate::error::EngineError;
use crate::night::Night;
use crate::under_way::{Decision, Done, Task, ToMake, UnderWay};
use futures::FutureExt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;
use terms::{CheckRecord, NodeRecord};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Memory that a small task is given before another is made beside it, in bytes.
const MEMORY_OF_A_TASK: usize = 128 << 20;
/// Planning deep queries takes more stack than a thread has by default.
const STACK: usize = 8 << 20;
/// After what time it is looked again whether a processor has nothing to do: threads that plan for a task do not tell when they end.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What a run made, in the order of the study.
pub(crate) struct Made {
    pub(crate) nodes: Vec<NodeRecord>,
    pub(crate) checks: Vec<CheckRecord>,
}

/// Takes over what can be taken over, and makes the rest: on several threads where the runtime has several.
pub(crate) async fn make_all(run: &UnderWay<'_>) -> Result<Made, EngineError> {
    let (tasks, ends): (Vec<Task<'_>>, Vec<Ends>) = run.tasks()?.into_iter().unzip();
    let floor = Floor { run, tasks, agenda: Mutex::new(Agenda::new(&ends)), moved: Condvar::new() };
    floor.decide_first()?;
    if floor.agenda().has_to_make() {
        match threads(run) {
            1 => floor.work().await,
            threads => floor.work_on(threads)?,
        }
    }
    let (mut nodes, mut checks) = (Vec::new(), Vec::new());
    for done in floor.agenda.into_inner().unwrap_or_else(PoisonError::into_inner).finish()? {
        match done {
            Done::Step(node) => nodes.push(node),
            Done::Check(check) => checks.push(check),
        }
    }
    Ok(Made { nodes, checks })
}

/// How many tasks are made at once. A runtime of one thread could not go on while another thread waits for it.
fn threads(run: &UnderWay<'_>) -> usize {
    let resources = run.resources();
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => 1,
        // One more than processors: tasks wait for the disk, too.
        _ => (resources.partitions.get() + 1).min(resources.memory / MEMORY_OF_A_TASK).max(1),
    }
}

/// Starts a thread on which queries can be planned.
pub(crate) fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    std::thread::Builder::new().name("herkomst-task".to_owned()).stack_size(STACK).spawn_scoped(scope, work)
}

/// Does two things side by side that need each other's results in nothing.
pub(crate) fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|threads| {
        let other = threads.spawn(other);
        (one(), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// A defect that makes a task panic must not leave the other threads waiting for it.
fn panicked() -> EngineError {
    EngineError::Bug("a task panicked".to_owned())
}

/// Where the threads of a run meet.
struct Floor<'r, 'a> {
    run: &'r UnderWay<'a>,
    tasks: Vec<Task<'a>>,
    agenda: Mutex<Agenda<ToMake<'a>, Done>>,
    /// Told whenever the agenda changes.
    moved: Condvar,
}

impl<'a> Floor<'_, 'a> {
    /// Decides every task that hangs on nothing that has to be made. On a night without a change that is all there is to
    /// do; and what is wrong with a delivery is known before anything is made.
    fn decide_first(&self) -> Result<(), EngineError> {
        loop {
            let Some(place) = self.agenda().next_to_decide() else { return Ok(()) };
            let decision = self.run.decide(place, self.tasks[place])?;
            self.decided(place, Ok(decision));
        }
    }

    fn work_on(&self, threads: usize) -> Result<(), EngineError> {
        let runtime = Handle::current();
        std::thread::scope(|scope| {
            let started = (0..threads).map(|_| start(scope, || runtime.block_on(self.work())));
            // Those that start do all the work; it takes one.
            let (started, mut refused): (Vec<_>, Vec<_>) = started.partition(Result::is_ok);
            match refused.pop() {
                Some(Err(source)) if started.is_empty() => Err(EngineError::io(
                    &self.run.scratch_folder(),
                    "start a thread that would work in",
                    source,
                )),
                _ => Ok(()),
            }
        })
    }

    /// Does what comes next until nothing is left.
    async fn work(&self) {
        let (mut small, mut large) = (None, None);
        loop {
            let next = self.agenda().next();
            match next {
                Next::Decide(place) => self.decided(place, self.decide(place)),
                Next::Make(place, task, size) => {
                    let night = if size == Size::Small { &mut small } else { &mut large };
                    let result = self.make(night, place, task, size).await;
                    self.agenda().ended(place, result);
                    self.moved.notify_all();
                }
                Next::Wait => match self.to_foresee() {
                    Some(place) => self.foresee(&mut small, place).await,
                    None => self.wait(),
                },
                Next::Nothing => {
                    self.moved.notify_all();
                    return;
                }
            }
        }
    }

    fn decide(&self, place: usize) -> Result<Decision<'a>, EngineError> {
        let decided = AssertUnwindSafe(|| self.run.decide(place, self.tasks[place]));
        catch_unwind(decided).unwrap_or_else(|_| Err(panicked()))
    }

    async fn make(
        &self,
        night: &mut Option<Night<'a>>,
        place: usize,
        task: ToMake<'a>,
        size: Size,
    ) -> Result<Done, EngineError> {
        let night = match night {
            Some(night) => night,
            none => none.insert(self.run.night(size)?),
        };
        let made = AssertUnwindSafe(self.run.make(night, place, task)).catch_unwind().await;
        made.unwrap_or_else(|_| Err(panicked()))
    }

    /// A task that waits and for which this thread can do something, if a processor has nothing to do.
    fn to_foresee(&self) -> Option<usize> {
        let mut agenda = self.agenda();
        let busy = agenda.busy_before_foresight()? + self.run.planning();
        if busy < self.run.resources().partitions.get() { agenda.foresee() } else { None }
    }

    async fn foresee(&self, night: &mut Option<Night<'a>>, place: usize) {
        let foreseen = async {
            let night = match &mut *night {
                Some(night) => night,
                none => none.insert(self.run.night(Size::Small)?),
            };
            self.run.foresee(night, self.tasks[place]).await
        };
        let foreseen = AssertUnwindSafe(foreseen).catch_unwind().await;
        if !matches!(foreseen, Ok(Ok(()))) {
            // Who makes the task plans again, and tells what is wrong; the session may know half of it.
            *night = None;
        }
        self.agenda().ended_foresight();
    }

    fn decided(&self, place: usize, decision: Result<Decision<'a>, EngineError>) {
        match decision {
            Ok(Decision::ToMake(task, size)) => self.agenda().decided_to_make(place, task, size),
            Ok(Decision::TakenOver(done)) => self.agenda().ended(place, Ok(done)),
            Err(error) => self.agenda().ended(place, Err(error)),
        }
        self.moved.notify_all();
    }

    /// Waits until another thread is done with something, unless that has happened already; where there is something to foresee,
    /// until a processor may have nothing to do.
    fn wait(&self) {
        let agenda = self.agenda();
        let waits = |agenda: &mut Agenda<_, _>| !agenda.can_go_on();
        match agenda.busy_before_foresight() {
            Some(_) => drop(self.moved.wait_timeout_while(agenda, LOOK_AGAIN, waits)),
            None => drop(self.moved.wait_while(agenda, waits)),
        }
    }

    fn agenda(&self) -> MutexGuard<'_, Agenda<ToMake<'a>, Done>> {
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
