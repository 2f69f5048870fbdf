//! What the sessions of one run share: its memory, its folder for temporary files, the tables that were opened, and the queries that
//! were planned before their turn.

use crate::error::EngineError;
use crate::foresight::Foresight;
use crate::objects::{Opened, open_table};
use crate::session::{Resources, runtime};
use arrow::array::RecordBatch;
use datafusion::execution::runtime_env::RuntimeEnv;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use terms::{ObjectHash, TableRecord};
use warehouse::{Lock, Warehouse};

/// The site of a run; temporary files go with it.
pub(crate) struct Site {
    runtime: Arc<RuntimeEnv>,
    scratch: TempDir,
    opened: Mutex<BTreeMap<ObjectHash, Opened>>,
    foresight: Foresight,
}

impl Site {
    /// A site with this much memory.
    pub(crate) fn begin(lock: &Lock, resources: Resources) -> Result<Self, EngineError> {
        let folder = lock.scratch_folder();
        let scratch = tempfile::Builder::new()
            .prefix("night-")
            .tempdir_in(&folder)
            .map_err(|source| EngineError::io(&folder, "make a temporary folder in", source))?;
        let runtime = runtime(resources, scratch.path())?;
        Ok(Self { runtime, scratch, opened: Mutex::default(), foresight: Foresight::default() })
    }

    /// Memory and temporary files of sessions.
    pub(crate) fn runtime(&self) -> &Arc<RuntimeEnv> {
        &self.runtime
    }

    /// Folder of temporary files.
    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Queries that were planned before their turn.
    pub(crate) fn foresight(&self) -> &Foresight {
        &self.foresight
    }

    /// Takes note of the rows of an object that was written just now: nobody needs to read them again.
    pub(crate) fn keep(&self, object: &ObjectHash, rows: Vec<RecordBatch>) -> Result<(), EngineError> {
        if let Some(first) = rows.first() {
            let table = Opened::held(first.schema(), rows)?;
            self.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(object.clone(), table);
        }
        Ok(())
    }

    /// A stored table, its object verified and read the first time.
    pub(crate) fn open(&self, warehouse: &Warehouse, record: &TableRecord) -> Result<Opened, EngineError> {
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = opened().get(&record.object) {
            return Ok(table.clone());
        }
        // Two sessions may read one object at once; that costs less than having one wait for all others' reading.
        let table = open_table(warehouse, record)?;
        opened().insert(record.object.clone(), table.clone());
        Ok(table)
    }
}
