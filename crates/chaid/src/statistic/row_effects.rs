use super::cells::Cells;
use super::independence::{expected, largest_move};
use super::{Statistic, Test};
use crate::ln_chi2_sf;

/// H² = 2 Σ m̂ ln(m̂/m̃) on rows − 1 degrees of freedom: the row effects model m̂ against independence m̃.
/// IBM SPSS Statistics Algorithms, chapter TREE-CHAID; Goodman 1979.
pub(super) fn test(cells: &Cells, scores: &[f64], convergence: f64, max_iterations: u32) -> Test {
    let scores: Vec<f64> = cells.class.iter().map(|class| scores[*class]).collect();
    let weight: f64 = cells.column_weight.iter().sum();
    let mean = scores.iter().zip(&cells.column_weight).map(|(s, w)| s * w).sum::<f64>() / weight;
    let centred: Vec<f64> = scores.iter().map(|score| score - mean).collect();
    if centred.iter().all(|score| score.abs() < 1e-12) {
        return Test::nothing(Statistic::RowEffects);
    }
    let (independent, settled) = expected(cells, convergence, max_iterations);
    let (fit, converged) = fit(cells, &centred, &independent, convergence, max_iterations);
    let terms = fit.iter().zip(&independent).filter(|(m, _)| **m > 0.0).map(|(m, n)| m * (m / n).ln());
    let (value, df) = ((2.0 * terms.sum::<f64>()).max(0.0), (cells.rows - 1) as u64);
    Test {
        statistic: Statistic::RowEffects,
        value,
        df,
        df_within: None,
        ln_p: ln_chi2_sf(value, df),
        converged: settled && converged,
    }
}

/// Expected counts mᵢⱼ = αᵢ βⱼ γᵢ^(sⱼ − s̄) / w̄ᵢⱼ of the row effects model, and whether the fit converged.
///
/// Each round fits the rows, then the columns, then takes one step of Newton's method for the slope of each row,
/// Gᵢ = 1 + Σⱼ (sⱼ−s̄)(nᵢⱼ−mᵢⱼ) / Σⱼ (sⱼ−s̄)² mᵢⱼ, γᵢ ← γᵢGᵢ where Gᵢ > 0 (chapter TREE-CHAID, steps 2 to 7 of its
/// iteration). Parameters are kept as logarithms, so that a steep slope
/// does not overflow; it starts at independence, which is the document's first round.
fn fit(
    cells: &Cells,
    scores: &[f64],
    start: &[f64],
    convergence: f64,
    max_iterations: u32,
) -> (Vec<f64>, bool) {
    let (columns, mut ln_m) = (cells.columns, start.iter().map(|m| m.ln()).collect::<Vec<f64>>());
    let mut before = start.to_vec();
    for _ in 0..max_iterations {
        for (row, n) in ln_m.chunks_mut(columns).zip(&cells.row_n) {
            let shift = n.ln() - row.iter().map(|m| m.exp()).sum::<f64>().ln();
            row.iter_mut().for_each(|m| *m += shift);
        }
        for (column, n) in cells.column_n.iter().enumerate() {
            let sum: f64 = ln_m.iter().skip(column).step_by(columns).map(|m| m.exp()).sum();
            ln_m.iter_mut().skip(column).step_by(columns).for_each(|m| *m += n.ln() - sum.ln());
        }
        for (row, n) in ln_m.chunks_mut(columns).zip(cells.n.chunks(columns)) {
            let parts = row.iter().zip(n).zip(scores).map(|((m, n), s)| (s * (n - m.exp()), s * s * m.exp()));
            let (residual, spread) = parts.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
            let slope = 1.0 + residual / spread;
            if slope > 0.0 && slope.is_finite() {
                row.iter_mut().zip(scores).for_each(|(m, s)| *m += slope.ln() * s);
            }
        }
        let after: Vec<f64> = ln_m.iter().map(|m| m.exp()).collect();
        let moved = largest_move(&before, &after);
        before = after;
        if moved <= convergence {
            return (before, true);
        }
    }
    (before, false)
}
