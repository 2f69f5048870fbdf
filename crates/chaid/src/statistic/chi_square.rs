use super::cells::Cells;
use super::independence::expected;
use super::{Statistic, Test};
use crate::ln_chi2_sf;

/// A statistic below this part of the cases is what rounding leaves of 0.
const ROUNDING: f64 = 1e-14;

/// Chi-square of a table: Pearson's X² = Σ (n − m)²/m or the likelihood ratio G² = 2 Σ n ln(n/m), on
/// (rows − 1)(columns − 1) degrees of freedom. IBM SPSS Statistics Algorithms, chapter TREE-CHAID; no correction for continuity, as there.
pub(super) fn test(statistic: Statistic, cells: &Cells, convergence: f64, max_iterations: u32) -> Test {
    let (fit, converged) = expected(cells, convergence, max_iterations);
    let pairs = cells.n.iter().zip(&fit);
    let value: f64 = if statistic == Statistic::Pearson {
        pairs.map(|(n, m)| (n - m) * (n - m) / m).sum()
    } else {
        2.0 * pairs.filter(|(n, _)| **n > 0.0).map(|(n, m)| n * (n / m).ln()).sum::<f64>()
    };
    // What rounding leaves of proportional rows is no difference.
    let value = if value <= ROUNDING * cells.row_n.iter().sum::<f64>() { 0.0 } else { value };
    Test { statistic, value, df: cells.df(), df_within: None, ln_p: ln_chi2_sf(value, cells.df()), converged }
}

/// Pearson's chi-square of two unweighted rows, Σ (aⱼB − bⱼA)² / (AB(aⱼ + bⱼ)): the same value, but exactly 0
/// for proportional rows and exactly equal however the two are ordered, so that ties are seen as ties.
pub(super) fn pearson_of_two(a: &[u64], b: &[u64]) -> Test {
    let total = |row: &[u64]| row.iter().sum::<u64>() as f64;
    let (total_a, total_b) = (total(a), total(b));
    if total_a == 0.0 || total_b == 0.0 {
        return Test::nothing(Statistic::Pearson);
    }
    let (mut sum, mut classes) = (0.0, 0_u64);
    for (a, b) in a.iter().zip(b).map(|(a, b)| (*a as f64, *b as f64)).filter(|(a, b)| a + b > 0.0) {
        let cross = a * total_b - b * total_a;
        sum += cross * cross / (a + b);
        classes += 1;
    }
    let df = classes.saturating_sub(1);
    if df == 0 {
        return Test::nothing(Statistic::Pearson);
    }
    let value = sum / (total_a * total_b);
    let ln_p = ln_chi2_sf(value, df);
    Test { statistic: Statistic::Pearson, value, df, df_within: None, ln_p, converged: true }
}
