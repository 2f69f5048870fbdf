//! The command as it is used: its words, its exit codes, and what it says of bad deliveries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codes;
mod deliveries;
mod deploy;
mod differences;
mod export;
mod fixture;
mod json;
mod nights;
mod said;
mod schedule;
mod sql;
mod told;
mod unreached;
mod why;
