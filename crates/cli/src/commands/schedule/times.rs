//! The times of a cron expression in a time zone.

use crate::failure::Failure;
use chrono::{DateTime, Local, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// An expression in a zone.
pub(super) struct Times {
    cron: Cron,
    expression: String,
    zone: Option<Tz>,
}

/// A time, and how it is shown in its zone.
pub(super) struct Instant {
    utc: DateTime<Utc>,
    shown: String,
}

impl Instant {
    fn of<Z: TimeZone>(time: &DateTime<Z>) -> Self
    where
        Z::Offset: std::fmt::Display,
    {
        Self { utc: time.to_utc(), shown: time.to_rfc3339_opts(SecondsFormat::Secs, true) }
    }

    pub(super) fn utc(&self) -> DateTime<Utc> {
        self.utc
    }

    /// With the difference from UTC: `2026-03-29T03:00:00+02:00`.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }
}

impl Times {
    pub(super) fn new(expression: &str, zone: Option<&str>) -> Result<Self, Failure> {
        let cron = CronParser::builder().seconds(Seconds::Optional).build().parse(expression);
        let cron = cron.map_err(|error| {
            Failure::Usage(format!(
                "{expression:?} is no cron expression: {error}; five fields say minute, hour, day of the month, month and day \
                 of the week, such as '0 2 * * *' for two o'clock each night"
            ))
        })?;
        let zone = zone.map(|name| {
            name.parse().map_err(|_| {
                Failure::Usage(format!("there is no time zone {name:?}; name one such as Europe/Amsterdam"))
            })
        });
        Ok(Self { cron, expression: expression.to_owned(), zone: zone.transpose()? })
    }

    /// The first time after this one.
    pub(super) fn after(&self, time: DateTime<Utc>) -> Result<Instant, Failure> {
        match self.zone {
            Some(zone) => self.next(&time.with_timezone(&zone)),
            None => self.next(&time.with_timezone(&Local)),
        }
    }

    /// Name of the zone.
    pub(super) fn zone(&self) -> String {
        self.zone.map_or_else(|| "of this machine".to_owned(), |zone| zone.name().to_owned())
    }

    fn next<Z: TimeZone>(&self, time: &DateTime<Z>) -> Result<Instant, Failure>
    where
        Z::Offset: std::fmt::Display,
    {
        let next = self.cron.find_next_occurrence(time, false).map_err(|error| {
            Failure::Usage(format!("{:?} names no time that will come: {error}", self.expression))
        })?;
        Ok(Instant::of(&next))
    }
}
