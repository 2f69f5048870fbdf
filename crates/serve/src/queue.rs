//! Who comes next when more is asked than there are processes: a user with fewer queries under way comes before one with more,
//! and no user has all processes.

use crate::session::locked;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot::{Receiver, Sender, channel};

/// Places for queries, shared by all users.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Queries that one user may have under way.
    each: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// Queries under way, by user; no entry for none.
    running: BTreeMap<String, usize>,
    /// In the order in which they came.
    waiting: Vec<(String, Sender<Place>)>,
}

/// A place for one query of a user; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    queue: Arc<Queue>,
    user: String,
}

impl Queue {
    /// So many places, of which one user may have some.
    pub(crate) fn new(places: usize, each: usize) -> Arc<Self> {
        let state = State { free: places, running: BTreeMap::new(), waiting: Vec::new() };
        Arc::new(Self { each: each.max(1), state: Mutex::new(state) })
    }

    /// Asks for a place: it comes when there is one. Who drops the receiver waits no more.
    pub(crate) fn wait(self: &Arc<Self>, user: &str) -> Receiver<Place> {
        let (send, receive) = channel();
        locked(&self.state).waiting.push((user.to_owned(), send));
        self.serve();
        receive
    }

    /// Queries that a user has under way.
    pub(crate) fn running(&self, user: &str) -> usize {
        locked(&self.state).running.get(user).copied().unwrap_or(0)
    }

    /// Gives places to those that wait, as long as one may have one.
    fn serve(self: &Arc<Self>) {
        // A place that nobody takes any more comes back by being dropped, which must not meet the lock.
        loop {
            let next = locked(&self.state).next(self.each);
            let Some((user, send)) = next else { return };
            drop(send.send(Place { queue: self.clone(), user }));
        }
    }
}

impl State {
    /// Takes the next to have a place out of those that wait, and counts them in.
    fn next(&mut self, each: usize) -> Option<(String, Sender<Place>)> {
        self.waiting.retain(|(_, send)| !send.is_closed());
        if self.free == 0 {
            return None;
        }
        let under_way = |user: &String| self.running.get(user).copied().unwrap_or(0);
        let first = (0..self.waiting.len())
            .map(|at| (under_way(&self.waiting[at].0), at))
            .filter(|(running, _)| *running < each)
            .min()?;
        let next = self.waiting.remove(first.1);
        self.free -= 1;
        *self.running.entry(next.0.clone()).or_default() += 1;
        Some(next)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        {
            let mut state = locked(&self.queue.state);
            state.free += 1;
            if let Some(running) = state.running.get_mut(&self.user) {
                *running -= 1;
                if *running == 0 {
                    state.running.remove(&self.user);
                }
            }
        }
        self.queue.serve();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes what has come.
    fn came(waiting: &mut Receiver<Place>) -> Option<Place> {
        waiting.try_recv().ok()
    }

    #[test]
    fn who_has_less_under_way_comes_first() {
        let queue = Queue::new(2, 2);
        let mut anna: Vec<_> = (0..4).map(|_| queue.wait("anna")).collect();
        let mut first: Vec<_> = anna.iter_mut().filter_map(came).collect();
        assert_eq!((first.len(), queue.running("anna")), (2, 2));
        let mut bert = queue.wait("bert");
        assert!(came(&mut bert).is_none());
        drop(first.pop());
        let place = came(&mut bert).unwrap();
        assert!(anna.iter_mut().all(|waiting| came(waiting).is_none()));
        drop(place);
        let third = came(&mut anna[2]);
        assert!(third.is_some() && came(&mut anna[3]).is_none(), "of her own, the first that came");
    }

    #[test]
    fn nobody_has_all_places() {
        let queue = Queue::new(3, 2);
        let mut anna: Vec<_> = (0..3).map(|_| queue.wait("anna")).collect();
        let hers: Vec<_> = anna.iter_mut().filter_map(came).collect();
        assert_eq!(hers.len(), 2);
        assert!(came(&mut queue.wait("bert")).is_some());
        drop(hers);
        assert!(came(&mut anna[2]).is_some());
    }

    #[test]
    fn who_waits_no_more_is_passed_over() {
        let queue = Queue::new(1, 1);
        let place = came(&mut queue.wait("anna")).unwrap();
        drop(queue.wait("bert"));
        let forgotten = queue.wait("carl");
        let mut dora = queue.wait("dora");
        drop(place);
        // It came, and nobody took it.
        drop(forgotten);
        assert!(came(&mut dora).is_some());
        assert_eq!((queue.running("carl"), locked(&queue.state).free), (0, 1));
    }
}
