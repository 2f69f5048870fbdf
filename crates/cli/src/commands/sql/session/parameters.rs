//! Parameters of the run in queries: `$name` has the value that the run had, or the one that was set for the session.

use super::{Session, Stop};
use crate::failure::Failure;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use std::collections::BTreeMap;
use std::sync::Arc;
use study::{Parameter, ParameterRefused, Study};

impl Session<'_> {
    /// Gives a parameter another value, or the run's again.
    pub(in crate::commands::sql) fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), Failure> {
        let own = self.own();
        let known = own.get(name).ok_or_else(|| {
            let help = match own.is_empty() {
                true => "it has none".to_owned(),
                false => study::nearest(name, own.keys().map(String::as_str), "there are"),
            };
            Failure::Usage(format!("run {} has no parameter {name}: {help}", self.run.run))
        })?;
        match value {
            Some(value) => {
                known.another(name, value).map_err(refused)?;
                self.set.insert(name.to_owned(), value.to_owned());
            }
            None => drop(self.set.remove(name)),
        }
        Ok(())
    }

    /// Values for a query; none are looked up for one that names no parameter.
    pub(super) fn parameters_of(&self, text: &str) -> Result<BTreeMap<String, Parameter>, Failure> {
        if !text.contains('$') {
            return Ok(BTreeMap::new());
        }
        let mut values = self.own();
        for (name, value) in &self.set {
            // Of another run that was gone to, which has no such parameter.
            if let Some(own) = values.get(name) {
                let value = own.another(name, value).map_err(refused)?;
                values.insert(name.clone(), value);
            }
        }
        Ok(values)
    }

    /// The study with the values that were set, for who asks why.
    pub(super) fn with_set(&self, study: Study) -> Result<Study, Failure> {
        self.set
            .iter()
            .try_fold(study, |study, (name, value)| study.with_parameter(name, value))
            .map_err(refused)
    }

    /// Lists the parameters, with the values that queries get and those that the run had.
    pub(super) fn list_parameters(&mut self) -> Result<(), Stop> {
        let texts = |column: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(column)) };
        let (mut names, mut values, mut owns) = (Vec::new(), Vec::new(), Vec::new());
        for (name, own) in &self.run.parameters {
            names.push(name.clone());
            values.push(self.set.get(name).unwrap_or(own).clone());
            owns.push(own.clone());
        }
        let columns = [("parameter", texts(names)), ("value", texts(values)), ("in the run", texts(owns))];
        let listed = RecordBatch::try_from_iter(columns)
            .map_err(|error| Failure::Io(format!("cannot list the parameters: {error}")))?;
        self.listed(&listed)
    }

    /// The values that the run had, of the types that the study gives them; without the study, of those that they look like.
    fn own(&self) -> BTreeMap<String, Parameter> {
        let study =
            self.study.get_or_init(|| self.place.study().ok().filter(|study| study.name == self.run.study));
        let typed = |name: &str, value: &str| {
            let declared = study.as_ref().and_then(|study| study.parameters.get(name));
            declared
                .and_then(|declared| declared.another(name, value).ok())
                .unwrap_or_else(|| Parameter::of_text(value))
        };
        self.run.parameters.iter().map(|(name, value)| (name.clone(), typed(name, value))).collect()
    }
}

fn refused(refused: ParameterRefused) -> Failure {
    Failure::Usage(refused.to_string())
}
