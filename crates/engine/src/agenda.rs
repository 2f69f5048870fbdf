//! What is to be done in a run: which tasks are ready, which wait for others, which are done.
//!
//! A task is ready when all that makes what it reads is done. First it is decided: an earlier run's result is taken over,
//! or it has to be made. Small tasks are made side by side, for their time goes into planning, which uses one thread; a
//! large one has the machine to itself and is spread over it.
//!
//! Of the tasks that are ready the one comes first that most others wait for, one after the other: where a step is made too late
//! for those, a thread has nothing to do in the end.
//!
//! Which task is made when depends on the machine; what comes of it does not: tasks see only what they read, and of several
//! that fail the first in order is the one that is told.

use crate::error::EngineError;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use terms::TableName;

/// What a task reads and makes.
pub(crate) struct Ends {
    pub(crate) reads: Vec<TableName>,
    pub(crate) makes: Vec<TableName>,
    /// Something can be done for it before what it reads is made.
    pub(crate) is_foreseeable: bool,
}

/// Whether a task may be made beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Small,
    Large,
}

/// What to do next; tasks are named by their place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<M> {
    /// Decide a task.
    Decide(usize),
    /// Make a task that was decided.
    Make(usize, M, Size),
    /// Something under way has to end first.
    Wait,
    /// Nothing is left to do.
    Nothing,
}

/// Tasks in order; `M` is what is needed to make one, `D` what comes of it.
pub(crate) struct Agenda<M, D> {
    tasks: Vec<Entry<M, D>>,
    under_way: usize,
    /// Tasks that wait, for which something is being done.
    foreseen: usize,
    /// A large task is under way.
    alone: bool,
}

struct Entry<M, D> {
    needs: Vec<usize>,
    is_foreseeable: bool,
    /// How many tasks there are in the longest row of which each waits for the one before, and the first for this one.
    waited_for: usize,
    state: State<M, D>,
}

/// Tasks that most others wait for come first, of equal ones the first in order.
fn rank<M, D>((place, task): &(usize, &Entry<M, D>)) -> (Reverse<usize>, usize) {
    (Reverse(task.waited_for), *place)
}

enum State<M, D> {
    Waiting,
    UnderWay(Size),
    Decided(M, Size),
    Done(D),
    Failed(EngineError),
}

impl<M, D> Agenda<M, D> {
    /// An agenda of tasks; what a task reads is made by tasks before it, or by none.
    pub(crate) fn new(tasks: &[Ends]) -> Self {
        let mut makers = BTreeMap::<&TableName, usize>::new();
        let mut entries = Vec::new();
        for (place, task) in tasks.iter().enumerate() {
            let mut needs: Vec<usize> =
                task.reads.iter().filter_map(|table| makers.get(table).copied()).collect();
            needs.sort_unstable();
            needs.dedup();
            let is_foreseeable = task.is_foreseeable;
            entries.push(Entry { needs, is_foreseeable, waited_for: 0, state: State::Waiting });
            makers.extend(task.makes.iter().map(|table| (table, place)));
        }
        for place in (0..entries.len()).rev() {
            let rest = entries[place].waited_for + 1;
            for need in entries[place].needs.clone() {
                entries[need].waited_for = entries[need].waited_for.max(rest);
            }
        }
        Self { tasks: entries, under_way: 0, foreseen: 0, alone: false }
    }

    /// The next task to be decided; it is under way from then on.
    pub(crate) fn next_to_decide(&mut self) -> Option<usize> {
        let place = self.undecided()?;
        self.begin(place, Size::Small);
        Some(place)
    }

    /// Whether tasks were decided that have to be made.
    pub(crate) fn has_to_make(&self) -> bool {
        self.decided().is_some()
    }

    /// Whether there is something to do, or nothing more to wait for.
    pub(crate) fn can_go_on(&self) -> bool {
        self.undecided().is_some()
            || self.decided().map_or(self.under_way == 0, |(_, size)| self.is_free(size))
    }

    /// What to do next; what it names is under way from then on.
    pub(crate) fn next(&mut self) -> Next<M> {
        if let Some(place) = self.next_to_decide() {
            return Next::Decide(place);
        }
        match self.decided() {
            None if self.under_way == 0 => Next::Nothing,
            Some((place, size)) if self.is_free(size) => match self.begin(place, size) {
                State::Decided(made_with, _) => Next::Make(place, made_with, size),
                _ => Next::Nothing,
            },
            _ => Next::Wait,
        }
    }

    /// How many threads do something, if something can be done besides for a task that waits.
    pub(crate) fn busy_before_foresight(&self) -> Option<usize> {
        self.foreseeable().filter(|_| !self.alone).map(|_| self.under_way + self.foreseen)
    }

    /// A task that waits, for which something is being done from then on; once for each.
    pub(crate) fn foresee(&mut self) -> Option<usize> {
        let place = self.foreseeable()?;
        self.tasks[place].is_foreseeable = false;
        self.foreseen += 1;
        Some(place)
    }

    /// Takes note that nothing more is being done for a task that waits.
    pub(crate) fn ended_foresight(&mut self) {
        self.foreseen -= 1;
    }

    /// Of the tasks that wait, and for which something can be done, the one that most others wait for.
    fn foreseeable(&self) -> Option<usize> {
        let waits = |task: &Entry<M, D>| {
            task.is_foreseeable && matches!(task.state, State::Waiting) && !self.is_ready(task)
        };
        self.open().filter(|(_, task)| waits(task)).min_by_key(rank).map(|(place, _)| place)
    }

    /// Takes note that a task has to be made.
    pub(crate) fn decided_to_make(&mut self, place: usize, made_with: M, size: Size) {
        self.end(place, State::Decided(made_with, size));
    }

    /// Takes note of how a task ended.
    pub(crate) fn ended(&mut self, place: usize, result: Result<D, EngineError>) {
        self.end(place, result.map_or_else(State::Failed, State::Done));
    }

    /// What came of all tasks, in order; the error of the first that failed.
    pub(crate) fn finish(self) -> Result<Vec<D>, EngineError> {
        let ends = self.tasks.into_iter().map(|task| match task.state {
            State::Done(done) => Some(Ok(done)),
            State::Failed(error) => Some(Err(error)),
            // Not begun, because a task before it failed.
            _ => None,
        });
        let (mut done, mut left) = (Vec::new(), 0_usize);
        for end in ends {
            match end {
                Some(end) => done.push(end?),
                None => left += 1,
            }
        }
        match left {
            0 => Ok(done),
            left => Err(EngineError::Bug(format!("{left} tasks of the run were never ready"))),
        }
    }

    /// The first task that is ready to be decided.
    fn undecided(&self) -> Option<usize> {
        let is_next = |task: &Entry<M, D>| matches!(task.state, State::Waiting) && self.is_ready(task);
        self.open().find(|(_, task)| is_next(task)).map(|(place, _)| place)
    }

    /// The task to be made next, of those that are ready.
    fn decided(&self) -> Option<(usize, Size)> {
        let is_decided = |task: &Entry<M, D>| matches!(task.state, State::Decided(..));
        match self.open().filter(|(_, task)| is_decided(task)).min_by_key(rank)? {
            (place, Entry { state: State::Decided(_, size), .. }) => Some((place, *size)),
            _ => None,
        }
    }

    /// The tasks before the first that failed; those behind it are not begun any more.
    fn open(&self) -> impl Iterator<Item = (usize, &Entry<M, D>)> {
        self.tasks.iter().enumerate().take_while(|(_, task)| !matches!(task.state, State::Failed(_)))
    }

    fn is_free(&self, size: Size) -> bool {
        !self.alone && (size == Size::Small || self.under_way == 0)
    }

    fn is_ready(&self, task: &Entry<M, D>) -> bool {
        task.needs.iter().all(|place| matches!(self.tasks[*place].state, State::Done(_)))
    }

    fn begin(&mut self, place: usize, size: Size) -> State<M, D> {
        self.under_way += 1;
        self.alone |= size == Size::Large;
        std::mem::replace(&mut self.tasks[place].state, State::UnderWay(size))
    }

    fn end(&mut self, place: usize, state: State<M, D>) {
        let before = std::mem::replace(&mut self.tasks[place].state, state);
        self.under_way -= 1;
        self.alone &= !matches!(before, State::UnderWay(Size::Large));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(place: usize) -> TableName {
        TableName::new("t", &format!("t{place}")).unwrap()
    }

    /// A task that makes table `n`, and for which something can be done ahead.
    fn ends(reads: Vec<TableName>, n: usize) -> Ends {
        Ends { reads, makes: vec![table(n)], is_foreseeable: true }
    }

    /// A task of an invented run: which tasks before it it needs, its size, whether it is taken over, whether it fails.
    #[derive(Clone, Debug)]
    struct Invented {
        needs: Vec<usize>,
        size: Size,
        taken_over: bool,
        fails: bool,
    }

    fn invented() -> impl Strategy<Value = Vec<Invented>> {
        let one = (prop::collection::vec(0_usize..100, 0..4), any::<bool>(), any::<bool>(), 0..12);
        prop::collection::vec(one, 0..20).prop_map(|tasks| {
            let tasks = tasks.into_iter().enumerate().map(|(place, (needs, large, taken_over, fails))| {
                let needs = needs.into_iter().filter(|_| place > 0).map(|need| need % place.max(1)).collect();
                let size = if large { Size::Large } else { Size::Small };
                Invented { needs, size, taken_over, fails: fails == 0 }
            });
            tasks.collect()
        })
    }

    fn failed(place: usize) -> EngineError {
        EngineError::Bug(format!("task {place}"))
    }

    /// Goes through an agenda with up to `threads` tasks under way; `order` chooses which of them ends first.
    fn walk(tasks: &[Invented], threads: usize, order: &[usize]) -> Result<Vec<usize>, EngineError> {
        let ends: Vec<Ends> = tasks
            .iter()
            .enumerate()
            .map(|(place, task)| Ends {
                reads: task.needs.iter().map(|need| table(*need)).collect(),
                makes: vec![table(place)],
                is_foreseeable: place % 2 == 0,
            })
            .collect();
        let mut agenda = Agenda::<usize, usize>::new(&ends);
        let (mut under_way, mut done) = (Vec::<(usize, Size)>::new(), Vec::new());
        let mut order = order.iter().cycle();
        loop {
            let next = if under_way.len() < threads { agenda.next() } else { Next::Wait };
            match next {
                Next::Decide(place) => {
                    assert!(
                        tasks[place].needs.iter().all(|need| done.contains(need)),
                        "{place} is not ready"
                    );
                    match (tasks[place].taken_over, tasks[place].fails) {
                        (true, false) => {
                            done.push(place);
                            agenda.ended(place, Ok(place));
                        }
                        (true, true) => agenda.ended(place, Err(failed(place))),
                        (false, _) => agenda.decided_to_make(place, place, tasks[place].size),
                    }
                }
                Next::Make(place, made_with, size) => {
                    assert_eq!(place, made_with);
                    under_way.push((place, size));
                    let large = under_way.iter().filter(|(_, size)| *size == Size::Large).count();
                    assert!(large == 0 || under_way.len() == 1, "a large task is not alone");
                }
                Next::Wait => {
                    assert!(!under_way.is_empty(), "waits for nothing");
                    let which = order.next().copied().unwrap_or(0) % under_way.len();
                    let (place, _) = under_way.remove(which);
                    match tasks[place].fails {
                        true => agenda.ended(place, Err(failed(place))),
                        false => {
                            done.push(place);
                            agenda.ended(place, Ok(place));
                        }
                    }
                }
                Next::Nothing => {
                    assert!(under_way.is_empty() && agenda.can_go_on());
                    return agenda.finish();
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_task_is_done_once_all_it_needs_is(
            tasks in invented(),
            threads in 1_usize..5,
            order in prop::collection::vec(0_usize..8, 1..9),
        ) {
            let first_failure = tasks.iter().position(|task| task.fails);
            match (walk(&tasks, threads, &order), first_failure) {
                (Ok(done), None) => prop_assert_eq!(done, (0..tasks.len()).collect::<Vec<_>>()),
                // The first that fails is told, whichever fails first on the clock.
                (Err(error), Some(place)) => prop_assert_eq!(error.to_string(), failed(place).to_string()),
                (walked, first) => prop_assert!(false, "{walked:?} where {first:?} fails"),
            }
        }
    }

    /// 0 and 1 wait for nothing; 2 waits for 1, 3 for 2.
    #[test]
    fn the_task_for_which_a_row_of_others_waits_comes_first() {
        let reads = [None, None, Some(1), Some(2)];
        let all: Vec<Ends> = reads
            .into_iter()
            .zip(0..)
            .map(|(reads, n)| ends(reads.map(table).into_iter().collect(), n))
            .collect();
        let mut agenda = Agenda::<(), ()>::new(&all);
        let mut order = Vec::new();
        loop {
            match agenda.next() {
                Next::Decide(place) => agenda.decided_to_make(place, (), Size::Small),
                Next::Make(place, ..) => {
                    order.push(place);
                    agenda.ended(place, Ok(()));
                }
                _ => break,
            }
        }
        assert_eq!(order, [1, 2, 0, 3]);
    }

    /// 0 waits for nothing; 1 and 2 wait for it, 3 for 1.
    #[test]
    fn something_is_done_once_for_each_task_that_waits() {
        let reads = [vec![], vec![0], vec![0], vec![1]];
        let all: Vec<Ends> = reads
            .into_iter()
            .zip(0..)
            .map(|(reads, n)| ends(reads.into_iter().map(table).collect(), n))
            .collect();
        let mut agenda = Agenda::<(), ()>::new(&all);
        assert_eq!(agenda.next(), Next::Decide(0));
        assert_eq!(agenda.busy_before_foresight(), Some(1));
        assert_eq!((agenda.foresee(), agenda.busy_before_foresight()), (Some(1), Some(2)));
        agenda.ended_foresight();
        assert_eq!((agenda.foresee(), agenda.busy_before_foresight()), (Some(2), Some(2)));
        agenda.ended_foresight();
        agenda.decided_to_make(0, (), Size::Large);
        assert_eq!(agenda.next(), Next::Make(0, (), Size::Large));
        assert_eq!(agenda.busy_before_foresight(), None, "a large task has the machine to itself");
        agenda.ended(0, Ok(()));
        assert_eq!((agenda.foresee(), agenda.foresee()), (Some(3), None));
        assert_eq!(agenda.busy_before_foresight(), None);
    }

    #[test]
    fn small_tasks_are_made_side_by_side() {
        let all: Vec<Ends> = (0..3).map(|n| ends(Vec::new(), n)).collect();
        let mut agenda = Agenda::<(), ()>::new(&all);
        while let Some(place) = agenda.next_to_decide() {
            agenda.decided_to_make(place, (), if place == 2 { Size::Large } else { Size::Small });
        }
        assert_eq!(agenda.next(), Next::Make(0, (), Size::Small));
        assert_eq!(agenda.next(), Next::Make(1, (), Size::Small));
        assert_eq!(agenda.next(), Next::Wait);
        assert!(!agenda.can_go_on());
        agenda.ended(1, Ok(()));
        assert_eq!(agenda.next(), Next::Wait);
        agenda.ended(0, Ok(()));
        assert_eq!(agenda.next(), Next::Make(2, (), Size::Large));
        assert_eq!(agenda.next(), Next::Wait);
        agenda.ended(2, Ok(()));
        assert_eq!(agenda.next(), Next::Nothing);
        assert_eq!(agenda.finish().unwrap().len(), 3);
    }
}
