//! What a notification says.

use report::{ChangeState, CheckReport, NightOutcome, NightReport};
use serde::Serialize;
use std::path::Path;
use terms::CheckOutcome;

/// At most so many names of a kind, so that a notification stays one; all are counted.
const NAMES: usize = 50;

/// What happened, for those who wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Happened {
    /// The exit code is not 0.
    Failure,
    /// The run is published and shows something else than the one before.
    Change,
    /// The run is published and shows the same.
    NoChange,
    /// Something was left out, so it is no night.
    SideRun,
}

impl Happened {
    /// The word in the JSON and in the environment of a command.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Change => "change",
            Self::NoChange => "no_change",
            Self::SideRun => "side_run",
        }
    }
}

/// The facts of a notification; no value of a row is among them.
#[derive(Debug, Serialize)]
pub(super) struct Notice<'a> {
    /// Version of this layout.
    pub(super) format: u32,
    pub(super) event: Happened,
    /// One line for people.
    pub(super) text: String,
    pub(super) exit_code: u8,
    pub(super) outcome: NightOutcome,
    pub(super) message: Option<&'a str>,
    pub(super) study: &'a str,
    pub(super) synthetic: bool,
    pub(super) warehouse: &'a Path,
    pub(super) run: Option<u64>,
    pub(super) compared_with: Option<u64>,
    pub(super) started: &'a str,
    pub(super) finished: &'a str,
    pub(super) seconds: Option<u64>,
    pub(super) executed: usize,
    pub(super) reused: usize,
    pub(super) records: u64,
    pub(super) quarantined: u64,
    /// Tables that are new, other, or gone.
    pub(super) tables: Names<'a>,
    pub(super) deliveries_new: Names<'a>,
    pub(super) deliveries_changed: Names<'a>,
    pub(super) deliveries_gone: Names<'a>,
    pub(super) violated: Vec<&'a CheckReport>,
    /// The report as HTML, if one was written.
    pub(super) report: Option<&'a Path>,
}

/// How many there are, and the first of them.
#[derive(Debug, Serialize)]
pub(super) struct Names<'a> {
    count: usize,
    first: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(names: Vec<&'a str>) -> Self {
        Self { count: names.len(), first: names.into_iter().take(NAMES).collect() }
    }
}

impl<'a> Notice<'a> {
    /// What is told of a night.
    pub(super) fn of(night: &'a NightReport, warehouse: &'a Path, report: Option<&'a Path>) -> Self {
        let inputs = |state: ChangeState| {
            let inputs = night.inputs.iter().filter(|input| input.state == state);
            // Without a run before it every delivery would be new.
            Names::of(match night.compared_with {
                Some(_) => inputs.map(|input| input.file.as_str()).collect(),
                None => Vec::new(),
            })
        };
        let differs = night.tables.iter().filter(|table| table.state != ChangeState::Same);
        let who = if night.study.is_empty() { "herkomst" } else { night.study.as_str() };
        Self {
            format: 1,
            event: happened(night),
            text: format!("{who}: {}", night.summary),
            exit_code: night.exit_code,
            outcome: night.outcome,
            message: night.message.as_deref(),
            study: &night.study,
            synthetic: night.synthetic,
            warehouse,
            run: night.run,
            compared_with: night.compared_with,
            started: &night.started,
            finished: &night.finished,
            seconds: night.seconds,
            executed: night.executed,
            reused: night.reused,
            records: night.inputs.iter().filter_map(|input| input.records).sum(),
            quarantined: night.inputs.iter().filter_map(|input| input.quarantined).sum(),
            tables: Names::of(differs.map(|table| table.table.as_str()).collect()),
            deliveries_new: inputs(ChangeState::New),
            deliveries_changed: inputs(ChangeState::Changed),
            deliveries_gone: inputs(ChangeState::Gone),
            violated: night.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated).collect(),
            report,
        }
    }

    /// The facts as JSON, on one line.
    pub(super) fn json(&self) -> String {
        // Names and numbers can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn happened(night: &NightReport) -> Happened {
    match night.outcome {
        _ if night.exit_code != 0 => Happened::Failure,
        NightOutcome::SideRun => Happened::SideRun,
        _ if night.is_change() => Happened::Change,
        _ => Happened::NoChange,
    }
}
