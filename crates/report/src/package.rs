//! A folder of CSV files as a Frictionless data package.

use crate::delimited::header;
use crate::{CellKind, PrintedColumn, PrintedTable, ReportError, labels};
use serde::Serialize;
use terms::ObjectHash;

const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// A CSV file of a table, as [`csv`](crate::csv()) wrote it.
#[derive(Clone, Copy, Debug)]
pub struct PackagedFile<'a> {
    /// Name of the file without its extension; it becomes the resource's name.
    pub name: &'a str,
    /// The table.
    pub table: &'a PrintedTable,
    /// What is in the file.
    pub bytes: &'a [u8],
}

#[derive(Serialize)]
struct Package<'a> {
    #[serde(rename = "$schema")]
    profile: &'static str,
    name: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    synthetic: bool,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: String,
    path: String,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    dialect: Dialect,
    bytes: usize,
    hash: String,
    rows: usize,
    schema: Schema,
}

/// How the file is written, so that no reader need guess it from texts that may look like anything.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dialect {
    delimiter: char,
    line_terminator: &'static str,
    quote_char: char,
    double_quote: bool,
    header: bool,
}

const DIALECT: Dialect =
    Dialect { delimiter: ',', line_terminator: "\n", quote_char: '"', double_quote: true, header: true };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    fields: Vec<Field>,
    missing_values: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal_char: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_char: Option<char>,
    /// A suffix may stand behind the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    bare_number: Option<bool>,
}

/// `datapackage.json` of a folder with these files, as indented JSON: title, notes, size, SHA-256 and fields of each table.
///
/// A field is a number where each of its texts is one by how the study has it printed, decimal sign and suffix included; a
/// column with texts for small numbers or markers is one of texts. Equal files give equal bytes.
///
/// Errors: the writer refuses it.
pub fn csv_package(
    (name, title): (&str, &str),
    synthetic: bool,
    files: &[PackagedFile<'_>],
) -> Result<Vec<u8>, ReportError> {
    let package = Package {
        profile: PROFILE,
        name,
        title,
        description: synthetic.then(|| format!("{}: {}", labels::SYNTHETIC, labels::SYNTHETIC_TEXT)),
        synthetic,
        resources: files.iter().map(resource).collect(),
    };
    let mut bytes =
        serde_json::to_vec_pretty(&package).map_err(|source| ReportError::Described { source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn resource<'a>(file: &PackagedFile<'a>) -> Resource<'a> {
    let table = file.table;
    let heading = table.heading_column.iter().map(|_| None);
    let columns = heading.chain((0..table.columns.len()).map(Some));
    let fields = header(table).into_iter().zip(columns).map(|(name, column)| field(name, table, column));
    Resource {
        name: file.name.to_lowercase(),
        path: format!("{}.csv", file.name),
        title: &table.title,
        description: Some(table.notes.join("\n")).filter(|notes| !notes.is_empty()),
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        dialect: DIALECT,
        bytes: file.bytes.len(),
        hash: format!("sha256:{}", ObjectHash::of(file.bytes)),
        rows: table.rows.len(),
        schema: Schema { fields: fields.collect(), missing_values: [""] },
    }
}

fn field(name: String, table: &PrintedTable, place: Option<usize>) -> Field {
    let text = Field { name, kind: "string", decimal_char: None, group_char: None, bare_number: None };
    let Some((place, column)) = place.and_then(|place| Some((place, table.columns.get(place)?))) else {
        return text;
    };
    let marked = table.rows.iter().filter_map(|row| row.cells.get(place)).any(|cell| !cell.marker.is_empty());
    if marked || !is_number(column) {
        return text;
    }
    let Some(format) = &column.format else { return Field { kind: "number", ..text } };
    Field {
        kind: "number",
        decimal_char: Some(format.separator.sign()).filter(|sign| *sign != '.'),
        group_char: format.thousands.map(study::Separator::sign),
        bare_number: (!format.suffix.is_empty()).then_some(false),
        ..text
    }
}

/// Whether what is printed in a column is a number and nothing else, as its format has it.
fn is_number(column: &PrintedColumn) -> bool {
    let is_plain = |suffix: &str| !suffix.contains(|c: char| c.is_ascii_digit() || ".,+-".contains(c));
    let format = column.format.as_ref();
    column.kind == CellKind::Number
        && format.is_none_or(|format| format.below.is_none() && is_plain(&format.suffix))
}
