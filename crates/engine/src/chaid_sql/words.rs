//! Levels, statistics and groups in words.

use chaid::{Group, Level, Statistic};

/// What the missing category is called.
pub(super) const MISSING: &str = "(missing)";

pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Nominal => "nominal",
        Level::Ordinal => "ordinal",
        Level::Scale => "scale",
    }
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
