mod ahead;
mod appendix;
mod checks;
mod codebook;
mod codes;
mod document;
mod models;
mod parameters;
mod reading;
mod reviews;
mod rounds;
mod schemas;
mod sources;
mod unit;
mod unreached;
mod verify;

pub(crate) use parameters::date;
pub use schemas::json_schemas;

use crate::folder::Folder;
use crate::tables::{self, Identity, Maker};
use crate::text::Text;
use crate::yaml::{self, RawPipeline};
use crate::{StepKind, Study, StudyError, graph};
use ahead::Ahead;
use reading::Reading;
use std::path::Path;
use terms::TableName;

/// Stack of the thread that parses queries, in bytes: as much as a main thread mostly has, so that none is too deep for it alone.
const STACK: usize = 8 << 20;

impl Study {
    /// Reads and validates the study in `folder`, whose contents `pipeline.yaml` lists.
    ///
    /// Errors: every fault that can be found, not only the first; of a YAML file, its first.
    pub fn load(folder: &Path) -> Result<Study, Vec<StudyError>> {
        let open = Folder::open(folder).map_err(|fault| vec![fault])?;
        let text = open.read("pipeline.yaml", None).map_err(|fault| vec![fault])?;
        let raw: RawPipeline = yaml::parse(&text).map_err(|fault| vec![fault])?;
        let ahead = Ahead::default();
        let mut reading = Reading::new(&open, text, &ahead);
        let study = std::thread::scope(|threads| {
            // One that does not start is not needed.
            let parsing = std::thread::Builder::new().stack_size(STACK);
            let _ = parsing.spawn_scoped(threads, || ahead.parse_all(folder, &raw));
            build(&mut reading, folder, &raw)
        });
        if reading.faults.is_empty() { Ok(study) } else { Err(reading.faults) }
    }
}

/// The study; incomplete if there are faults.
fn build(reading: &mut Reading<'_>, folder: &Path, raw: &RawPipeline) -> Study {
    let text = reading.pipeline.clone();
    reading.identifier(&raw.study, &text);
    reading.synthetic = raw.synthetic;
    let parameters = parameters::read(reading, &raw.parameters);
    reading.values.clone_from(&parameters);
    let sources = sources::read(reading, &raw.sources);
    let rounds = rounds::read(reading, &raw.rounds);
    let matchings = models::read_matchings(reading, &raw.matching);
    reviews::check(reading, &raw.rounds, &raw.matching, &sources.0);
    let models = models::read_models(reading, &raw.models);
    let appendices = appendix::read(reading, raw.appendices.as_ref(), raw.verify.as_ref());
    let checks = checks::read(reading, &raw.checks);
    let codebook = codebook::read(reading, raw.codebook.as_ref(), &sources.0);
    let verify = verify::read(reading, raw.verify.as_ref(), &appendices);
    let rules = rounds.0.iter().flat_map(|round| round.rules.iter().map(|rule| &rule.sql));
    let passes = matchings.0.iter().flat_map(|matching| matching.passes.iter().map(|pass| &pass.sql));
    let made =
        models.0.iter().chain(appendices.0.iter().map(|appendix| &appendix.model)).map(|model| &model.sql);
    let own = checks.0.iter().filter(|check| check.declared.is_none()).map(|check| &check.sql);
    unit::lonely(reading, &rules.chain(passes).chain(made).chain(own).collect::<Vec<_>>());
    if sources.0.len() < raw.sources.len() {
        reading.incomplete.extend(["staging", "identity", "origin"].map(Into::into));
    }

    let mut makers = [sources.1, rounds.1].concat();
    makers.push(audit(&makers, &text));
    makers.extend([matchings.1, models.1, appendices.1, checks.1].into_iter().flatten());
    let writers = tables::writers(&makers, &mut reading.faults);
    let read = tables::resolve(&makers, &writers, &reading.incomplete, &mut reading.faults);
    let steps = graph::order(&makers, &writers, &read, &mut reading.faults);
    Study {
        name: raw.study.value.clone(),
        title: raw.title.clone(),
        synthetic: raw.synthetic,
        folder: folder.into(),
        data: reading.folder.data(&raw.data.value),
        parameters,
        as_of: None,
        sources: sources.0,
        rounds: rounds.0,
        matchings: matchings.0,
        models: models.0,
        appendices: appendices.0,
        checks: checks.0,
        tests: std::mem::take(&mut reading.tests),
        verify,
        codebook,
        left_out: Vec::new(),
        steps,
    }
}

/// The step that makes the audit tables once every source and round is made.
fn audit(before: &[Maker], text: &Text) -> Maker {
    let made = before.iter().flat_map(|maker| &maker.writes);
    Maker {
        name: "audit".into(),
        kind: Some(StepKind::Audit),
        place: text.start(),
        writes: ["decisions", "waterfall", "quarantine", "files"]
            .iter()
            .filter_map(|table| TableName::new("audit", table).ok())
            .collect(),
        reads: Vec::new(),
        implied: made.filter(|table| matches!(table.schema(), "staging" | "cleaning")).cloned().collect(),
        identity: Identity::Forbidden,
        locals: &[],
    }
}

/// The rule document `text`, for tests.
#[cfg(test)]
pub(crate) fn document_of(text: &str) -> Result<crate::RuleDocument, Vec<StudyError>> {
    document::parse(&Text { path: "rule.md".into(), source: text.into() })
}

/// The code list `text`, for tests.
#[cfg(test)]
pub(crate) fn codes_of(text: &str) -> Result<Vec<terms::Code>, Vec<StudyError>> {
    codes::parse(&Text { path: "codes.csv".into(), source: text.into() })
}
