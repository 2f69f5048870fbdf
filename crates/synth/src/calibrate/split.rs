//! The root split of CHAID for an outcome of two classes, on whole counts, as fast as a search needs it.
//!
//! With two classes every pair of groups has one degree of freedom, so chi-squares can be compared with one critical
//! value and no tail is computed. The tests hold it against crate `chaid`.

use chaid::{Kind, ln_chi2_sf, multiplier};
use std::sync::OnceLock;

/// χ² of one degree of freedom at p = 0.05.
pub(super) const MERGE: f64 = 3.841_458_820_694_124;
/// Most categories of a characteristic.
pub(super) const MOST: usize = 64;
/// Most groups with a critical value of their own.
const GROUPS: usize = 16;

/// Cases with and without the outcome.
pub(super) type Cell = [u32; 2];

/// What a split is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Split {
    /// Pearson's χ² of the groups that are left.
    pub(super) chi: f64,
    /// Groups that are left.
    pub(super) groups: usize,
    /// Categories that have cases.
    pub(super) categories: usize,
    /// Whether the adjusted p is at most 0.05.
    pub(super) significant: bool,
    /// χ² at which the adjusted p would be 0.05.
    pub(super) critical: f64,
}

/// Whether neighbours only may merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Any two groups.
    Nominal,
    /// Neighbours only.
    Ordinal,
}

/// Merges the categories while a pair does not differ and more than two groups are left, and tests the rest.
pub(super) fn split(cells: &[Cell], scale: Scale) -> Split {
    let mut groups = [[0u32; 2]; MOST];
    let mut count = 0;
    for cell in cells.iter().filter(|cell| cell[0] + cell[1] > 0).take(MOST) {
        groups[count] = *cell;
        count += 1;
    }
    let categories = count;
    match scale {
        Scale::Ordinal => merge_neighbours(&mut groups, &mut count),
        Scale::Nominal => merge_any(&mut groups, &mut count),
    }
    let chi = pearson(&groups[..count]);
    let critical = critical(scale, categories, count);
    Split { chi, groups: count, categories, significant: count > 1 && chi >= critical, critical }
}

fn merge_neighbours(groups: &mut [Cell; MOST], count: &mut usize) {
    let mut chi = [0.0; MOST];
    for place in 1..*count {
        chi[place] = pair(groups[place - 1], groups[place]);
    }
    while *count > 2 {
        let mut least = 1;
        for place in 2..*count {
            if chi[place] < chi[least] {
                least = place;
            }
        }
        if chi[least] >= MERGE {
            return;
        }
        groups[least - 1] = sum(groups[least - 1], groups[least]);
        groups.copy_within(least + 1..*count, least);
        chi.copy_within(least + 1..*count, least);
        *count -= 1;
        if least > 1 {
            chi[least - 1] = pair(groups[least - 2], groups[least - 1]);
        }
        if least < *count {
            chi[least] = pair(groups[least - 1], groups[least]);
        }
    }
}

fn merge_any(groups: &mut [Cell; MOST], count: &mut usize) {
    while *count > 2 {
        let (mut least, mut which) = (f64::INFINITY, (0, 1));
        for a in 0..*count {
            for b in a + 1..*count {
                let chi = pair(groups[a], groups[b]);
                if chi < least {
                    (least, which) = (chi, (a, b));
                }
            }
        }
        if least >= MERGE {
            return;
        }
        let (a, b) = which;
        groups[a] = sum(groups[a], groups[b]);
        groups.copy_within(b + 1..*count, b);
        *count -= 1;
    }
}

fn sum(a: Cell, b: Cell) -> Cell {
    [a[0] + b[0], a[1] + b[1]]
}

/// χ² of two groups; 0 where a margin is empty.
fn pair(a: Cell, b: Cell) -> f64 {
    let [p, q] = a.map(f64::from);
    let [r, s] = b.map(f64::from);
    let margins = (p + q) * (r + s) * (p + r) * (q + s);
    if margins == 0.0 { 0.0 } else { (p + q + r + s) * (p * s - q * r).powi(2) / margins }
}

/// χ² of groups by two classes; 0 where a class is empty.
fn pearson(groups: &[Cell]) -> f64 {
    let yes: f64 = groups.iter().map(|group| f64::from(group[0])).sum();
    let all: f64 = groups.iter().map(|group| f64::from(group[0] + group[1])).sum();
    if yes == 0.0 || yes == all {
        return 0.0;
    }
    let rate = yes / all;
    let off = |group: &Cell| {
        let n = f64::from(group[0] + group[1]);
        (f64::from(group[0]) - n * rate).powi(2) / n
    };
    groups.iter().map(off).sum::<f64>() / (rate * (1.0 - rate))
}

/// Ways of merging `categories` into `groups`, at least 1.
pub(super) fn ways(scale: Scale, categories: usize, groups: usize) -> f64 {
    let kind = match scale {
        Scale::Nominal => Kind::Nominal,
        Scale::Ordinal => Kind::Ordinal,
    };
    multiplier(kind, categories, groups, chaid::Method::Chaid, chaid::Adjustment::Bonferroni).max(1.0)
}

/// χ² at which p · ways is 0.05; infinite for one group.
fn critical(scale: Scale, categories: usize, groups: usize) -> f64 {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    if groups < 2 {
        return f64::INFINITY;
    }
    let place = |scale: Scale, categories: usize, groups: usize| {
        let row = usize::from(scale == Scale::Ordinal) * MOST + categories.min(MOST - 1);
        row * GROUPS + groups.min(GROUPS - 1)
    };
    let table = TABLE.get_or_init(|| {
        let mut table = vec![f64::INFINITY; 2 * MOST * GROUPS];
        for scale in [Scale::Nominal, Scale::Ordinal] {
            for categories in 2..MOST {
                for groups in 2..GROUPS.min(categories + 1) {
                    let ln_p = 0.05_f64.ln() - ways(scale, categories, groups).ln();
                    table[place(scale, categories, groups)] = quantile(ln_p, groups as u64 - 1);
                }
            }
        }
        table
    });
    table[place(scale, categories, groups)]
}

/// χ² whose upper tail is exp(`ln_p`), by halving.
fn quantile(ln_p: f64, df: u64) -> f64 {
    let (mut low, mut high) = (0.0, 4000.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if ln_chi2_sf(middle, df) > ln_p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chance::Chance;
    use chaid::{Level, Missing, Options, Outcome, Table, screen};

    #[test]
    fn random_tables_split_as_crate_chaid_splits_them() {
        let mut chance = Chance::new(3, 0, "split");
        let options =
            Options { missing: Missing::Dropped, min_parent: 0, min_child: 0, ..Options::default() };
        for round in 0..600 {
            let categories = 2 + chance.below(8);
            let cells: Vec<Cell> =
                (0..categories).map(|_| [chance.below(30) as u32, 1 + chance.below(60) as u32]).collect();
            let counts: Vec<u64> = cells.iter().flatten().map(|n| u64::from(*n)).collect();
            for (scale, level) in [(Scale::Nominal, Level::Nominal), (Scale::Ordinal, Level::Ordinal)] {
                let table = Table::of_counts("a", level, 2, &counts).unwrap();
                let found = screen(&Outcome::Nominal, &[table], &options).unwrap().findings.remove(0);
                let split = split(&cells, scale);
                if found.tie {
                    continue;
                }
                assert_eq!(split.groups, found.r(), "{round} {cells:?}");
                assert_eq!(split.significant, found.significant(), "{round} {cells:?}");
                assert!((split.chi - found.test.value).abs() < 1e-9, "{round} {cells:?}");
            }
        }
    }
}
