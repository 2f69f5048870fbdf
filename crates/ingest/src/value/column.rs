use super::{Value, date, number};
use crate::IngestError;
use crate::cell::Cell;
use crate::nearest::nearest;
use crate::reason::{Complaint, ReasonCode};
use chrono::{NaiveDateTime, NaiveTime};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use terms::{Column, ColumnType, Normalise, fold, fold_blanks, is_spreadsheet_error};
use unicode_normalization::UnicodeNormalization;

/// A contract's column, made ready to read cells.
#[derive(Debug)]
pub(crate) struct ColumnReader<'a> {
    pub(crate) column: &'a Column,
    missing: BTreeSet<String>,
    /// The missing texts as numbers or dates, so that 99 and 1-1-1900 are missing in a sheet's cells too.
    missing_values: Vec<Value>,
    codes: BTreeMap<String, &'a str>,
    pattern: Option<Regex>,
}

impl<'a> ColumnReader<'a> {
    /// Fails if the pattern is no regular expression or two codes share a spelling.
    pub(crate) fn new(source: &str, column: &'a Column) -> Result<Self, IngestError> {
        let wrong = |problem: String| IngestError::Contract { source_name: source.to_owned(), problem };
        let pattern =
            column.pattern.as_ref().map(|pattern| Regex::new(&format!("^(?:{pattern})$"))).transpose();
        let pattern = pattern.map_err(|error| {
            wrong(format!("the pattern of column `{}` is no regular expression: {error}", column.name))
        })?;
        let mut codes = BTreeMap::new();
        if let ColumnType::Code(list) = &column.kind {
            for entry in list {
                let before = codes.insert(fold(&entry.spelling), entry.code.as_str());
                if before.is_some_and(|code| code != entry.code) {
                    let (spelling, name) = (&entry.spelling, &column.name);
                    return Err(wrong(format!(
                        "the code list of column `{name}` gives spelling `{spelling}` two codes; keep one of them"
                    )));
                }
            }
        }
        let missing = column.missing.iter().map(|text| fold(text)).collect();
        let mut reader = Self { column, missing, missing_values: Vec::new(), codes, pattern };
        if matches!(column.kind, ColumnType::Integer | ColumnType::Decimal | ColumnType::Date) {
            let typed = column.missing.iter().map(|text| reader.typed(fold_blanks(text)));
            reader.missing_values = typed.filter_map(|value| value.ok().flatten()).collect();
        }
        Ok(reader)
    }

    /// The value of a cell; none if it is missing.
    ///
    /// A spelling in the code list goes before the texts that mean "missing": it is the closer statement.
    pub(crate) fn read(&self, cell: &Cell) -> Result<Option<Value>, Complaint> {
        let value = match cell {
            Cell::Empty => None,
            Cell::Text(text) => self.text(text)?,
            Cell::Number(number) => self.number(*number)?,
            Cell::Moment(moment) => Some(self.moment(*moment)?),
            Cell::Boolean(yes) => Some(self.boolean(*yes)?),
            Cell::Duration => return Err(wrong_cell("holds a length of time")),
            Cell::Error(_) => return Err(error_cell()),
        };
        let value = value.filter(|value| !self.missing_values.contains(value));
        if value.is_none() && self.column.required { Err(missing_required()) } else { Ok(value) }
    }

    fn text(&self, text: &str) -> Result<Option<Value>, Complaint> {
        let folded = fold(text);
        if let Some(code) = self.codes.get(&folded) {
            return Ok(Some(Value::Text((*code).to_owned())));
        }
        if folded.is_empty() || self.missing.contains(&folded) {
            return Ok(None);
        }
        if is_spreadsheet_error(text) {
            return Err(error_cell());
        }
        let clean = normalised(text, self.column.normalise);
        if clean.is_empty() {
            return Err(empty_after_cleaning(self.column.normalise));
        }
        self.fits_pattern(&clean, "")?;
        self.typed(clean)
    }

    fn typed(&self, clean: String) -> Result<Option<Value>, Complaint> {
        Ok(Some(match &self.column.kind {
            ColumnType::Text => Value::Text(clean),
            ColumnType::Integer => Value::Integer(number::parse_integer(&clean)?),
            ColumnType::Decimal => Value::Decimal(number::parse_decimal(&clean)?),
            ColumnType::Date => Value::Date(date::parse_date(&clean)?),
            ColumnType::Boolean => return boolean(&fold(&clean)),
            ColumnType::Code(_) => match self.codes.get(&fold(&clean)) {
                Some(code) => Value::Text((*code).to_owned()),
                None => return Err(self.unknown_code(&clean)),
            },
        }))
    }

    fn number(&self, number: f64) -> Result<Option<Value>, Complaint> {
        match &self.column.kind {
            ColumnType::Integer => Ok(Some(Value::Integer(number::cell_integer(number)?))),
            ColumnType::Decimal => Ok(Some(Value::Decimal(number::cell_decimal(number)?))),
            ColumnType::Date => Err(wrong_cell("holds a number that is not formatted as a date")),
            ColumnType::Text => {
                let shown = number::cell_text(number)?;
                if self.missing.contains(&shown) {
                    return Ok(None);
                }
                let clean = normalised(&shown, self.column.normalise);
                let hint = "; the cell is a number, which drops leading zeros: format the column as text";
                self.fits_pattern(&clean, hint)?;
                Ok(Some(Value::Text(clean)))
            }
            ColumnType::Boolean | ColumnType::Code(_) => self.text(&number::cell_text(number)?),
        }
    }

    fn moment(&self, moment: Option<NaiveDateTime>) -> Result<Value, Complaint> {
        if self.column.kind != ColumnType::Date {
            return Err(wrong_cell("holds a date, perhaps made by the spreadsheet out of a text"));
        }
        match moment {
            None => Err(Complaint::new(
                ReasonCode::NoSuchDate,
                "the spreadsheet counts a day that the calendar does not have; correct the date at the source",
            )),
            Some(moment) if moment.time() != NaiveTime::MIN => Err(date::time_of_day()),
            Some(moment) => Ok(Value::Date(date::in_range(moment.date())?)),
        }
    }

    fn boolean(&self, yes: bool) -> Result<Value, Complaint> {
        let word = if yes { "true" } else { "false" };
        match &self.column.kind {
            ColumnType::Boolean => Ok(Value::Boolean(yes)),
            ColumnType::Code(_) => self
                .codes
                .get(word)
                .map(|code| Value::Text((*code).to_owned()))
                .ok_or_else(|| self.unknown_code(word)),
            ColumnType::Text => Ok(Value::Text(normalised(word, self.column.normalise))),
            _ => Err(wrong_cell("holds true or false")),
        }
    }

    fn fits_pattern(&self, clean: &str, hint: &str) -> Result<(), Complaint> {
        match &self.pattern {
            Some(pattern) if !pattern.is_match(clean) => {
                let shape = self.column.pattern.as_deref().unwrap_or_default();
                let reason = format!(
                    "the text does not have the agreed form `{shape}`; correct it at the source{hint}"
                );
                Err(Complaint::new(ReasonCode::PatternMismatch, reason))
            }
            _ => Ok(()),
        }
    }

    fn unknown_code(&self, text: &str) -> Complaint {
        let ColumnType::Code(list) = &self.column.kind else { return number::not_a_number() };
        let near = match nearest(text, list.iter().map(|entry| entry.spelling.as_str())) {
            Some(spelling) => format!(" (nearest: `{spelling}`)"),
            None => String::new(),
        };
        let reason =
            format!("the text is not in the code list{near}; correct it, or add the spelling to the list");
        Complaint::new(ReasonCode::UnknownCode, reason)
    }
}

/// `text` as its column cleans it, in Unicode normal form C.
fn normalised(text: &str, how: Normalise) -> String {
    match how {
        Normalise::Blanks if text.is_ascii() => fold_blanks(text),
        Normalise::Blanks => fold_blanks(&text.nfc().filter(|c| *c != '\u{feff}').collect::<String>()),
        Normalise::Alphanumeric => {
            text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
        }
        Normalise::Digits => text.chars().filter(char::is_ascii_digit).collect(),
    }
}

fn boolean(folded: &str) -> Result<Option<Value>, Complaint> {
    match folded {
        "ja" | "j" | "true" | "waar" | "1" => Ok(Some(Value::Boolean(true))),
        "nee" | "n" | "false" | "onwaar" | "0" => Ok(Some(Value::Boolean(false))),
        "onbekend" => Ok(None),
        _ => Err(Complaint::new(ReasonCode::NotABoolean, "neither ja nor nee; deliver ja, nee or onbekend")),
    }
}

fn wrong_cell(what: &str) -> Complaint {
    Complaint::new(
        ReasonCode::WrongCellType,
        format!("the cell {what}; format the column as agreed and enter it again"),
    )
}

fn error_cell() -> Complaint {
    Complaint::new(
        ReasonCode::ErrorCell,
        "the cell holds a spreadsheet error; repair its formula, or enter the value",
    )
}

fn missing_required() -> Complaint {
    Complaint::new(
        ReasonCode::MissingRequired,
        "the value is missing and the contract requires it; deliver it",
    )
}

fn empty_after_cleaning(how: Normalise) -> Complaint {
    let kept = if how == Normalise::Digits { "digits" } else { "letters and digits" };
    let reason = format!(
        "the text holds no {kept}; deliver a value, or declare this text to be missing in the contract"
    );
    Complaint::new(ReasonCode::EmptyAfterCleaning, reason)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
