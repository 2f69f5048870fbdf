use crate::data::MAX_CATEGORIES;

/// What a call of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call was refused; each text names the column and the way out.
///
/// A predictor that cannot be tested (one category, nothing but missing values) is no error: it is a
/// [`Finding`](crate::Finding) with its [`Status`](crate::Status).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Nothing is left to analyse.
    #[error(
        "no case is left: a case counts when its outcome is known, its weights are above zero and, with floating \
         missing values, at least one predictor is known; check the filter before this analysis"
    )]
    NoCases,
    /// The outcome is missing in every row.
    #[error("the outcome is missing in all {rows} rows: name another outcome, or look at how it was coded")]
    OutcomeMissing {
        /// Rows given.
        rows: usize,
    },
    /// The outcome does not vary.
    #[error(
        "the outcome is {what} in every case, so nothing can explain it: name an outcome that varies, or widen the \
         selection of cases"
    )]
    OutcomeConstant {
        /// `class 3` or `the value 2.5`.
        what: String,
    },
    /// Two columns differ in length, or a table is not rows × classes.
    #[error("{what} has {found} values where {expected} are needed: {way_out}")]
    Length {
        /// The column or table.
        what: String,
        /// Values found.
        found: usize,
        /// Values needed.
        expected: usize,
        /// What to do.
        way_out: &'static str,
    },
    /// A code is outside 0..categories.
    #[error(
        "{what} holds the code {code} in row {row} but says to have {categories} categories: codes run from 0 to \
         {categories} − 1, and the largest value of the integer type stands for missing"
    )]
    Code {
        /// The column.
        what: String,
        /// Row, counted from 0.
        row: usize,
        /// The code found.
        code: u32,
        /// Categories declared.
        categories: usize,
    },
    /// A case weight that is no weight.
    #[error(
        "the case weight in {place} is {value}: a weight is between 1e-70 and 1e70, or zero, which leaves a case out; a \
         missing weight must be decided on before this analysis"
    )]
    Weight {
        /// `row 7`, or the table and its cell.
        place: String,
        /// The value found.
        value: f64,
    },
    /// A value of a scale outcome that is infinite, or so large that its square might be.
    #[error(
        "the outcome in row {row} is {value}: values are at most 1e70 in size, and NaN stands for missing"
    )]
    OutcomeValue {
        /// Row, counted from 0.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// A value of a scale predictor that is infinite.
    #[error("the value in row {row} is {value}: values are finite, and NaN stands for missing")]
    Value {
        /// Row, counted from 0.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// More categories or classes than the method can say anything about.
    #[error(
        "{what} has {found} categories; at most {MAX_CATEGORIES} are taken: group them, or offer a number as a scale \
         predictor, which is cut into intervals first"
    )]
    Categories {
        /// The column or table.
        what: String,
        /// Categories found.
        found: usize,
    },
    /// More cases than an `f64` counts exactly.
    #[error("{what} counts more than 2^53 cases: divide frequencies by a common factor")]
    Overflow {
        /// The column or table.
        what: String,
    },
    /// Tables that describe different outcomes.
    #[error("{what} does not fit the outcome: {reason}")]
    Outcome {
        /// The table.
        what: String,
        /// Why, with the way out.
        reason: &'static str,
    },
    /// An option outside its range.
    #[error("option {name} is {value}: {way_out}")]
    Option {
        /// The field of [`Options`](crate::Options).
        name: &'static str,
        /// The value found.
        value: String,
        /// What it may be.
        way_out: &'static str,
    },
}
