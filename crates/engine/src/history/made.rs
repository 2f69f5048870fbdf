//! Audit tables that are read from manifests: the runs, their steps and their checks.

use crate::error::EngineError;
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use std::sync::Arc;
use terms::{CheckOutcome, CheckRecord, Manifest, NodeRecord, Severity, StepOutcome, TableRecord};

type Make = fn(&Manifest) -> Result<RecordBatch, EngineError>;

/// Each table with what makes its rows of one run.
pub(super) const TABLES: [(&str, Make); 3] = [("runs", runs), ("steps", steps), ("checks", checks)];

/// The columns of such a table.
pub(super) fn schema(make: Make) -> Result<SchemaRef, EngineError> {
    let nothing = Manifest::default();
    Ok(make(&nothing)?.schema())
}

fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn number(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(values.map(|value| i64::try_from(value).ok()).collect::<Int64Array>())
}

fn flag(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}

fn rows<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, EngineError> {
    let columns = columns.into_iter().map(|(name, values)| (name, values, name != super::RUN));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn runs(run: &Manifest) -> Result<RecordBatch, EngineError> {
    let one = |value: &str| text([Some(value)].into_iter());
    let without = run.is_side_run().then(|| run.without.join(", "));
    rows([
        (super::RUN, number([run.run].into_iter())),
        ("study", one(&run.study)),
        ("started", one(&run.started)),
        ("finished", one(&run.finished)),
        ("published", flag([run.published].into_iter())),
        ("engine", one(&run.engine)),
        ("steps", number([run.nodes.len() as u64].into_iter())),
        ("reused", number([run.reused() as u64].into_iter())),
        ("without", text([without.as_deref()].into_iter())),
    ])
}

fn steps(run: &Manifest) -> Result<RecordBatch, EngineError> {
    let made: Vec<(&NodeRecord, &TableRecord)> =
        run.nodes.iter().flat_map(|node| node.tables.iter().map(move |table| (node, table))).collect();
    let names: Vec<String> = made.iter().map(|(_, table)| table.table.to_string()).collect();
    rows([
        (super::RUN, number(made.iter().map(|_| run.run))),
        ("step", text(made.iter().map(|(node, _)| Some(node.node.as_str())))),
        ("fingerprint", text(made.iter().map(|(node, _)| Some(node.fingerprint.as_str())))),
        ("reused", flag(made.iter().map(|(node, _)| node.outcome == StepOutcome::Reused))),
        ("millis", number(made.iter().map(|(node, _)| node.millis))),
        ("table", text(names.iter().map(|name| Some(name.as_str())))),
        ("object", text(made.iter().map(|(_, table)| Some(table.object.as_str())))),
        ("rows", number(made.iter().map(|(_, table)| table.rows))),
        ("bytes", number(made.iter().map(|(_, table)| table.bytes))),
    ])
}

fn checks(run: &Manifest) -> Result<RecordBatch, EngineError> {
    let severity = |check: &CheckRecord| if check.severity == Severity::Error { "error" } else { "warn" };
    let checks = || run.checks.iter();
    rows([
        (super::RUN, number(checks().map(|_| run.run))),
        ("check", text(checks().map(|check| Some(check.check.as_str())))),
        ("severity", text(checks().map(|check| Some(severity(check))))),
        ("passed", flag(checks().map(|check| check.outcome == CheckOutcome::Passed))),
        ("violations", number(checks().map(|check| check.violations))),
        ("claim", text(checks().map(|check| check.claim.as_deref()))),
    ])
}
