use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use ingest::IngestError;
use parquet::errors::ParquetError;
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
    /// A query failed for no fault of its text: out of memory, out of disk, a defect.
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
    pub(crate) fn io(path: &Path, action: &'static str, source: std::io::Error) -> Self {
        EngineError::Io { path: path.to_owned(), action, source }
    }
}

fn join(faults: &[StudyError]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
