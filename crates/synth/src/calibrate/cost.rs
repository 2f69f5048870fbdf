//! How far a split is from what is printed.

use super::split::{Scale, Split, ways};
use super::target::Target;

/// A missed verdict.
const VERDICT: f64 = 2.2;
/// Other degrees of freedom.
const DEGREES: f64 = 1.5;
/// A χ² more than five per cent away.
const FAR: f64 = 0.7;

/// 0 where the print is met to its last digit; a missed verdict weighs most, then degrees of freedom, then χ².
///
/// `pull` is how strongly a χ² draws from afar: a little where many tests compete, more where few do.
pub(super) fn cost(target: Target, split: &Split, scale: Scale, pull: f64) -> f64 {
    let slack = split.chi / split.critical;
    match target {
        Target::No if split.significant => VERDICT + 0.3 * (slack - 1.0).min(2.0),
        Target::No => 0.0,
        Target::Yes if split.significant => 0.0,
        Target::Yes => VERDICT + 0.6 * (1.0 - slack),
        Target::Test { chi, df, multiplier } => {
            let ways = ways(scale, split.categories, split.groups);
            let verdict = if !split.significant {
                VERDICT + 0.6 * (1.0 - slack)
            } else if split.groups != df + 1 {
                DEGREES + 0.1 * (split.groups as f64 - 1.0 - df as f64).abs()
            } else if ways < multiplier.0 * 0.999 || ways > multiplier.1 * 1.001 {
                0.1
            } else {
                0.0
            };
            verdict + distance(chi, split.chi, pull)
        }
    }
}

/// 0 when χ² prints the same; logarithmic near, linear far, with a step at five per cent.
fn distance(printed: f64, chi: f64, pull: f64) -> f64 {
    let off = ((chi - printed).abs() - 0.05).max(0.0);
    if off == 0.0 {
        return 0.0;
    }
    let relative = off / printed;
    // The print has one decimal: a χ² of 13.13 for 13.8 prints as 13.1, which is further away than it is.
    let printed_off = ((chi * 10.0).round() / 10.0 - printed).abs() / printed;
    let far = if relative.max(printed_off) > 0.05 { FAR } else { 0.0 };
    0.05 + far + pull * (0.06 * (1.0 + relative / 0.005).ln() + 0.5 * relative.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chi: f64, groups: usize) -> Split {
        Split { chi, groups, categories: 3, significant: chi >= 5.7, critical: 5.7 }
    }

    #[test]
    fn verdict_weighs_more_than_df_and_df_more_than_chi() {
        let target = Target::Test { chi: 10.0, df: 1, multiplier: (0.0, 1e9) };
        let of = |chi, groups| cost(target, &split(chi, groups), Scale::Nominal, 1.0);
        assert_eq!(of(10.04, 2), 0.0);
        assert!(of(10.2, 2) > 0.0 && of(10.2, 2) < of(11.0, 2));
        let (near, far) = (distance(13.8, 13.16, 1.0), distance(13.8, 13.13, 1.0));
        assert!(far - near > FAR, "13.13 prints as 13.1, more than five per cent from 13.8");
        assert!(of(13.0, 2) < of(10.0, 3) && of(10.0, 3) < of(5.0, 2));
        assert_eq!(cost(Target::No, &split(5.0, 2), Scale::Nominal, 1.0), 0.0);
        assert!(cost(Target::Yes, &split(5.0, 2), Scale::Nominal, 1.0) > VERDICT);
    }
}
