//! Checks: what must hold of the rows of a table, as a query for the rows of which it does not.

mod query;

use crate::{Spot, SqlFile};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use terms::{Severity, TableName};

pub(crate) use query::query_of;

/// Table without schema that a check may read: how many rows each table had in the published run, before this one.
/// Columns: `table_name`, `row_count`; no rows before the first publication.
pub const PREVIOUS_RUN: &str = "previous_run";

/// Table without schema that a check may read: one row, whose column `as_of` is the day on which the run starts.
pub const THIS_RUN: &str = "this_run";

/// A query for rows that should not exist: the study's own, or made of what is declared beside a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Name: a lower-case identifier.
    pub name: String,
    /// What a violation means.
    pub severity: Severity,
    /// The query for violating rows. Of a declared check it is made here, and its path is that of the declaration.
    pub sql: SqlFile,
    /// What is declared; none of a query of the study's own.
    pub declared: Option<Declared>,
}

impl Check {
    /// All of the check's own text that decides which rows violate it: its query in canonical form. What is read besides
    /// are the tables of `sql.reads`, [`PREVIOUS_RUN`] and [`THIS_RUN`] among them, and the parameters of
    /// `sql.parameters`. How the YAML is laid out, and in which order keys stand, is not in it.
    pub fn definition(&self) -> &str {
        &self.sql.canonical
    }

    /// The tables of the run that it reads, each once, in order of name.
    pub fn reads(&self) -> Vec<TableName> {
        let tables = self.sql.reads.iter().filter_map(|read| TableName::parse(&read.table).ok());
        tables.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether it reads this table, which has no schema.
    pub fn reads_local(&self, table: &str) -> bool {
        self.sql.reads.iter().any(|read| read.table == table)
    }

    /// A query that has rows if and only if the check's query has, and is planned faster than that of a table with many columns:
    /// mostly there are none. The check's own, where there is no other.
    pub fn probe(&self) -> Cow<'_, SqlFile> {
        let text = self.declared.as_ref().and_then(|_| query::probe_of(&self.sql.text));
        text.map_or(Cow::Borrowed(&self.sql), |text| {
            Cow::Owned(SqlFile { text, query: None, ..self.sql.clone() })
        })
    }

    /// What holds if it passes, as a sentence without its full stop; none for a query of the study's own.
    pub fn claim(&self) -> Option<String> {
        self.declared.as_ref().map(Declared::claim)
    }
}

/// What is declared of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The table.
    pub table: TableName,
    /// What must hold of its rows.
    pub rule: CheckRule,
    /// Where it is declared.
    pub spot: Spot,
}

/// What must hold of the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckRule {
    /// These columns together tell all rows apart in which none of them is NULL.
    Unique(Vec<Named>),
    /// These columns have a value in every row.
    NotNull(Vec<Named>),
    /// A column has one of these values, or NULL.
    AcceptedValues {
        /// The column.
        column: Named,
        /// The values, as declared, each once; at least one.
        values: Vec<Literal>,
        /// Where they are declared.
        spot: Spot,
    },
    /// Every value of a column is a value of another column.
    Relation {
        /// The column.
        column: Named,
        /// The other table.
        table: TableName,
        /// Its column.
        to: Named,
    },
    /// A column lies between two bounds, both included, or is NULL; one of the bounds may be missing.
    Range {
        /// The column.
        column: Named,
        /// The least value.
        min: Option<Bound>,
        /// The greatest value.
        max: Option<Bound>,
    },
    /// The number of rows.
    Rows(RowBounds),
    /// The newest date of a column, leaving out those after the day of the run, is at most so many days before it.
    FreshColumn {
        /// The column.
        column: Named,
        /// Greatest age.
        days: u32,
    },
    /// The newest date in the name of a file of a source, leaving out those after the day of the run, is at most so many
    /// days before it.
    FreshFile {
        /// The source.
        source: String,
        /// How names tell the date.
        date: FileDate,
        /// Greatest age.
        days: u32,
    },
}

impl CheckRule {
    /// The word for it in YAML.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unique(_) => "unique",
            Self::NotNull(_) => "not_null",
            Self::AcceptedValues { .. } => "accepted_values",
            Self::Relation { .. } => "relation",
            Self::Range { .. } => "range",
            Self::Rows(_) => "rows",
            Self::FreshColumn { .. } | Self::FreshFile { .. } => "freshness",
        }
    }

    /// In SQL, what holds of each row of the table, which is called `t`, that violates it; none of a rule that looks at more than
    /// one row. A parameter of the study stands in it by name.
    pub fn condition(&self) -> Option<String> {
        query::condition_of(self)
    }

    /// The columns of the table that it is about.
    pub fn columns(&self) -> Vec<&Named> {
        match self {
            Self::Unique(columns) | Self::NotNull(columns) => columns.iter().collect(),
            Self::AcceptedValues { column, .. }
            | Self::Relation { column, .. }
            | Self::Range { column, .. }
            | Self::FreshColumn { column, .. } => vec![column],
            Self::Rows(_) | Self::FreshFile { .. } => Vec::new(),
        }
    }
}

/// A name where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its place.
    pub spot: Spot,
}

/// A value as SQL writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Literal {
    /// A number: digits, with a point if it is no whole one.
    Number(String),
    /// A calendar date, ISO 8601.
    Date(String),
    /// A text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
}

impl Literal {
    /// What it is, for messages: `a number`, `a date`, `a text`, `a boolean`.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Date(_) => "a date",
            Self::Text(_) => "a text",
            Self::Boolean(_) => "a boolean",
        }
    }
}

impl fmt::Display for Literal {
    /// In SQL: `12`, `date '2010-11-01'`, `'it''s'`, `true`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(digits) => f.write_str(digits),
            Self::Date(date) => write!(f, "date '{date}'"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

/// One bound of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The value: a number or a date.
    pub value: Literal,
    /// The parameter of the study whose value it is, if it is one.
    pub parameter: Option<String>,
    /// Where it is written.
    pub spot: Spot,
}

impl fmt::Display for Bound {
    /// In SQL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parameter {
            Some(parameter) => write!(f, "${parameter}"),
            None => self.value.fmt(f),
        }
    }
}

/// Bounds of a number of rows; at least one is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowBounds {
    /// The least number.
    pub min: Option<u64>,
    /// The greatest number.
    pub max: Option<u64>,
    /// How far it may be from the number in the published run.
    pub tolerance: Option<Tolerance>,
}

/// How far a number of rows may be from an earlier one, either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// So many rows.
    Rows(u64),
    /// A part of the earlier number: `parts` of 100 times 10 to the power of `decimals`.
    Percent {
        /// Digits of the percentage, without its point.
        parts: u64,
        /// How many of them stand behind the point.
        decimals: u32,
    },
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(1) => f.write_str("1 row"),
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Percent { parts, decimals: 0 } => write!(f, "{parts}%"),
            Self::Percent { parts, decimals } => {
                let scale = 10u64.pow(*decimals);
                let width = usize::try_from(*decimals).unwrap_or(0);
                write!(f, "{}.{:0width$}%", parts / scale, parts % scale)
            }
        }
    }
}

/// How the name of a file tells a date: `yyyy`, `mm` and `dd`, each once, between other characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDate {
    /// As declared.
    pub written: String,
    /// A regular expression that matches a whole name, with one group for each part.
    pub pattern: String,
    /// Its replacement that writes the date in ISO 8601.
    pub replacement: String,
}

impl Declared {
    fn claim(&self) -> String {
        let table = &self.table;
        let several = |columns: &[Named]| {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            names.join(", ")
        };
        match &self.rule {
            CheckRule::Unique(columns) => {
                format!("no two rows of {table} have the same {}", several(columns))
            }
            CheckRule::NotNull(columns) => format!("every row of {table} has {}", several(columns)),
            CheckRule::AcceptedValues { column, values, .. } => {
                let shown: Vec<String> = values.iter().take(5).map(ToString::to_string).collect();
                let more =
                    if values.len() > 5 { format!(" or {} others", values.len() - 5) } else { String::new() };
                format!("{} of {table} is one of {}{more}", column.name, shown.join(", "))
            }
            CheckRule::Relation { column, table: other, to } => {
                format!("every {} of {table} is a {} of {other}", column.name, to.name)
            }
            CheckRule::Range { column, min, max } => {
                let bounds = bounds(min.as_ref(), max.as_ref());
                format!("{} of {table} is {bounds}", column.name)
            }
            CheckRule::Rows(rows) => rows_claim(table, rows),
            CheckRule::FreshColumn { column, days } => {
                format!("the newest {} of {table} is at most {days} days old", column.name)
            }
            CheckRule::FreshFile { source, days, .. } => {
                format!("the newest file of source {source} is at most {days} days old")
            }
        }
    }
}

/// `at least 1 and at most 5`.
fn bounds<T: fmt::Display>(min: Option<T>, max: Option<T>) -> String {
    let least = min.map(|min| format!("at least {min}"));
    let most = max.map(|max| format!("at most {max}"));
    least.into_iter().chain(most).collect::<Vec<_>>().join(" and ")
}

fn rows_claim(table: &TableName, rows: &RowBounds) -> String {
    let mut claims = Vec::new();
    if rows.min.is_some() || rows.max.is_some() {
        claims.push(format!("has {} rows", bounds(rows.min, rows.max)));
    }
    if let Some(tolerance) = &rows.tolerance {
        claims.push(format!("has as many rows as in the published run before, give or take {tolerance}"));
    }
    format!("{table} {}", claims.join(" and "))
}
