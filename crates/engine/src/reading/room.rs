//! The room, and the desks in it.

use super::access::{Access, Traced};
use super::databases::{Databases, catalog, name_of, run_of};
use super::guard::{self, NotAQuery};
use crate::error::EngineError;
use crate::lineage::Places;
use crate::objects::stored_schema;
use crate::session::{Resources, session_within};
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, TableProvider};
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use terms::{Manifest, ObjectHash, TableName, TableRecord};
use warehouse::{Lease, Warehouse};

/// Table functions that read no file and no table but what they are given.
const FUNCTIONS: [&str; 3] = ["generate_series", "range", "pg_get_keywords"];

/// Functions that name the files in which rows are stored.
const NAMING_FILES: [&str; 1] = ["input_file_name"];

/// How many times its memory a query may put on disk.
const ON_DISK: u64 = 8;

/// What all desks know together: what does not change.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) warehouse: Arc<Warehouse>,
    columns: Mutex<BTreeMap<ObjectHash, SchemaRef>>,
    traced: Mutex<BTreeMap<u64, Arc<Traced>>>,
}

impl Shared {
    /// Columns of a stored table.
    pub(super) fn columns(&self, table: &TableRecord) -> Result<SchemaRef, EngineError> {
        let mut known = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(columns) = known.get(&table.object) {
            return Ok(columns.clone());
        }
        let columns = stored_schema(&self.warehouse, table)?;
        known.insert(table.object.clone(), columns.clone());
        Ok(columns)
    }

    /// What column lineage says of a run.
    pub(super) fn traced(&self, run: &Manifest) -> Result<Arc<Traced>, EngineError> {
        let mut known = self.traced.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(traced) = known.get(&run.run) {
            return Ok(traced.clone());
        }
        let traced = Arc::new(Traced::of(&self.warehouse, run)?);
        known.insert(run.run, traced.clone());
        Ok(traced)
    }
}

/// Sessions over the runs of one warehouse. Objects are verified once, when they are first read.
pub struct ReadingRoom {
    shared: Arc<Shared>,
    base: SessionContext,
}

/// Where a reader sits: which run, under which name, and how much of it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Name of the database: `run_7` is run 7, any other name the published run.
    pub database: String,
    /// Run that is read whatever the database is by now; none: the run that the database is.
    pub pinned: Option<u64>,
    /// Schema of tables that are named without one.
    pub schema: String,
    /// How much may be seen.
    pub access: Access,
}

/// A session of one reader for one query. While it is there, no collection removes what it reads.
pub struct Desk {
    context: SessionContext,
    catalog: Arc<dyn CatalogProvider>,
    access: Access,
    run: u64,
    _lease: Lease,
}

impl ReadingRoom {
    /// A room on a warehouse; what `teach` does to the session that all others are made like, all of them know.
    ///
    /// # Errors
    /// A session that cannot be made.
    pub fn new(
        warehouse: Arc<Warehouse>,
        resources: Resources,
        teach: impl FnOnce(&SessionContext) -> datafusion::error::Result<()>,
    ) -> Result<Self, EngineError> {
        let on_disk = (resources.memory as u64).saturating_mul(ON_DISK);
        let base = session_within(resources, &std::env::temp_dir(), on_disk)?;
        teach(&base)?;
        let known: BTreeSet<String> = base.state().table_functions().keys().cloned().collect();
        for function in known.iter().filter(|name| !FUNCTIONS.contains(&name.as_str())) {
            base.deregister_udtf(function);
        }
        for function in NAMING_FILES {
            base.deregister_udf(function);
        }
        let shared = Shared { warehouse, columns: Mutex::default(), traced: Mutex::default() };
        Ok(Self { shared: Arc::new(shared), base })
    }

    /// The run that is read from a seat, as it is now.
    ///
    /// # Errors
    /// No run is published, or there is no such run, or its objects were collected.
    pub fn run(&self, seat: &Seat) -> Result<Manifest, EngineError> {
        let warehouse = &self.shared.warehouse;
        let number = match seat.pinned.or_else(|| run_of(&seat.database)) {
            Some(number) => number,
            None => warehouse
                .current()?
                .ok_or_else(|| EngineError::Asked("no run is published yet".to_owned()))?,
        };
        warehouse.require_kept(number)?;
        Ok(Arc::unwrap_or_clone(warehouse.manifest(number)?))
    }

    /// Names of the databases of runs whose tables are still there, the oldest first.
    ///
    /// # Errors
    /// A chain that cannot be read.
    pub fn databases(&self) -> Result<Vec<String>, EngineError> {
        let collected = self.shared.warehouse.collected()?;
        let runs = self.shared.warehouse.runs()?;
        let kept = runs.iter().map(|run| run.number).filter(|run| !collected.contains(run));
        Ok(kept.map(name_of).collect())
    }

    /// A session on the run that the database is now, with further tables for who may see schema `audit`.
    ///
    /// # Errors
    /// As [`ReadingRoom::run`]; objects that cannot be read.
    pub fn desk(
        &self,
        seat: &Seat,
        further: Vec<(TableName, Arc<dyn TableProvider>)>,
    ) -> Result<Desk, EngineError> {
        // Before it is looked up which run it is, so that its objects stay until the desk is left.
        let lease = self.shared.warehouse.reading()?;
        let run = self.run(seat)?;
        let catalog = catalog(&self.shared, &run, seat.access, further)?;
        let databases: Arc<dyn CatalogProviderList> = Arc::new(Databases {
            shared: self.shared.clone(),
            access: seat.access,
            connected: (seat.database.clone(), catalog.clone()),
        });
        let mut state = self.base.state();
        let options = state.config_mut().options_mut();
        options.catalog.default_catalog.clone_from(&seat.database);
        options.catalog.default_schema.clone_from(&seat.schema);
        options.catalog.create_default_catalog_and_schema = false;
        let state = SessionStateBuilder::new_from_existing(state).with_catalog_list(databases).build();
        let context = SessionContext::new_with_state(state);
        if seat.access == Access::Everything {
            let places =
                Places { warehouse: self.shared.warehouse.clone(), tables: run.tables().cloned().collect() };
            context.register_udtf("places", Arc::new(places));
        }
        Ok(Desk { context, catalog, access: seat.access, run: run.run, _lease: lease })
    }
}

impl Desk {
    /// The session.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The catalogue of the connected database, for schemas that describe it.
    pub fn catalog(&self) -> &Arc<dyn CatalogProvider> {
        &self.catalog
    }

    /// Number of the run that is read.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Says why a plan is not let through, if it is anything but a query over readable tables.
    ///
    /// # Errors
    /// The refusal.
    pub fn refuse(&self, plan: &LogicalPlan) -> Result<(), NotAQuery> {
        guard::refuse(plan, self.access, &FUNCTIONS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[tokio::test]
    async fn what_goes_to_disk_is_limited() {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = Arc::new(Warehouse::create_or_open(folder.path().join("warehouse")).unwrap());
        let sorted = async |memory: usize| {
            let resources = Resources { partitions: NonZeroUsize::MIN, memory };
            let room = ReadingRoom::new(warehouse.clone(), resources, |_| Ok(())).unwrap();
            let sql = "select max(r) from (select row_number() over (order by t) as r \
                       from (select repeat('x', 200) || value as t from generate_series(1, 500000)))";
            room.base.sql(sql).await.unwrap().collect().await
        };
        sorted(48 << 20).await.unwrap();
        let error = sorted(10 << 20).await.unwrap_err().to_string();
        assert!(error.contains("The used disk space during the spilling process"), "{error}");
    }
}
