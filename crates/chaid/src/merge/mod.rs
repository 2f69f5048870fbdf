//! The merging step: categories of one predictor in, groups out.

mod exhaustive;
mod floating;
mod pairs;
mod resplit;
mod small;
mod standard;

use crate::statistic::Comparison;
use crate::{Kind, Method, Options, SmallGroups, Summary, Test};
use pairs::Pairs;

/// Categories that are one group by now: their positions in ascending order, and their outcome together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Merged {
    pub(crate) members: Vec<usize>,
    pub(crate) outcome: Summary,
}

/// The groups that merging ends with, in the order of their lowest categories, and what was remarkable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Partition {
    pub(crate) groups: Vec<Merged>,
    /// A choice was made between equal p-values.
    pub(crate) tie: bool,
    /// A group was too large to look for its best split in two.
    pub(crate) resplit_limit: bool,
}

/// What merging needs to know besides the groups.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// Categories that have cases; with [`Kind::Floating`] the last one is the missing category.
    pub(crate) categories: &'a [Summary],
    pub(crate) kind: Kind,
    pub(crate) comparison: &'a Comparison,
    pub(crate) options: &'a Options,
}

impl Setting<'_> {
    fn ln_p(&self, groups: &[Merged]) -> f64 {
        self.test(groups).ln_p
    }

    pub(crate) fn test(&self, groups: &[Merged]) -> Test {
        self.comparison.test(&groups.iter().map(|group| &group.outcome).collect::<Vec<_>>())
    }

    fn pair(&self, a: &Merged, b: &Merged) -> f64 {
        self.comparison.test(&[&a.outcome, &b.outcome]).ln_p
    }

    fn group(&self, members: Vec<usize>) -> Option<Merged> {
        let outcome = Summary::total(members.iter().filter_map(|member| self.categories.get(*member)))?;
        Some(Merged { members, outcome })
    }

    fn missing(&self) -> Option<usize> {
        (self.kind == Kind::Floating).then(|| self.categories.len().saturating_sub(1))
    }
}

/// Merges the categories of one predictor. IBM SPSS Statistics Algorithms, chapter TREE-CHAID; Kass 1980,
/// steps 1 to 3; Biggs, de Ville & Suen 1991.
pub(crate) fn merge(setting: Setting<'_>) -> Partition {
    let singles = |range: std::ops::Range<usize>| Partition {
        groups: range.filter_map(|category| setting.group(vec![category])).collect(),
        tie: false,
        resplit_limit: false,
    };
    let known = setting.missing().unwrap_or(setting.categories.len());
    let merged = match setting.options.method {
        Method::Chaid => standard::merge(setting, singles(0..known)),
        Method::Exhaustive => exhaustive::merge(setting, singles(0..known)),
    };
    match setting.options.small {
        SmallGroups::WhileMerging => merge_small(setting, floating::place_missing(setting, merged)),
        SmallGroups::AtSplit => floating::place_missing(setting, merged),
    }
}

/// Merges the groups that are below the minimum size; see [`small`].
pub(crate) fn merge_small(setting: Setting<'_>, partition: Partition) -> Partition {
    small::merge(setting, partition)
}

impl Partition {
    /// Puts the union of two groups in the place of the first.
    fn join(&mut self, first: usize, second: usize) {
        let (low, high) = (first.min(second), first.max(second));
        let absorbed = self.groups.remove(high);
        let group = &mut self.groups[low];
        group.members.extend(absorbed.members);
        group.members.sort_unstable();
        group.outcome = group.outcome.with(&absorbed.outcome);
    }
}

/// Whether two ln p are equal up to rounding.
pub(crate) fn same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-12 + 1e-11 * a.abs()
}
