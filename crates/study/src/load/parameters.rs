use super::Reading;
use crate::Parameter;
use crate::text::Text;
use crate::yaml::{At, Scalar};
use std::collections::BTreeMap;

/// The parameters with their types, read from the shape of their values.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    raw: &BTreeMap<At<String>, At<Scalar>>,
) -> BTreeMap<String, Parameter> {
    let text = reading.pipeline.clone();
    let mut parameters = BTreeMap::new();
    for (name, value) in raw {
        reading.identifier(name, &text);
        // Also a parameter with a bad value is declared: its uses are not at fault.
        reading.parameters.insert(name.value.clone());
        if let Some(parameter) = one(reading, value, &text) {
            parameters.insert(name.value.clone(), parameter);
        }
    }
    parameters
}

/// The value with its type; none if it has a fault, which is noted.
pub(super) fn one(reading: &mut Reading<'_>, value: &At<Scalar>, text: &Text) -> Option<Parameter> {
    let place = value.place(text);
    match &value.value {
        Scalar::Integer(number) => Some(Parameter::Integer(*number)),
        Scalar::Other => Some(Parameter::Text(place.written().to_owned())),
        Scalar::Text(written) => match date(written) {
            Ok(parameter) => Some(parameter),
            Err(message) => {
                reading.yaml(&place, message, "write a date of the calendar as year-month-day");
                None
            }
        },
        Scalar::Null => {
            reading.yaml(&place, "the parameter has no value", "write a date, an integer or a text");
            None
        }
    }
}

/// A date if the text has the shape of one, else the text.
pub(crate) fn date(written: &str) -> Result<Parameter, &'static str> {
    let shape = written.len() == 10
        && written
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return Ok(Parameter::Text(written.into()));
    }
    let number = |range: std::ops::Range<usize>| written[range].parse::<u32>().unwrap_or_default();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    if year == 0 || day == 0 || day > days_in(year, month) {
        return Err("no such date");
    }
    Ok(Parameter::Date { year: i32::try_from(year).unwrap_or_default(), month, day })
}

/// Days of a month of the Gregorian calendar; 0 for no month.
fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}
