//! What can go wrong, and where in the SQL.

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Span, TableReference};
use datafusion::logical_expr::{Expr, LogicalPlan};
use std::fmt;

/// A place in the text of a query: lines and columns from 1, columns in characters, the end exclusive.
///
/// Places come from the columns that an operator names, so a plan has them only if it was made with
/// `datafusion.sql_parser.collect_spans`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// First line.
    pub line: u64,
    /// First column.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// Column after the last one.
    pub end_column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Place {
    fn of_span(span: &Span) -> Self {
        Self {
            line: span.start.line,
            column: span.start.column,
            end_line: span.end.line,
            end_column: span.end.column,
        }
    }

    fn with(self, other: Self) -> Self {
        let (line, column) = (self.line, self.column).min((other.line, other.column));
        let (end_line, end_column) = (self.end_line, self.end_column).max((other.end_line, other.end_column));
        Self { line, column, end_line, end_column }
    }
}

/// The stretch of SQL from the first to the last column that these expressions name.
pub(crate) fn place_of<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> Option<Place> {
    let mut place: Option<Place> = None;
    for expr in exprs {
        let walked = expr.apply(|part| {
            if let Expr::Column(column) | Expr::OuterReferenceColumn(_, column) = part {
                for span in column.spans.iter().filter(|span| span.start.line > 0) {
                    let here = Place::of_span(span);
                    place = Some(place.map_or(here, |before| before.with(here)));
                }
            }
            Ok(TreeNodeRecursion::Continue)
        });
        debug_assert!(walked.is_ok(), "the walk itself never fails");
    }
    place
}

/// Where an operator stands, else where the nearest operator below it stands.
pub(crate) fn place_in(plan: &LogicalPlan) -> Option<Place> {
    place_of(&plan.expressions()).or_else(|| plan.inputs().into_iter().find_map(place_in))
}

/// Why there is no lineage of a plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvenanceError {
    /// The lineage of this operator cannot be followed.
    #[error("{}no lineage through {operator}: {reason}", at(.place))]
    Unsupported {
        /// Name of the operator as DataFusion prints it.
        operator: String,
        /// Why not, and the way out.
        reason: String,
        /// Where it stands.
        place: Option<Place>,
    },
    /// A table without row identities.
    #[error("no row identity is known for table {table}; name the column that tells its rows apart")]
    NoIdentity {
        /// The table.
        table: TableReference,
    },
    /// The column that should hold the row identities is not there.
    #[error("table {table} has no column {column:?} to tell its rows apart")]
    NoColumn {
        /// The table.
        table: TableReference,
        /// The missing column.
        column: String,
    },
    /// The column that should hold the row identities holds no whole numbers.
    #[error(
        "column {column:?} of table {table} is {kind}; rows are told apart by whole numbers, such as their place in the table"
    )]
    NoNumber {
        /// The table.
        table: TableReference,
        /// The column.
        column: String,
        /// Its type.
        kind: DataType,
    },
    /// A question about a table that the query does not read.
    #[error("the query does not read table {table}")]
    NotRead {
        /// The table.
        table: TableReference,
    },
    /// Rows were handed over that are not rows of the lineage plan.
    #[error("these rows are not of the lineage plan: {0}")]
    OtherRows(String),
    /// DataFusion refused the plan.
    #[error(transparent)]
    Plan(#[from] DataFusionError),
    /// Arrow refused the rows.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

fn at(place: &Option<Place>) -> String {
    place.map(|place| format!("{place}: ")).unwrap_or_default()
}

/// An operator that cannot be followed.
pub(crate) fn unsupported(plan: &LogicalPlan, reason: &str) -> ProvenanceError {
    ProvenanceError::Unsupported {
        operator: plan.display().to_string(),
        reason: reason.to_owned(),
        place: place_in(plan),
    }
}
