use super::cells::Cells;

/// Expected counts under independence, row-major, and whether the fit converged.
///
/// Without case weights nᵢ.n.ⱼ/n in closed form. With them mᵢⱼ = αᵢβⱼ/w̄ᵢⱼ, where w̄ᵢⱼ is the mean weight of the
/// cell, by iterative proportional fitting: αᵢ = nᵢ. / Σⱼ βⱼ/w̄ᵢⱼ, then βⱼ = n.ⱼ / Σᵢ αᵢ/w̄ᵢⱼ, until no mᵢⱼ moves
/// by more than `convergence`. IBM SPSS Statistics Algorithms, chapter TREE-CHAID.
pub(super) fn expected(cells: &Cells, convergence: f64, max_iterations: u32) -> (Vec<f64>, bool) {
    let n: f64 = cells.row_n.iter().sum();
    let product = |alpha: &[f64], beta: &[f64]| -> Vec<f64> {
        let cell = |i: usize| alpha[i / cells.columns] * beta[i % cells.columns] * cells.inverse_weight(i);
        (0..cells.n.len()).map(cell).collect()
    };
    let beta: Vec<f64> = cells.column_n.iter().map(|column| column / n).collect();
    let start = product(&cells.row_n, &beta);
    if cells.mean_weight.is_none() {
        return (start, true);
    }
    let (mut alpha, mut beta, mut fit) = (cells.row_n.clone(), beta, start);
    for _ in 0..max_iterations {
        for (i, alpha) in alpha.iter_mut().enumerate() {
            let sum: f64 =
                (0..cells.columns).map(|j| beta[j] * cells.inverse_weight(i * cells.columns + j)).sum();
            *alpha = cells.row_n[i] / sum;
        }
        for (j, beta) in beta.iter_mut().enumerate() {
            let sum: f64 =
                (0..cells.rows).map(|i| alpha[i] * cells.inverse_weight(i * cells.columns + j)).sum();
            *beta = cells.column_n[j] / sum;
        }
        let next = product(&alpha, &beta);
        let moved = largest_move(&fit, &next);
        fit = next;
        if moved <= convergence {
            return (fit, true);
        }
    }
    (fit, false)
}

/// The largest change of a cell.
pub(super) fn largest_move(before: &[f64], after: &[f64]) -> f64 {
    before.iter().zip(after).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
