//! What a night was, for those who run it: outcome, times, rows, changes against the night before, checks, quarantine.

mod changes;
mod page;
mod parts;
mod sections;
mod words;

pub use page::night_html;

use changes::{input_reports, table_reports};
use serde::Serialize;
use std::collections::BTreeMap;
use terms::{CheckOutcome, Manifest, NodeRecord, Severity, StepOutcome, WaterfallRow};

/// A night, told without any value of a row: names, counts, times.
///
/// Of a night that failed before its run was committed there are only the steps that ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NightReport {
    /// Version of this layout.
    pub format: u32,
    /// How it ended.
    pub outcome: NightOutcome,
    /// Exit code of the command.
    pub exit_code: u8,
    /// The night in one line.
    pub summary: String,
    /// Why it failed; none if it did not.
    pub message: Option<String>,
    /// Study; empty if it could not be read.
    pub study: String,
    /// The data is invented.
    pub synthetic: bool,
    /// Run number; none if nothing was committed.
    pub run: Option<u64>,
    /// Version of the engine.
    pub engine: String,
    /// Start, UTC, RFC 3339.
    pub started: String,
    /// End, UTC, RFC 3339.
    pub finished: String,
    /// Wall time in seconds; none if the times cannot be read.
    pub seconds: Option<u64>,
    /// Day as of which it was run; none is the day on which it started.
    pub as_of: Option<String>,
    /// Values of the study's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The earlier run that was published again by this one; none for a run that was run.
    pub restores: Option<u64>,
    /// Rules and passes that were left out.
    pub without: Vec<String>,
    /// The run that it is compared with; none if there is none before it.
    pub compared_with: Option<u64>,
    /// Steps that were executed.
    pub executed: usize,
    /// Steps that were taken over from an earlier run.
    pub reused: usize,
    /// Every step, in the order in which it ran.
    pub steps: Vec<StepReport>,
    /// Every table of this run and of the one before, by name.
    pub tables: Vec<TableReport>,
    /// Every file of this run and of the one before, by source and name.
    pub inputs: Vec<InputReport>,
    /// What each rule did.
    pub waterfall: Vec<WaterfallRow>,
    /// Every check.
    pub checks: Vec<CheckReport>,
    /// What is in quarantine, by file, column and reason; none if it is not known, as of a failed night, or of one whose tables
    /// were collected.
    pub quarantine: Option<Vec<QuarantineCount>>,
}

/// How a night ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NightOutcome {
    /// Its run is the published one.
    Published,
    /// Its run was committed, and a check of severity error kept it from being published.
    NotPublished,
    /// Rules or passes were left out, so it was never to be published.
    SideRun,
    /// It ended before a run was committed; what was published before is still published.
    #[default]
    Failed,
}

/// A step of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReport {
    /// Name.
    pub step: String,
    /// Executed or reused.
    pub outcome: StepOutcome,
    /// Wall time in milliseconds; 0 when reused.
    pub millis: u64,
    /// Rows of its tables.
    pub rows: u64,
    /// Bytes of its tables.
    pub bytes: u64,
}

/// What became of a table or a file since the night before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// It was not there.
    New,
    /// It is there with other bytes.
    Changed,
    /// It is not there any more.
    Gone,
    /// The same bytes.
    Same,
}

/// A table of a night, beside the night before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// Name.
    pub table: String,
    /// Against the night before.
    pub state: ChangeState,
    /// Rows; none if it is gone.
    pub rows: Option<u64>,
    /// Rows the night before; none if it is new.
    pub rows_before: Option<u64>,
    /// Size in bytes; none if it is gone.
    pub bytes: Option<u64>,
}

/// A delivered file of a night, beside the night before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputReport {
    /// Source.
    pub source: String,
    /// Name relative to the data folder.
    pub file: String,
    /// Against the night before.
    pub state: ChangeState,
    /// Records; none if it is gone.
    pub records: Option<u64>,
    /// Records the night before; none if it is new.
    pub records_before: Option<u64>,
    /// Records in quarantine; none if it is gone.
    pub quarantined: Option<u64>,
}

/// A check of a night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Name.
    pub check: String,
    /// What a violation means.
    pub severity: Severity,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// Violating rows.
    pub violations: u64,
    /// Violating rows the night before; none if it was not checked then.
    pub violations_before: Option<u64>,
}

/// How many faults of one kind one column of one file has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct QuarantineCount {
    /// Source.
    pub source: String,
    /// Name relative to the data folder.
    pub file: String,
    /// Column; none if whole records are at fault.
    pub column: Option<String>,
    /// Code of the reason.
    pub reason: String,
    /// Records with this fault.
    pub records: u64,
}

/// How a command ended, for its report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NightEnd {
    /// Exit code.
    pub exit_code: u8,
    /// The night in one line.
    pub summary: String,
    /// Why it failed; none if it did not.
    pub message: Option<String>,
    /// Wall time in seconds; none if unknown.
    pub seconds: Option<u64>,
}

impl NightReport {
    /// A committed run beside the one before it.
    pub fn new(
        run: &Manifest,
        before: Option<&Manifest>,
        quarantine: Option<Vec<QuarantineCount>>,
        end: NightEnd,
    ) -> Self {
        Self {
            outcome: match run.published {
                true => NightOutcome::Published,
                false if run.is_side_run() => NightOutcome::SideRun,
                false => NightOutcome::NotPublished,
            },
            study: run.study.clone(),
            synthetic: run.synthetic,
            run: Some(run.run),
            engine: run.engine.clone(),
            started: run.started.clone(),
            finished: run.finished.clone(),
            as_of: run.as_of.clone(),
            parameters: run.parameters.clone(),
            without: run.without.clone(),
            restores: run.restores,
            compared_with: before.map(|before| before.run),
            tables: table_reports(run, before),
            inputs: input_reports(run, before),
            waterfall: run.waterfall.clone(),
            checks: check_reports(run, before),
            quarantine,
            ..Self::of_steps(&run.nodes, end)
        }
    }

    /// A night that failed before its run was committed: what it was to do, and the steps that ended.
    pub fn failed(study: &str, started: &str, finished: &str, steps: &[NodeRecord], end: NightEnd) -> Self {
        Self {
            study: study.to_owned(),
            started: started.to_owned(),
            finished: finished.to_owned(),
            ..Self::of_steps(steps, end)
        }
    }

    fn of_steps(nodes: &[NodeRecord], end: NightEnd) -> Self {
        let steps: Vec<StepReport> = nodes.iter().map(step_report).collect();
        let reused = steps.iter().filter(|step| step.outcome == StepOutcome::Reused).count();
        Self {
            format: 1,
            exit_code: end.exit_code,
            summary: end.summary,
            message: end.message,
            seconds: end.seconds,
            executed: steps.len() - reused,
            reused,
            steps,
            ..Self::default()
        }
    }

    /// Whether a reader of the last night would see something else: another table, file, or result of a check. The first
    /// night is a change; one that failed shows nothing, so it is none.
    pub fn is_change(&self) -> bool {
        let differs = |state: ChangeState| state != ChangeState::Same;
        self.run.is_some()
            && (self.compared_with.is_none()
                || self.tables.iter().any(|table| differs(table.state))
                || self.inputs.iter().any(|input| differs(input.state))
                || self.checks.iter().any(|check| check.violations_before != Some(check.violations)))
    }
}

fn step_report(node: &NodeRecord) -> StepReport {
    StepReport {
        step: node.node.clone(),
        outcome: node.outcome,
        millis: node.millis,
        rows: node.rows(),
        bytes: node.bytes(),
    }
}

fn check_reports(run: &Manifest, before: Option<&Manifest>) -> Vec<CheckReport> {
    let earlier = |name: &str| {
        let checks = before.into_iter().flat_map(|before| &before.checks);
        checks.into_iter().find(|check| check.check == name).map(|check| check.violations)
    };
    let report = |check: &terms::CheckRecord| CheckReport {
        check: check.check.clone(),
        severity: check.severity,
        outcome: check.outcome,
        violations: check.violations,
        violations_before: earlier(&check.check),
    };
    run.checks.iter().map(report).collect()
}
