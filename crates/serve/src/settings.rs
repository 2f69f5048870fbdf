//! Settings of a connection: those that clients set and read, and no others.

use crate::frame::Fault;
use std::collections::BTreeMap;
use std::time::Duration;

/// Version of Postgres that clients are told, since they decide by it which questions to ask.
pub(crate) const VERSION: &str = "15.0";

/// Name of the database that is the published run.
pub(crate) const CURRENT: &str = "current";

/// Schema of tables that are named without one, until a client sets `search_path`.
pub(crate) const SCHEMA: &str = "appendix";

/// Settings that a client may set, with the values they have before.
const SETTABLE: [(&str, &str); 19] = [
    ("application_name", ""),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("client_min_messages", "notice"),
    ("datestyle", "ISO, MDY"),
    ("default_transaction_isolation", "repeatable read"),
    ("default_transaction_read_only", "on"),
    ("extra_float_digits", "1"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("intervalstyle", "postgres"),
    ("jit", "off"),
    ("lock_timeout", "0"),
    ("row_security", "on"),
    ("search_path", SCHEMA),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("timezone", "Etc/UTC"),
    ("transaction_read_only", "on"),
];

/// Settings that a client may only read.
const FIXED: [(&str, &str); 12] = [
    ("in_hot_standby", "off"),
    ("integer_datetimes", "on"),
    ("is_superuser", "off"),
    ("lc_collate", "C"),
    ("lc_ctype", "C"),
    ("max_identifier_length", "63"),
    ("max_index_keys", "32"),
    ("server_encoding", "UTF8"),
    ("server_version", VERSION),
    ("server_version_num", "150000"),
    ("ssl", "off"),
    ("transaction_isolation", "repeatable read"),
];

/// Settings of which Postgres tells clients each value, in its own spelling.
pub(crate) const REPORTED: [(&str, &str); 8] = [
    ("application_name", "application_name"),
    ("client_encoding", "client_encoding"),
    ("datestyle", "DateStyle"),
    ("default_transaction_read_only", "default_transaction_read_only"),
    ("intervalstyle", "IntervalStyle"),
    ("search_path", "search_path"),
    ("standard_conforming_strings", "standard_conforming_strings"),
    ("timezone", "TimeZone"),
];

/// The settings of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    values: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        let values = SETTABLE.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { values: values.collect() }
    }
}

impl Settings {
    /// Sets a value, and returns it as it now is.
    ///
    /// # Errors
    /// A setting that is not there, is fixed, or cannot have this value.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<String, Fault> {
        let name = name.to_lowercase();
        if FIXED.iter().any(|(fixed, _)| *fixed == name) {
            return Err(Fault::new("55P02", format!("parameter {name:?} cannot be changed")));
        }
        let Some((_, usual)) = SETTABLE.iter().find(|(settable, _)| *settable == name) else {
            return Err(unknown(&name));
        };
        let value = if value.eq_ignore_ascii_case("default") { usual } else { value };
        let value = allowed(&name, value)?;
        self.values.insert(name, value.clone());
        Ok(value)
    }

    /// Gives a setting, or all, the value that it had at first.
    ///
    /// # Errors
    /// A setting that is not there.
    pub(crate) fn reset(&mut self, name: Option<&str>) -> Result<(), Fault> {
        match name {
            None => *self = Self::default(),
            Some(name) => drop(self.set(name, "default")?),
        }
        Ok(())
    }

    /// The value of a setting.
    ///
    /// # Errors
    /// A setting that is not there.
    pub(crate) fn get(&self, name: &str) -> Result<String, Fault> {
        let name = name.to_lowercase();
        let fixed = || FIXED.iter().find(|(fixed, _)| *fixed == name).map(|(_, value)| (*value).to_owned());
        self.values.get(&name).cloned().or_else(fixed).ok_or_else(|| unknown(&name))
    }

    /// All settings with their values, sorted.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let fixed = FIXED.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut all: Vec<_> = self.values.clone().into_iter().chain(fixed).collect();
        all.sort();
        all
    }

    /// The first schema of the search path that is not a catalogue.
    pub(crate) fn schema(&self) -> String {
        let path = self.values.get("search_path").map(String::as_str).unwrap_or_default();
        let mut names = path.split(',').map(|name| name.trim().trim_matches('"'));
        names
            .find(|name| !matches!(*name, "" | "$user" | "pg_catalog" | "public"))
            .unwrap_or(SCHEMA)
            .to_owned()
    }

    /// The client's own limit for a query, if it set one.
    pub(crate) fn time(&self) -> Option<Duration> {
        let text = self.values.get("statement_timeout")?;
        milliseconds(text).filter(|time| !time.is_zero())
    }
}

fn unknown(name: &str) -> Fault {
    Fault::new("42704", format!("unrecognized configuration parameter {name:?}"))
}

fn allowed(name: &str, value: &str) -> Result<String, Fault> {
    let refused = |text: String| Err(Fault::new("22023", text));
    let is_on = |value: &str| matches!(value.to_lowercase().as_str(), "on" | "true" | "yes" | "1" | "t");
    match name {
        "client_encoding" => match value.to_lowercase().replace(['-', '_'], "").as_str() {
            "utf8" | "unicode" => Ok("UTF8".to_owned()),
            _ => refused(format!("client_encoding {value:?} is not supported; there is UTF8")),
        },
        "standard_conforming_strings" if !is_on(value) => {
            refused("standard_conforming_strings can be on only".to_owned())
        }
        "default_transaction_read_only" | "transaction_read_only" if !is_on(value) => {
            Err(Fault::new("25006", "cannot set transaction read-write mode: published runs are read only"))
        }
        "statement_timeout" if milliseconds(value).is_none() => {
            refused(format!("{value:?} is no time such as 500, 500ms, 30s or 2min"))
        }
        "datestyle" if !value.to_lowercase().starts_with("iso") => {
            refused("dates are written as ISO only".to_owned())
        }
        _ if value.len() > 200 || value.contains(char::is_control) => {
            refused(format!("the value of {name} is too long or has control characters"))
        }
        _ => Ok(value.to_owned()),
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: u64 = digits.parse().ok()?;
    let factor = match text[digits.len()..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.saturating_mul(factor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_settings_are_set_shown_and_reset() {
        let mut settings = Settings::default();
        settings.set("Application_Name", "psql").unwrap();
        assert_eq!(settings.get("APPLICATION_NAME").unwrap(), "psql");
        settings.reset(Some("application_name")).unwrap();
        assert_eq!(settings.get("application_name").unwrap(), "");
        assert_eq!(settings.get("server_version").unwrap(), VERSION);
        settings.set("client_encoding", "utf-8").unwrap();
        assert_eq!(settings.get("client_encoding").unwrap(), "UTF8");
        assert!(settings.all().windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_is_not_so_cannot_be_set() {
        let mut settings = Settings::default();
        for (name, value, code) in [
            ("client_encoding", "LATIN1", "22023"),
            ("standard_conforming_strings", "off", "22023"),
            ("default_transaction_read_only", "off", "25006"),
            ("server_version", "9", "55P02"),
            ("work_mem", "1GB", "42704"),
            ("datestyle", "German", "22023"),
            ("statement_timeout", "soon", "22023"),
            ("application_name", "a\nb", "22023"),
        ] {
            assert_eq!(settings.set(name, value).unwrap_err().code, code, "{name}");
        }
    }

    #[test]
    fn the_search_path_and_the_time_are_read() {
        let mut settings = Settings::default();
        assert_eq!((settings.schema().as_str(), settings.time()), (SCHEMA, None));
        settings.set("search_path", "\"$user\", pg_catalog,\"features\", audit").unwrap();
        settings.set("statement_timeout", "2s").unwrap();
        assert_eq!((settings.schema().as_str(), settings.time()), ("features", Some(Duration::from_secs(2))));
    }
}
