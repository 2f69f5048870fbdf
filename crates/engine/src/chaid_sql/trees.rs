//! The result rows of trees.

use super::columns::Columns;
use super::words::{grouping, level_word, members, statistic_word};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chaid::{Finding, Level, Node, Summary, Tree};
use datafusion::error::Result;

/// The tree of one outcome.
pub(super) struct Grown<'a> {
    /// The outcome's column.
    pub(super) outcome: &'a str,
    pub(super) tree: Tree,
    /// Names of the outcome's classes.
    pub(super) classes: Vec<String>,
    /// Levels of the predictors as they were declared.
    pub(super) levels: &'a [(String, Level)],
    /// Names of the categories of each predictor.
    pub(super) labels: Vec<Vec<String>>,
}

/// A node and the tree it is in.
struct Row<'a> {
    grown: &'a Grown<'a>,
    node: &'a Node,
}

/// Columns of the result: one row for each node.
pub(super) fn schema() -> SchemaRef {
    columns(&[]).schema()
}

/// One row for each node: trees in the order of the call, nodes level by level.
pub(super) fn rows(trees: &[Grown<'_>]) -> Result<RecordBatch> {
    columns(trees).batch()
}

fn columns(trees: &[Grown<'_>]) -> Columns {
    let rows: Vec<Row<'_>> =
        trees.iter().flat_map(|grown| grown.tree.nodes.iter().map(move |node| Row { grown, node })).collect();
    let mut columns = Columns::default();
    place(&mut columns, &rows);
    content(&mut columns, &rows);
    test(&mut columns, &rows);
    columns
}

/// Where a node stands in its tree.
fn place(columns: &mut Columns, rows: &[Row<'_>]) {
    columns.text("outcome", rows.iter().map(|row| Some(row.grown.outcome)));
    columns.number("node", rows.iter().map(|row| Some(row.node.id as u64)));
    columns.number("parent", rows.iter().map(|row| row.node.parent.map(|parent| parent as u64)));
    columns.number("depth", rows.iter().map(|row| Some(u64::from(row.node.depth))));
    columns.numbers(
        "children",
        rows.iter().map(|row| Some(row.node.children.iter().map(|child| *child as u64).collect())),
    );
    columns.text("label", rows.iter().map(|row| row.members().map(|members| members.join(", "))));
    columns.texts("members", rows.iter().map(Row::members));
}

/// The outcome of the cases of a node.
fn content(columns: &mut Columns, rows: &[Row<'_>]) {
    let moments = |row: &Row<'_>| match &row.node.outcome {
        Summary::Moments(moments) => Some(*moments),
        Summary::Counts { .. } => None,
    };
    columns.number("n", rows.iter().map(|row| Some(row.node.n())));
    columns.text(
        "classes",
        rows.iter().map(|row| {
            let counts = row.counts()?;
            let classes = row.grown.classes.iter().zip(counts).map(|(label, n)| format!("{label} {n}"));
            Some(classes.collect::<Vec<_>>().join(", "))
        }),
    );
    columns.texts(
        "class_labels",
        rows.iter().map(|row| row.counts().map(|_| row.grown.classes.iter().collect())),
    );
    columns.numbers("class_counts", rows.iter().map(|row| row.counts().map(<[u64]>::to_vec)));
    columns.real("mean", rows.iter().map(|row| moments(row).map(|moments| moments.mean)));
    columns.real(
        "sd",
        rows.iter().map(|row| moments(row).and_then(|moments| moments.variance()).map(f64::sqrt)),
    );
}

/// The best predictor in a node, its test, and why the node was not split.
fn test(columns: &mut Columns, rows: &[Row<'_>]) {
    let best = || rows.iter().map(Row::best);
    columns.text("predictor", best().map(|f| f.map(|f| &f.name)));
    columns.text(
        "level",
        rows.iter().map(|row| {
            row.best().and_then(|f| row.grown.levels.get(f.predictor)).map(|(_, level)| level_word(*level))
        }),
    );
    columns.number("missing", best().map(|f| f.map(|f| f.missing)));
    columns.number("categories", best().map(|f| f.map(|f| f.categories as u64)));
    columns.number("groups", best().map(|f| f.map(|f| f.r() as u64)));
    columns.text(
        "grouping",
        rows.iter().map(|row| row.best().map(|f| grouping(&f.groups, row.grown.labels(f.predictor)))),
    );
    columns.text("statistic", best().map(|f| f.map(|f| statistic_word(f.test.statistic))));
    columns.real("chi", best().map(|f| f.map(|f| f.test.value)));
    columns.number("df", best().map(|f| f.map(|f| f.test.df)));
    columns.number("df_within", best().map(|f| f.and_then(|f| f.test.df_within)));
    columns.real("p_raw", best().map(|f| f.map(|f| f.test.p())));
    columns.real("ln_p_raw", best().map(|f| f.map(|f| f.test.ln_p)));
    columns.real("multiplier", best().map(|f| f.map(|f| f.multiplier)));
    columns.real("p", best().map(|f| f.map(Finding::p_adjusted)));
    columns.real("ln_p", best().map(|f| f.map(|f| f.ln_p_adjusted)));
    columns.flag("significant", best().map(|f| f.map(Finding::significant)));
    columns.flag("tie", best().map(|f| f.map(|f| f.tie)));
    columns.texts("tied", rows.iter().map(|row| row.best().map(|_| row.tied())));
    columns.flag("converged", best().map(|f| f.map(|f| f.test.converged)));
    columns.text("stop", rows.iter().map(|row| row.node.stop.map(|stop| stop.words())));
}

impl Grown<'_> {
    fn labels(&self, predictor: usize) -> &[String] {
        self.labels.get(predictor).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Row<'a> {
    fn best(&self) -> Option<&'a Finding> {
        self.node.best.and_then(|best| self.node.candidates.get(best))
    }

    /// Predictors with the same p as the best.
    fn tied(&self) -> Vec<&'a str> {
        let tied = self.node.tied.iter().filter_map(|tied| self.node.candidates.get(*tied));
        tied.map(|finding| finding.name.as_str()).collect()
    }

    /// Cases of each class; none for a scale outcome.
    fn counts(&self) -> Option<&'a [u64]> {
        match &self.node.outcome {
            Summary::Counts { n, .. } => Some(n),
            Summary::Moments(_) => None,
        }
    }

    /// The categories, of the predictor on which its parent was split, that a node is; none for the root.
    fn members(&self) -> Option<Vec<&'a str>> {
        let split = self.grown.tree.nodes.get(self.node.parent?)?.split()?;
        self.node.group.as_ref().map(|group| members(group, self.grown.labels(split.predictor)))
    }
}
