//! Which columns of an operator are asked about.

use crate::error::ProvenanceError;
use datafusion::common::DFSchema;
use datafusion::logical_expr::Expr;
use std::collections::BTreeSet;

/// What of an operator's rows is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// That the row is there, as it is: all that took part in it.
    Row,
    /// The values of these columns alone.
    Values(BTreeSet<usize>),
}

impl Need {
    /// Nothing is asked: no input below matters.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Need::Values(columns) if columns.is_empty())
    }

    /// The expressions that are asked about, one expression for each column of the operator.
    pub(crate) fn exprs<'e>(&self, exprs: &'e [Expr]) -> Vec<&'e Expr> {
        match self {
            Need::Row => exprs.iter().collect(),
            Need::Values(columns) => columns.iter().filter_map(|&column| exprs.get(column)).collect(),
        }
    }

    /// What is asked of an input if this is asked of values computed from it by `exprs`.
    pub(crate) fn below<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        input: &DFSchema,
    ) -> Result<Need, ProvenanceError> {
        match self {
            Need::Row => Ok(Need::Row),
            Need::Values(_) => Ok(Need::Values(used(exprs, input)?)),
        }
    }

    /// What is asked of the first `left` columns, and of those after them.
    pub(crate) fn split(&self, left: usize) -> (Need, Need) {
        match self {
            Need::Row => (Need::Row, Need::Row),
            Need::Values(columns) => {
                let (first, rest): (BTreeSet<usize>, BTreeSet<usize>) =
                    columns.iter().partition(|&&column| column < left);
                (Need::Values(first), Need::Values(rest.into_iter().map(|column| column - left).collect()))
            }
        }
    }
}

/// Places in `schema` of the columns that expressions name.
pub(crate) fn used<'e>(
    exprs: impl IntoIterator<Item = &'e Expr>,
    schema: &DFSchema,
) -> Result<BTreeSet<usize>, ProvenanceError> {
    let mut places = BTreeSet::new();
    for expr in exprs {
        let mut names: Vec<_> = expr.column_refs().into_iter().collect();
        names.sort_unstable();
        for column in names {
            places.insert(schema.index_of_column(column)?);
        }
    }
    Ok(places)
}
