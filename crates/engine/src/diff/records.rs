//! Delivered records that one of two runs does not have.

use super::loaded::{texts, whole};
use super::{Changed, HIDDEN, Place, PlacedRecord, QuarantineChange, RecordChange, Sides};
use crate::cells::{cell, text};
use crate::error::EngineError;
use std::collections::{BTreeMap, BTreeSet};
use terms::{TableName, TableRecord};
use warehouse::Warehouse;

/// What a record follows in its file: the nearest earlier record that both runs have, or the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    Start(String, Option<String>),
    After(String),
}

/// Records by identity, and those identities in the order of the files.
struct Delivered {
    places: BTreeMap<String, Place>,
    order: Vec<String>,
}

/// The records of all sources that only one run has. One that stands in its file where another stood has changed.
pub(super) fn changed(sides: &Sides<'_>) -> Result<Vec<RecordChange>, EngineError> {
    let mut changes = Vec::new();
    for (table, before, after) in sides.differing_in("origin") {
        let old = delivered(sides.warehouse, table, before)?;
        let new = delivered(sides.warehouse, table, after)?;
        let mut pairs = BTreeMap::<(Anchor, usize), (Option<&String>, Option<&String>)>::new();
        for (anchor, id) in alone(&old, &new) {
            pairs.entry(anchor).or_default().0 = Some(id);
        }
        for (anchor, id) in alone(&new, &old) {
            pairs.entry(anchor).or_default().1 = Some(id);
        }
        let found: Vec<RecordChange> = pairs
            .into_values()
            .map(|(before, after)| RecordChange {
                before: before.map(|id| old.record(id)),
                after: after.map(|id| new.record(id)),
                cells: Vec::new(),
            })
            .collect();
        changes.extend(with_cells(sides, table.table(), found)?);
    }
    changes.sort_by_cached_key(|change| {
        let place = |record: &Option<PlacedRecord>| record.as_ref().map(|record| record.place.clone());
        (place(&change.after).or(place(&change.before)), change.clone())
    });
    Ok(changes)
}

impl Delivered {
    fn record(&self, id: &str) -> PlacedRecord {
        let nowhere = || Place { source: String::new(), file: String::new(), sheet: None, line: 0 };
        PlacedRecord { place: self.places.get(id).cloned().unwrap_or_else(nowhere), row_id: id.to_owned() }
    }
}

/// The records that `others` lacks, each with what it follows and how many such records are between.
fn alone<'d>(records: &'d Delivered, others: &Delivered) -> Vec<((Anchor, usize), &'d String)> {
    let mut alone = Vec::new();
    let (mut anchor, mut since, mut file) = (None, 0, None);
    for id in &records.order {
        let Some(place) = records.places.get(id) else { continue };
        let here = Some((&place.file, &place.sheet));
        if here != file {
            (file, since) = (here, 0);
            anchor = Some(Anchor::Start(place.file.clone(), place.sheet.clone()));
        }
        if others.places.contains_key(id) {
            (anchor, since) = (Some(Anchor::After(id.clone())), 0);
        } else if let Some(anchor) = &anchor {
            alone.push(((anchor.clone(), since), id));
            since += 1;
        }
    }
    alone
}

fn delivered(
    warehouse: &Warehouse,
    table: &TableName,
    record: Option<&TableRecord>,
) -> Result<Delivered, EngineError> {
    let mut rows = Vec::new();
    for [id, file, sheet, line, offset] in
        texts(warehouse, record, ["row_id", "file", "sheet", "line", "byte_offset"])?
    {
        let number =
            |text: Option<String>| text.and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        let place = Place {
            source: table.table().to_owned(),
            file: file.unwrap_or_default(),
            sheet,
            line: number(line),
        };
        rows.push((place, number(offset), id.unwrap_or_default()));
    }
    rows.sort();
    let order = rows.iter().map(|(_, _, id)| id.clone()).collect();
    Ok(Delivered { places: rows.into_iter().map(|(place, _, id)| (id, place)).collect(), order })
}

/// Where these records were delivered, as the later run has it, else the earlier.
pub(super) fn places(
    sides: &Sides<'_>,
    ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Place>, EngineError> {
    let mut found = BTreeMap::new();
    for run in [sides.after, sides.before] {
        for record in run.tables().filter(|record| record.table.schema() == "origin") {
            if found.len() == ids.len() {
                return Ok(found);
            }
            let all = delivered(sides.warehouse, &record.table, Some(record))?;
            for (id, place) in all.places {
                if ids.contains(id.as_str()) {
                    found.entry(id).or_insert(place);
                }
            }
        }
    }
    Ok(found)
}

/// Fills in which cells differ where both sides are there.
fn with_cells(
    sides: &Sides<'_>,
    source: &str,
    mut changes: Vec<RecordChange>,
) -> Result<Vec<RecordChange>, EngineError> {
    if !changes.iter().any(|change| change.before.is_some() && change.after.is_some()) {
        return Ok(changes);
    }
    for schema in ["staging", "identity"] {
        let (before, after) = sides.records(&TableName::new(schema, source)?);
        let (old, new) = (cells(sides.warehouse, before)?, cells(sides.warehouse, after)?);
        for change in &mut changes {
            let (Some(before), Some(after)) = (&change.before, &change.after) else { continue };
            let (Some(old), Some(new)) = (old.get(&before.row_id), new.get(&after.row_id)) else { continue };
            for (name, after) in new {
                let before = old.get(name).cloned().flatten();
                if before != *after {
                    let shown = |value: Option<String>| match schema {
                        "identity" => value.map(|_| HIDDEN.to_owned()),
                        _ => value,
                    };
                    let (before, after) = (shown(before), shown(after.clone()));
                    change.cells.push(Changed { name: name.clone(), before, after });
                }
            }
        }
    }
    Ok(changes)
}

/// The cells of each record of a table by its identity and by column.
type Cells = BTreeMap<String, BTreeMap<String, Option<String>>>;

fn cells(warehouse: &Warehouse, record: Option<&TableRecord>) -> Result<Cells, EngineError> {
    let Some(batch) = whole(warehouse, record)? else { return Ok(Cells::new()) };
    let schema = batch.schema();
    let columns: Vec<_> =
        (0..batch.num_columns()).map(|column| text(&batch, column)).collect::<Result<_, _>>()?;
    let mut cells = Cells::new();
    for row in 0..batch.num_rows() {
        let named = schema.fields().iter().zip(&columns);
        let mut values: BTreeMap<String, Option<String>> = named
            .map(|(field, values)| (field.name().clone(), cell(values, row).map(str::to_owned)))
            .collect();
        if let Some(Some(id)) = values.remove("row_id") {
            cells.insert(id, values);
        }
    }
    Ok(cells)
}

/// Refusals that only one run has.
pub(super) fn refused(sides: &Sides<'_>) -> Result<Vec<QuarantineChange>, EngineError> {
    let (before, after) = sides.records(&TableName::new("audit", "quarantine")?);
    if before.map(|record| &record.object) == after.map(|record| &record.object) {
        return Ok(Vec::new());
    }
    let all = |record| -> Result<BTreeSet<QuarantineChange>, EngineError> {
        let columns = ["source", "file", "sheet", "line", "column", "reason_code"];
        let rows = texts(sides.warehouse, record, columns)?.into_iter();
        let change = |[source, file, sheet, line, column, code]: [Option<String>; 6]| QuarantineChange {
            place: Place {
                source: source.unwrap_or_default(),
                file: file.unwrap_or_default(),
                sheet,
                line: line.and_then(|line| line.parse().ok()).unwrap_or_default(),
            },
            column,
            reason_code: code.unwrap_or_default(),
            before: false,
            after: false,
        };
        Ok(rows.map(change).collect())
    };
    let (old, new) = (all(before)?, all(after)?);
    let mut changes: Vec<_> =
        old.difference(&new).cloned().map(|change| QuarantineChange { before: true, ..change }).collect();
    changes.extend(new.difference(&old).cloned().map(|change| QuarantineChange { after: true, ..change }));
    changes.sort();
    Ok(changes)
}
