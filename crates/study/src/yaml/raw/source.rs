use super::super::{At, Words};
use super::RawCheck;
use crate::{GoneFiles, Root};
use schemars::JsonSchema;
use serde::Deserialize;
use terms::{Normalise, Sensitivity};

/// A source: which files, and the contract that they must keep.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "source")]
pub(crate) struct RawSource {
    /// Name: lower-case letters, digits and underscores.
    pub(crate) source: At<String>,
    /// Title for people.
    pub(crate) title: String,
    /// Folder from which `files` starts.
    #[serde(default)]
    pub(crate) root: Root,
    /// Glob of the files, with `/` between parts.
    pub(crate) files: At<String>,
    /// What happens when a file that the published run read is gone.
    #[serde(default)]
    pub(crate) gone_files: GoneFiles,
    /// Column that takes the file's name without folder and extension.
    #[serde(default)]
    pub(crate) file_column: Option<RawFileColumn>,
    /// Texts that mean "missing" in every column that has no list of its own.
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    /// The columns, in order.
    #[serde(default)]
    pub(crate) columns: Option<Vec<RawColumn>>,
    /// The source whose columns these are, instead of `columns`.
    #[serde(default)]
    pub(crate) columns_from: Option<At<String>>,
    /// What must hold of the rows of `staging.NAME`.
    #[serde(default)]
    pub(crate) checks: Vec<At<RawCheck>>,
}

/// Column that takes the file's name without folder and extension.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "filecolumn")]
pub(crate) struct RawFileColumn {
    /// SQL name.
    pub(crate) name: At<String>,
    /// How the name is read.
    #[serde(rename = "type")]
    pub(crate) kind: At<RawType>,
    /// Code list, for type `code`.
    #[serde(default)]
    pub(crate) codes: Option<At<String>>,
}

/// One column of a contract.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "column")]
pub(crate) struct RawColumn {
    /// SQL name.
    pub(crate) name: At<String>,
    /// Accepted printed header, or a list of them; compared without case, accents and repeated blanks.
    pub(crate) header: At<Words>,
    /// How a cell is read.
    #[serde(rename = "type")]
    pub(crate) kind: At<RawType>,
    /// Code list, for type `code`: a CSV file with header `spelling,code`.
    #[serde(default)]
    pub(crate) codes: Option<At<String>>,
    /// A missing value sends the row to quarantine.
    #[serde(default)]
    pub(crate) required: bool,
    /// The header may be absent; then every value is missing.
    #[serde(default)]
    pub(crate) optional_header: bool,
    /// Regular expression that the whole normalised text must match.
    #[serde(default)]
    pub(crate) pattern: Option<At<String>>,
    /// Texts that mean "missing", instead of the source's.
    #[serde(default)]
    pub(crate) missing: Option<Vec<String>>,
    /// How text is cleaned before it is typed.
    #[serde(default)]
    pub(crate) normalise: Normalise,
    /// Who may see it.
    #[serde(default)]
    pub(crate) sensitivity: Sensitivity,
    /// Staging column for the pseudonym of an identifying column.
    #[serde(default)]
    pub(crate) pseudonym: Option<At<String>>,
}

/// How a cell becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "type")]
pub(crate) enum RawType {
    /// Text as delivered.
    Text,
    /// Whole number.
    Integer,
    /// Decimal number with a decimal comma.
    Decimal,
    /// Calendar date.
    Date,
    /// Ja or Nee.
    Boolean,
    /// An entry of a code list.
    Code,
}
