//! The rows of a table as trees.

use super::tree::{Node, Tree};
use crate::ReportError;
use crate::values::{Value, ValueFault, column_values};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use std::collections::BTreeMap;
use study::{ColumnPresentation, Presentation, TreePresentation};

/// The trees, in the order in which their first rows come.
pub(super) fn trees(
    presentation: &Presentation,
    tree: &TreePresentation,
    batches: &[RecordBatch],
) -> Result<Vec<Tree>, ReportError> {
    let mut sections: Vec<(String, String, Vec<Node>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for batch in batches {
        let reader = Reader { presentation, tree, batch };
        for (section, title, node) in reader.nodes()? {
            let place = *places.entry(section.clone()).or_insert(sections.len());
            match sections.get_mut(place) {
                Some((_, _, nodes)) => nodes.push(node),
                None => sections.push((section, title, vec![node])),
            }
        }
    }
    let tree = |(section, title, nodes): (String, String, Vec<Node>)| {
        Tree::new(section.clone(), title, nodes).map_err(|what| fault(presentation, section, what))
    };
    sections.into_iter().map(tree).collect()
}

/// A batch of nodes.
struct Reader<'a> {
    presentation: &'a Presentation,
    tree: &'a TreePresentation,
    batch: &'a RecordBatch,
}

impl Reader<'_> {
    /// Section, title and node of each row.
    fn nodes(&self) -> Result<Vec<(String, String, Node)>, ReportError> {
        let plain = |name: &str| ColumnPresentation {
            name: name.into(),
            label: name.into(),
            format: None,
            printed: true,
        };
        let sections = self.texts(&plain(&self.tree.section))?;
        let titles = self.texts(&plain(&self.tree.title))?;
        let names = self.texts(&self.tree.node)?;
        let above = self.texts(&self.tree.parent)?;
        let groups = self.texts(&self.tree.group)?;
        let counts =
            self.tree.classes.iter().map(|class| self.counts(class)).collect::<Result<Vec<_>, _>>()?;
        let predictors = self.texts(&self.tree.predictor)?;
        let statistics =
            self.tree.statistics.iter().map(|column| self.values(column)).collect::<Result<Vec<_>, _>>()?;
        let stops = self.texts(&self.tree.stop)?;
        let of = |row: usize| statistics.iter().map(move |column| column[row].clone()).unzip();
        let nodes = (0..self.batch.num_rows()).map(|row| {
            let (statistics, numbers) = of(row);
            let mut node = Node {
                name: names[row].clone(),
                above: above[row].clone(),
                group: groups[row].clone(),
                counts: Vec::new(),
                predictor: predictors[row].clone(),
                statistics,
                numbers,
                stop: stops[row].clone(),
                ..Node::default()
            };
            for (class, counts) in self.tree.classes.iter().zip(&counts) {
                let Some(count) = counts[row] else {
                    let what = format!(
                        "node `{}`: column `{}` holds no whole number from 0 on; count the cases in the SELECT",
                        node.name, class.name
                    );
                    return Err(fault(self.presentation, sections[row].clone(), what));
                };
                node.counts.push(count);
            }
            Ok((sections[row].clone(), titles[row].clone(), node))
        });
        nodes.collect()
    }

    fn texts(&self, column: &ColumnPresentation) -> Result<Vec<String>, ReportError> {
        Ok(self.values(column)?.into_iter().map(|(text, _)| text).collect())
    }

    fn values(&self, column: &ColumnPresentation) -> Result<Vec<Value>, ReportError> {
        let array = self.array(column)?;
        let (number, title, name) =
            (self.presentation.number, self.presentation.title.clone(), column.name.clone());
        match column_values(array, column.format.as_ref()) {
            Ok((_, values)) => Ok(values),
            Err(ValueFault::Type) => Err(ReportError::Type {
                number,
                title,
                column: name,
                data_type: array.data_type().to_string(),
            }),
            Err(ValueFault::NotFinite { row, value }) => {
                Err(ReportError::NotFinite { number, title, column: name, row: row + 1, value })
            }
        }
    }

    /// Cases; none where there is no whole number from 0 on.
    fn counts(&self, column: &ColumnPresentation) -> Result<Vec<Option<u64>>, ReportError> {
        let array = self.array(column)?;
        if !array.data_type().is_integer() {
            return Ok(vec![None; array.len()]);
        }
        let Ok(array) = cast(array, &DataType::Int64) else { return Ok(vec![None; array.len()]) };
        let counts = array.as_primitive::<Int64Type>().iter();
        Ok(counts.map(|count| count.and_then(|count| u64::try_from(count).ok())).collect())
    }

    fn array(&self, column: &ColumnPresentation) -> Result<&arrow::array::ArrayRef, ReportError> {
        self.batch.column_by_name(&column.name).ok_or_else(|| {
            let schema = self.batch.schema();
            let returned: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            ReportError::UnknownColumn {
                number: self.presentation.number,
                title: self.presentation.title.clone(),
                what: "the drawing",
                column: column.name.clone(),
                returned: returned.join(", "),
            }
        })
    }
}

fn fault(presentation: &Presentation, section: String, what: String) -> ReportError {
    ReportError::Tree { number: presentation.number, title: presentation.title.clone(), section, what }
}
