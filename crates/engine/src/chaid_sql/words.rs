//! Levels, statistics and groups in words.

use chaid::{Group, Level, Statistic};
use datafusion::error::DataFusionError;

/// What the missing category is called.
pub(super) const MISSING: &str = "(missing)";

/// Levels of measurement of a predictor.
pub(super) const LEVELS: [(&str, Level); 3] =
    [("nominal", Level::Nominal), ("ordinal", Level::Ordinal), ("scale", Level::Scale)];

pub(super) fn level_word(level: Level) -> &'static str {
    LEVELS.iter().find(|(_, known)| *known == level).map_or("", |(word, _)| word)
}

pub(super) fn statistic_word(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::Pearson => "pearson",
        Statistic::LikelihoodRatio => "likelihood_ratio",
        Statistic::RowEffects => "row_effects",
        Statistic::F => "f",
    }
}

/// `a + b | c`: categories joined within groups, groups divided by a bar.
pub(super) fn grouping(groups: &[Group], labels: &[String]) -> String {
    groups.iter().map(|group| members(group, labels).join(" + ")).collect::<Vec<_>>().join(" | ")
}

/// The categories of a group by name, the missing one last.
pub(super) fn members<'a>(group: &Group, labels: &'a [String]) -> Vec<&'a str> {
    let names = group.categories.iter().filter_map(|category| labels.get(*category)).map(String::as_str);
    names.chain(group.missing.then_some(MISSING)).collect()
}

/// A fault of the analysis of one outcome.
pub(super) fn of_outcome(outcome: &str, error: chaid::Error) -> DataFusionError {
    DataFusionError::Execution(format!("chaid, outcome {outcome}: {error}"))
}
