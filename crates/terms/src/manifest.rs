use crate::{ObjectHash, TableName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a run was: its inputs, the objects it made, and how each step ended.
///
/// The manifest is the only place where time, host and run number are written; nothing that is hashed
/// into an object depends on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout.
    pub format: u32,
    /// Run number, from 1, without gaps.
    pub run: u64,
    /// Name of the study.
    pub study: String,
    /// The data is invented.
    pub synthetic: bool,
    /// Version of the engine that ran.
    pub engine: String,
    /// Start, UTC, RFC 3339.
    pub started: String,
    /// End, UTC, RFC 3339.
    pub finished: String,
    /// The run became the published one.
    pub published: bool,
    /// Rules and passes that were left out to see what they do, as `round/rule` or `matching/pass`, sorted. With any,
    /// the run is a side run: it is never published, and no later run takes anything over from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Day as of which it was run, as year-month-day; none is the day on which it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Values of the study's parameters, as SQL text.
    pub parameters: BTreeMap<String, String>,
    /// Every file that was read, by source and name.
    pub inputs: Vec<InputRecord>,
    /// What was lost of the deliveries that the published run before this one read, and accepted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<LossRecord>,
    /// Files beside the deliveries that looked like unfinished uploads and were not read, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<String>,
    /// Every step, in the order in which it ran.
    pub nodes: Vec<NodeRecord>,
    /// What each rule did to each population.
    pub waterfall: Vec<WaterfallRow>,
    /// Every check and how it ended.
    pub checks: Vec<CheckRecord>,
    /// What it asks reviewers to judge.
    #[serde(default, skip_serializing_if = "ReviewsAsked::is_nothing")]
    pub reviews: ReviewsAsked,
    /// The earlier run that this one publishes again, with the same objects; none for a run that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// The folder in which its tables are published as files; none of a run that is not published, and where the file system
    /// has no symbolic links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewRecord>,
    /// SHA-256 of the list of runs whose objects had been removed by then; none if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<ObjectHash>,
    /// SHA-256 of the previous run's manifest file; none for the first.
    pub previous: Option<ObjectHash>,
}

impl Manifest {
    /// How many steps were taken over from an earlier run.
    pub fn reused(&self) -> usize {
        self.nodes.iter().filter(|node| node.outcome == StepOutcome::Reused).count()
    }

    /// Every table of the run: those of steps, and the violations of checks.
    pub fn tables(&self) -> impl Iterator<Item = &TableRecord> {
        let made = self.nodes.iter().flat_map(|node| &node.tables);
        made.chain(self.checks.iter().filter_map(|check| check.table.as_ref()))
    }

    /// Every object that the run names, with its size in bytes; one that several tables share comes several times.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectHash, u64)> {
        self.tables().flat_map(TableRecord::objects)
    }

    /// Rules or passes were left out: the run shows what they do, and is no result.
    pub fn is_side_run(&self) -> bool {
        !self.without.is_empty()
    }
}

/// A folder of files with the names of tables, described by a data package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ViewRecord {
    /// SHA-256 over everything that decides the data package: with the same, it need not be made again.
    pub fingerprint: ObjectHash,
    /// SHA-256 of the file `datapackage.json`, which names each file and its SHA-256; the folder is named by it.
    pub package: ObjectHash,
}

/// One file that a source read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Source that declares it.
    pub source: String,
    /// Name relative to the data folder, with `/` between parts.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: ObjectHash,
    /// Size in bytes.
    pub bytes: u64,
    /// How it was read: `utf-8`, `windows-1252`, …, `xlsx`, with the delimiter for delimited text.
    pub format: String,
    /// Records read, without header and blank lines: staged + quarantined.
    pub records: u64,
    /// Records staged.
    pub staged: u64,
    /// Records quarantined.
    pub quarantined: u64,
}

/// A delivered file that holds less than the published run read from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossRecord {
    /// Source that declares it.
    pub source: String,
    /// Name relative to the data folder, with `/` between parts.
    pub file: String,
    /// Records that were staged of it then.
    pub records: u64,
    /// Records that would be staged now, which are the first of those; none if the file is gone.
    pub left: Option<u64>,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// Name of the step; a model's is its table name.
    pub node: String,
    /// SHA-256 over everything that decides the result.
    pub fingerprint: ObjectHash,
    /// What of that is the study's own: SHA-256 of each query in canonical form by the name of its rule, pass or table,
    /// of each parameter in use by its name after `$`, of the order of rules or passes as `order`, and of what else YAML says of the step as
    /// `declaration`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub definition: BTreeMap<String, ObjectHash>,
    /// Tables of other steps that it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<TableName>,
    /// Executed or reused.
    pub outcome: StepOutcome,
    /// Tables it made.
    pub tables: Vec<TableRecord>,
    /// Wall time in milliseconds; 0 when reused.
    pub millis: u64,
}

impl NodeRecord {
    /// Rows of all its tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Bytes of all its tables, without their lineage.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.bytes).sum()
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// It ran.
    #[default]
    Executed,
    /// An earlier run had the same fingerprint; its objects were taken over.
    Reused,
}

impl StepOutcome {
    /// The word for it in manifests, logs and what is told to others.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Reused => "reused",
        }
    }
}

/// One table of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// Its name.
    pub table: TableName,
    /// The Parquet object that holds it.
    pub object: ObjectHash,
    /// Number of rows.
    pub rows: u64,
    /// Size of the object in bytes.
    pub bytes: u64,
    /// What stands behind its rows; none for tables that sources deliver, and in a run that did not capture it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<LineageRecord>,
}

impl TableRecord {
    /// The object of the table, and that of its lineage, with their sizes in bytes.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectHash, u64)> {
        let lineage = self.lineage.as_ref().map(|lineage| (&lineage.object, lineage.bytes));
        std::iter::once((&self.object, self.bytes)).chain(lineage)
    }
}

/// What stands behind the rows of a table.
///
/// The object is a Parquet file with a row for each row of the table, in the same order, and a column for each table that
/// it was made from, named `schema.table`: the place of the one row behind (bigint), or the set of places (binary). Places
/// count from 0 in stored order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageRecord {
    /// The Parquet object that holds it.
    pub object: ObjectHash,
    /// Pairs of a row and a row behind it.
    pub edges: u64,
    /// Size of the object in bytes.
    pub bytes: u64,
}

/// What one rule did to one population; rows are conserved:
/// `rows_out = rows_in − merged − removed + added + moved_in − moved_out`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaterfallRow {
    /// Round.
    pub round: String,
    /// Place of the rule in its round, from 1.
    pub step: u32,
    /// Rule.
    pub rule: String,
    /// Population.
    pub population: String,
    /// Rows before the rule.
    pub rows_in: i64,
    /// Rows merged into a survivor.
    pub merged: i64,
    /// Rows removed.
    pub removed: i64,
    /// Rows added from a delivery.
    pub added: i64,
    /// Rows that came from another population.
    pub moved_in: i64,
    /// Rows that went to another population.
    pub moved_out: i64,
    /// Rows with replaced values; they stay.
    pub updated: i64,
    /// Rows after the rule, counted, not computed.
    pub rows_out: i64,
}

impl WaterfallRow {
    /// `rows_in − merged − removed + added + moved_in − moved_out`; a balanced rule leaves this many rows.
    pub fn expected_rows_out(&self) -> i64 {
        self.rows_in - self.merged - self.removed + self.added + self.moved_in - self.moved_out
    }
}

/// What a run asks reviewers to judge: which of its decisions and pairs are open follows from its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewsAsked {
    /// Rounds with a rule whose verdicts are to be reviewed, in the order of the study.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<RoundReviews>,
    /// Matchings whose ambiguous pairs are to be reviewed, in the order of the study.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchings: Vec<MatchingReviews>,
}

impl ReviewsAsked {
    /// Nobody is asked anything.
    pub fn is_nothing(&self) -> bool {
        self.rounds.is_empty() && self.matchings.is_empty()
    }
}

/// A round that asks for reviews, and the tables in which its records stood before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundReviews {
    /// Round.
    pub round: String,
    /// Rules that ask, in their order.
    pub rules: Vec<String>,
    /// The table that the round starts from.
    pub base: TableName,
    /// The delivery that each rule adds from, by rule; only of those that add.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub adds_from: BTreeMap<String, TableName>,
}

/// A matching that asks for reviews, and the tables of its two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchingReviews {
    /// Matching.
    pub matching: String,
    /// The table whose rows look for a partner.
    pub left: TableName,
    /// The table in which they look.
    pub right: TableName,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Name of the check.
    pub check: String,
    /// What holds if it passes; none of a query of the study's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// SHA-256 over everything that decides its result; none where it is asked every night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<ObjectHash>,
    /// Asked in this run, or taken over from one in which the fingerprint was the same.
    #[serde(default)]
    pub answered: StepOutcome,
    /// What a violation means.
    pub severity: Severity,
    /// Result.
    pub outcome: CheckOutcome,
    /// Number of violating rows.
    pub violations: u64,
    /// The violating rows, if there are any.
    pub table: Option<TableRecord>,
}

/// What a violation of a check means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The run is not published.
    Error,
    /// The run is published and the violation reported.
    Warn,
}

/// Result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// No violating row.
    Passed,
    /// At least one violating row.
    Violated,
}
