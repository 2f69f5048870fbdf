//! Records of a run beside each other: their values as the round found them, where they were delivered, and what differs.

use crate::fault::Fault;
use crate::rows::{Rows, Value};
use crate::visit::Visit;
use engine::Origin;
use serve::Role;
use std::collections::{BTreeMap, BTreeSet};
use terms::{Manifest, NodeRecord, TableName};

/// A record as a table of the run has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) row_id: String,
    /// The table that it was found in; none: in no table of the run that the role may see.
    pub(super) table: Option<TableName>,
    /// Values by column in the order of the table, those that identify first; none is NULL.
    pub(super) values: Vec<(String, Option<String>)>,
    /// Where it was delivered.
    pub(super) origin: Option<Origin>,
}

/// A field of records beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field<'f> {
    pub(super) name: &'f str,
    /// The value of each record; none where its table has no such column.
    pub(super) values: Vec<Option<Option<&'f str>>>,
    /// Not all records that have the field have the same value.
    pub(super) differs: bool,
}

/// The fields of records, in the order in which the first of them has each.
pub(super) fn fields(records: &[Found]) -> Vec<Field<'_>> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in records.iter().flat_map(|record| &record.values) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let field = |name| {
        let value = |record: &'_ Found| -> Option<Option<String>> {
            record.values.iter().find(|(column, _)| column == name).map(|(_, value)| value.clone())
        };
        let distinct: BTreeSet<Option<String>> = records.iter().filter_map(value).collect();
        let values = records.iter().map(|record| {
            let column = record.values.iter().find(|(column, _)| column == name);
            column.map(|(_, value)| value.as_deref())
        });
        Field { name, values: values.collect(), differs: distinct.len() > 1 }
    };
    names.into_iter().map(field).collect()
}

/// Whether a text has the form of a row id: 32 hexadecimal digits, and a number where records are alike.
pub(crate) fn is_row_id(text: &str) -> bool {
    let (id, number) = text.split_once('-').unwrap_or((text, "1"));
    let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    let is_number = !number.is_empty() && number.len() < 10 && number.bytes().all(|c| c.is_ascii_digit());
    id.len() == 32 && id.bytes().all(is_hex) && is_number
}

/// The records of these row ids as a round or a matching found them, in their order.
///
/// # Errors
/// A query that fails.
pub(super) async fn find(
    visit: &Visit,
    run: &Manifest,
    round: &str,
    ids: &[String],
) -> Result<Vec<Found>, Fault> {
    let tables = Tables::of(run, round);
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for table in &tables.rows {
        let open: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !found.contains_key(id)).collect();
        let rows = by_id(visit, run, table, &open).await?;
        if rows.len() == 0 {
            continue;
        }
        let identity = match TableName::new("identity", table.table()) {
            Ok(identity) if visit.role == Role::Auditor && tables.has(&identity) => {
                Some(by_id(visit, run, &identity, &open).await?)
            }
            _ => None,
        };
        for id in open {
            if let Some(mut values) = values(&rows, id) {
                let mut all = identity.as_ref().and_then(|rows| self::values(rows, id)).unwrap_or_default();
                all.append(&mut values);
                found.insert(
                    id,
                    Found { row_id: id.to_owned(), table: Some(table.clone()), values: all, origin: None },
                );
            }
        }
    }
    for table in &tables.origins {
        let open: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| found.get(id).is_some_and(|record| record.origin.is_none()))
            .collect();
        let rows = by_id(visit, run, table, &open).await?;
        for at in 0..rows.len() {
            if let Some(record) = found.get_mut(rows.text(at, "row_id")) {
                record.origin = Some(origin(run, table.table(), &rows, at));
            }
        }
    }
    let unknown = |id: &String| Found { row_id: id.clone(), ..Found::default() };
    Ok(ids.iter().map(|id| found.remove(id.as_str()).unwrap_or_else(|| unknown(id))).collect())
}

/// Rows of a table by their ids; none are asked for where there are no ids.
async fn by_id(visit: &Visit, run: &Manifest, table: &TableName, ids: &[&str]) -> Result<Rows, Fault> {
    if ids.is_empty() {
        return Ok(Rows::default());
    }
    let names: Vec<String> = (0..ids.len()).map(|at| format!("r{at}")).collect();
    let values: Vec<(&str, Value<'_>)> =
        names.iter().map(String::as_str).zip(ids.iter().map(|id| Value::Text(id))).collect();
    // Names of tables are lower-case identifiers.
    let sql = format!("select * from {table} where row_id in (${})", names.join(", $"));
    visit.rows_in(Some(run.run), &sql, &values).await
}

/// All values of the row with an id but the id.
fn values(rows: &Rows, id: &str) -> Option<Vec<(String, Option<String>)>> {
    let at = (0..rows.len()).find(|at| rows.text(*at, "row_id") == id)?;
    let row = rows.columns.iter().cloned().zip(rows.values.get(at)?.iter().cloned());
    Some(row.filter(|(column, _)| column != "row_id").collect())
}

fn origin(run: &Manifest, source: &str, rows: &Rows, at: usize) -> Origin {
    let number = |column| rows.value(at, column).and_then(|text| text.parse().ok());
    let file = rows.text(at, "file");
    let input = run.inputs.iter().find(|input| input.source == source && input.file == file);
    Origin {
        source: source.to_owned(),
        file: file.to_owned(),
        sheet: rows.value(at, "sheet").map(str::to_owned),
        line: number("line").unwrap_or_default(),
        byte_offset: number("byte_offset"),
        byte_length: number("byte_length"),
        sha256: input.map(|input| input.sha256.as_str().to_owned()).unwrap_or_default(),
        row_id: rows.text(at, "row_id").to_owned(),
    }
}

/// Where records of a round are looked for.
struct Tables<'m> {
    run: &'m Manifest,
    /// Tables of records: what the round read first, then what that was made from, then all other deliveries.
    rows: Vec<TableName>,
    /// Where records were delivered, in the same order.
    origins: Vec<TableName>,
}

impl<'m> Tables<'m> {
    fn of(run: &'m Manifest, round: &str) -> Self {
        let mut tables = Self { run, rows: Vec::new(), origins: Vec::new() };
        let made = ["cleaning", "linkage"].map(|schema| TableName::new(schema, round).ok());
        let mut open: Vec<&NodeRecord> =
            made.iter().flatten().filter_map(|table| tables.maker(table)).take(1).collect();
        if let [first] = open.as_slice() {
            // A record after a round is what the next one finds, not what was delivered; of several rounds the last.
            let mut read: Vec<&TableName> =
                first.reads.iter().filter(|table| table.schema() == "cleaning").collect();
            read.sort_by_key(|table| std::cmp::Reverse(tables.place(table)));
            tables.rows.extend(read.into_iter().cloned());
        }
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            for table in node.reads.iter().filter(|table| seen.insert(*table)) {
                match table.schema() {
                    "cleaning" => open.extend(tables.maker(table)),
                    "staging" => tables.rows.push(table.clone()),
                    _ => {}
                }
            }
        }
        let delivered = run.tables().map(|table| &table.table).filter(|table| table.schema() == "staging");
        let others: Vec<TableName> =
            delivered.filter(|table| !tables.rows.contains(table)).cloned().collect();
        tables.rows.extend(others);
        let origin = |table: &TableName| TableName::new("origin", table.table()).ok();
        let staged = tables.rows.iter().filter(|table| table.schema() == "staging").filter_map(origin);
        tables.origins = staged.filter(|table| tables.has(table)).collect();
        tables
    }

    fn has(&self, table: &TableName) -> bool {
        self.run.tables().any(|known| &known.table == table)
    }

    /// The step that made a table.
    fn maker(&self, table: &TableName) -> Option<&'m NodeRecord> {
        self.run.nodes.iter().find(|node| node.tables.iter().any(|made| &made.table == table))
    }

    fn place(&self, table: &TableName) -> usize {
        let made = |node: &NodeRecord| node.tables.iter().any(|made| &made.table == table);
        self.run.nodes.iter().position(made).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_ids_are_told_from_names() {
        let id = "0123456789abcdef0123456789abcdef";
        assert!(is_row_id(id) && is_row_id(&format!("{id}-2")));
        for other in ["", "Hassan", "0123", "0123456789ABCDEF0123456789abcdef", "a.csv:7"] {
            assert!(!is_row_id(other), "{other}");
        }
        for other in [format!("{id}-"), format!("{id}-x"), format!("{id}0"), format!("{id} or 1")] {
            assert!(!is_row_id(&other), "{other}");
        }
    }

    #[test]
    fn fields_that_differ_are_told() {
        let record = |values: &[(&str, Option<&str>)]| Found {
            values: values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect(),
            ..Found::default()
        };
        let records = [
            record(&[("name", Some("a")), ("born", Some("x")), ("fee", None)]),
            record(&[("born", Some("x")), ("name", Some("b")), ("fee", Some("1")), ("more", None)]),
        ];
        let told: Vec<(&str, bool)> =
            fields(&records).iter().map(|field| (field.name, field.differs)).collect();
        assert_eq!(told, [("name", true), ("born", false), ("fee", true), ("more", false)]);
        assert_eq!(fields(&records)[3].values, [None, Some(None)]);
    }
}
