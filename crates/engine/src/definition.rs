//! What of a step is the study's own, in hashes that a manifest keeps: by them a later reader sees which query,
//! parameter or declaration changed between two runs, without either text.

use crate::error::EngineError;
use std::collections::BTreeMap;
use study::{SqlFile, Step, StepKind, Study};
use terms::ObjectHash;

/// Key of what YAML says of a step.
pub(crate) const DECLARATION: &str = "declaration";
/// Key of the order in which rules or passes come.
pub(crate) const ORDER: &str = "order";

/// The hashes of a step, as [`terms::NodeRecord::definition`] describes them.
pub(crate) fn of(study: &Study, step: &Step) -> Result<BTreeMap<String, ObjectHash>, EngineError> {
    let mut parts = Parts { study, parts: BTreeMap::new() };
    match step.kind {
        StepKind::Source(i) => {
            let contract = serde_json::to_string(&study.sources[i].contract);
            parts.declared(&contract.map_err(|error| EngineError::Bug(error.to_string()))?);
        }
        StepKind::Round(i) => {
            let round = &study.rounds[i];
            parts.declared(&format!("{:?} {}", round.population, round.base));
            parts.order(round.rules.iter().map(|rule| rule.name.as_str()));
            for rule in &round.rules {
                parts.query(&rule.name, &rule.sql);
                if let Some(table) = &rule.adds_from {
                    let key = format!("{} adds from", rule.name);
                    parts.parts.insert(key, ObjectHash::of(table.to_string().as_bytes()));
                }
            }
        }
        StepKind::Matching(i) => {
            let matching = &study.matchings[i];
            parts.declared(&format!("{} {} {:?}", matching.left, matching.right, matching.review));
            parts.order(matching.passes.iter().map(|pass| pass.name.as_str()));
            matching.passes.iter().for_each(|pass| parts.query(&pass.name, &pass.sql));
        }
        StepKind::Model(i) => parts.query(&step.name, &study.models[i].sql),
        StepKind::Appendix(i) => parts.query(&step.name, &study.appendices[i].model.sql),
        StepKind::Audit => {}
    }
    Ok(parts.parts)
}

struct Parts<'a> {
    study: &'a Study,
    parts: BTreeMap<String, ObjectHash>,
}

impl Parts<'_> {
    fn declared(&mut self, text: &str) {
        self.parts.insert(DECLARATION.to_owned(), ObjectHash::of(text.as_bytes()));
    }

    fn order<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let names: Vec<&str> = names.collect();
        self.parts.insert(ORDER.to_owned(), ObjectHash::of(names.join(" ").as_bytes()));
    }

    fn query(&mut self, name: &str, sql: &SqlFile) {
        self.parts.insert(name.to_owned(), ObjectHash::of(sql.canonical.as_bytes()));
        for parameter in &sql.parameters {
            if let Some(value) = self.study.parameters.get(parameter) {
                self.parts.insert(format!("${parameter}"), ObjectHash::of(format!("{value:?}").as_bytes()));
            }
        }
    }
}
