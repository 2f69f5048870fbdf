//! Lineage against what deleting rows shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod borders;
mod columns;
mod deletion;
mod extensions;
mod harness;
mod nested;
mod operators;
mod tpch;
mod why_not;
