//! Whole runs, planned studies, and the rules of the house; `tests/README.md` says what each module guards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crash;
mod declared;
mod fixture;
mod planned;
mod tidy;
mod whole_runs;
