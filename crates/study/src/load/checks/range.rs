use super::values::literal;
use super::{Reading, column};
use crate::load::parameters;
use crate::text::Text;
use crate::yaml::{At, RawRange, Scalar};
use crate::{Bound, CheckRule, Literal, Parameter};
use std::cmp::Ordering;

pub(super) fn read(reading: &mut Reading<'_>, raw: &At<RawRange>, text: &Text) -> Option<CheckRule> {
    if raw.value.min.is_none() && raw.value.max.is_none() {
        reading.yaml(&raw.place(text), "a range without a bound", "add `min`, `max` or both");
        return None;
    }
    let before = reading.faults.len();
    let min = raw.value.min.as_ref().and_then(|min| bound(reading, min, text));
    let max = raw.value.max.as_ref().and_then(|max| bound(reading, max, text));
    if reading.faults.len() > before {
        return None;
    }
    if let (Some(least), Some(most), Some(written)) = (&min, &max, &raw.value.max) {
        let place = written.place(text);
        if least.value.what() != most.value.what() {
            let message =
                format!("the least value is {}, the greatest {}", least.value.what(), most.value.what());
            reading.yaml(&place, message, "write two numbers or two dates");
        } else if order(&least.value, &most.value) == Some(Ordering::Greater) {
            let message = format!("the greatest value is below the least, {}", plain(&least.value));
            reading.yaml(&place, message, "swap `min` and `max`");
        }
    }
    Some(CheckRule::Range { column: column(&raw.value.column, text), min, max })
}

fn bound(reading: &mut Reading<'_>, raw: &At<Scalar>, text: &Text) -> Option<Bound> {
    let place = raw.place(text);
    let help = "write a number, a date as year-month-day, or `$parameter`";
    let parameter = match &raw.value {
        Scalar::Text(written) => written.strip_prefix('$').map(str::to_owned),
        _ => None,
    };
    let value = match (&parameter, literal(&raw.value, place.written())) {
        (Some(name), _) => match reading.values.get(name).cloned() {
            Some(Parameter::Integer(number)) => Some(Literal::Number(number.to_string())),
            Some(date @ Parameter::Date { .. }) => Some(Literal::Date(date.to_string())),
            Some(Parameter::Text(_)) => {
                reading.yaml(&place, "a parameter that is neither number nor date", help);
                return None;
            }
            // A parameter with a bad value has its own fault.
            None if reading.parameters.contains(name) => return None,
            None => {
                let (message, help) = reading.undeclared_parameter(name);
                reading.yaml(&place, message, help);
                return None;
            }
        },
        (None, Some(number @ Literal::Number(_))) => Some(number),
        (None, Some(Literal::Text(written))) => match parameters::date(&written) {
            Ok(Parameter::Date { .. }) => Some(Literal::Date(written)),
            Ok(_) => None,
            Err(message) => {
                reading.yaml(&place, message, "write a date of the calendar as year-month-day");
                return None;
            }
        },
        _ => None,
    };
    match value {
        Some(value) => Some(Bound { value, parameter, spot: place.spot() }),
        None => {
            reading.yaml(&place, "not a bound", help);
            None
        }
    }
}

/// How two bounds of one kind compare.
fn order(least: &Literal, most: &Literal) -> Option<Ordering> {
    match (least, most) {
        (Literal::Number(least), Literal::Number(most)) => {
            least.parse::<f64>().ok()?.partial_cmp(&most.parse::<f64>().ok()?)
        }
        (Literal::Date(least), Literal::Date(most)) => Some(least.cmp(most)),
        _ => None,
    }
}

fn plain(value: &Literal) -> &str {
    match value {
        Literal::Number(text) | Literal::Date(text) | Literal::Text(text) => text,
        Literal::Boolean(true) => "true",
        Literal::Boolean(false) => "false",
    }
}
