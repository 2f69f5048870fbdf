use super::{Reading, unreached};
use crate::tables::Maker;
use crate::text::Text;
use crate::yaml::{self, RawMisprint, RawMisprints, RawVerify};
use crate::{Appendix, Misprint, Verify};
use std::path::PathBuf;
use terms::TableName;

/// What the appendices are compared with.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    raw: Option<&RawVerify>,
    appendices: &(Vec<Appendix>, Vec<Maker>),
) -> Option<Verify> {
    let raw = raw?;
    let place = raw.published.place(&reading.pipeline);
    let found = reading.folder.check(&raw.published.value, &place);
    reading.keep(found)?;
    let mut misprints = Vec::new();
    if let Some(file) = &raw.misprints {
        let text = reading.folder.read(&file.value, Some(&file.place(&reading.pipeline)));
        let text = reading.keep(text)?;
        let entries: Result<RawMisprints, _> = yaml::parse(&text);
        for entry in reading.keep(entries)?.0 {
            let misprint = misprint(reading, &text, entry, appendices, &misprints);
            misprints.push(misprint);
        }
    }
    let unreached = match &raw.unreached {
        None => None,
        Some(file) => Some(unreached::read(reading, file, &appendices.0)?),
    };
    Some(Verify { published: PathBuf::from(&raw.published.value), misprints, unreached })
}

fn misprint(
    reading: &mut Reading<'_>,
    text: &Text,
    raw: RawMisprint,
    appendices: &(Vec<Appendix>, Vec<Maker>),
    earlier: &[Misprint],
) -> Misprint {
    let place = raw.appendix.place(text);
    let names: Vec<&str> =
        appendices.1.iter().flat_map(|maker| &maker.writes).map(TableName::table).collect();
    let known =
        reading.incomplete.contains("appendix") || reading.among("appendix", &raw.appendix, text, &names);
    let named = appendices.0.iter().find(|appendix| appendix.model.table.table() == raw.appendix.value);
    if let Some(appendix) = named.filter(|_| known) {
        let columns = &appendix.presentation.columns;
        let columns: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        reading.among("column in this appendix", &raw.column, text, &columns);
    }
    let same = |other: &&Misprint| {
        (&other.appendix, &other.row, &other.column)
            == (&raw.appendix.value, &raw.row.value, &raw.column.value)
    };
    if let Some(other) = earlier.iter().find(same) {
        reading.yaml(&place, format!("the same cell as in line {}", other.line), "one entry for each cell");
    }
    if raw.explanation.value.trim().is_empty() {
        reading.yaml(
            &raw.explanation.place(text),
            "a misprint without an explanation",
            "say why the print is wrong",
        );
    }
    Misprint {
        line: text.line_and_column(place.span.start).0,
        appendix: raw.appendix.value,
        row: raw.row.value,
        column: raw.column.value,
        printed: raw.printed,
        produced: raw.produced,
        kind: raw.kind,
        explanation: raw.explanation.value,
    }
}
