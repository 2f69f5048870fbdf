use crate::value::number;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// One cell as delivered, before the contract gives it a type. Delimited text has only texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number cell of a sheet.
    Number(f64),
    /// A number cell that is formatted as a date; none when the calendar has no such moment.
    Moment(Option<NaiveDateTime>),
    /// A number cell that is formatted as a length of time.
    Duration,
    /// A boolean cell of a sheet.
    Boolean(bool),
    /// An error cell of a sheet, as the sheet shows it.
    Error(String),
}

impl Cell {
    /// The cell as the deliverer sees it, for the quarantine.
    pub(crate) fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => number::cell_text(*number).unwrap_or_else(|_| number.to_string()),
            Cell::Moment(Some(moment)) if moment.time() == NaiveTime::MIN => moment.date().to_string(),
            Cell::Moment(Some(moment)) => moment.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Cell::Moment(None) => "(impossible date)".to_owned(),
            Cell::Duration => "(length of time)".to_owned(),
            Cell::Boolean(true) => "true".to_owned(),
            Cell::Boolean(false) => "false".to_owned(),
        }
    }

    /// Holds nothing but blanks.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// Which day a workbook counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// Day 1 is 1 January 1900, and day 60 is a 29 February 1900 that never was.
    Y1900,
    /// Day 0 is 1 January 1904.
    Y1904,
}

/// The moment that a serial day number stands for, to the second; none when the calendar has no such moment.
pub(crate) fn moment(serial: f64, epoch: Epoch) -> Option<NaiveDateTime> {
    const SECONDS: f64 = 86_400.0;
    const LAST: f64 = 2_958_466.0;
    if !(0.0..LAST).contains(&serial) {
        return None;
    }
    // In range by the line above, so neither cast can wrap.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (serial * SECONDS).round() as i64;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let first = match (epoch, day) {
        (Epoch::Y1904, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
        (Epoch::Y1900, 1..=59) => NaiveDate::from_ymd_opt(1899, 12, 31),
        (Epoch::Y1900, 0 | 60) => None,
        (Epoch::Y1900, _) => NaiveDate::from_ymd_opt(1899, 12, 30),
    }?;
    let date = first.checked_add_days(Days::new(day.unsigned_abs()))?;
    date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::try_seconds(second)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(serial: f64, epoch: Epoch, expected: &str) {
        assert_eq!(Cell::Moment(moment(serial, epoch)).shown(), expected, "{serial} {epoch:?}");
    }

    #[test]
    fn serial_days_of_both_systems() {
        check(1.0, Epoch::Y1900, "1900-01-01");
        check(59.0, Epoch::Y1900, "1900-02-28");
        check(60.0, Epoch::Y1900, "(impossible date)");
        check(61.0, Epoch::Y1900, "1900-03-01");
        check(32_873.0, Epoch::Y1900, "1989-12-31");
        check(31_411.0, Epoch::Y1904, "1989-12-31");
        check(32_873.5, Epoch::Y1900, "1989-12-31T12:00:00");
        check(0.5, Epoch::Y1900, "(impossible date)");
        check(-1.0, Epoch::Y1900, "(impossible date)");
        check(f64::NAN, Epoch::Y1900, "(impossible date)");
        check(1e300, Epoch::Y1904, "(impossible date)");
    }
}
