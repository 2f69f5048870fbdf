use super::super::Reading;
use super::drawing;
use crate::tables::Read;
use crate::text::Text;
use crate::yaml::{At, RawAppendix, RawFormat, RawPresented, RawPublished, RawSpanning, RawVerify};
use crate::{ColumnPresentation, Marker, NumberFormat, Presentation, PublishedTable, Spanning};
use std::collections::BTreeMap;

/// The presentation, its columns checked against each other, and the table that is drawn, if any.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: RawAppendix,
    verify: Option<&RawVerify>,
) -> (Presentation, Option<Read>) {
    let names: Vec<&str> = raw.columns.iter().map(|column| column.name.value.as_str()).collect();
    if raw.columns.is_empty() {
        reading.yaml(&text.start(), "the appendix has no columns", "list under `columns` what is printed");
    }
    check_columns(reading, text, &raw.columns.iter().collect::<Vec<_>>());
    for spanning in &raw.spanning {
        check_spanning(reading, text, spanning, &names);
    }
    if let Some(heading) = &raw.row_headings {
        reading.among("column", heading, text, &names);
    }
    for marker in &raw.markers {
        reading.among("column", &marker.column, text, &names);
    }
    if let Some(published) = &raw.published {
        check_published(reading, text, published, &names, verify);
    }
    let drawn = raw.drawing.and_then(|drawing| drawing::read(reading, text, drawing));
    let (drawing, read) = drawn.unzip();
    let presentation = Presentation {
        number: raw.number.value,
        title: raw.title,
        columns: raw.columns.into_iter().map(column).collect(),
        spanning: raw.spanning.into_iter().map(spanning).collect(),
        row_headings: raw.row_headings.map(|heading| heading.value),
        notes: raw.notes,
        markers: raw
            .markers
            .into_iter()
            .map(|marker| Marker { row: marker.row, column: marker.column.value, text: marker.text })
            .collect(),
        published: raw.published.map(published),
        drawing,
    };
    (presentation, read)
}

pub(super) fn column(raw: RawPresented) -> ColumnPresentation {
    ColumnPresentation { name: raw.name.value, label: raw.label, format: raw.format.map(format) }
}

pub(super) fn format(raw: RawFormat) -> NumberFormat {
    NumberFormat {
        decimals: raw.decimals.value,
        separator: raw.separator.value,
        leading_zero: raw.leading_zero,
        suffix: raw.suffix,
        thousands: raw.thousands.map(|sign| sign.value),
    }
}

fn spanning(raw: RawSpanning) -> Spanning {
    Spanning { label: raw.label, from: raw.from.value, to: raw.to.value }
}

fn published(raw: RawPublished) -> PublishedTable {
    let plain =
        |map: BTreeMap<String, At<String>>| map.into_iter().map(|(key, at)| (key, at.value)).collect();
    PublishedTable {
        file: raw.file.value,
        key: raw.key.value,
        columns: plain(raw.columns),
        ignore: plain(raw.ignore),
    }
}

/// Notes columns that are listed twice, and formats that no number has.
pub(super) fn check_columns(reading: &mut Reading<'_>, text: &Text, columns: &[&RawPresented]) {
    for (index, column) in columns.iter().enumerate() {
        if columns[..index].iter().any(|other| other.name == column.name) {
            reading.yaml(&column.name.place(text), "the column is listed twice", "remove one of the two");
        }
        if let Some(format) = &column.format {
            check_format(reading, text, format);
        }
    }
}

pub(super) fn check_format(reading: &mut Reading<'_>, text: &Text, format: &RawFormat) {
    if format.decimals.value > 18 {
        reading.yaml(&format.decimals.place(text), "more decimals than a number has", "write 0 to 18");
    }
    if let Some(thousands) =
        format.thousands.as_ref().filter(|thousands| thousands.value == format.separator.value)
    {
        reading.yaml(
            &thousands.place(text),
            "the same sign for decimals and thousands",
            "choose the other sign",
        );
    }
}

fn check_spanning(reading: &mut Reading<'_>, text: &Text, spanning: &RawSpanning, names: &[&str]) {
    let known = reading.among("column", &spanning.from, text, names)
        & reading.among("column", &spanning.to, text, names);
    let position = |name: &At<String>| names.iter().position(|known| *known == name.value);
    if known && position(&spanning.to) < position(&spanning.from) {
        reading.yaml(
            &spanning.to.place(text),
            "the last column comes before the first",
            "swap `from` and `to`",
        );
    }
}

fn check_published(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: &RawPublished,
    names: &[&str],
    verify: Option<&RawVerify>,
) {
    reading.among("column", &raw.key, text, names);
    for own in raw.columns.values() {
        reading.among("column", own, text, names);
    }
    for reason in raw.ignore.values().filter(|reason| reason.value.trim().is_empty()) {
        reading.yaml(
            &reason.place(text),
            "a column is ignored without a reason",
            "say why it is not compared",
        );
    }
    let place = raw.file.place(text);
    match verify {
        None => {
            reading.yaml(&place, "there is no folder of published tables", "add `verify` to pipeline.yaml")
        }
        Some(verify) => {
            let path = format!("{}/{}", verify.published.value.trim_end_matches('/'), raw.file.value);
            let found = reading.folder.check(&path, &place);
            reading.keep(found);
        }
    }
}
