//! Checks: queries of the study's own, and what is declared beside tables.

mod range;
mod rows;
mod values;

use super::Reading;
use super::codes;
use super::reading::stem;
use crate::check::query_of;
use crate::sql::{self, Order};
use crate::tables::{Identity, Maker, Read};
use crate::text::{Place, Text, is_identifier};
use crate::yaml::{At, Names, RawCheck, RawRelation};
use crate::{Check, CheckRule, Declared, Named, PREVIOUS_RUN, THIS_RUN};
use terms::{Severity, TableName};

/// A check that is declared in the file `text` beside a table.
pub(crate) struct Beside {
    pub(crate) text: Text,
    pub(crate) table: TableName,
    pub(crate) raw: At<RawCheck>,
}

/// Keys of which a check has one, `check` and those of what is declared.
const KINDS: &str = "check, unique, not_null, accepted_values, relation, range, rows, freshness";

/// The checks that could be read, and what they read: those of pipeline.yaml first, then those beside tables.
pub(crate) fn read(reading: &mut Reading<'_>, raws: &[At<RawCheck>]) -> (Vec<Check>, Vec<Maker>) {
    let mut found = Found::default();
    let text = reading.pipeline.clone();
    for raw in raws {
        let table = match &raw.value.table {
            Some(table) => match reading.table(table, &text) {
                Some((name, _)) => Some((name, table.place(&text))),
                // The name has its own fault.
                None => continue,
            },
            None => None,
        };
        one(reading, &mut found, raw, &text, table);
    }
    for Beside { text, table, raw } in std::mem::take(&mut reading.beside) {
        if let Some(named) = &raw.value.table {
            reading.yaml(
                &named.place(&text),
                "a check names its table beside the table",
                "remove `table`: here it is that of the declaration; checks of other tables are listed in pipeline.yaml",
            );
            continue;
        }
        let place = raw.place(&text);
        one(reading, &mut found, &raw, &text, Some((table, place)));
    }
    (found.checks, found.makers)
}

#[derive(Default)]
struct Found {
    checks: Vec<Check>,
    makers: Vec<Maker>,
}

fn one(
    reading: &mut Reading<'_>,
    found: &mut Found,
    raw: &At<RawCheck>,
    text: &Text,
    table: Option<(TableName, Place)>,
) {
    let place = raw.place(text);
    let kinds = kinds(&raw.value);
    match (kinds[..].as_ref(), table) {
        ([], _) => {
            reading.yaml(&place, "a check that checks nothing", format!("write one of the keys {KINDS}"))
        }
        (["check"], _) => own(reading, found, &raw.value, text),
        ([kind], None) => reading.yaml(
            &place,
            format!("a check of `{kind}` without its table"),
            "add `table: schema.table`, or declare the check beside the table",
        ),
        ([_], Some((table, at))) => declared(reading, found, &raw.value, text, (table, at, place)),
        ([first, second, ..], _) => reading.yaml(
            &place,
            format!("two checks in one entry, `{first}` and `{second}`"),
            "write an entry for each",
        ),
    }
}

fn kinds(raw: &RawCheck) -> Vec<&'static str> {
    let present = [
        ("check", raw.check.is_some()),
        ("unique", raw.unique.is_some()),
        ("not_null", raw.not_null.is_some()),
        ("accepted_values", raw.accepted_values.is_some()),
        ("relation", raw.relation.is_some()),
        ("range", raw.range.is_some()),
        ("rows", raw.rows.is_some()),
        ("freshness", raw.freshness.is_some()),
    ];
    present.into_iter().filter(|(_, present)| *present).map(|(kind, _)| kind).collect()
}

/// A query of the study's own.
fn own(reading: &mut Reading<'_>, found: &mut Found, raw: &RawCheck, text: &Text) {
    let Some(file) = &raw.check else { return };
    let place = file.place(text);
    if let Some(table) = &raw.table {
        let help = "remove `table`: the query names the tables that it reads";
        reading.yaml(&table.place(text), "a query of your own is about no one table", help);
    }
    let Some(sql) = reading.sql(&file.value, &place, Order::Free) else { return };
    let named = raw.name.as_ref().map(|name| name.place(text));
    let Some(name) = name(reading, raw, text, || stem(&file.value).to_owned()) else { return };
    if found.checks.iter().any(|check| check.name == name) {
        let help = "rename the file: reports name their check";
        reading.yaml(&named.unwrap_or_else(|| place.clone()), "a second check of this name", help);
    }
    found.makers.push(maker(&name, place, sql.reads()));
    let severity = raw.severity.unwrap_or(Severity::Error);
    found.checks.push(Check { name, severity, sql: sql.file, declared: None });
}

fn declared(
    reading: &mut Reading<'_>,
    found: &mut Found,
    raw: &RawCheck,
    text: &Text,
    (table, at, place): (TableName, Place, Place),
) {
    let before = reading.faults.len();
    let mut reads = vec![Read { table: table.to_string(), place: at }];
    let rule = rule(reading, raw, text, &table, &mut reads);
    let Some(rule) = rule.filter(|_| reading.faults.len() == before) else { return };
    let words: Vec<&str> = rule.columns().into_iter().map(|column| column.name.as_str()).collect();
    let made = || [&[table.table(), rule.word()], &words[..]].concat().join("_");
    let Some(name) = name(reading, raw, text, made) else { return };
    if found.checks.iter().any(|check| check.name == name) {
        let place = raw.name.as_ref().map_or_else(|| place.clone(), |name| name.place(text));
        let help = "give one of them another `name`: reports name their check";
        reading.yaml(&place, format!("a second check of the name {name}"), help);
        return;
    }
    let source = Text { path: text.path.clone(), source: query_of(&table, &rule).into() };
    match sql::parse(&source, Order::Free) {
        Ok(sql) => {
            found.makers.push(maker(&name, place.clone(), reads));
            let severity = raw.severity.unwrap_or(Severity::Error);
            let declared = Some(Declared { table, rule, spot: place.spot() });
            found.checks.push(Check { name, severity, sql, declared });
        }
        // A column could be named so that no query reads it; then the declaration is at fault.
        Err(faults) => {
            let why = faults.first().map(|fault| fault.fault().message.clone()).unwrap_or_default();
            reading.yaml(
                &place,
                format!("no query can check this: {why}"),
                "rename the column in the query that makes it",
            );
        }
    }
}

/// The declared name, else the one that is made.
fn name(
    reading: &mut Reading<'_>,
    raw: &RawCheck,
    text: &Text,
    made: impl FnOnce() -> String,
) -> Option<String> {
    match &raw.name {
        Some(name) => reading.identifier(name, text),
        None => Some(made()).map(|made| if is_identifier(&made) { made } else { plain(&made) }),
    }
}

/// The name in the letters that a table may have.
fn plain(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.chars().map(letter).collect()
}

fn maker(name: &str, place: Place, reads: Vec<Read>) -> Maker {
    Maker {
        name: name.to_owned(),
        kind: None,
        place,
        writes: Vec::new(),
        reads,
        implied: Vec::new(),
        identity: Identity::Forbidden,
        locals: &[PREVIOUS_RUN, THIS_RUN],
    }
}

/// What is declared; other tables that it reads are added to `reads`.
fn rule(
    reading: &mut Reading<'_>,
    raw: &RawCheck,
    text: &Text,
    table: &TableName,
    reads: &mut Vec<Read>,
) -> Option<CheckRule> {
    if let Some(names) = &raw.unique {
        return columns(reading, names, text).map(CheckRule::Unique);
    }
    if let Some(names) = &raw.not_null {
        return columns(reading, names, text).map(CheckRule::NotNull);
    }
    if let Some(accepted) = &raw.accepted_values {
        return values::read(reading, accepted, text);
    }
    if let Some(relation) = &raw.relation {
        return related(reading, &relation.value, text, reads);
    }
    if let Some(range) = &raw.range {
        return range::read(reading, range, text);
    }
    if let Some(bounds) = &raw.rows {
        return rows::read_bounds(reading, bounds, text).map(CheckRule::Rows);
    }
    rows::read_freshness(reading, raw.freshness.as_ref()?, text, table, reads)
}

/// At least one column, each once.
fn columns(reading: &mut Reading<'_>, names: &At<Names>, text: &Text) -> Option<Vec<Named>> {
    let places = names.places(text);
    if places.is_empty() {
        reading.yaml(&names.place(text), "a check of no column", "name a column, or a list of columns");
        return None;
    }
    for (index, (name, place)) in places.iter().enumerate() {
        if places[..index].iter().any(|(other, _)| other == name) {
            reading.yaml(place, "the column is listed twice", "remove one of the two");
        }
    }
    Some(places.into_iter().map(|(name, place)| Named { name, spot: place.spot() }).collect())
}

fn column(name: &At<String>, text: &Text) -> Named {
    Named { name: name.value.clone(), spot: name.place(text).spot() }
}

fn related(
    reading: &mut Reading<'_>,
    raw: &RawRelation,
    text: &Text,
    reads: &mut Vec<Read>,
) -> Option<CheckRule> {
    let place = raw.to.place(text);
    let parts =
        raw.to.value.rsplit_once('.').and_then(|(table, to)| Some((TableName::parse(table).ok()?, to)));
    let Some((table, to)) = parts else {
        reading.yaml(&place, "not a column of a table", "write `schema.table.column`");
        return None;
    };
    reads.push(Read { table: table.to_string(), place: place.clone() });
    let to = Named { name: to.to_owned(), spot: place.spot() };
    Some(CheckRule::Relation { column: column(&raw.column, text), table, to })
}
