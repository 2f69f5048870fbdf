//! SQL over the tables of one run, and over what all runs were.

use crate::error::EngineError;
use crate::lineage::{LineageTable, Places};
use crate::night::open_table;
use crate::session::{Resources, session};
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use async_trait::async_trait;
use datafusion::catalog::{MemTable, SchemaProvider, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{CheckOutcome, Manifest, Severity, StepOutcome, TableRecord};
use warehouse::Warehouse;

/// A session in which every table of one run can be read, and nothing written.
///
/// Besides the run's own tables there are `audit.runs`, `audit.steps` and `audit.checks`, which hold all runs, and
/// `audit.lineage`, which says of each row of this run which rows it was made from. It names rows by their place, and
/// `places('schema.table')` is a table with the places of its rows.
pub struct Reader {
    context: SessionContext,
}

impl Reader {
    /// Opens a run; `all` are the manifests of all runs, in order.
    ///
    /// # Errors
    /// A session that cannot be made.
    pub fn open(
        warehouse: &Arc<Warehouse>,
        run: &Manifest,
        all: &[Manifest],
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let context = session(resources, &std::env::temp_dir())?;
        let checks = run.checks.iter().filter_map(|check| check.table.as_ref());
        let mut schemas = BTreeMap::<&str, BTreeMap<String, TableRecord>>::new();
        for record in run.nodes.iter().flat_map(|node| &node.tables).chain(checks) {
            let tables = schemas.entry(record.table.schema()).or_default();
            tables.insert(record.table.table().to_owned(), record.clone());
        }
        let catalog = context
            .catalog("herkomst")
            .ok_or_else(|| EngineError::Bug("the session has no catalog".into()))?;
        for (name, tables) in schemas {
            let mut made = made(name, all)?;
            if name == "audit" {
                made.insert("lineage".to_owned(), Arc::new(LineageTable::new(warehouse, run)));
            }
            let schema = RunSchema { warehouse: warehouse.clone(), tables, made };
            catalog.register_schema(name, Arc::new(schema))?;
        }
        let tables = run.tables().cloned().collect();
        context.register_udtf("places", Arc::new(Places { warehouse: warehouse.clone(), tables }));
        Ok(Self { context })
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// Anything but a query, or a query that fails.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>, EngineError> {
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

/// Tables of a schema that are made from the manifests of all runs.
fn made(schema: &str, all: &[Manifest]) -> Result<BTreeMap<String, Arc<dyn TableProvider>>, EngineError> {
    let mut made = BTreeMap::<String, Arc<dyn TableProvider>>::new();
    if schema == "audit" {
        for (name, batch) in [("runs", runs(all)?), ("steps", steps(all)?), ("checks", checks(all)?)] {
            made.insert(name.to_owned(), Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?));
        }
    }
    Ok(made)
}

fn text<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn number(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(values.map(|value| i64::try_from(value).ok()).collect::<Int64Array>())
}

fn flag(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}

fn runs(all: &[Manifest]) -> Result<RecordBatch, EngineError> {
    Ok(RecordBatch::try_from_iter([
        ("run", number(all.iter().map(|m| m.run))),
        ("study", text(all.iter().map(|m| m.study.as_str()))),
        ("started", text(all.iter().map(|m| m.started.as_str()))),
        ("finished", text(all.iter().map(|m| m.finished.as_str()))),
        ("published", flag(all.iter().map(|m| m.published))),
        ("engine", text(all.iter().map(|m| m.engine.as_str()))),
        ("steps", number(all.iter().map(|m| m.nodes.len() as u64))),
        (
            "reused",
            number(
                all.iter()
                    .map(|m| m.nodes.iter().filter(|n| n.outcome == StepOutcome::Reused).count() as u64),
            ),
        ),
    ])?)
}

fn steps(all: &[Manifest]) -> Result<RecordBatch, EngineError> {
    let rows: Vec<_> = all
        .iter()
        .flat_map(|m| m.nodes.iter().flat_map(move |n| n.tables.iter().map(move |t| (m, n, t))))
        .collect();
    let names: Vec<String> = rows.iter().map(|(_, _, table)| table.table.to_string()).collect();
    Ok(RecordBatch::try_from_iter([
        ("run", number(rows.iter().map(|(m, _, _)| m.run))),
        ("step", text(rows.iter().map(|(_, n, _)| n.node.as_str()))),
        ("fingerprint", text(rows.iter().map(|(_, n, _)| n.fingerprint.as_str()))),
        ("reused", flag(rows.iter().map(|(_, n, _)| n.outcome == StepOutcome::Reused))),
        ("millis", number(rows.iter().map(|(_, n, _)| n.millis))),
        ("table", text(names.iter().map(String::as_str))),
        ("object", text(rows.iter().map(|(_, _, t)| t.object.as_str()))),
        ("rows", number(rows.iter().map(|(_, _, t)| t.rows))),
        ("bytes", number(rows.iter().map(|(_, _, t)| t.bytes))),
    ])?)
}

fn checks(all: &[Manifest]) -> Result<RecordBatch, EngineError> {
    let rows: Vec<_> = all.iter().flat_map(|m| m.checks.iter().map(move |c| (m, c))).collect();
    let severity = |severity| if severity == Severity::Error { "error" } else { "warn" };
    Ok(RecordBatch::try_from_iter([
        ("run", number(rows.iter().map(|(m, _)| m.run))),
        ("check", text(rows.iter().map(|(_, c)| c.check.as_str()))),
        ("severity", text(rows.iter().map(|(_, c)| severity(c.severity)))),
        ("passed", flag(rows.iter().map(|(_, c)| c.outcome == CheckOutcome::Passed))),
        ("violations", number(rows.iter().map(|(_, c)| c.violations))),
    ])?)
}
