//! Runs whose machine fails them: the published night stays, and the next run is as an undisturbed one.

mod collected;
mod failing;
mod memory;
mod power;
mod replaced;
