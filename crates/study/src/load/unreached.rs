use super::Reading;
use crate::text::{Place, Text};
use crate::yaml::At;
use crate::{Appendix, StudyError, Unreached, UnreachedList};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The list of printed cells that the synthetic data does not reach.
pub(crate) fn read(
    reading: &mut Reading<'_>,
    file: &At<String>,
    appendices: &[Appendix],
) -> Option<UnreachedList> {
    let place = file.place(&reading.pipeline);
    let text = reading.folder.read(&file.value, Some(&place));
    let text = reading.keep(text)?;
    let entries = parse(&text, appendices).map_err(|faults| reading.faults.extend(faults)).ok()?;
    Some(UnreachedList { file: PathBuf::from(&file.value), entries })
}

const WAY_OUT: &str = "the command that compares with the print writes this file";

fn parse(text: &Text, appendices: &[Appendix]) -> Result<Vec<Unreached>, Vec<StudyError>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.source.as_bytes());
    match reader.headers() {
        Ok(header) if header.iter().eq(Unreached::COLUMNS) => {}
        _ => {
            let help = format!("the first line is `{}`", Unreached::COLUMNS.join(","));
            return Err(vec![fault(&text.place(text.line(1)), "not the header of such a list", &help)]);
        }
    }
    let mut entries: Vec<Unreached> = Vec::new();
    let mut lines: BTreeMap<[String; 3], u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for record in reader.records() {
        let checked = record
            .map_err(|error| fault(&text.start(), &format!("not a CSV file: {error}"), WAY_OUT))
            .and_then(|record| entry(text, &record, appendices))
            .and_then(|entry| {
                let cell = [&entry.appendix, &entry.row, &entry.column].map(String::clone);
                match lines.insert(cell, entry.line) {
                    None => Ok(entry),
                    Some(other) => {
                        let message = format!("the same cell as in line {other}");
                        Err(fault(&place(text, entry.line), &message, "one entry for each cell"))
                    }
                }
            });
        match checked {
            Ok(entry) => entries.push(entry),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

fn entry(text: &Text, record: &csv::StringRecord, appendices: &[Appendix]) -> Result<Unreached, StudyError> {
    let line = line_of(text, record);
    let fields: Vec<String> = record.iter().map(str::to_owned).collect();
    let [appendix, row, column, printed, produced, distance, reason] = fields.as_slice() else {
        let message = format!("{} fields, not {}", fields.len(), Unreached::COLUMNS.len());
        return Err(fault(&place(text, line), &message, WAY_OUT));
    };
    let named = appendices.iter().find(|other| other.model.table.table() == appendix);
    let reach = named.and_then(|named| named.presentation.published.as_ref()?.reach.as_ref());
    if named.is_some() && !reach.is_some_and(|reach| reach.columns().any(|other| other == column)) {
        return Err(fault(
            &place(text, line),
            "the appendix does not say that this column may be out of reach",
            "remove the entry, or name the column under `published.reach` of the appendix",
        ));
    }
    let [appendix, row, column, printed, produced, distance, reason] =
        [appendix, row, column, printed, produced, distance, reason].map(String::clone);
    Ok(Unreached { appendix, row, column, printed, produced, distance, reason, line })
}

/// Line of a record, from 1; the reader's own count is one too low behind a line that ends in CR LF.
fn line_of(text: &Text, record: &csv::StringRecord) -> u32 {
    let byte = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
    let rest = text.source.get(byte..).unwrap_or_default();
    let start = byte + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    text.line_and_column(start).0
}

fn place(text: &Text, line: u32) -> Place {
    text.place(text.line(u64::from(line)))
}

fn fault(place: &Place, message: &str, help: &str) -> StudyError {
    StudyError::CodeList(place.fault(message, help))
}
