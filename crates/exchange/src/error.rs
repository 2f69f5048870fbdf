//! What can go wrong.

/// A run cannot be described.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// A file that a step is defined by is not in the crate.
    #[error(
        "{file} defines a step of the run but is not among the study's files; is it in the study folder?"
    )]
    NotPacked {
        /// The file, relative to the study folder.
        file: String,
    },
}
