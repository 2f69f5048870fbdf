use crate::{Appendix, Check, Codebook, Matching, Model, Round, Step, StepKind, UnitTest, Verify};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use terms::Contract;

/// A whole study, read and validated.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Name: a lower-case identifier.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// The data is invented; the published demonstration key may be used.
    pub synthetic: bool,
    /// The study folder, as given to [`Study::load`](crate::Study::load).
    pub folder: PathBuf,
    /// The folder of the deliveries: `folder` joined with the declared path. It need not exist.
    pub data: PathBuf,
    /// Values for `$name` in SQL.
    pub parameters: BTreeMap<String, Parameter>,
    /// Day as of which the study is run, as year-month-day, by [`Study::as_of_date`]; none is the day of the run.
    pub as_of: Option<String>,
    /// The sources, as declared.
    pub sources: Vec<Source>,
    /// The cleaning rounds, as declared.
    pub rounds: Vec<Round>,
    /// The matchings, as declared.
    pub matchings: Vec<Matching>,
    /// The models: folders as declared, files of a folder by name.
    pub models: Vec<Model>,
    /// The appendices, by number.
    pub appendices: Vec<Appendix>,
    /// The checks: those of pipeline.yaml, then those beside tables, as declared.
    pub checks: Vec<Check>,
    /// The unit tests of queries, as they are met.
    pub tests: Vec<UnitTest>,
    /// What the appendices are compared with, if anything.
    pub verify: Option<Verify>,
    /// Which lists say what was asked and what answers mean, if it says so.
    pub codebook: Option<Codebook>,
    /// Rules and passes that [`Study::without`] left out, as `round/rule` or `matching/pass`, sorted; none as loaded.
    pub left_out: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

impl Study {
    /// The folder that the files of a source are in.
    pub fn root(&self, source: &Source) -> &Path {
        match source.root {
            Root::Data => &self.data,
            Root::Study => &self.folder,
        }
    }

    /// Everything that is made, in an order in which each step comes after the steps that it reads;
    /// among steps that could come next, the one declared first does.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The query that a step makes a table of, and that table; none of a step of another kind.
    pub fn model_of(&self, step: StepKind) -> Option<&Model> {
        match step {
            StepKind::Model(i) => Some(&self.models[i]),
            StepKind::Appendix(i) => Some(&self.appendices[i].model),
            _ => None,
        }
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A calendar date of the years 1 to 9999: an ISO 8601 date in the YAML.
    Date {
        /// Year.
        year: i32,
        /// Month, 1 to 12.
        month: u32,
        /// Day of the month, from 1.
        day: u32,
    },
    /// A whole number: an integer in the YAML.
    Integer(i64),
    /// Anything else, as written in the YAML.
    Text(String),
}

impl Parameter {
    /// What it is, for messages: `a date`, `a number`, `a text`.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Date { .. } => "a date",
            Self::Integer(_) => "a number",
            Self::Text(_) => "a text",
        }
    }
}

impl std::fmt::Display for Parameter {
    /// As written in the YAML: `2010-11-01`, `18`, `text`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Date { year, month, day } => write!(f, "{year:04}-{month:02}-{day:02}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// One source: its contract and where its files lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What a delivery must look like.
    pub contract: Contract,
    /// Folder from which the contract's glob starts.
    pub root: Root,
    /// What happens when a file that was read before is gone.
    pub gone_files: GoneFiles,
    /// Title for people.
    pub title: String,
    /// The contract file, relative to the study folder, with `/` between parts.
    pub file: PathBuf,
}

impl Source {
    /// Some column is identifying, so the source has a table in schema `identity`.
    pub fn has_identity(&self) -> bool {
        self.contract.file_column.iter().chain(&self.contract.columns).any(is_identifying)
    }
}

fn is_identifying(column: &terms::Column) -> bool {
    column.sensitivity == terms::Sensitivity::Identifying
}

/// What happens when a file that the published run read is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoneFiles {
    /// The run stops, until the file is there again or its loss is accepted by name.
    #[default]
    Refuse,
    /// The run goes on without it: files of this source are expected to go.
    Accept,
}

/// Folder from which a source's glob starts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// The study's data folder.
    #[default]
    Data,
    /// The study folder itself.
    Study,
}
