//! Tables and rows as people name them.

use crate::failure::Failure;
use crate::place::table;
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use report::{PrintedTable, TableTexts};
use study::Study;
use terms::{Manifest, TableName};
use warehouse::Warehouse;

/// `schema.table`, or the name of an appendix alone.
pub(crate) fn name(study: &Study, text: &str) -> Result<TableName, Failure> {
    if let Some(appendix) = study.appendices.iter().find(|appendix| appendix.model.table.table() == text) {
        return Ok(appendix.model.table.clone());
    }
    TableName::parse(text).map_err(|_| {
        let names: Vec<&str> = study.appendices.iter().map(|appendix| appendix.model.table.table()).collect();
        Failure::Usage(format!(
            "{text:?} is no appendix and no schema.table; appendices are {}",
            names.join(", ")
        ))
    })
}

/// The texts of a table: of an appendix as they are printed.
pub(crate) struct Texts {
    name: TableName,
    table: TableTexts,
}

impl Texts {
    pub(crate) fn of(
        study: &Study,
        warehouse: &Warehouse,
        manifest: &Manifest,
        name: &TableName,
    ) -> Result<Self, Failure> {
        let batches = engine::read_table(warehouse, table(manifest, name)?)?;
        let appendix = study.appendices.iter().find(|appendix| &appendix.model.table == name);
        let table = match appendix {
            Some(appendix) => TableTexts::printed(&PrintedTable::new(&appendix.presentation, &batches)?),
            None => plain(&batches)?,
        };
        Ok(Self { name: name.clone(), table })
    }

    /// Place of the only row that has a cell of this text; of several, the only one whose key it is.
    pub(crate) fn row(&self, text: &str) -> Result<usize, Failure> {
        let TableTexts { rows, keys, .. } = &self.table;
        let has = |row: &usize| rows[*row].iter().any(|cell| cell == text);
        let found: Vec<usize> = (0..rows.len()).filter(has).collect();
        let keys: Vec<usize> =
            found.iter().copied().filter(|row| keys.get(*row).is_some_and(|key| key == text)).collect();
        match (found.as_slice(), keys.as_slice()) {
            ([row], _) | (_, [row]) => Ok(*row),
            _ => Err(Failure::Usage(format!(
                "{} rows of {} have a cell {text:?}; name one row by a text that only it has",
                found.len(),
                self.name,
            ))),
        }
    }

    /// What names a row for people; in a table that is not printed, its number from 1.
    pub(crate) fn label(&self, place: i64) -> String {
        self.table.label(place)
    }

    /// The text of a cell.
    pub(crate) fn cell(&self, place: i64, column: &str) -> Option<&str> {
        self.table.cell(place, column)
    }

    /// The cells of a row.
    pub(crate) fn cells(&self, row: usize) -> &[String] {
        self.table.rows.get(row).map_or(&[], Vec::as_slice)
    }

    /// Place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Failure> {
        let columns = &self.table.columns;
        columns.iter().position(|column| column == name).ok_or_else(|| {
            let columns = columns.join(", ");
            Failure::Usage(format!("{} has no column {name:?}; columns are {columns}", self.name))
        })
    }
}

/// The values of a table that is not printed, as they are written.
fn plain(batches: &[RecordBatch]) -> Result<TableTexts, Failure> {
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    let options = FormatOptions::new();
    for batch in batches {
        columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let shown = batch
            .columns()
            .iter()
            .map(|values| ArrayFormatter::try_new(values.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::Io(error.to_string()))?;
        let row = |row| shown.iter().map(|texts| texts.value(row).to_string()).collect();
        rows.extend((0..batch.num_rows()).map(row));
    }
    Ok(TableTexts::plain(columns, rows))
}
