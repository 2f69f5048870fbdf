//! Studies from raw files to published tables, and everything that must stop them.

mod audits;
mod balance;
mod checks;
mod columns;
mod counterfactual;
mod declared;
mod determinism;
mod differences;
mod flips;
mod forecast;
mod identity;
mod library;
mod losses;
mod nights;
mod open_reviews;
mod order;
mod published;
mod readme;
mod resume;
mod reuse;
mod review;
mod review_file;
mod side_runs;
mod sufficiency;
pub(crate) mod tampering;
mod verdicts;
mod why;
