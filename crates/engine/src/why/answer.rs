//! What was reached on the way back, as an answer.

use super::back::Back;
use super::record::{Decided, Matched, Records};
use super::walk::Walk;
use super::{Made, MadeBy, PassCount, Reached, Record, RuleCount, Share, Why};
use crate::error::EngineError;
use crate::steps::round::RoundTables;
use crate::steps::source::SourceTables;
use crate::tables::Texts;
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Matching, Round, SqlFile, StepKind, Study};
use terms::TableName;

/// Counts by table with what was decided there, and the records of all sources that were reached.
pub(super) fn answer(back: &Back<'_>, walk: &Walk, from: Vec<(TableName, u64)>) -> Result<Why, EngineError> {
    let records = Records::new(back.study, &back.tables);
    let mut why = Why { from: shares(&from), tables: Vec::new(), decisions: Vec::new(), records: Vec::new() };
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
    let mut decided = BTreeMap::<String, Vec<Decided>>::new();
    for round in &back.study.rounds {
        let tables = RoundTables::of(round)?;
        let decisions = of_round(&records, walk, round, &tables)?;
        let shown = why.tables.iter_mut().find(|r| r.table == tables.cleaning || r.table == tables.identity);
        shown.into_iter().for_each(|reached| reached.decided = by_rule(&decisions));
        for decision in decisions {
            decided.entry(decision.row_id.clone()).or_default().push(decision);
        }
    }
    let mut matched = BTreeMap::<String, Vec<Matched>>::new();
    for matching in &back.study.matchings {
        let table = TableName::new("linkage", &matching.name)?;
        let pairs = of_matching(back, &records, walk, matching, &table)?;
        let lefts = pairs.iter().filter(|(_, (left, _))| *left).flat_map(|(_, (_, pairs))| pairs);
        let counts = by_pass(lefts);
        let shown = why.tables.iter_mut().find(|reached| reached.table == table);
        shown.into_iter().for_each(|reached| reached.matched.clone_from(&counts));
        for (id, (_, pairs)) in pairs {
            matched.entry(id).or_default().extend(pairs);
        }
    }
    why.decisions = written_down(back, &records, walk)?;
    why.records = delivered(back, &records, walk, &decided, &matched)?;
    Ok(why)
}

fn shares(from: &[(TableName, u64)]) -> Vec<Share> {
    from.iter().map(|(table, rows)| Share { table: table.clone(), rows: *rows }).collect()
}

/// The decisions of a round about the records that were reached, and about those that were merged into them.
fn of_round(
    records: &Records<'_>,
    walk: &Walk,
    round: &Round,
    tables: &RoundTables,
) -> Result<Vec<Decided>, EngineError> {
    let mut ids = BTreeSet::new();
    for table in [&tables.cleaning, &tables.identity] {
        let rows = walk.places(table);
        if !rows.is_empty() {
            ids.extend(records.ids(table, &rows)?);
        }
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    records.add_merged(round, &mut ids)?;
    records.decided_about(round, ids.iter().map(String::as_str))
}

/// The reached pairs of a matching by record, each with whether the record is the left one.
fn of_matching(
    back: &Back<'_>,
    records: &Records<'_>,
    walk: &Walk,
    matching: &Matching,
    table: &TableName,
) -> Result<BTreeMap<String, (bool, Vec<Matched>)>, EngineError> {
    let rows = walk.places(table);
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let [left, right] = back.tables.columns(table, ["left_id", "right_id"])?;
    let of = |side: &Texts| rows.iter().filter_map(|row| side.get(row).map(str::to_owned)).collect();
    let lefts: BTreeSet<String> = of(&left);
    let mut ids: BTreeSet<String> = of(&right);
    ids.extend(lefts.iter().cloned());
    let mut pairs = records.matched(matching, &ids)?;
    pairs.values_mut().for_each(|pairs| pairs.retain(|pair| pair.outcome == "matched"));
    Ok(pairs.into_iter().map(|(id, pairs)| (id.clone(), (lefts.contains(&id), pairs))).collect())
}

/// The reached rows of `audit.decisions`.
fn written_down(back: &Back<'_>, records: &Records<'_>, walk: &Walk) -> Result<Vec<Decided>, EngineError> {
    let table = TableName::new("audit", "decisions")?;
    let rows = walk.places(&table);
    let mut found = Vec::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let [round, rule, row_id] = back.tables.columns(&table, ["round", "rule", "row_id"])?;
    let key = |row| Some((round.get(row)?, rule.get(row)?, row_id.get(row)?));
    let reached: BTreeSet<(&str, &str, &str)> = rows.iter().filter_map(key).collect();
    for round in &back.study.rounds {
        let here = reached.iter().filter(|(name, _, _)| *name == round.name);
        let mut decisions = records.decided_about(round, here.map(|(_, _, row_id)| *row_id))?;
        decisions.retain(|d| reached.contains(&(d.round.as_str(), d.rule.as_str(), d.row_id.as_str())));
        found.extend(decisions);
    }
    Ok(found)
}

fn by_rule(decisions: &[Decided]) -> Vec<RuleCount> {
    let mut counts = BTreeMap::<(i64, &str, &str, bool), u64>::new();
    for d in decisions {
        *counts.entry((d.step, &d.rule, &d.verb, d.applied)).or_default() += 1;
    }
    let count = |((_, rule, verb, applied), records): ((i64, &str, &str, bool), u64)| RuleCount {
        rule: rule.to_owned(),
        verb: verb.to_owned(),
        applied,
        records,
    };
    counts.into_iter().map(count).collect()
}

fn by_pass<'m>(pairs: impl Iterator<Item = &'m Matched>) -> Vec<PassCount> {
    let mut counts = BTreeMap::<(i64, &str), u64>::new();
    for pair in pairs {
        *counts.entry((pair.pass_no, &pair.pass)).or_default() += 1;
    }
    counts.into_iter().map(|((_, pass), pairs)| PassCount { pass: pass.to_owned(), pairs }).collect()
}

/// The delivered records, each with the tables that it went through, what was decided about it and its pairs.
fn delivered(
    back: &Back<'_>,
    records: &Records<'_>,
    walk: &Walk,
    decided: &BTreeMap<String, Vec<Decided>>,
    matched: &BTreeMap<String, Vec<Matched>>,
) -> Result<Vec<Record>, EngineError> {
    let mut delivered = Vec::new();
    // Many records go one way.
    let mut ways = BTreeMap::<BTreeSet<usize>, Arc<[TableName]>>::new();
    for source in &back.study.sources {
        let tables = SourceTables::of(source)?;
        // Rows of the tables of a source at equal places are one record.
        let tables: Vec<&TableName> =
            [&tables.staging, &tables.origin].into_iter().chain(&tables.identity).collect();
        let groups: Vec<(BTreeSet<usize>, &RowSet)> =
            tables.iter().flat_map(|table| walk.groups(table)).collect();
        let mut reached: Vec<(i64, usize)> = Vec::new();
        for (group, (_, rows)) in groups.iter().enumerate() {
            reached.extend(rows.iter().map(|place| (place, group)));
        }
        reached.sort_unstable();
        let of_record: Vec<&[(i64, usize)]> = reached.chunk_by(|a, b| a.0 == b.0).collect();
        let origins = records.at(source, of_record.iter().map(|of_record| of_record[0].0))?;
        for (of_record, (_, origin)) in of_record.iter().zip(origins) {
            let mut way = BTreeSet::new();
            of_record.iter().for_each(|(_, group)| way.extend(&groups[*group].0));
            let through = ways.entry(way).or_insert_with_key(|way| in_order(back.study, walk, way));
            delivered.push(Record {
                through: through.clone(),
                decisions: decided.get(&origin.row_id).cloned().unwrap_or_default(),
                matches: matched.get(&origin.row_id).cloned().unwrap_or_default(),
                origin,
            });
        }
    }
    delivered.sort();
    Ok(delivered)
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
