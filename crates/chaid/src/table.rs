use crate::data::{LARGEST, MAX_CATEGORIES};
use crate::{Error, Moments, Result, Summary};

/// The level of measurement of a predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Categories without order: any may be merged.
    Nominal,
    /// Categories in order: neighbours may be merged.
    Ordinal,
    /// A number, cut into [`Intervals`](crate::Intervals) first and then treated as ordinal.
    Scale,
}

/// One predictor against the outcome, counted: what a `GROUP BY` gives.
///
/// Categories are numbered by their position, which is their order for an ordinal or scale predictor. A category
/// or class without cases may be given or left out: it plays no part.
///
/// ```
/// use chaid::{Level, Table};
/// // Three categories × two classes, then the cases whose category is missing.
/// let table = Table::of_counts("housing", Level::Nominal, 2, &[40, 12, 31, 60, 22, 9])?.with_missing(&[3, 1], None)?;
/// assert_eq!(table.categories.len(), 3);
/// # Ok::<(), chaid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The predictor, for results and errors.
    pub name: String,
    /// How its categories may be merged.
    pub level: Level,
    /// The outcome in each category.
    pub categories: Vec<Summary>,
    /// The outcome among the cases whose category is missing; `None` or without cases: none is missing.
    pub missing: Option<Summary>,
}

impl Table {
    /// A table of counts; shape: row-major, categories × classes, cases.
    ///
    /// # Errors
    /// [`Error::Length`] where the counts are no whole number of rows.
    pub fn of_counts(name: impl Into<String>, level: Level, classes: usize, counts: &[u64]) -> Result<Table> {
        let name = name.into();
        if classes == 0 || !counts.len().is_multiple_of(classes) {
            return Err(Error::Length {
                what: format!("table {name}"),
                found: counts.len(),
                expected: counts.len().div_ceil(classes.max(1)) * classes.max(1),
                way_out: "give categories × classes counts, row by row, zeros included",
            });
        }
        let row = |n: &[u64]| Summary::Counts { n: n.to_vec(), weight: None };
        Ok(Table { name, level, categories: counts.chunks(classes).map(row).collect(), missing: None })
    }

    /// A table of moments of a scale outcome, one per category.
    pub fn of_moments(name: impl Into<String>, level: Level, moments: &[Moments]) -> Table {
        let categories = moments.iter().copied().map(Summary::Moments).collect();
        Table { name: name.into(), level, categories, missing: None }
    }

    /// Adds the sums of case weights; shape as the counts. A cell with cases weighs more than 0.
    ///
    /// # Errors
    /// [`Error::Length`] where there is not one weight per count. Values are checked when the table is used.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Table> {
        let cells: usize = self.categories.iter().map(cells).sum();
        self.same_length(weights.len(), cells, "weights", "give one sum of weights per count")?;
        let mut rest = weights;
        for row in &mut self.categories {
            if let Summary::Counts { n, weight } = row {
                let (own, after) = rest.split_at(n.len());
                *weight = Some(own.to_vec());
                rest = after;
            }
        }
        Ok(self)
    }

    /// Adds the cases whose category is missing; shape: one count, and with case weights one sum, per class.
    ///
    /// # Errors
    /// [`Error::Length`] where there is not one count or sum per class.
    pub fn with_missing(mut self, counts: &[u64], weights: Option<&[f64]>) -> Result<Table> {
        let classes = self.categories.first().map_or(counts.len(), cells);
        self.same_length(counts.len(), classes, "missing row", "give one count per class")?;
        if let Some(weights) = weights {
            self.same_length(
                weights.len(),
                classes,
                "missing row's weights",
                "give one sum of weights per class",
            )?;
        }
        self.missing = Some(Summary::Counts { n: counts.to_vec(), weight: weights.map(<[f64]>::to_vec) });
        Ok(self)
    }

    /// The outcome of all cases, the missing ones included; `None` without categories.
    pub fn total(&self) -> Option<Summary> {
        Summary::total(self.categories.iter().chain(&self.missing))
    }

    /// Refuses what no count could have given.
    pub(crate) fn check(&self) -> Result<()> {
        let what = format!("table {}", self.name);
        if self.categories.len() > MAX_CATEGORIES {
            return Err(Error::Categories { what, found: self.categories.len() });
        }
        check_summaries(&what, self.categories.iter().chain(&self.missing))
    }

    fn same_length(&self, found: usize, expected: usize, part: &str, way_out: &'static str) -> Result<()> {
        if found == expected {
            return Ok(());
        }
        Err(Error::Length { what: format!("the {part} of table {}", self.name), found, expected, way_out })
    }
}

/// Refuses summaries that no count of cases could have given: weights for some and not for all, weights and moments
/// that are none, more classes or cases than can be counted.
pub(crate) fn check_summaries<'a>(what: &str, rows: impl Iterator<Item = &'a Summary> + Clone) -> Result<()> {
    let weighted = |row: &Summary| matches!(row, Summary::Counts { weight: Some(_), .. });
    if rows.clone().any(weighted) && !rows.clone().all(weighted) {
        let reason =
            "some rows have case weights and some have none: give them for all, the missing row included";
        return Err(Error::Outcome { what: what.to_owned(), reason });
    }
    let mut sum: u64 = 0;
    for (position, row) in rows.enumerate() {
        let counts: &[u64] = match row {
            Summary::Counts { n, .. } => n,
            Summary::Moments(moments) => &[moments.n],
        };
        if counts.len() > MAX_CATEGORIES {
            return Err(Error::Categories { what: format!("the outcome of {what}"), found: counts.len() });
        }
        sum = counts.iter().try_fold(sum, |sum, n| sum.checked_add(*n)).unwrap_or(u64::MAX);
        check_weights(what, position, row)?;
    }
    if sum > 1 << 53 { Err(Error::Overflow { what: what.to_owned() }) } else { Ok(()) }
}

fn cells(row: &Summary) -> usize {
    match row {
        Summary::Counts { n, .. } => n.len(),
        Summary::Moments(_) => 1,
    }
}

fn check_weights(what: &str, position: usize, row: &Summary) -> Result<()> {
    let place = || format!("{what}, category {position}");
    // Sums of up to 2^53 weights.
    let sums = 1.0 / LARGEST..=LARGEST * 1e20;
    let bad = |n: u64, weight: f64| !sums.contains(&weight) && (n > 0 || weight != 0.0);
    match row {
        Summary::Counts { n, weight: Some(weight) } => {
            match n.iter().zip(weight).find(|(n, w)| bad(**n, **w)) {
                Some((_, weight)) => Err(Error::Weight { place: place(), value: *weight }),
                None => Ok(()),
            }
        }
        Summary::Counts { .. } => Ok(()),
        Summary::Moments(moments) if bad(moments.n, moments.weight) => {
            Err(Error::Weight { place: place(), value: moments.weight })
        }
        Summary::Moments(moments) => {
            let sound =
                moments.mean.abs() <= LARGEST && (0.0..=LARGEST.powi(3) * 1e20).contains(&moments.squares);
            let reason = "a mean is at most 1e70 in size, and a sum of squares finite and not negative: compute them again";
            if sound { Ok(()) } else { Err(Error::Outcome { what: place(), reason }) }
        }
    }
}
