use crate::fault::{FileFault, Refusal};
use std::path::PathBuf;

/// Why a source or a file cannot be read at all. A single bad record is never one of these: it goes to quarantine.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The contract itself is at fault; the study's author can mend it.
    #[error("source {source_name}: {problem}")]
    Contract {
        /// Name of the source.
        source_name: String,
        /// What is wrong and the way out.
        problem: String,
    },
    /// No file of a source was delivered.
    #[error(
        "source {source_name}: no file in {} fits `{glob}`; put the delivery there, or change `files` in the contract",
        folder.display()
    )]
    NoFiles {
        /// Name of the source.
        source_name: String,
        /// The contract's glob.
        glob: String,
        /// Folder that was searched.
        folder: PathBuf,
    },
    /// The file as a whole cannot be read under its contract; the deliverer can mend it.
    #[error("{file}: {problem}")]
    File {
        /// Name of the file, relative to the data folder.
        file: String,
        /// What is wrong, in one word.
        fault: FileFault,
        /// What is wrong, where, and the way out.
        problem: String,
    },
    /// The header row does not fit the contract.
    #[error("{file}, {place}: {problem}")]
    Header {
        /// Name of the file, relative to the data folder.
        file: String,
        /// Sheet and line of the header row.
        place: String,
        /// Every misfit, and the way out.
        problem: String,
    },
    /// The machine could not read the file.
    #[error("{file}: {source}")]
    Io {
        /// Name of the file or folder.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// This crate contradicts itself: a record or a byte is unaccounted for. Nothing of the file may be used.
    #[error("{file}: internal fault, nothing of this file was used: {problem}; please report it")]
    Bug {
        /// Name of the file, relative to the data folder.
        file: String,
        /// The contradiction.
        problem: String,
    },
}

impl IngestError {
    /// What is wrong, in one word: a [`FileFault`], or `contract`, `no_files`, `header`, `io` or `bug`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Contract { .. } => "contract",
            Self::NoFiles { .. } => "no_files",
            Self::File { fault, .. } => fault.as_str(),
            Self::Header { .. } => "header",
            Self::Io { .. } => "io",
            Self::Bug { .. } => "bug",
        }
    }

    /// The complaint about a file whose bytes are those of `other`, so that its records would count twice.
    pub fn same_bytes(file: &str, other: &str) -> Self {
        let problem = format!(
            "it holds the same bytes as {other}, so each of its records would count twice; take one of the two away"
        );
        Self::file(file, FileFault::SameBytes, problem)
    }

    pub(crate) fn file(file: &str, fault: FileFault, problem: impl Into<String>) -> Self {
        Self::refused(file, Refusal::new(fault, problem))
    }

    pub(crate) fn refused(file: &str, refusal: Refusal) -> Self {
        Self::File { file: file.to_owned(), fault: refusal.fault, problem: refusal.problem }
    }

    pub(crate) fn bug(file: &str, problem: impl Into<String>) -> Self {
        Self::Bug { file: file.to_owned(), problem: problem.into() }
    }

    pub(crate) fn io(file: &str, source: std::io::Error) -> Self {
        Self::Io { file: file.to_owned(), source }
    }
}
