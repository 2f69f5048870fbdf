//! Pieces of the gamma and beta functions that do not cancel for large arguments.

use std::f64::consts::PI;

/// From here on Stirling's series is exact to rounding.
const LARGE: f64 = 10.0;

/// ln Γ(x) for x > 0.
pub(super) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π] for x ≥ 10: what Stirling's formula leaves (DLMF 5.11.1).
pub(super) fn stirling_rest(x: f64) -> f64 {
    const SERIES: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    let square = x * x;
    SERIES.iter().rev().fold(0.0, |sum, term| sum / square + term) / x
}

/// a ln y − y − ln Γ(a + 1): the logarithm of yᵃ e⁻ʸ / Γ(a + 1), for a, y > 0.
pub(super) fn ln_poisson(a: f64, y: f64) -> f64 {
    if a < LARGE {
        return a * y.ln() - y - ln_gamma(a + 1.0);
    }
    -a * excess_minus_ln(y, a) - 0.5 * (2.0 * PI * a).ln() - stirling_rest(a)
}

/// d − ln(1 + d) for d = y/a − 1, without cancellation near 0.
fn excess_minus_ln(y: f64, a: f64) -> f64 {
    let d = (y - a) / a;
    if d.abs() > 0.1 {
        return d - (y / a).ln();
    }
    // ln(1 + d) = 2 artanh(s) with s = d / (2 + d), and d = 2s / (1 − s).
    let s = d / (2.0 + d);
    let square = s * s;
    let mut sum = 0.0;
    let mut power = square * s;
    let mut odd = 3.0;
    while power.abs() > f64::MIN_POSITIVE && power.abs() / odd > sum_floor(sum) {
        sum += power / odd;
        power *= square;
        odd += 2.0;
    }
    s * d - 2.0 * sum
}

fn sum_floor(sum: f64) -> f64 {
    sum.abs() * f64::EPSILON * 0.01
}

/// ln B(a, b) for a, b > 0; Stirling's formula with its rest where an argument is large, so that two
/// log-gammas of millions never cancel.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    let sum = small + large;
    if large < LARGE {
        return ln_gamma(small) + ln_gamma(large) - ln_gamma(sum);
    }
    let tail = -(small / sum);
    if small < LARGE {
        let rest = stirling_rest(large) - stirling_rest(sum);
        return ln_gamma(small) + rest + small - small * sum.ln() + (large - 0.5) * tail.ln_1p();
    }
    let rest = stirling_rest(small) + stirling_rest(large) - stirling_rest(sum);
    0.5 * (2.0 * PI / large).ln() + rest + (small - 0.5) * (small / sum).ln() + large * tail.ln_1p()
}
