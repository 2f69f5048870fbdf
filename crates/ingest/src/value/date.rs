//! Dates as Dutch offices write them.
//!
//! Read are day-month-year with `-`, `/` or `.` (`31-12-1989`, `31/12/89`), a Dutch month name
//! (`01-okt-2009`, `1 oktober 2009`) and ISO 8601 (`1989-12-31`), each with an optional midnight
//! (`T00:00:00`, ` 0:00`). Two-digit years: 30–99 are 1930–1999, 00–29 are 2000–2029.

use crate::reason::{Complaint, ReasonCode};
use chrono::{Datelike, NaiveDate};

const SEPARATORS: [char; 4] = ['-', '/', '.', ' '];

/// The date that `text`, without outer and repeated blanks, stands for.
pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, Complaint> {
    let lower = text.to_lowercase();
    let date = without_midnight(&lower)?;
    let parts: Vec<&str> = date.split(SEPARATORS).filter(|part| !part.is_empty()).collect();
    let [first, middle, last] = parts[..] else { return Err(not_a_date()) };
    match month_of(middle) {
        Some(month) if date.starts_with(first) && date.ends_with(last) && is_number(first, 1..=2) => {
            day_of(year_of(last)?, month, number(first)?)
        }
        Some(_) => Err(not_a_date()),
        None => numeric(date, first, middle, last),
    }
}

/// Refuses years in which no date of a registration can lie.
pub(crate) fn in_range(date: NaiveDate) -> Result<NaiveDate, Complaint> {
    if (1900..=2100).contains(&date.year()) { Ok(date) } else { Err(year_out_of_range()) }
}

/// A date with a time of day: whoever delivers it must say which day is meant.
pub(crate) fn time_of_day() -> Complaint {
    Complaint::new(
        ReasonCode::TimeOfDay,
        "this column holds dates, and here is a time of day as well; deliver the date alone",
    )
}

fn numeric(date: &str, first: &str, middle: &str, last: &str) -> Result<NaiveDate, Complaint> {
    let mut used = date.chars().filter(|c| SEPARATORS.contains(c));
    let (one, other) = (used.next(), used.next());
    if one != other || one == Some(' ') || used.next().is_some() || !is_number(middle, 1..=2) {
        return Err(not_a_date());
    }
    if is_number(first, 4..=4) && is_number(last, 1..=2) && one != Some('.') {
        day_of(number(first)?, number(middle)?, number(last)?)
    } else if is_number(first, 1..=2) {
        day_of(year_of(last)?, number(middle)?, number(first)?)
    } else {
        Err(not_a_date())
    }
}

fn day_of(year: u32, month: u32, day: u32) -> Result<NaiveDate, Complaint> {
    let valid = |month, day| NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(0), month, day);
    match valid(month, day) {
        _ if !(1900..=2100).contains(&year) => Err(year_out_of_range()),
        Some(date) => Ok(date),
        None if month > 12 && valid(day, month).is_some() => Err(Complaint::new(
            ReasonCode::DayMonthSwapped,
            "the month is above 12 and the day is not, so day and month look swapped; deliver day-month-year",
        )),
        None => Err(Complaint::new(
            ReasonCode::NoSuchDate,
            "the calendar has no such day; correct the date at the source",
        )),
    }
}

/// Cuts off a time of day, which must be midnight.
fn without_midnight(text: &str) -> Result<&str, Complaint> {
    let Some(colon) = text.find(':') else { return Ok(text) };
    let before = &text[..colon];
    let Some(cut) = before.rfind([' ', 't']) else { return Err(not_a_date()) };
    let time = text[cut + 1..].trim_end_matches('z');
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let is_time = matches!(parts.len(), 2 | 3)
        && parts.iter().all(|part| is_number(part, 1..=2))
        && is_number(fraction, 1..=9);
    if !is_time {
        return Err(not_a_date());
    }
    if time.bytes().all(|b| matches!(b, b'0' | b':' | b'.')) {
        Ok(text[..cut].trim_end())
    } else {
        Err(time_of_day())
    }
}

fn year_of(text: &str) -> Result<u32, Complaint> {
    match (number(text)?, text.len()) {
        (year, 4) => Ok(year),
        (year @ 0..=29, 2) => Ok(2000 + year),
        (year, 2) => Ok(1900 + year),
        _ => Err(not_a_date()),
    }
}

fn month_of(text: &str) -> Option<u32> {
    Some(match text {
        "jan" | "januari" => 1,
        "feb" | "febr" | "februari" => 2,
        "mrt" | "maart" => 3,
        "apr" | "april" => 4,
        "mei" => 5,
        "jun" | "juni" => 6,
        "jul" | "juli" => 7,
        "aug" | "augustus" => 8,
        "sep" | "sept" | "september" => 9,
        "okt" | "oktober" => 10,
        "nov" | "november" => 11,
        "dec" | "december" => 12,
        _ => return None,
    })
}

fn is_number(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str) -> Result<u32, Complaint> {
    if is_number(text, 1..=4) { text.parse().map_err(|_| not_a_date()) } else { Err(not_a_date()) }
}

fn not_a_date() -> Complaint {
    Complaint::new(
        ReasonCode::NotADate,
        "not a date in a known notation; deliver day-month-year such as 31-12-1989, or 1989-12-31",
    )
}

fn year_out_of_range() -> Complaint {
    Complaint::new(
        ReasonCode::YearOutOfRange,
        "the year lies before 1900 or after 2100; correct the date at the source",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Result<&str, ReasonCode>) {
        let got = parse_date(input).map(|date| date.to_string());
        assert_eq!(got.as_deref().map_err(|complaint| complaint.code), expected, "{input:?}");
    }

    #[test]
    fn dutch_and_iso_notations() {
        for input in [
            "31-12-1989",
            "31/12/1989",
            "31.12.1989",
            "31/12/89",
            "31-dec-1989",
            "31 december 1989",
            "31 DEC. 89",
            "1989-12-31",
            "1989/12/31",
            "1989-12-31T00:00:00",
            "1989-12-31 00:00:00.000",
            "1989-12-31T00:00Z",
            "31-12-1989 0:00",
            "31-dec-1989 00:00",
        ] {
            check(input, Ok("1989-12-31"));
        }
        check("01-okt-2009", Ok("2009-10-01"));
        check("1 oktober 2009", Ok("2009-10-01"));
        check("1 mrt 2009", Ok("2009-03-01"));
        check("1 maart 2009", Ok("2009-03-01"));
        check("1 mei 2009", Ok("2009-05-01"));
        check("1 aug 2009", Ok("2009-08-01"));
        check("29-2-2008", Ok("2008-02-29"));
    }

    #[test]
    fn two_digit_years_turn_at_thirty() {
        check("1-1-29", Ok("2029-01-01"));
        check("1-1-30", Ok("1930-01-01"));
        check("1-1-00", Ok("2000-01-01"));
        check("1-1-99", Ok("1999-01-01"));
    }

    #[test]
    fn impossible_dates() {
        check("12/31/1989", Err(ReasonCode::DayMonthSwapped));
        check("1989-31-12", Err(ReasonCode::DayMonthSwapped));
        check("31-02-1988", Err(ReasonCode::NoSuchDate));
        check("29-02-1900", Err(ReasonCode::NoSuchDate));
        check("00-01-1988", Err(ReasonCode::NoSuchDate));
        check("40-40-1988", Err(ReasonCode::NoSuchDate));
        check("01-01-0000", Err(ReasonCode::YearOutOfRange));
        check("31-12-1899", Err(ReasonCode::YearOutOfRange));
        check("01-01-2101", Err(ReasonCode::YearOutOfRange));
        check("1900-01-01", Ok("1900-01-01"));
        check("31-12-2100", Ok("2100-12-31"));
        check("1989-12-31T10:30:00", Err(ReasonCode::TimeOfDay));
    }

    #[test]
    fn other_texts_are_not_dates() {
        for input in [
            "",
            "x",
            "1989",
            "19891231",
            "31-12",
            "31-12-989",
            "31-12-19890",
            "31-12/1989",
            "31 12 1989",
            "1-1-1-1",
            "31--12-1989",
            "-31-12-1989",
            "1 foo 2009",
            "31-12-1989 xx:00",
            "10:30",
            "1989-12-31T",
            "mei-mei-mei",
            "٣١-١٢-١٩٨٩",
            "1 oktober 2009 x",
        ] {
            check(input, Err(ReasonCode::NotADate));
        }
    }
}
