use crate::Summary;

/// A contingency table without empty rows and columns, at least 2 × 2.
pub(super) struct Cells {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Cases, row-major.
    pub(super) n: Vec<f64>,
    /// Cases per row and per column.
    pub(super) row_n: Vec<f64>,
    pub(super) column_n: Vec<f64>,
    /// Mean case weight per cell, row-major; an empty cell has the mean of the table. `None`: all 1.
    pub(super) mean_weight: Option<Vec<f64>>,
    /// Sum of case weights per column.
    pub(super) column_weight: Vec<f64>,
    /// The class that each column counts.
    pub(super) class: Vec<usize>,
}

impl Cells {
    /// The table of the groups, or `None` where fewer than two rows or two columns have cases.
    pub(super) fn of(groups: &[&Summary]) -> Option<Cells> {
        let counted: Vec<(&[u64], Option<&[f64]>)> = groups
            .iter()
            .filter_map(|group| match group {
                Summary::Counts { n, weight } if n.iter().any(|n| *n > 0) => {
                    Some((&n[..], weight.as_deref()))
                }
                _ => None,
            })
            .collect();
        let classes = counted.first()?.0.len();
        let class: Vec<usize> =
            (0..classes).filter(|class| counted.iter().any(|row| row.0[*class] > 0)).collect();
        let (rows, columns) = (counted.len(), class.len());
        if rows < 2 || columns < 2 {
            return None;
        }
        let n: Vec<f64> =
            counted.iter().flat_map(|row| class.iter().map(|class| row.0[*class] as f64)).collect();
        let weight: Option<Vec<f64>> = counted
            .iter()
            .map(|row| row.1.map(|weight| class.iter().map(|class| weight[*class])))
            .collect::<Option<Vec<_>>>()
            .map(|rows| rows.into_iter().flatten().collect());
        let sum_columns = |cells: &[f64]| -> Vec<f64> {
            (0..columns).map(|column| cells.iter().skip(column).step_by(columns).sum()).collect()
        };
        let overall =
            weight.as_ref().map_or(1.0, |weight| weight.iter().sum::<f64>() / n.iter().sum::<f64>());
        Some(Cells {
            rows,
            columns,
            row_n: n.chunks(columns).map(|row| row.iter().sum()).collect(),
            column_n: sum_columns(&n),
            column_weight: sum_columns(weight.as_ref().unwrap_or(&n)),
            mean_weight: weight.map(|weight| {
                let mean = |(w, n): (&f64, &f64)| if *n > 0.0 { w / n } else { overall };
                weight.iter().zip(&n).map(mean).collect()
            }),
            n,
            class,
        })
    }

    /// (rows − 1)(columns − 1).
    pub(super) fn df(&self) -> u64 {
        ((self.rows - 1) * (self.columns - 1)) as u64
    }

    /// 1 / mean weight of a cell.
    pub(super) fn inverse_weight(&self, cell: usize) -> f64 {
        self.mean_weight.as_ref().map_or(1.0, |mean| 1.0 / mean[cell])
    }
}
