//! Tables and rows as people name them.

use crate::failure::Failure;
use crate::place::table;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use report::PrintedTable;
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
    /// Names of the columns, the shown ones first.
    pub(crate) columns: Vec<String>,
    /// The cells of each row.
    pub(crate) rows: Vec<Vec<String>>,
    /// How many columns are shown.
    pub(crate) shown: usize,
}

impl Texts {
    pub(crate) fn of(
        study: &Study,
        warehouse: &Warehouse,
        manifest: &Manifest,
        name: &TableName,
    ) -> Result<Self, Failure> {
        let batches = engine::read_table(warehouse, table(manifest, name)?)?;
        let mut texts = Self { name: name.clone(), columns: Vec::new(), rows: Vec::new(), shown: 0 };
        if let Some(appendix) = study.appendices.iter().find(|appendix| &appendix.model.table == name) {
            let printed = PrintedTable::new(&appendix.presentation, &batches)?;
            texts.shown = printed.columns.len();
            for row in &printed.rows {
                let cells = || row.cells.iter().chain(&row.hidden);
                texts.columns = cells().map(|cell| cell.column.clone()).collect();
                texts.rows.push(cells().map(|cell| cell.text.clone()).collect());
            }
            return Ok(texts);
        }
        for batch in &batches {
            texts.columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            let options = FormatOptions::new();
            let shown = batch
                .columns()
                .iter()
                .map(|values| ArrayFormatter::try_new(values.as_ref(), &options))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| Failure::Io(error.to_string()))?;
            texts.rows.extend(
                (0..batch.num_rows()).map(|row| shown.iter().map(|s| s.value(row).to_string()).collect()),
            );
        }
        texts.shown = texts.columns.len();
        Ok(texts)
    }

    /// Place of the only row that has a cell of this text.
    pub(crate) fn row(&self, text: &str) -> Result<usize, Failure> {
        let has = |row: &&Vec<String>| row.iter().any(|cell| cell == text);
        let found: Vec<usize> = (0..self.rows.len()).filter(|row| has(&&self.rows[*row])).collect();
        match found.as_slice() {
            [row] => Ok(*row),
            _ => Err(Failure::Usage(format!(
                "{} rows of {} have a cell {text:?}; name one row by a text that only it has",
                found.len(),
                self.name,
            ))),
        }
    }

    /// Place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Failure> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let columns = self.columns.join(", ");
            Failure::Usage(format!("{} has no column {name:?}; columns are {columns}", self.name))
        })
    }
}
