//! Whether printed p-values follow from the statistics printed beside them.

use super::reach::number;
use crate::ReportError;
use crate::decimal::Decimal;
use chaid::{Adjustment, Kind, Method, ln_chi2_sf, ln_multiplier};
use serde::Serialize;

/// Most categories that are tried where those of the data do not fit.
const MOST_CATEGORIES: usize = 64;

/// The printed p-values of a table, each computed again.
///
/// p is the upper tail of chi-square times Bonferroni's multiplier, for the produced number of categories merged into
/// df + 1 groups. It follows if it can lie within the rounding of the printed p while the statistic lies within its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recomputed {
    /// Printed p-values.
    pub printed: u64,
    /// Those that follow.
    pub follows: u64,
    /// Those that do not, but do as a known misprint corrects them.
    pub misprints: u64,
    /// Those that cannot be checked: they follow with another number of categories than the data has.
    pub other_categories: u64,
    /// Those that follow with no number of categories: the print contradicts itself.
    pub contradicts: u64,
    /// Every p-value that does not follow, in print order.
    pub rows: Vec<RecomputedRow>,
}

/// A printed p-value that does not follow from what is printed beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecomputedRow {
    /// Text of the row's key.
    pub row: String,
    /// The p-value as printed.
    pub printed: String,
    /// What should have been printed, if a known misprint says so.
    pub corrected: Option<String>,
    /// The smallest p that the printed statistic allows, at three significant digits; none if the data has too few
    /// categories for the printed df.
    pub lowest: Option<String>,
    /// The largest.
    pub highest: Option<String>,
    /// Level of measurement in the data.
    pub level: String,
    /// Categories in the data.
    pub categories: usize,
    /// What is to be thought of it.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Why a printed p-value does not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum Finding {
    /// It is a known misprint; as corrected, it follows.
    Misprint,
    /// It follows if there are so many categories.
    OtherCategories {
        /// Fewest that fit.
        fewest: usize,
        /// Most that fit, of those that are tried.
        most: usize,
    },
    /// It follows with no number of categories.
    Contradicts,
}

/// The texts of one printed row, and of the produced one.
pub(super) struct Texts<'a> {
    pub(super) row: &'a str,
    pub(super) statistic: &'a str,
    pub(super) df: &'a str,
    pub(super) p: &'a str,
    pub(super) level: &'a str,
    pub(super) categories: &'a str,
}

impl Recomputed {
    /// Adds a row; one without a printed statistic does not count. `correct` gives what should have been printed as p.
    ///
    /// Returns the text that is no number, if one is not, as an error.
    pub(super) fn push(
        &mut self,
        texts: &Texts<'_>,
        correct: impl FnOnce() -> Option<String>,
        fault: impl Fn(&'static str, &str) -> ReportError,
    ) -> Result<(), ReportError> {
        if texts.statistic.is_empty() {
            return Ok(());
        }
        let test = Test::read(texts, &fault)?;
        let as_printed = Printed::read(texts.p).ok_or_else(|| fault("p", texts.p))?;
        self.printed += 1;
        if test.p(test.categories).is_some_and(|p| as_printed.allows(p)) {
            self.follows += 1;
            return Ok(());
        }
        let corrected = correct();
        let right = corrected.as_deref().and_then(Printed::read);
        let finding = if right.is_some_and(|right| test.p(test.categories).is_some_and(|p| right.allows(p))) {
            self.misprints += 1;
            Finding::Misprint
        } else {
            let fits = |categories: &usize| test.p(*categories).is_some_and(|p| as_printed.allows(p));
            let mut fitting = (2..=MOST_CATEGORIES).filter(fits);
            match fitting.next() {
                Some(fewest) => {
                    self.other_categories += 1;
                    Finding::OtherCategories { fewest, most: fitting.next_back().unwrap_or(fewest) }
                }
                None => {
                    self.contradicts += 1;
                    Finding::Contradicts
                }
            }
        };
        let p = test.p(test.categories);
        self.rows.push(RecomputedRow {
            row: texts.row.to_owned(),
            printed: texts.p.to_owned(),
            corrected,
            lowest: p.map(|p| significant(p.lowest)),
            highest: p.map(|p| significant(p.highest)),
            level: texts.level.to_owned(),
            categories: test.categories,
            finding,
        });
        Ok(())
    }
}

/// Numbers from which a p-value follows.
struct Test {
    statistic: f64,
    /// Half a unit of the statistic's last printed digit.
    half: f64,
    df: u64,
    kind: Kind,
    categories: usize,
}

/// A range of p-values.
#[derive(Clone, Copy)]
struct Range {
    lowest: f64,
    highest: f64,
}

impl Test {
    fn read(
        texts: &Texts<'_>,
        fault: &impl Fn(&'static str, &str) -> ReportError,
    ) -> Result<Self, ReportError> {
        let statistic = Decimal::parse(texts.statistic);
        let (statistic, half) = statistic
            .and_then(|statistic| Some((number(&statistic)?, half_unit(&statistic))))
            .ok_or_else(|| fault("the statistic", texts.statistic))?;
        let df = texts.df.parse().map_err(|_| fault("df", texts.df))?;
        let kind = match texts.level {
            "nominal" => Kind::Nominal,
            "ordinal" | "scale" => Kind::Ordinal,
            other => return Err(fault("the level of measurement", other)),
        };
        let categories =
            texts.categories.parse().map_err(|_| fault("the number of categories", texts.categories))?;
        Ok(Self { statistic, half, df, kind, categories })
    }

    /// What p can be; none if so many categories do not give df + 1 groups.
    fn p(&self, categories: usize) -> Option<Range> {
        let groups = usize::try_from(self.df).ok()?.checked_add(1)?;
        if groups > categories {
            return None;
        }
        let multiplier = ln_multiplier(self.kind, categories, groups, Method::Chaid, Adjustment::Bonferroni);
        let p = |statistic: f64| (ln_chi2_sf(statistic, self.df) + multiplier).exp().min(1.0);
        Some(Range { lowest: p(self.statistic + self.half), highest: p(self.statistic - self.half) })
    }
}

/// What a printed p-value says.
enum Printed {
    Below(f64),
    Between(f64, f64),
}

impl Printed {
    fn read(text: &str) -> Option<Self> {
        if let Some(limit) = text.strip_prefix('<') {
            return Some(Self::Below(number(&Decimal::parse(limit.trim())?)?));
        }
        let decimal = Decimal::parse(text)?;
        let (value, half) = (number(&decimal)?, half_unit(&decimal));
        Some(Self::Between(value - half, value + half))
    }

    fn allows(&self, p: Range) -> bool {
        match self {
            Self::Below(limit) => p.lowest < *limit,
            Self::Between(low, high) => p.highest >= *low && p.lowest <= *high,
        }
    }
}

/// Half a unit of the last digit.
fn half_unit(decimal: &Decimal) -> f64 {
    0.5 * 10_f64.powi(-i32::try_from(decimal.decimals()).unwrap_or(i32::MAX))
}

/// A number at three significant digits.
fn significant(value: f64) -> String {
    let Some(decimal) = Decimal::from_f64(value) else { return value.to_string() };
    let rounded = decimal.rounded(decimal.significant_decimals(3, usize::MAX / 2));
    format!("{}.{}", rounded.integer_digits(), rounded.fraction_digits())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn texts<'a>(
        statistic: &'a str,
        df: &'a str,
        p: &'a str,
        level: &'a str,
        categories: &'a str,
    ) -> Texts<'a> {
        Texts { row: "a", statistic, df, p, level, categories }
    }

    fn fault(what: &'static str, text: &str) -> ReportError {
        ReportError::NotRecomputable { appendix: "table".into(), row: "a".into(), what, text: text.into() }
    }

    fn pushed(texts: &Texts<'_>, corrected: Option<&str>) -> Recomputed {
        let mut all = Recomputed::default();
        all.push(texts, || corrected.map(str::to_owned), fault).unwrap();
        all
    }

    #[test]
    fn a_p_follows_within_both_roundings() {
        // 0.04829 at 3.9; the roundings reach from 0.0469 to 0.0497.
        for p in ["0.05", "0,05", "0.047", "< 0.05", "<0,0470"] {
            assert_eq!(pushed(&texts("3.9", "1", p, "nominal", "2"), None).follows, 1, "{p}");
        }
        for p in ["0.04", "0.046", "< 0.0468", "0.051"] {
            assert_eq!(pushed(&texts("3.9", "1", p, "nominal", "2"), None).follows, 0, "{p}");
        }
        // 31 ways of merging six nominal categories into two, five of six ordinal ones.
        assert_eq!(pushed(&texts("10,2", "1", "0,04", "nominal", "6"), None).follows, 1);
        assert_eq!(pushed(&texts("7.0", "1", "0.04", "ordinal", "6"), None).follows, 1);
        assert_eq!(pushed(&texts("7.0", "1", "0.04", "scale", "6"), None).follows, 1);
    }

    #[test]
    fn other_categories_are_told_with_their_range() {
        let found = pushed(&texts("7.5", "1", "0.03", "scale", "9"), None);
        assert_eq!(found.other_categories, 1);
        assert_eq!(found.rows[0].finding, Finding::OtherCategories { fewest: 5, most: 6 });
        let range = (found.rows[0].lowest.as_deref(), found.rows[0].highest.as_deref());
        assert_eq!(range, (Some("0.0480"), Some("0.0507")));
        let few = pushed(&texts("17.4", "3", "0.03", "ordinal", "3"), None);
        assert_eq!((few.rows[0].lowest.as_deref(), few.other_categories), (None, 1));
    }

    #[test]
    fn a_misprint_must_follow_as_corrected() {
        let row = texts("5,8", "1", "0,01", "nominal", "2");
        assert_eq!(pushed(&row, None).contradicts, 1);
        assert_eq!(pushed(&row, Some("0,02")).misprints, 1);
        assert_eq!(pushed(&row, Some("0,03")).contradicts, 1);
        assert_eq!(pushed(&texts("", "", "", "nominal", "2"), None), Recomputed::default());
    }

    #[test]
    fn what_is_no_number_is_a_fault() {
        let message =
            |texts: &Texts<'_>| Recomputed::default().push(texts, || None, fault).unwrap_err().to_string();
        insta::assert_snapshot!(message(&texts("x", "1", "0.05", "nominal", "2")), @"table: row a: the statistic is `x`; correct `published.recompute` of the presentation or the text itself");
        insta::assert_snapshot!(message(&texts("3.9", "1.5", "0.05", "nominal", "2")), @"table: row a: df is `1.5`; correct `published.recompute` of the presentation or the text itself");
        insta::assert_snapshot!(message(&texts("3.9", "1", "?", "nominal", "2")), @"table: row a: p is `?`; correct `published.recompute` of the presentation or the text itself");
        insta::assert_snapshot!(message(&texts("3.9", "1", "0.05", "ratio", "2")), @"table: row a: the level of measurement is `ratio`; correct `published.recompute` of the presentation or the text itself");
        insta::assert_snapshot!(message(&texts("3.9", "1", "0.05", "nominal", "")), @"table: row a: the number of categories is ``; correct `published.recompute` of the presentation or the text itself");
    }
}
