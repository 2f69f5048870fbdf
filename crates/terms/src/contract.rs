use serde::{Deserialize, Serialize};

/// What a delivery must look like: which files, and for each printed header a typed column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Name of the source; its tables are `staging.<name>`, `identity.<name>`, `origin.<name>`.
    pub name: String,
    /// Glob of the files, relative to the data folder, with `/` between parts.
    pub files: String,
    /// Column that takes the file's stem (its name without folder and extension), read as this column's type.
    pub file_column: Option<Column>,
    /// The columns, in the order in which a record's identity is derived.
    pub columns: Vec<Column>,
}

/// One column of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// SQL name.
    pub name: String,
    /// Accepted printed headers; compared without case, accents and repeated blanks.
    pub headers: Vec<String>,
    /// How a cell is read.
    pub kind: ColumnType,
    /// A missing value sends the row to quarantine.
    pub required: bool,
    /// The header may be absent from a file; then every value is missing.
    pub optional_header: bool,
    /// Regular expression that the whole normalised text must match.
    pub pattern: Option<String>,
    /// Texts that mean "missing", besides the empty one; compared like headers.
    pub missing: Vec<String>,
    /// How text is cleaned before it is typed.
    pub normalise: Normalise,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// Name of the staging column that carries this column's pseudonym.
    pub pseudonym: Option<String>,
}

/// How a cell becomes a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text as delivered, after [`Normalise`].
    Text,
    /// Whole number, 64 bits; Dutch thousands points allowed.
    Integer,
    /// Decimal number with a decimal comma, Decimal128(18, 6).
    Decimal,
    /// Calendar date in a Dutch notation or ISO 8601, or a real Excel date; days, Date32.
    Date,
    /// Ja / Nee; `onbekend` is missing.
    Boolean,
    /// One of these codes; the staged value is the code's text.
    Code(Vec<Code>),
}

/// One entry of a code list: a delivered spelling and the code it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Spelling in a delivery; compared without case, accents and repeated blanks.
    pub spelling: String,
    /// Value that is staged.
    pub code: String,
}

/// How text is cleaned before it is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// Outer blanks removed, inner runs of blanks folded to one.
    #[default]
    Blanks,
    /// Only letters and digits kept, upper case: `v-1234.567 89` becomes `V123456789`.
    Alphanumeric,
    /// Only digits kept.
    Digits,
}

/// Who may see a column.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// May be printed.
    #[default]
    Public,
    /// About a person; never printed row by row.
    Sensitive,
    /// Names, numbers, exact birth dates: kept in schema `identity`, replaced by a pseudonym elsewhere.
    Identifying,
}
