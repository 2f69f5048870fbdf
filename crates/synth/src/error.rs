//! What can go wrong.

use std::path::PathBuf;

/// What can go wrong while deliveries are written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A file or folder cannot be written.
    #[error("cannot write {path}: {source}; check that the folder exists and has room")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the machine says.
        source: std::io::Error,
    },
    /// A workbook cannot be made.
    #[error("cannot make workbook {path}: {source}")]
    Workbook {
        /// The workbook.
        path: PathBuf,
        /// What the workbook library says.
        source: rust_xlsxwriter::XlsxError,
    },
    /// A calibration file in `crates/synth/calibration` is wrong.
    #[error("calibration {file}, line {line}: {problem}")]
    Calibration {
        /// Name of the calibration file.
        file: &'static str,
        /// Line in it, from 1, the header included; 0 when the file as a whole is wrong.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The drawn persons do not allow a part of the story.
    #[error(
        "nobody left for the part {part:?} of the story in block {block}; choose another seed with --seed"
    )]
    Story {
        /// The part of the story.
        part: &'static str,
        /// The block of persons, from 0.
        block: u32,
    },
    /// What a search starts from cannot be used.
    #[error("search: {0}")]
    Search(String),
}
