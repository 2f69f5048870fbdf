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
    let (low, high) = (Part { value: ln_x.exp(), ln: ln_x }, Part { value: ln_rest.exp(), ln: ln_rest });
    // low < (a + 1) / (a + b + 2), said of the part that is not nearly 1.
    if high.value > (b + 1.0) / (a + b + 2.0) {
        ln_beta_side(a, b, low, high).min(0.0)
    } else {
        ln_one_minus_exp(ln_beta_side(b, a, high, low))
    }
}

/// One of the two parts that x cuts the unit interval into. Both are kept, each to its own precision: 1 − x would
/// lose all of it where x is nearly 1, as with many degrees of freedom within.
#[derive(Clone, Copy)]
struct Part {
    value: f64,
    ln: f64,
}

/// ln I(x; a, b) where the continued fraction converges, x < (a + 1) / (a + b + 2).
fn ln_beta_side(a: f64, b: f64, x: Part, rest: Part) -> f64 {
    a * x.ln + b * rest.ln - ln_beta(a, b) - fraction(a, b, x.value, rest.value).ln()
}

/// Denominator β₀ + α₁/(β₁ + α₂/(β₂ + …)) of xᵃ(1−x)ᵇ/B(a, b) / I(x; a, b): the even part of the fraction in DLMF
/// 8.17.22, as Didonato & Morris (1992) write it, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    let lean = a * rest - b * x;
    let alpha = |m: f64| {
        let odd = a + 2.0 * m - 1.0;
        (a + m - 1.0) / odd * ((a + b + m - 1.0) / odd) * m * (b - m) * x * x
    };
    let beta = |m: f64| {
        let even = m * (b - m) * x / (a + 2.0 * m - 1.0);
        m + even + (a + m) / (a + 2.0 * m + 1.0) * (lean + 1.0 + m * (1.0 + rest))
    };
    let off_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut value = off_zero(a / (a + 1.0) * (lean + 1.0));
    let (mut c, mut d) = (value, 0.0);
    for m in (1..TERMS).map(f64::from) {
        d = 1.0 / off_zero(beta(m) + alpha(m) * d);
        c = off_zero(beta(m) + alpha(m) / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}
