//! What there is to ask: tables, schemas, functions, and the columns of a table.

use crate::failure::Failure;
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use engine::{Callable, Readable};
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which names are listed: `*` stands for any characters, `?` for one; without a point the schema does not count.
pub(super) struct Pattern {
    matcher: Option<GlobMatcher>,
    is_qualified: bool,
}

impl Pattern {
    /// # Errors
    /// A pattern with brackets that do not close.
    pub(super) fn of(text: Option<&str>) -> Result<Self, Failure> {
        let glob = |text: &str| GlobBuilder::new(text).case_insensitive(true).build();
        let matcher = text.map(glob).transpose().map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self {
            matcher: matcher.map(|glob| glob.compile_matcher()),
            is_qualified: text.is_some_and(|text| text.contains('.')),
        })
    }

    fn fits(&self, name: &str) -> bool {
        self.matcher.as_ref().is_none_or(|matcher| matcher.is_match(name))
    }

    fn fits_table(&self, table: &Readable) -> bool {
        self.fits(&if self.is_qualified { full(table) } else { table.table.clone() })
    }
}

/// The full name of a table.
pub(super) fn full(table: &Readable) -> String {
    format!("{}.{}", table.schema, table.table)
}

/// Tables with their rows, bytes and object; none of these of a table that is made when it is asked.
pub(super) fn tables(tables: &[Readable], pattern: &Pattern) -> Result<RecordBatch, Failure> {
    let tables: Vec<&Readable> = tables.iter().filter(|table| pattern.fits_table(table)).collect();
    let stored = || tables.iter().map(|table| table.stored.as_ref());
    batch([
        ("schema", texts(tables.iter().map(|table| Some(table.schema.as_str())))),
        ("table", texts(tables.iter().map(|table| Some(table.table.as_str())))),
        ("rows", numbers(stored().map(|stored| Some(stored?.rows)))),
        ("bytes", numbers(stored().map(|stored| Some(stored?.bytes)))),
        ("object", texts(stored().map(|stored| Some(stored?.object.as_str())))),
    ])
}

/// Schemas with the number of their tables.
pub(super) fn schemas(tables: &[Readable], pattern: &Pattern) -> Result<RecordBatch, Failure> {
    let mut counts = BTreeMap::<&str, u64>::new();
    for table in tables.iter().filter(|table| pattern.fits(&table.schema)) {
        *counts.entry(&table.schema).or_default() += 1;
    }
    batch([
        ("schema", texts(counts.keys().map(|schema| Some(*schema)))),
        ("tables", numbers(counts.values().map(|count| Some(*count)))),
    ])
}

/// Functions with their kind and how they are written.
pub(super) fn functions(functions: &[Callable], pattern: &Pattern) -> Result<RecordBatch, Failure> {
    let functions: Vec<&Callable> = functions.iter().filter(|of| pattern.fits(&of.name)).collect();
    batch([
        ("function", texts(functions.iter().map(|of| Some(of.name.as_str())))),
        ("kind", texts(functions.iter().map(|of| Some(of.kind)))),
        ("written", texts(functions.iter().map(|of| of.syntax.as_deref()))),
    ])
}

/// The columns of a table, with their types as SQL writes them.
pub(super) fn columns(schema: &SchemaRef) -> Result<RecordBatch, Failure> {
    let types: Vec<String> = schema.fields().iter().map(|field| kind(field.data_type())).collect();
    batch([
        ("column", texts(schema.fields().iter().map(|field| Some(field.name().as_str())))),
        ("type", texts(types.iter().map(|kind| Some(kind.as_str())))),
        (
            "nullable",
            Arc::new(schema.fields().iter().map(|f| Some(f.is_nullable())).collect::<BooleanArray>()),
        ),
    ])
}

/// A type as SQL writes it; of one that SQL has no word for, Arrow's name.
fn kind(of: &DataType) -> String {
    let word = match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::Int8 => "tinyint",
        DataType::Int16 => "smallint",
        DataType::Int32 => "int",
        DataType::Int64 => "bigint",
        DataType::UInt64 => "bigint unsigned",
        DataType::Float32 => "real",
        DataType::Float64 => "double",
        DataType::Boolean => "boolean",
        DataType::Date32 => "date",
        DataType::Timestamp(TimeUnit::Nanosecond, None) => "timestamp",
        DataType::Timestamp(TimeUnit::Microsecond, None) => "timestamp(6)",
        DataType::Timestamp(TimeUnit::Millisecond, None) => "timestamp(3)",
        DataType::Timestamp(TimeUnit::Second, None) => "timestamp(0)",
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            return format!("decimal({precision},{scale})");
        }
        DataType::List(item) => return format!("{}[]", kind(item.data_type())),
        other => return other.to_string(),
    };
    word.to_owned()
}

fn texts<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
    Arc::new(texts.collect::<StringArray>())
}

fn numbers(numbers: impl Iterator<Item = Option<u64>>) -> ArrayRef {
    Arc::new(numbers.map(|number| i64::try_from(number?).ok()).collect::<Int64Array>())
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, Failure> {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true)))
        .map_err(|error: ArrowError| Failure::Io(format!("cannot list: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Readable};

    #[test]
    fn patterns_choose_tables() {
        let table = Readable { schema: "audit".into(), table: "run_decisions".into(), stored: None };
        for (pattern, expected) in [
            (None, true),
            (Some("*"), true),
            (Some("run_*"), true),
            (Some("RUN_decision?"), true),
            (Some("audit.*"), true),
            (Some("*.run_decisions"), true),
            (Some("decisions"), false),
            (Some("audit"), false),
            (Some("features.*"), false),
        ] {
            let Ok(chosen) = Pattern::of(pattern) else { panic!("{pattern:?}") };
            assert_eq!(chosen.fits_table(&table), expected, "{pattern:?}");
        }
        assert!(Pattern::of(Some("a[")).is_err());
    }
}
