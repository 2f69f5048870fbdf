use super::ahead::Ahead;
use super::checks::Beside;
use super::unit;
use crate::folder::Folder;
use crate::sql::{self, Order, SqlFile};
use crate::tables::Read;
use crate::text::{Place, Text, is_identifier, nearest, suggestion};
use crate::yaml::{At, RawCheck};
use crate::{Parameter, StudyError, TableRead, UnitTest};
use std::collections::{BTreeMap, BTreeSet};
use terms::{Code, TableName};

/// A study that is being read, and the faults found so far.
pub(crate) struct Reading<'a> {
    pub(crate) folder: &'a Folder,
    /// Queries that may have been parsed already.
    ahead: &'a Ahead,
    pub(crate) pipeline: Text,
    /// The study says that its data is invented.
    pub(crate) synthetic: bool,
    /// Names of the declared parameters.
    pub(crate) parameters: BTreeSet<String>,
    /// Their values, as far as they could be read.
    pub(crate) values: BTreeMap<String, Parameter>,
    /// Checks that stand beside tables, as they are met.
    pub(crate) beside: Vec<Beside>,
    /// Tests of queries, as they are met.
    pub(crate) tests: Vec<UnitTest>,
    /// Files of tests that were read.
    pub(crate) tested: BTreeSet<String>,
    /// Code lists that were read, by file; none of one with faults, which are told once.
    pub(crate) codes: BTreeMap<String, Option<Vec<Code>>>,
    pub(crate) faults: Vec<StudyError>,
    /// Schemas in which tables may exist that could not be read: none of theirs is called unknown.
    pub(crate) incomplete: BTreeSet<String>,
}

/// A SQL file with its text, for the places of what it reads.
pub(crate) struct Sql {
    pub(crate) file: SqlFile,
    pub(crate) text: Text,
}

impl Sql {
    pub(crate) fn reads(&self) -> Vec<Read> {
        let read = |read: &TableRead| Read { table: read.table.clone(), place: read.place(&self.text) };
        self.file.reads.iter().map(read).collect()
    }
}

impl<'a> Reading<'a> {
    pub(super) fn new(folder: &'a Folder, pipeline: Text, ahead: &'a Ahead) -> Self {
        Self {
            folder,
            ahead,
            pipeline,
            synthetic: false,
            parameters: BTreeSet::new(),
            values: BTreeMap::new(),
            beside: Vec::new(),
            tests: Vec::new(),
            tested: BTreeSet::new(),
            codes: BTreeMap::new(),
            faults: Vec::new(),
            incomplete: BTreeSet::new(),
        }
    }

    /// The value, or its fault noted.
    pub(crate) fn keep<T>(&mut self, result: Result<T, StudyError>) -> Option<T> {
        result.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// Notes a fault of a YAML file.
    pub(crate) fn yaml(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(StudyError::Yaml(place.fault(message, help)));
    }

    /// The name, if it can be part of a table name.
    pub(crate) fn identifier(&mut self, name: &At<String>, text: &Text) -> Option<String> {
        if is_identifier(&name.value) {
            return Some(name.value.clone());
        }
        self.yaml(
            &name.place(text),
            "not a name",
            "use lower-case letters, digits and underscores, beginning with a letter",
        );
        None
    }

    /// The table name in the file `text`, with what reads it.
    pub(crate) fn table(&mut self, name: &At<String>, text: &Text) -> Option<(TableName, Read)> {
        let place = name.place(text);
        match TableName::parse(&name.value) {
            Ok(table) => Some((table, Read { table: name.value.clone(), place })),
            Err(_) => {
                self.yaml(
                    &place,
                    "not a table name",
                    "write `schema.table` in lower-case letters, digits and underscores",
                );
                None
            }
        }
    }

    /// Notes a name that is not among `known`.
    pub(crate) fn among(&mut self, what: &str, name: &At<String>, text: &Text, known: &[&str]) -> bool {
        let found = known.contains(&name.value.as_str());
        if !found {
            let help = match known.is_empty() {
                true => "there is none".into(),
                false => nearest(&name.value, known.iter().copied(), "there are"),
            };
            self.yaml(&name.place(text), format!("there is no such {what}"), help);
        }
        found
    }

    /// The query in the file `path`, which `by` names.
    pub(crate) fn sql(&mut self, path: &str, by: &Place, order: Order) -> Option<Sql> {
        if !path.ends_with(".sql") {
            self.yaml(by, "not a SQL file", "name a file that ends in .sql");
            return None;
        }
        let text = self.folder.read(path, Some(by));
        let text = self.keep(text)?;
        let file = self.ahead.parsed(&text, order).map_err(|faults| self.faults.extend(faults)).ok()?;
        self.undeclared(&file, &text);
        unit::read(self, &file, order);
        Some(Sql { file, text })
    }

    /// Takes note of checks that the file `text` declares beside a table.
    pub(crate) fn checks_beside(&mut self, text: &Text, table: Option<TableName>, checks: &[At<RawCheck>]) {
        let Some(table) = table else { return };
        let beside =
            |raw: &At<RawCheck>| Beside { text: text.clone(), table: table.clone(), raw: raw.clone() };
        self.beside.extend(checks.iter().map(beside));
    }

    /// What is wrong with the name of a parameter that is not declared, and the way out.
    pub(crate) fn undeclared_parameter(&self, name: &str) -> (&'static str, String) {
        let near = suggestion(name, self.parameters.iter().map(String::as_str));
        let help = format!("{near} declare it under `parameters` in pipeline.yaml");
        ("the parameter is not declared", help.trim_start().to_owned())
    }

    fn undeclared(&mut self, file: &SqlFile, text: &Text) {
        for name in file.parameters.difference(&self.parameters) {
            let (message, help) = self.undeclared_parameter(name);
            let fault = |place: Place| StudyError::Sql(place.fault(message, help.as_str()));
            self.faults.extend(sql::uses(text, name).into_iter().map(fault));
        }
    }
}

/// Name of a file without folder and extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The file of the same name with another extension.
pub(crate) fn twin(path: &str, extension: &str) -> String {
    let folder = path.strip_suffix(path.rsplit('/').next().unwrap_or_default()).unwrap_or_default();
    format!("{folder}{}.{extension}", stem(path))
}
