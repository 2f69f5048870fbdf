use crate::{Error, Result};

/// Ordered intervals of a scale predictor, each closed above.
///
/// ```
/// use chaid::{Binning, Intervals};
/// let ages = Intervals::of("age", &[21.0, 19.0, f64::NAN, 34.0, 27.0], None, Binning::Spss { intervals: 2 })?;
/// assert_eq!(ages.upper, [21.0, 34.0]);
/// assert_eq!(ages.codes(&[20.0, 21.5, f64::NAN]), [0, 1, u8::MAX]);
/// assert_eq!(ages.label(&[0]), "≤ 21");
/// # Ok::<(), chaid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// The largest value seen in each interval, ascending; the last also takes all above.
    pub upper: Vec<f64>,
}

/// How a scale predictor is cut into intervals; both rules keep equal values together, so that there may be fewer
/// intervals than asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binning {
    /// Interval ⌊rank · k / (N + 1)⌋, equal values sharing their mean rank. IBM SPSS Statistics Algorithms,
    /// chapter TREE-CHAID.
    Spss {
        /// k: intervals at most, 2 to [`MAX_INTERVALS`]; 10 is SPSS's default.
        intervals: u32,
    },
    /// Interval ⌈k · F⌉, F the part of the cases with that value or a lower one. IBM SPSS Modeler Algorithms
    /// Guide, chapter CHAID.
    Modeler {
        /// k: intervals at most, 2 to [`MAX_INTERVALS`]; 10 is Modeler's default.
        intervals: u32,
    },
}

/// The largest number of intervals: codes are bytes, and one byte stands for missing.
pub const MAX_INTERVALS: u32 = 254;

impl Intervals {
    /// Intervals of a column.
    ///
    /// `values`: one per case, NaN for missing; `frequency`: cases that each row stands for, `None` for 1 each.
    /// All values missing gives no interval.
    ///
    /// # Errors
    /// An infinite value, columns of different lengths, k outside its range.
    pub fn of(name: &str, values: &[f64], frequency: Option<&[u32]>, binning: Binning) -> Result<Intervals> {
        if let Some(frequency) = frequency.filter(|frequency| frequency.len() != values.len()) {
            return Err(Error::Length {
                what: format!("the frequencies of {name}"),
                found: frequency.len(),
                expected: values.len(),
                way_out: "give one frequency per row",
            });
        }
        if let Some((row, value)) = values.iter().enumerate().find(|(_, value)| value.is_infinite()) {
            return Err(Error::Value { row, value: *value });
        }
        let cases = |row: usize| frequency.map_or(1, |frequency| u64::from(frequency[row]));
        let known = values.iter().enumerate().filter(|(_, value)| !value.is_nan());
        // Adding 0 makes −0 and 0 one value.
        let mut sorted: Vec<(f64, u64)> = known.map(|(row, value)| (value + 0.0, cases(row))).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        sorted.dedup_by(|next, kept| next.0 == kept.0 && add(kept, next.1));
        Intervals::of_counts(name, &sorted, binning)
    }

    /// Intervals of distinct values with their numbers of cases, as a `GROUP BY` gives them; values ascend.
    ///
    /// # Errors
    /// Values that do not ascend or are not finite, more than 2⁵³ cases, k outside its range.
    pub fn of_counts(name: &str, values: &[(f64, u64)], binning: Binning) -> Result<Intervals> {
        let (Binning::Spss { intervals: k } | Binning::Modeler { intervals: k }) = binning;
        if !(2..=MAX_INTERVALS).contains(&k) {
            let way_out = "from 2 to 254 intervals can be made; 10 is usual";
            return Err(Error::Option { name: "intervals", value: k.to_string(), way_out });
        }
        let ascend =
            values.windows(2).position(|pair| !matches!(pair, [a, b] if a.0 < b.0)).map(|row| row + 1);
        let finite = values.iter().position(|value| !value.0.is_finite());
        if let Some(row) = ascend.or(finite) {
            let what = format!("value {} of {name}", values[row].0);
            return Err(Error::Outcome {
                what,
                reason: "distinct values must be finite and ascend: sort them",
            });
        }
        let total = values.iter().try_fold(0_u64, |sum, value| sum.checked_add(value.1)).unwrap_or(u64::MAX);
        if total > 1 << 53 {
            return Err(Error::Overflow { what: name.to_owned() });
        }
        let (mut below, mut upper, mut last) = (0_u128, Vec::new(), None);
        let (total, k) = (u128::from(total), u128::from(k));
        for (value, cases) in values.iter().filter(|value| value.1 > 0) {
            let cases = u128::from(*cases);
            let interval = match binning {
                // Twice the mean rank, so that halves stay integers.
                Binning::Spss { .. } => (2 * below + cases + 1) * k / (2 * (total + 1)),
                Binning::Modeler { .. } => (k * (below + cases)).div_ceil(total),
            };
            if last == Some(interval) {
                upper.pop();
            }
            upper.push(*value);
            last = Some(interval);
            below += cases;
        }
        Ok(Intervals { upper })
    }

    /// The interval of each value; [`u8::MAX`] for NaN, and for all where there is no interval.
    pub fn codes(&self, values: &[f64]) -> Vec<u8> {
        values.iter().map(|value| self.code(*value).unwrap_or(u8::MAX)).collect()
    }

    /// The interval of a value; a value above all that were seen has the last. `None` for NaN.
    pub fn code(&self, value: f64) -> Option<u8> {
        if value.is_nan() || self.upper.is_empty() {
            return None;
        }
        let position = self.upper.partition_point(|upper| *upper < value).min(self.upper.len() - 1);
        u8::try_from(position).ok()
    }

    /// A run of intervals for people: `≤ 12`, `(12, 40]`, `> 40`; `all` for the whole range, `""` for none.
    pub fn label(&self, intervals: &[usize]) -> String {
        let (Some(first), Some(last)) = (intervals.iter().min(), intervals.iter().max()) else {
            return String::new();
        };
        let below = first.checked_sub(1).and_then(|before| self.upper.get(before));
        let end = self.upper.get(*last).filter(|_| last + 1 < self.upper.len());
        match (below, end) {
            (None, None) => "all".to_owned(),
            (None, Some(end)) => format!("≤ {end}"),
            (Some(below), Some(end)) => format!("({below}, {end}]"),
            (Some(below), None) => format!("> {below}"),
        }
    }
}

/// Adds cases to an entry; always true, so that the other entry goes.
fn add(kept: &mut (f64, u64), cases: u64) -> bool {
    kept.1 = kept.1.saturating_add(cases);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upper(values: &[f64], binning: Binning) -> Vec<f64> {
        Intervals::of("x", values, None, binning).unwrap().upper
    }

    fn spss(values: &[f64]) -> Vec<f64> {
        upper(values, Binning::Spss { intervals: 10 })
    }

    /// Ranks 1 to 9 of 9 fall into intervals 1 to 9: nine intervals, and 19 values give ten.
    #[test]
    fn distinct_values() {
        let range = |n: u32| (1..=n).map(f64::from).collect::<Vec<_>>();
        assert_eq!(spss(&range(9)), range(9));
        assert_eq!(spss(&range(19)), [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 19.0]);
        assert_eq!(upper(&range(20), Binning::Modeler { intervals: 10 }).len(), 10);
    }

    /// Values 1 (three times), 2, 3: mean ranks 2, 4, 5 of N + 1 = 6 give intervals 3, 6, 8; in Modeler 6, 8, 10.
    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(spss(&[1.0, 1.0, 1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        let two = |binning| upper(&[1.0, 1.0, 1.0, 2.0, 3.0], binning);
        assert_eq!(two(Binning::Spss { intervals: 2 }), [1.0, 3.0]);
        // ⌈2 · 3/5⌉ = 2: Modeler sees one interval where the mean rank sees two.
        assert_eq!(two(Binning::Modeler { intervals: 2 }), [3.0]);
    }

    /// Mean ranks that are halves: 1, 1, 2, 2 have 1.5 and 3.5 of 5, intervals ⌊3⌋ and ⌊7⌋; one rank more would
    /// be a border with k = 2: ⌊1.5 · 2/5⌋ = 0, ⌊3.5 · 2/5⌋ = 1.
    #[test]
    fn halves_stay_exact() {
        assert_eq!(upper(&[1.0, 1.0, 2.0, 2.0], Binning::Spss { intervals: 2 }), [1.0, 2.0]);
        let zeros = Intervals::of("x", &[0.0, -0.0, 5.0], None, Binning::Spss { intervals: 10 }).unwrap();
        assert_eq!((zeros.upper.len(), &zeros.label(&[0])[..]), (2, "≤ 0"));
    }

    #[test]
    fn frequencies_are_repeated_rows() {
        let long = [1.0, 1.0, 1.0, 4.0, 9.0, 9.0];
        for binning in [Binning::Spss { intervals: 3 }, Binning::Modeler { intervals: 3 }] {
            let short = Intervals::of("x", &[9.0, 1.0, 4.0, 7.0], Some(&[2, 3, 1, 0]), binning);
            assert_eq!(short.unwrap().upper, upper(&long, binning));
        }
    }

    #[test]
    fn refused() {
        let binning = Binning::Spss { intervals: 10 };
        assert!(matches!(
            Intervals::of("x", &[f64::INFINITY], None, binning),
            Err(Error::Value { row: 0, .. })
        ));
        assert!(matches!(Intervals::of("x", &[1.0], Some(&[]), binning), Err(Error::Length { .. })));
        let one = Binning::Spss { intervals: 1 };
        assert!(matches!(Intervals::of("x", &[1.0], None, one), Err(Error::Option { .. })));
        let falling = Intervals::of_counts("x", &[(2.0, 1), (1.0, 1)], binning);
        assert!(matches!(falling, Err(Error::Outcome { .. })));
        assert_eq!(Intervals::of("x", &[f64::NAN], None, binning).unwrap().codes(&[1.0]), [u8::MAX]);
    }

    #[test]
    fn labels() {
        let intervals = Intervals { upper: vec![12.0, 40.0, 60.5] };
        let labels = [&[0][..], &[1], &[1, 2], &[0, 1, 2], &[]].map(|run| intervals.label(run));
        assert_eq!(labels, ["≤ 12", "(12, 40]", "> 12", "all", ""]);
        assert_eq!(
            [11.0, 12.0, 12.5, 99.0].map(|value| intervals.code(value)),
            [Some(0), Some(0), Some(1), Some(2)]
        );
    }
}
