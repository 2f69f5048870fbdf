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
    /// A list of answers and the lists of questions do not fit each other.
    #[error(
        "source {source_name} has an answer to question `{question}`, which is in no list of questions; correct it, or add the list \
         under `codebook` in pipeline.yaml"
    )]
    NoQuestion {
        /// The source of answers.
        source_name: String,
        /// Code of the question.
        question: String,
    },
    /// The XML writer failed.
    #[error("cannot write the codebook: {source}")]
    Xml {
        /// The reason.
        source: std::io::Error,
    },
}
