//! A study with some of its rules or passes left out, to see what they do.

use crate::text::suggestion;
use crate::{Matching, Round, Study};
use terms::Manifest;

/// A name by which no rule and no pass can be left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule of a round and no pass of a matching is named {name}: {help}")]
pub struct UnknownRule {
    /// The name as given.
    pub name: String,
    /// The names that come nearest, or all names.
    pub help: String,
}

impl Study {
    /// The study without these rules and passes, each named by its stem (every one of that name is left out) or as
    /// `round/rule` or `matching/pass`. What is left out is in [`Study::left_out`].
    ///
    /// # Errors
    /// A name that is none of theirs.
    pub fn without(&self, names: &[String]) -> Result<Study, UnknownRule> {
        let all = self.rules_and_passes();
        let mut left_out = self.left_out.clone();
        for name in names {
            let meant: Vec<String> = all
                .iter()
                .filter(|(whole, stem)| whole == name || stem == name)
                .map(|(w, _)| w.clone())
                .collect();
            if meant.is_empty() {
                return Err(UnknownRule { name: name.clone(), help: help(name, &all) });
            }
            left_out.extend(meant);
        }
        left_out.sort();
        left_out.dedup();
        let mut study = self.clone();
        for Round { name, rules, .. } in &mut study.rounds {
            rules.retain(|rule| !left_out.contains(&format!("{name}/{}", rule.name)));
        }
        for Matching { name, passes, .. } in &mut study.matchings {
            passes.retain(|pass| !left_out.contains(&format!("{name}/{}", pass.name)));
        }
        study.left_out = left_out;
        Ok(study)
    }

    /// The study as a run had it: without the rules and passes that were left out of a side run, as of its day, with the values
    /// that its parameters had.
    ///
    /// # Errors
    /// A rule or pass that the run left out and the study does not have any more.
    pub fn as_run(&self, run: &Manifest) -> Result<Study, UnknownRule> {
        let mut study = self.without(&run.without)?;
        study.as_of.clone_from(&run.as_of);
        // A parameter that the study has no more, or with another type, belongs to queries that are not asked any more either.
        for (name, value) in &run.parameters {
            study = study.with_parameter(name, value).unwrap_or(study);
        }
        Ok(study)
    }

    /// Every rule and pass: its whole name and its stem.
    fn rules_and_passes(&self) -> Vec<(String, String)> {
        let name = |above: &str, stem: &str| (format!("{above}/{stem}"), stem.to_owned());
        let rules =
            self.rounds.iter().flat_map(|round| round.rules.iter().map(|rule| name(&round.name, &rule.name)));
        let passes = self
            .matchings
            .iter()
            .flat_map(|matching| matching.passes.iter().map(|pass| name(&matching.name, &pass.name)));
        rules.chain(passes).collect()
    }
}

fn help(name: &str, all: &[(String, String)]) -> String {
    let candidates = all.iter().map(|(whole, stem)| if name.contains('/') { whole } else { stem });
    let near = suggestion(name, candidates.map(String::as_str));
    if !near.is_empty() {
        return near;
    }
    let all: Vec<&str> = all.iter().map(|(whole, _)| whole.as_str()).collect();
    format!("there are {}", all.join(", "))
}
