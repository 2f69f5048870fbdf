//! ln erfc(√y).

use std::f64::consts::PI;

/// Beyond this the continued fraction is used: it needs few terms there, and e⁻ʸ stays out of it.
const FAR: f64 = 16.0;

/// ln erfc(√y) for y ≥ 0; takes y rather than its root, so that e⁻ʸ costs no precision.
pub(super) fn ln_erfc_sqrt(y: f64) -> f64 {
    let x = y.sqrt();
    if y < 0.05 {
        (-libm::erf(x)).ln_1p()
    } else if y < FAR {
        libm::erfc(x).ln()
    } else {
        // erfc(x) = e^(−x²) / (√π · (x + ½/(x + 1/(x + 3/2/(x + …))))), DLMF 7.9.1, from the inside out.
        let fraction = (1..=60).rev().fold(x, |inner, k| x + f64::from(k) * 0.5 / inner);
        -y - 0.5 * PI.ln() - fraction.ln()
    }
}
