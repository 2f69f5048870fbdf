//! Progress of a run: a bar on a terminal, nothing elsewhere; and the log.

use crate::args::Log;
use engine::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Sends the log to standard error.
pub(crate) fn log(log: Log) {
    let subscriber = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    match log {
        Log::Off => {}
        Log::Text => subscriber.init(),
        Log::Json => subscriber.json().init(),
    }
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
            Event::StepStarted(name, place, total) => {
                self.0.set_length(*total as u64);
                self.0.set_position(*place as u64 - 1);
                self.0.set_message((*name).to_owned());
            }
            Event::StepFinished(_) => self.0.inc(1),
        }
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
