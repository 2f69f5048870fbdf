//! The runs of a warehouse as databases: the one that a reader is connected to, and each other by its name.

use super::access::Access;
use super::readable::{Readable, Rows};
use super::room::Shared;
use crate::error::EngineError;
use crate::history;
use crate::lineage::LineageTable;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, SchemaProvider, TableProvider,
};
use datafusion::error::DataFusionError;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use terms::{Manifest, TableName, TableRecord};

/// Name of the database of a run.
pub(super) fn name_of(run: u64) -> String {
    format!("run_{run}")
}

/// The number of the run that a database is named after.
pub(super) fn run_of(database: &str) -> Option<u64> {
    let digits = database.strip_prefix("run_")?;
    let number = digits.parse().ok()?;
    (name_of(number) == database).then_some(number)
}

/// The connected database, and others as they are named.
pub(super) struct Databases {
    pub(super) shared: Arc<Shared>,
    pub(super) access: Access,
    pub(super) connected: (String, Arc<dyn CatalogProvider>),
}

impl fmt::Debug for Databases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Databases").field(&self.connected.0).finish()
    }
}

impl CatalogProviderList for Databases {
    fn register_catalog(&self, _: String, _: Arc<dyn CatalogProvider>) -> Option<Arc<dyn CatalogProvider>> {
        None
    }

    /// The connected one: Postgres shows the tables of no other database either.
    fn catalog_names(&self) -> Vec<String> {
        vec![self.connected.0.clone()]
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        if name == self.connected.0 {
            return Some(self.connected.1.clone());
        }
        let run = self.shared.warehouse.manifest(run_of(name)?).ok()?;
        let catalog = catalog(&self.shared, &run, self.access, Vec::new());
        catalog.inspect_err(|error| tracing::warn!(database = name, %error, "not opened")).ok()
    }
}

/// The tables of a run as a catalogue, with tables that are made elsewhere.
pub(super) fn catalog(
    shared: &Arc<Shared>,
    run: &Manifest,
    access: Access,
    made_elsewhere: Vec<(TableName, Arc<dyn TableProvider>)>,
) -> Result<Arc<dyn CatalogProvider>, EngineError> {
    shared.warehouse.require_kept(run.run)?;
    let mut schemas = BTreeMap::<String, Tables>::new();
    for record in run.tables().filter(|record| access.enters(record.table.schema())) {
        let (schema, table) = (record.table.schema(), record.table.table());
        let name = history::own_name(schema, table);
        schemas.entry(schema.to_owned()).or_default().insert(name, Made::Stored(record.clone()));
    }
    if access.enters("audit") {
        let lineage: Arc<dyn TableProvider> = Arc::new(LineageTable::new(&shared.warehouse, run));
        let audit = |name: &str| TableName::new("audit", name);
        let mut made = made_elsewhere;
        for (name, table) in history::tables(&shared.warehouse)? {
            made.push((audit(name)?, table));
        }
        made.push((audit("lineage")?, lineage));
        for (name, table) in made {
            let tables = schemas.entry(name.schema().to_owned()).or_default();
            tables.insert(name.table().to_owned(), Made::Here(name.clone(), table));
        }
    }
    let catalog = MemoryCatalogProvider::new();
    for (name, tables) in schemas {
        let provider = ReadableSchema::new(shared.clone(), run.clone(), access, tables);
        catalog.register_schema(&name, Arc::new(provider))?;
    }
    Ok(Arc::new(catalog))
}

/// A table by its name in the session.
type Tables = BTreeMap<String, Made>;

#[derive(Clone, Debug)]
enum Made {
    Stored(TableRecord),
    Here(TableName, Arc<dyn TableProvider>),
}

/// A schema whose tables are there as far as they may be read.
struct ReadableSchema {
    shared: Arc<Shared>,
    run: Manifest,
    access: Access,
    tables: Tables,
    /// Names of tables with a column that may be read.
    names: OnceLock<Vec<String>>,
}

impl ReadableSchema {
    fn new(shared: Arc<Shared>, run: Manifest, access: Access, tables: Tables) -> Self {
        Self { shared, run, access, tables, names: OnceLock::new() }
    }

    fn open(&self, name: &str) -> Result<Option<Readable>, EngineError> {
        let Some(made) = self.tables.get(name) else { return Ok(None) };
        let (stored, columns): (&TableName, SchemaRef) = match made {
            Made::Stored(record) => (&record.table, self.shared.columns(record)?),
            Made::Here(name, table) => (name, table.schema()),
        };
        let traced = self.shared.traced(&self.run)?;
        let Some(kept) = self.access.columns(&traced, stored, name, &columns) else { return Ok(None) };
        let rows = match made {
            Made::Here(_, table) => Rows::Made(table.clone()),
            Made::Stored(record) => Rows::Stored {
                warehouse: self.shared.warehouse.clone(),
                object: record.object.clone(),
                columns: columns.clone(),
                opened: OnceLock::new(),
            },
        };
        Ok(Some(Readable::new(rows, &columns, kept)?))
    }
}

impl fmt::Debug for ReadableSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tables.keys()).finish()
    }
}

#[async_trait]
impl SchemaProvider for ReadableSchema {
    fn table_names(&self) -> Vec<String> {
        let is_there = |name: &&String| matches!(self.open(name), Ok(Some(_)));
        self.names.get_or_init(|| self.tables.keys().filter(is_there).cloned().collect()).clone()
    }

    async fn table(&self, name: &str) -> datafusion::error::Result<Option<Arc<dyn TableProvider>>> {
        match self.open(name) {
            Ok(table) => Ok(table.map(|table| Arc::new(table) as Arc<dyn TableProvider>)),
            Err(error) => Err(DataFusionError::External(Box::new(error))),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        matches!(self.open(name), Ok(Some(_)))
    }
}
