//! Returned rows beside expected ones.

use super::{fault, given};
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::Serialize;
use study::{StudyError, UnitCell, UnitOrder, UnitTest};

/// How the rows that a query returns differ from those that its test expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The columns that the test compares.
    pub columns: Vec<String>,
    /// All rows of both.
    pub rows: Vec<DifferingRow>,
    /// The rows are the expected ones, but come in another order.
    pub reordered: bool,
}

/// A row of the one, the other, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DifferingRow {
    /// Which of them has it.
    pub is: RowIs,
    /// Its cells as text; none is NULL.
    pub cells: Vec<Option<String>>,
}

/// Which rows have a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowIs {
    /// It is expected and returned.
    Same,
    /// It is expected and not returned.
    Missing,
    /// It is returned and not expected.
    Unexpected,
}

impl Difference {
    /// The fault of a test: what was expected and not returned after `-`, what was returned and not expected after `+`.
    pub(super) fn fault(&self, test: &UnitTest) -> StudyError {
        let count = |is: RowIs| self.rows.iter().filter(|row| row.is == is).count();
        let message = if self.reordered {
            "the query returns the expected rows in another order".to_owned()
        } else {
            let (missing, more) = (count(RowIs::Missing), count(RowIs::Unexpected));
            format!("the query returns other rows: {missing} expected and missing, {more} not expected")
        };
        StudyError::UnitTest(test.spot.fault(message, format!("- expected, + returned\n{}", self.text())))
    }

    /// The rows as a table, a line each, with a sign before it.
    fn text(&self) -> String {
        let shown = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
        let head = (' ', self.columns.clone());
        let rows = self.rows.iter().map(|row| {
            let sign = match row.is {
                RowIs::Same => ' ',
                RowIs::Missing => '-',
                RowIs::Unexpected => '+',
            };
            (sign, row.cells.iter().map(shown).collect())
        });
        let lines: Vec<(char, Vec<String>)> = std::iter::once(head).chain(rows).collect();
        let width =
            |column: usize| lines.iter().map(|(_, cells)| cells[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |(sign, cells): &(char, Vec<String>)| {
            let cells: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            format!("    {sign} {}", cells.join(" | ")).trim_end().to_owned()
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// How the rows differ from those that the test expects; none if they do not.
pub(super) fn difference(test: &UnitTest, returned: &RecordBatch) -> Result<Option<Difference>, EngineError> {
    let expected = &test.expected;
    // Where no row is expected no column is named, and whatever comes is shown whole.
    let names: Vec<String> = match expected.rows.is_empty() {
        true => returned.schema().fields().iter().map(|field| field.name().clone()).collect(),
        false => expected.columns.clone(),
    };
    let column = |(place, name): (usize, &String)| {
        let cells: Vec<&UnitCell> = expected.rows.iter().map(|row| &row[place]).collect();
        Column::of(name, &cells, returned)
    };
    let columns = names.iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
    let (wanted, found) = (expected.rows.len(), returned.num_rows());
    let same = |row: usize, other: usize| columns.iter().all(|column| column.is_same(row, other));
    let pairs = match test.order {
        UnitOrder::AsWritten => in_order(wanted, found, &same),
        UnitOrder::Any => in_any_order(wanted, found, &same),
    };
    if pairs.len() == wanted && pairs.len() == found {
        return Ok(None);
    }
    let reordered = wanted == found && in_any_order(wanted, found, &same).len() == wanted;
    let row = |is: RowIs, row: usize| {
        let cell = |column: &Column| match is {
            RowIs::Missing => column.expected[row].clone(),
            RowIs::Same | RowIs::Unexpected => column.returned[row].clone(),
        };
        DifferingRow { is, cells: columns.iter().map(cell).collect() }
    };
    let mut rows = Vec::new();
    let (mut next_wanted, mut next_found) = (0, 0);
    if test.order == UnitOrder::AsWritten {
        for (row_wanted, row_found) in pairs.iter().copied().chain([(wanted, found)]) {
            rows.extend((next_wanted..row_wanted).map(|place| row(RowIs::Missing, place)));
            rows.extend((next_found..row_found).map(|place| row(RowIs::Unexpected, place)));
            rows.extend((row_found < found).then(|| row(RowIs::Same, row_found)));
            (next_wanted, next_found) = (row_wanted + 1, row_found + 1);
        }
    } else {
        let is_paired = |place: usize| pairs.iter().any(|(_, found)| *found == place);
        rows.extend(pairs.iter().map(|(_, found)| row(RowIs::Same, *found)));
        let unpaired = (0..wanted).filter(|place| pairs.iter().all(|(wanted, _)| wanted != place));
        rows.extend(unpaired.map(|place| row(RowIs::Missing, place)));
        rows.extend((0..found).filter(|place| !is_paired(*place)).map(|place| row(RowIs::Unexpected, place)));
    }
    Ok(Some(Difference { columns: names, rows, reordered }))
}

/// One compared column, as text.
struct Column {
    expected: Vec<Option<String>>,
    returned: Vec<Option<String>>,
    /// The returned numbers, where the column holds floats.
    floats: Option<Vec<Option<f64>>>,
    /// Decimals that each expected number is written with.
    decimals: Vec<usize>,
}

impl Column {
    fn of(name: &str, cells: &[&UnitCell], returned: &RecordBatch) -> Result<Self, EngineError> {
        let schema = returned.schema();
        let Some(values) = returned.column_by_name(name) else {
            let spot = cells.first().map(|cell| &cell.spot);
            let message = format!("the query returns no column {name}");
            return Err(match spot {
                Some(spot) => fault(spot.fault(message, given::known(name, &schema))),
                None => EngineError::Bug(message),
            });
        };
        let kind = values.data_type();
        let is_list = kind.is_nested();
        let expected = match is_list {
            // Lists are compared as they are shown.
            true => cells.iter().map(|cell| cell.text.clone()).collect(),
            false => texts(&given::typed(cells, kind, name)?)?,
        };
        let floats = match kind {
            DataType::Float32 | DataType::Float64 => {
                let numbers = cast(values, &DataType::Float64)?;
                Some(numbers.as_primitive::<Float64Type>().iter().collect())
            }
            _ => None,
        };
        let decimals = |cell: &&UnitCell| {
            let text = cell.text.as_deref().unwrap_or_default();
            text.split_once('.').map_or(0, |(_, rest)| rest.len())
        };
        Ok(Self {
            expected,
            returned: texts(values)?,
            floats,
            decimals: cells.iter().map(decimals).collect(),
        })
    }

    /// Whether an expected cell is a returned one; a float is, if it is at as many decimals as are written.
    fn is_same(&self, expected: usize, returned: usize) -> bool {
        let (wanted, found) = (&self.expected[expected], &self.returned[returned]);
        if wanted == found {
            return true;
        }
        let (Some(floats), Some(wanted), 1..) = (&self.floats, wanted, self.decimals[expected]) else {
            return false;
        };
        let decimals = self.decimals[expected];
        match (wanted.parse::<f64>(), floats[returned]) {
            (Ok(wanted), Some(found)) => format!("{wanted:.decimals$}") == format!("{found:.decimals$}"),
            _ => false,
        }
    }
}

fn texts(values: &ArrayRef) -> Result<Vec<Option<String>>, EngineError> {
    let shown = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new())?;
    Ok((0..values.len()).map(|row| values.is_valid(row).then(|| shown.value(row).to_string())).collect())
}

/// The longest list of pairs of equal rows that comes in both orders.
fn in_order(wanted: usize, found: usize, same: &dyn Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    // Length of that list from each pair of rows on.
    let mut lengths = vec![vec![0_usize; found + 1]; wanted + 1];
    for row in (0..wanted).rev() {
        for other in (0..found).rev() {
            lengths[row][other] = match same(row, other) {
                true => lengths[row + 1][other + 1] + 1,
                false => lengths[row + 1][other].max(lengths[row][other + 1]),
            };
        }
    }
    let (mut row, mut other) = (0, 0);
    let mut pairs = Vec::new();
    while row < wanted && other < found {
        if same(row, other) {
            pairs.push((row, other));
            (row, other) = (row + 1, other + 1);
        } else if lengths[row + 1][other] >= lengths[row][other + 1] {
            row += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

/// Pairs of equal rows, each row in one at most, in the order of the expected ones.
fn in_any_order(wanted: usize, found: usize, same: &dyn Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut free = vec![true; found];
    let mut pairs = Vec::new();
    for row in 0..wanted {
        if let Some(other) = (0..found).find(|other| free[*other] && same(row, *other)) {
            free[other] = false;
            pairs.push((row, other));
        }
    }
    pairs
}
