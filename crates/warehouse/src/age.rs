//! Time between two moments that are written as RFC 3339, UTC, in whole seconds; no clock is read.

/// How long it is from one moment to a later one, in words; none if a text is no such moment or they are in the wrong
/// order.
pub(crate) fn between(from: &str, to: &str) -> Option<String> {
    let seconds = seconds(to)?.checked_sub(seconds(from)?).filter(|seconds| *seconds >= 0)?;
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    Some(format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
}

/// Seconds since 1970 of a text such as `2011-03-01T02:00:00Z`.
fn seconds(text: &str) -> Option<i64> {
    let mut shape = text.bytes().zip(*b"0000-00-00T00:00:00Z");
    let fits =
        |(given, wanted): (u8, u8)| if wanted == b'0' { given.is_ascii_digit() } else { given == wanted };
    if text.len() != 20 || !shape.all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hours, minutes, seconds) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(((days(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds)
}

/// Days since 1970 in the Gregorian calendar (Howard Hinnant's `days_from_civil`): years begin in March, so that the
/// leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_is_told_in_the_unit_that_fits() {
        let from = "2012-02-28T23:59:30Z";
        for (to, said) in [
            ("2012-02-28T23:59:30Z", Some("0 seconds")),
            ("2012-02-28T23:59:31Z", Some("1 second")),
            ("2012-02-29T00:01:30Z", Some("2 minutes")),
            ("2012-02-29T09:00:00Z", Some("9 hours")),
            ("2012-03-01T23:59:29Z", Some("47 hours")),
            ("2012-03-02T00:00:00Z", Some("2 days")),
            ("2013-03-01T00:00:00Z", Some("366 days")),
            ("2012-02-28T23:59:29Z", None),
            ("yesterday", None),
            ("2012-02-29T09:00:00+01:00", None),
            ("2012-13-29T09:00:00Z", None),
        ] {
            assert_eq!(between(from, to).as_deref(), said, "{to}");
        }
    }
}
