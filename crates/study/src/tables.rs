use crate::text::{Place, suggestion};
use crate::{StepKind, StudyError};
use std::collections::{BTreeMap, BTreeSet};
use terms::TableName;

/// Something that reads tables and, if it is a step, makes some.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    pub(crate) name: String,
    /// None for a check.
    pub(crate) kind: Option<StepKind>,
    /// Where it is declared.
    pub(crate) place: Place,
    pub(crate) writes: Vec<TableName>,
    pub(crate) reads: Vec<Read>,
    /// Tables that it reads if they exist.
    pub(crate) implied: Vec<TableName>,
    pub(crate) identity: Identity,
    /// Unqualified names that it may read.
    pub(crate) locals: &'static [&'static str],
}

/// Whether schema `identity` may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Allowed,
    Forbidden,
}

/// A table name where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) table: String,
    pub(crate) place: Place,
}

/// The maker of each table, by its place in `makers`; tables with two makers are faults.
pub(crate) fn writers(makers: &[Maker], faults: &mut Vec<StudyError>) -> BTreeMap<TableName, usize> {
    let mut writers: BTreeMap<TableName, usize> = BTreeMap::new();
    let mut reported = BTreeSet::new();
    for (index, maker) in makers.iter().enumerate() {
        for table in &maker.writes {
            let first = *writers.entry(table.clone()).or_insert(index);
            let repeated = first == index && maker.writes.iter().filter(|other| *other == table).count() > 1;
            if (first != index || repeated) && reported.insert((first, index)) {
                faults.push(StudyError::Table(maker.place.fault(
                    format!(
                        "the table {table} is made twice: in {} and in {}",
                        makers[first].place.short(),
                        maker.place.short()
                    ),
                    "rename one of the two",
                )));
            }
        }
    }
    writers
}

/// For each maker the tables of others that it reads, each with its first place.
///
/// `incomplete`: schemas in which tables may exist that could not be read.
pub(crate) fn resolve(
    makers: &[Maker],
    writers: &BTreeMap<TableName, usize>,
    incomplete: &BTreeSet<String>,
    faults: &mut Vec<StudyError>,
) -> Vec<BTreeMap<TableName, Place>> {
    makers
        .iter()
        .map(|maker| {
            let implied = maker.implied.iter().filter(|table| writers.contains_key(*table));
            let mut tables: BTreeMap<TableName, Place> =
                implied.map(|table| (table.clone(), maker.place.clone())).collect();
            for read in &maker.reads {
                match known(maker, read, writers, incomplete) {
                    Ok(Some(table)) => _ = tables.entry(table).or_insert_with(|| read.place.clone()),
                    Ok(None) => {}
                    Err(fault) => faults.push(fault),
                }
            }
            tables
        })
        .collect()
}

fn known(
    maker: &Maker,
    read: &Read,
    writers: &BTreeMap<TableName, usize>,
    incomplete: &BTreeSet<String>,
) -> Result<Option<TableName>, StudyError> {
    if maker.locals.contains(&read.table.as_str()) {
        return Ok(None);
    }
    let fault = |message: &str, help: String| StudyError::Table(read.place.fault(message, help));
    if !read.table.contains('.') {
        return Err(fault("a table without its schema", unqualified_help(maker, read, writers)));
    }
    let table = TableName::parse(&read.table).ok().filter(|table| writers.contains_key(table));
    let schema = read.table.split('.').next().unwrap_or_default();
    if schema == "identity" && maker.identity == Identity::Forbidden {
        return Err(fault(
            "schema identity may not be read here",
            "rules, passes and models declared with `identity: true` may; \
             read the pseudonym in the staging table instead"
                .into(),
        ));
    }
    if table.is_none() && !incomplete.contains(schema) {
        return Err(fault("there is no such table", unknown_help(&read.table, schema, writers)));
    }
    Ok(table)
}

fn unqualified_help(maker: &Maker, read: &Read, writers: &BTreeMap<TableName, usize>) -> String {
    let same: Vec<String> =
        writers.keys().filter(|table| table.table() == read.table).map(|t| format!("`{t}`")).collect();
    let near = suggestion(&read.table, maker.locals.iter().copied());
    let mut help = String::from("write `schema.table`");
    if !same.is_empty() {
        help = format!("{help}: {}", same.join(" or "));
    }
    if !maker.locals.is_empty() {
        help = format!("{help}; without a schema only {} can be read here", maker.locals.join(" and "));
    }
    if near.is_empty() { help } else { format!("{near} {help}") }
}

fn unknown_help(table: &str, schema: &str, writers: &BTreeMap<TableName, usize>) -> String {
    let names: Vec<String> = writers.keys().map(ToString::to_string).collect();
    let near = suggestion(table, names.iter().map(String::as_str));
    if !near.is_empty() {
        return near;
    }
    let same: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| name.split('.').next() == Some(schema)).collect();
    if same.is_empty() {
        let schemas: BTreeSet<&str> = writers.keys().map(TableName::schema).collect();
        return format!("there is no schema `{schema}`; there are {}", Vec::from_iter(schemas).join(", "));
    }
    format!("in schema {schema} there are {}", same.join(", "))
}
