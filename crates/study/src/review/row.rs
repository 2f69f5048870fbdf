//! The values of a line, and that a run will read them as they were given.

use super::{NewReview, ReviewError};
use crate::Source;
use regex::Regex;
use std::collections::BTreeMap;
use terms::{Column, ColumnType, Normalise, fold, fold_blanks, is_spreadsheet_error};

/// Characters of a text; nobody reads more.
const LONGEST: usize = 4_000;

/// What a line is about: rule or pass, record or left row, right row of a pair.
pub(super) type Key = (String, String, Option<String>);

/// A new line by column of the contract; columns that are not known here are not in it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) values: BTreeMap<&'static str, String>,
    pub(super) key: Key,
    pub(super) word: super::ReviewWord,
}

impl Row {
    /// The line for a review, whose texts fit the contract.
    pub(super) fn of(source: &Source, review: &NewReview) -> Result<Self, ReviewError> {
        let (rule, record, other) = review.of.key();
        is_time(&review.time)?;
        let given = [
            ("rule", Some(rule)),
            ("record", Some(record)),
            ("other", other),
            ("verdict", Some(review.word.as_str())),
            ("reviewer", Some(&review.reviewer)),
            ("time", Some(&review.time)),
            ("reason", Some(&review.reason)),
        ];
        let mut values = BTreeMap::new();
        for (name, text) in given {
            let Some(column) = source.contract.columns.iter().find(|column| column.name == name) else {
                if text.is_none() {
                    continue;
                }
                let help = format!("add the column `{name}` to it, and to its file");
                return Err(contract(source, format!("reviews are written with a column `{name}`"), help));
            };
            let value = value(source, column, name, text.unwrap_or_default())?;
            let is_named = matches!(name, "rule" | "record" | "other" | "reviewer") && text.is_some();
            if value.is_empty() && (is_named || column.required) {
                return Err(refused(name, "it is empty", "write it"));
            }
            values.insert(name, value);
        }
        let left =
            source.contract.columns.iter().find(|c| c.required && !values.contains_key(c.name.as_str()));
        if let Some(column) = left {
            let message = format!("it requires a column `{}`, which no review here has", column.name);
            return Err(contract(source, message, "take `required` away from it".into()));
        }
        let text = |name: &str| values.get(name).cloned().unwrap_or_default();
        let key = (text("rule"), text("record"), other.map(|_| text("other")));
        Ok(Self { key, word: review.word, values })
    }
}

/// A text as it is written: what ingestion would make of it, so that reading it gives the same.
fn value(source: &Source, column: &Column, field: &'static str, text: &str) -> Result<String, ReviewError> {
    if let ColumnType::Code(codes) = &column.kind {
        let meant = |code: &&terms::Code| code.code == text;
        let spelled = codes.iter().filter(meant).find(|code| code.spelling == text);
        let found = spelled.or_else(|| codes.iter().find(meant));
        let help = "add it to the code list of the column";
        return found
            .map(|code| code.spelling.clone())
            .ok_or_else(|| refused(field, &format!("`{text}` is no code of the column"), help));
    }
    if column.kind != ColumnType::Text || column.normalise != Normalise::Blanks {
        let message = format!("its column `{field}` does not keep a text as it is written");
        return Err(contract(source, message, "make it `type: text`, without `normalise`".into()));
    }
    if text.chars().any(|c| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())) {
        let help = "write it again, without what cannot be seen";
        return Err(refused(
            field,
            "it holds a character that steers a terminal, or one that was damaged",
            help,
        ));
    }
    let clean = fold_blanks(&text.replace('\u{feff}', ""));
    if clean.chars().count() > LONGEST {
        let message = format!("it is longer than {LONGEST} characters");
        return Err(refused(field, &message, "say it shorter"));
    }
    let folded = fold(&clean);
    if !clean.is_empty() && (folded.is_empty() || column.missing.iter().any(|word| fold(word) == folded)) {
        let help = "say it in other words";
        return Err(refused(field, "the contract takes this text for a missing one", help));
    }
    if is_spreadsheet_error(&clean) {
        return Err(refused(field, "it is the text of a spreadsheet's error", "say it in other words"));
    }
    fits(column, &clean, field)?;
    Ok(clean)
}

fn fits(column: &Column, clean: &str, field: &'static str) -> Result<(), ReviewError> {
    let Some(pattern) = column.pattern.as_ref().filter(|_| !clean.is_empty()) else { return Ok(()) };
    match Regex::new(&format!("^(?:{pattern})$")) {
        Ok(regex) if regex.is_match(clean) => Ok(()),
        _ => {
            Err(refused(field, &format!("it does not fit the pattern {pattern}"), "write it so that it does"))
        }
    }
}

/// Year to second in UTC, with or without a fraction.
fn is_time(text: &str) -> Result<(), ReviewError> {
    const FORM: &str =
        r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$";
    match Regex::new(FORM) {
        Ok(form) if form.is_match(text) => Ok(()),
        _ => Err(refused("time", "it is no time in UTC", "give it as 2026-11-30T13:39:22Z")),
    }
}

fn contract(source: &Source, message: String, help: String) -> ReviewError {
    ReviewError::NotWritable { path: source.file.display().to_string(), message, help }
}

fn refused(field: &'static str, message: &str, help: &str) -> ReviewError {
    ReviewError::Text { field, message: message.to_owned(), help: help.to_owned() }
}
