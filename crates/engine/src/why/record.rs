//! Delivered records: where each stands, what was decided about it, and what it was matched with.

use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use crate::tables::{Tables, Texts};
use provenance::RowSet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
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
pub(super) struct Records<'t> {
    study: &'t Study,
    tables: &'t Tables,
}

impl<'t> Records<'t> {
    pub(super) fn new(study: &'t Study, tables: &'t Tables) -> Self {
        Self { study, tables }
    }

    /// The records of a source at these places, in stored order.
    pub(super) fn at(
        &self,
        source: &Source,
        places: impl Iterator<Item = i64>,
    ) -> Result<Vec<(i64, Origin)>, EngineError> {
        let tables = SourceTables::of(source)?;
        let [files, hashes] = self.tables.columns(&tables.files, ["file", "sha256"])?;
        let hashes: BTreeMap<&str, &str> =
            files.iter().zip(hashes.iter()).filter_map(|(file, sha256)| Some((file?, sha256?))).collect();
        let columns = ["row_id", "file", "sheet", "line", "byte_offset", "byte_length"];
        let [ids, files, sheets, lines, offsets, lengths] = self.tables.columns(&tables.origin, columns)?;
        let origin = |place| {
            let file = files.get(place).unwrap_or_default();
            Origin {
                source: source.contract.name.clone(),
                file: file.to_owned(),
                sheet: sheets.get(place).map(str::to_owned),
                line: number(lines.get(place)).unwrap_or_default(),
                byte_offset: number(offsets.get(place)),
                byte_length: number(lengths.get(place)),
                sha256: hashes.get(file).copied().unwrap_or_default().to_owned(),
                row_id: ids.get(place).unwrap_or_default().to_owned(),
            }
        };
        Ok(places.map(|place| (place, origin(place))).collect())
    }

    /// Where a record stands.
    fn other(&self, row_id: &str) -> Result<Other, EngineError> {
        for source in &self.study.sources {
            let origin = SourceTables::of(source)?.origin;
            if let Some(place) = self.tables.find(&origin, "row_id")?.places(row_id).next() {
                let [files, lines] = self.tables.columns(&origin, ["file", "line"])?;
                let (file, line) = (files.get(place).map(str::to_owned), number(lines.get(place)));
                return Ok(Other { row_id: row_id.to_owned(), file, line });
            }
        }
        Ok(Other { row_id: row_id.to_owned(), file: None, line: None })
    }

    /// All decisions of a round, in the order in which they were taken.
    pub(super) fn decided(&self, round: &Round) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let places = 0..i64::try_from(self.tables.count(&table)).unwrap_or(i64::MAX);
        self.decisions(round, &table, places)
    }

    /// The decisions of a round about these records, in the order in which they were taken.
    pub(super) fn decided_about<'i>(
        &self,
        round: &Round,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let finder = self.tables.find(&table, "row_id")?;
        let mut places = BTreeSet::new();
        ids.into_iter().for_each(|id| places.extend(finder.places(id)));
        self.decisions(round, &table, places.into_iter())
    }

    /// Adds the records that a round merged into these, and into those.
    pub(super) fn add_merged(&self, round: &Round, ids: &mut BTreeSet<String>) -> Result<(), EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let finder = self.tables.find(&table, "survivor_id")?;
        let [records, verbs, applied] = self.tables.columns(&table, ["row_id", "verb", "applied"])?;
        let mut open: Vec<String> = ids.iter().cloned().collect();
        while let Some(survivor) = open.pop() {
            let merges = finder.places(&survivor);
            let merges = merges.filter(|p| verbs.get(*p) == Some("merge") && applied.get(*p) == Some("true"));
            for merged in merges.filter_map(|place| records.get(place)) {
                if ids.insert(merged.to_owned()) {
                    open.push(merged.to_owned());
                }
            }
        }
        Ok(())
    }

    fn decisions(
        &self,
        round: &Round,
        table: &TableName,
        places: impl Iterator<Item = i64>,
    ) -> Result<Vec<Decided>, EngineError> {
        let columns = ["row_id", "rule", "verb", "reason", "decided_by", "step", "applied", "survivor_id"];
        let [row_id, rule, verb, reason, decided_by, step, applied, survivor] =
            self.tables.columns(table, columns)?;
        let columns =
            ["population_from", "population_to", "evidence", "changes", "reviewer", "review_reason"];
        let [from, to, evidence, changes, reviewer, review_reason] = self.tables.columns(table, columns)?;
        let own = |texts: &Arc<Texts>, place| texts.get(place).map(str::to_owned);
        let mut decisions = Vec::new();
        for place in places {
            decisions.push(Decided {
                round: round.name.clone(),
                step: number(step.get(place)).unwrap_or_default(),
                rule: own(&rule, place).unwrap_or_default(),
                row_id: own(&row_id, place).unwrap_or_default(),
                verb: own(&verb, place).unwrap_or_default(),
                survivor: survivor.get(place).map(|row_id| self.other(row_id)).transpose()?,
                population_from: own(&from, place),
                population_to: own(&to, place),
                reason: own(&reason, place).unwrap_or_default(),
                evidence: object(evidence.get(place))?,
                changes: object(changes.get(place))?,
                applied: applied.get(place) == Some("true"),
                decided_by: own(&decided_by, place).unwrap_or_default(),
                reviewer: own(&reviewer, place),
                review_reason: own(&review_reason, place),
            });
        }
        Ok(decisions)
    }

    /// The proposed pairs of a matching that hold one of these records, by that record, in the order of the passes.
    pub(super) fn matched(
        &self,
        matching: &Matching,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<Matched>>, EngineError> {
        let table = TableName::new("linkage", &format!("{}_candidates", matching.name))?;
        let sides = [self.tables.find(&table, "left_id")?, self.tables.find(&table, "right_id")?];
        let columns = ["left_id", "right_id", "pass_no", "pass", "outcome", "reason", "evidence"];
        let [left, right, pass_no, pass, outcome, reason, evidence] = self.tables.columns(&table, columns)?;
        let own = |texts: &Texts, place| texts.get(place).unwrap_or_default().to_owned();
        let mut matched = BTreeMap::new();
        for id in ids {
            let mut pairs = Vec::new();
            for (finder, partner) in sides.iter().zip([&right, &left]) {
                pairs.extend(finder.places(id).map(|place| (place, partner)));
            }
            pairs.sort_by_key(|(place, _)| *place);
            let mut found = Vec::new();
            for (place, partner) in pairs {
                found.push(Matched {
                    matching: matching.name.clone(),
                    pass_no: number(pass_no.get(place)).unwrap_or_default(),
                    pass: own(&pass, place),
                    outcome: own(&outcome, place),
                    partner: self.other(partner.get(place).unwrap_or_default())?,
                    reason: own(&reason, place),
                    evidence: object(evidence.get(place))?,
                });
            }
            if !found.is_empty() {
                matched.insert(id.clone(), found);
            }
        }
        Ok(matched)
    }

    /// Identities of the rows at these places; none if the table has no `row_id`.
    pub(super) fn ids(&self, table: &TableName, rows: &RowSet) -> Result<Vec<String>, EngineError> {
        if !self.tables.has_column(table, "row_id")? {
            return Ok(Vec::new());
        }
        let ids = self.tables.texts(table, "row_id")?;
        Ok(rows.iter().filter_map(|row| ids.get(row).map(str::to_owned)).collect())
    }
}

fn number(text: Option<&str>) -> Option<i64> {
    text.and_then(|text| text.parse().ok())
}

/// A JSON object of texts.
fn object(text: Option<&str>) -> Result<BTreeMap<String, String>, EngineError> {
    let text = text.unwrap_or("{}");
    serde_json::from_str(text).map_err(|error| EngineError::Bug(format!("recorded evidence {text}: {error}")))
}
