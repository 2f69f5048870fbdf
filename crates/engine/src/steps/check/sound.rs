//! Whether what is declared fits the columns that it is declared of, known without data.

use arrow::datatypes::{DataType, Schema, SchemaRef};
use study::{Bound, CheckRule, Declared, Literal, Named, Spot, StudyError, nearest};
use terms::TableName;

/// The faults of a declared check; `schema` gives the columns of a table, none of one that has faults itself.
pub(crate) fn faults(declared: &Declared, schema: &dyn Fn(&TableName) -> SchemaRef) -> Vec<StudyError> {
    let table = Table { name: &declared.table, columns: schema(&declared.table) };
    let mut faults = Vec::new();
    if table.columns.fields().is_empty() {
        return faults;
    }
    let kinds: Vec<(&Named, &DataType)> = declared
        .rule
        .columns()
        .into_iter()
        .filter_map(|column| match table.kind(column) {
            Ok(kind) => Some((column, kind)),
            Err(fault) => {
                faults.push(fault);
                None
            }
        })
        .collect();
    for (column, kind) in kinds {
        faults.extend(misfit(&declared.rule, (column, Kind::of(kind)), schema));
    }
    faults
}

/// A table whose columns are known.
struct Table<'a> {
    name: &'a TableName,
    columns: SchemaRef,
}

impl Table<'_> {
    fn kind(&self, column: &Named) -> Result<&DataType, StudyError> {
        let schema: &Schema = &self.columns;
        schema.field_with_name(&column.name).map(arrow::datatypes::Field::data_type).map_err(|_| {
            let names = schema.fields().iter().map(|field| field.name().as_str());
            let help = nearest(&column.name, names, "columns are");
            fault(&column.spot, format!("{} has no column {}", self.name, column.name), help)
        })
    }
}

/// What a column holds, as far as checks tell it apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Numbers,
    Text,
    Dates,
    Times,
    Booleans,
    Lists,
}

impl Kind {
    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Date32 | DataType::Date64 => Self::Dates,
            DataType::Timestamp(..) => Self::Times,
            DataType::Boolean => Self::Booleans,
            kind if kind.is_numeric() => Self::Numbers,
            _ => Self::Lists,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Text => "text",
            Self::Dates => "dates",
            Self::Times => "times",
            Self::Booleans => "booleans",
            Self::Lists => "lists",
        }
    }

    /// Whether a literal can be a value of such a column.
    fn takes(self, value: &Literal) -> bool {
        match value {
            Literal::Number(_) => self == Self::Numbers,
            Literal::Date(_) => matches!(self, Self::Dates | Self::Times),
            Literal::Text(text) => self == Self::Text || (self == Self::Dates && is_day(text)),
            Literal::Boolean(_) => self == Self::Booleans,
        }
    }
}

/// Whether SQL reads the text as a day.
fn is_day(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Why the rule cannot hold of a column of this kind.
fn misfit(
    rule: &CheckRule,
    (column, kind): (&Named, Kind),
    schema: &dyn Fn(&TableName) -> SchemaRef,
) -> Option<StudyError> {
    let name = &column.name;
    match rule {
        CheckRule::Unique(_) if kind == Kind::Lists => Some(fault(
            &column.spot,
            format!("{name} holds lists, which are not compared"),
            "name columns of single values",
        )),
        CheckRule::AcceptedValues { values, spot, .. } => {
            let other = values.iter().find(|value| !kind.takes(value))?;
            let help = match other {
                Literal::Number(_) if kind == Kind::Text => "put the values in quotes",
                _ => "write values as the column has them",
            };
            Some(fault(spot, format!("{name} holds {}, but a value is {}", kind.word(), other.what()), help))
        }
        CheckRule::Range { min, max, .. } => {
            let bound: &Bound = min.iter().chain(max).find(|bound| !kind.takes(&bound.value))?;
            let help = match kind {
                Kind::Numbers => "write a number",
                Kind::Dates | Kind::Times => "write a date as year-month-day",
                _ => "only numbers, dates and times have a range; `accepted_values` lists what else may be",
            };
            let message = format!("{name} holds {}, but the bound is {}", kind.word(), bound.value.what());
            Some(fault(&bound.spot, message, help))
        }
        CheckRule::FreshColumn { .. } if !matches!(kind, Kind::Dates | Kind::Times) => Some(fault(
            &column.spot,
            format!("{name} holds {}, not dates", kind.word()),
            "name a column of dates or times",
        )),
        CheckRule::Relation { table, to, .. } => {
            let other = Table { name: table, columns: schema(table) };
            if other.columns.fields().is_empty() {
                return None;
            }
            let other = match other.kind(to) {
                Ok(other) => Kind::of(other),
                Err(fault) => return Some(fault),
            };
            let message = format!("{name} holds {}, {} of {table} {}", kind.word(), to.name, other.word());
            let help = "relate columns that hold the same kind of values";
            (other != kind || kind == Kind::Lists).then(|| fault(&to.spot, message, help))
        }
        _ => None,
    }
}

fn fault(spot: &Spot, message: String, help: impl Into<String>) -> StudyError {
    StudyError::Yaml(spot.fault(message, help))
}
