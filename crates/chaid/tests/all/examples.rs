//! Worked by hand, and the parts of the method that random tables seldom reach.

use super::{close, number, rows};
use chaid::{
    Adjustment, ChiSquare, Level, Method, Missing, Moments, Options, Outcome, Statistic, Status, Summary,
    Table, benjamini_hochberg, holm, screen, test,
};

fn one(table: Table, options: &Options) -> chaid::Finding {
    screen(&Outcome::Nominal, &[table], options).unwrap().findings.remove(0)
}

fn nominal(counts: &[u64]) -> Table {
    Table::of_counts("x", Level::Nominal, 2, counts).unwrap()
}

fn ordinal(counts: &[u64]) -> Table {
    Table::of_counts("x", Level::Ordinal, 2, counts).unwrap()
}

fn members(finding: &chaid::Finding) -> Vec<Vec<usize>> {
    finding.groups.iter().map(|group| group.categories.clone()).collect()
}

/// 60/40, 58/42 and 30/70: the first two have chi 200·200²/(118·82·100·100) = 0.0827 and merge; then
/// 300·(118·70 − 82·30)²/(148·152·200·100) = 22.4306 on 1 df, and S(3, 2) = 3.
#[test]
fn three_regions() {
    let found = one(nominal(&[60, 40, 58, 42, 30, 70]), &Options::default());
    assert_eq!(members(&found), [vec![0, 1], vec![2]]);
    close(found.test.value, 300.0 * 5_800.0_f64.powi(2) / (148.0 * 152.0 * 200.0 * 100.0), 1e-14, "chi");
    assert_eq!((found.test.df, found.multiplier, found.categories, found.n), (1, 3.0, 3, 300));
    close(found.ln_p_adjusted, found.test.ln_p + 3.0_f64.ln(), 1e-15, "adjusted");
    let ordered = one(ordinal(&[60, 40, 58, 42, 30, 70]), &Options::default());
    assert_eq!((ordered.groups.len(), ordered.multiplier), (2, 2.0));
}

/// The Titanic by class, as R prints `margin.table(Titanic, c(1, 4))`: lost and saved 122/203 in first, 167/118 in second and
/// 528/178 in third class, 673/212 among the crew. Step by step, X² of a pair being N(ad − bc)²/(product of margins):
///
/// 1. Third class and crew: 1,591 · (528·212 − 178·673)²/(706 · 885 · 1,201 · 390) = 0.3357, p = 0.56. The other five pairs
///    have 25.41 and above, p below 1e-6. So these two are merged: 1,201/390.
/// 2. First and second: 610 · (122·118 − 203·167)²/(325 · 285 · 289 · 321) = 27.01; second and the merged: 1,876 ·
///    (167·390 − 118·1,201)²/(285 · 1,591 · 1,368 · 508) = 34.92; first and the merged 181.86. All differ: three groups,
///    which four categories can become in S(4, 3) = 6 ways.
/// 3. The three against margins 1,490 and 711 of 2,201: X² = 190.12 on 2 df, so that ln p = −95.06, and ln 6 is added.
///    Unmerged it would be 190.40 on 3 df, as R's `chisq.test` has it.
#[test]
fn titanic_by_class() {
    let found = one(nominal(&[122, 203, 167, 118, 528, 178, 673, 212]), &Options::default());
    assert_eq!(members(&found), [vec![0], vec![1], vec![2, 3]]);
    let pair = |a: [u64; 2], b: [u64; 2]| {
        let rows = [a, b].map(|n| Summary::Counts { n: n.to_vec(), weight: None });
        test(&Outcome::Nominal, &rows, &Options::default()).unwrap()
    };
    let (first, second, third, crew, rest) = ([122, 203], [167, 118], [528, 178], [673, 212], [1_201, 390]);
    for (a, b, by_hand) in [
        (third, crew, 0.3357),
        (second, third, 25.41),
        (second, crew, 32.41),
        (first, second, 27.01),
        (first, third, 132.54),
        (first, crew, 156.41),
        (second, rest, 34.92),
        (first, rest, 181.86),
    ] {
        assert!((pair(a, b).value - by_hand).abs() < 0.005, "{a:?} and {b:?}");
    }
    assert!((pair(third, crew).value - 0.3357).abs() < 5e-5);
    assert!((found.test.value - 190.12).abs() < 0.005);
    let unmerged = one(
        nominal(&[122, 203, 167, 118, 528, 178, 673, 212]),
        &Options { alpha_merge: 1.0, ..Options::default() },
    );
    assert!((unmerged.test.value - 190.40).abs() < 0.005 && unmerged.test.df == 3);
    assert_eq!((found.test.df, found.categories, found.multiplier), (2, 4, 6.0));
    close(found.test.ln_p, -found.test.value / 2.0, 1e-14, "two degrees of freedom have p = e^(−X²/2)");
    close(found.ln_p_adjusted, found.test.ln_p + 6.0_f64.ln(), 1e-14, "adjusted");
}

/// Two categories are never merged into one, however alike: the result is not significant instead.
#[test]
fn two_categories_stay_two() {
    let found = one(nominal(&[50, 50, 51, 49]), &Options::default());
    assert_eq!((found.groups.len(), found.status), (2, Status::NotSignificant));
}

/// An ordinal predictor cannot merge across a category that differs; a nominal one can.
#[test]
fn order_binds() {
    let counts = [80, 20, 20, 80, 80, 20];
    assert_eq!(members(&one(nominal(&counts), &Options::default())), [vec![0, 2], vec![1]]);
    assert_eq!(one(ordinal(&counts), &Options::default()).groups.len(), 3);
}

/// Proportional categories: every pair has chi 0, so the lowest pair is merged first, and the tie is flagged.
#[test]
fn ties_go_to_the_lowest_pair() {
    let found = one(
        nominal(&[10, 20, 20, 40, 5, 10]),
        &Options { min_child: 0, min_parent: 0, ..Options::default() },
    );
    assert_eq!(members(&found), [vec![0, 1], vec![2]]);
    assert!(found.tie);
    let lr = Options { statistic: ChiSquare::LikelihoodRatio, min_child: 0, ..Options::default() };
    let found = one(nominal(&[7, 21, 11, 33, 13, 39]), &lr);
    assert!(found.tie);
    assert_eq!(members(&found), [vec![0, 1], vec![2]]);
    assert!(!one(nominal(&[60, 40, 58, 42, 30, 70]), &Options::default()).tie);
}

/// The missing category resembles the last category: it joins it; alone it would cost p.
#[test]
fn missing_floats() {
    let table = || ordinal(&[80, 20, 50, 50, 20, 80]).with_missing(&[41, 159], None).unwrap();
    let found = one(table(), &Options::default());
    assert_eq!(members(&found), [vec![0], vec![1], vec![2]]);
    assert_eq!(found.groups.iter().map(|group| group.missing).collect::<Vec<_>>(), [false, false, true]);
    // C(2, 1) + 3·C(2, 2)
    assert_eq!((found.categories, found.multiplier, found.missing), (4, 5.0, 200));
    let dropped = one(table(), &Options { missing: Missing::Dropped, ..Options::default() });
    assert_eq!((dropped.n, dropped.missing, dropped.categories, dropped.multiplier), (300, 200, 3, 1.0));
    // As the last in the order it may join its neighbour only, with C(3, 2).
    let ordinary = one(table(), &Options { missing: Missing::Category, ..Options::default() });
    assert_eq!((ordinary.groups.len(), ordinary.multiplier), (3, 3.0));
    assert!(ordinary.groups[2].missing);
}

/// A missing category like the first one crosses the order when it floats, and cannot as the last category.
#[test]
fn missing_crosses_the_order_only_when_floating() {
    let table = || ordinal(&[80, 20, 50, 50, 20, 80]).with_missing(&[160, 40], None).unwrap();
    assert!(one(table(), &Options::default()).groups[0].missing);
    let ordinary = one(table(), &Options { missing: Missing::Category, ..Options::default() });
    assert_eq!(ordinary.groups.len(), 4);
}

#[test]
fn small_groups_merge_and_may_leave_one() {
    let counts = [80, 20, 5, 15, 20, 80];
    let found = one(nominal(&counts), &Options { alpha_merge: 1.0, min_child: 50, ..Options::default() });
    assert_eq!(members(&found), [vec![0], vec![1, 2]]);
    let found = one(nominal(&[20, 20, 30, 5]), &Options { min_parent: 0, ..Options::default() });
    assert_eq!(
        (found.status, found.groups.len(), found.test.df, found.test.ln_p),
        (Status::SmallGroups, 1, 0, 0.0)
    );
}

#[test]
fn reasons_why_nothing_was_tested() {
    let tables = [
        nominal(&[30, 70, 60, 40]),
        nominal(&[30, 70, 0, 0]),
        nominal(&[0, 0, 0, 0]).with_missing(&[5, 5], None).unwrap(),
        nominal(&[30, 0, 40, 0]).with_missing(&[5, 5], None).unwrap(),
        nominal(&[6, 4, 1, 9]),
    ];
    let options = Options { missing: Missing::Dropped, min_child: 0, ..Options::default() };
    let found = screen(&Outcome::Nominal, &tables, &options).unwrap();
    let status: Vec<Status> = found.findings.iter().map(|finding| finding.status).collect();
    assert_eq!(
        status,
        [Status::Significant, Status::OneCategory, Status::NoCases, Status::OneClass, Status::FewCases]
    );
    assert_eq!(found.tests, 2);
    assert_eq!(found.ln_p_holm[1], 0.0);
    close(found.ln_p_holm[0], found.findings[0].ln_p_adjusted + 2.0_f64.ln(), 1e-14, "Holm of two tests");
}

/// Exhaustive CHAID does not stop at alpha: four different groups become the two with the smallest p.
#[test]
fn exhaustive_keeps_the_best_step() {
    let counts = [90, 10, 80, 20, 25, 75, 12, 88];
    let options = Options { method: Method::Exhaustive, ..Options::default() };
    let found = one(nominal(&counts), &options);
    assert_eq!(members(&found), [vec![0, 1], vec![2, 3]]);
    assert_eq!(found.multiplier, 10.0);
    assert_eq!(
        one(nominal(&counts), &Options { adjustment: Adjustment::BonferroniSpss, ..options }).multiplier,
        30.0
    );
    assert_eq!(one(nominal(&counts), &Options::default()).groups.len(), 4);
}

/// A saturated row effects model is the likelihood ratio: two classes have no order to speak of.
#[test]
fn two_ordered_classes_are_two_classes() {
    let groups = [[12, 30], [25, 14], [9, 9]].map(|n| Summary::Counts { n: n.to_vec(), weight: None });
    let lr = Options { statistic: ChiSquare::LikelihoodRatio, convergence: 1e-11, ..Options::default() };
    let nominal = test(&Outcome::Nominal, &groups, &lr).unwrap();
    let ordinal = test(&Outcome::Ordinal { scores: None }, &groups, &lr).unwrap();
    close(ordinal.value, nominal.value, 1e-9, "H² and G²");
    assert_eq!((ordinal.df, ordinal.statistic), (2, Statistic::RowEffects));
}

/// Scores matter up to their scale only, and a reversed order is the same model.
#[test]
fn scores() {
    let groups =
        [[12, 30, 5], [25, 14, 20], [9, 9, 9]].map(|n| Summary::Counts { n: n.to_vec(), weight: None });
    let options = Options { convergence: 1e-11, max_iterations: 100_000, ..Options::default() };
    let h = |scores: [f64; 3]| {
        test(&Outcome::Ordinal { scores: Some(scores.to_vec()) }, &groups, &options).unwrap().value
    };
    let plain = test(&Outcome::Ordinal { scores: None }, &groups, &options).unwrap().value;
    for same in [[1.0, 2.0, 3.0], [13.0, 16.0, 19.0], [0.0, -1.0, -2.0]] {
        close(h(same), plain, 1e-7, "H²");
    }
    assert!((h([1.0, 2.0, 9.0]) - plain).abs() > 0.1);
}

/// F of 1 2 3 | 2 3 4 | 6 7 8: between 42/2, within 6/6, so 21 on 2 and 6.
#[test]
fn analysis_of_variance() {
    let groups =
        [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [6.0, 7.0, 8.0]].map(|v| Summary::Moments(Moments::of(&v)));
    let found = test(&Outcome::Scale, &groups, &Options::default()).unwrap();
    close(found.value, 21.0, 1e-13, "F");
    assert_eq!((found.df, found.df_within), (2, Some(6)));
    let flat = [[2.0, 2.0], [3.0, 3.0]].map(|v| Summary::Moments(Moments::of(&v)));
    let found = test(&Outcome::Scale, &flat, &Options::default()).unwrap();
    assert_eq!((found.value, found.p()), (f64::INFINITY, 0.0));
}

/// Case weights against log-linear fits with an offset, by another algorithm.
#[test]
fn case_weights_against_python() {
    let options = Options { convergence: 1e-12, max_iterations: 200_000, ..Options::default() };
    let lr = Options { statistic: ChiSquare::LikelihoodRatio, ..options.clone() };
    let mut tables = 0;
    for row in rows(include_str!("../weighted.csv")) {
        let cells = |text: &str| text.split(' ').map(number).collect::<Vec<_>>();
        let groups: Vec<Summary> = row[0]
            .split('|')
            .zip(row[1].split('|'))
            .map(|(n, w)| Summary::Counts {
                n: cells(n).iter().map(|n| *n as u64).collect(),
                weight: Some(cells(w)),
            })
            .collect();
        let value = |outcome, options| test(&outcome, &groups, options).unwrap().value;
        close(value(Outcome::Nominal, &options), number(row[2]), 1e-8, "Pearson");
        close(value(Outcome::Nominal, &lr), number(row[3]), 1e-8, "likelihood ratio");
        close(value(Outcome::Ordinal { scores: None }, &options), number(row[4]), 1e-6, "row effects");
        tables += 1;
    }
    assert!(tables > 25, "{tables} tables");
}

/// An iteration that may not finish says so.
#[test]
fn unfinished_fits_are_flagged() {
    let groups = [[12, 30, 5], [25, 14, 20]].map(|n| Summary::Counts { n: n.to_vec(), weight: None });
    let short = Options { max_iterations: 1, ..Options::default() };
    assert!(!test(&Outcome::Ordinal { scores: None }, &groups, &short).unwrap().converged);
    assert!(test(&Outcome::Ordinal { scores: None }, &groups, &Options::default()).unwrap().converged);
}

/// Two predictors whose p is 0 as a number are still told apart.
#[test]
fn ranking_in_the_far_tail() {
    let tables = [nominal(&[5_000, 10, 10, 5_000]), nominal(&[6_000, 10, 10, 6_000])];
    let found = screen(&Outcome::Nominal, &tables, &Options::default()).unwrap().findings;
    assert_eq!((found[0].p_adjusted(), found[1].p_adjusted()), (0.0, 0.0));
    assert!(found[1].ln_p_adjusted < found[0].ln_p_adjusted);
    assert!(found[1].ln_p_adjusted.is_finite());
}

/// Three tests of 1 df with p 0.01, 0.04 and 0.03: Holm 0.03, 0.06, 0.06, Benjamini & Hochberg 0.03, 0.04, 0.04.
#[test]
fn many_predictors() {
    let ln = [0.01, 0.04, 0.03].map(f64::ln);
    for (found, expected) in [(holm(&ln), [0.03, 0.06, 0.06]), (benjamini_hochberg(&ln), [0.03, 0.04, 0.04])]
    {
        found.iter().zip(expected).for_each(|(found, expected)| close(found.exp(), expected, 1e-14, "p"));
    }
    let tables = [nominal(&[60, 40, 40, 60]), nominal(&[58, 42, 43, 57]), nominal(&[56, 44, 45, 55])];
    let found = screen(&Outcome::Nominal, &tables, &Options::default()).unwrap();
    let own: Vec<f64> = found.findings.iter().map(|finding| finding.ln_p_adjusted).collect();
    assert_eq!((found.ln_p_holm, found.ln_p_benjamini_hochberg), (holm(&own), benjamini_hochberg(&own)));
}

#[test]
fn a_group_too_large_to_split_again_is_flagged() {
    let counts: Vec<u64> = (0..20_u64).flat_map(|_| [100, 100]).collect();
    let options = Options { resplit: Some(0.05), ..Options::default() };
    assert!(one(nominal(&counts), &options).resplit_limit);
    assert!(!one(ordinal(&counts), &options).resplit_limit);
}
