//! Variables that were made, by the data dictionary.

use super::lists::{rows, title};
use super::xml::Xml;
use super::{CodebookOf, ListRow, references};
use std::io;
use study::Dictionary;

/// The variables of the dictionary, in its order.
pub(super) struct Made<'a> {
    title: &'a str,
    declared: Option<&'a Dictionary>,
    rows: Vec<(String, &'a ListRow)>,
}

pub(super) fn variables<'a>(of: &CodebookOf<'a>) -> Made<'a> {
    let declared = of.codebook.dictionary.as_ref();
    let source = declared.map_or("", |declared| declared.source.as_str());
    let numbered = rows(of, source).iter().enumerate();
    let rows = numbered.map(|(place, row)| (format!("D{}", place + 1), row)).collect();
    Made { title: title(of, source), declared, rows }
}

/// A group for the dictionary, and one for each of its groups.
pub(super) fn groups(xml: &mut Xml, made: &Made<'_>) -> io::Result<()> {
    let Some(declared) = made.declared else { return Ok(()) };
    let group = |row: &'_ ListRow| declared.group.as_ref().and_then(|column| row.get(column)).cloned();
    let mut names: Vec<String> = Vec::new();
    for name in made.rows.iter().filter_map(|(_, row)| group(row)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let ids: Vec<String> = (1..=names.len()).map(|place| format!("GD_{place}")).collect();
    let without = made.rows.iter().filter(|(_, row)| group(row).is_none());
    let direct = references(without.map(|(id, _)| id.as_str()));
    let below = references(ids.iter().map(String::as_str));
    let whole = [("ID", "GD"), ("type", "subject"), ("var", &*direct), ("varGrp", &*below)];
    xml.element("varGrp", &whole, |xml| xml.text("labl", &[], made.title))?;
    for (name, id) in names.iter().zip(&ids) {
        let own = made.rows.iter().filter(|(_, row)| group(row).as_ref() == Some(name));
        let variables = references(own.map(|(id, _)| id.as_str()));
        let attributes = [("ID", &**id), ("type", "subject"), ("var", &*variables)];
        xml.element("varGrp", &attributes, |xml| xml.text("labl", &[], name))?;
    }
    Ok(())
}

/// A variable for each row.
pub(super) fn write(xml: &mut Xml, made: &Made<'_>) -> io::Result<()> {
    let Some(declared) = made.declared else { return Ok(()) };
    for (id, row) in &made.rows {
        let cell = |column: &String| row.get(column).map(String::as_str).unwrap_or_default();
        let optional = |column: &Option<String>| column.as_ref().map(cell).unwrap_or_default();
        let level = optional(&declared.level);
        // The standard has no word for a scale of which no more is said.
        let (nature, interval) = match level {
            "nominal" | "ordinal" => (level, "discrete"),
            "scale" => ("", "contin"),
            _ => ("", ""),
        };
        let attributes = [
            ("ID", &**id),
            ("name", cell(&declared.name)),
            ("intrvl", interval),
            ("measUnit", optional(&declared.unit)),
            ("nature", nature),
        ];
        xml.element("var", &attributes, |xml| {
            xml.text("labl", &[], cell(&declared.label))?;
            let (definition, origin) = (optional(&declared.definition), optional(&declared.origin));
            if !definition.is_empty() {
                xml.text("txt", &[], definition)?;
            }
            if origin.is_empty() {
                return Ok(());
            }
            xml.element("derivation", &[], |xml| xml.text("drvdesc", &[], origin))
        })?;
    }
    Ok(())
}
