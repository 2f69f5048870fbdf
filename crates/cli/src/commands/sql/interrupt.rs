//! Ctrl-C while a query runs: it ends the query, not the process.

use crate::failure::Failure;
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Whether Ctrl-C was pressed. It is watched by a thread of its own, so busy threads of a query cannot delay it.
#[derive(Clone, Default)]
pub(super) struct Interrupt {
    pressed: Arc<AtomicBool>,
    woken: Arc<Notify>,
}

impl Interrupt {
    /// From now on Ctrl-C does no more than what is asked of this. A default one leaves Ctrl-C to end the process.
    pub(super) fn watched() -> Result<Self, Failure> {
        let mut signals = Signals::new([SIGINT])
            .map_err(|error| Failure::Io(format!("cannot watch for Ctrl-C: {error}")))?;
        let interrupt = Self::default();
        let told = interrupt.clone();
        std::thread::spawn(move || {
            for _ in signals.forever() {
                told.pressed.store(true, Ordering::Release);
                told.woken.notify_one();
            }
        });
        Ok(interrupt)
    }

    /// Forgets what was pressed before.
    pub(super) fn clear(&self) {
        self.pressed.store(false, Ordering::Release);
    }

    pub(super) fn is_pressed(&self) -> bool {
        self.pressed.load(Ordering::Acquire)
    }

    /// Waits until it is pressed.
    pub(super) async fn pressed(&self) {
        while !self.is_pressed() {
            self.woken.notified().await;
        }
    }
}
