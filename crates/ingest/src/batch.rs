//! Arrow builders of the two tables.

use crate::reason::Fault;
use crate::record::Place;
use crate::schema::{self, PRECISION, SCALE};
use crate::typing::Row;
use crate::value::Value;
use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder,
};
use arrow::datatypes::{Date32Type, SchemaRef};
use arrow::error::ArrowError;
use std::sync::Arc;
use terms::{Column, ColumnType, Contract};

/// Good records on their way to a batch.
#[derive(Debug)]
pub(crate) struct Staged {
    schema: SchemaRef,
    content_id: StringBuilder,
    file: StringBuilder,
    sheet: StringBuilder,
    line: Int64Builder,
    byte_offset: Int64Builder,
    byte_length: Int64Builder,
    columns: Vec<StagedColumn>,
}

#[derive(Debug)]
struct StagedColumn {
    values: Values,
    pseudonyms: Option<StringBuilder>,
}

#[derive(Debug)]
enum Values {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Date(Date32Builder),
    Boolean(BooleanBuilder),
}

impl Staged {
    pub(crate) fn new(contract: &Contract) -> Result<Self, ArrowError> {
        let columns = contract.file_column.iter().chain(&contract.columns);
        Ok(Self {
            schema: schema::staged_schema(contract),
            content_id: StringBuilder::new(),
            file: StringBuilder::new(),
            sheet: StringBuilder::new(),
            line: Int64Builder::new(),
            byte_offset: Int64Builder::new(),
            byte_length: Int64Builder::new(),
            columns: columns.map(StagedColumn::new).collect::<Result<_, _>>()?,
        })
    }

    /// Adds a record; false if a value is not of its column's type.
    #[must_use]
    pub(crate) fn push(&mut self, file: &str, sheet: Option<&str>, place: Place, row: Row) -> bool {
        self.content_id.append_value(row.content_id.as_str());
        self.file.append_value(file);
        self.sheet.append_option(sheet);
        self.line.append_value(signed(place.line));
        self.byte_offset.append_option(place.bytes.map(|(offset, _)| signed(offset)));
        self.byte_length.append_option(place.bytes.map(|(_, length)| signed(length)));
        let mut fits = self.columns.len() == row.values.len();
        for (column, typed) in self.columns.iter_mut().zip(row.values) {
            fits &= column.values.push(typed.value);
            if let Some(pseudonyms) = &mut column.pseudonyms {
                pseudonyms.append_option(typed.pseudonym);
            }
        }
        fits
    }

    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.content_id.finish()),
            Arc::new(self.file.finish()),
            Arc::new(self.sheet.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.byte_offset.finish()),
            Arc::new(self.byte_length.finish()),
        ];
        for column in &mut self.columns {
            arrays.push(column.values.finish());
            if let Some(pseudonyms) = &mut column.pseudonyms {
                arrays.push(Arc::new(pseudonyms.finish()));
            }
        }
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

impl StagedColumn {
    fn new(column: &Column) -> Result<Self, ArrowError> {
        let values = match column.kind {
            ColumnType::Text | ColumnType::Code(_) => Values::Text(StringBuilder::new()),
            ColumnType::Integer => Values::Integer(Int64Builder::new()),
            ColumnType::Decimal => {
                Values::Decimal(Decimal128Builder::new().with_precision_and_scale(PRECISION, SCALE)?)
            }
            ColumnType::Date => Values::Date(Date32Builder::new()),
            ColumnType::Boolean => Values::Boolean(BooleanBuilder::new()),
        };
        Ok(Self { values, pseudonyms: column.pseudonym.as_ref().map(|_| StringBuilder::new()) })
    }
}

impl Values {
    fn push(&mut self, value: Option<Value>) -> bool {
        match (self, value) {
            (Values::Text(builder), Some(Value::Text(text))) => builder.append_value(text),
            (Values::Integer(builder), Some(Value::Integer(number))) => builder.append_value(number),
            (Values::Decimal(builder), Some(Value::Decimal(millionths))) => builder.append_value(millionths),
            (Values::Date(builder), Some(Value::Date(date))) => {
                builder.append_value(Date32Type::from_naive_date(date));
            }
            (Values::Boolean(builder), Some(Value::Boolean(yes))) => builder.append_value(yes),
            (values, None) => values.push_null(),
            (values, Some(_)) => {
                values.push_null();
                return false;
            }
        }
        true
    }

    fn push_null(&mut self) {
        match self {
            Values::Text(builder) => builder.append_null(),
            Values::Integer(builder) => builder.append_null(),
            Values::Decimal(builder) => builder.append_null(),
            Values::Date(builder) => builder.append_null(),
            Values::Boolean(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Values::Text(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder) => Arc::new(builder.finish()),
            Values::Date(builder) => Arc::new(builder.finish()),
            Values::Boolean(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Faults on their way to a batch.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    texts: [StringBuilder; 8],
    line: Int64Builder,
}

/// What the faults of one record have in common.
pub(crate) struct Bad<'r> {
    pub(crate) source: &'r str,
    pub(crate) file: &'r str,
    pub(crate) sheet: Option<&'r str>,
    pub(crate) line: u64,
    pub(crate) raw: &'r str,
}

impl Quarantine {
    pub(crate) fn push(&mut self, bad: &Bad<'_>, fault: &Fault<'_>) {
        let row = [
            Some(bad.source),
            Some(bad.file),
            bad.sheet,
            fault.column,
            fault.value.as_deref(),
            Some(fault.complaint.code.as_str()),
            Some(fault.complaint.reason.as_str()),
            Some(bad.raw),
        ];
        for (builder, text) in self.texts.iter_mut().zip(row) {
            builder.append_option(text);
        }
        self.line.append_value(signed(bad.line));
    }

    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> =
            self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        // The line stands between the sheet and the column.
        arrays.insert(3, Arc::new(self.line.finish()));
        RecordBatch::try_new(schema::quarantine_schema(), arrays)
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
