//! What comparisons find.

use super::reach::Reached;
use super::recompute::Recomputed;
use serde::Serialize;
use std::collections::BTreeMap;

/// The result of one comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The appendix.
    pub appendix: String,
    /// Printed cells, those of missing rows and columns included; without the ignored columns.
    pub cells: u64,
    /// Cells that are produced exactly as printed, runs of blanks aside.
    pub equal: u64,
    /// Differences that the study explains as misprints.
    pub misprints: Vec<Explained>,
    /// Differences that the study's synthetic data leaves, as the study lists them.
    pub unreached: Vec<NotReached>,
    /// Differences that nothing explains.
    pub differences: Vec<Difference>,
    /// Explanations of differences that were not seen.
    pub stale: Vec<StaleEntry>,
    /// How near the rows of statistical tests come to the print, if the table declares them.
    pub reached: Option<Reached>,
    /// Whether the printed p-values follow from what is printed beside them, if the table declares how.
    pub recomputed: Option<Recomputed>,
    /// Printed columns that were not compared, and why.
    pub ignored: BTreeMap<String, String>,
}

/// One place where the produced table is not the printed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The appendix.
    pub appendix: String,
    /// Text of the row's key; empty for a whole column.
    pub row: String,
    /// Column of the appendix; empty for a whole row.
    pub column: String,
    /// What is printed; empty for an extra row.
    pub printed: String,
    /// What is produced; empty for a missing row or column.
    pub produced: String,
    /// How they differ.
    pub kind: DifferenceKind,
}

/// How a produced table differs from the printed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Another number or another text.
    Value,
    /// The same number or text, written otherwise.
    Format,
    /// Printed, but not produced.
    MissingRow,
    /// Produced, but not printed.
    ExtraRow,
    /// A printed column that the query does not return.
    MissingColumn,
    /// The row stands elsewhere; `printed` and `produced` are its places among the common rows, from 1.
    RowOrder,
}

impl DifferenceKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Format => "format",
            Self::MissingRow => "missing row",
            Self::ExtraRow => "extra row",
            Self::MissingColumn => "missing column",
            Self::RowOrder => "row order",
        }
    }
}

/// A difference and why the print is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The difference.
    #[serde(flatten)]
    pub difference: Difference,
    /// Kind of the misprint, in the words of the study's author.
    pub misprint: String,
    /// Why it is not the data that is wrong.
    pub explanation: String,
}

/// A difference that is left because the data is invented and does not reach the print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotReached {
    /// The difference.
    #[serde(flatten)]
    pub difference: Difference,
    /// Produced less printed, in units of the print; empty where one of them is no number.
    pub distance: String,
    /// Why it is not reached, in the words of the study's author.
    pub reason: String,
}

/// A list of known differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownList {
    /// Errors of the print.
    Misprints,
    /// What synthetic data does not reach.
    Unreached,
}

impl KnownList {
    /// The list in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Misprints => "misprints",
            Self::Unreached => "unreached",
        }
    }
}

/// An entry of a list of known differences whose difference is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StaleEntry {
    /// The list in which it stands.
    pub list: KnownList,
    /// The appendix that it names.
    pub appendix: String,
    /// The row that it names.
    pub row: String,
    /// The column that it names.
    pub column: String,
    /// Its line in the file of its list, from 1.
    pub line: u32,
    /// What is there instead.
    pub reason: StaleReason,
}

/// Why an explanation explains nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum StaleReason {
    /// There is a difference at its place, but between other texts.
    OtherTexts {
        /// What is printed.
        printed: String,
        /// What is produced.
        produced: String,
    },
    /// There is no difference at its place.
    NoDifference {
        /// What is produced.
        text: String,
    },
    /// The difference is there, but it is another distance.
    OtherDistance {
        /// Produced less printed.
        distance: String,
    },
    /// The query returns no row with its key.
    NoSuchRow,
    /// The query does not return its column.
    NoSuchColumn,
    /// Its appendix was not compared.
    NoSuchAppendix,
}

impl StaleReason {
    /// What is there instead and what to do, in a sentence.
    pub fn sentence(&self) -> String {
        let found = match self {
            Self::OtherTexts { printed, produced } => {
                return format!("found are printed `{printed}`, produced `{produced}`: correct the entry");
            }
            Self::NoDifference { text } => {
                return format!("`{text}` is produced as it is printed: remove the entry");
            }
            Self::OtherDistance { distance } => {
                return format!("the distance is `{distance}`: correct the entry");
            }
            Self::NoSuchRow => "row",
            Self::NoSuchColumn => "column",
            Self::NoSuchAppendix => "compared appendix",
        };
        format!("there is no such {found}: correct the entry or remove it")
    }
}

impl Comparison {
    /// Nothing unexplained, nothing stale, and no printed p-value that contradicts its row.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.stale.is_empty() && self.contradictions() == 0
    }

    /// Printed p-values that follow neither as printed nor as a misprint corrects them.
    pub fn contradictions(&self) -> u64 {
        self.recomputed.as_ref().map_or(0, |recomputed| recomputed.contradicts)
    }
}
