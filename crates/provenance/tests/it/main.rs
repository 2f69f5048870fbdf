//! Lineage against what deleting rows shows.

mod borders;
mod columns;
mod deletion;
mod extensions;
mod harness;
mod operators;
mod tpch;
mod why_not;
