//! Why a server does not start, or a file of users is not taken.

use std::path::{Path, PathBuf};

/// Why a server does not start, or a file of users is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// What is asked for would not be safe; the text says what is missing.
    #[error("{0}")]
    Unsafe(String),
    /// A file of users that cannot be understood.
    #[error("{}:{line}: {problem}", path.display())]
    Users {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A certificate or key that cannot be used.
    #[error("{}: {problem}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file or socket failed.
    #[error("cannot {action} {what}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] engine::EngineError),
    /// The warehouse failed.
    #[error(transparent)]
    Warehouse(#[from] warehouse::Error),
    /// Random numbers could not be had, or a password cannot be used.
    #[error("{0}")]
    Secret(String),
}

impl ServeError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let what = path.display().to_string();
        move |source| ServeError::Io { action, what, source }
    }
}
