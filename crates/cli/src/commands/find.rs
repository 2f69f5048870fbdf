//! Tables and rows as people name them.

use crate::failure::Failure;
use crate::place::table;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use report::{CellKind, PrintedTable};
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
    /// What names each row: its key, and where that is a number, its first text.
    labels: Vec<String>,
    /// What is printed in each row's key.
    keys: Vec<String>,
}

impl Texts {
    pub(crate) fn of(
        study: &Study,
        warehouse: &Warehouse,
        manifest: &Manifest,
        name: &TableName,
    ) -> Result<Self, Failure> {
        let batches = engine::read_table(warehouse, table(manifest, name)?)?;
        let mut texts = Self {
            name: name.clone(),
            columns: Vec::new(),
            rows: Vec::new(),
            labels: Vec::new(),
            keys: Vec::new(),
        };
        if let Some(appendix) = study.appendices.iter().find(|appendix| &appendix.model.table == name) {
            let printed = PrintedTable::new(&appendix.presentation, &batches)?;
            for row in &printed.rows {
                let cells = || row.cells.iter().chain(&row.hidden);
                texts.columns = cells().map(|cell| cell.column.clone()).collect();
                texts.rows.push(cells().map(|cell| cell.text.clone()).collect());
                let name = row.cells.iter().find(|cell| cell.kind == CellKind::Text && !cell.text.is_empty());
                // A number alone says little to people.
                let is_number = !row.key.is_empty() && row.key.bytes().all(|byte| byte.is_ascii_digit());
                texts.labels.push(match name.filter(|_| is_number) {
                    Some(name) => format!("{} {:?}", row.key, name.text),
                    None => format!("{:?}", row.key),
                });
                texts.keys.push(row.key.clone());
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
        Ok(texts)
    }

    /// Place of the only row that has a cell of this text; of several, the only one whose key it is.
    pub(crate) fn row(&self, text: &str) -> Result<usize, Failure> {
        let has = |row: &usize| self.rows[*row].iter().any(|cell| cell == text);
        let found: Vec<usize> = (0..self.rows.len()).filter(has).collect();
        let keys: Vec<usize> =
            found.iter().copied().filter(|row| self.keys.get(*row).is_some_and(|key| key == text)).collect();
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
        let row = usize::try_from(place).unwrap_or(usize::MAX);
        self.labels.get(row).cloned().unwrap_or_else(|| format!("{}", place.saturating_add(1)))
    }

    /// The text of a cell.
    pub(crate) fn cell(&self, place: i64, column: &str) -> Option<&str> {
        let column = self.columns.iter().position(|name| name == column)?;
        self.rows.get(usize::try_from(place).ok()?)?.get(column).map(String::as_str)
    }

    /// Place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Failure> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let columns = self.columns.join(", ");
            Failure::Usage(format!("{} has no column {name:?}; columns are {columns}", self.name))
        })
    }
}
