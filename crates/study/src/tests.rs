#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anything;
mod checks;
mod codebook;
mod corpus;
mod documents;
mod fixture;
mod limits;
mod print;
mod queries;
mod reviews;
mod schemas;
mod set;
mod sources;
mod tables;
mod whole;
mod without;
mod yaml;

use fixture::Fixture;
