use crate::SqlFile;
use std::path::PathBuf;
use terms::TableName;

/// A cleaning step: an ordered list of rules over one person table.
/// Its tables are `cleaning.<name>` and `identity.<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Name: a lower-case identifier.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// The table that it starts from: of a source, or of an earlier round.
    pub base: TableName,
    /// How its rows are divided.
    pub population: Population,
    /// Staged verdicts of reviewers, if any: columns `rule`, `record` (the judged row), `verdict`, `reviewer`, `reason`. Rows with a
    /// value in a column `other` are about pairs of a matching, not about this round.
    pub review: Option<TableName>,
    /// The rules, in the order in which they are applied.
    pub rules: Vec<Rule>,
}

/// How the rows of a round are divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Column that holds a row's population.
    pub column: String,
    /// All populations, in the order of the reports.
    pub values: Vec<String>,
    /// The population of every row of a base that has no such column yet; none where the base is an earlier round.
    pub initial: Option<String>,
}

/// One cleaning rule: a query for verdicts, and a document that explains and tests it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stem of the file.
    pub name: String,
    /// The query.
    pub sql: SqlFile,
    /// Table whose rows its `add` verdicts name, if it may add.
    pub adds_from: Option<TableName>,
    /// Whether its verdicts wait for a reviewer.
    pub review: ReviewNeed,
    /// The explanation and the examples.
    pub document: RuleDocument,
}

/// Whether somebody is asked to look at what a rule decides. Any verdict of a round with a review table may be reviewed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReviewNeed {
    /// Nobody is asked.
    #[default]
    Optional,
    /// Each verdict is open until a reviewer has confirmed or rejected it; it is applied meanwhile.
    Wanted,
}

/// What an auditor reads about a rule, and what tests it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDocument {
    /// File, relative to the study folder, with `/` between parts.
    pub path: PathBuf,
    /// The first heading.
    pub title: String,
    /// Markdown between the title and the first example.
    pub prose: String,
    /// The examples, in the order of the text.
    pub examples: Vec<Example>,
}

/// Rows in and verdicts out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Name after the colon of the heading.
    pub name: String,
    /// Line of the heading, from 1.
    pub line: u32,
    /// The input tables; a column that is not given is NULL.
    pub inputs: Vec<ExampleTable>,
    /// The expected verdicts; only these columns are compared.
    pub verdicts: ExampleTable,
}

/// One table of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleTable {
    /// `records`, `identities`, `verdicts` or `schema.table`.
    pub table: String,
    /// Columns, as written.
    pub columns: Vec<String>,
    /// Rows; each has as many cells as there are columns. `None` is NULL, an empty cell.
    pub rows: Vec<Vec<Option<String>>>,
    /// Line of the table's name, from 1.
    pub line: u32,
    /// Line of the first row, from 1, or where it would be.
    pub first_row_line: u32,
}

impl ExampleTable {
    /// Line of a row, from 1.
    pub fn line_of_row(&self, row: usize) -> u32 {
        self.first_row_line.saturating_add(u32::try_from(row).unwrap_or(u32::MAX))
    }
}
