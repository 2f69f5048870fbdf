use super::{Reading, codes, column};
use crate::text::Text;
use crate::yaml::{At, RawAccepted, Scalar};
use crate::{CheckRule, Literal};
use std::collections::BTreeSet;

pub(super) fn read(reading: &mut Reading<'_>, raw: &At<RawAccepted>, text: &Text) -> Option<CheckRule> {
    let (values, place) = match (&raw.value.values, &raw.value.codes) {
        (Some(values), None) => (listed(reading, values, text)?, values.place(text)),
        (None, Some(file)) => {
            let place = file.place(text);
            (of_codes(reading, file, text)?, place)
        }
        (Some(_), Some(codes)) => {
            reading.yaml(&codes.place(text), "both `values` and `codes`", "keep one of the two");
            return None;
        }
        (None, None) => {
            let help = "write `values: […]`, or `codes` with a code list of the study";
            reading.yaml(&raw.place(text), "no values are accepted", help);
            return None;
        }
    };
    Some(CheckRule::AcceptedValues { column: column(&raw.value.column, text), values, spot: place.spot() })
}

/// The values of a list, which are all of one kind.
fn listed(reading: &mut Reading<'_>, raw: &At<Vec<At<Scalar>>>, text: &Text) -> Option<Vec<Literal>> {
    if raw.value.is_empty() {
        let help = "list the values; a column that is always NULL needs none of them";
        reading.yaml(&raw.place(text), "no values are accepted", help);
        return None;
    }
    let mut values: Vec<Literal> = Vec::new();
    for value in &raw.value {
        let place = value.place(text);
        let Some(literal) = literal(&value.value, place.written()) else {
            let help = "remove it: NULL is always accepted; `not_null` refuses it";
            reading.yaml(&place, "NULL is no value", help);
            return None;
        };
        if let Some(first) = values.first().filter(|first| first.what() != literal.what()) {
            let message = format!("{} among values of which the first is {}", literal.what(), first.what());
            reading.yaml(&place, message, "write values of one kind; quotes make a text of a number");
            return None;
        }
        if values.contains(&literal) {
            reading.yaml(&place, "the value is listed twice", "remove one of the two");
        }
        values.push(literal);
    }
    Some(values)
}

/// A scalar of YAML as a literal, a date as the text that it is; none of null.
pub(super) fn literal(value: &Scalar, written: &str) -> Option<Literal> {
    match value {
        Scalar::Null => None,
        Scalar::Integer(number) => Some(Literal::Number(number.to_string())),
        Scalar::Text(text) => Some(Literal::Text(text.clone())),
        Scalar::Other => Some(match written {
            "true" => Literal::Boolean(true),
            "false" => Literal::Boolean(false),
            number if is_plain_number(number) => Literal::Number(number.to_owned()),
            other => Literal::Text(other.to_owned()),
        }),
    }
}

/// Digits with an optional sign and point, as YAML and SQL both write a number.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match digits.split_once('.') {
        Some((whole, rest)) => is_digits(whole) && is_digits(rest),
        None => is_digits(digits),
    }
}

/// The codes of a list, each once, sorted, so that the order of its lines does not count.
fn of_codes(reading: &mut Reading<'_>, file: &At<String>, text: &Text) -> Option<Vec<Literal>> {
    let codes = codes::read(reading, &file.value, &file.place(text))?;
    let codes: BTreeSet<String> = codes.into_iter().map(|code| code.code).collect();
    Some(codes.into_iter().map(Literal::Text).collect())
}
