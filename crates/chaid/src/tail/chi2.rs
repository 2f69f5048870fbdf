use super::erfc::ln_erfc_sqrt;
use super::gamma::ln_poisson;
use super::{ln_one_minus_exp, ln_sum};

/// Natural logarithm of P(χ² > `chi`), `df` degrees of freedom.
///
/// `chi` ≥ 0 and finite gives ln p ≤ 0 and finite: at `chi` = 5,000 and `df` = 1 it is −2504.4846, where p itself
/// is 0 as an `f64`. `df` = 0 gives 0 (p = 1: nothing was tested); infinite `chi` gives −∞; a NaN gives NaN.
///
/// For integer `df` the tail is a finite sum of positive terms, over erfc for odd `df` (Abramowitz & Stegun
/// 26.4.4 and 26.4.5); below the mean the lower tail is summed as a series (DLMF 8.11.4).
///
/// ```
/// assert!((chaid::ln_chi2_sf(3.841_458_820_694_124, 1) - 0.05_f64.ln()).abs() < 1e-12);
/// assert!((chaid::ln_chi2_sf(5_000.0, 1) + 2_504.484_587_848_451).abs() < 1e-9);
/// ```
pub fn ln_chi2_sf(chi: f64, df: u64) -> f64 {
    if chi.is_nan() {
        return f64::NAN;
    }
    if df == 0 || chi <= 0.0 {
        return 0.0;
    }
    if chi == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let (a, y) = (df as f64 / 2.0, chi / 2.0);
    match df {
        1 => ln_erfc_sqrt(y),
        2 => -y,
        _ if y < a => ln_one_minus_exp(ln_lower(a, y)),
        _ => ln_upper(a, y),
    }
}

/// ln Q(a, y) for y ≥ a: the largest term times 1 + (a−1)/y + (a−1)(a−2)/y² + …, which never grows.
fn ln_upper(a: f64, y: f64) -> f64 {
    let (mut sum, mut term, mut k) = (0.0, 1.0, a);
    while k > 0.75 && term > sum * f64::EPSILON * 0.1 {
        sum += term;
        k -= 1.0;
        term *= k / y;
    }
    let finite = ln_poisson(a, y) + (a / y).ln() + f64::ln(sum);
    if a.fract() == 0.0 { finite } else { ln_sum(finite, ln_erfc_sqrt(y)) }
}

/// ln P(a, y) for y < a: yᵃe⁻ʸ/Γ(a+1) times 1 + y/(a+1) + y²/((a+1)(a+2)) + ….
fn ln_lower(a: f64, y: f64) -> f64 {
    let (mut sum, mut term, mut k) = (0.0, 1.0, a);
    while term > sum * f64::EPSILON * 0.1 {
        sum += term;
        k += 1.0;
        term *= y / k;
    }
    ln_poisson(a, y) + f64::ln(sum)
}
