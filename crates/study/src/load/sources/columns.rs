use super::super::{Reading, codes};
use crate::text::Text;
use crate::yaml::{At, RawColumn, RawFileColumn, RawSource, RawType, Words};
use std::collections::BTreeMap;
use terms::{Column, ColumnType, Normalise, Sensitivity};

/// The columns that could be read; `missing` is for those without a list of their own.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &[RawColumn],
    missing: &[String],
) -> Vec<Column> {
    check_headers(reading, text, raw);
    raw.iter().filter_map(|column| one(reading, text, column, missing)).collect()
}

/// The column that takes the file's name.
pub(crate) fn file_column(reading: &mut Reading<'_>, text: &Text, raw: &RawFileColumn) -> Option<Column> {
    let name = reading.identifier(&raw.name, text);
    let kind = kind(reading, text, &raw.kind, raw.codes.as_ref());
    Some(Column {
        name: name?,
        headers: Vec::new(),
        kind: kind?,
        required: true,
        optional_header: false,
        pattern: None,
        missing: Vec::new(),
        normalise: Normalise::default(),
        sensitivity: Sensitivity::default(),
        pseudonym: None,
    })
}

/// Notes names that occur twice in the source's tables or that the engine uses itself.
pub(crate) fn check_names(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &RawSource,
    file: Option<&Column>,
    all: &[Column],
) {
    let names =
        file.into_iter().chain(all).flat_map(|column| std::iter::once(&column.name).chain(&column.pseudonym));
    let mut seen: Vec<&String> = Vec::new();
    for name in names {
        let Some(place) = written(raw, name).map(|at| at.place(text)) else {
            // A column of the source named by `columns_from`, whose faults are its own.
            seen.push(name);
            continue;
        };
        if name == "row_id" {
            reading.yaml(
                &place,
                "the name `row_id` is taken",
                "every table has a column row_id already; choose another name",
            );
        } else if seen.contains(&name) {
            reading.yaml(&place, format!("the column `{name}` is declared twice"), "rename one of the two");
        }
        seen.push(name);
    }
}

/// The last place in this file where the column is named.
fn written<'a>(raw: &'a RawSource, name: &str) -> Option<&'a At<String>> {
    let file = raw.file_column.iter().map(|column| &column.name);
    let own = raw
        .columns
        .iter()
        .flatten()
        .flat_map(|column| std::iter::once(&column.name).chain(&column.pseudonym));
    file.chain(own).rfind(|at| at.value == name)
}

fn one(reading: &mut Reading<'_>, text: &Text, raw: &RawColumn, missing: &[String]) -> Option<Column> {
    let name = reading.identifier(&raw.name, text);
    let kind = kind(reading, text, &raw.kind, raw.codes.as_ref());
    let missing = raw.missing.as_deref().unwrap_or(missing);
    if let Some(ColumnType::Code(codes)) = &kind {
        check_missing(reading, text, raw, codes, missing);
    }
    check_pattern(reading, text, raw.pattern.as_ref());
    if let Some(pseudonym) = &raw.pseudonym {
        reading.identifier(pseudonym, text);
        if raw.sensitivity != Sensitivity::Identifying {
            reading.yaml(
                &pseudonym.place(text),
                "only an identifying column has a pseudonym",
                "add `sensitivity: identifying`",
            );
        }
    }
    Some(Column {
        name: name?,
        headers: raw.header.value.0.clone(),
        kind: kind?,
        required: raw.required,
        optional_header: raw.optional_header,
        pattern: raw.pattern.as_ref().map(|pattern| pattern.value.clone()),
        missing: missing.to_vec(),
        normalise: raw.normalise,
        sensitivity: raw.sensitivity,
        pseudonym: raw.pseudonym.as_ref().map(|name| name.value.clone()),
    })
}

fn kind(
    reading: &mut Reading<'_>,
    text: &Text,
    kind: &At<RawType>,
    list: Option<&At<String>>,
) -> Option<ColumnType> {
    match (kind.value, list) {
        (RawType::Code, Some(list)) => {
            codes::read(reading, &list.value, &list.place(text)).map(ColumnType::Code)
        }
        (RawType::Code, None) => {
            reading.yaml(
                &kind.place(text),
                "a column of codes without its code list",
                "add `codes: FILE.csv`",
            );
            None
        }
        (_, Some(list)) => {
            reading.yaml(
                &list.place(text),
                "a code list for a column that has another type",
                "write `type: code`, or remove `codes`",
            );
            None
        }
        (RawType::Text, None) => Some(ColumnType::Text),
        (RawType::Integer, None) => Some(ColumnType::Integer),
        (RawType::Decimal, None) => Some(ColumnType::Decimal),
        (RawType::Date, None) => Some(ColumnType::Date),
        (RawType::Boolean, None) => Some(ColumnType::Boolean),
    }
}

fn check_headers(reading: &mut Reading<'_>, text: &Text, raw: &[RawColumn]) {
    let mut seen: BTreeMap<String, &At<Words>> = BTreeMap::new();
    for column in raw {
        let place = column.header.place(text);
        if column.header.value.0.iter().all(|header| header.trim().is_empty()) {
            reading.yaml(&place, "the column has no header", "write the header as printed in the deliveries");
        }
        for header in &column.header.value.0 {
            let first = *seen.entry(terms::fold(header)).or_insert(&column.header);
            if !std::ptr::eq(first, &column.header) {
                let other = first.place(text).short();
                reading.yaml(
                    &place,
                    format!("the header `{header}` also belongs to the column at {other}"),
                    "keep one of the two",
                );
            }
        }
    }
}

/// Notes a spelling that can never be read, since it means "missing".
fn check_missing(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &RawColumn,
    codes: &[terms::Code],
    missing: &[String],
) {
    let missing: Vec<String> = missing.iter().map(|word| terms::fold(word)).collect();
    if let Some(code) = codes.iter().find(|code| missing.contains(&terms::fold(&code.spelling))) {
        let message = format!("`{}` is in the code list and also means \"missing\"", code.spelling);
        reading.yaml(
            &raw.name.place(text),
            message,
            "give the column a list `missing` of its own without it, `[]` for none",
        );
    }
}

fn check_pattern(reading: &mut Reading<'_>, text: &Text, pattern: Option<&At<String>>) {
    let Some(pattern) = pattern else { return };
    if let Err(error) = regex::Regex::new(&pattern.value) {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        reading.yaml(
            &pattern.place(text),
            format!("not a regular expression: {reason}"),
            "the syntax is that of the Rust crate regex",
        );
    }
}
