//! The whole life of one delivered record: where it came from, what became of it, and where it is counted.

use super::back::Back;
use super::missing::{columns_of, live};
use super::named::{Fit, Hit, Named, Quarantined};
use super::record::{Decided, Matched, Origin};
use super::records::Records;
use super::{Asked, Told};
use crate::error::EngineError;
use crate::lineage::Rows;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use provenance::RowSet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use study::Round;
use terms::TableName;

/// What was found under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Traced {
    /// One record.
    Record(Box<Life>),
    /// A line that broke its contract.
    Quarantined(Quarantined),
    /// Several records fit, or some nearly fit; name one by its row id.
    Several {
        /// They.
        hits: Vec<Hit>,
    },
    /// Nothing.
    Nothing {
        /// What there is.
        reason: String,
    },
}

/// The life of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// Where it was delivered.
    #[serde(flatten)]
    pub origin: Origin,
    /// Title of its source.
    pub title: String,
    /// What became of it, in order.
    pub events: Vec<Event>,
    /// The tables that hold something made from it, in the order in which they are made.
    pub tables: Vec<Lives>,
    /// The appendices that it is counted in.
    pub counted: Vec<Counted>,
    /// Appendices of which only the rows are told that were made from it, as their places, and not in which numbers: see [`Numbers`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncounted: Vec<(TableName, Vec<i64>)>,
}

/// Of which appendices a life tells the numbers that a record is counted in. For each of them its query runs again over all rows that
/// stand behind its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Of all.
    #[default]
    All,
    /// Of those that have at most so many rows of any table behind them, and of those that are named.
    Behind(u64, Vec<TableName>),
}

/// Something that became of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A rule judged it, or what it was merged into.
    Judged {
        /// The decision.
        decision: Decided,
        /// New values that differ from the old: column, old value, new value; NULL is none.
        changed: Vec<(String, Option<String>, Option<String>)>,
    },
    /// Another record was merged into it.
    Absorbed {
        /// The decision about the other record.
        decision: Decided,
    },
    /// A rule named it as evidence in a decision about another record.
    Evidence {
        /// The decision about the other record.
        decision: Decided,
    },
    /// It is in the records after a round.
    Stands {
        /// Round.
        round: String,
        /// Under which row id: its own, or that of what it was merged into.
        row_id: String,
        /// Population.
        population: Option<String>,
    },
    /// A pass of a matching proposed it.
    Paired {
        /// The pair.
        pair: Matched,
    },
    /// A matching found no partner for it.
    Unmatched {
        /// Matching.
        matching: String,
        /// `ambiguous`, `superseded`, `rejected` or `no_candidate`.
        outcome: String,
        /// The first pass that proposed it.
        pass: Option<String>,
    },
}

/// A table that holds something made from a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lives {
    /// The table.
    pub table: TableName,
    /// Rows made from the record.
    pub rows: u64,
}

/// An appendix that a record is counted in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Its table.
    pub table: TableName,
    /// Its rows that have a number made from the record: place, from 0, and the columns of those numbers.
    /// By column in the appendix itself; the rows that it reads are made from the record or not as a whole.
    pub rows: Vec<(i64, Vec<String>)>,
}

/// Finds a record and tells its life.
pub(super) async fn trace(back: &Back<'_>, text: &str, numbers: &Numbers) -> Result<Traced, EngineError> {
    let named = back.named(text)?;
    match named.as_slice() {
        [one] => return Ok(Traced::Record(Box::new(life(back, one, numbers).await?))),
        [] => {}
        several => {
            let hit = |named: &Named<'_>| Hit {
                origin: named.origin.clone(),
                fit: Fit::Exact,
                columns: Vec::new(),
            };
            return Ok(Traced::Several { hits: several.iter().map(hit).collect() });
        }
    }
    if let Some(quarantined) = back.quarantined(text)?.into_iter().next() {
        return Ok(Traced::Quarantined(quarantined));
    }
    let hits = back.search(text)?;
    if let ([hit], true) = (hits.as_slice(), hits.iter().all(|hit| hit.fit != Fit::Near))
        && let [one] = back.named(&hit.origin.row_id)?.as_slice()
    {
        return Ok(Traced::Record(Box::new(life(back, one, numbers).await?)));
    }
    if hits.is_empty() {
        return Ok(Traced::Nothing { reason: back.never_delivered(text)? });
    }
    Ok(Traced::Several { hits })
}

async fn life(back: &Back<'_>, named: &Named<'_>, numbers: &Numbers) -> Result<Life, EngineError> {
    let tables = SourceTables::of(named.source)?;
    let own = [Some(tables.staging.clone()), tables.identity.clone(), Some(tables.origin.clone())];
    let live = live(back, tables, named.place)?;
    let made = back.study.steps().iter().flat_map(|step| &step.writes);
    let lives = made
        .filter(|table| !own.iter().flatten().any(|own| own == *table))
        .filter_map(|table| Some(Lives { table: table.clone(), rows: live.get(table)?.len() }))
        .collect();
    let (mut counted, mut uncounted) = (Vec::new(), Vec::new());
    for appendix in &back.study.appendices {
        let table = &appendix.model.table;
        let Some(rows) = live.get(table) else { continue };
        if !told(back, table, rows, numbers)? {
            uncounted.push((table.clone(), rows.iter().collect()));
            continue;
        }
        let asked = Asked { table, row: 0, column: None, told: Told::All };
        let columns = columns_of(back, &asked, &live).await?.unwrap_or_default();
        let rows: Vec<(i64, Vec<String>)> =
            columns.into_iter().filter(|(_, columns)| !columns.is_empty()).collect();
        if !rows.is_empty() {
            counted.push(Counted { table: table.clone(), rows });
        }
    }
    Ok(Life {
        origin: named.origin.clone(),
        title: named.source.title.clone(),
        events: events(back, named, &live)?,
        tables: lives,
        counted,
        uncounted,
    })
}

/// Whether it is told in which numbers of these rows of an appendix a record is counted.
fn told(back: &Back<'_>, table: &TableName, rows: &RowSet, numbers: &Numbers) -> Result<bool, EngineError> {
    let Numbers::Behind(most, named) = numbers else { return Ok(true) };
    let Some(step) = back.study.steps().iter().find(|step| step.writes.contains(table)) else {
        return Ok(true);
    };
    let behind = || back.behind(step, table, rows);
    Ok(named.contains(table) || behind()?.values().all(|rows| rows.len() <= *most))
}

/// What rounds and matchings recorded, in the order of the steps.
fn events(back: &Back<'_>, named: &Named<'_>, live: &Rows) -> Result<Vec<Event>, EngineError> {
    let records = &back.records;
    let (id, mut own) = (&named.origin.row_id, named.origin.row_id.clone());
    let mut events = Vec::new();
    for step in back.study.steps() {
        match step.kind {
            study::StepKind::Round(i) => {
                let round = &back.study.rounds[i];
                own = of_round(back, records, round, (id, own), live, &mut events)?;
            }
            study::StepKind::Matching(i) => {
                let matching = &back.study.matchings[i];
                let ids = BTreeSet::from([id.clone(), own.clone()]);
                let pairs: Vec<Matched> = records.matched(matching, &ids)?.into_values().flatten().collect();
                let matched = pairs.iter().any(|pair| pair.outcome == "matched");
                events.extend(pairs.into_iter().map(|pair| Event::Paired { pair }));
                let alone = TableName::new("linkage", &format!("{}_unmatched", matching.name))?;
                let finder = back.tables.find(&alone, "left_id")?;
                let places: RowSet = ids.iter().flat_map(|id| finder.places(id)).collect();
                let rows = back.tables.some(&alone, &places, ["outcome", "pass"])?;
                for [outcome, pass] in rows.into_values().filter(|_| !matched) {
                    events.push(Event::Unmatched {
                        matching: matching.name.clone(),
                        outcome: outcome.unwrap_or_default(),
                        pass,
                    });
                }
            }
            _ => {}
        }
    }
    Ok(events)
}

/// What a round did to a record that goes by row id `own` now; gives the row id by which it goes on.
fn of_round(
    back: &Back<'_>,
    records: &Records<'_>,
    round: &Round,
    (id, own): (&String, String),
    live: &Rows,
    events: &mut Vec<Event>,
) -> Result<String, EngineError> {
    let tables = RoundTables::of(round)?;
    let mut own = own;
    let mut values = values(back, round, &own)?;
    for decision in records.decided_with(round, id, &own)? {
        let survivor = decision.survivor.as_ref().map(|survivor| survivor.row_id.clone());
        if decision.row_id == own {
            let changes = decision.changes.iter().map(|(column, new)| {
                let old = values.insert(column.clone(), Some(new.clone())).flatten();
                (column.clone(), old, Some(new.clone()))
            });
            let changed: Vec<_> = changes.filter(|(_, old, new)| old != new).collect();
            let merged = survivor.filter(|_| decision.applied);
            events.push(Event::Judged { decision, changed });
            if let Some(survivor) = merged {
                own = survivor;
                values = self::values(back, round, &own)?;
            }
        } else if survivor.as_ref() == Some(&own) {
            events.push(Event::Absorbed { decision });
        } else if decision.evidence.values().any(|value| value == id) {
            events.push(Event::Evidence { decision });
        }
    }
    let here = live.get(&tables.cleaning).cloned().unwrap_or_default();
    let rows = back.tables.some(&tables.cleaning, &here, ["row_id", round.population.column.as_str()])?;
    for [_, population] in rows.into_values().filter(|[row_id, _]| row_id.as_ref() == Some(&own)) {
        events.push(Event::Stands { round: round.name.clone(), row_id: own.clone(), population });
    }
    Ok(own)
}

/// The values of a record before a round, as text.
fn values(back: &Back<'_>, round: &Round, id: &str) -> Result<BTreeMap<String, Option<String>>, EngineError> {
    let deliveries = round.rules.iter().filter_map(|rule| rule.adds_from.as_ref());
    for table in std::iter::once(&round.base).chain(deliveries) {
        if let Some(place) = back.tables.find(table, "row_id")?.places(id).next() {
            let mut values = back.tables.values(table, &std::iter::once(place).collect::<RowSet>())?;
            let mut row = values.remove(&place).unwrap_or_default();
            if let (true, Some(initial)) = (table == &round.base, &round.population.initial) {
                row.insert(round.population.column.clone(), Some(initial.clone()));
            }
            return Ok(row);
        }
    }
    Ok(BTreeMap::new())
}
