//! Numbers, dates, truth values and texts as they are printed.

use crate::decimal::Decimal;
use crate::labels;
use study::NumberFormat;

/// Writes a number as a format says: rounded half away from zero, with its decimal sign, groups and
/// suffix, and without the zero before the decimal sign where the format drops it (`.8`). A number below the
/// format's limit is not written; the text that stands for it is (`< 0,001`).
///
/// ```
/// use report::{Decimal, number_text};
/// use study::{NumberFormat, Separator};
/// let spss = NumberFormat {
///     decimals: 1,
///     significant: None,
///     separator: Separator::Point,
///     leading_zero: false,
///     suffix: "%".into(),
///     thousands: None,
///     below: None,
/// };
/// assert_eq!(number_text(&Decimal::from_scaled(377, 1), &spss), "37.7%");
/// assert_eq!(number_text(&Decimal::from_i64(0), &spss), ".0%");
/// ```
pub fn number_text(number: &Decimal, format: &NumberFormat) -> String {
    if let Some(below) = &format.below
        && Decimal::parse(&below.limit).is_some_and(|limit| number.is_below(&limit))
    {
        return below.text.clone();
    }
    let most = usize::try_from(format.decimals).unwrap_or(usize::MAX);
    let digits = format.significant.and_then(|digits| usize::try_from(digits).ok());
    let decimals = digits.map_or(most, |digits| number.significant_decimals(digits, most));
    let rounded = number.rounded(decimals);
    let mut text = String::new();
    if rounded.is_negative() {
        text.push('-');
    }
    let bare = rounded.integer_digits() == "0" && decimals > 0 && !format.leading_zero;
    if !bare {
        push_grouped(&mut text, rounded.integer_digits(), format.thousands.map(study::Separator::sign));
    }
    if decimals > 0 {
        text.push(format.separator.sign());
        text.push_str(rounded.fraction_digits());
    }
    text.push_str(&format.suffix);
    text
}

/// Writes a number without a format: every digit it has, a decimal point, no zeros at the end.
pub(crate) fn plain_text(number: &Decimal) -> String {
    let number = number.trimmed();
    let sign = if number.is_negative() { "-" } else { "" };
    let point = if number.decimals() > 0 { "." } else { "" };
    format!("{sign}{}{point}{}", number.integer_digits(), number.fraction_digits())
}

/// Writes a calendar day as Dutch tables do: `01-okt-2009`. Days count from 1 January 1970; years that
/// need more than four digits have no such form and none is returned.
pub fn date_text(days: i32) -> Option<String> {
    let iso = arrow::datatypes::Date32Type::to_naive_date_opt(days)?.to_string();
    let [year, month, day] = iso.split('-').collect::<Vec<_>>()[..] else {
        return None;
    };
    let month = month.parse::<usize>().ok().and_then(|month| labels::MONTHS.get(month.checked_sub(1)?))?;
    (year.len() == 4).then(|| format!("{day}-{month}-{year}"))
}

/// `Ja` or `Nee`.
pub(crate) fn boolean_text(value: bool) -> &'static str {
    if value { labels::YES } else { labels::NO }
}

fn push_grouped(text: &mut String, digits: &str, sign: Option<char>) {
    for (at, digit) in digits.chars().enumerate() {
        let behind = digits.len() - at;
        if let (Some(sign), true) = (sign, at > 0 && behind.is_multiple_of(3)) {
            text.push(sign);
        }
        text.push(digit);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use study::Separator;

    fn format(decimals: u32, separator: Separator) -> NumberFormat {
        NumberFormat {
            decimals,
            significant: None,
            separator,
            leading_zero: true,
            suffix: String::new(),
            thousands: None,
            below: None,
        }
    }

    #[test]
    fn formats_write_numbers_as_printed() {
        let comma = format(2, Separator::Comma);
        let whole = format(0, Separator::Point);
        let spss = NumberFormat { leading_zero: false, ..format(1, Separator::Point) };
        let grouped = NumberFormat { thousands: Some(Separator::Point), ..format(1, Separator::Comma) };
        for (number, format, expected) in [
            ("1234.5", &comma, "1234,50"),
            ("0.8", &spss, ".8"),
            ("-0.8", &spss, "-.8"),
            ("-0.04", &spss, ".0"),
            ("100", &spss, "100.0"),
            ("0.4", &whole, "0"),
            ("0.5", &whole, "1"),
            ("1234567.89", &grouped, "1.234.567,9"),
            ("-123", &grouped, "-123,0"),
            ("999999.95", &grouped, "1.000.000,0"),
        ] {
            assert_eq!(number_text(&Decimal::parse(number).unwrap(), format), expected, "{number}");
        }
    }

    #[test]
    fn small_numbers_may_be_a_text() {
        let below = study::Below { limit: "0.0005".into(), text: "< 0,005".into() };
        let p = NumberFormat { significant: Some(1), below: Some(below), ..format(3, Separator::Point) };
        for (number, expected) in [
            ("0.000499", "< 0,005"),
            ("0", "< 0,005"),
            ("0.0005", "0.001"),
            ("0.0015654", "0.002"),
            ("0.0095", "0.01"),
            ("0.049699", "0.05"),
        ] {
            assert_eq!(number_text(&Decimal::parse(number).unwrap(), &p), expected, "{number}");
        }
    }

    #[test]
    fn a_number_without_format_keeps_its_digits() {
        for (number, expected) in
            [("12", "12"), ("8.000000", "8"), ("-0.50", "-0.5"), ("0.0", "0"), ("-0", "0"), ("100", "100")]
        {
            assert_eq!(plain_text(&Decimal::parse(number).unwrap()), expected);
        }
    }

    #[test]
    fn days_are_written_with_dutch_months() {
        assert_eq!(date_text(0).unwrap(), "01-jan-1970");
        assert_eq!(date_text(14_518).unwrap(), "01-okt-2009");
        assert_eq!(date_text(-1).unwrap(), "31-dec-1969");
        assert_eq!(date_text(11_016).unwrap(), "29-feb-2000");
        assert_eq!(date_text(i32::MAX), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(unscaled in any::<i64>(), decimals in 0u32..7, comma in any::<bool>(), leading_zero in any::<bool>()) {
            let separator = if comma { Separator::Comma } else { Separator::Point };
            let format = NumberFormat { leading_zero, ..format(decimals, separator) };
            let number = Decimal::from_scaled(i128::from(unscaled), 4);
            let text = number_text(&number, &format);
            let read = Decimal::parse(&text).unwrap();
            prop_assert!(read.same_value(&number.rounded(usize::try_from(decimals).unwrap())), "{text}");
            prop_assert_eq!(number_text(&read, &format), text);
        }

        #[test]
        fn groups_only_add_signs(value in any::<i64>()) {
            let grouped = NumberFormat { thousands: Some(Separator::Point), ..format(0, Separator::Comma) };
            let text = number_text(&Decimal::from_i64(value), &grouped);
            prop_assert_eq!(text.replace('.', ""), value.to_string());
            prop_assert!(text.trim_start_matches('-').split('.').skip(1).all(|group| group.len() == 3), "{text}");
        }
    }
}
