use super::super::Reading;
use super::drawing;
use crate::tables::Read;
use crate::text::Text;
use crate::yaml::{At, RawAppendix, RawFormat, RawPresented, RawPublished, RawSpanning, RawVerify};
use crate::{
    Below, ColumnPresentation, Marker, NumberFormat, Presentation, PublishedTable, Reach, Recompute, Spanning,
};
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
    ColumnPresentation {
        name: raw.name.value,
        label: raw.label,
        format: raw.format.map(format),
        printed: raw.print,
    }
}

pub(super) fn format(raw: RawFormat) -> NumberFormat {
    NumberFormat {
        decimals: raw.decimals.value,
        significant: raw.significant.map(|digits| digits.value),
        separator: raw.separator.value,
        leading_zero: raw.leading_zero,
        suffix: raw.suffix,
        thousands: raw.thousands.map(|sign| sign.value),
        below: raw.below.map(|below| Below { limit: below.limit.value, text: below.text }),
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
        reach: raw.reach.map(|reach| Reach {
            verdict: reach.value.verdict.value,
            statistic: reach.value.statistic.map(|column| column.value),
            df: reach.value.df.map(|column| column.value),
            p: reach.value.p.map(|column| column.value),
            reason: reach.value.reason.value,
        }),
        recompute: raw.recompute.map(|columns| Recompute {
            statistic: columns.statistic.value,
            df: columns.df.value,
            p: columns.p.value,
            level: columns.level,
            categories: columns.categories,
        }),
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
    if let Some(digits) = format.significant.as_ref().filter(|digits| !(1..=18).contains(&digits.value)) {
        reading.yaml(&digits.place(text), "not a number of significant digits", "write 1 to 18");
    }
    if let Some(below) = format.below.as_ref().filter(|below| !is_decimal(&below.limit.value)) {
        reading.yaml(
            &below.limit.place(text),
            "the limit is not a number",
            "write digits with at most one decimal point, such as 0.001",
        );
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

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
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
    check_tests(reading, text, raw, names);
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

/// Checks the columns of a table of statistical tests.
fn check_tests(reading: &mut Reading<'_>, text: &Text, raw: &RawPublished, names: &[&str]) {
    if let Some(reach) = &raw.reach {
        if !reading.synthetic {
            reading.yaml(
                &reach.place(text),
                "the data of this study is not synthetic",
                "remove `reach`: what registered data does not reach is a difference",
            );
        }
        let reach = &reach.value;
        let columns = [&reach.statistic, &reach.df, &reach.p].into_iter().flatten();
        for column in std::iter::once(&reach.verdict).chain(columns) {
            reading.among("column", column, text, names);
        }
        if reach.reason.value.trim().is_empty() {
            reading.yaml(
                &reach.reason.place(text),
                "cells may differ without a reason",
                "say why the data may fail to reach them",
            );
        }
    }
    if let Some(columns) = &raw.recompute {
        for column in [&columns.statistic, &columns.df, &columns.p] {
            reading.among("column", column, text, names);
        }
    }
}
