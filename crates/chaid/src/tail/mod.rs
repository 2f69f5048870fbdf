//! Upper tails in log space.
//!
//! A p-value below 1e-308 is 0 as an `f64`, and two predictors whose p is 0 can no longer be ranked. Here
//! each tail is a natural logarithm from the start and is never the logarithm of a rounded number. Near
//! p = 1 the lower tail is summed instead, so ln p keeps its relative precision there as well.

mod chi2;
mod erfc;
mod f;
mod gamma;

pub use chi2::ln_chi2_sf;
pub use f::ln_f_sf;

/// ln(eᵃ + eᵇ).
fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a >= b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// ln(1 − eᵃ) for a ≤ 0; a slight excess of rounding above 0 counts as 0.
fn ln_one_minus_exp(a: f64) -> f64 {
    if a >= 0.0 {
        f64::NEG_INFINITY
    } else if a > -std::f64::consts::LN_2 {
        (-a.exp_m1()).ln()
    } else {
        (-a.exp()).ln_1p()
    }
}
