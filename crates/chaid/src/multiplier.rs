use crate::{Adjustment, MAX_CATEGORIES, Method};

/// How the categories of a predictor may be merged, for counting the ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any two groups.
    Nominal,
    /// Neighbours only.
    Ordinal,
    /// Neighbours only, but the missing category may join any group; it counts as one of the categories.
    Floating,
}

/// Bonferroni's multiplier as a natural logarithm: in how many ways `categories` may become `groups`.
///
/// | | CHAID (Kass 1980, formulas 3.1 and 3.2) | Exhaustive CHAID (Biggs, de Ville & Suen 1991) |
/// |---|---|---|
/// | ordinal | C(I−1, r−1) | I(I−1)/2 |
/// | nominal | S(I, r) = Σ (−1)ᵛ (r−v)ᴵ / (v! (r−v)!), v from 0 to r−1 | I(I²−1)/6, or I(I²−1)/2 with [`Adjustment::BonferroniSpss`] |
/// | floating | C(I−2, r−2) + r·C(I−2, r−1) | I(I−1)/2 |
///
/// The exhaustive multipliers count the pairs compared from I groups down to two. The nominal sum alternates and
/// would cancel; S is Stirling's number of the second kind and is added up from S(I, r) = r·S(I−1, r) + S(I−1, r−1),
/// exact up to 2⁵³. IBM SPSS Statistics Algorithms, chapter TREE-CHAID.
///
/// At least 0 (a multiplier of 1), also where `groups` is below 2, so that nothing was tested, or above `categories`.
/// Counted up to [`MAX_CATEGORIES`] and a missing one; a NaN beyond.
///
/// ```
/// use chaid::{ln_multiplier, Adjustment::Bonferroni, Kind, Method::Chaid};
/// assert_eq!(ln_multiplier(Kind::Ordinal, 9, 3, Chaid, Bonferroni).exp().round(), 28.0);
/// assert_eq!(ln_multiplier(Kind::Nominal, 6, 2, Chaid, Bonferroni).exp().round(), 31.0);
/// ```
pub fn ln_multiplier(
    kind: Kind,
    categories: usize,
    groups: usize,
    method: Method,
    adjustment: Adjustment,
) -> f64 {
    if categories > MAX_CATEGORIES + 1 {
        return f64::NAN;
    }
    if adjustment == Adjustment::None || groups < 2 || groups > categories {
        return 0.0;
    }
    let i = categories as f64;
    let ln = match (method, kind) {
        (Method::Chaid, Kind::Ordinal) => ln_choose(categories - 1, groups - 1),
        (Method::Chaid, Kind::Nominal) => ln_stirling(categories, groups),
        (Method::Chaid, Kind::Floating) => ln_floating(categories, groups),
        (Method::Exhaustive, Kind::Ordinal | Kind::Floating) => (i * (i - 1.0) / 2.0).ln(),
        (Method::Exhaustive, Kind::Nominal) => {
            let pairs = i * (i * i - 1.0) / 6.0;
            if adjustment == Adjustment::BonferroniSpss { (3.0 * pairs).ln() } else { pairs.ln() }
        }
    };
    ln.max(0.0)
}

/// Bonferroni's multiplier as a number; infinite above 1.8e308. See [`ln_multiplier`].
pub fn multiplier(
    kind: Kind,
    categories: usize,
    groups: usize,
    method: Method,
    adjustment: Adjustment,
) -> f64 {
    let value = ln_multiplier(kind, categories, groups, method, adjustment).exp();
    if value < 1e12 { value.round() } else { value }
}

fn ln_floating(categories: usize, groups: usize) -> f64 {
    if categories < 2 || groups < 2 {
        return 0.0;
    }
    let alone = ln_choose(categories - 2, groups - 2);
    let joined = (groups as f64).ln() + ln_choose(categories - 2, groups - 1);
    let high = alone.max(joined);
    high + ((alone - high).exp() + (joined - high).exp()).ln()
}

/// ln C(n, k); −∞ where k > n.
fn ln_choose(n: usize, k: usize) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    let (n, k) = (n as f64, k.min(n - k));
    (1..=k).map(|step| ((n - k as f64 + step as f64) / step as f64).ln()).sum()
}

/// ln S(n, k), n ≥ k ≥ 1: one row of the triangle, rescaled before it overflows.
fn ln_stirling(n: usize, k: usize) -> f64 {
    let mut row = vec![0.0_f64; k + 1];
    row[0] = 1.0;
    let mut scale = 0.0;
    for _ in 0..n {
        for j in (1..=k).rev() {
            row[j] = j as f64 * row[j] + row[j - 1];
        }
        row[0] = 0.0;
        let top = row.iter().copied().fold(0.0, f64::max);
        if top > 1e250 {
            row.iter_mut().for_each(|value| *value /= top);
            scale += top.ln();
        }
    }
    row[k].ln() + scale
}

#[cfg(test)]
mod tests {
    use super::*;
    use Adjustment::{Bonferroni, BonferroniSpss};
    use Method::{Chaid, Exhaustive};

    fn check(kind: Kind, categories: usize, groups: usize, method: Method, expected: f64) {
        let found = multiplier(kind, categories, groups, method, Bonferroni);
        assert_eq!(found, expected, "{kind:?} {method:?} I = {categories}, r = {groups}");
    }

    /// Pascal's triangle and Stirling's, as printed in any table of them.
    #[test]
    fn known_values() {
        check(Kind::Ordinal, 8, 4, Chaid, 35.0);
        check(Kind::Ordinal, 10, 1, Chaid, 1.0);
        check(Kind::Nominal, 5, 3, Chaid, 25.0);
        check(Kind::Nominal, 10, 4, Chaid, 34_105.0);
        check(Kind::Nominal, 7, 7, Chaid, 1.0);
        check(Kind::Nominal, 6, 1, Chaid, 1.0);
        check(Kind::Floating, 7, 3, Chaid, 35.0);
        check(Kind::Floating, 12, 4, Chaid, 525.0);
        check(Kind::Floating, 2, 2, Chaid, 1.0);
        check(Kind::Ordinal, 5, 2, Exhaustive, 10.0);
        check(Kind::Floating, 5, 2, Exhaustive, 10.0);
        check(Kind::Nominal, 5, 2, Exhaustive, 20.0);
        assert_eq!(multiplier(Kind::Nominal, 5, 2, Exhaustive, BonferroniSpss), 60.0);
        assert_eq!(multiplier(Kind::Nominal, 5, 2, Chaid, Adjustment::None), 1.0);
    }

    /// Every partition of up to eight categories, counted one by one.
    #[test]
    fn the_ways_counted() {
        for categories in 2..=8 {
            let partitions = partitions(categories);
            for groups in 2..=categories {
                let ways = |kind| {
                    partitions.iter().filter(|p| groups_of(p) == groups && allowed(p, kind)).count() as f64
                };
                for kind in [Kind::Nominal, Kind::Ordinal, Kind::Floating] {
                    check(kind, categories, groups, Chaid, ways(kind));
                }
            }
        }
    }

    /// S(1000, 2) = 2⁹⁹⁹ − 1: beyond any `f64`, finite as a logarithm.
    #[test]
    fn large_ones_stay_finite() {
        let ln = ln_multiplier(Kind::Nominal, 1_000, 2, Chaid, Bonferroni);
        assert!((ln - 999.0 * std::f64::consts::LN_2).abs() < 1e-9);
        assert!(ln_multiplier(Kind::Nominal, 1_000, 300, Chaid, Bonferroni).is_finite());
        assert_eq!(multiplier(Kind::Nominal, 1_000, 300, Chaid, Bonferroni), f64::INFINITY);
        assert!(multiplier(Kind::Nominal, usize::MAX, usize::MAX, Chaid, Bonferroni).is_nan());
    }

    /// Group of each category; group numbers appear in the order 0, 1, 2, ….
    fn partitions(categories: usize) -> Vec<Vec<usize>> {
        (0..categories).fold(vec![Vec::new()], |sofar, _| {
            let extend = |p: Vec<usize>| (0..=groups_of(&p)).map(move |g| [p.clone(), vec![g]].concat());
            sofar.into_iter().flat_map(extend).collect()
        })
    }

    fn groups_of(partition: &[usize]) -> usize {
        partition.iter().max().map_or(0, |g| g + 1)
    }

    fn allowed(partition: &[usize], kind: Kind) -> bool {
        let ordered = match kind {
            Kind::Nominal => return true,
            Kind::Ordinal => partition,
            Kind::Floating => &partition[..partition.len() - 1],
        };
        ordered.windows(2).all(|pair| pair[0] <= pair[1])
    }
}
