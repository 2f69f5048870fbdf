//! Delivered records: where each stands, what was decided about it, and what it was matched with.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a delivered record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// Source.
    pub source: String,
    /// File, relative to the folder of its source.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: i64,
    /// First byte of the record in a text file.
    pub byte_offset: Option<i64>,
    /// Bytes of the record in a text file.
    pub byte_length: Option<i64>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its identity.
    pub row_id: String,
}

/// Another record that is spoken of, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Other {
    /// Its identity.
    pub row_id: String,
    /// File; none if no source delivered it.
    pub file: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: Option<i64>,
}

/// One decision about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Decided {
    /// Round.
    pub round: String,
    /// Place of the rule in its round, from 1.
    pub step: i64,
    /// Rule.
    pub rule: String,
    /// The record that is judged.
    pub row_id: String,
    /// `merge`, `remove`, `move`, `add` or `update`.
    pub verb: String,
    /// Of a merge: the record that stays.
    pub survivor: Option<Other>,
    /// Population before.
    pub population_from: Option<String>,
    /// Population after.
    pub population_to: Option<String>,
    /// Why.
    pub reason: String,
    /// What the rule saw, by name.
    pub evidence: BTreeMap<String, String>,
    /// New values, by column.
    pub changes: BTreeMap<String, String>,
    /// `false`: a reviewer rejected it.
    pub applied: bool,
    /// `rule` or `reviewer`.
    pub decided_by: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Why the reviewer accepted or rejected it.
    pub review_reason: Option<String>,
}

/// A pair that a pass of a matching proposed, seen from one of its records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Matched {
    /// Matching.
    pub matching: String,
    /// Place of the pass, from 1.
    pub pass_no: i64,
    /// Pass.
    pub pass: String,
    /// `matched`; `ambiguous`: one of the two is in another pair of the pass too; `rejected` by a reviewer; `superseded`: one of
    /// the two is in a pair that a reviewer confirmed.
    pub outcome: String,
    /// The record at the other side.
    pub partner: Other,
    /// Why the pass proposed it.
    pub reason: String,
    /// What the pass saw, by name.
    pub evidence: BTreeMap<String, String>,
    /// `pass` or `reviewer`.
    pub decided_by: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Why the reviewer confirmed or rejected it.
    pub review_reason: Option<String>,
}
