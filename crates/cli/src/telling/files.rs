//! The report of a night as files.

use crate::commands::report::{folder, write};
use crate::failure::Failure;
use report::{NightReport, night_html};
use std::path::{Path, PathBuf};

/// Writes the report as HTML and as JSON; returns the HTML file.
pub(crate) fn write_report(into: &Path, night: &NightReport) -> Result<PathBuf, Failure> {
    let stem = match night.run {
        Some(run) => format!("run-{run:06}"),
        None => {
            let time: String = night.started.chars().filter(char::is_ascii_alphanumeric).collect();
            format!("failed-{time}")
        }
    };
    let into = folder(into.to_owned())?;
    let json = serde_json::to_string_pretty(night)
        .map_err(|error| Failure::Io(format!("the report cannot be written as JSON: {error}")))?;
    write(into.join(format!("{stem}.json")), (json + "\n").as_bytes())?;
    write(into.join(format!("{stem}.html")), night_html(night).as_bytes())
}
