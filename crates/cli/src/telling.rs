//! What others are told of a run: a report, a command, an address, a trace. A failure to tell is a warning, never a failure
//! of the run.

mod command;
mod files;
mod night;
mod notice;
mod post;
mod trace;

pub(crate) use files::write_report;
pub(crate) use night::{end_of, night_report};

use crate::args::{NotifyOn, Telling};
use crate::commands::run::utc;
use crate::failure::Failure;
use crate::place::Place;
use crate::progress::warn;
use engine::Event;
use notice::{Happened, Notice};
use report::{NightEnd, NightReport};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use study::Study;
use terms::{Manifest, NodeRecord};
use warehouse::{Lease, Warehouse};

/// Follows a run from its start, so that it can be told of however it ends.
pub(crate) struct Watch<'a> {
    place: &'a Place,
    options: &'a Telling,
    started: SystemTime,
    seen: Mutex<Seen>,
}

/// What was seen of a run so far.
#[derive(Default)]
struct Seen {
    study: String,
    /// Steps that have started, several at once: name, place in the study, and when.
    under_way: Vec<(String, usize, SystemTime)>,
    /// Steps that ended, in the order of the study.
    steps: Vec<Step>,
    run: Option<Manifest>,
}

/// A step that ended.
struct Step {
    place: usize,
    node: NodeRecord,
    from: SystemTime,
    to: SystemTime,
}

impl<'a> Watch<'a> {
    pub(crate) fn begin(place: &'a Place, options: &'a Telling) -> Self {
        let warehouse = place.warehouse.display();
        tracing::info!(%warehouse, version = env!("CARGO_PKG_VERSION"), "run started");
        Self { place, options, started: SystemTime::now(), seen: Mutex::default() }
    }

    /// Takes note of the study that runs.
    pub(crate) fn study(&self, study: &Study) {
        tracing::info!(study = %study.name, "study read");
        self.seen().study.clone_from(&study.name);
    }

    /// Takes note of a step.
    pub(crate) fn follow(&self, event: &Event<'_>) {
        let now = SystemTime::now();
        let mut seen = self.seen();
        match event {
            Event::StepStarted(name, place, _) => seen.under_way.push(((*name).to_owned(), *place, now)),
            Event::StepFinished(node) => {
                let begun = seen.under_way.iter().position(|(name, ..)| *name == node.node);
                let begun = begun.map(|begun| seen.under_way.remove(begun));
                let (place, from) = begun.map_or((usize::MAX, now), |(_, place, from)| (place, from));
                seen.steps.push(Step { place, node: (*node).clone(), from, to: now });
                seen.steps.sort_by_key(|step| step.place);
            }
        }
    }

    /// Takes note of the run as it was committed.
    pub(crate) fn committed(&self, run: &Manifest) {
        self.seen().run = Some(run.clone());
    }

    /// Tells whom the options name.
    pub(crate) fn end(self, ended: &Result<(), Failure>) {
        let to = SystemTime::now();
        let seen = self.seen();
        let end = self.end_told(&seen, ended);
        match ended {
            Ok(()) => tracing::info!(exit_code = 0, "{}", end.summary),
            Err(_) => tracing::error!(exit_code = end.exit_code, "{}", end.summary),
        }
        let notified = self.options.notify_command.is_some() || self.options.notify_url.is_some();
        if self.options.report_to.is_none() && self.options.traces.is_none() && !notified {
            return;
        }
        let night = self.report(&seen, end, to);
        let file = self.options.report_to.as_ref().and_then(|folder| {
            let written = write_report(folder, &night);
            written.map_err(|failure| warn(&format!("no report of the run: {}", failure.text()))).ok()
        });
        if let Some(target) = &self.options.traces {
            let trace = trace::trace(&night, &seen.steps, self.started, to);
            told("the trace", trace::send(target, &trace));
        }
        let notice = Notice::of(&night, &self.place.warehouse, file.as_deref());
        if notified && wanted(self.options.notify_on, notice.event) {
            self.notify(&notice);
        }
    }

    fn notify(&self, notice: &Notice<'_>) {
        if let Some(program) = &self.options.notify_command {
            told("the notification", command::run(program, &self.options.notify_argument, notice));
        }
        if let Some(url) = &self.options.notify_url {
            let key = self.options.notify_token.as_deref();
            told("the notification", post::post(url, key, &notice.json()));
        }
    }

    fn end_told(&self, seen: &Seen, ended: &Result<(), Failure>) -> NightEnd {
        let code = ended.as_ref().err().map_or(0, Failure::code);
        let message = ended.as_ref().err().map(Failure::text);
        match &seen.run {
            Some(run) => NightEnd { message, ..end_of(run, code) },
            None => {
                let first = message.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
                let seconds = self.started.elapsed().ok().map(|elapsed| elapsed.as_secs());
                NightEnd { exit_code: code, summary: format!("failed: {first}"), message, seconds }
            }
        }
    }

    fn report(&self, seen: &Seen, end: NightEnd, to: SystemTime) -> NightReport {
        if let Some(run) = &seen.run {
            let told =
                |(warehouse, _lease): (Arc<Warehouse>, Lease)| night_report(&warehouse, run, end.clone());
            match self.place.open_to_read().and_then(told) {
                Ok(night) => return night,
                Err(failure) => {
                    warn(&format!("the report is not compared with an earlier run: {}", failure.text()));
                    return NightReport::new(run, None, None, end);
                }
            }
        }
        let nodes: Vec<NodeRecord> = seen.steps.iter().map(|step| step.node.clone()).collect();
        NightReport::failed(&seen.study, &utc(self.started), &utc(to), &nodes, end)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // What was noted before a panic is still right.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says in the log that somebody was told, or warns that not.
fn told(what: &str, outcome: Result<String, String>) {
    match outcome {
        Ok(whom) => tracing::info!("{what} went to {whom}"),
        Err(why) => warn(&format!("{what} was not delivered: {why}")),
    }
}

fn wanted(when: NotifyOn, event: Happened) -> bool {
    match when {
        NotifyOn::Failure => event == Happened::Failure,
        NotifyOn::Change => matches!(event, Happened::Failure | Happened::Change),
        NotifyOn::Always => true,
    }
}
