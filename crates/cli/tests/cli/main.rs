//! The command as it is used: its words, its exit codes, and what it says of bad deliveries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codes;
mod deliveries;
mod differences;
mod export;
mod fixture;
mod json;
mod plan;
mod said;
mod sql;
mod unreached;
mod why;
