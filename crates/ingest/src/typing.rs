//! A record under its contract: typed values with their identity, or everything that is wrong with it.

use crate::cell::Cell;
use crate::header::Fit;
use crate::reason::{Complaint, Fault, ReasonCode};
use crate::record::{Record, bounded};
use crate::sheet::outside;
use crate::value::Value;
use crate::value::column::ColumnReader;
use crate::{FileFault, IngestError, InputFile, Limits};
use terms::{Contract, IdentityKey, RowId};

/// A contract, made ready to type the records of one file.
#[derive(Debug)]
pub(crate) struct Typing<'a> {
    contract: &'a Contract,
    key: &'a IdentityKey,
    columns: Vec<ColumnReader<'a>>,
    /// The file column's value, the same for every record of the file.
    of_file: Option<Typed>,
    field_bytes: usize,
    evidence_chars: usize,
}

/// A value, the text that identity and pseudonym are made of, and the pseudonym if the column has one.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) value: Option<Value>,
    text: String,
    pub(crate) pseudonym: Option<String>,
}

/// A good record.
pub(crate) struct Row {
    pub(crate) content_id: RowId,
    /// File column first, then in contract order.
    pub(crate) values: Vec<Typed>,
}

impl<'a> Typing<'a> {
    /// Fails if the contract is at fault, or if the file's name is no value of the file column.
    pub(crate) fn new(
        contract: &'a Contract,
        key: &'a IdentityKey,
        file: &InputFile,
        limits: &Limits,
    ) -> Result<Self, IngestError> {
        let wrong = |problem| IngestError::Contract { source_name: contract.name.clone(), problem };
        if let Some(problem) = crate::header::shared(&contract.columns) {
            return Err(wrong(problem));
        }
        let reader = |column| ColumnReader::new(&contract.name, column);
        let mut typing = Self {
            contract,
            key,
            columns: contract.columns.iter().map(reader).collect::<Result<_, _>>()?,
            of_file: None,
            field_bytes: limits.field_bytes,
            evidence_chars: limits.evidence_chars,
        };
        if let Some(column) = &contract.file_column {
            let reader = reader(column)?;
            let value = reader.read(&Cell::Text(stem(&file.name).to_owned())).map_err(|complaint| {
                let problem =
                    format!("the file's name is no value of column `{}`: {}", column.name, complaint.reason);
                IngestError::file(&file.name, FileFault::FileName, problem)
            })?;
            typing.of_file = Some(typing.pack(&reader, value));
        }
        Ok(typing)
    }

    /// Types a record; all its faults are given, not only the first.
    pub(crate) fn read(&self, record: &Record, fit: &Fit) -> Result<Row, Vec<Fault<'a>>> {
        let cells = record.cells.as_ref().map_err(|complaint| vec![of_record(complaint.clone())])?;
        if cells.iter().skip(fit.named).any(|cell| !cell.is_blank()) {
            return Err(vec![of_record(outside())]);
        }
        let mut values: Vec<Typed> = self.of_file.iter().cloned().collect();
        let mut faults = Vec::new();
        for (reader, place) in self.columns.iter().zip(&fit.places) {
            let cell = place.and_then(|place| cells.get(place)).unwrap_or(&Cell::Empty);
            match self.bounded(cell).and_then(|()| reader.read(cell)) {
                Ok(value) => values.push(self.pack(reader, value)),
                Err(complaint) => faults.push(self.of_cell(reader, cell, complaint)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let fields: Vec<&str> = values.iter().map(|typed| typed.text.as_str()).collect();
        Ok(Row { content_id: RowId::derive(self.key, &self.contract.name, &fields), values })
    }

    fn pack(&self, reader: &ColumnReader<'_>, value: Option<Value>) -> Typed {
        // No value has the empty text, so a missing value differs from all values.
        let text = value.as_ref().map(Value::canonical).unwrap_or_default();
        let hidden = value.is_some() && reader.column.pseudonym.is_some();
        let pseudonym = hidden.then(|| self.key.pseudonym(&text));
        Typed { value, text, pseudonym }
    }

    fn bounded(&self, cell: &Cell) -> Result<(), Complaint> {
        match cell {
            Cell::Text(text) if text.len() > self.field_bytes => {
                let reason =
                    format!("the text is longer than {} bytes; shorten it at the source", self.field_bytes);
                Err(Complaint::new(ReasonCode::FieldTooLong, reason))
            }
            Cell::Text(text) if text.chars().any(steers) => Err(Complaint::new(
                ReasonCode::ControlCharacter,
                "the text holds characters that steer a terminal or a printer; enter it again",
            )),
            _ => Ok(()),
        }
    }

    fn of_cell(&self, reader: &ColumnReader<'a>, cell: &Cell, complaint: Complaint) -> Fault<'a> {
        let value = (!cell.is_blank()).then(|| bounded(&cell.shown(), self.evidence_chars));
        Fault { column: Some(&reader.column.name), value, complaint }
    }
}

/// A control character that is no blank, line end or byte order mark.
fn steers(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}

fn of_record(complaint: Complaint) -> Fault<'static> {
    Fault { column: None, value: None, complaint }
}

/// The name without folder and extension.
fn stem(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit_once('.').map_or(last, |(stem, _)| stem)
}
