//! Calendar arithmetic without end-of-month doubts: invented days of the month stay below 29.

use crate::chance::Chance;
use chrono::{Datelike, NaiveDate};

/// A date from parts that are known to be valid; the first of January 1970 otherwise.
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// A day in `low..=high` whose day of the month is below 29; `low` when there is none in between.
pub fn draw(low: NaiveDate, high: NaiveDate, chance: &mut Chance) -> NaiveDate {
    for _ in 0..60 {
        let day = low + chrono::Days::new(chance.between(0, (high - low).num_days()) as u64);
        if day.day() < 29 && day <= high {
            return day;
        }
    }
    low
}

/// The day `months` calendar months from `from` with the same day of the month, which must be below 29.
pub fn shift(from: NaiveDate, months: i64) -> NaiveDate {
    let count = i64::from(from.year()) * 12 + i64::from(from.month0()) + months;
    date(count.div_euclid(12) as i32, count.rem_euclid(12) as u32 + 1, from.day())
}

/// A day exactly `months` completed months before `to`, with a random day of the month.
pub fn months_before(to: NaiveDate, months: i64, chance: &mut Chance) -> NaiveDate {
    let day = chance.between(1, 28) as u32;
    let extra = i64::from(day > to.day());
    let month = shift(date(to.year(), to.month(), 1), -months - extra);
    date(month.year(), month.month(), day)
}

/// Completed months from `from` to `to`; negative when `to` lies a month or more before `from`.
pub fn completed_months(from: NaiveDate, to: NaiveDate) -> i64 {
    let whole = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    whole - i64::from(to.day() < from.day())
}

/// Day and month exchanged, when that gives another valid date.
pub fn swapped(day: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(day.year(), day.day(), day.month()).filter(|other| *other != day)
}
