//! A DataFusion session as every step uses it.

mod few;
mod followed;

use crate::{chaid_sql, functions};
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::{Result, TableReference};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::DEFAULT_MAX_TEMP_DIRECTORY_SIZE;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use terms::TableName;

pub(crate) use few::session_for_few;
pub(crate) use followed::optimized_after_capture;

const CATALOG: &str = "herkomst";
/// Schema of the tables with an unqualified name.
const LOCAL: &str = "public";

/// What a run may use of the machine; it changes how fast results come, never which.
#[derive(Clone, Copy, Debug)]
pub struct Resources {
    /// Threads that one query is spread over.
    pub partitions: NonZeroUsize,
    /// Bytes that sorts, joins and aggregates may hold before they spill to disk.
    pub memory: usize,
}

/// What DataFusion has a sort set aside unless it is told otherwise, in bytes.
const RESERVED_BY_A_SORT: usize = 10 << 20;

impl Resources {
    /// Memory for one of the threads of a query, in bytes.
    fn share(&self) -> usize {
        self.memory / self.partitions
    }
}

impl Default for Resources {
    /// All processors, one GiB.
    fn default() -> Self {
        Self {
            partitions: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            memory: 1 << 30,
        }
    }
}

/// A session of its own that spills to `spill`.
pub(crate) fn session(resources: Resources, spill: &Path) -> Result<SessionContext> {
    session_within(resources, spill, DEFAULT_MAX_TEMP_DIRECTORY_SIZE)
}

/// A session as [`session`] makes it, whose queries together put at most so many bytes on disk.
pub(crate) fn session_within(resources: Resources, spill: &Path, on_disk: u64) -> Result<SessionContext> {
    session_on(&runtime_within(resources, spill, on_disk)?, resources)
}

/// Memory and temporary files that several sessions may share.
pub(crate) fn runtime(resources: Resources, spill: &Path) -> Result<Arc<RuntimeEnv>> {
    runtime_within(resources, spill, DEFAULT_MAX_TEMP_DIRECTORY_SIZE)
}

fn runtime_within(resources: Resources, spill: &Path, on_disk: u64) -> Result<Arc<RuntimeEnv>> {
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(resources.memory)))
        .with_temp_file_path(spill)
        .with_max_temp_directory_size(on_disk)
        .build_arc()
}

/// A session that knows the functions of [`functions`] and keeps source positions in its plans.
pub(crate) fn session_on(runtime: &Arc<RuntimeEnv>, resources: Resources) -> Result<SessionContext> {
    finished(builder(runtime, resources, SessionConfig::new()))
}

fn builder(runtime: &Arc<RuntimeEnv>, resources: Resources, config: SessionConfig) -> SessionStateBuilder {
    let config = config
        .with_target_partitions(resources.partitions.get())
        .with_default_catalog_and_schema(CATALOG, LOCAL)
        .with_information_schema(true)
        .set_bool("datafusion.sql_parser.collect_spans", true)
        // One string type everywhere, so that a table has the same types read from memory and from an object.
        .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        // What a sort sets aside for merging what it has spilled: more than its share would leave it nothing to sort in.
        .with_sort_spill_reservation_bytes(RESERVED_BY_A_SORT.min(resources.share() / 4));
    SessionStateBuilder::new().with_config(config).with_runtime_env(runtime.clone()).with_default_features()
}

fn finished(builder: SessionStateBuilder) -> Result<SessionContext> {
    let context = SessionContext::new_with_state(chaid_sql::extend(builder)?);
    functions::register(&context);
    Ok(context)
}

/// Makes a table known under its name, in place of any earlier one.
pub(crate) fn register(
    context: &SessionContext,
    table: &TableName,
    provider: Arc<dyn TableProvider>,
) -> Result<()> {
    if let Some(catalog) = context.catalog(CATALOG)
        && catalog.schema(table.schema()).is_none()
    {
        catalog.register_schema(table.schema(), Arc::new(MemorySchemaProvider::new()))?;
    }
    let reference = TableReference::partial(table.schema(), table.table());
    context.deregister_table(reference.clone())?;
    context.register_table(reference, provider)?;
    Ok(())
}

/// Makes a table known under an unqualified name, in place of any earlier one.
pub(crate) fn register_local(
    context: &SessionContext,
    name: &str,
    provider: Arc<dyn TableProvider>,
) -> Result<()> {
    context.deregister_table(TableReference::bare(name))?;
    context.register_table(TableReference::bare(name), provider)?;
    Ok(())
}

/// Forgets all tables with an unqualified name.
pub(crate) fn forget_local(context: &SessionContext) -> Result<()> {
    if let Some(catalog) = context.catalog(CATALOG) {
        catalog.register_schema(LOCAL, Arc::new(MemorySchemaProvider::new()))?;
    }
    Ok(())
}
