//! All steps of a study, planned without data.

use super::origin::Stop;
use super::{matchings, of_plan, rounds};
use crate::error::EngineError;
use crate::plan::Planner;
use study::{Model, StepKind, Study};
use terms::ColumnEdge;

/// The column lineage of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StudyColumns {
    /// Each edge once, in order.
    pub edges: Vec<ColumnEdge>,
    /// Tables without edges because a query cannot be followed.
    pub left_out: Vec<LeftOut>,
}

/// A step whose columns are not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the step.
    pub step: String,
    /// The operator at which it is lost, with its place in the SQL if that is known.
    pub reason: String,
}

/// Plans every query of a study, without data, and says from which columns each column of its tables is made.
///
/// # Errors
/// A query that cannot be planned; [`plan`](crate::plan) finds all of them.
pub async fn column_lineage(study: &Study) -> Result<StudyColumns, EngineError> {
    let mut planner = Planner::new(study)?;
    let mut found = StudyColumns::default();
    for step in study.steps() {
        let edges = match step.kind {
            StepKind::Source(i) => planner.source(&study.sources[i]).map(|()| Vec::new()).map_err(Stop::from),
            StepKind::Audit => planner.audit().map(|()| Vec::new()).map_err(Stop::from),
            StepKind::Round(i) => {
                let round = &study.rounds[i];
                let records = planner.enter_round(round)?;
                let edges = rounds::edges(&planner, round).await;
                planner.leave_round(round, records)?;
                edges
            }
            StepKind::Matching(i) => {
                let matching = &study.matchings[i];
                planner.enter_matching(matching)?;
                let edges = matchings::edges(&planner, matching).await;
                planner.leave_matching(matching)?;
                edges
            }
            StepKind::Model(i) => model(&mut planner, &study.models[i]).await,
            StepKind::Appendix(i) => model(&mut planner, &study.appendices[i].model).await,
        };
        match edges {
            Ok(edges) => found.edges.extend(edges),
            Err(Stop::NotFollowed(error)) => {
                found.left_out.push(LeftOut { step: step.name.clone(), reason: error.to_string() });
            }
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    found.edges.sort();
    Ok(found)
}

async fn model(planner: &mut Planner<'_>, model: &Model) -> Result<Vec<ColumnEdge>, Stop> {
    let frame = planner.query_plan(&model.sql).await?;
    planner.made(&model.table, &frame)?;
    of_plan(&model.table, frame.logical_plan())
}
