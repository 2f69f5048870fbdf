//! Exact decimal numbers as digits: what a printed number is before and after it is text.

use std::cmp::Ordering;

/// A decimal number held as its digits, so that rounding never meets a binary fraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without leading zeros, except the single digit of a number below one.
    integer: String,
    /// As many digits as the number was given with.
    fraction: String,
}

impl Decimal {
    /// A whole number.
    pub fn from_i64(value: i64) -> Self {
        Self::new(value < 0, &value.unsigned_abs().to_string(), "")
    }

    /// `unscaled` · 10^−`scale`, the two parts of an Arrow decimal; a negative scale adds zeros.
    pub fn from_scaled(unscaled: i128, scale: i8) -> Self {
        let mut digits = unscaled.unsigned_abs().to_string();
        if scale <= 0 {
            digits.extend(std::iter::repeat_n('0', usize::from(scale.unsigned_abs())));
            return Self::new(unscaled < 0, &digits, "");
        }
        let scale = usize::from(scale.unsigned_abs());
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (integer, fraction) = padded.split_at(padded.len() - scale);
        Self::new(unscaled < 0, integer, fraction)
    }

    /// The shortest decimal number that reads back as `value`; none for NaN and infinities.
    ///
    /// The shortest one is what a person would write: 2.675 stays 2.675, although the binary number
    /// nearest to it is a little smaller, and so rounds to 2.68.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Self::parse(&value.to_string())
    }

    /// Reads an optional minus, digits, and at most one decimal point or comma with digits behind it.
    ///
    /// The digits before the sign may be missing (`.8`), those behind it may not. A lone point is a
    /// decimal point, never a thousands mark. Anything else is not a number: none.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, body) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (integer, fraction) = match body.split_once(['.', ',']) {
            Some((integer, fraction)) if !fraction.is_empty() => (integer, fraction),
            Some(_) => return None,
            None if body.is_empty() => return None,
            None => (body, ""),
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        (digits(integer) && digits(fraction)).then(|| Self::new(negative, integer, fraction))
    }

    fn new(negative: bool, integer: &str, fraction: &str) -> Self {
        let integer = integer.trim_start_matches('0');
        let integer = if integer.is_empty() { "0" } else { integer };
        Self { negative, integer: integer.into(), fraction: fraction.into() }
    }

    /// Number of digits behind the decimal sign.
    pub fn decimals(&self) -> usize {
        self.fraction.len()
    }

    /// Below zero; a zero has no sign.
    pub fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// Digits before the decimal sign, at least one.
    pub fn integer_digits(&self) -> &str {
        &self.integer
    }

    /// Digits behind the decimal sign, possibly none.
    pub fn fraction_digits(&self) -> &str {
        &self.fraction
    }

    /// The number with exactly `decimals` digits behind the decimal sign: half away from zero, as SPSS
    /// and Dutch tables round; zeros are added where digits are missing.
    pub fn rounded(&self, decimals: usize) -> Self {
        if decimals >= self.fraction.len() {
            let fraction = format!("{:0<decimals$}", self.fraction);
            return Self { fraction, ..self.clone() };
        }
        let up = self.fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5');
        let kept = format!("{}{}", self.integer, &self.fraction[..decimals]);
        let digits = if up { successor(&kept) } else { kept };
        let (integer, fraction) = digits.split_at(digits.len() - decimals);
        Self::new(self.negative, integer, fraction)
    }

    /// How many digits behind the decimal sign leave `digits` significant ones, at most `most`: 1 of 0.0095 leaves
    /// two, because it rounds to 0.01; a zero has `most`.
    pub fn significant_decimals(&self, digits: usize, most: usize) -> usize {
        let needed = |number: &Self| {
            if number.is_zero() {
                most
            } else if number.integer == "0" {
                let zeros = number.fraction.len() - number.fraction.trim_start_matches('0').len();
                zeros + digits
            } else {
                digits.saturating_sub(number.integer.len())
            }
        };
        let first = needed(self).min(most);
        needed(&self.rounded(first)).min(first)
    }

    /// Smaller as a number, signs counted.
    pub fn is_below(&self, other: &Self) -> bool {
        match (self.is_negative(), other.is_negative()) {
            (true, false) => true,
            (false, true) => false,
            (false, false) => self.compare_size(other) == Ordering::Less,
            (true, true) => self.compare_size(other) == Ordering::Greater,
        }
    }

    /// This number less `other`, with the digits of the one that has more; none beyond some 38 digits.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let decimals = self.decimals().max(other.decimals());
        let difference = self.scaled(decimals)?.checked_sub(other.scaled(decimals)?)?;
        Some(Self::from_scaled(difference, i8::try_from(decimals).ok()?))
    }

    /// The number times 10^`decimals`, at least the digits it has.
    fn scaled(&self, decimals: usize) -> Option<i128> {
        let size: i128 = format!("{}{:0<decimals$}", self.integer, self.fraction).parse().ok()?;
        Some(if self.negative { -size } else { size })
    }

    /// The number without the zeros that end its fraction.
    pub fn trimmed(&self) -> Self {
        Self { fraction: self.fraction.trim_end_matches('0').into(), ..self.clone() }
    }

    /// Equal as numbers: `1`, `1.0` and `1.00` are, and so are `0` and `-0`.
    pub fn same_value(&self, other: &Self) -> bool {
        self.compare_size(other) == Ordering::Equal && self.is_negative() == other.is_negative()
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let (a, b) = (self.trimmed(), other.trimmed());
        a.integer
            .len()
            .cmp(&b.integer.len())
            .then_with(|| (a.integer, a.fraction).cmp(&(b.integer, b.fraction)))
    }

    fn is_zero(&self) -> bool {
        self.integer.bytes().chain(self.fraction.bytes()).all(|b| b == b'0')
    }
}

/// The next whole number of a row of digits; one digit longer when all of them are nines.
fn successor(digits: &str) -> String {
    let head = digits.trim_end_matches('9');
    let nines = digits.len() - head.len();
    let mut next: String = match head.char_indices().next_back() {
        Some((at, last)) => {
            let up = last.to_digit(10).and_then(|d| char::from_digit(d + 1, 10)).unwrap_or('0');
            format!("{}{up}", &head[..at])
        }
        None => "1".into(),
    };
    next.extend(std::iter::repeat_n('0', nines));
    next
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn plain(number: &Decimal) -> String {
        let sign = if number.is_negative() { "-" } else { "" };
        let point = if number.decimals() > 0 { "." } else { "" };
        format!("{sign}{}{point}{}", number.integer_digits(), number.fraction_digits())
    }

    fn round(text: &str, decimals: usize) -> String {
        plain(&Decimal::parse(text).unwrap().rounded(decimals))
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (number, decimals, expected) in [
            ("0.5", 0, "1"),
            ("1.5", 0, "2"),
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.4999", 0, "2"),
            ("99.995", 2, "100.00"),
            ("9.96", 1, "10.0"),
            ("0.04", 1, "0.0"),
            ("-0.04", 1, "0.0"),
            ("0.05", 1, "0.1"),
            ("12", 2, "12.00"),
            (".8", 1, "0.8"),
        ] {
            assert_eq!(round(number, decimals), expected, "{number} to {decimals}");
        }
    }

    #[test]
    fn a_binary_fraction_rounds_as_it_is_written() {
        for (value, decimals, expected) in
            [(2.675, 2, "2.68"), (1.005, 2, "1.01"), (0.145, 2, "0.15"), (1e21, 0, "1000000000000000000000")]
        {
            assert_eq!(plain(&Decimal::from_f64(value).unwrap().rounded(decimals)), expected);
        }
        assert_eq!(Decimal::from_f64(f64::NAN), None);
        assert_eq!(Decimal::from_f64(f64::NEG_INFINITY), None);
    }

    #[test]
    fn significant_digits_are_counted_after_rounding() {
        for (number, digits, most, expected) in [
            ("0.0301626", 1, 3, "0.03"),
            ("0.00229", 1, 3, "0.002"),
            ("0.0094", 1, 3, "0.009"),
            ("0.0095", 1, 3, "0.01"),
            ("0.95", 1, 3, "1"),
            ("0.00094", 1, 3, "0.001"),
            ("0.0004", 1, 3, "0.000"),
            ("0.04556", 2, 3, "0.046"),
            ("12.34", 3, 3, "12.3"),
            ("1234.5", 2, 3, "1235"),
            ("0", 1, 2, "0.00"),
        ] {
            let number = Decimal::parse(number).unwrap();
            let decimals = number.significant_decimals(digits, most);
            assert_eq!(plain(&number.rounded(decimals)), expected);
        }
    }

    #[test]
    fn numbers_are_ordered_with_their_signs() {
        let below = |a: &str, b: &str| Decimal::parse(a).unwrap().is_below(&Decimal::parse(b).unwrap());
        for (smaller, larger) in
            [("0.0004", "0.0005"), ("-1", "0"), ("-2", "-1"), ("9", "10"), ("-0.1", "0.05")]
        {
            assert!(below(smaller, larger) && !below(larger, smaller), "{smaller} {larger}");
        }
        assert!(!below("0.50", "0.5") && !below("-0", "0"));
    }

    #[test]
    fn differences_are_exact() {
        for (a, b, expected) in
            [("8.2", "25.5", "-17.3"), ("4", "1", "3"), ("0.01", "0.002", "0.008"), ("-1", "-1.0", "0.0")]
        {
            let (a, b) = (Decimal::parse(a).unwrap(), Decimal::parse(b).unwrap());
            assert_eq!(plain(&a.minus(&b).unwrap()), expected);
        }
        let long = Decimal::parse(&"9".repeat(40)).unwrap();
        assert_eq!(long.minus(&long), None);
    }

    #[test]
    fn scaled_integers_keep_every_digit() {
        for (unscaled, scale, expected) in [
            (5, 3, "0.005"),
            (-5, 1, "-0.5"),
            (12345, 2, "123.45"),
            (12, 0, "12"),
            (12, -2, "1200"),
            (0, 2, "0.00"),
        ] {
            assert_eq!(plain(&Decimal::from_scaled(unscaled, scale)), expected);
        }
        assert_eq!(plain(&Decimal::from_scaled(i128::MIN, 0)), i128::MIN.to_string());
    }

    #[test]
    fn only_plain_numbers_are_read() {
        for text in ["", "-", ".", "1.", "1.2.3", "1 2", "+1", "1e3", "NaN", "12%", "1,234.5", "--1", "٣"] {
            assert_eq!(Decimal::parse(text), None, "{text:?} was read");
        }
        assert!(Decimal::parse("007,50").unwrap().same_value(&Decimal::parse("7.5").unwrap()));
        assert!(!Decimal::parse("-7").unwrap().same_value(&Decimal::parse("7").unwrap()));
        assert!(Decimal::parse("-0").unwrap().same_value(&Decimal::parse(".0").unwrap()));
        assert!(!Decimal::parse("12").unwrap().same_value(&Decimal::parse("1.2").unwrap()));
    }

    proptest! {
        #[test]
        fn a_float_reads_back_from_its_digits(value in proptest::num::f64::NORMAL) {
            let text = plain(&Decimal::from_f64(value).unwrap());
            prop_assert_eq!(text.parse::<f64>().unwrap(), value);
        }

        #[test]
        fn rounding_agrees_with_whole_number_arithmetic(unscaled in -1_000_000_000i64..1_000_000_000, scale in 0u32..7, decimals in 0u32..7) {
            let number = Decimal::from_scaled(i128::from(unscaled), i8::try_from(scale).unwrap());
            let rounded = number.rounded(usize::try_from(decimals).unwrap());
            // Oracle: half away from zero in integers of 10^-decimals.
            let expected = if decimals >= scale {
                i128::from(unscaled) * 10i128.pow(decimals - scale)
            } else {
                let unit = 10i128.pow(scale - decimals);
                let size = (i128::from(unscaled).abs() * 2 + unit) / (2 * unit);
                size * i128::from(unscaled.signum())
            };
            prop_assert_eq!(plain(&rounded), plain(&Decimal::from_scaled(expected, i8::try_from(decimals).unwrap())));
        }

        #[test]
        fn rounding_twice_changes_nothing(unscaled in any::<i64>(), decimals in 0usize..5) {
            let once = Decimal::from_scaled(i128::from(unscaled), 4).rounded(decimals);
            prop_assert_eq!(once.rounded(decimals), once);
        }
    }
}
