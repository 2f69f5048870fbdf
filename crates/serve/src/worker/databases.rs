//! What `pg_catalog` describes: the tables of the connected database, in one order, and the names of the others.

use crate::settings::CURRENT;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, SchemaProvider};
use datafusion::common::Result;
use datafusion::logical_expr::TableType;
use datafusion_pg_catalog::pg_catalog::catalog_info::CatalogInfo;
use engine::Desk;
use std::sync::{Arc, Weak};

/// The connected database and the names of all.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Not held: the catalogue that is described holds what describes it, and would hold itself for ever.
    catalog: Weak<dyn CatalogProvider>,
    connected: String,
    databases: Vec<String>,
}

impl Listed {
    pub(super) fn new(desk: &Desk, connected: &str, mut databases: Vec<String>) -> Self {
        // The connected one first: numbers of its tables do not change when a run is added.
        databases.retain(|name| name != connected);
        databases.insert(0, connected.to_owned());
        if connected != CURRENT {
            databases.push(CURRENT.to_owned());
        }
        Self { catalog: Arc::downgrade(desk.catalog()), connected: connected.to_owned(), databases }
    }

    /// The columns of a table of the connected database.
    pub(super) async fn own_schema(&self, schema: &str, table: &str) -> Result<Option<SchemaRef>> {
        self.table_schema(&self.connected, schema, table).await
    }

    fn schema(&self, database: &str, schema: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.catalog.upgrade().filter(|_| self.is_connected(database))?.schema(schema)
    }

    fn is_connected(&self, database: &str) -> bool {
        database == self.connected
    }
}

#[async_trait]
impl CatalogInfo for Listed {
    async fn catalog_names(&self) -> Result<Vec<String>> {
        Ok(self.databases.clone())
    }

    async fn schema_names(&self, database: &str) -> Result<Option<Vec<String>>> {
        if !self.is_connected(database) {
            return Ok(None);
        }
        let mut names = self.catalog.upgrade().map(|catalog| catalog.schema_names()).unwrap_or_default();
        names.sort();
        Ok(Some(names))
    }

    async fn table_names(&self, database: &str, schema: &str) -> Result<Option<Vec<String>>> {
        let schema = self.schema(database, schema);
        Ok(schema.map(|schema| {
            let mut names = schema.table_names();
            names.sort();
            names
        }))
    }

    async fn table_schema(&self, database: &str, schema: &str, table: &str) -> Result<Option<SchemaRef>> {
        let schema = self.schema(database, schema);
        let Some(schema) = schema else { return Ok(None) };
        Ok(schema.table(table).await?.map(|table| table.schema()))
    }

    async fn table_type(&self, database: &str, schema: &str, table: &str) -> Result<Option<TableType>> {
        let schema = self.schema(database, schema);
        let Some(schema) = schema else { return Ok(None) };
        Ok(schema.table(table).await?.map(|table| table.table_type()))
    }
}
