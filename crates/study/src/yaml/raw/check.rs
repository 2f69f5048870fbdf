use super::super::{At, Names, Scalar};
use schemars::JsonSchema;
use serde::Deserialize;
use terms::Severity;

/// What must hold of the rows of a table: exactly one of `unique`, `not_null`, `accepted_values`, `relation`, `range`,
/// `rows`, `freshness`, or `check` for a query of your own. It stands with the table: in the file of the source, model or
/// appendix, in the entry of the round or matching; in the list of pipeline.yaml with its `table`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "check")]
pub(crate) struct RawCheck {
    /// SQL file: its rows should not exist.
    #[serde(default)]
    pub(crate) check: Option<At<String>>,
    /// Table that must keep to it; in pipeline.yaml only.
    #[serde(default)]
    pub(crate) table: Option<At<String>>,
    /// Columns that together tell all rows apart; rows in which one of them is NULL are not compared.
    #[serde(default)]
    pub(crate) unique: Option<At<Names>>,
    /// Columns that have a value in every row.
    #[serde(default)]
    pub(crate) not_null: Option<At<Names>>,
    /// The values that a column may have, besides NULL.
    #[serde(default)]
    pub(crate) accepted_values: Option<At<RawAccepted>>,
    /// Every value of a column is a value of another table's column.
    #[serde(default)]
    pub(crate) relation: Option<At<RawRelation>>,
    /// Bounds of a column, both included; NULL is within.
    #[serde(default)]
    pub(crate) range: Option<At<RawRange>>,
    /// Bounds of the number of rows.
    #[serde(default)]
    pub(crate) rows: Option<At<RawRows>>,
    /// How old the newest date, or the newest file, may be.
    #[serde(default)]
    pub(crate) freshness: Option<At<RawFreshness>>,
    /// Name in reports and in schema `checks`; without it made of the table, the kind and the columns.
    #[serde(default)]
    pub(crate) name: Option<At<String>>,
    /// What a violation means: `error`, unless it says `warn`.
    #[serde(default)]
    pub(crate) severity: Option<Severity>,
}

/// The values that a column may have, besides NULL: a list of them, or a code list.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "accepted_values")]
pub(crate) struct RawAccepted {
    /// The column.
    pub(crate) column: At<String>,
    /// The values.
    #[serde(default)]
    pub(crate) values: Option<At<Vec<At<Scalar>>>>,
    /// A code list of the study, whose codes are the values.
    #[serde(default)]
    pub(crate) codes: Option<At<String>>,
}

/// Every value of a column is a value of another table's column.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "relation")]
pub(crate) struct RawRelation {
    /// The column.
    pub(crate) column: At<String>,
    /// `schema.table.column`.
    pub(crate) to: At<String>,
}

/// Bounds of a column, both included: numbers, dates, or `$parameter`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "range")]
pub(crate) struct RawRange {
    /// The column.
    pub(crate) column: At<String>,
    /// The least value.
    #[serde(default)]
    pub(crate) min: Option<At<Scalar>>,
    /// The greatest value.
    #[serde(default)]
    pub(crate) max: Option<At<Scalar>>,
}

/// Bounds of the number of rows, both included.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "rows")]
pub(crate) struct RawRows {
    /// The least number.
    #[serde(default)]
    pub(crate) min: Option<At<u64>>,
    /// The greatest number.
    #[serde(default)]
    pub(crate) max: Option<At<u64>>,
    /// How far it may be from the number in the published run, either way: `25` rows, or `10%`.
    #[serde(default)]
    pub(crate) tolerance: Option<At<Scalar>>,
}

/// How old the newest date of a column, or the newest file of a source, may be when the run starts. Dates after that day
/// do not count.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "freshness")]
pub(crate) struct RawFreshness {
    /// Column of dates or times.
    #[serde(default)]
    pub(crate) column: Option<At<String>>,
    /// How the name of a file of the source tells its date, such as `yyyy-mm-dd`, `ddmmyyyy` or `export_yyyymmdd`.
    #[serde(default)]
    pub(crate) file_date: Option<At<String>>,
    /// The greatest age in days.
    pub(crate) days: At<u32>,
}

/// What must hold of the table of a model: the file has the model's name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "model")]
pub(crate) struct RawModel {
    /// What must hold of its rows.
    pub(crate) checks: Vec<At<RawCheck>>,
}
