//! Tables and files of two runs beside each other, from their manifests alone.

use super::{ChangeState, InputReport, TableReport};
use std::collections::BTreeMap;
use terms::{InputRecord, Manifest, ObjectHash, TableRecord};

/// Every table of either run, by name. Stored lineage is no content: it follows from the rows and what they were made from.
pub(super) fn table_reports(run: &Manifest, before: Option<&Manifest>) -> Vec<TableReport> {
    let tables = |run: &Manifest| -> BTreeMap<String, TableRecord> {
        run.tables().map(|table| (table.table.to_string(), table.clone())).collect()
    };
    let (now, then) = (tables(run), before.map(tables).unwrap_or_default());
    let report = |(table, now, then): (String, Option<&TableRecord>, Option<&TableRecord>)| TableReport {
        table,
        state: state(now.map(|table| &table.object), then.map(|table| &table.object)),
        rows: now.map(|table| table.rows),
        rows_before: then.map(|table| table.rows),
        bytes: now.map(|table| table.bytes),
    };
    side_by_side(&now, &then).into_iter().map(report).collect()
}

/// Every file of either run, by source and name.
pub(super) fn input_reports(run: &Manifest, before: Option<&Manifest>) -> Vec<InputReport> {
    let inputs = |run: &Manifest| -> BTreeMap<(String, String), InputRecord> {
        run.inputs.iter().map(|input| ((input.source.clone(), input.file.clone()), input.clone())).collect()
    };
    let (now, then) = (inputs(run), before.map(inputs).unwrap_or_default());
    let report =
        |((source, file), now, then): ((String, String), Option<&InputRecord>, Option<&InputRecord>)| {
            InputReport {
                source,
                file,
                state: state(now.map(|input| &input.sha256), then.map(|input| &input.sha256)),
                records: now.map(|input| input.records),
                records_before: then.map(|input| input.records),
                quarantined: now.map(|input| input.quarantined),
            }
        };
    side_by_side(&now, &then).into_iter().map(report).collect()
}

/// What stands under each key of either map.
fn side_by_side<'m, K: Ord + Clone, V>(
    now: &'m BTreeMap<K, V>,
    then: &'m BTreeMap<K, V>,
) -> Vec<(K, Option<&'m V>, Option<&'m V>)> {
    let mut keys: Vec<&K> = now.keys().chain(then.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| (key.clone(), now.get(key), then.get(key))).collect()
}

fn state(now: Option<&ObjectHash>, then: Option<&ObjectHash>) -> ChangeState {
    match (now, then) {
        (Some(now), Some(then)) if now == then => ChangeState::Same,
        (Some(_), Some(_)) => ChangeState::Changed,
        (Some(_), None) => ChangeState::New,
        (None, _) => ChangeState::Gone,
    }
}
