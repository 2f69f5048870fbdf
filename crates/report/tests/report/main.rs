//! Tables from results to text, CSV, HTML and their comparison with a print.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod book;
mod compared;
mod drawn;
mod fixture;
mod night;
mod office;
mod oracle;
mod pages;
mod printed;
mod tested;
