use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use ingest::IngestError;
use parquet::errors::ParquetError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use study::StudyError;
use terms::{LossRecord, TableNameError};

/// Why a run stopped, by whose fault it is.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The study's SQL or documents are wrong; all faults that were found.
    #[error("{}", join(.0))]
    Study(Vec<StudyError>),
    /// A delivery is missing or is not what its contract says.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// A delivered file changed while it was read.
    #[error(
        "{file} of source {source_name} changed while it was read; run again when its delivery is complete"
    )]
    InputChanged {
        /// Source that declares it.
        source_name: String,
        /// Name relative to the data folder.
        file: String,
    },
    /// Files that the published run read are gone, or hold only the beginning of what they held.
    #[error("{}", crate::deliveries::told(*run, losses, unfinished))]
    Missing {
        /// The published run.
        run: u64,
        /// What is lost.
        losses: Vec<LossRecord>,
        /// Files beside the deliveries that look like unfinished uploads.
        unfinished: Vec<String>,
    },
    /// An intermediate file is not what was written to it.
    #[error(
        "{path}, an intermediate file of this run, was changed on disk: {problem}; nothing is published; run again, \
         and have the disk checked"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// A rule or pass returned verdicts that cannot be applied.
    #[error("{path}: {message}; {help}")]
    Verdict {
        /// SQL file of the rule or pass.
        path: String,
        /// What is wrong.
        message: String,
        /// The way out.
        help: String,
    },
    /// Rows were lost or made: a round does not balance.
    #[error(
        "round {round}, rule {rule}, population {population}: {expected} rows expected after the rule, {counted} counted; nothing is published"
    )]
    Balance {
        /// Round.
        round: String,
        /// Rule.
        rule: String,
        /// Population.
        population: String,
        /// Rows by the balance.
        expected: i64,
        /// Rows that are there.
        counted: i64,
    },
    /// Records read are not all staged or quarantined.
    #[error(
        "{file} of source {source_name}: {records} records read, {staged} staged and {quarantined} quarantined; nothing is published"
    )]
    Lost {
        /// Source.
        source_name: String,
        /// File.
        file: String,
        /// Records read.
        records: u64,
        /// Records staged.
        staged: u64,
        /// Records quarantined.
        quarantined: u64,
    },
    /// A study that is not marked synthetic has no key of its own.
    #[error(
        "study {study} is not marked synthetic, so the published demonstration key is refused; name a key file of at least 16 bytes"
    )]
    KeyRefused {
        /// Study.
        study: String,
    },
    /// What is asked about is not there; the text says what there is.
    #[error("{0}")]
    Asked(String),
    /// The warehouse failed.
    #[error(transparent)]
    Warehouse(#[from] warehouse::Error),
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A step needed more memory than the run may use, and could not go to disk for it.
    #[error(
        "step {step} needs more memory than the {} that this run may use ({detail}); allow more with --memory, or have fewer threads share it with --partitions; what was published stays published",
        amount(*.limit)
    )]
    Memory {
        /// The step.
        step: String,
        /// What it may use, in bytes.
        limit: usize,
        /// What asked for more.
        detail: String,
    },
    /// A step filled the disk with rows that do not fit in memory.
    #[error(
        "step {step} cannot write rows to {}: {detail}; free space on that disk and run again: what was published stays published",
        folder.display()
    )]
    DiskFull {
        /// The step.
        step: String,
        /// Where it wrote.
        folder: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A query failed for no fault of its text: a defect, or a machine that failed.
    #[error(transparent)]
    DataFusion(#[from] DataFusionError),
    /// Rows could not be converted.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// Rows could not be encoded or decoded.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// A defect of the engine.
    #[error("a defect of the engine: {0}")]
    Bug(String),
}

impl From<TableNameError> for EngineError {
    /// `study` accepts identifiers only, so a name put together from them is a table name.
    fn from(error: TableNameError) -> Self {
        EngineError::Bug(error.to_string())
    }
}

impl EngineError {
    /// The error of a step that ran out of memory or disk says which step it was and what to do; others stay as they are.
    pub(crate) fn in_step(self, step: &str, memory: usize, folder: &Path) -> Self {
        let step = step.to_owned();
        if let EngineError::DataFusion(error) = &self
            && let DataFusionError::ResourcesExhausted(detail) = error.find_root()
        {
            let detail =
                detail.lines().next().unwrap_or_default().trim_end_matches(['.', ':', ' ']).to_owned();
            return EngineError::Memory { step, limit: memory, detail };
        }
        match full_disk(&self) {
            Some(detail) => EngineError::DiskFull { step, folder: folder.to_owned(), detail },
            None => self,
        }
    }

    pub(crate) fn io(path: &Path, action: &'static str, source: std::io::Error) -> Self {
        EngineError::Io { path: path.to_owned(), action, source }
    }
}

/// What the system said of a disk that is full, if that is what is behind an error of a query or an encoder.
fn full_disk(error: &EngineError) -> Option<String> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = match error {
        EngineError::DataFusion(error) => Some(error),
        EngineError::Arrow(error) => Some(error),
        EngineError::Parquet(error) => Some(error),
        _ => None,
    };
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<std::io::Error>()
            && matches!(
                error.kind(),
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
            )
        {
            return Some(error.to_string());
        }
        cause = error.source();
    }
    None
}

/// Bytes as people write them.
fn amount(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

fn join(faults: &[StudyError]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
