//! A study with other values of its parameters, for one run.

use crate::load::date;
use crate::text::nearest;
use crate::{Parameter, Study};

/// The parameter that an as-of date becomes, if the study declares it.
pub const AS_OF: &str = "as_of";

/// Why a parameter does not get a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterRefused {
    /// The study declares no such parameter.
    #[error("study {study} has no parameter {name}: {help}")]
    Unknown {
        /// Study.
        study: String,
        /// The name as given.
        name: String,
        /// The names that come nearest, or all names.
        help: String,
    },
    /// An as-of date that is none.
    #[error("{given:?} is no day: write a date of the calendar as year-month-day, such as 2019-12-31")]
    Day {
        /// The date as given.
        given: String,
    },
    /// The value is not of the parameter's type.
    #[error("parameter {name} is {kind}, as {declared} is; {given:?} is not: {help}")]
    Type {
        /// Parameter.
        name: String,
        /// Its type, with its article.
        kind: &'static str,
        /// The value that the study declares.
        declared: String,
        /// The value as given.
        given: String,
        /// How to write such a value.
        help: &'static str,
    },
}

impl Parameter {
    /// Another value for a parameter of this name and type.
    ///
    /// # Errors
    /// A text that is no value of the type.
    pub fn another(&self, name: &str, value: &str) -> Result<Parameter, ParameterRefused> {
        let refused = |kind: &'static str, help: &'static str| ParameterRefused::Type {
            name: name.to_owned(),
            kind,
            declared: self.to_string(),
            given: value.to_owned(),
            help,
        };
        match self {
            Parameter::Date { .. } => match date(value) {
                Ok(date @ Parameter::Date { .. }) => Ok(date),
                _ => Err(refused("a date", "write a date of the calendar as year-month-day")),
            },
            Parameter::Integer(_) => match value.parse() {
                Ok(number) => Ok(Parameter::Integer(number)),
                Err(_) => Err(refused("a whole number", "write digits only, with a minus if below 0")),
            },
            Parameter::Text(_) => Ok(Parameter::Text(value.to_owned())),
        }
    }

    /// A value of which only the text is known, such as a manifest has it: a date or a whole number if it looks like one.
    pub fn of_text(value: &str) -> Parameter {
        match (value.parse(), date(value)) {
            (Ok(number), _) => Parameter::Integer(number),
            (_, Ok(date)) => date,
            _ => Parameter::Text(value.to_owned()),
        }
    }
}

impl Study {
    /// The study with another value of a parameter, of the type that the study's own value has. Fingerprints follow: what
    /// the parameter decides is made again, and nothing else.
    ///
    /// # Errors
    /// A parameter that the study does not declare; a text that is no value of its type.
    pub fn with_parameter(&self, name: &str, value: &str) -> Result<Study, ParameterRefused> {
        let declared = self.parameters.get(name).ok_or_else(|| self.unknown(name))?;
        let parameter = declared.another(name, value)?;
        let mut study = self.clone();
        study.parameters.insert(name.to_owned(), parameter);
        Ok(study)
    }

    /// The study as of a day: its parameter [`AS_OF`] gets that date, if it declares one, and so does what measures the age of
    /// deliveries. Which deliveries are read does not change.
    ///
    /// # Errors
    /// No date of the calendar; a parameter of that name that is no date.
    pub fn as_of_date(&self, day: &str) -> Result<Study, ParameterRefused> {
        let Ok(Parameter::Date { .. }) = date(day) else {
            return Err(ParameterRefused::Day { given: day.to_owned() });
        };
        let mut study = match self.parameters.contains_key(AS_OF) {
            true => self.with_parameter(AS_OF, day)?,
            false => self.clone(),
        };
        study.as_of = Some(day.to_owned());
        Ok(study)
    }

    fn unknown(&self, name: &str) -> ParameterRefused {
        let help = match self.parameters.is_empty() {
            true => "it declares none".to_owned(),
            false => nearest(name, self.parameters.keys().map(String::as_str), "there are"),
        };
        ParameterRefused::Unknown { study: self.name.clone(), name: name.to_owned(), help }
    }
}
