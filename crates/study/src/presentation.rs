use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use terms::TableName;

/// How an appendix is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// Number in the publication.
    pub number: u32,
    /// Title as printed.
    pub title: String,
    /// The columns, in print order.
    pub columns: Vec<ColumnPresentation>,
    /// Headers above several columns.
    pub spanning: Vec<Spanning>,
    /// Column whose changes become heading rows, if any.
    pub row_headings: Option<String>,
    /// Notes below the table.
    pub notes: Vec<String>,
    /// Texts added to single cells.
    pub markers: Vec<Marker>,
    /// The published table to compare with, if any.
    pub published: Option<PublishedTable>,
    /// What is drawn below the table, if anything.
    pub drawing: Option<Drawing>,
}

/// How one column is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPresentation {
    /// Column of the appendix's query.
    pub name: String,
    /// Header as printed.
    pub label: String,
    /// How numbers are written; none: text as it is, integers plain.
    pub format: Option<NumberFormat>,
    /// It stands in the printed table; else only in files and in the comparison with the print.
    pub printed: bool,
}

/// How a number is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberFormat {
    /// Digits after the decimal sign, 0 to 18; with `significant`, at most so many.
    pub decimals: u32,
    /// Write this many significant digits, as far as `decimals` allows; none: always `decimals` digits.
    pub significant: Option<u32>,
    /// Decimal sign.
    pub separator: Separator,
    /// Whether a number between −1 and 1 starts with a zero.
    pub leading_zero: bool,
    /// Text after the number; may be empty.
    pub suffix: String,
    /// Sign between groups of three digits, if any.
    pub thousands: Option<Separator>,
    /// Small numbers that are not written out, if any.
    pub below: Option<Below>,
}

/// A text for every number below a limit, such as `< 0,001`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Below {
    /// The limit: a decimal number with a point; the number itself is written out.
    pub limit: String,
    /// What is written in place of the number, suffix included.
    pub text: String,
}

/// A decimal sign or a sign between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    Comma,
    /// `.`
    Point,
}

impl Separator {
    /// The sign itself.
    pub fn sign(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Point => '.',
        }
    }
}

/// A header above several columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spanning {
    /// Header as printed.
    pub label: String,
    /// First column below it.
    pub from: String,
    /// Last column below it; not before `from`.
    pub to: String,
}

/// A text added to one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Text of the row's key.
    pub row: String,
    /// Column.
    pub column: String,
    /// What is added after the cell's text.
    pub text: String,
}

/// The published table that an appendix is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// CSV file in the folder of published tables.
    pub file: String,
    /// Column of the appendix whose text tells its rows apart.
    pub key: String,
    /// Column of the appendix, by printed column, where the names differ.
    pub columns: BTreeMap<String, String>,
    /// Printed columns that are not compared, and why.
    pub ignore: BTreeMap<String, String>,
    /// What of the print the synthetic data of the study may fail to reach, if anything.
    pub reach: Option<Reach>,
    /// How the printed p-values follow from what is printed beside them, if they are to be checked.
    pub recompute: Option<Recompute>,
}

/// Columns of the appendix that depend on the synthetic data; each row is the result of a statistical test.
///
/// Only in these columns can a difference from the print be accepted as not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Whether the test found something.
    pub verdict: String,
    /// Value of the test statistic, if printed.
    pub statistic: Option<String>,
    /// Degrees of freedom, if printed.
    pub df: Option<String>,
    /// p-value, if printed.
    pub p: Option<String>,
    /// Why the data may fail to reach them; stands with each accepted difference that has no reason of its own.
    pub reason: String,
}

impl Reach {
    /// The columns that are declared, the verdict first.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let others = [&self.statistic, &self.df, &self.p].into_iter().flatten();
        std::iter::once(&self.verdict).chain(others).map(String::as_str)
    }
}

/// Columns from which a printed CHAID p-value is computed again: Pearson's chi-square times Bonferroni's multiplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recompute {
    /// Printed chi-square.
    pub statistic: String,
    /// Printed degrees of freedom: merged groups less one.
    pub df: String,
    /// Printed p-value, adjusted.
    pub p: String,
    /// Level of measurement in the produced table: `nominal`, `ordinal` or `scale`; shown or not.
    pub level: String,
    /// Number of categories before merging in the produced table; shown or not.
    pub categories: String,
}

/// What is drawn below a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drawing {
    /// Trees.
    Tree(TreePresentation),
}

impl Drawing {
    /// The table that is drawn.
    pub fn from(&self) -> &TableName {
        match self {
            Self::Tree(tree) => &tree.from,
        }
    }

    /// Every column of [`Drawing::from`] that the drawing needs.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Tree(tree) => tree.columns(),
        }
    }
}

/// How trees are drawn: each section of a table is a tree, each of its rows a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreePresentation {
    /// The table whose rows are the nodes.
    pub from: TableName,
    /// Column whose values tell the trees apart. A row of the appendix whose column of this name has
    /// the same text leads to the tree.
    pub section: String,
    /// Column with the title of the tree.
    pub title: String,
    /// What tells the nodes of a tree apart.
    pub node: ColumnPresentation,
    /// The node above it; missing for the root.
    pub parent: ColumnPresentation,
    /// Which part of the node above it is: the label of its edge; missing for the root.
    pub group: ColumnPresentation,
    /// Cases of each class in the node: whole numbers, at least one column.
    pub classes: Vec<ColumnPresentation>,
    /// How the share of a class in its node is written, a percentage.
    pub share: NumberFormat,
    /// What the node is split on.
    pub predictor: ColumnPresentation,
    /// Test values of the split, in the order in which they are written above it.
    pub statistics: Vec<ColumnPresentation>,
    /// Why the node is not split; missing where it is.
    pub stop: ColumnPresentation,
}

impl TreePresentation {
    /// Every column of the table that is needed.
    pub fn columns(&self) -> Vec<&str> {
        let plain = [&self.section, &self.title].into_iter().map(String::as_str);
        plain.chain(self.shown().map(|column| column.name.as_str())).collect()
    }

    /// The columns that are shown, in the order in which they are.
    pub fn shown(&self) -> impl Iterator<Item = &ColumnPresentation> {
        [&self.node, &self.parent, &self.group]
            .into_iter()
            .chain(&self.classes)
            .chain([&self.predictor])
            .chain(&self.statistics)
            .chain([&self.stop])
    }
}
