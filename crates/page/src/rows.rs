//! Rows of the pages' own queries, over the tables of a run as the visitor's role may see them.

use crate::fault::Fault;
use crate::visit::Visit;
use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use axum::body::Bytes;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::prelude::DataFrame;
use engine::{Desk, Seat};
use futures::StreamExt;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of a query as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
    /// The values of each row; none is NULL.
    pub(crate) values: Vec<Vec<Option<String>>>,
}

/// The desks that a visit asks at, by run; none: the published one.
pub(crate) type Desks = Mutex<BTreeMap<Option<u64>, Arc<Desk>>>;

/// A value for a `$name` of a query.
#[derive(Clone, Debug)]
pub(crate) enum Value<'v> {
    Text(&'v str),
    Number(u64),
    Nothing,
}

impl Rows {
    /// Texts of tables of one schema.
    ///
    /// # Errors
    /// A type that has no text.
    pub(crate) fn of(batches: &[RecordBatch]) -> Result<Self, Fault> {
        let mut rows = Self::default();
        let options = FormatOptions::new();
        for batch in batches {
            rows.columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            let texts =
                batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
            let texts: Vec<_> = texts.collect::<Result<_, _>>().map_err(Fault::inside)?;
            for row in 0..batch.num_rows() {
                let value = |(text, column): (&ArrayFormatter<'_>, &arrow::array::ArrayRef)| {
                    column.is_valid(row).then(|| text.value(row).to_string())
                };
                rows.values.push(texts.iter().zip(batch.columns()).map(value).collect());
            }
        }
        Ok(rows)
    }

    /// The rows of a table as lines of CSV, harmless to spreadsheets; NULL is an empty field.
    ///
    /// # Errors
    /// A type that has no text.
    pub(crate) fn csv(batch: &RecordBatch) -> Result<Bytes, Fault> {
        let rows = Self::of(std::slice::from_ref(batch))?;
        let texts =
            rows.values.iter().map(|row| row.iter().map(|value| value.as_deref().unwrap_or_default()));
        Ok(report::csv_records(texts)?.into())
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// A value by the name of its column; empty where there is none.
    pub(crate) fn text(&self, row: usize, column: &str) -> &str {
        self.value(row, column).unwrap_or_default()
    }

    /// A value by the name of its column; none is NULL, or no such column.
    pub(crate) fn value(&self, row: usize, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.values.get(row)?.get(at)?.as_deref()
    }

    /// A whole number by the name of its column; 0 where there is none.
    pub(crate) fn number(&self, row: usize, column: &str) -> u64 {
        self.text(row, column).parse().unwrap_or_default()
    }
}

impl Visit {
    /// The rows of a query of ours on the visited run; a column that the role may not see is not there.
    ///
    /// # Errors
    /// A query that fails.
    pub(crate) async fn rows(&self, sql: &str, values: &[(&str, Value<'_>)]) -> Result<Rows, Fault> {
        self.rows_in(self.chosen()?, sql, values).await
    }

    /// The rows of a query of ours on a run, so that several queries of a page read the same one; none: the published run.
    ///
    /// # Errors
    /// A query that fails.
    pub(crate) async fn rows_in(
        &self,
        run: Option<u64>,
        sql: &str,
        values: &[(&str, Value<'_>)],
    ) -> Result<Rows, Fault> {
        let (_desk, frame) = self.asked(run, sql, values).await?;
        collected(frame).await
    }

    /// A query of ours on a run, and the desk that it is asked at: while that is there, nothing that it reads is removed.
    ///
    /// # Errors
    /// A query that fails.
    pub(crate) async fn asked(
        &self,
        run: Option<u64>,
        sql: &str,
        values: &[(&str, Value<'_>)],
    ) -> Result<(Arc<Desk>, DataFrame), Fault> {
        let desk = self.desk(run)?;
        let values = values.iter().map(|(name, value)| {
            let value = match value {
                Value::Text(text) => ScalarValue::from(*text),
                Value::Number(number) => ScalarValue::Int64(i64::try_from(*number).ok()),
                Value::Nothing => ScalarValue::Utf8(None),
            };
            ((*name).to_owned(), value.into())
        });
        let frame = desk.context().sql(sql).await.map_err(Fault::inside)?;
        let frame = frame.with_param_values(ParamValues::Map(values.collect())).map_err(Fault::inside)?;
        Ok((desk, frame))
    }

    /// The desk of this visit on a run: all queries of a page are asked at one.
    fn desk(&self, run: Option<u64>) -> Result<Arc<Desk>, Fault> {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(desk) = desks.get(&run) {
            return Ok(desk.clone());
        }
        let seat = Seat {
            database: "current".to_owned(),
            pinned: run,
            schema: "audit".to_owned(),
            access: self.role.access(),
        };
        let desk = Arc::new(self.house.room.desk(&seat, Vec::new())?);
        desks.insert(run, desk.clone());
        Ok(desk)
    }
}

/// Rows of a page's query at most: pages show a page of what there is, and count the rest where it is.
const MOST: usize = 50_000;

/// The rows of a query; one that gives more than pages show is ended, so that a table of millions is never in memory.
async fn collected(frame: DataFrame) -> Result<Rows, Fault> {
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let mut rows = frame.execute_stream().await.map_err(Fault::inside)?;
    let (mut batches, mut count) = (Vec::new(), 0);
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(Fault::inside)?;
        count += batch.num_rows();
        if count > MOST {
            return Err(Fault::inside(format!("a query of a page gives more than {MOST} rows")));
        }
        batches.push(batch);
    }
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Rows::of(&batches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::SessionContext;

    async fn rows(sql: &str) -> Result<Rows, Fault> {
        collected(SessionContext::new().sql(sql).await.unwrap()).await
    }

    /// The query would take days, and more memory than there is.
    #[tokio::test]
    async fn a_page_does_not_read_a_table_that_is_longer_than_pages() {
        let endless = "select value from generate_series(1, 1000000000000)";
        assert!(matches!(rows(endless).await, Err(Fault::Inside)));
        let page = rows(&format!("{endless} limit 50 offset 100")).await.unwrap();
        assert_eq!((page.len(), page.text(0, "value")), (50, "101"));
        assert_eq!(rows(&format!("select value from generate_series(1, {MOST})")).await.unwrap().len(), MOST);
        let none = rows("select value as n from generate_series(1, 9) where value > 9").await.unwrap();
        assert_eq!((none.len(), none.columns), (0, vec!["n".to_owned()]));
    }
}
