//! What a run recorded about its records, found by record.

use super::kinds::Kinds;
use super::ledger::Ledger;
use super::record::{Decided, Matched, Origin, Other};
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use crate::tables::{Tables, forget, kept, sum};
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
    ranks: Mutex<BTreeMap<String, Arc<Vec<u32>>>>,
}

impl<'a> Records<'a> {
    pub(super) fn new(study: &'a Study, tables: &Arc<Tables>) -> Self {
        Self {
            study,
            tables: tables.clone(),
            ledgers: Mutex::default(),
            passes: Mutex::default(),
            ranks: Mutex::default(),
        }
    }

    /// Bytes of what is kept in memory, but for that of the tables.
    pub(super) fn bytes(&self) -> usize {
        let ranks = |ranks: &Vec<u32>| size_of_val(ranks.as_slice());
        sum(&self.ledgers, Ledger::bytes) + sum(&self.passes, Kinds::bytes) + sum(&self.ranks, ranks)
    }

    /// Forgets what is kept in memory.
    pub(super) fn forget(&self) {
        forget(&self.ledgers);
        forget(&self.passes);
        forget(&self.ranks);
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
        let ranks = kept(&self.ranks, &source.contract.name, || self.ranks(source))?;
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
        let mut at: BTreeMap<i64, Origin> =
            self.at(source, &ranked.iter().map(|(_, place)| *place).collect())?.into_iter().collect();
        Ok(ranked.into_iter().filter_map(|(_, place)| Some((place, at.remove(&place)?))).collect())
    }

    /// Rank of each record of a source by file, sheet and line.
    fn ranks(&self, source: &Source) -> Result<Vec<u32>, EngineError> {
        let origin = SourceTables::of(source)?.origin;
        // Files and sheets are few: each gets a number in their order, so that only numbers are sorted.
        let mut names = BTreeMap::<(Option<String>, Option<String>), u32>::new();
        let mut order: Vec<(u32, i64, u32)> = Vec::new();
        for stretch in self.tables.all_texts(&origin, &["file", "sheet", "line"])? {
            let [files, sheets, lines] = &stretch?[..] else { continue };
            for ((file, sheet), line) in files.iter().zip(sheets).zip(lines) {
                let name = (file.map(str::to_owned), sheet.map(str::to_owned));
                let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
                let place = u32::try_from(order.len()).unwrap_or(u32::MAX);
                order.push((*names.entry(name).or_insert(next), number(line).unwrap_or_default(), place));
            }
        }
        let mut by_name = vec![0; names.len()];
        for (rank, (_, number)) in (0..).zip(names) {
            by_name[number as usize] = rank;
        }
        order.iter_mut().for_each(|(name, _, _)| *name = by_name[*name as usize]);
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        for (rank, (_, _, place)) in (0..).zip(order) {
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
    pub(super) fn at(&self, source: &Source, places: &RowSet) -> Result<Vec<(i64, Origin)>, EngineError> {
        let tables = SourceTables::of(source)?;
        let [files, hashes] = self.tables.columns(&tables.files, ["file", "sha256"])?;
        let hashes: BTreeMap<&str, &str> =
            files.iter().zip(hashes.iter()).filter_map(|(file, sha256)| Some((file?, sha256?))).collect();
        let columns = ["row_id", "file", "sheet", "line", "byte_offset", "byte_length"];
        let origin = |[id, file, sheet, line, offset, length]: [Option<String>; 6]| {
            let file = file.unwrap_or_default();
            Origin {
                source: source.contract.name.clone(),
                sheet,
                line: number(line.as_deref()).unwrap_or_default(),
                byte_offset: number(offset.as_deref()),
                byte_length: number(length.as_deref()),
                sha256: hashes.get(file.as_str()).copied().unwrap_or_default().to_owned(),
                row_id: id.unwrap_or_default(),
                file,
            }
        };
        let rows = self.tables.some(&tables.origin, places, columns)?;
        Ok(rows.into_iter().map(|(place, row)| (place, origin(row))).collect())
    }

    /// Where records stand.
    fn others(&self, ids: impl Iterator<Item = String>) -> Result<BTreeMap<String, Other>, EngineError> {
        let mut others = BTreeMap::new();
        let mut places = BTreeMap::<usize, BTreeMap<i64, String>>::new();
        for row_id in ids {
            if let (false, Some((source, place))) = (others.contains_key(&row_id), self.place(&row_id)?) {
                places.entry(source).or_default().insert(place, row_id.clone());
            }
            others.insert(row_id.clone(), Other { row_id, file: None, line: None });
        }
        for (source, ids) in places {
            let origin = SourceTables::of(&self.study.sources[source])?.origin;
            let rows = self.tables.some(&origin, &ids.keys().copied().collect(), ["file", "line"])?;
            for (place, [file, line]) in rows {
                if let Some(other) = ids.get(&place).and_then(|id| others.get_mut(id)) {
                    (other.file, other.line) = (file, number(line.as_deref()));
                }
            }
        }
        Ok(others)
    }

    /// The decisions of a round that may be part of a record's life, and some others, in the order in which they were taken: those about
    /// the record, which goes by `own` when the round begins, or about what it is merged into; those that name one of these as survivor; and
    /// those whose evidence names its first id.
    pub(super) fn decided_with(
        &self,
        round: &Round,
        id: &str,
        own: &str,
    ) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let (judged, survivors) =
            (self.tables.find(&table, "row_id")?, self.tables.find(&table, "survivor_id")?);
        let mut places = self.naming(&table, id)?;
        let (mut open, mut passed) = (vec![own.to_owned()], BTreeSet::new());
        while let Some(own) = open.pop() {
            let about: RowSet = judged.places(&own).collect();
            let merged = self.tables.some(&table, &about, ["survivor_id"])?;
            places.union(&about);
            places.union(&survivors.places(&own).collect());
            passed.insert(own);
            open.extend(
                merged.into_values().flatten().flatten().filter(|survivor| !passed.contains(survivor)),
            );
        }
        self.decisions(round, &table, &places)
    }

    /// All decisions of a round, in the order in which they were taken.
    pub(super) fn decided(&self, round: &Round) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let last = i64::try_from(self.tables.count(&table)).unwrap_or(i64::MAX) - 1;
        self.decisions(round, &table, &std::iter::once(0..=last).collect())
    }

    /// Places of the decisions whose evidence holds an id.
    fn naming(&self, table: &TableName, id: &str) -> Result<RowSet, EngineError> {
        let (mut places, mut place) = (Vec::new(), 0);
        for stretch in self.tables.all_texts(table, &["evidence"])? {
            for evidence in stretch?.iter().flat_map(|texts| texts.iter()) {
                places.extend(evidence.is_some_and(|evidence| evidence.contains(id)).then_some(place));
                place += 1;
            }
        }
        Ok(places.into_iter().collect())
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
        self.decisions(round, &table, &places.into_iter().collect())
    }

    /// Those of these decisions of a round that are about one of these records, in the order in which they were taken.
    pub(super) fn decided_of(
        &self,
        round: &Round,
        ids: &BTreeSet<String>,
        decisions: &RowSet,
    ) -> Result<Vec<Decided>, EngineError> {
        let table = RoundTables::of(round)?.decisions;
        let finder = self.tables.find(&table, "row_id")?;
        let about = ids.iter().flat_map(|id| finder.places(id));
        let about: BTreeSet<i64> = about.filter(|place| decisions.contains(*place)).collect();
        self.decisions(round, &table, &about.into_iter().collect())
    }

    fn decisions(
        &self,
        round: &Round,
        table: &TableName,
        places: &RowSet,
    ) -> Result<Vec<Decided>, EngineError> {
        const COLUMNS: [&str; 14] = [
            "row_id",
            "rule",
            "verb",
            "reason",
            "decided_by",
            "step",
            "applied",
            "survivor_id",
            "population_from",
            "population_to",
            "evidence",
            "changes",
            "reviewer",
            "review_reason",
        ];
        const SURVIVOR: usize = 7;
        let rows = self.tables.some(table, places, COLUMNS)?;
        let others = self.others(rows.values().filter_map(|row| row[SURVIVOR].clone()))?;
        let mut decisions = Vec::new();
        for row in rows.into_values() {
            let [
                row_id,
                rule,
                verb,
                reason,
                decided_by,
                step,
                applied,
                survivor,
                from,
                to,
                evidence,
                changes,
                reviewer,
                said,
            ] = row;
            decisions.push(Decided {
                round: round.name.clone(),
                step: number(step.as_deref()).unwrap_or_default(),
                rule: rule.unwrap_or_default(),
                row_id: row_id.unwrap_or_default(),
                verb: verb.unwrap_or_default(),
                survivor: survivor.and_then(|row_id| others.get(&row_id).cloned()),
                population_from: from,
                population_to: to,
                reason: reason.unwrap_or_default(),
                evidence: object(evidence.as_deref())?,
                changes: object(changes.as_deref())?,
                applied: applied.as_deref() == Some("true"),
                decided_by: decided_by.unwrap_or_default(),
                reviewer,
                review_reason: said,
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
        // A run of a version without reviews of pairs has no columns of them.
        const COLUMNS: [&str; 10] = [
            "left_id",
            "right_id",
            "pass_no",
            "pass",
            "outcome",
            "reason",
            "evidence",
            "decided_by",
            "reviewer",
            "review_reason",
        ];
        let places: BTreeSet<i64> =
            ids.iter().flat_map(|id| sides.iter().flat_map(|finder| finder.places(id))).collect();
        let rows = self.tables.some(&table, &places.into_iter().collect(), COLUMNS)?;
        let others = self.others(rows.values().flat_map(|row| row[..2].iter().flatten().cloned()))?;
        let mut matched = BTreeMap::<String, Vec<Matched>>::new();
        for row in rows.into_values() {
            let [left, right, pass_no, pass, outcome, reason, evidence, decided_by, reviewer, said] = row;
            let (Some(left), Some(right)) = (left, right) else { continue };
            for (own, partner) in [(&left, &right), (&right, &left)] {
                let (true, Some(partner)) = (ids.contains(own), others.get(partner)) else { continue };
                matched.entry(own.clone()).or_default().push(Matched {
                    matching: matching.name.clone(),
                    pass_no: number(pass_no.as_deref()).unwrap_or_default(),
                    pass: pass.clone().unwrap_or_default(),
                    outcome: outcome.clone().unwrap_or_default(),
                    partner: partner.clone(),
                    reason: reason.clone().unwrap_or_default(),
                    evidence: object(evidence.as_deref())?,
                    decided_by: decided_by.clone().unwrap_or_else(|| "pass".to_owned()),
                    reviewer: reviewer.clone(),
                    review_reason: said.clone(),
                });
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
