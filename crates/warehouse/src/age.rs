//! Time between two moments that are written as RFC 3339, UTC, in whole seconds; no clock is read.

use chrono::NaiveDateTime;

/// How long it is from one moment to a later one, in words; none if a text is no such moment or they are in the wrong
/// order.
pub(crate) fn between(from: &str, to: &str) -> Option<String> {
    let seconds = (moment(to)? - moment(from)?).num_seconds();
    let (number, unit) = match seconds {
        ..0 => return None,
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    Some(format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
}

/// A text such as `2011-03-01T02:00:00Z`.
fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").ok()
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
