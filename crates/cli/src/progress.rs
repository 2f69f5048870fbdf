//! Progress of a run: a bar on a terminal, nothing elsewhere; and the log.

use crate::args::Log;
use crate::failure::Failure;
use engine::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// Sends the log to standard error, and as JSON lines to a file.
pub(crate) fn log(log: Log, file: Option<&Path>) -> Result<(), Failure> {
    let file = file.map(open).transpose()?;
    if log == Log::Off && file.is_none() {
        return Ok(());
    }
    // Colours are for people; in the mail of a night they are noise.
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let layer = || fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let to_stderr = match log {
        Log::Off => None,
        Log::Text => Some(layer().boxed()),
        Log::Json => Some(layer().json().boxed()),
    };
    registry()
        .with(LevelFilter::INFO)
        .with(to_stderr)
        .with(file.map(|file| fmt::layer().with_writer(file).with_target(false).json()))
        .init();
    Ok(())
}

/// A log is only ever added to, a line with one write, so that several commands may share it and it may be rotated.
fn open(path: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.append(true).create(true).open(path).map_err(|error| {
        Failure::Usage(format!(
            "no log can be written to {}: {error}; name a file in a folder that this user may write to with --log-file",
            path.display()
        ))
    })
}

/// Tells of something that went wrong without making the command fail.
pub(crate) fn warn(text: &str) {
    tracing::warn!("{text}");
    eprintln!("herkomst: warning: {text}");
}

/// A bar that follows the steps of a run.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn follow(&self, event: &Event<'_>) {
        match event {
            Event::StepStarted(name, _, total) => {
                self.0.set_length(*total as u64);
                self.0.set_message((*name).to_owned());
            }
            Event::StepFinished(_) => self.0.inc(1),
        }
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
