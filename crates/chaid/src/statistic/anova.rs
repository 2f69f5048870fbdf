use super::{Statistic, Test};
use crate::{Moments, Summary, ln_f_sf};

/// A spread within groups below this part of the spread between them is what rounding leaves of none.
const ROUNDING: f64 = 1e-13;

/// F = [Σ wᵢ(ȳᵢ − ȳ)²/(I − 1)] / [Σᵢ Σ w(y − ȳᵢ)²/(N − I)], N the cases by frequency. IBM SPSS Statistics
/// Algorithms, chapter TREE-CHAID.
///
/// Without spread inside the groups F is infinite and p is 0, or, if the means do not differ either, p is 1.
pub(super) fn test(groups: &[&Summary]) -> Test {
    let moments: Vec<&Moments> = groups
        .iter()
        .filter_map(|group| match group {
            Summary::Moments(moments) if moments.n > 0 => Some(moments),
            _ => None,
        })
        .collect();
    let n: u64 = moments.iter().map(|group| group.n).sum();
    let between = moments.len().saturating_sub(1) as u64;
    let within = n.saturating_sub(moments.len() as u64);
    if between == 0 || within == 0 {
        return Test::nothing(Statistic::F);
    }
    let all = moments.iter().fold(Moments::default(), |sum, group| sum.with(group));
    let inside: f64 = moments.iter().map(|group| group.squares).sum();
    let across: f64 = moments.iter().map(|group| group.weight * (group.mean - all.mean).powi(2)).sum();
    let value = if across <= 0.0 {
        0.0
    } else if inside <= ROUNDING * across {
        f64::INFINITY
    } else {
        (across / between as f64) / (inside / within as f64)
    };
    Test {
        statistic: Statistic::F,
        value,
        df: between,
        df_within: Some(within),
        ln_p: ln_f_sf(value, between, within),
        converged: true,
    }
}
