//! How near the rows of statistical tests come to the print.

use super::cell;
use super::published::fold;
use crate::decimal::Decimal;
use serde::{Serialize, Serializer};
use study::Reach;

/// Rows of a table of statistical tests against the print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// What is counted over all rows.
    #[serde(flatten)]
    pub counts: ReachCounts,
    /// The rows in print order.
    pub rows: Vec<ReachedRow>,
}

/// Counts over the rows of tables of statistical tests; misprints are counted as corrected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReachCounts {
    /// Printed rows.
    pub printed_rows: u64,
    /// Rows whose verdict is as printed.
    pub verdicts: u64,
    /// Rows for which a statistic is printed.
    pub statistics: u64,
    /// Of those: the degrees of freedom are as printed.
    pub df: u64,
    /// Of those: the statistic is as printed.
    pub as_printed: u64,
    /// Of those: the statistic is at most a hundredth of the printed one away.
    pub within_1_percent: u64,
    /// Of those: the statistic is at most a twentieth of the printed one away.
    pub within_5_percent: u64,
    /// Rows by status, in the order of [`RowStatus::ALL`]; in JSON by name.
    #[serde(serialize_with = "by_name")]
    pub statuses: [u64; 6],
}

/// One row of a table of statistical tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReachedRow {
    /// Text of the row's key.
    pub row: String,
    /// How near it comes.
    pub status: RowStatus,
    /// How far the statistic is from the printed one, in per cent of that (`-3.1%`); none without both.
    pub distance: Option<String>,
}

/// How near a row comes to the print, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// Every cell is as printed.
    Exact,
    /// Every cell is as printed or as a known misprint should have been.
    KnownMisprint,
    /// Verdict and degrees of freedom are as printed; the statistic is at most one unit of its last digit away.
    Rounding,
    /// Not reached by the synthetic data: verdict and degrees of freedom are as printed, the statistic is not.
    VerdictAndDf,
    /// Not reached by the synthetic data: only the verdict is as printed.
    Verdict,
    /// Not reached by the synthetic data: not even the verdict is as printed.
    Differs,
}

impl RowStatus {
    /// All of them, nearest first.
    pub const ALL: [Self; 6] =
        [Self::Exact, Self::KnownMisprint, Self::Rounding, Self::VerdictAndDf, Self::Verdict, Self::Differs];

    /// The status in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::KnownMisprint => "known misprint",
            Self::Rounding => "rounding",
            Self::VerdictAndDf => "verdict and df",
            Self::Verdict => "verdict",
            Self::Differs => "differs",
        }
    }
}

impl ReachCounts {
    /// Adds the counts of another table.
    pub fn add(&mut self, other: &Self) {
        self.printed_rows += other.printed_rows;
        self.verdicts += other.verdicts;
        self.statistics += other.statistics;
        self.df += other.df;
        self.as_printed += other.as_printed;
        self.within_1_percent += other.within_1_percent;
        self.within_5_percent += other.within_5_percent;
        self.statuses.iter_mut().zip(other.statuses).for_each(|(sum, count)| *sum += count);
    }

    /// Rows of one status.
    pub fn of(&self, status: RowStatus) -> u64 {
        self.statuses[status as usize]
    }
}

fn by_name<S: Serializer>(statuses: &[u64; 6], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(RowStatus::ALL.iter().zip(statuses))
}

/// One compared cell.
pub(super) struct Cell<'a> {
    pub(super) column: &'a str,
    pub(super) printed: &'a str,
    /// What should have been printed.
    pub(super) expected: &'a str,
    pub(super) produced: &'a str,
}

impl Reached {
    /// Adds a row; without cells it was not produced.
    pub(super) fn push(&mut self, reach: &Reach, row: &str, cells: &[Cell<'_>]) {
        let find = |column: Option<&String>| {
            cells.iter().find(|cell| Some(cell.column) == column.map(String::as_str))
        };
        let is_equal = |cell: Option<&Cell<'_>>| cell.is_none_or(|cell| cell.expected == cell.produced);
        let verdict = find(Some(&reach.verdict)).is_some_and(|cell| cell.expected == cell.produced);
        let df = is_equal(find(reach.df.as_ref()));
        let statistic = find(reach.statistic.as_ref()).filter(|cell| !cell.expected.is_empty());
        let off = statistic.and_then(|cell| Off::of(cell.expected, cell.produced));
        let counts = &mut self.counts;
        counts.printed_rows += 1;
        counts.verdicts += u64::from(verdict);
        if let Some(cell) = statistic {
            counts.statistics += 1;
            counts.df += u64::from(df && reach.df.is_some());
            counts.as_printed += u64::from(cell.expected == cell.produced);
            let within = |part: f64| u64::from(off.as_ref().is_some_and(|off| off.relative.abs() <= part));
            counts.within_1_percent += within(0.01);
            counts.within_5_percent += within(0.05);
        }
        let reached = || cells.iter().filter(|cell| reach.columns().any(|column| column == cell.column));
        let status = if !verdict {
            RowStatus::Differs
        } else if reached().all(|cell| cell.expected == cell.produced) {
            let is_corrected = reached().any(|cell| cell.expected != cell.printed);
            if is_corrected { RowStatus::KnownMisprint } else { RowStatus::Exact }
        } else if !df {
            RowStatus::Verdict
        } else if off.as_ref().is_some_and(|off| off.is_rounding) {
            RowStatus::Rounding
        } else {
            RowStatus::VerdictAndDf
        };
        counts.statuses[status as usize] += 1;
        let distance = off.map(|off| format!("{:+.1}%", off.relative * 100.0));
        self.rows.push(ReachedRow { row: fold(row), status, distance });
    }
}

/// How far a statistic is from the printed one.
struct Off {
    /// In parts of the printed one.
    relative: f64,
    /// At most one unit of the last printed digit.
    is_rounding: bool,
}

impl Off {
    fn of(printed: &str, produced: &str) -> Option<Self> {
        let (printed, produced) = (cell::number(printed)?, cell::number(produced)?);
        let difference = produced.rounded(printed.decimals()).minus(&printed)?;
        let digits = format!("{}{}", difference.integer_digits(), difference.fraction_digits());
        let is_rounding = digits.trim_start_matches('0').len() <= 1 && !digits.ends_with(|c| c > '1');
        let relative = (number(&produced)? - number(&printed)?) / number(&printed)?;
        relative.is_finite().then_some(Self { relative, is_rounding })
    }
}

/// The binary number nearest to a decimal one.
pub(super) fn number(decimal: &Decimal) -> Option<f64> {
    let sign = if decimal.is_negative() { "-" } else { "" };
    format!("{sign}{}.{}", decimal.integer_digits(), decimal.fraction_digits()).parse().ok()
}
