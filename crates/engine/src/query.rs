//! SQL over the tables of one run, and over the audit tables of all runs.

mod answer;
mod names;

pub use answer::{Answer, Callable, Readable};
pub use names::NamedPlan;
pub(crate) use names::relabelled;

use crate::error::EngineError;
use crate::history;
use crate::lineage::{LineageTable, Places};
use crate::objects::open_table;
use crate::session::{Resources, session};
use arrow::array::RecordBatch;
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{Manifest, TableRecord};
use warehouse::{Lease, Warehouse};

/// A session in which every table of one run can be read, and nothing written.
///
/// `audit.runs`, `audit.steps`, `audit.checks`, `audit.decisions`, `audit.waterfall`, `audit.quarantine` and
/// `audit.files` hold all runs of the warehouse, each row with its `run`; of the last four, those of this run alone are
/// `audit.run_decisions` and so on, as they were stored. `audit.lineage` says of each row of this run which rows it was
/// made from. It names rows by their place, and `places('schema.table')` is a table with the places of its rows.
///
/// Each query holds a lease of the warehouse while it lasts, so no collection removes what it is about to open; between
/// queries nothing is held, so a session that is left open keeps no collection waiting.
pub struct Reader {
    warehouse: Arc<Warehouse>,
    run: u64,
    context: SessionContext,
}

impl Reader {
    /// Opens a run; of other runs nothing is read until a query asks for it.
    ///
    /// # Errors
    /// A session that cannot be made, a chain that cannot be read, a run whose objects were collected.
    pub fn open(
        warehouse: &Arc<Warehouse>,
        run: &Manifest,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        warehouse.require_kept(run.run)?;
        let context = session(resources, &std::env::temp_dir())?;
        let mut schemas = BTreeMap::<&str, RunSchema>::new();
        let schema =
            || RunSchema { warehouse: warehouse.clone(), tables: BTreeMap::new(), made: BTreeMap::new() };
        for record in run.tables() {
            let (name, table) = (record.table.schema(), record.table.table());
            let tables = &mut schemas.entry(name).or_insert_with(schema).tables;
            tables.insert(history::own_name(name, table), record.clone());
        }
        for (table, provider) in history::tables(warehouse)? {
            schemas.entry("audit").or_insert_with(schema).made.insert(table.to_owned(), provider);
        }
        let catalog = context
            .catalog("herkomst")
            .ok_or_else(|| EngineError::Bug("the session has no catalog".into()))?;
        let lineage = Arc::new(LineageTable::new(warehouse, run));
        schemas.entry("audit").or_insert_with(schema).made.insert("lineage".to_owned(), lineage);
        for (name, schema) in schemas {
            catalog.register_schema(name, Arc::new(schema))?;
        }
        let tables = run.tables().cloned().collect();
        context.register_udtf("places", Arc::new(Places { warehouse: warehouse.clone(), tables }));
        Ok(Self { warehouse: warehouse.clone(), run: run.run, context })
    }

    /// The session, for queries that are more than run.
    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// Anything but a query, a query that fails, a run whose objects have been collected since it was opened.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let _lease = lease(&self.warehouse, [self.run])?;
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = self.context.sql_with_options(sql, read_only).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let mut batches = frame.collect().await?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(schema));
        }
        Ok(batches)
    }
}

/// Keeps collections away from these runs, none of which was collected before.
pub(crate) fn lease(
    warehouse: &Warehouse,
    runs: impl IntoIterator<Item = u64>,
) -> Result<Lease, EngineError> {
    let lease = warehouse.reading()?;
    runs.into_iter().try_for_each(|run| warehouse.require_kept(run))?;
    Ok(lease)
}

/// A schema whose tables are opened, and their objects verified, when a query names them.
struct RunSchema {
    warehouse: Arc<Warehouse>,
    tables: BTreeMap<String, TableRecord>,
    made: BTreeMap<String, Arc<dyn TableProvider>>,
}

impl std::fmt::Debug for RunSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.tables.keys().chain(self.made.keys())).finish()
    }
}

#[async_trait]
impl SchemaProvider for RunSchema {
    fn table_names(&self) -> Vec<String> {
        self.tables.keys().chain(self.made.keys()).cloned().collect()
    }

    async fn table(&self, name: &str) -> datafusion::error::Result<Option<Arc<dyn TableProvider>>> {
        if let Some(table) = self.made.get(name) {
            return Ok(Some(table.clone()));
        }
        match self.tables.get(name) {
            None => Ok(None),
            Some(record) => open_table(&self.warehouse, record)
                .map(|opened| Some(opened.plain))
                .map_err(|error| DataFusionError::External(Box::new(error))),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.contains_key(name) || self.made.contains_key(name)
    }
}
