//! A run as OpenLineage events (object model 2-0-2): the run as a parent job, each step and each check as a job of its own.
//!
//! | in OpenLineage | is |
//! |---|---|
//! | namespace | `herkomst`, of jobs and datasets |
//! | job | the study (`library`), a step, named by its first table (`library.derived.member`), a check (`library.checks.loans_without_member`) |
//! | run id | a UUID of version 8 from the hash of the manifest: the same run has the same ids whenever it is told of |
//! | event time | from the manifest: the start of the run, and what the steps before took |
//! | dataset | a delivered file (`library/data/members/north.csv`), a stored table (`library.staging.members`) |
//! | `version` | SHA-256 of the file or object |
//! | `columnLineage` | `DIRECT`: the value is computed from it; `INDIRECT`: it only decides; what decides about all columns stands once, in `dataset` |
//! | `dataQualityAssertions` | how a check ended, at each table that it reads |
//! | `sql`, `sourceCode` | the query of a model or appendix; the rules of a round or passes of a matching, one after the other |
//! | `tags` | `synthetic`, `outcome`, `fingerprint`, `as_of` of runs; `sensitivity: identifying` of tables in `identity` |
//!
//! A run that was not published for a violated check ends with FAIL.

mod dataset;
mod facet;
mod job;

use crate::described::Described;
use facet::PRODUCER;
use serde_json::{Value, json};

/// Where jobs and datasets are named.
const NAMESPACE: &str = "herkomst";

/// What happened to the run of a job.
#[derive(Clone, Copy)]
enum Transition {
    Start,
    Complete,
    Fail,
}

/// The events of a run, in the order in which they happened.
pub fn events(described: &Described<'_>) -> Vec<Value> {
    let mut events = vec![job::run_started(described)];
    for step in described.steps() {
        events.extend(job::step(described, &step));
    }
    for check in &described.run.checks {
        events.extend(job::check(described, check));
    }
    events.push(job::run_ended(described));
    events
}

/// The events of a run as NDJSON: one to a line.
pub fn ndjson(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// What an event says, but for its datasets.
struct Told {
    transition: Transition,
    time: String,
    run: Value,
    job: Value,
}

impl Told {
    fn with(self, inputs: Vec<Value>, outputs: Vec<Value>) -> Value {
        let transition = match self.transition {
            Transition::Start => "START",
            Transition::Complete => "COMPLETE",
            Transition::Fail => "FAIL",
        };
        json!({
            "eventType": transition,
            "eventTime": self.time,
            "producer": PRODUCER,
            "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": self.run,
            "job": self.job,
            "inputs": inputs,
            "outputs": outputs,
        })
    }
}

#[cfg(test)]
mod tests;
