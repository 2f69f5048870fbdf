//! Many tests at once: p-values adjusted for the number of predictors tested.

/// Holm's step-down adjustment (Holm 1979), strong control of the familywise error.
///
/// `ln_p`: natural logarithms of p, one per test, none NaN; returns theirs in the same order, at most 0. The i-th
/// smallest of m becomes max over j ≤ i of (m − j + 1) p₍ⱼ₎.
///
/// ```
/// let adjusted: Vec<f64> = chaid::holm(&[0.01_f64.ln(), 0.04_f64.ln(), 0.03_f64.ln()]).iter().map(|p| p.exp()).collect();
/// assert!(adjusted.iter().zip([0.03, 0.06, 0.06]).all(|(a, b)| (a - b).abs() < 1e-12));
/// ```
pub fn holm(ln_p: &[f64]) -> Vec<f64> {
    let tests = ln_p.len();
    let mut adjusted = vec![0.0; tests];
    let mut highest = f64::NEG_INFINITY;
    for (rank, test) in ascending(ln_p).into_iter().enumerate() {
        highest = f64::max(highest, ln_p[test] + ((tests - rank) as f64).ln()).min(0.0);
        adjusted[test] = highest;
    }
    adjusted
}

/// Benjamini & Hochberg's step-up adjustment (1995), control of the false discovery rate.
///
/// `ln_p`: natural logarithms of p, one per test, none NaN; returns theirs in the same order, at most 0. The i-th
/// smallest of m becomes min over j ≥ i of m p₍ⱼ₎ / j.
///
/// ```
/// let adjusted: Vec<f64> =
///     chaid::benjamini_hochberg(&[0.01_f64.ln(), 0.04_f64.ln(), 0.03_f64.ln()]).iter().map(|p| p.exp()).collect();
/// assert!(adjusted.iter().zip([0.03, 0.04, 0.04]).all(|(a, b)| (a - b).abs() < 1e-12));
/// ```
pub fn benjamini_hochberg(ln_p: &[f64]) -> Vec<f64> {
    let tests = ln_p.len();
    let mut adjusted = vec![0.0; tests];
    let mut lowest = 0.0;
    for (rank, test) in ascending(ln_p).into_iter().enumerate().rev() {
        lowest = f64::min(lowest, ln_p[test] + (tests as f64 / (rank + 1) as f64).ln());
        adjusted[test] = lowest;
    }
    adjusted
}

fn ascending(ln_p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ln_p.len()).collect();
    order.sort_by(|a, b| ln_p[*a].total_cmp(&ln_p[*b]));
    order
}
