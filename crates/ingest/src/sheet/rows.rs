//! The cells of a sheet as rows, in the order of the file, with memory for one row.

use crate::FileFault;
use crate::Limits;
use crate::cell::{Cell, Epoch, moment};
use crate::fault::Refusal;
use calamine::{DataRef, XlsxCellReader};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::io::{Read, Seek};

/// One row that has cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// From 1.
    pub(crate) number: u64,
    /// From column A up to the last cell with a value.
    pub(crate) cells: Vec<Cell>,
    /// A value stands beyond the columns that are read.
    pub(crate) beyond: bool,
    /// A merged cell reaches over the row.
    pub(crate) merged: bool,
}

impl Row {
    pub(crate) fn is_blank(&self) -> bool {
        !self.beyond && self.cells.iter().all(Cell::is_blank)
    }

    /// False if this cell or a later one was put before.
    fn put(&mut self, column: usize, cell: Cell, limits: &Limits) -> bool {
        if cell.is_blank() {
            return true;
        }
        if column >= limits.columns {
            self.beyond = true;
            return true;
        }
        let fresh = column >= self.cells.len();
        if fresh {
            self.cells.resize(column, Cell::Empty);
            self.cells.push(cell);
        }
        fresh
    }
}

/// Gives each row to `each`, until it answers false; the error says what is wrong with the sheet.
pub(crate) fn each_row<R: Read + Seek>(
    reader: &mut XlsxCellReader<'_, R>,
    epoch: Epoch,
    limits: &Limits,
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), Refusal> {
    let mut row = Row::default();
    let mut cells = 0;
    while let Some(cell) = reader.next_cell().map_err(|error| super::package::damaged(&error))? {
        cells += 1;
        if cells > limits.cells {
            let problem = format!("the sheet has more than {} cells; split it, or deliver CSV", limits.cells);
            return Err(Refusal::new(FileFault::TooLarge, problem));
        }
        let (at, column) = cell.get_position();
        let number = u64::from(at) + 1;
        if number > row.number && row.number > 0 && !each(std::mem::take(&mut row)) {
            return Ok(());
        }
        let in_order = number >= row.number;
        row.number = number;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if !in_order || !row.put(column, delivered(cell.get_value(), epoch), limits) {
            return Err(super::package::damaged(&format!(
                "row {number} is out of order, or a cell occurs twice"
            )));
        }
    }
    if row.number > 0 {
        each(row);
    }
    Ok(())
}

fn delivered(value: &DataRef<'_>, epoch: Epoch) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(whole(*number)),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(yes) => Cell::Boolean(*yes),
        DataRef::DateTime(time) if time.is_duration() => Cell::Duration,
        DataRef::DateTime(time) => Cell::Moment(moment(time.as_f64(), epoch)),
        DataRef::DateTimeIso(text) => Cell::Moment(iso(text)),
        DataRef::DurationIso(_) => Cell::Duration,
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

// A sheet stores all numbers as doubles; what does not fit one is refused later as imprecise.
#[allow(clippy::cast_precision_loss)]
fn whole(number: i64) -> f64 {
    number as f64
}

fn iso(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    let date = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date(text)
        .map(|date| date.and_time(NaiveTime::MIN))
        .or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok())
}
