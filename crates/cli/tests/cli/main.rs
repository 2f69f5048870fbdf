//! The command as it is used: its words, its exit codes, and what it says of bad deliveries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod at_once;
mod checked;
mod codes;
mod deaths;
mod deliveries;
mod deploy;
mod differences;
mod export;
mod fixture;
mod flips;
mod formulas;
mod full_disk;
mod json;
mod killed;
mod leases;
mod losses;
mod nights;
mod pages;
mod piped;
mod plan;
mod retention;
mod said;
mod schedule;
mod served;
mod sql;
mod told;
mod unreached;
mod why;
