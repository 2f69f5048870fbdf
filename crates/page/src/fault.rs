//! Why there is no page, or none of the kind that was asked for.

use axum::http::StatusCode;

/// Why pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The server that stands beside the pages.
    #[error(transparent)]
    Serve(#[from] serve::ServeError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] engine::EngineError),
    /// The warehouse failed.
    #[error(transparent)]
    Warehouse(#[from] warehouse::Error),
    /// The study cannot be read.
    #[error("{0}")]
    Study(String),
    /// An address that cannot be listened on, a thread that cannot be started.
    #[error("cannot {action} {what}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why a visitor gets another page than they asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no such page, run, table or record; the text says what there is.
    Missing(String),
    /// The role may not see it.
    Forbidden,
    /// The study has changed since this run, so that it does not tell any more what the run did.
    Changed(u64),
    /// What was asked cannot be answered; the text says how to ask.
    Asked(String),
    /// The form was not sent from a page of ours, or its session is gone.
    Forged,
    /// It went wrong here; the log has it.
    Inside,
}

impl Fault {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Fault::Missing(_) => StatusCode::NOT_FOUND,
            Fault::Forbidden | Fault::Forged => StatusCode::FORBIDDEN,
            Fault::Asked(_) => StatusCode::BAD_REQUEST,
            Fault::Changed(_) => StatusCode::CONFLICT,
            Fault::Inside => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Something that went wrong here: the log has it, the visitor is told so.
    pub(crate) fn inside(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a page could not be made");
        Fault::Inside
    }
}

impl From<warehouse::Error> for Fault {
    fn from(error: warehouse::Error) -> Self {
        Fault::inside(error)
    }
}

impl From<engine::EngineError> for Fault {
    /// What was asked wrongly is told; what failed is not, since its text may quote a delivery.
    fn from(error: engine::EngineError) -> Self {
        match error {
            engine::EngineError::Asked(text) => Fault::Asked(text),
            error => Fault::inside(error),
        }
    }
}

impl From<report::ReportError> for Fault {
    fn from(error: report::ReportError) -> Self {
        Fault::inside(error)
    }
}
