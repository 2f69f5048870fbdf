//! Studies from raw files to published tables, and everything that must stop them.

mod balance;
mod checks;
mod columns;
mod determinism;
mod identity;
mod library;
mod order;
mod reuse;
mod review;
mod sufficiency;
mod tampering;
mod verdicts;
mod why;
