use super::super::At;
use super::RawCheck;
use crate::Separator;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How an appendix is printed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "appendix")]
pub(crate) struct RawAppendix {
    /// Number in the publication.
    pub(crate) number: At<u32>,
    /// Title as printed.
    pub(crate) title: String,
    /// The columns, in print order.
    pub(crate) columns: Vec<RawPresented>,
    /// Headers above several columns.
    #[serde(default)]
    pub(crate) spanning: Vec<RawSpanning>,
    /// Column whose changes become heading rows.
    #[serde(default)]
    pub(crate) row_headings: Option<At<String>>,
    /// Notes below the table.
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    /// Texts added to single cells.
    #[serde(default)]
    pub(crate) markers: Vec<RawMarker>,
    /// The published table to compare with.
    #[serde(default)]
    pub(crate) published: Option<RawPublished>,
    /// What is drawn below the table.
    #[serde(default)]
    pub(crate) drawing: Option<RawDrawing>,
    /// What must hold of the rows of `appendix.FILE`.
    #[serde(default)]
    pub(crate) checks: Vec<At<RawCheck>>,
}

/// How one column is printed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "presented")]
pub(crate) struct RawPresented {
    /// Column of the query.
    pub(crate) name: At<String>,
    /// Header as printed.
    pub(crate) label: String,
    /// How numbers are written; none: text as it is, integers plain.
    #[serde(default)]
    pub(crate) format: Option<RawFormat>,
    /// Whether it stands in the printed table; if not, it is in CSV files, in the workbook, and compared with the print.
    #[serde(default = "yes")]
    pub(crate) print: bool,
}

/// How a number is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "format")]
pub(crate) struct RawFormat {
    /// Digits after the decimal sign, 0 to 18; with `significant`, at most so many.
    pub(crate) decimals: At<u32>,
    /// Significant digits, as far as `decimals` allows.
    #[serde(default)]
    pub(crate) significant: Option<At<u32>>,
    /// Decimal sign.
    pub(crate) separator: At<Separator>,
    /// Whether a number between -1 and 1 starts with a zero.
    #[serde(default = "yes")]
    pub(crate) leading_zero: bool,
    /// Text after the number.
    #[serde(default)]
    pub(crate) suffix: String,
    /// Sign between groups of three digits.
    #[serde(default)]
    pub(crate) thousands: Option<At<Separator>>,
    /// Small numbers that are not written out.
    #[serde(default)]
    pub(crate) below: Option<RawBelow>,
}

/// A text for every number below a limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "below")]
pub(crate) struct RawBelow {
    /// The limit, in quotes: a decimal number with a point.
    pub(crate) limit: At<String>,
    /// What is written in place of the number.
    pub(crate) text: String,
}

fn yes() -> bool {
    true
}

/// A header above several columns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "spanning")]
pub(crate) struct RawSpanning {
    /// Header as printed.
    pub(crate) label: String,
    /// First column below it.
    pub(crate) from: At<String>,
    /// Last column below it.
    pub(crate) to: At<String>,
}

/// A text added to one cell.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "marker")]
pub(crate) struct RawMarker {
    /// Text of the row's key.
    pub(crate) row: String,
    /// Column.
    pub(crate) column: At<String>,
    /// What is added after the cell's text.
    pub(crate) text: String,
}

/// The published table that an appendix is compared with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "published")]
pub(crate) struct RawPublished {
    /// CSV file in the folder of published tables.
    pub(crate) file: At<String>,
    /// Column of the appendix whose text tells its rows apart.
    pub(crate) key: At<String>,
    /// Column of the appendix, by printed column, where the names differ.
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, At<String>>,
    /// Printed columns that are not compared, and why.
    #[serde(default)]
    pub(crate) ignore: BTreeMap<String, At<String>>,
    /// Columns that the synthetic data may fail to reach.
    #[serde(default)]
    pub(crate) reach: Option<At<RawReach>>,
    /// Columns from which printed p-values are computed again.
    #[serde(default)]
    pub(crate) recompute: Option<RawRecompute>,
}

/// Columns that depend on the synthetic data; each row is the result of a statistical test.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "reach")]
pub(crate) struct RawReach {
    /// Whether the test found something.
    pub(crate) verdict: At<String>,
    /// Value of the test statistic.
    #[serde(default)]
    pub(crate) statistic: Option<At<String>>,
    /// Degrees of freedom.
    #[serde(default)]
    pub(crate) df: Option<At<String>>,
    /// p-value.
    #[serde(default)]
    pub(crate) p: Option<At<String>>,
    /// Why the data may fail to reach them.
    pub(crate) reason: At<String>,
}

/// Columns from which a printed CHAID p-value is computed again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "recompute")]
pub(crate) struct RawRecompute {
    /// Printed chi-square.
    pub(crate) statistic: At<String>,
    /// Printed degrees of freedom.
    pub(crate) df: At<String>,
    /// Printed p-value.
    pub(crate) p: At<String>,
    /// Level of measurement in the produced table, shown or not.
    pub(crate) level: String,
    /// Number of categories in the produced table, shown or not.
    pub(crate) categories: String,
}

/// What is drawn below a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "drawing")]
pub(crate) enum RawDrawing {
    /// Trees: each section of a table is one, each of its rows a node.
    Tree(RawTree),
}

/// How trees are drawn.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "tree")]
pub(crate) struct RawTree {
    /// The table whose rows are the nodes.
    pub(crate) from: At<String>,
    /// Column whose values tell the trees apart; a row of the appendix with the same text in a column of this name
    /// leads to the tree.
    pub(crate) section: At<String>,
    /// Column with the title of the tree.
    pub(crate) title: At<String>,
    /// What tells the nodes of a tree apart.
    pub(crate) node: RawPresented,
    /// The node above it; missing for the root.
    pub(crate) parent: RawPresented,
    /// Which part of the node above it is; missing for the root.
    pub(crate) group: RawPresented,
    /// Cases of each class in the node: whole numbers.
    pub(crate) classes: At<Vec<RawPresented>>,
    /// How the share of a class in its node is written, a percentage.
    pub(crate) share: RawFormat,
    /// What the node is split on.
    pub(crate) predictor: RawPresented,
    /// Test values of the split, in the order in which they are written above it.
    #[serde(default)]
    pub(crate) statistics: Vec<RawPresented>,
    /// Why the node is not split; missing where it is.
    pub(crate) stop: RawPresented,
}

/// One known difference between a printed and a produced cell.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "misprint")]
pub(crate) struct RawMisprint {
    /// Appendix: its table without the schema.
    pub(crate) appendix: At<String>,
    /// Text of the row's key.
    pub(crate) row: At<String>,
    /// Column of the appendix.
    pub(crate) column: At<String>,
    /// What is printed.
    pub(crate) printed: String,
    /// What is produced.
    pub(crate) produced: String,
    /// Kind of the difference, in one word.
    pub(crate) kind: String,
    /// Why it is not the data that is wrong.
    pub(crate) explanation: At<String>,
}

/// Known differences between print and product.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "misprints")]
pub(crate) struct RawMisprints(pub(crate) Vec<RawMisprint>);
