use super::gamma::ln_beta;
use super::ln_one_minus_exp;

/// Terms of the continued fraction at most; it needs some √(df) of them.
const TERMS: u32 = 100_000;

/// Natural logarithm of P(F > `f`), `between` and `within` degrees of freedom.
///
/// `f` ≥ 0 and finite gives ln p ≤ 0 and finite; infinite `f` (no variance within groups) gives −∞; either
/// `df` = 0 gives 0 (p = 1: nothing was tested); a NaN gives NaN.
///
/// The tail is the regularized incomplete beta function I(x; within/2, between/2) at
/// x = within / (within + between · f) (DLMF 8.17.22), taken on the side where its fraction converges fast.
///
/// ```
/// // Two degrees of freedom between have a closed form: (1 + 2f/n)^(−n/2).
/// assert!((chaid::ln_f_sf(4.0, 2, 30) + 15.0 * (1.0_f64 + 8.0 / 30.0).ln()).abs() < 1e-12);
/// assert!(chaid::ln_f_sf(1e6, 3, 10_000) < -1_000.0);
/// ```
pub fn ln_f_sf(f: f64, between: u64, within: u64) -> f64 {
    if f.is_nan() {
        return f64::NAN;
    }
    if between == 0 || within == 0 || f <= 0.0 {
        return 0.0;
    }
    if f == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let (d1, d2) = (between as f64, within as f64);
    let ratio = d1 * f / d2;
    let (ln_x, ln_rest) = (-ratio.ln_1p(), -ratio.recip().ln_1p());
    let (a, b) = (d2 / 2.0, d1 / 2.0);
    let x = ln_x.exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        ln_beta_side(a, b, x, ln_x, ln_rest).min(0.0)
    } else {
        ln_one_minus_exp(ln_beta_side(b, a, ln_rest.exp(), ln_rest, ln_x))
    }
}

/// ln I(x; a, b) where the continued fraction converges, x < (a + 1) / (a + b + 2).
fn ln_beta_side(a: f64, b: f64, x: f64, ln_x: f64, ln_rest: f64) -> f64 {
    a * ln_x + b * ln_rest - a.ln() - ln_beta(a, b) - fraction(a, b, x).ln()
}

/// Denominator of the fraction 1/(1 + d₁/(1 + d₂/(1 + …))) of DLMF 8.17.22, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let step = |n: u32| {
        let m = f64::from(n / 2);
        if n.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        }
    };
    let off_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for n in 1..TERMS {
        let part = step(n);
        d = 1.0 / off_zero(1.0 + part * d);
        c = off_zero(1.0 + part / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}
