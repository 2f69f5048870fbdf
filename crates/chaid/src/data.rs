use crate::{Error, Level, Outcome, Result};

/// Categories of a predictor, or classes of an outcome, at most. Merging takes the square of it in memory and its
/// third power in time; a test of that many categories tells nothing either.
pub const MAX_CATEGORIES: usize = 1_000;

/// Weights, their inverses and values of a scale outcome are at most this, so that sums of squares stay finite.
pub(crate) const LARGEST: f64 = 1e70;

/// Codes of categories, one per row: 0 to categories − 1, and the largest value of the type for missing.
#[derive(Debug, Clone, Copy)]
pub enum Codes<'a> {
    /// One byte per case; 255 is missing.
    U8(&'a [u8]),
    /// Two bytes per case; 65,535 is missing.
    U16(&'a [u16]),
    /// Four bytes per case; 4,294,967,295 is missing.
    U32(&'a [u32]),
}

/// A predictor as a column.
#[derive(Debug, Clone)]
pub struct Predictor<'a> {
    /// Its name, for results and errors.
    pub name: String,
    /// How its categories may be merged.
    pub level: Level,
    /// Number of categories; a category without cases plays no part.
    pub categories: usize,
    /// The category of each row.
    pub codes: Codes<'a>,
}

/// The outcome as a column.
#[derive(Debug, Clone)]
pub enum OutcomeColumn<'a> {
    /// Classes, in order or not.
    Classes {
        /// [`Outcome::Nominal`] or [`Outcome::Ordinal`]; [`Outcome::Scale`] is refused.
        outcome: Outcome,
        /// Number of classes.
        classes: usize,
        /// The class of each row.
        codes: Codes<'a>,
    },
    /// A number per row, at most 1e70 in size; NaN is missing.
    Scale(&'a [f64]),
}

/// Columns of equal length.
#[derive(Debug, Clone)]
pub struct Data<'a> {
    /// What is to be explained.
    pub outcome: OutcomeColumn<'a>,
    /// What may explain it; of equal p-values the first is taken.
    pub predictors: &'a [Predictor<'a>],
    /// Frequency weight: how many cases each row stands for; `None` for 1, 0 leaves the row out.
    pub frequency: Option<&'a [u32]>,
    /// Case weight: how much each case of a row weighs in fits and means, not in the numbers of cases; `None` for
    /// 1, 0 leaves the row out, others are between 1e-70 and 1e70.
    pub weight: Option<&'a [f64]>,
}

impl Codes<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Codes::U8(codes) => codes.len(),
            Codes::U16(codes) => codes.len(),
            Codes::U32(codes) => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a row; `None` for missing and beyond the last row.
    pub fn get(&self, row: usize) -> Option<u32> {
        match self {
            Codes::U8(codes) => codes.get(row).filter(|code| **code != u8::MAX).map(|code| u32::from(*code)),
            Codes::U16(codes) => {
                codes.get(row).filter(|code| **code != u16::MAX).map(|code| u32::from(*code))
            }
            Codes::U32(codes) => codes.get(row).filter(|code| **code != u32::MAX).copied(),
        }
    }

    fn check(&self, what: &str, rows: usize, categories: usize) -> Result<()> {
        same_length(what, self.len(), rows)?;
        if categories > MAX_CATEGORIES {
            return Err(Error::Categories { what: what.to_owned(), found: categories });
        }
        // One pass over the whole column, in which missing wraps to 0 and so only the largest counts; and a second
        // one only to find the row at fault.
        let limit = categories as u32;
        let largest = match self {
            Codes::U8(codes) => codes.iter().fold(0, |max, c| c.wrapping_add(1).max(max)).into(),
            Codes::U16(codes) => codes.iter().fold(0, |max, c| c.wrapping_add(1).max(max)).into(),
            Codes::U32(codes) => codes.iter().fold(0, |max, c| c.wrapping_add(1).max(max)),
        };
        let sound = largest <= limit;
        if sound {
            return Ok(());
        }
        let fault =
            (0..rows).find_map(|row| self.get(row).filter(|code| *code >= limit).map(|code| (row, code)));
        let (row, code) = fault.unwrap_or_default();
        Err(Error::Code { what: what.to_owned(), row, code, categories })
    }
}

impl Data<'_> {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match &self.outcome {
            OutcomeColumn::Classes { codes, .. } => codes.len(),
            OutcomeColumn::Scale(values) => values.len(),
        }
    }

    /// Classes of the outcome; 1 for a scale.
    pub(crate) fn classes(&self) -> usize {
        match &self.outcome {
            OutcomeColumn::Classes { classes, .. } => *classes,
            OutcomeColumn::Scale(_) => 1,
        }
    }

    /// What is to be explained, without its values.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.outcome {
            OutcomeColumn::Classes { outcome, .. } => outcome.clone(),
            OutcomeColumn::Scale(_) => Outcome::Scale,
        }
    }

    /// Cases that a row stands for.
    pub(crate) fn cases(&self, row: usize) -> u32 {
        self.frequency.map_or(1, |frequency| frequency[row])
    }

    /// Weight of each case of a row.
    pub(crate) fn case_weight(&self, row: usize) -> f64 {
        self.weight.map_or(1.0, |weight| weight[row])
    }

    /// Refuses columns that do not fit together.
    pub(crate) fn check(&self) -> Result<()> {
        let rows = self.rows();
        if u32::try_from(rows).is_err() {
            return Err(Error::Overflow { what: "the data, in rows (2^32 at most),".to_owned() });
        }
        match &self.outcome {
            OutcomeColumn::Classes { outcome: Outcome::Scale, .. } => {
                let reason = "a scale outcome has values, not classes: give them as OutcomeColumn::Scale";
                return Err(Error::Outcome { what: "the outcome's column".to_owned(), reason });
            }
            OutcomeColumn::Classes { classes, codes, .. } => codes.check("the outcome", rows, *classes)?,
            OutcomeColumn::Scale(values) => {
                if let Some((row, value)) = values.iter().enumerate().find(|(_, value)| value.abs() > LARGEST)
                {
                    return Err(Error::OutcomeValue { row, value: *value });
                }
            }
        }
        for predictor in self.predictors {
            predictor.codes.check(&format!("predictor {}", predictor.name), rows, predictor.categories)?;
        }
        self.check_weights(rows)
    }

    fn check_weights(&self, rows: usize) -> Result<()> {
        if let Some(frequency) = self.frequency {
            same_length("the frequency weight", frequency.len(), rows)?;
        }
        let Some(weight) = self.weight else { return Ok(()) };
        same_length("the case weight", weight.len(), rows)?;
        let sound = |weight: f64| weight == 0.0 || (1.0 / LARGEST..=LARGEST).contains(&weight);
        match weight.iter().enumerate().find(|(_, weight)| !sound(**weight)) {
            Some((row, value)) => Err(Error::Weight { place: format!("row {row}"), value: *value }),
            None => Ok(()),
        }
    }
}

fn same_length(what: &str, found: usize, expected: usize) -> Result<()> {
    let way_out = "every column has one value per row, as the outcome has";
    if found == expected {
        Ok(())
    } else {
        Err(Error::Length { what: what.to_owned(), found, expected, way_out })
    }
}
