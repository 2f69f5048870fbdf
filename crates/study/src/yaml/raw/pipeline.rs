use super::super::{At, Scalar};
use super::{RawCheck, RawCodebook};
use crate::ReviewNeed;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A study: what is read, cleaned, matched, made, checked and compared. All paths are relative to its folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "pipeline.yaml")]
pub(crate) struct RawPipeline {
    /// Name: lower-case letters, digits and underscores.
    pub(crate) study: At<String>,
    /// Title for people.
    pub(crate) title: String,
    /// The data is invented: allows the published demonstration key.
    #[serde(default)]
    pub(crate) synthetic: bool,
    /// Folder of the deliveries; it alone may lie outside the study folder.
    pub(crate) data: At<String>,
    /// Values for `$name` in SQL: an ISO date is a date, an integer a bigint, anything else text.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<At<String>, At<Scalar>>,
    /// Contract files.
    pub(crate) sources: Vec<At<String>>,
    /// Cleaning rounds.
    #[serde(default)]
    pub(crate) rounds: Vec<RawRound>,
    /// Matchings between two tables.
    #[serde(default)]
    pub(crate) matching: Vec<RawMatching>,
    /// Folders of models.
    #[serde(default)]
    pub(crate) models: Vec<RawModels>,
    /// The folder of appendices.
    #[serde(default)]
    pub(crate) appendices: Option<RawAppendices>,
    /// Queries for rows that should not exist, and what must hold of tables that no file declares.
    #[serde(default)]
    pub(crate) checks: Vec<At<RawCheck>>,
    /// What the appendices are compared with.
    #[serde(default)]
    pub(crate) verify: Option<RawVerify>,
    /// Lists of the study that say what was asked and what answers mean, for a codebook.
    #[serde(default)]
    pub(crate) codebook: Option<RawCodebook>,
}

/// A cleaning round: makes `cleaning.NAME` and `identity.NAME`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "round")]
pub(crate) struct RawRound {
    /// Name: lower-case letters, digits and underscores.
    pub(crate) name: At<String>,
    /// Title for people.
    pub(crate) title: String,
    /// The table it starts from: `staging.SOURCE` or `cleaning.ROUND` of an earlier round.
    pub(crate) base: At<String>,
    /// How its rows are divided; a round on an earlier one inherits it.
    #[serde(default)]
    pub(crate) population: Option<At<RawPopulation>>,
    /// Reviewers' verdicts: a staged table with columns rule, record, verdict, reviewer, reason.
    #[serde(default)]
    pub(crate) review: Option<At<String>>,
    /// The rules, in order.
    pub(crate) rules: Vec<RawRule>,
    /// What must hold of the rows of `cleaning.NAME`.
    #[serde(default)]
    pub(crate) checks: Vec<At<RawCheck>>,
}

/// How the rows of a round are divided.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "population")]
pub(crate) struct RawPopulation {
    /// Column that holds it.
    pub(crate) column: At<String>,
    /// All populations.
    pub(crate) values: Vec<At<String>>,
    /// The one in which every row of a staged base begins.
    #[serde(default)]
    pub(crate) initial: Option<At<String>>,
}

/// A rule of a round.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "rule")]
pub(crate) struct RawRule {
    /// SQL file; its document has the same name with `.md`.
    pub(crate) rule: At<String>,
    /// Table whose rows it may add.
    #[serde(default)]
    pub(crate) adds_from: Option<At<String>>,
    /// Whether its verdicts are open until a reviewer has judged them: wanted, or optional (the default).
    #[serde(default)]
    pub(crate) review: Option<At<ReviewNeed>>,
}

/// A matching: makes `linkage.NAME`, `linkage.NAME_candidates` and `linkage.NAME_unmatched`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "matching")]
pub(crate) struct RawMatching {
    /// Name: lower-case letters, digits and underscores.
    pub(crate) name: At<String>,
    /// The table whose rows look for a partner.
    pub(crate) left: At<String>,
    /// The table in which they look.
    pub(crate) right: At<String>,
    /// Reviewers' verdicts on pairs: a staged table with columns rule (the pass), record (the left row), other (the right row),
    /// verdict, reviewer, reason.
    #[serde(default)]
    pub(crate) review: Option<At<String>>,
    /// SQL files, from sure to unsure.
    pub(crate) passes: Vec<At<String>>,
    /// What must hold of the rows of `linkage.NAME`.
    #[serde(default)]
    pub(crate) checks: Vec<At<RawCheck>>,
}

/// A folder of models: each FILE.sql makes SCHEMA.FILE; FILE.yaml beside it says what must hold of its rows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "models")]
pub(crate) struct RawModels {
    /// Schema of their tables.
    pub(crate) schema: At<String>,
    /// Folder.
    pub(crate) folder: At<String>,
    /// They may read schema `identity`.
    #[serde(default)]
    pub(crate) identity: bool,
}

/// The folder of appendices: each FILE.sql with FILE.yaml makes appendix.FILE.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "appendices")]
pub(crate) struct RawAppendices {
    /// Folder.
    pub(crate) folder: At<String>,
}

/// What the appendices are compared with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "verify")]
pub(crate) struct RawVerify {
    /// Folder of published tables.
    pub(crate) published: At<String>,
    /// File of known differences.
    #[serde(default)]
    pub(crate) misprints: Option<At<String>>,
    /// CSV file of printed cells that the synthetic data does not reach; `verify --accept-unreached` writes it.
    #[serde(default)]
    pub(crate) unreached: Option<At<String>>,
}
