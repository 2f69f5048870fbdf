use crate::merge::{self, Partition, Setting};
use crate::statistic::Comparison;
use crate::{Kind, Level, Missing, Options, Summary, Table, Test, ln_multiplier, multiplier};

/// One predictor against the outcome: how its categories were merged, how they then differ, and what follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Position of the predictor.
    pub predictor: usize,
    /// Its name.
    pub name: String,
    /// Its level of measurement.
    pub level: Level,
    /// Cases in the test.
    pub n: u64,
    /// Cases whose category is missing; in the test unless [`Missing::Dropped`].
    pub missing: u64,
    /// I: categories with cases before merging, the missing one included where it is one.
    pub categories: usize,
    /// The groups after merging, by their lowest categories; r is their number.
    pub groups: Vec<Group>,
    /// The test of the groups; `df` 0 and p = 1 where there was nothing to compare.
    pub test: Test,
    /// Natural logarithm of the multiplier.
    pub ln_multiplier: f64,
    /// Bonferroni's multiplier, 1 or more; infinite above 1.8e308.
    pub multiplier: f64,
    /// Natural logarithm of the adjusted p, at most 0.
    pub ln_p_adjusted: f64,
    /// What follows from it, or why it could not be tested.
    pub status: Status,
    /// A merge was chosen among equal p-values, by the lowest categories: another order of the categories might
    /// give other groups.
    pub tie: bool,
    /// A merged group had too many categories to look for its best split in two, so it was not split again.
    pub resplit_limit: bool,
}

/// Categories that became one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Positions of its categories, ascending.
    pub categories: Vec<usize>,
    /// Whether the missing category belongs to it.
    pub missing: bool,
    /// Its outcome.
    pub outcome: Summary,
}

/// What follows from a test, or why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Adjusted p is at most `alpha_split`.
    Significant,
    /// Adjusted p is above `alpha_split`.
    NotSignificant,
    /// Tested, but on fewer than `min_parent` cases, so nothing may be split on it.
    FewCases,
    /// One group was left after those below `min_child` were merged.
    SmallGroups,
    /// All cases have the same category.
    OneCategory,
    /// All cases of this test have the same outcome.
    OneClass,
    /// No case has a category.
    NoCases,
}

impl Status {
    /// The reason as a clause, for people.
    pub fn words(self) -> &'static str {
        match self {
            Status::Significant => "the groups differ significantly",
            Status::NotSignificant => "the groups do not differ significantly",
            Status::FewCases => "there are fewer cases than a node must have to be split",
            Status::SmallGroups => "no two groups of the minimum size can be formed",
            Status::OneCategory => "all cases have the same category",
            Status::OneClass => "all cases have the same outcome",
            Status::NoCases => "no case has a category",
        }
    }
}

impl Group {
    /// Its categories by name, for people; `missing` is what the missing category is called, and a category
    /// without a name shows its position. A scale predictor has [`Intervals::label`](crate::Intervals::label).
    ///
    /// ```
    /// use chaid::{Group, Summary};
    /// let outcome = Summary::Counts { n: vec![3, 4], weight: None };
    /// let group = Group { categories: vec![0, 2], missing: true, outcome };
    /// assert_eq!(group.label(&["north", "east", "south"], "unknown"), "north, south, unknown");
    /// ```
    pub fn label(&self, names: &[&str], missing: &str) -> String {
        let name =
            |position: &usize| names.get(*position).map_or_else(|| position.to_string(), ToString::to_string);
        let mut parts: Vec<String> = self.categories.iter().map(name).collect();
        parts.extend(self.missing.then(|| missing.to_owned()));
        parts.join(", ")
    }
}

impl Finding {
    /// r: the number of groups.
    pub fn r(&self) -> usize {
        self.groups.len()
    }

    /// Adjusted p, min(1, multiplier · p); 0 where it is below what an `f64` holds.
    pub fn p_adjusted(&self) -> f64 {
        self.ln_p_adjusted.exp()
    }

    /// Whether adjusted p is at most `alpha_split`, in a node large enough.
    pub fn significant(&self) -> bool {
        self.status == Status::Significant
    }

    /// Whether groups were compared at all.
    pub fn tested(&self) -> bool {
        self.test.df > 0
    }
}

/// Merges the categories of a table, tests the groups and adjusts p (chapter TREE-CHAID, merging, steps 1 to 8).
pub(crate) fn examine(
    predictor: usize,
    table: &Table,
    comparison: &Comparison,
    options: &Options,
) -> Finding {
    examine_merged(predictor, table, comparison, options, merge::merge)
}

/// The same with the groups below `min_child` merged as well, for [`SmallGroups::AtSplit`](crate::SmallGroups).
pub(crate) fn examine_at_split(
    predictor: usize,
    table: &Table,
    comparison: &Comparison,
    options: &Options,
) -> Finding {
    let merge = |setting: Setting<'_>| merge::merge_small(setting, merge::merge(setting));
    examine_merged(predictor, table, comparison, options, merge)
}

fn examine_merged(
    predictor: usize,
    table: &Table,
    comparison: &Comparison,
    options: &Options,
    merge: impl Fn(Setting<'_>) -> merge::Partition,
) -> Finding {
    let present = Present::of(table, options.missing);
    let setting = Setting { categories: &present.outcomes, kind: present.kind, comparison, options };
    conclude(predictor, table, setting, &present, merge(setting))
}

/// The categories of a table that have cases.
struct Present {
    /// Position in the table of each; the missing category has `None`.
    positions: Vec<Option<usize>>,
    outcomes: Vec<Summary>,
    kind: Kind,
    missing: u64,
}

impl Present {
    fn of(table: &Table, rule: Missing) -> Present {
        let missing = table.missing.as_ref().filter(|missing| missing.n() > 0);
        let known = table.categories.iter().enumerate().filter(|(_, outcome)| outcome.n() > 0);
        let mut positions: Vec<Option<usize>> = Vec::new();
        let mut outcomes = Vec::new();
        for (position, outcome) in known {
            positions.push(Some(position));
            outcomes.push(outcome.clone());
        }
        let own_category = missing.filter(|_| rule != Missing::Dropped);
        if let Some(outcome) = own_category {
            positions.push(None);
            outcomes.push(outcome.clone());
        }
        let kind = match table.level {
            Level::Nominal => Kind::Nominal,
            _ if own_category.is_some() && rule == Missing::Floating => Kind::Floating,
            _ => Kind::Ordinal,
        };
        Present { positions, outcomes, kind, missing: missing.map_or(0, Summary::n) }
    }
}

fn conclude(
    predictor: usize,
    table: &Table,
    setting: Setting<'_>,
    present: &Present,
    partition: Partition,
) -> Finding {
    let options = setting.options;
    let test = setting.test(&partition.groups);
    let (categories, r) = (present.outcomes.len(), partition.groups.len());
    let counts = (present.kind, categories, r, options.method, options.adjustment);
    let ln = ln_multiplier(counts.0, counts.1, counts.2, counts.3, counts.4);
    let ln_p_adjusted = (test.ln_p + ln).min(0.0);
    let n = present.outcomes.iter().map(Summary::n).sum();
    let pure = Summary::total(&present.outcomes).is_none_or(|total| total.pure());
    let status = match (categories, r) {
        (0, _) => Status::NoCases,
        (1, _) => Status::OneCategory,
        _ if pure => Status::OneClass,
        (_, 1) => Status::SmallGroups,
        _ if n < options.min_parent => Status::FewCases,
        _ if ln_p_adjusted <= options.alpha_split.ln() => Status::Significant,
        _ => Status::NotSignificant,
    };
    Finding {
        predictor,
        name: table.name.clone(),
        level: table.level,
        n,
        missing: present.missing,
        categories,
        groups: partition.groups.into_iter().map(|group| label(present, group)).collect(),
        test,
        ln_multiplier: ln,
        multiplier: multiplier(counts.0, counts.1, counts.2, counts.3, counts.4),
        ln_p_adjusted,
        status,
        tie: partition.tie,
        resplit_limit: partition.resplit_limit,
    }
}

fn label(present: &Present, group: merge::Merged) -> Group {
    let positions = || group.members.iter().filter_map(|member| present.positions.get(*member));
    Group {
        categories: positions().flatten().copied().collect(),
        missing: positions().any(Option::is_none),
        outcome: group.outcome,
    }
}
