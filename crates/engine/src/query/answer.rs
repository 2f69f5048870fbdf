//! The rows of a query as they are made, and what there is to ask for.

use super::names::{NamedPlan, relabelled};
use super::{Reader, lease};
use crate::error::EngineError;
use crate::{history, sql};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use study::{Parameter, SqlFile};
use terms::{Manifest, TableRecord};
use warehouse::Lease;

/// Rows that are made as they are asked for; what is dropped half-way is not made to the end. While it lasts, no collection
/// removes what they are made from.
pub struct Answer {
    rows: SendableRecordBatchStream,
    /// The columns as they are called, of which several may have one name.
    schema: SchemaRef,
    _lease: Lease,
}

impl Answer {
    /// The columns; several may have one name.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// A query that fails on its rows, such as a text that cannot be cast, or a damaged object.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        let rows = self.rows.next().await.transpose()?;
        Ok(rows.map(|rows| relabelled(&rows, &self.schema)).transpose()?)
    }
}

/// A table that queries can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Schema.
    pub schema: String,
    /// Name within the schema.
    pub table: String,
    /// What is stored of it; none for a table that is made when it is asked, such as an audit table of all runs.
    pub stored: Option<TableRecord>,
}

/// A function that queries can call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callable {
    /// Name.
    pub name: String,
    /// `scalar`, `aggregate`, `window` or `table`.
    pub kind: &'static str,
    /// What it does, in the words of its documentation; none if it has none.
    pub description: Option<String>,
    /// How it is written; none if it has no documentation.
    pub syntax: Option<String>,
}

impl Reader {
    /// Plans a query and starts it; parameters that it names, as `$name`, get these values. Faults of the query are placed in
    /// `path`, which names where its text stands.
    ///
    /// # Errors
    /// Anything but one query, or one that names another parameter, with its place ([`EngineError::Study`]); a table that is
    /// damaged; a run whose objects have been collected since it was opened.
    pub async fn answer(
        &self,
        path: &str,
        text: &str,
        parameters: &BTreeMap<String, Parameter>,
    ) -> Result<Answer, EngineError> {
        let lease = lease(&self.warehouse, [self.run])?;
        let (file, named) = self.asked(path, text).await?;
        let plan = sql::filled(&file, named.plan.clone(), parameters)?;
        let frame = self.context().execute_logical_plan(plan).await;
        let rows = frame.map_err(|error| sql::unplanned(&file, error))?.execute_stream().await?;
        Ok(Answer { schema: named.called(&rows.schema()), rows, _lease: lease })
    }

    /// The plan of somebody's query, which only reads; parameters are left open.
    pub(crate) async fn asked(&self, path: &str, text: &str) -> Result<(SqlFile, NamedPlan), EngineError> {
        let file = SqlFile {
            path: path.into(),
            text: text.to_owned(),
            canonical: String::new(),
            reads: Vec::new(),
            sorted_by: Vec::new(),
            parameters: BTreeSet::new(),
            query: None,
        };
        let state = self.context().state();
        let dialect = state.config_options().sql_parser.dialect;
        let parsed = state.sql_to_statement(text, &dialect).map_err(|error| sql::unplanned(&file, error))?;
        let named = NamedPlan::of(&state, parsed).await.map_err(|error| sql::unplanned(&file, error))?;
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        read_only.verify_plan(&named.plan).map_err(|error| sql::fault(&file, &error))?;
        Ok((file, named))
    }

    /// The tables that queries over this run can name, by schema and name; nothing is opened. `run` is the run that the
    /// reader was opened with.
    pub fn tables(&self, run: &Manifest) -> Vec<Readable> {
        let mut stored: BTreeMap<(String, String), TableRecord> = run
            .tables()
            .map(|record| {
                let (schema, table) = (record.table.schema(), record.table.table());
                ((schema.to_owned(), history::own_name(schema, table)), record.clone())
            })
            .collect();
        let mut tables = Vec::new();
        for catalog in self.context().catalog_names() {
            let Some(catalog) = self.context().catalog(&catalog) else { continue };
            for schema in catalog.schema_names() {
                let names = catalog.schema(&schema).map(|schema| schema.table_names()).unwrap_or_default();
                tables.extend(names.into_iter().map(|table| (schema.clone(), table)));
            }
        }
        tables.sort();
        let readable = |(schema, table): (String, String)| {
            let stored = stored.remove(&(schema.clone(), table.clone()));
            Readable { schema, table, stored }
        };
        tables.into_iter().map(readable).collect()
    }

    /// The columns of a table; none if there is no such table. A stored table is opened and verified for it.
    ///
    /// # Errors
    /// A damaged object.
    pub async fn columns(&self, schema: &str, table: &str) -> Result<Option<SchemaRef>, EngineError> {
        let reference = TableReference::partial(schema, table);
        if !self.context().table_exist(reference.clone())? {
            return Ok(None);
        }
        Ok(Some(self.context().table_provider(reference).await?.schema()))
    }

    /// The functions that queries can call, by name.
    pub fn functions(&self) -> Vec<Callable> {
        let state = self.context().state();
        let mut functions = Vec::new();
        let mut add = |name: &str, kind, documentation: Option<&datafusion::logical_expr::Documentation>| {
            functions.push(Callable {
                name: name.to_owned(),
                kind,
                description: documentation.map(|of| of.description.trim().to_owned()),
                syntax: documentation.map(|of| of.syntax_example.trim().to_owned()),
            });
        };
        let scalar: BTreeMap<_, _> = state.scalar_functions().iter().collect();
        scalar.iter().for_each(|(name, function)| add(name, "scalar", function.documentation()));
        let aggregate: BTreeMap<_, _> = state.aggregate_functions().iter().collect();
        aggregate.iter().for_each(|(name, function)| add(name, "aggregate", function.documentation()));
        let window: BTreeMap<_, _> = state.window_functions().iter().collect();
        window.iter().for_each(|(name, function)| add(name, "window", function.documentation()));
        let table: BTreeSet<_> = state.table_functions().keys().collect();
        table.iter().for_each(|name| add(name, "table", None));
        functions.sort();
        functions
    }
}
