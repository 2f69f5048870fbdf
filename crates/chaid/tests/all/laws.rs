//! Laws that hold for any table.

use super::close;
use chaid::{
    Binning, ChiSquare, Finding, Intervals, Level, Method, Missing, Options, Outcome, Summary, Table,
    benjamini_hochberg, holm, screen, test,
};
use proptest::prelude::*;

fn counts(categories: usize, classes: usize) -> impl Strategy<Value = Vec<Vec<u64>>> {
    prop::collection::vec(prop::collection::vec(0_u64..60, classes), 2..=categories)
}

fn table(level: Level, rows: &[Vec<u64>], missing: Option<&Vec<u64>>) -> Table {
    let summary = |n: &Vec<u64>| Summary::Counts { n: n.clone(), weight: None };
    Table {
        name: "x".into(),
        level,
        categories: rows.iter().map(summary).collect(),
        missing: missing.map(summary),
    }
}

/// Without sizes; `None` where the outcome does not vary.
fn find(table: Table, options: &Options) -> Option<Finding> {
    let options = Options { min_parent: 0, min_child: 0, ..options.clone() };
    Some(screen(&Outcome::Nominal, &[table], &options).ok()?.findings.remove(0))
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Nominal), Just(Level::Ordinal)]
}

pub(super) fn options() -> impl Strategy<Value = Options> {
    let method = prop_oneof![Just(Method::Chaid), Just(Method::Exhaustive)];
    let statistic = prop_oneof![Just(ChiSquare::Pearson), Just(ChiSquare::LikelihoodRatio)];
    let missing = prop_oneof![Just(Missing::Floating), Just(Missing::Dropped), Just(Missing::Category)];
    (method, statistic, missing, 0.001..1.0_f64, prop::option::of(0.001..0.5_f64)).prop_map(
        |(method, statistic, missing, alpha_merge, resplit)| Options {
            resplit: resplit.filter(|_| method == Method::Chaid),
            method,
            statistic,
            missing,
            alpha_merge,
            ..Options::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Groups are a partition of the categories with cases; an ordered predictor's are runs; the multiplier and
    /// the adjusted p follow.
    #[test]
    fn groups_partition_the_categories(
        level in level(), options in options(), rows in counts(9, 3), missing in prop::option::of(prop::collection::vec(0_u64..60, 3)),
    ) {
        let Some(found) = find(table(level, &rows, missing.as_ref()), &options) else { return Ok(()) };
        let present: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].iter().sum::<u64>() > 0).collect();
        let mut members: Vec<usize> = found.groups.iter().flat_map(|group| group.categories.clone()).collect();
        members.sort_unstable();
        prop_assert_eq!(&members, &present);
        let with_missing = found.groups.iter().filter(|group| group.missing).count();
        let expected = usize::from(options.missing != Missing::Dropped && found.missing > 0);
        prop_assert_eq!(with_missing, expected);
        prop_assert_eq!(found.categories, present.len() + expected);
        if level == Level::Ordinal {
            for group in &found.groups {
                let run: Vec<usize> = present.iter().copied().filter(|c| {
                    group.categories.first().is_some_and(|first| c >= first) && group.categories.last().is_some_and(|last| c <= last)
                }).collect();
                prop_assert_eq!(&group.categories, &run);
            }
        }
        prop_assert!(found.multiplier >= 1.0);
        prop_assert!(found.ln_p_adjusted >= found.test.ln_p && found.ln_p_adjusted <= 0.0);
        let n: u64 = found.groups.iter().map(|group| group.outcome.n()).sum();
        prop_assert_eq!(n, found.n);
    }

    /// The order of a nominal predictor's categories is irrelevant, unless a tie was broken by it.
    #[test]
    fn nominal_categories_have_no_order(options in options(), rows in counts(8, 2), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|i| (seed ^ (*i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9));
        let shuffled: Vec<Vec<u64>> = order.iter().map(|i| rows[*i].clone()).collect();
        let plain = find(table(Level::Nominal, &rows, None), &options);
        let other = find(table(Level::Nominal, &shuffled, None), &options);
        prop_assert_eq!(plain.is_some(), other.is_some());
        let (Some(plain), Some(other)) = (plain, other) else { return Ok(()) };
        prop_assert_eq!(plain.tie, other.tie);
        if plain.tie { return Ok(()) }
        let named = |finding: &Finding, name: &dyn Fn(usize) -> usize| {
            let mut groups: Vec<Vec<usize>> = finding.groups.iter().map(|group| {
                let mut group: Vec<usize> = group.categories.iter().map(|c| name(*c)).collect();
                group.sort_unstable();
                group
            }).collect();
            groups.sort();
            groups
        };
        prop_assert_eq!(named(&plain, &|c| c), named(&other, &|c| order[c]));
        close(other.test.value, plain.test.value, 1e-11, "chi");
    }

    /// The order of a nominal outcome's classes is irrelevant.
    #[test]
    fn classes_have_no_order(level in level(), options in options(), rows in counts(7, 4), turn in 1_usize..4) {
        let turned: Vec<Vec<u64>> = rows.iter().map(|row| [&row[turn..], &row[..turn]].concat()).collect();
        let (plain, other) = (find(table(level, &rows, None), &options), find(table(level, &turned, None), &options));
        let (Some(plain), Some(other)) = (plain, other) else { return Ok(()) };
        if plain.tie || other.tie { return Ok(()) }
        let groups = |finding: &Finding| finding.groups.iter().map(|group| group.categories.clone()).collect::<Vec<_>>();
        prop_assert_eq!(groups(&plain), groups(&other));
        close(other.test.value, plain.test.value, 1e-11, "chi");
        prop_assert_eq!(other.test.df, plain.test.df);
    }

    /// Categories are merged while p is above `alpha_merge`, and not at it: just below p they are, just above not.
    #[test]
    fn merging_ends_at_alpha(rows in counts(3, 2)) {
        let Some(all) = find(table(Level::Ordinal, &rows, None), &Options { alpha_merge: 1.0, ..Options::default() }) else { return Ok(()) };
        if all.groups.len() != 3 { return Ok(()) }
        let pair = |first: usize| {
            let two: Vec<Summary> = all.groups[first..first + 2].iter().map(|group| group.outcome.clone()).collect();
            test(&Outcome::Nominal, &two, &Options::default()).unwrap().p()
        };
        let p = pair(0).max(pair(1));
        if !(1e-9..1.0 - 1e-9).contains(&p) { return Ok(()) }
        let groups = |alpha_merge| find(table(Level::Ordinal, &rows, None), &Options { alpha_merge, ..Options::default() }).unwrap().groups.len();
        prop_assert_eq!((groups(p * (1.0 - 1e-9)), groups(p * (1.0 + 1e-9))), (2, 3));
    }

    /// A reversed order is the same order.
    #[test]
    fn reversal_of_an_ordered_predictor(options in options(), rows in counts(8, 3)) {
        let back: Vec<Vec<u64>> = rows.iter().rev().cloned().collect();
        let (plain, other) = (find(table(Level::Ordinal, &rows, None), &options), find(table(Level::Ordinal, &back, None), &options));
        let (Some(plain), Some(other)) = (plain, other) else { return Ok(()) };
        if plain.tie || other.tie { return Ok(()) }
        prop_assert_eq!(plain.groups.len(), other.groups.len());
        close(other.test.value, plain.test.value, 1e-11, "chi");
    }

    /// Merging never raises Pearson's chi-square, and alpha = 1 merges nothing.
    #[test]
    fn merging_lowers_chi(level in level(), rows in counts(8, 3)) {
        let Some(found) = find(table(level, &rows, None), &Options::default()) else { return Ok(()) };
        let all = find(table(level, &rows, None), &Options { alpha_merge: 1.0, ..Options::default() }).unwrap();
        prop_assert_eq!(all.groups.len(), all.categories);
        prop_assert!(found.test.value <= all.test.value * (1.0 + 1e-12) + 1e-12);
    }

    /// Twice the cases, twice the statistic.
    #[test]
    fn doubling_doubles(rows in counts(6, 4)) {
        let groups = |times: u64| -> Vec<Summary> {
            rows.iter().map(|row| Summary::Counts { n: row.iter().map(|n| n * times).collect(), weight: None }).collect()
        };
        for statistic in [ChiSquare::Pearson, ChiSquare::LikelihoodRatio] {
            let options = Options { statistic, convergence: 1e-10, max_iterations: 20_000, ..Options::default() };
            for outcome in [Outcome::Nominal, Outcome::Ordinal { scores: None }] {
                let (one, two) = (test(&outcome, &groups(1), &options).unwrap(), test(&outcome, &groups(2), &options).unwrap());
                prop_assert_eq!(one.df, two.df);
                if one.converged && two.converged {
                    close(two.value, 2.0 * one.value, 1e-5, "twice");
                }
            }
        }
    }

    /// Equal case weights change nothing: they scale every cell alike.
    #[test]
    fn equal_weights_are_no_weights(rows in counts(5, 3), weight in 0.01..100.0_f64) {
        let groups = |weight: Option<f64>| -> Vec<Summary> {
            let own = |row: &Vec<u64>| weight.map(|w| row.iter().map(|n| *n as f64 * w).collect());
            rows.iter().map(|row| Summary::Counts { n: row.clone(), weight: own(row) }).collect()
        };
        let options = Options { convergence: 1e-10, ..Options::default() };
        let (plain, heavy) = (test(&Outcome::Nominal, &groups(None), &options).unwrap(), test(&Outcome::Nominal, &groups(Some(weight)), &options).unwrap());
        close(heavy.value, plain.value, 1e-8, "chi");
        prop_assert_eq!(plain.df, heavy.df);
    }

    /// Two rows have one closed form and one general one.
    #[test]
    fn two_rows_as_any_rows(a in prop::collection::vec(0_u64..50, 4), b in prop::collection::vec(0_u64..50, 4)) {
        let row = |n: &Vec<u64>| Summary::Counts { n: n.clone(), weight: None };
        let empty = Summary::Counts { n: vec![0; 4], weight: None };
        let two = test(&Outcome::Nominal, &[row(&a), row(&b)], &Options::default()).unwrap();
        let any = test(&Outcome::Nominal, &[row(&a), row(&b), empty], &Options::default()).unwrap();
        close(two.value, any.value, 1e-12, "chi");
        prop_assert_eq!(two.df, any.df);
    }

    /// Proportional rows differ by nothing at all, in each statistic.
    #[test]
    fn proportional_rows(row in prop::collection::vec(1_u64..400, 2..5), times in prop::collection::vec(1_u64..30, 2..5)) {
        let groups: Vec<Summary> = times.iter().map(|times| Summary::Counts { n: row.iter().map(|n| n * times).collect(), weight: None }).collect();
        let lr = Options { statistic: ChiSquare::LikelihoodRatio, ..Options::default() };
        prop_assert_eq!(test(&Outcome::Nominal, &groups, &lr).unwrap().ln_p, 0.0);
        prop_assert_eq!(test(&Outcome::Nominal, &groups[..2], &Options::default()).unwrap().ln_p, 0.0);
    }

    /// A table that is its own mirror image: its two pairs are equal, though their sums round differently.
    #[test]
    fn ties_up_to_rounding(outer in prop::collection::vec(0_u64..90, 3), inner in prop::collection::vec(1_u64..90, 2), seven in 0_u64..9) {
        let [a, b, c] = outer[..] else { return Ok(()) };
        let rows = [vec![a, b, seven, c], vec![inner[0], inner[1], inner[1], inner[0]], vec![c, seven, b, a]];
        let options = Options { alpha_merge: 1e-300, ..Options::default() };
        let Some(found) = find(table(Level::Ordinal, &rows, None), &options) else { return Ok(()) };
        if found.categories == 3 && found.groups.len() == 2 {
            prop_assert!(found.tie);
            prop_assert_eq!(&found.groups[0].categories, &vec![0, 1]);
        }
    }

    /// Holm's p is at least Benjamini & Hochberg's, and that at least p; both keep the order.
    #[test]
    fn adjusted_for_many_tests(p in prop::collection::vec(-900.0..0.0_f64, 0..20)) {
        let (strong, rate) = (holm(&p), benjamini_hochberg(&p));
        for i in 0..p.len() {
            prop_assert!(strong[i] >= rate[i] - 1e-12 && rate[i] >= p[i] - 1e-12 && strong[i] <= 0.0);
            prop_assert!((0..p.len()).all(|j| p[i] > p[j] || (strong[i] <= strong[j] && rate[i] <= rate[j])));
        }
        if let Some(least) = p.iter().copied().reduce(f64::min) {
            let lowest = strong.iter().copied().fold(0.0, f64::min);
            close(lowest, (least + (p.len() as f64).ln()).min(0.0), 1e-12, "Bonferroni for the smallest");
        }
    }

    /// Intervals depend on ranks only, keep order, never exceed k, and give equal values one interval.
    #[test]
    fn intervals_depend_on_ranks(values in prop::collection::vec(-20_i32..20, 1..80), k in 2_u32..15, modeler in any::<bool>()) {
        let binning = if modeler { Binning::Modeler { intervals: k } } else { Binning::Spss { intervals: k } };
        let x: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let curved: Vec<f64> = x.iter().map(|v| (v / 7.0).exp()).collect();
        let (plain, other) = (Intervals::of("x", &x, None, binning).unwrap(), Intervals::of("x", &curved, None, binning).unwrap());
        prop_assert_eq!(plain.codes(&x), other.codes(&curved));
        prop_assert!(plain.upper.len() <= k as usize && plain.upper.windows(2).all(|pair| pair[0] < pair[1]));
        let codes = plain.codes(&x);
        prop_assert!((0..x.len()).all(|i| (0..x.len()).all(|j| x[i] > x[j] || codes[i] <= codes[j])));
        // The rule itself, rank by rank, in the textbook's fractions.
        if !modeler {
            let rank = |v: f64| x.iter().filter(|o| **o < v).count() as f64 + (x.iter().filter(|o| **o == v).count() + 1) as f64 / 2.0;
            let bin = |v: f64| (rank(v) * f64::from(k) / (x.len() + 1) as f64 + 1e-9).floor();
            for i in 0..x.len() {
                for j in 0..x.len() {
                    prop_assert_eq!(codes[i] == codes[j], bin(x[i]) == bin(x[j]));
                }
            }
        }
    }
}
