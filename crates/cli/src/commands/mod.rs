//! One module for each command.

pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod sql;
pub(crate) mod verify;
pub(crate) mod waterfall;
pub(crate) mod why;
