//! A run as an OpenTelemetry trace: OTLP as JSON, sent to a collector or added to a file.
//!
//! It is written here, not by an SDK: it is one document of fixed shape after the run, and an SDK would bring a second HTTP
//! client, a runtime of its own and threads that must be flushed.

use super::{Step, post};
use report::NightReport;
use serde_json::{Value, json};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};
use terms::ObjectHash;

const INTERNAL: u32 = 1;
const OK: u32 = 1;
const ERROR: u32 = 2;

/// The trace: a span for the run, and below it one for each step that ended.
pub(super) fn trace(night: &NightReport, steps: &[Step], from: SystemTime, to: SystemTime) -> Value {
    let trace = digits(&format!("{} {} {}", nanos(from), std::process::id(), night.study), 32);
    let id = |place: usize| digits(&format!("{trace} {place}"), 16);
    let root = json!({
        "traceId": trace,
        "spanId": id(0),
        "name": "run",
        "kind": INTERNAL,
        "startTimeUnixNano": nanos(from),
        "endTimeUnixNano": nanos(to),
        "attributes": [
            text("herkomst.study", &night.study),
            json!({"key": "herkomst.outcome", "value": {"stringValue": night.outcome}}),
            number("herkomst.run", night.run.unwrap_or(0)),
            number("herkomst.exit_code", u64::from(night.exit_code)),
            number("herkomst.steps.executed", night.executed as u64),
            number("herkomst.steps.reused", night.reused as u64),
        ],
        "status": match night.exit_code {
            0 => json!({"code": OK}),
            _ => json!({"code": ERROR, "message": night.summary}),
        },
    });
    let child = |(place, step): (usize, &Step)| {
        json!({
            "traceId": trace,
            "spanId": id(place + 1),
            "parentSpanId": id(0),
            "name": step.node.node,
            "kind": INTERNAL,
            "startTimeUnixNano": nanos(step.from),
            "endTimeUnixNano": nanos(step.to),
            "attributes": [
                text("herkomst.step.outcome", step.node.outcome.as_str()),
                number("herkomst.step.rows", step.node.rows()),
                number("herkomst.step.bytes", step.node.bytes()),
            ],
            "status": {"code": OK},
        })
    };
    let spans: Vec<Value> = std::iter::once(root).chain(steps.iter().enumerate().map(child)).collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({"resourceSpans": [{
        "resource": {"attributes": [text("service.name", "herkomst"), text("service.version", version)]},
        "scopeSpans": [{"scope": {"name": "herkomst", "version": version}, "spans": spans}],
    }]})
}

/// Posts the trace to an address, or adds it as a line to a file; returns whom it went to.
pub(super) fn send(target: &str, trace: &Value) -> Result<String, String> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return post::post(target, None, &trace.to_string());
    }
    let line = format!("{trace}\n");
    let file = std::fs::File::options().append(true).create(true).open(target);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map(|()| target.to_owned()).map_err(|error| format!("{target}: {error}"))
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// OTLP writes 64-bit numbers as text.
fn number(key: &str, value: u64) -> Value {
    json!({"key": key, "value": {"intValue": value.to_string()}})
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()).to_string()
}

fn digits(of: &str, count: usize) -> String {
    ObjectHash::of(of.as_bytes()).as_str()[..count].to_owned()
}
