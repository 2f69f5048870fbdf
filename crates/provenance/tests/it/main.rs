//! Lineage against what deleting rows shows.

mod harness;
mod operators;
mod tpch;
