use super::super::{At, Scalar};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Tests of the query in the SQL file of the same name: rows in, rows out.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "test")]
pub(crate) struct RawTests(pub(crate) Vec<RawTest>);

/// Cells by column.
pub(crate) type RawRow = BTreeMap<At<String>, At<Scalar>>;

/// One test of a query.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "unit_test")]
pub(crate) struct RawTest {
    /// What is tested, in words.
    pub(crate) name: At<String>,
    /// Values of parameters in this test, in place of the study's.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<At<String>, At<Scalar>>,
    /// Rows of the tables that the query reads; a table that is not named is empty, a column that is not named is NULL.
    #[serde(default)]
    pub(crate) given: BTreeMap<At<String>, Vec<RawRow>>,
    /// The rows that the query returns; only the columns that are named here are compared.
    pub(crate) expect: Vec<At<RawRow>>,
    /// Whether the rows come in this order.
    #[serde(default)]
    pub(crate) order: RawOrder,
}

/// Whether the rows come in the order in which they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "order")]
pub(crate) enum RawOrder {
    /// As the query sorts them: as written if it must sort them, in any order otherwise.
    #[default]
    Query,
    /// In any order.
    Any,
}
