//! Whole files, in the borrowings of a library.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anything;
mod balance;
mod corpus;
mod delimited;
mod discover;
mod fixture;
mod whole_file;
mod workbook;
