//! What was reached on the way back, as an answer.

use super::back::Back;
use super::kinds::Kinds;
use super::ledger::Ledger;
use super::record::{Decided, Matched};
use super::walk::Walk;
use super::{Delivered, Made, MadeBy, PassCount, Reached, Record, Share, Told, Why};
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Matching, Round, Source, SqlFile, StepKind, Study};
use terms::TableName;

/// What rounds and matchings did to the records that were reached.
#[derive(Default)]
struct Done<'s> {
    /// Decisions of rounds, as their places.
    decided: Vec<(&'s Round, Arc<Ledger>, RowSet)>,
    /// Pairs of matchings, as their places.
    matched: Vec<(&'s Matching, RowSet)>,
}

/// Counts by table with what was decided there, and of each source the told ones of the records that were reached.
pub(super) fn answer(
    back: &Back<'_>,
    walk: &Walk,
    from: Vec<(TableName, u64)>,
    told: Told<'_>,
) -> Result<Why, EngineError> {
    let mut why = Why { from: shares(&from), ..Why::default() };
    for table in &walk.order {
        why.tables.push(Reached {
            table: table.clone(),
            rows: walk.places(table).len(),
            of: back.tables.count(table),
            made: made(back.study, table),
            from: shares(walk.from.get(table).map_or(&[], Vec::as_slice)),
            decided: Vec::new(),
            matched: Vec::new(),
        });
    }
    let mut done = Done::default();
    for round in &back.study.rounds {
        let tables = RoundTables::of(round)?;
        let (rows, identity) = (walk.places(&tables.cleaning), walk.places(&tables.identity));
        if rows.is_empty() && identity.is_empty() {
            continue;
        }
        let ledger = back.records.ledger(round)?;
        let decisions = ledger.reached(&rows, &identity);
        let shown = why.tables.iter_mut().find(|r| r.table == tables.cleaning || r.table == tables.identity);
        shown.into_iter().for_each(|reached| reached.decided = ledger.by_rule(&decisions));
        done.decided.push((round, ledger, decisions));
    }
    for matching in &back.study.matchings {
        let table = TableName::new("linkage", &matching.name)?;
        let rows = walk.places(&table);
        if rows.is_empty() {
            continue;
        }
        let passes = back.records.passes(matching)?;
        let shown = why.tables.iter_mut().find(|reached| reached.table == table);
        shown.into_iter().for_each(|reached| reached.matched = by_pass(&passes, &rows));
        done.matched.push((matching, rows));
    }
    why.decisions = written_down(back, walk, told)?;
    delivered(back, walk, &done, told, &mut why)?;
    Ok(why)
}

fn shares(from: &[(TableName, u64)]) -> Vec<Share> {
    from.iter().map(|(table, rows)| Share { table: table.clone(), rows: *rows }).collect()
}

fn by_pass(passes: &Kinds<2>, rows: &RowSet) -> Vec<PassCount> {
    let count = |([number, pass], pairs): (&[String; 2], u64)| {
        (number.parse::<i64>().unwrap_or_default(), PassCount { pass: pass.clone(), pairs })
    };
    let mut counts: Vec<(i64, PassCount)> = passes.count(rows.iter()).map(count).collect();
    counts.sort_by(|(a, x), (b, y)| (a, &x.pass).cmp(&(b, &y.pass)));
    counts.into_iter().map(|(_, count)| count).collect()
}

/// The first of the reached rows of `audit.decisions`.
fn written_down(back: &Back<'_>, walk: &Walk, told: Told<'_>) -> Result<Vec<Decided>, EngineError> {
    let table = TableName::new("audit", "decisions")?;
    let rows = walk.places(&table);
    let mut found = Vec::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let [round, rule, row_id] = back.tables.columns(&table, ["round", "rule", "row_id"])?;
    let key = |row| Some((round.get(row)?, rule.get(row)?, row_id.get(row)?));
    let first = rows.iter().take(told.decisions());
    let reached: BTreeSet<(&str, &str, &str)> = first.filter_map(key).collect();
    for round in &back.study.rounds {
        let here = reached.iter().filter(|(name, _, _)| *name == round.name);
        let mut decisions = back.records.decided_about(round, here.map(|(_, _, row_id)| *row_id))?;
        decisions.retain(|d| reached.contains(&(d.round.as_str(), d.rule.as_str(), d.row_id.as_str())));
        found.extend(decisions);
    }
    Ok(found)
}

/// How many delivered records of each source there are, and those that are told with the tables that each went through, what
/// was decided about it and its pairs.
fn delivered(
    back: &Back<'_>,
    walk: &Walk,
    done: &Done<'_>,
    told: Told<'_>,
    why: &mut Why,
) -> Result<(), EngineError> {
    let mut judged = BTreeMap::<usize, Vec<i64>>::new();
    for (_, ledger, decisions) in &done.decided {
        for (source, place) in ledger.delivered(&back.records, decisions)? {
            judged.entry(source).or_default().push(place);
        }
    }
    let mut sources: Vec<(usize, &Source)> = back.study.sources.iter().enumerate().collect();
    sources.sort_by_key(|(_, source)| &source.contract.name);
    // Many records go one way.
    let mut ways = BTreeMap::<BTreeSet<usize>, Arc<[TableName]>>::new();
    for (number, source) in sources {
        let tables = SourceTables::of(source)?;
        // Rows of the tables of a source at equal places are one record.
        let tables = [&tables.staging, &tables.origin].into_iter().chain(&tables.identity);
        let groups: Vec<(BTreeSet<usize>, &RowSet)> = tables.flat_map(|table| walk.groups(table)).collect();
        let mut places = RowSet::new();
        groups.iter().for_each(|(_, rows)| places.union(rows));
        if places.is_empty() {
            continue;
        }
        let judged: RowSet = judged.remove(&number).unwrap_or_default().into_iter().collect();
        why.delivered.push(Delivered {
            source: source.contract.name.clone(),
            records: places.len(),
            decided: judged.iter().filter(|place| places.contains(*place)).count() as u64,
        });
        let ranked = back.records.ranked(source, &places, told.of(&source.contract.name))?;
        let ids: BTreeSet<String> = ranked.iter().map(|(_, origin)| origin.row_id.clone()).collect();
        let (mut decided, mut matched) = (decided(back, done, &ids)?, matched(back, done, &ids)?);
        for (place, origin) in ranked {
            let here = groups.iter().filter(|(_, rows)| rows.contains(place));
            let way: BTreeSet<usize> = here.flat_map(|(way, _)| way).copied().collect();
            let through = ways.entry(way).or_insert_with_key(|way| in_order(back.study, walk, way)).clone();
            let decisions = decided.remove(&origin.row_id).unwrap_or_default();
            let matches = matched.remove(&origin.row_id).unwrap_or_default();
            why.records.push(Record { origin, through, decisions, matches });
        }
    }
    Ok(())
}

/// What was decided about records on the way, in order, by record.
fn decided(
    back: &Back<'_>,
    done: &Done<'_>,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Decided>>, EngineError> {
    let mut decided = BTreeMap::<String, Vec<Decided>>::new();
    for (round, _, decisions) in &done.decided {
        for decision in back.records.decided_of(round, ids, decisions)? {
            decided.entry(decision.row_id.clone()).or_default().push(decision);
        }
    }
    Ok(decided)
}

/// The pairs on the way that records are in, by record.
fn matched(
    back: &Back<'_>,
    done: &Done<'_>,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Matched>>, EngineError> {
    let mut matched = BTreeMap::<String, Vec<Matched>>::new();
    for (matching, rows) in &done.matched {
        let mut paired = BTreeSet::new();
        for id in ids {
            if back.records.is_paired(matching, id, rows)? {
                paired.insert(id.clone());
            }
        }
        for (id, pairs) in back.records.matched(matching, &paired)? {
            let pairs = pairs.into_iter().filter(|pair| pair.outcome == "matched");
            matched.entry(id).or_default().extend(pairs);
        }
    }
    Ok(matched)
}

/// Reached tables in the order in which they are made.
fn in_order(study: &Study, walk: &Walk, way: &BTreeSet<usize>) -> Arc<[TableName]> {
    let tables: BTreeSet<&TableName> = way.iter().filter_map(|&table| walk.order.get(table)).collect();
    let made = study.steps().iter().flat_map(|step| &step.writes);
    made.filter(|table| tables.contains(table)).cloned().collect()
}

/// Which step made a table, and from which file of the study.
pub(super) fn made(study: &Study, table: &TableName) -> Option<Made> {
    let of_table = |t: &Result<SourceTables, EngineError>| {
        t.as_ref()
            .is_ok_and(|t| &t.origin == table || &t.staging == table || t.identity.as_ref() == Some(table))
    };
    let path = |path: &std::path::Path| Some(path.to_string_lossy().into_owned());
    let query = |by: MadeBy, sql: &SqlFile, title: Option<&str>| Made {
        by,
        file: path(&sql.path),
        title: title.map_or_else(|| what(sql), str::to_owned),
    };
    if let Some(source) = study.sources.iter().find(|source| of_table(&SourceTables::of(source))) {
        return Some(Made { by: MadeBy::Source, file: path(&source.file), title: source.title.clone() });
    }
    let step = study.steps().iter().find(|step| step.writes.contains(table))?;
    Some(match step.kind {
        StepKind::Source(i) => {
            let source = &study.sources[i];
            Made { by: MadeBy::Source, file: path(&source.file), title: source.title.clone() }
        }
        StepKind::Round(i) => Made { by: MadeBy::Round, file: None, title: study.rounds[i].title.clone() },
        StepKind::Matching(i) => {
            let matching = &study.matchings[i];
            let title = format!("{} matched with {}", matching.left, matching.right);
            Made { by: MadeBy::Matching, file: None, title }
        }
        StepKind::Model(i) => query(MadeBy::Model, &study.models[i].sql, None),
        StepKind::Appendix(i) => {
            let appendix = &study.appendices[i];
            query(MadeBy::Appendix, &appendix.model.sql, Some(&appendix.presentation.title))
        }
        StepKind::Audit => Made { by: MadeBy::Audit, file: None, title: String::new() },
    })
}

/// What a query says that it makes: its first line of comment.
fn what(sql: &SqlFile) -> String {
    let first = sql.text.lines().find_map(|line| line.trim().strip_prefix("--")).unwrap_or_default().trim();
    first.strip_prefix("what:").unwrap_or(first).trim().to_owned()
}
