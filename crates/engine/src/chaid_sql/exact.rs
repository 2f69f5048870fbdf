//! Sums that do not depend on the order of their terms.

/// A sum kept without rounding: terms may come in any order and in any number of parts.
///
/// It is the expansion of J. R. Shewchuk, "Adaptive precision floating-point arithmetic", *Discrete & Computational
/// Geometry* 18 (1997): parts of growing size that do not overlap and together are the sum. Beyond the range of `f64`
/// it is NaN or infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Exact {
    parts: Vec<f64>,
}

impl Exact {
    pub(super) fn of(term: f64) -> Self {
        let mut sum = Self::default();
        sum.add(term);
        sum
    }

    pub(super) fn add(&mut self, term: f64) {
        let (mut kept, mut high) = (0, term);
        for place in 0..self.parts.len() {
            let (sum, rest) = two_sum(high, self.parts[place]);
            if rest != 0.0 {
                self.parts[kept] = rest;
                kept += 1;
            }
            high = sum;
        }
        self.parts.truncate(kept);
        if high != 0.0 {
            self.parts.push(high);
        }
    }

    /// Adds `a · b`, to twice the precision of a number.
    pub(super) fn add_product(&mut self, a: f64, b: f64) {
        let (product, rest) = two_product(a, b);
        self.add(product);
        if rest != 0.0 {
            self.add(rest);
        }
    }

    /// Numbers that together are the sum.
    pub(super) fn parts(&self) -> &[f64] {
        &self.parts
    }

    pub(super) fn merge(&mut self, other: &Exact) {
        other.parts.iter().for_each(|part| self.add(*part));
    }

    /// The sum, rounded once.
    pub(super) fn value(&self) -> f64 {
        let mut parts = self.parts.iter().rev();
        let Some(mut high) = parts.next().copied() else { return 0.0 };
        let mut low = 0.0;
        for part in parts.by_ref() {
            (high, low) = two_sum(high, *part);
            if low != 0.0 {
                break;
            }
        }
        // Half way between two numbers the rest decides: double it, and see whether that makes an exact step.
        if let Some(next) = parts.next()
            && (low < 0.0) == (*next < 0.0)
        {
            let step = high + 2.0 * low;
            if step - high == 2.0 * low {
                high = step;
            }
        }
        high
    }

    /// The sum as two numbers, the second the rest of the first.
    pub(super) fn pair(&self) -> Pair {
        let high = self.value();
        let mut rest = self.clone();
        rest.add(-high);
        Pair(high, rest.value())
    }
}

/// A number of twice the precision: the sum of both, the second below half a unit in the last place of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair(pub(super) f64, f64);

impl Pair {
    pub(super) fn square(self) -> Pair {
        let (high, low) = two_product(self.0, self.0);
        let (high, low) = two_sum(high, low + 2.0 * self.0 * self.1);
        Pair(high, low)
    }

    /// Divided by what is not 0.
    pub(super) fn over(self, other: Pair) -> Pair {
        let first = self.0 / other.0;
        let (high, low) = two_product(first, other.0);
        let rest = (self.0 - high) - low + self.1 - first * other.1;
        let (high, low) = two_sum(first, rest / other.0);
        Pair(high, low)
    }

    /// The difference as one number.
    pub(super) fn minus(self, other: Pair) -> f64 {
        let (high, low) = two_sum(self.0, -other.0);
        high + (low + self.1 - other.1)
    }
}

/// `a + b` and what rounding took from it (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a · b` and what rounding took from it (Dekker); the rest is 0 where halves of a number leave the range.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a, a_low), (b, b_low)) = (halves(a), halves(b));
    let rest = a_low * b_low - (((product - a * b) - a_low * b) - a * b_low);
    (product, if rest.is_finite() { rest } else { 0.0 })
}

/// A number as the sum of two with half the digits each (Veltkamp).
fn halves(value: f64) -> (f64, f64) {
    let scaled = value * 134_217_729.0;
    let high = scaled - (scaled - value);
    (high, value - high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(terms: &[f64]) -> Exact {
        let mut sum = Exact::default();
        terms.iter().for_each(|term| sum.add(*term));
        sum
    }

    /// Examples of Python's `math.fsum`.
    #[test]
    fn rounded_once() {
        assert_eq!(sum(&[0.1; 10]).value(), 1.0);
        assert_eq!(sum(&[1e100, 1.0, -1e100, 1e-100, 1e50, -1.0, -1e50]).value(), 1e-100);
        assert_eq!(sum(&[1e16, 1.0, 1e-16]).value(), 10_000_000_000_000_002.0);
        assert_eq!(
            sum(&[1e16 - 2.0, 1.0 - 2_f64.powi(-53), -(1e16 - 2.0), -(1.0 - 2_f64.powi(-53))]).value(),
            0.0
        );
        assert_eq!(sum(&[]).value(), 0.0);
    }

    #[test]
    fn products_keep_their_rest() {
        let mut product = Exact::default();
        product.add_product(1.0 + 2_f64.powi(-40), 1.0 - 2_f64.powi(-40));
        product.add(-1.0);
        assert_eq!(product.value(), -(2_f64.powi(-80)));
        // 1/3 of twice the precision: three of them are 1 to 32 digits.
        let third = Pair(1.0, 0.0).over(Pair(3.0, 0.0));
        let mut thirds = sum(&[third.0, third.0, third.0, -1.0]);
        (0..3).for_each(|_| thirds.add(third.1));
        assert!(thirds.value().abs() < 1e-31, "{thirds:?}");
        assert_eq!(Pair(1e8, 1e-9).square().minus(Pair(1e16, 0.0)), 0.2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn order_and_parts_do_not_matter(
            terms in proptest::collection::vec((-1e3..1e3_f64, -40..40_i32), 0..40),
            cut in 0..40_usize,
        ) {
            let terms: Vec<f64> = terms.iter().map(|(digits, power)| digits * 2_f64.powi(*power)).collect();
            let (one, other) = terms.split_at(cut.min(terms.len()));
            let mut parts = sum(other);
            parts.merge(&sum(one));
            let mut sorted = terms.clone();
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(parts.pair(), sum(&terms).pair());
            prop_assert_eq!(sum(&sorted).pair(), sum(&terms).pair());
        }
    }
}
