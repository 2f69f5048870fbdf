use super::Reading;
use crate::StudyError;
use crate::text::{Place, Text};
use std::collections::BTreeMap;
use terms::{Code, fold};

/// The code list in the file `path`, which `by` names.
pub(crate) fn read(reading: &mut Reading<'_>, path: &str, by: &Place) -> Option<Vec<Code>> {
    if let Some(known) = reading.codes.get(path) {
        return known.clone();
    }
    let text = reading.folder.read(path, Some(by));
    let text = reading.keep(text)?;
    let codes = parse(&text).map_err(|faults| reading.faults.extend(faults)).ok();
    reading.codes.insert(path.to_owned(), codes.clone());
    codes
}

pub(crate) fn parse(text: &Text) -> Result<Vec<Code>, Vec<StudyError>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.source.as_bytes());
    let mut codes = Vec::new();
    let mut faults = Vec::new();
    let mut seen: BTreeMap<String, (Code, Place)> = BTreeMap::new();
    let mut header = true;
    for record in reader.records() {
        let result = match record {
            Ok(record) if header => (header_of(text, &record), header = false).0,
            Ok(record) => entry(text, &record, &mut seen).map(|code| codes.push(code)),
            Err(error) => Err(fault(&text.start(), &format!("not a CSV file: {error}"), HEADER_HELP)),
        };
        faults.extend(result.err());
    }
    if codes.is_empty() && faults.is_empty() {
        faults.push(fault(&text.start(), "the code list is empty", HEADER_HELP));
    }
    if faults.is_empty() { Ok(codes) } else { Err(faults) }
}

const HEADER_HELP: &str = "the first line is `spelling,code`, then one line for each accepted spelling";

fn header_of(text: &Text, record: &csv::StringRecord) -> Result<(), StudyError> {
    if record.iter().eq(["spelling", "code"]) {
        return Ok(());
    }
    Err(fault(&text.place(text.line(1)), "not the header of a code list", HEADER_HELP))
}

fn entry(
    text: &Text,
    record: &csv::StringRecord,
    seen: &mut BTreeMap<String, (Code, Place)>,
) -> Result<Code, StudyError> {
    let start = record.position().and_then(|position| usize::try_from(position.byte()).ok());
    let place = text.place(text.line_from(start.unwrap_or_default()));
    let (Some(spelling), Some(code), 2) = (record.get(0), record.get(1), record.len()) else {
        return Err(fault(
            &place,
            "not two fields",
            "write `spelling,code`; put a text with a comma in double quotes",
        ));
    };
    if spelling.trim().is_empty() || code.trim().is_empty() {
        return Err(fault(
            &place,
            "a spelling or a code is empty",
            "an empty cell is a missing value and needs no code",
        ));
    }
    let entry = Code { spelling: spelling.into(), code: code.into() };
    match seen.get(&fold(spelling)) {
        Some((other, first)) if other.code != entry.code => Err(fault(
            &place,
            &format!(
                "the same spelling as `{}` ({}), which has the code `{}`",
                other.spelling,
                first.short(),
                other.code
            ),
            "spellings are compared without case, accents and repeated blanks: remove one of the two",
        )),
        Some(_) => Ok(entry),
        None => {
            seen.insert(fold(spelling), (entry.clone(), place));
            Ok(entry)
        }
    }
}

fn fault(place: &Place, message: &str, help: &str) -> StudyError {
    StudyError::CodeList(place.fault(message, help))
}
