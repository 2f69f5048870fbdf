//! The kinds of steps: what each needs, makes, and is decided by.

pub(crate) mod audit;
mod changes;
pub(crate) mod check;
pub(crate) mod decided;
mod decisions;
mod judgement;
pub(crate) mod matching;
mod pairs;
pub(crate) mod review;
pub(crate) mod round;
pub(crate) mod source;
pub(crate) mod verdicts;
