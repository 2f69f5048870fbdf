//! Why something would run: what of that which decides it is not as it was at the last run.

use crate::definition::{DECLARATION, ORDER};
use crate::earlier::Earlier;
use crate::fingerprint::ENGINE;
use crate::lineage::Capture;
use crate::so_far::SoFar;
use crate::steps::source::Delivery;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use study::{Check, Step, StepKind};
use terms::{NodeRecord, ObjectHash, TableName};

/// Why something would run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// No earlier run has it.
    NeverRan,
    /// Everything is to run.
    Asked,
    /// Another engine made it.
    Engine {
        /// The one that did.
        before: String,
        /// This one.
        after: String,
    },
    /// A delivered file that was not there.
    FileAdded {
        /// Its name, relative to the folder of the source.
        file: String,
    },
    /// A delivered file with other bytes.
    FileChanged {
        /// Its name.
        file: String,
    },
    /// A delivered file that is not there any more.
    FileRemoved {
        /// Its name.
        file: String,
    },
    /// The query of a rule, a pass, a model or a check is another, or is new.
    Query {
        /// Table of a model, `round/rule`, `matching/pass`, or name of a check.
        query: String,
    },
    /// A rule or a pass is not there any more.
    QueryRemoved {
        /// `round/rule` or `matching/pass`.
        query: String,
    },
    /// A parameter that it uses has another value.
    Parameter {
        /// Its name.
        parameter: String,
        /// Its value at the last run; none if it had none.
        before: Option<String>,
        /// Its value.
        after: Option<String>,
    },
    /// Rules or passes come in another order.
    Order {
        /// Of this step.
        step: String,
    },
    /// What YAML says of a step: the contract of a source, the populations of a round, the two sides of a matching.
    Declaration {
        /// The step.
        step: String,
    },
    /// A table that it reads has other rows than at the last run, though nothing that makes it would run.
    Table {
        /// The table.
        table: TableName,
    },
    /// What stands behind rows is stored now and was not, or the other way round.
    Lineage,
    /// The key of identities and pseudonyms.
    Key,
    /// A table is damaged: its object is missing, or has other bytes than its name promises.
    Damaged {
        /// The table.
        table: TableName,
    },
    /// The study is another one in some other way: its name, its tables.
    Study,
    /// A check compares with row counts of the published run: they are others, or its query is.
    QueryOrPublished {
        /// Check.
        query: String,
    },
    /// It hangs on more than its tables, so it is asked every night.
    EveryNight,
}

/// Something that may run, and what its reasons are looked up in.
pub(super) struct Because<'a> {
    pub(super) name: &'a str,
    /// Tables that it makes.
    pub(super) writes: &'a [TableName],
    pub(super) earlier: &'a Earlier,
    pub(super) known: &'a SoFar<'a>,
    pub(super) reads: &'a [TableName],
}

type Definition = BTreeMap<String, ObjectHash>;

/// Reasons for a step that hold whatever it is: nobody ran it, or another engine did.
pub(super) fn of_last(earlier: &Earlier, step: &str, writes: &[TableName]) -> Option<Reason> {
    match earlier.last_step(step, writes) {
        None => Some(Reason::NeverRan),
        Some(_) => other_engine(earlier),
    }
}

fn other_engine(earlier: &Earlier) -> Option<Reason> {
    let before = &earlier.last()?.engine;
    (before != ENGINE).then(|| Reason::Engine { before: before.clone(), after: ENGINE.to_owned() })
}

impl Because<'_> {
    /// What of a step is not as it was, as far as the last run tells.
    pub(super) fn of_step(
        &self,
        step: &Step,
        definition: &Definition,
        delivery: Option<&Delivery<'_>>,
    ) -> Vec<Reason> {
        let Some(last) = self.earlier.last_step(self.name, self.writes) else {
            return vec![Reason::NeverRan];
        };
        let mut reasons: Vec<Reason> = other_engine(self.earlier).into_iter().collect();
        reasons.extend(delivery.into_iter().flat_map(|delivery| self.files(delivery)));
        reasons.extend(self.redefined(definition));
        reasons.extend(self.other_parameters(last, definition));
        reasons.extend(self.other_tables());
        let is_query = !matches!(step.kind, StepKind::Source(_) | StepKind::Audit);
        let has_lineage = last.tables.iter().any(|table| table.lineage.is_some());
        if is_query && has_lineage != (self.known.capture == Capture::Rows) {
            reasons.push(Reason::Lineage);
        }
        reasons
    }

    /// What of a check is not as it was, as far as the last run tells.
    pub(super) fn of_check(&self, check: &Check) -> Vec<Reason> {
        let Some(last) = self.earlier.last() else { return vec![Reason::NeverRan] };
        if !last.checks.iter().any(|found| found.check == check.name) {
            return vec![Reason::NeverRan];
        }
        let mut reasons: Vec<Reason> = other_engine(self.earlier).into_iter().collect();
        reasons.extend(check.sql.parameters.iter().filter_map(|name| self.parameter(name)));
        reasons.extend(self.other_tables());
        reasons
    }

    /// Queries and declarations that are not as they were; all of a step that nobody ran.
    pub(super) fn redefined(&self, definition: &Definition) -> Vec<Reason> {
        let of_last = self.earlier.last_step(self.name, self.writes).map(|last| &last.definition);
        // A version that kept no definitions says nothing about them.
        if of_last.is_some_and(|last| last.is_empty() != definition.is_empty()) {
            return Vec::new();
        }
        let none = Definition::new();
        let before = of_last.unwrap_or(&none);
        let parts: BTreeSet<&String> = before.keys().chain(definition.keys()).collect();
        let same_parts = before.keys().eq(definition.keys());
        let changed = parts.into_iter().filter(|part| before.get(*part) != definition.get(*part));
        let mut reasons: Vec<Reason> = Vec::new();
        for part in changed.filter(|part| !part.starts_with('$')) {
            let reason = match part.as_str() {
                // Another list of parts is no other order.
                ORDER if !same_parts => continue,
                ORDER => Reason::Order { step: self.name.to_owned() },
                DECLARATION => Reason::Declaration { step: self.name.to_owned() },
                part if part.ends_with(" adds from") => Reason::Declaration { step: self.name.to_owned() },
                part if definition.contains_key(part) => Reason::Query { query: self.query(part) },
                part => Reason::QueryRemoved { query: self.query(part) },
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    fn query(&self, part: &str) -> String {
        if part == self.name { part.to_owned() } else { format!("{}/{part}", self.name) }
    }

    fn other_parameters(&self, last: &NodeRecord, definition: &Definition) -> Vec<Reason> {
        let used: BTreeSet<&str> = last
            .definition
            .keys()
            .chain(definition.keys())
            .filter_map(|part| part.strip_prefix('$'))
            .collect();
        let is_other = |name: &&str| {
            let part = format!("${name}");
            last.definition.get(&part) != definition.get(&part)
        };
        used.into_iter().filter(is_other).filter_map(|name| self.parameter(name)).collect()
    }

    fn parameter(&self, name: &str) -> Option<Reason> {
        let before = self.earlier.last().and_then(|last| last.parameters.get(name)).cloned();
        let after = self.known.study.parameters.get(name).map(ToString::to_string);
        (before != after).then(|| Reason::Parameter { parameter: name.to_owned(), before, after })
    }

    /// Tables that are known to have other rows than at the last run.
    fn other_tables(&self) -> Vec<Reason> {
        let Some(last) = self.earlier.last() else { return Vec::new() };
        let before = |table: &TableName| {
            last.tables().find(|record| record.table == *table).map(|record| &record.object)
        };
        let is_other = |table: &&TableName| match self.known.object(table) {
            Some(object) => before(table) != Some(&object),
            None => false,
        };
        self.reads.iter().filter(is_other).map(|table| Reason::Table { table: table.clone() }).collect()
    }

    fn files(&self, delivery: &Delivery<'_>) -> Vec<Reason> {
        let inputs = self.earlier.last().map(|last| last.inputs.as_slice()).unwrap_or_default();
        let before: BTreeMap<&str, &ObjectHash> = inputs
            .iter()
            .filter(|input| input.source == self.name)
            .map(|input| (input.file.as_str(), &input.sha256))
            .collect();
        let after: BTreeMap<&str, &ObjectHash> =
            delivery.files.iter().map(|(file, hash)| (file.name.as_str(), hash)).collect();
        let files: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let reason = |file: &str| {
            let name = file.to_owned();
            match (before.get(file), after.get(file)) {
                (None, _) => Some(Reason::FileAdded { file: name }),
                (_, None) => Some(Reason::FileRemoved { file: name }),
                (Some(before), Some(after)) => {
                    (before != after).then_some(Reason::FileChanged { file: name })
                }
            }
        };
        files.into_iter().filter_map(reason).collect()
    }
}
