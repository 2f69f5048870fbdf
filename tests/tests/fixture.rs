//! Copies of studies that a test may change, stores that it may run them into, and one shared flagship run.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use engine::{EngineError, Reader, Resources, Reuse, RunOptions};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use study::Study;
use tempfile::TempDir;
use terms::{IdentityKey, Manifest, ObjectHash, StepOutcome, TableRecord};
use walkdir::WalkDir;
use warehouse::{LockMode, Warehouse};

/// The top of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

pub(crate) const LIBRARY: &str = "tests/studies/library";
pub(crate) const PERSPECTIEF: &str = "pipelines/perspectief";

/// A study as it is in the workspace.
pub(crate) fn study(folder: &str) -> Study {
    Study::load(&root().join(folder)).unwrap()
}

/// Every file under a folder, by name, relative to it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|file| file.path().strip_prefix(folder).unwrap().to_owned()).collect()
}

/// Copies a folder, the files created in an order that `seed` decides; links stay links.
pub(crate) fn copy(from: &Path, to: &Path, seed: usize) {
    let mut names = files(from);
    names.sort_by_key(|name| ObjectHash::of(format!("{seed} {}", name.display()).as_bytes()));
    for name in names {
        let path = to.join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(from.join(&name), path).unwrap();
    }
    let entries = WalkDir::new(from).into_iter().map(Result::unwrap);
    for link in entries.filter(|entry| entry.path_is_symlink()) {
        let path = to.join(link.path().strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(std::fs::read_link(link.path()).unwrap(), path).unwrap();
    }
}

/// A copy of the library study that a test may change.
pub(crate) struct Library(TempDir);

impl Library {
    pub(crate) fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for file in files(&root().join(LIBRARY)) {
            copy.write_bytes(&file, &std::fs::read(root().join(LIBRARY).join(&file)).unwrap());
        }
        copy
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder().join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> &Self {
        self.write_bytes(Path::new(file), text.as_bytes());
        self
    }

    fn write_bytes(&self, file: &Path, bytes: &[u8]) {
        let path = self.folder().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Replaces a text that must occur once in a file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> &Self {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        self.write(file, &text.replacen(from, to, 1))
    }

    pub(crate) fn load(&self) -> Study {
        Study::load(self.folder()).unwrap()
    }

    /// All faults that are found without data, as they are printed.
    pub(crate) fn faults(&self) -> String {
        match Study::load(self.folder()) {
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Ok(study) => wait(|| engine::plan(&study)).unwrap_err().to_string(),
        }
    }
}

/// How a test runs a study.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub(crate) partitions: usize,
    pub(crate) reuse: Reuse,
}

pub(crate) const PLAINLY: How = How { partitions: 2, reuse: Reuse::Unchanged };

/// A run of the night of 1 March 2011.
pub(crate) fn options(how: How) -> RunOptions {
    let partitions = NonZeroUsize::new(how.partitions).unwrap();
    RunOptions {
        key: IdentityKey::demonstration(),
        resources: Resources { partitions, ..Resources::default() },
        reuse: how.reuse,
        capture: engine::Capture::Rows,
        accept_missing: Vec::new(),
        started: "2011-03-01T02:00:00Z".into(),
        clock: || "2011-03-01T02:00:01Z".into(),
    }
}

/// A warehouse of its own.
pub(crate) struct Store {
    pub(crate) warehouse: Arc<Warehouse>,
    _folder: Option<TempDir>,
}

impl Store {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = Warehouse::create_or_open(folder.path().join("warehouse")).unwrap();
        Self { warehouse: Arc::new(warehouse), _folder: Some(folder) }
    }

    /// A warehouse in memory, where there is such a place, for tests with many runs: flushing takes its time.
    pub(crate) fn quick() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let warehouse = Warehouse::create_or_open(folder.path().join("warehouse")).unwrap();
        Self { warehouse: Arc::new(warehouse), _folder: Some(folder) }
    }

    /// A warehouse that somebody else has opened.
    pub(crate) fn of(warehouse: Warehouse) -> Self {
        Self { warehouse: Arc::new(warehouse), _folder: None }
    }

    /// The same folder, with nothing remembered of what was verified before.
    pub(crate) fn reopened(&self) -> Self {
        Self { warehouse: Arc::new(Warehouse::open(self.warehouse.root()).unwrap()), _folder: None }
    }

    pub(crate) fn run(&self, study: &Study, how: How) -> Result<Manifest, EngineError> {
        self.run_with(study, &options(how))
    }

    /// A run of which somebody says that these files may be gone or shorter.
    pub(crate) fn run_accepting(
        &self,
        study: &Study,
        how: How,
        missing: &[String],
    ) -> Result<Manifest, EngineError> {
        self.run_with(study, &RunOptions { accept_missing: missing.to_vec(), ..options(how) })
    }

    /// A run that may use no more than this of the machine.
    pub(crate) fn run_within(
        &self,
        study: &Study,
        how: How,
        resources: Resources,
    ) -> Result<Manifest, EngineError> {
        self.run_with(study, &RunOptions { resources, ..options(how) })
    }

    pub(crate) fn run_with(&self, study: &Study, options: &RunOptions) -> Result<Manifest, EngineError> {
        let lock = self.warehouse.lock("test", &options.started, LockMode::Fail)?;
        let report = wait(|| engine::run(study, &self.warehouse, &lock, options, &|_| ()))?;
        Ok(std::sync::Arc::unwrap_or_clone(report.manifest))
    }

    /// The rows of a query over a run, a line each, cells between ` | `, NULL as nothing.
    pub(crate) fn rows(&self, run: &Manifest, sql: &str) -> String {
        let reader = Reader::open(&self.warehouse, run, Resources::default()).unwrap();
        rows_of(&wait(|| reader.query(sql)).unwrap()).join("\n")
    }

    /// What is said to a query that cannot be answered.
    pub(crate) fn refused(&self, run: &Manifest, sql: &str) -> String {
        let reader = Reader::open(&self.warehouse, run, Resources::default()).unwrap();
        wait(|| reader.query(sql)).unwrap_err().to_string()
    }

    /// Every stored table of a run with its rows.
    pub(crate) fn tables(&self, run: &Manifest) -> Vec<(String, Vec<RecordBatch>)> {
        let rows = |record: &TableRecord| engine::read_table(&self.warehouse, record).unwrap();
        records(run).map(|record| (record.table.to_string(), rows(record))).collect()
    }
}

/// Rows as lines, cells between ` | `, NULL as nothing.
pub(crate) fn rows_of(batches: &[RecordBatch]) -> Vec<String> {
    let lines = |batch: &RecordBatch| (0..batch.num_rows()).map(|row| line(batch, row)).collect::<Vec<_>>();
    batches.iter().flat_map(lines).collect()
}

fn line(batch: &RecordBatch, row: usize) -> String {
    let cells = batch.columns().iter().map(|column| {
        let shown = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::new()).unwrap();
        shown.value(row).to_string()
    });
    cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
}

/// Every table record of a run, those of violated checks included.
pub(crate) fn records(run: &Manifest) -> impl Iterator<Item = &TableRecord> {
    let made = run.nodes.iter().flat_map(|node| &node.tables);
    made.chain(run.checks.iter().filter_map(|check| check.table.as_ref()))
}

/// Names of the steps that were executed.
pub(crate) fn executed(run: &Manifest) -> Vec<&str> {
    let nodes = run.nodes.iter().filter(|node| node.outcome == StepOutcome::Executed);
    nodes.map(|node| node.node.as_str()).collect()
}

/// Where the object of a table lies.
pub(crate) fn object_path(warehouse: &Warehouse, object: &ObjectHash) -> PathBuf {
    let (folder, file) = object.as_str().split_at(2);
    warehouse.root().join("objects").join(folder).join(format!("{file}.parquet"))
}

/// A stream of numbers that is the same every time (Knuth's linear congruential generator, the high bits).
pub(crate) fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    let next = |n: &u64| Some(n.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
    std::iter::successors(Some(seed), next).map(|n| (n >> 33) as usize)
}

/// The texts of a column, NULL left out; none if it holds no text.
pub(crate) fn texts(column: &dyn Array) -> Option<impl Iterator<Item = &str>> {
    Some(column.as_string_opt::<i32>()?.iter().flatten())
}

/// A run of the flagship study, made once for all tests.
pub(crate) struct Flagship {
    pub(crate) study: Study,
    pub(crate) store: Store,
    pub(crate) run: Manifest,
}

pub(crate) fn flagship() -> &'static Flagship {
    static SHARED: LazyLock<Flagship> = LazyLock::new(|| {
        // What is static is never dropped, so the folder has a fixed name and is cleared before use.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flagship");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let warehouse = Arc::new(Warehouse::create_or_open(folder).unwrap());
        let store = Store { warehouse, _folder: None };
        let study = study(PERSPECTIEF);
        let run = store.run(&study, PLAINLY).unwrap();
        Flagship { study, store, run }
    });
    &SHARED
}

/// Waits on a thread whose stack is deep enough for planning in a build without optimisation.
pub(crate) fn wait<F: Future<Output: Send>>(work: impl FnOnce() -> F + Send) -> F::Output {
    const STACK: usize = 32 << 20;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).thread_stack_size(STACK).build().unwrap();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, || runtime.block_on(work())).unwrap().join().unwrap()
    })
}
