use serde::{Deserialize, Serialize};
use std::fmt;

/// `schema.table`, both lower-case SQL identifiers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableName {
    schema: String,
    table: String,
}

/// The text is not `schema.table` in lower-case identifiers.
#[derive(Debug, thiserror::Error)]
#[error("not a table name of the form schema.table in lower-case letters, digits and underscores: {0:?}")]
pub struct TableNameError(String);

impl TableName {
    /// The table `table` of `schema`; both must be lower-case identifiers.
    pub fn new(schema: &str, table: &str) -> Result<Self, TableNameError> {
        if is_identifier(schema) && is_identifier(table) {
            Ok(Self { schema: schema.into(), table: table.into() })
        } else {
            Err(TableNameError(format!("{schema}.{table}")))
        }
    }

    /// Reads `schema.table`.
    pub fn parse(text: &str) -> Result<Self, TableNameError> {
        match text.split_once('.') {
            Some((schema, table)) => Self::new(schema, table),
            None => Err(TableNameError(text.into())),
        }
    }

    /// The part before the point.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The part after the point.
    pub fn table(&self) -> &str {
        &self.table
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

impl TryFrom<String> for TableName {
    type Error = TableNameError;

    fn try_from(text: String) -> Result<Self, TableNameError> {
        Self::parse(&text)
    }
}

impl From<TableName> for String {
    fn from(name: TableName) -> String {
        name.to_string()
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_name_has_two_lower_case_parts() {
        assert_eq!(
            TableName::parse("features.person").map(|t| t.to_string()).ok().as_deref(),
            Some("features.person")
        );
        for bad in ["person", "a.b.c", "A.b", "a.", ".b", "a.b-c", "1a.b", "a.b c"] {
            assert!(TableName::parse(bad).is_err(), "{bad} was accepted");
        }
    }
}
