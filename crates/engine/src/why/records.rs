//! What a run recorded about its records, found by record.

use super::kinds::Kinds;
use super::ledger::Ledger;
use super::record::{Decided, Matched, Origin, Other};
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use crate::tables::{Tables, Texts, kept};
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use study::{Matching, Round, Source, Study};
use terms::TableName;

/// Reads what a run recorded about its records.
pub(super) struct Records<'a> {
    study: &'a Study,
    tables: Arc<Tables>,
    ledgers: Mutex<BTreeMap<String, Arc<Ledger>>>,
    passes: Mutex<BTreeMap<String, Arc<Kinds<2>>>>,
    orders: Mutex<BTreeMap<String, Arc<Vec<u32>>>>,
}

impl<'a> Records<'a> {
    pub(super) fn new(study: &'a Study, tables: &Arc<Tables>) -> Self {
        Self {
            study,
            tables: tables.clone(),
            ledgers: Mutex::default(),
            passes: Mutex::default(),
            orders: Mutex::default(),
        }
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The decisions of a round by what they are about.
    pub(super) fn ledger(&self, round: &Round) -> Result<Arc<Ledger>, EngineError> {
        kept(&self.ledgers, &round.name, || Ledger::of(self, round))
    }

    /// The pairs of a matching by number and name of the pass that found them.
    pub(super) fn passes(&self, matching: &Matching) -> Result<Arc<Kinds<2>>, EngineError> {
        kept(&self.passes, &matching.name, || {
            let table = TableName::new("linkage", &matching.name)?;
            Ok(Kinds::of(&self.tables.columns(&table, ["pass_no", "pass"])?))
        })
    }

    /// The records of a source at these places as they stand in its files: those between these ranks among them.
    pub(super) fn ranked(
        &self,
        source: &Source,
        places: &RowSet,
        told: Range<usize>,
    ) -> Result<Vec<(i64, Origin)>, EngineError> {
        let ranks = kept(&self.orders, &source.contract.name, || self.ranks(source))?;
        let rank = |place: i64| usize::try_from(place).ok().and_then(|place| ranks.get(place)).copied();
        let mut ranked: Vec<(u32, i64)> =
            places.iter().filter_map(|place| Some((rank(place)?, place))).collect();
        let told = told.start.min(ranked.len())..told.end.min(ranked.len());
        if told.is_empty() {
            return Ok(Vec::new());
        }
        // Only what is told is put in order.
        if told.end < ranked.len() {
            ranked.select_nth_unstable(told.end - 1);
            ranked.truncate(told.end);
        }
        if told.start > 0 {
            ranked.select_nth_unstable(told.start);
        }
        let mut ranked = ranked.split_off(told.start);
        ranked.sort_unstable();
        self.at(source, ranked.into_iter().map(|(_, place)| place))
    }

    /// Rank of each record of a source by file, sheet and line.
    fn ranks(&self, source: &Source) -> Result<Vec<u32>, EngineError> {
        let origin = SourceTables::of(source)?.origin;
        let [files, sheets, lines] = self.tables.columns(&origin, ["file", "sheet", "line"])?;
        let mut order: Vec<_> = Vec::new();
        for (place, ((file, sheet), line)) in (0_u32..).zip(files.iter().zip(sheets.iter()).zip(lines.iter()))
        {
            order.push((file, sheet, number(line), place));
        }
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        for (rank, (_, _, _, place)) in (0..).zip(order) {
            ranks[place as usize] = rank;
        }
        Ok(ranks)
    }

    /// Source, by number, and place of a delivered record.
    pub(super) fn place(&self, row_id: &str) -> Result<Option<(usize, i64)>, EngineError> {
        for (number, source) in self.study.sources.iter().enumerate() {
            let origin = SourceTables::of(source)?.origin;
            if let Some(place) = self.tables.find(&origin, "row_id")?.places(row_id).next() {
                return Ok(Some((number, place)));
            }
        }
        Ok(None)
    }

    /// The record that a round left of this one: what it was merged into at last, or itself.
    pub(super) fn stays(&self, round: &Round, row_id: &str) -> Result<String, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let finder = self.tables.find(&table, "row_id")?;
        let [verbs, applied, survivors] = self.tables.columns(&table, ["verb", "applied", "survivor_id"])?;
        let is_merge =
            |place: &i64| verbs.get(*place) == Some("merge") && applied.get(*place) == Some("true");
        let (mut own, mut passed) = (row_id, BTreeSet::new());
        while passed.insert(own) {
            match finder.places(own).find(is_merge).and_then(|place| survivors.get(place)) {
                Some(survivor) => own = survivor,
                None => break,
            }
        }
        Ok(own.to_owned())
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
        let row_id = row_id.to_owned();
        let Some((source, place)) = self.place(&row_id)? else {
            return Ok(Other { row_id, file: None, line: None });
        };
        let origin = SourceTables::of(&self.study.sources[source])?.origin;
        let [files, lines] = self.tables.columns(&origin, ["file", "line"])?;
        Ok(Other { row_id, file: files.get(place).map(str::to_owned), line: number(lines.get(place)) })
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

    /// Those of these decisions of a round that are about a record, in the order in which they were taken.
    pub(super) fn decided_of(
        &self,
        round: &Round,
        id: &str,
        decisions: &RowSet,
    ) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let finder = self.tables.find(&table, "row_id")?;
        self.decisions(round, &table, finder.places(id).filter(|place| decisions.contains(*place)))
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
        // A run of a version without reviews of pairs has no such columns.
        let said = |column: &str| self.tables.texts_if_there(&table, column);
        let (decided_by, reviewer, review_reason) =
            (said("decided_by")?, said("reviewer")?, said("review_reason")?);
        let told = |texts: &Option<Arc<Texts>>, place| {
            texts.as_ref().and_then(|texts| texts.get(place)).map(str::to_owned)
        };
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
                    decided_by: told(&decided_by, place).unwrap_or_else(|| "pass".to_owned()),
                    reviewer: told(&reviewer, place),
                    review_reason: told(&review_reason, place),
                });
            }
            if !found.is_empty() {
                matched.insert(id.clone(), found);
            }
        }
        Ok(matched)
    }

    /// Whether a record is in one of these pairs of a matching.
    pub(super) fn is_paired(
        &self,
        matching: &Matching,
        id: &str,
        pairs: &RowSet,
    ) -> Result<bool, EngineError> {
        let table = TableName::new("linkage", &matching.name)?;
        for side in ["left_id", "right_id"] {
            if self.tables.find(&table, side)?.places(id).any(|place| pairs.contains(place)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Identities of the rows at these places; none if the table has no `row_id`.
    pub(super) fn ids(&self, table: &TableName, rows: &RowSet) -> Result<Vec<String>, EngineError> {
        let Some(ids) = self.tables.texts_if_there(table, "row_id")? else { return Ok(Vec::new()) };
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
