//! One module for each command.

pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod find;
pub(crate) mod gc;
pub(crate) mod plan;
pub(crate) mod raw;
pub(crate) mod report;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schedule;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod sql;
pub(crate) mod trace;
pub(crate) mod verify;
pub(crate) mod waterfall;
pub(crate) mod why;
pub(crate) mod why_not;
pub(crate) mod words;
