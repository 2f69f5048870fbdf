//! Unit tests of queries: rows in, rows out.

use crate::{Parameter, Spot};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One test of the query of a SQL file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTest {
    /// The SQL file, relative to the study folder, with `/` between parts.
    pub sql: PathBuf,
    /// What is tested, in words.
    pub name: String,
    /// Where its name is written.
    pub spot: Spot,
    /// Values of parameters, in place of the study's. Whether the query has them is not known here.
    pub parameters: BTreeMap<String, UnitParameter>,
    /// Tables with their rows, each once; those that are not here are empty. Whether the query reads them is not known here.
    pub given: Vec<UnitTable>,
    /// The expected rows: only these columns are compared.
    pub expected: UnitTable,
    /// Whether the rows come in this order.
    pub order: UnitOrder,
}

/// The value of a parameter in a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitParameter {
    /// The value.
    pub value: Parameter,
    /// Where its name is written.
    pub spot: Spot,
}

/// Rows of a test. A row has a cell for each column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTable {
    /// `schema.table` or the name of a local table; `expect` for the expected rows.
    pub name: String,
    /// Where it is named.
    pub spot: Spot,
    /// Columns, in the order in which they are written first.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<UnitCell>>,
}

/// One cell of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitCell {
    /// The value as written, without quotes; none is NULL.
    pub text: Option<String>,
    /// Where it is written; of a cell that is not, the table.
    pub spot: Spot,
}

/// In which order the rows of a test come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitOrder {
    /// As written.
    AsWritten,
    /// In any.
    Any,
}
