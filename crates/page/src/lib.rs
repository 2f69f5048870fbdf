//! Published nights as pages for people: what ran, how the records became the printed ones, one record's life, the
//! appendices down to raw lines, SQL, and reviews.
//!
//! A [`Pages`] stands beside a [`serve::Server`] and lets in the same users in the same roles. Every page is HTML that is made
//! here, from one published run, and is whole without a script; a script only adds comfort. Every state of a page is its
//! address, so it can be sent to a colleague: `?run=7` is run 7, without it the published one.
//!
//! ```text
//! browser ── TLS, session, role ── page: a Visit ── engine: tables of a run as the role may see them
//!                                               ├── engine: an Auditor in a thread of its own (why, trace)
//!                                               └── serve: queries of the visitor's own, in worker processes
//! ```
//!
//! * **Who sees what** is decided where rows are read: pages ask [`engine::ReadingRoom`] with the visitor's
//!   [`engine::Access`]; a page that a role may not see at all is refused before.
//! * **No text becomes markup**: everything is written with [`report::Markup`], which escapes whatever it is given; styles
//!   and scripts are files of this crate, and the policy of every answer allows no others.
//! * **Nothing is changed by an address**: what writes (logging in and out, a verdict) is a form with a token of its session.
//!
//! Borders: no SQL of a study, no terminal, no study's words; the clock is read for sessions and verdicts only.

mod appendices;
mod assets;
mod auditing;
mod door;
mod fault;
mod flow;
mod headers;
mod house;
mod listen;
mod nights;
mod printing;
mod record;
mod review;
mod rows;
mod sessions;
mod sheet;
mod sql;
mod visit;
mod why;
mod words;

pub use fault::PageError;
pub use house::{LoadStudy, PageOptions, Pages};
pub use why::{WhyCommand, work_why};
