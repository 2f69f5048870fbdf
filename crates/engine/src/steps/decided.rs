//! What decides a step, and the step itself, whatever its kind.

use crate::error::EngineError;
use crate::fingerprint::Fingerprint;
use crate::night::Night;
use crate::so_far::SoFar;
use crate::steps::source::Delivery;
use crate::steps::{audit, matching, round, source};
use study::{Model, Step, StepKind};
use terms::{IdentityKey, NodeRecord, ObjectHash, TableName, TableRecord};
use warehouse::DeliveredHashes;

/// The files of a step that is a source; none of others.
pub(crate) fn delivery<'a>(
    known: &SoFar<'a>,
    step: &Step,
    hashes: &mut DeliveredHashes,
) -> Result<Option<Delivery<'a>>, EngineError> {
    match step.kind {
        StepKind::Source(i) => source::discover(known.study, &known.study.sources[i], hashes).map(Some),
        _ => Ok(None),
    }
}

/// The fingerprint of a step, once all that it reads is known.
pub(crate) fn fingerprint(
    known: &SoFar<'_>,
    step: &Step,
    delivery: Option<&Delivery<'_>>,
    key: &IdentityKey,
) -> Result<ObjectHash, EngineError> {
    let study = known.study;
    match (step.kind, delivery) {
        (StepKind::Source(_), Some(delivery)) => source::fingerprint(delivery, key),
        (StepKind::Source(_), None) => Err(without_files()),
        (StepKind::Round(i), _) => round::fingerprint(known, &study.rounds[i], &step.reads),
        (StepKind::Matching(i), _) => matching::fingerprint(known, &study.matchings[i], &step.reads),
        (StepKind::Audit, _) => audit::fingerprint(known),
        (StepKind::Model(i), _) => of_model(known, &study.models[i], &step.reads),
        (StepKind::Appendix(i), _) => of_model(known, &study.appendices[i].model, &step.reads),
    }
}

/// Executes a step and stores its tables. `last` is what the last run made of it.
pub(crate) async fn execute(
    night: &mut Night<'_>,
    step: &Step,
    delivery: Option<&Delivery<'_>>,
    key: &IdentityKey,
    last: Option<&NodeRecord>,
) -> Result<Vec<TableRecord>, EngineError> {
    let study = night.study;
    match (step.kind, delivery) {
        (StepKind::Source(_), Some(delivery)) => source::run(night, delivery, key, last).await,
        (StepKind::Source(_), None) => Err(without_files()),
        (StepKind::Round(i), _) => round::run(night, i + 1, &study.rounds[i], &step.reads).await,
        (StepKind::Matching(i), _) => matching::run(night, &study.matchings[i], &step.reads).await,
        (StepKind::Audit, _) => audit::run(night).await,
        (StepKind::Model(i), _) => model(night, &study.models[i], &step.reads).await,
        (StepKind::Appendix(i), _) => model(night, &study.appendices[i].model, &step.reads).await,
    }
}

fn of_model(known: &SoFar<'_>, model: &Model, reads: &[TableName]) -> Result<ObjectHash, EngineError> {
    let mut parts = Fingerprint::new("model");
    parts.add("capture", known.capture.as_str());
    parts.add("table", &model.table.to_string());
    parts.add("sql", &model.sql.canonical);
    known.add_parameters(&mut parts, &model.sql);
    known.add_objects(&mut parts, reads)?;
    Ok(parts.finish())
}

async fn model(
    night: &mut Night<'_>,
    model: &Model,
    reads: &[TableName],
) -> Result<Vec<TableRecord>, EngineError> {
    night.open(reads)?;
    Ok(vec![night.store_query(&model.table, &model.sql).await?])
}

fn without_files() -> EngineError {
    EngineError::Bug("a source without its files".to_owned())
}
