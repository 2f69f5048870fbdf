//! The only place that parses YAML.

mod at;
mod message;
mod raw;

pub(crate) use at::{At, Names, Scalar, Words};
pub(crate) use raw::*;

use crate::StudyError;
use crate::text::Text;
use serde::de::DeserializeOwned;
use serde_saphyr::options::{AliasLimits, MergeKeyPolicy};
use serde_saphyr::{Budget, Options};

/// The document in `text`.
pub(crate) fn parse<T: DeserializeOwned>(text: &Text) -> Result<T, StudyError> {
    let idle = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.source.lines().all(idle) {
        return Err(StudyError::Yaml(
            text.start().fault("the file is empty", "write the keys that this file needs, or remove it"),
        ));
    }
    serde_saphyr::from_str_with_options(&text.source, options())
        .map_err(|error| StudyError::Yaml(message::explain(text, &error)))
}

/// Strict: YAML 1.2 booleans only, no merge keys or foreign tags; small budgets, since a study's files are small.
fn options() -> Options {
    let mut limits = AliasLimits::default();
    limits.max_total_replayed_events = 20_000;
    limits.max_replay_stack_depth = 8;
    let mut budget = Budget::default();
    budget.max_nodes = 200_000;
    budget.max_depth = 32;
    let mut options = Options::default();
    options.strict_booleans = true;
    options.reject_unsupported_tags = true;
    options.merge_keys = MergeKeyPolicy::Error;
    options.alias_limits = limits;
    options.budget = Some(budget);
    options.with_snippet = false;
    options
}
