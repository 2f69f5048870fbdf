//! The crate against independent results and laws; one binary. Fixtures lie beside it as CSV and are written by
//! `tests/oracle/chaid_*.py` of the repository.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "shown when a test fails, and with --nocapture")]

mod columns;
mod examples;
mod hostile;
mod laws;
mod peers;
mod printed;
mod reference;
mod refused;
// What the tests do not print, the example does.
#[allow(dead_code)]
#[path = "../../examples/grow/study.rs"]
mod study;
mod tails;
mod tree_laws;
mod trees;

/// Rows of a CSV without quoted fields, the header left out.
fn rows(csv: &str) -> impl Iterator<Item = Vec<&str>> {
    csv.lines().skip(1).map(|line| line.split(',').collect())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// Equal up to `tolerance`, relative above 1 and absolute below.
#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let bound = tolerance * expected.abs().max(1.0);
    assert!((found - expected).abs() <= bound, "{what}: {found} where {expected} is expected");
}
