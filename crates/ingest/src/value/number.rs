//! Numbers in Dutch notation: points group thousands, a comma starts the decimals.

use crate::reason::{Complaint, ReasonCode};
use crate::schema::{PRECISION, SCALE};

/// A whole number such as `1.234`, `1234` or `-5`.
pub(crate) fn parse_integer(text: &str) -> Result<i64, Complaint> {
    let (sign, digits) = sign_of(text);
    let (whole, decimals) = match digits.split_once(',') {
        None => (digits, None),
        Some((whole, decimals)) => (whole, Some(decimals)),
    };
    let whole = ungrouped(whole).ok_or_else(not_a_number)?;
    match decimals {
        None => format!("{sign}{whole}").parse().map_err(|_| out_of_range("a whole number of 64 bits")),
        Some(decimals) if !all_digits(decimals) => Err(not_a_number()),
        Some(decimals) if decimals.len() == 3 => Err(Complaint::new(
            ReasonCode::AmbiguousNumber,
            "the comma may separate thousands or decimals; deliver a whole number without comma",
        )),
        Some(_) => Err(not_whole()),
    }
}

/// A decimal number such as `1.234,5`, in millionths.
pub(crate) fn parse_decimal(text: &str) -> Result<i128, Complaint> {
    let (sign, digits) = sign_of(text);
    let (whole, decimals) = digits.split_once(',').unwrap_or((digits, "0"));
    let whole = ungrouped(whole).ok_or_else(not_a_number)?;
    if !all_digits(decimals) {
        return Err(not_a_number());
    }
    millionths(sign, &whole, decimals)
}

/// The whole number that a number cell shows.
pub(crate) fn cell_integer(number: f64) -> Result<i64, Complaint> {
    let shown = cell_text(number)?;
    if shown.contains('.') { Err(not_whole()) } else { shown.parse().map_err(|_| imprecise()) }
}

/// The decimal number that a number cell shows, in millionths.
pub(crate) fn cell_decimal(number: f64) -> Result<i128, Complaint> {
    let shown = cell_text(number)?;
    let (sign, digits) = sign_of(&shown);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    millionths(sign, whole, decimals)
}

/// The digits that a number cell shows: 15 significant ones, as a spreadsheet keeps, with a decimal point.
pub(crate) fn cell_text(number: f64) -> Result<String, Complaint> {
    if !number.is_finite() || number.abs() >= 1e15 {
        return Err(imprecise());
    }
    let shortest = number.to_string();
    // `{:.14e}` rounds to 15 significant digits; reading it back gives the number that those digits mean.
    let rounded = format!("{number:.14e}").parse::<f64>().map_or(shortest, |rounded| rounded.to_string());
    Ok(if rounded == "-0" { "0".to_owned() } else { rounded })
}

/// The complaint about text that is no number.
pub(crate) fn not_a_number() -> Complaint {
    Complaint::new(
        ReasonCode::NotANumber,
        "not a number in Dutch notation; deliver digits such as 1234 or 1.234,5",
    )
}

fn millionths(sign: &str, whole: &str, decimals: &str) -> Result<i128, Complaint> {
    let decimals = decimals.trim_end_matches('0');
    let scale = usize::from(SCALE.unsigned_abs());
    if decimals.len() > scale {
        let reason = format!("the number has more than {scale} decimals; deliver it rounded");
        return Err(Complaint::new(ReasonCode::TooManyDecimals, reason));
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() + scale > usize::from(PRECISION) {
        return Err(out_of_range("a number of 12 digits before the comma"));
    }
    format!("{sign}0{whole}{decimals:0<scale$}").parse().map_err(|_| not_a_number())
}

fn sign_of(text: &str) -> (&'static str, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of `1234` or of `1.234.567`; nothing else.
fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split('.');
    let first = groups.next().filter(|group| all_digits(group))?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && !first.starts_with('0'));
    let sound = grouped && rest.iter().all(|group| group.len() == 3 && all_digits(group));
    sound.then(|| [first].into_iter().chain(rest).collect())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn not_whole() -> Complaint {
    Complaint::new(
        ReasonCode::NotWhole,
        "a whole number is expected and this one has decimals; deliver it without them",
    )
}

fn out_of_range(room: &str) -> Complaint {
    Complaint::new(
        ReasonCode::NumberOutOfRange,
        format!("the number does not fit {room}; correct it at the source"),
    )
}

fn imprecise() -> Complaint {
    Complaint::new(
        ReasonCode::ImpreciseNumber,
        "a number cell keeps 15 digits and this one has more, so digits may be lost; format the column as text and enter it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, integer: Result<i64, ReasonCode>, decimal: Result<i128, ReasonCode>) {
        assert_eq!(parse_integer(input).map_err(|c| c.code), integer, "{input:?} as a whole number");
        assert_eq!(parse_decimal(input).map_err(|c| c.code), decimal, "{input:?} as a decimal number");
    }

    #[test]
    fn dutch_numbers() {
        use ReasonCode::{AmbiguousNumber, NotANumber, NotWhole, NumberOutOfRange, TooManyDecimals};
        check("1234", Ok(1234), Ok(1_234_000_000));
        check("1.234", Ok(1234), Ok(1_234_000_000));
        check("1.234.567", Ok(1_234_567), Ok(1_234_567_000_000));
        check("-5", Ok(-5), Ok(-5_000_000));
        check("\u{2212}5", Ok(-5), Ok(-5_000_000));
        check("+5", Ok(5), Ok(5_000_000));
        check("007", Ok(7), Ok(7_000_000));
        check("1.234,5", Err(NotWhole), Ok(1_234_500_000));
        check("1,234", Err(AmbiguousNumber), Ok(1_234_000));
        check("-0,5", Err(NotWhole), Ok(-500_000));
        check("0,1000000", Err(NotWhole), Ok(100_000));
        check("0,1234567", Err(NotWhole), Err(TooManyDecimals));
        check("9999999999999", Ok(9_999_999_999_999), Err(NumberOutOfRange));
        check("9223372036854775808", Err(NumberOutOfRange), Err(NumberOutOfRange));
        for text in [
            "", "-", "1.5", "1.23.456", "0.123", "1 234", "1e3", ",5", "5,", "1,234.5", "٣", "--1",
            "12.34,5", "1,2,3",
        ] {
            check(text, Err(NotANumber), Err(NotANumber));
        }
    }

    #[test]
    fn number_cells_show_fifteen_digits() {
        let shown = |number: f64| cell_text(number).map_err(|c| c.code);
        assert_eq!(shown(1_234_567_890.0).as_deref(), Ok("1234567890"));
        assert_eq!(shown(0.1 + 0.2).as_deref(), Ok("0.3"));
        assert_eq!(shown(-0.0).as_deref(), Ok("0"));
        assert_eq!(shown(999_999_999_999_999.0).as_deref(), Ok("999999999999999"));
        assert_eq!(shown(1e15), Err(ReasonCode::ImpreciseNumber));
        assert_eq!(shown(f64::NAN), Err(ReasonCode::ImpreciseNumber));
        assert_eq!(cell_integer(2.999_999_999_999_999_6).ok(), Some(3));
        assert_eq!(cell_integer(2.5).map_err(|c| c.code), Err(ReasonCode::NotWhole));
        assert_eq!(cell_decimal(-2.5).ok(), Some(-2_500_000));
        assert_eq!(cell_decimal(1.0 / 3.0).map_err(|c| c.code), Err(ReasonCode::TooManyDecimals));
    }
}
