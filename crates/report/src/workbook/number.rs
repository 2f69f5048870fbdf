//! How a spreadsheet shows a cell.

use crate::PrintedCell;
use crate::decimal::Decimal;
use crate::markup::seen;
use study::NumberFormat;

/// Decimal digits that a number of a spreadsheet keeps.
const EXACT_DIGITS: usize = 15;
/// Characters of a number format.
const LONGEST: usize = 255;

/// A number that a spreadsheet keeps as it is; none for one with more digits, or a code that only looks like one.
pub(super) fn number(value: &Decimal) -> Option<f64> {
    let value = value.trimmed();
    let digits = value.integer_digits().trim_start_matches('0').len() + value.decimals();
    let sign = if value.is_negative() { "-" } else { "" };
    let number: f64 =
        format!("{sign}{}.{}0", value.integer_digits(), value.fraction_digits()).parse().ok()?;
    // A binary fraction may have more digits than a spreadsheet tells; it is the same fraction there.
    let is_float =
        value.decimals() > 0 && Decimal::from_f64(number).is_some_and(|same| same.same_value(&value));
    (number.is_finite() && (is_float || digits <= EXACT_DIGITS)).then_some(number)
}

/// The number format of a cell that holds a number: its decimals and suffix as printed, then marker and sign. The decimal
/// sign is that of the reader's spreadsheet. None where they do not fit.
pub(super) fn pattern(
    cell: &PrintedCell,
    value: &Decimal,
    format: Option<&NumberFormat>,
    sign: &str,
) -> Option<String> {
    let behind = literal(&format!("{}{sign}", cell.marker));
    let pattern = match format {
        None => format!("{}{behind}", digits(value.trimmed().decimals(), true, false)),
        Some(format) => {
            let shown = decimals(value, format);
            let number = digits(shown, format.leading_zero, format.thousands.is_some());
            let number = format!("{number}{}{behind}", literal(&format.suffix));
            match &format.below {
                Some(below) => format!("[<{}]{}{behind};{number}", below.limit, literal(&below.text)),
                None => number,
            }
        }
    };
    (pattern.chars().count() <= LONGEST).then_some(pattern)
}

/// The format of a cell that holds a text with a sign behind it.
pub(super) fn text_pattern(sign: &str) -> String {
    format!("@{}", literal(sign))
}

fn decimals(value: &Decimal, format: &NumberFormat) -> usize {
    let most = usize::try_from(format.decimals).unwrap_or(usize::MAX);
    let significant = format.significant.and_then(|digits| usize::try_from(digits).ok());
    significant.map_or(most, |digits| value.significant_decimals(digits, most))
}

fn digits(decimals: usize, leading_zero: bool, thousands: bool) -> String {
    let whole = match (thousands, leading_zero || decimals == 0) {
        (true, true) => "#,##0",
        (true, false) => "#,###",
        (false, true) => "0",
        (false, false) => "#",
    };
    match decimals {
        0 => whole.to_owned(),
        decimals => format!("{whole}.{}", "0".repeat(decimals)),
    }
}

/// A text that stands in a format as it is.
fn literal(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", seen(text).replace('"', "\"\\\"\"")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::CellKind;
    use study::{Below, Separator};

    fn shown(value: &str, format: Option<&NumberFormat>, marker: &str, sign: &str) -> String {
        let value = Decimal::parse(value).unwrap();
        let cell = PrintedCell {
            key: String::new(),
            column: String::new(),
            text: String::new(),
            kind: CellKind::Number,
            value: Some(value.clone()),
            marker: marker.into(),
        };
        pattern(&cell, &value, format, sign).unwrap()
    }

    #[test]
    fn formats_show_what_is_printed() {
        let plain = NumberFormat {
            decimals: 1,
            significant: None,
            separator: Separator::Comma,
            leading_zero: true,
            suffix: String::new(),
            thousands: None,
            below: None,
        };
        let spss = NumberFormat { leading_zero: false, suffix: "%".into(), ..plain.clone() };
        let grouped = NumberFormat { decimals: 0, thousands: Some(Separator::Point), ..plain.clone() };
        let below = Below { limit: "0.0005".into(), text: "< 0,005".into() };
        let p = NumberFormat { decimals: 3, significant: Some(1), below: Some(below), ..plain.clone() };
        for (value, format, marker, sign, expected) in [
            ("599", None, " *", "†", "0\" *†\""),
            ("0.50", None, "", "", "0.0"),
            ("37.66", Some(&spss), "", "", "#.0\"%\""),
            ("1234", Some(&grouped), "", "", "#,##0"),
            ("0.0095", Some(&p), "", "", "[<0.0005]\"< 0,005\";0.00"),
            ("1", Some(&plain), "\"x\"", "", "0.0\"\"\\\"\"x\"\\\"\"\""),
        ] {
            assert_eq!(shown(value, format, marker, sign), expected, "{value}");
        }
    }

    #[test]
    fn a_number_that_would_lose_digits_is_none() {
        for (text, expected) in [
            ("-8.25", Some(-8.25)),
            ("123456789012345", Some(123_456_789_012_345.0)),
            ("1234567890123456", None),
            ("0.30000000000000004", Some(0.30000000000000004)),
            ("0.1234567890123456789", None),
            ("-0", Some(0.0)),
        ] {
            assert_eq!(number(&Decimal::parse(text).unwrap()), expected, "{text}");
        }
    }
}
