//! Delivered records: where each stands, what was decided about it, and what it was matched with.

use super::back::pick;
use super::tables::Tables;
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use provenance::RowSet;
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use study::{Matching, Round, Source, Study};
use terms::TableName;

/// Where a delivered record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// Source.
    pub source: String,
    /// File, relative to the folder of its source.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: i64,
    /// First byte of the record in a text file.
    pub byte_offset: Option<i64>,
    /// Bytes of the record in a text file.
    pub byte_length: Option<i64>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its identity.
    pub row_id: String,
}

/// Another record that is spoken of, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Other {
    /// Its identity.
    pub row_id: String,
    /// File; none if no source delivered it.
    pub file: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: Option<i64>,
}

/// One decision about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decided {
    /// Round.
    pub round: String,
    /// Place of the rule in its round, from 1.
    pub step: i64,
    /// Rule.
    pub rule: String,
    /// The record that is judged.
    pub row_id: String,
    /// `merge`, `remove`, `move`, `add` or `update`.
    pub verb: String,
    /// Of a merge: the record that stays.
    pub survivor: Option<Other>,
    /// Population before.
    pub population_from: Option<String>,
    /// Population after.
    pub population_to: Option<String>,
    /// Why.
    pub reason: String,
    /// What the rule saw, by name.
    pub evidence: BTreeMap<String, String>,
    /// New values, by column.
    pub changes: BTreeMap<String, String>,
    /// `false`: a reviewer rejected it.
    pub applied: bool,
    /// `rule` or `reviewer`.
    pub decided_by: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Why the reviewer accepted or rejected it.
    pub review_reason: Option<String>,
}

/// A pair that a pass of a matching proposed, seen from one of its records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Matched {
    /// Matching.
    pub matching: String,
    /// Place of the pass, from 1.
    pub pass_no: i64,
    /// Pass.
    pub pass: String,
    /// `matched`, or `ambiguous`: one of the two is in another pair of the pass too.
    pub outcome: String,
    /// The record at the other side.
    pub partner: Other,
    /// Why the pass proposed it.
    pub reason: String,
    /// What the pass saw, by name.
    pub evidence: BTreeMap<String, String>,
}

/// Reads what a run recorded about its records.
pub(super) struct Records<'t, 'w> {
    study: &'t Study,
    tables: &'t Tables<'w>,
    /// Where every record stands, once that was asked.
    places: OnceCell<BTreeMap<String, Other>>,
}

impl<'t, 'w> Records<'t, 'w> {
    pub(super) fn new(study: &'t Study, tables: &'t Tables<'w>) -> Self {
        Self { study, tables, places: OnceCell::new() }
    }

    /// The records of a source for which `wanted` holds, in stored order.
    pub(super) fn of_source(
        &self,
        source: &Source,
        wanted: &dyn Fn(i64, &Origin) -> bool,
    ) -> Result<Vec<(i64, Origin)>, EngineError> {
        let tables = SourceTables::of(source)?;
        let hashes: BTreeMap<String, String> = self
            .tables
            .texts(&tables.files, ["file", "sha256"])?
            .into_iter()
            .filter_map(|[file, sha256]| Some((file?, sha256?)))
            .collect();
        let columns = ["row_id", "file", "sheet", "line", "byte_offset", "byte_length"];
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let mut found = Vec::new();
        for (place, [id, file, sheet, line, offset, length]) in
            (0..).zip(self.tables.texts(&tables.origin, columns)?)
        {
            let file = file.unwrap_or_default();
            let origin = Origin {
                source: source.contract.name.clone(),
                sheet,
                line: number(line).unwrap_or_default(),
                byte_offset: number(offset),
                byte_length: number(length),
                sha256: hashes.get(&file).cloned().unwrap_or_default(),
                row_id: id.unwrap_or_default(),
                file,
            };
            if wanted(place, &origin) {
                found.push((place, origin));
            }
        }
        Ok(found)
    }

    /// Where a record stands.
    fn other(&self, row_id: &str) -> Result<Other, EngineError> {
        if self.places.get().is_none() {
            let mut places = BTreeMap::new();
            for source in &self.study.sources {
                let origin = SourceTables::of(source)?.origin;
                for [row_id, file, line] in self.tables.texts(&origin, ["row_id", "file", "line"])? {
                    let row_id = row_id.unwrap_or_default();
                    let line = line.and_then(|line| line.parse().ok());
                    places.insert(row_id.clone(), Other { row_id, file, line });
                }
            }
            // Nobody else can have set it.
            let _ = self.places.set(places);
        }
        let unknown = || Other { row_id: row_id.to_owned(), file: None, line: None };
        Ok(self.places.get().and_then(|places| places.get(row_id)).cloned().unwrap_or_else(unknown))
    }

    /// The decisions of a round for which `wanted` holds, in the order in which they were taken.
    pub(super) fn decided(
        &self,
        round: &Round,
        wanted: &dyn Fn(&Decided) -> bool,
    ) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let columns = [
            "step",
            "rule",
            "row_id",
            "verb",
            "survivor_id",
            "population_from",
            "population_to",
            "reason",
            "evidence",
            "changes",
            "applied",
            "decided_by",
            "reviewer",
            "review_reason",
        ];
        let mut decided = Vec::new();
        for [
            step,
            rule,
            row_id,
            verb,
            survivor,
            from,
            to,
            reason,
            evidence,
            changes,
            applied,
            by,
            reviewer,
            review,
        ] in self.tables.texts(&table, columns)?
        {
            let decision = Decided {
                round: round.name.clone(),
                step: step.and_then(|step| step.parse().ok()).unwrap_or_default(),
                rule: rule.unwrap_or_default(),
                row_id: row_id.unwrap_or_default(),
                verb: verb.unwrap_or_default(),
                survivor: survivor.map(|row_id| Other { row_id, file: None, line: None }),
                population_from: from,
                population_to: to,
                reason: reason.unwrap_or_default(),
                evidence: object(evidence)?,
                changes: object(changes)?,
                applied: applied.is_some_and(|applied| applied == "true"),
                decided_by: by.unwrap_or_default(),
                reviewer,
                review_reason: review,
            };
            if wanted(&decision) {
                decided.push(decision);
            }
        }
        for survivor in decided.iter_mut().filter_map(|decision| decision.survivor.as_mut()) {
            *survivor = self.other(&survivor.row_id)?;
        }
        Ok(decided)
    }

    /// The proposed pairs of a matching that hold one of these records, by that record.
    pub(super) fn matched(
        &self,
        matching: &Matching,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<Matched>>, EngineError> {
        let table = TableName::new("linkage", &format!("{}_candidates", matching.name))?;
        let columns = ["left_id", "right_id", "pass_no", "pass", "outcome", "reason", "evidence"];
        let mut matched = BTreeMap::<String, Vec<Matched>>::new();
        for [left, right, number, pass, outcome, reason, evidence] in self.tables.texts(&table, columns)? {
            let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
            for (own, partner) in [(&left, &right), (&right, &left)] {
                if ids.contains(own) {
                    matched.entry(own.clone()).or_default().push(Matched {
                        matching: matching.name.clone(),
                        pass_no: number.as_ref().and_then(|number| number.parse().ok()).unwrap_or_default(),
                        pass: pass.clone().unwrap_or_default(),
                        outcome: outcome.clone().unwrap_or_default(),
                        partner: self.other(partner)?,
                        reason: reason.clone().unwrap_or_default(),
                        evidence: object(evidence.clone())?,
                    });
                }
            }
        }
        Ok(matched)
    }

    /// Identities of the rows at these places; none if the table has no `row_id`.
    pub(super) fn ids(&self, table: &TableName, rows: &RowSet) -> Result<BTreeMap<i64, String>, EngineError> {
        if !self.tables.has_column(table, "row_id")? {
            return Ok(BTreeMap::new());
        }
        let all = self.tables.texts(table, ["row_id"])?;
        Ok(pick(&all, rows).filter_map(|(row, [id])| Some((row, id.clone()?))).collect())
    }
}

/// A JSON object of texts.
fn object(text: Option<String>) -> Result<BTreeMap<String, String>, EngineError> {
    let text = text.unwrap_or_else(|| "{}".to_owned());
    serde_json::from_str(&text)
        .map_err(|error| EngineError::Bug(format!("recorded evidence {text}: {error}")))
}
