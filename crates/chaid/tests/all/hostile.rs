//! Input that nobody means: a result in which every number makes sense, or an error; never a panic.

use chaid::{
    Adjustment, Binning, ChiSquare, Codes, Data, Finding, Intervals, Kind, Level, Method, Missing, Moments,
    Options, Outcome, OutcomeColumn, Predictor, SmallGroups, Summary, Table, benjamini_hochberg, holm,
    ln_chi2_sf, ln_f_sf, ln_multiplier, screen, test, tree,
};
use proptest::prelude::*;

/// Numbers of every size, and no numbers.
fn float() -> impl Strategy<Value = f64> {
    let odd = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        5e-324,
        1e-300,
        1e-16,
        1e16,
        1e300,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    prop_oneof![3 => 0.01..100.0_f64, 1 => prop::sample::select(odd.to_vec()), 1 => any::<f64>()]
}

fn count() -> impl Strategy<Value = u64> {
    let odd = [0, 1, (1 << 51) - 1, 1 << 53, u64::MAX];
    prop_oneof![12 => 0..40_u64, 2 => 0..1_000_000_u64, 1 => prop::sample::select(odd.to_vec())]
}

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![0..50_u64, Just(u64::MAX)]
}

fn options() -> impl Strategy<Value = Options> {
    let one_of = |p: f64| prop_oneof![4 => Just(p), 2 => 0.0..1.0_f64, 1 => float()];
    let kinds = (0..2_u8, 0..2_u8, 0..3_u8, 0..3_u8, 0..2_u8);
    let levels = (one_of(0.05), one_of(0.05), prop::option::weighted(0.3, one_of(0.05)));
    let limits = (0..6_u32, size(), size(), one_of(1e-6), 0..30_u32, 0..5_usize);
    (kinds, levels, limits).prop_map(|(kinds, levels, limits)| Options {
        method: [Method::Chaid, Method::Exhaustive][usize::from(kinds.0)],
        statistic: [ChiSquare::Pearson, ChiSquare::LikelihoodRatio][usize::from(kinds.1)],
        missing: [Missing::Floating, Missing::Dropped, Missing::Category][usize::from(kinds.2)],
        adjustment: [Adjustment::None, Adjustment::Bonferroni, Adjustment::BonferroniSpss]
            [usize::from(kinds.3)],
        small: [SmallGroups::WhileMerging, SmallGroups::AtSplit][usize::from(kinds.4)],
        alpha_merge: levels.0,
        alpha_split: levels.1,
        resplit: levels.2,
        max_depth: limits.0,
        min_parent: limits.1,
        min_child: limits.2,
        convergence: limits.3,
        max_iterations: limits.4,
        threads: limits.5,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let scores = prop::option::of(prop::collection::vec(float(), 0..5));
    prop_oneof![
        Just(Outcome::Nominal),
        scores.prop_map(|scores| Outcome::Ordinal { scores }),
        Just(Outcome::Scale)
    ]
}

/// Mostly what fits the outcome of `classes` classes.
fn summary(classes: usize, scale: bool) -> impl Strategy<Value = Summary> {
    let n = || prop::collection::vec(count(), classes);
    let weighted = (n(), prop::collection::vec(float(), classes));
    let weighted = weighted.prop_map(|(n, weight)| Summary::Counts { n, weight: Some(weight) });
    let moments = (count(), float(), float(), float());
    let moments =
        moments.prop_map(|(n, weight, mean, squares)| Summary::Moments(Moments { n, weight, mean, squares }));
    let values = prop::collection::vec(-9.0..9.0_f64, 0..9).prop_map(|v| Summary::Moments(Moments::of(&v)));
    let ragged = prop::collection::vec(count(), 0..4).prop_map(|n| Summary::Counts { n, weight: None });
    let plain = n().prop_map(|n| Summary::Counts { n, weight: None });
    let (nominal, numbers) = if scale { (1, 40) } else { (40, 1) };
    prop_oneof![nominal => plain, 1 => weighted, numbers => values, 1 => moments, 1 => ragged]
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Nominal), Just(Level::Ordinal), Just(Level::Scale)]
}

fn table() -> impl Strategy<Value = (Outcome, Table)> {
    (outcome(), 0..4_usize, level()).prop_flat_map(|(outcome, classes, level)| {
        let row = summary(classes, outcome == Outcome::Scale);
        let missing = prop::option::of(summary(classes, outcome == Outcome::Scale));
        (Just(outcome), prop::collection::vec(row, 0..12), missing).prop_map(
            move |(outcome, categories, missing)| {
                (outcome, Table { name: "x".into(), level, categories, missing })
            },
        )
    })
}

fn sound(finding: &Finding) -> bool {
    let test = &finding.test;
    test.value >= 0.0
        && test.ln_p <= 0.0
        && finding.multiplier >= 1.0
        && finding.ln_multiplier >= 0.0
        && finding.ln_p_adjusted <= 0.0
        && finding.ln_p_adjusted >= test.ln_p
        && finding.groups.iter().map(|group| group.outcome.n()).sum::<u64>() == finding.n
}

/// Codes of any width; mostly within `categories`.
fn codes(rows: usize, wide: u8, categories: usize) -> impl Strategy<Value = Vec<u32>> {
    let missing = [u32::from(u8::MAX), u32::from(u16::MAX), u32::MAX][usize::from(wide)];
    let code = prop_oneof![60 => 0..categories.max(1) as u32, 6 => Just(missing), 1 => 0..400_u32];
    prop::collection::vec(code, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tables_of_anything((outcome, table) in table(), options in options()) {
        if let Ok(found) = screen(&outcome, std::slice::from_ref(&table), &options) {
            prop_assert!(found.findings.iter().all(sound), "{:?}", found.findings);
            prop_assert!(found.ln_p_holm.iter().chain(&found.ln_p_benjamini_hochberg).all(|p| *p <= 0.0));
        }
        if let Ok(found) = test(&outcome, &table.categories, &options) {
            prop_assert!(found.value >= 0.0 && found.ln_p <= 0.0, "{found:?}");
        }
    }

    #[test]
    fn columns_of_anything(
        (rows, wide, declared) in (0..60_usize, 0..3_u8, prop_oneof![0..7_usize, Just(300), Just(1_001)])
            .prop_flat_map(|(rows, wide, n)| (Just(rows), Just(wide), (Just(n), codes(rows, wide, n)))),
        classes in 0..4_usize, outcome in outcome(), level in level(), options in options(), seed in any::<u64>(),
        frequency in prop::option::weighted(0.3, prop::collection::vec(prop_oneof![0..5_u32, Just(u32::MAX)], 60)),
        weight in prop::option::weighted(0.2, prop::collection::vec(prop_oneof![9 => 0.1..3.0_f64, 1 => float()], 60)),
        values in prop::option::weighted(0.3, prop::collection::vec(prop_oneof![9 => -9.0..9.0_f64, 1 => float()], 60)),
    ) {
        let (categories, x) = declared;
        let (x8, x16): (Vec<u8>, Vec<u16>) = x.iter().map(|code| (*code as u8, *code as u16)).unzip();
        let codes = [Codes::U8(&x8), Codes::U16(&x16), Codes::U32(&x)][usize::from(wide)];
        let y: Vec<u8> = (0..rows).map(|row| (seed.rotate_left(row as u32) % (classes as u64 + 1).max(1)) as u8 % classes.max(1) as u8).collect();
        let predictors = [Predictor { name: "x".into(), level, categories, codes }];
        let cut = |values: &Vec<f64>| values[..rows].to_vec();
        let (weight, values) = (weight.as_ref().map(cut), values.as_ref().map(cut));
        let column = match &values {
            Some(values) => OutcomeColumn::Scale(values),
            None => OutcomeColumn::Classes { outcome, classes, codes: Codes::U8(&y) },
        };
        let data = Data { outcome: column, predictors: &predictors, frequency: frequency.as_deref().map(|f| &f[..rows]), weight: weight.as_deref() };
        if let Ok(grown) = tree(&data, &options) {
            prop_assert!(grown.nodes.iter().flat_map(|node| &node.candidates).all(sound));
            let alone = tree(&data, &Options { threads: 1, ..options.clone() }).unwrap();
            prop_assert_eq!(grown.nodes, alone.nodes);
            prop_assert_eq!(grown.node_of_row, alone.node_of_row);
        }
    }

    #[test]
    fn tails_of_anything(x in float(), a in count(), b in count()) {
        let (chi, f) = (ln_chi2_sf(x, a % (1 << 24)), ln_f_sf(x, a % 1_000, b));
        prop_assert!(chi <= 0.0 || x.is_nan());
        prop_assert!(f <= 0.0 || x.is_nan());
    }

    /// A tail falls as its statistic grows, and rises with the degrees of freedom of chi-square.
    #[test]
    fn tails_fall(x in 0.0..400.0_f64, step in 1e-6..50.0_f64, a in 1..300_u64, b in 1..10_000_000_u64) {
        prop_assert!(ln_chi2_sf(x + step, a) <= ln_chi2_sf(x, a) + 1e-12);
        prop_assert!(ln_chi2_sf(x, a + 1) >= ln_chi2_sf(x, a) - 1e-12);
        prop_assert!(ln_f_sf(x + step, a, b) <= ln_f_sf(x, a, b) + 1e-12);
    }

    #[test]
    fn multipliers_and_lists_of_anything(categories in prop_oneof![0..1_100_usize, any::<usize>()], groups in prop_oneof![0..50_usize, any::<usize>()], p in prop::collection::vec(float(), 0..9)) {
        for kind in [Kind::Nominal, Kind::Ordinal, Kind::Floating] {
            for method in [Method::Chaid, Method::Exhaustive] {
                let ln = ln_multiplier(kind, categories, groups, method, Adjustment::BonferroniSpss);
                prop_assert!(ln >= 0.0 || categories > 1_001);
            }
        }
        prop_assert_eq!((holm(&p).len(), benjamini_hochberg(&p).len()), (p.len(), p.len()));
    }

    #[test]
    fn intervals_of_anything(values in prop::collection::vec(float(), 0..30), frequency in prop::option::of(prop::collection::vec(any::<u32>(), 0..30)), k in prop_oneof![0..12_u32, any::<u32>()], counts in prop::collection::vec((float(), count()), 0..9)) {
        for binning in [Binning::Spss { intervals: k }, Binning::Modeler { intervals: k }] {
            if let Ok(intervals) = Intervals::of("x", &values, frequency.as_deref(), binning) {
                prop_assert!(intervals.upper.len() <= k as usize);
                prop_assert_eq!(intervals.codes(&values).len(), values.len());
                intervals.label(&[0, 3, usize::MAX]);
            }
            let _ = Intervals::of_counts("x", &counts, binning);
        }
    }
}
