//! Published nights on the Postgres wire.
//!
//! A [`Server`] listens, lets users in, and answers; [`work`] is the process that runs their queries. Between both go frames
//! with Arrow tables. The server itself plans nothing and reads no table: whatever a query does to the process that
//! answers it, the server and all other queries go on.
//!
//! ```text
//! client ── TLS, SCRAM, protocol, limits, log ── frames ── worker: plan, look at the plan, run
//!           serve                                           serve-worker, one query at a time,
//!                                                           killed when the query is to stop
//! ```
//!
//! * **Who sees what** is decided by [`engine::ReadingRoom`]: a [`Role`] is an [`engine::Access`]; what a role may not see
//!   is not in the session that its query is planned in.
//! * **A database is a run**: `current` is the published one, `run_7` the seventh. A transaction stays with the run that it
//!   read first; without one, each query reads what is published when it begins.
//! * **Two limits stand before the parser**, on bytes and on tokens, because a tree that is too deep can end a process
//!   before its depth is known. Time, memory and rows are limited in the worker and by killing it.
//! * **Nobody keeps others out**: places are given by user, so that who has fewer queries under way comes first; a worker
//!   whose query takes long gives way to others; who brings a worker to its end waits for the next.
//! * **A password is kept as Postgres keeps it**, as a verifier from which nobody can log in.
//!
//! A [`Guest`] asks from within the process, as another room does that lets people in by another door: the same users, the
//! same workers, limits and log.
//!
//! Borders: no study, no terminal; the clock is read for the log only.

mod error;
mod frame;
mod guest;
mod limits;
mod log;
mod numbers;
mod pool;
mod queue;
mod role;
mod rows;
mod scram;
mod scratch;
mod server;
mod session;
mod settings;
mod statement;
mod stop;
mod tls;
mod users;
mod wire;
mod worker;

pub use error::ServeError;
pub use guest::{Asked, Guest, Refusal};
pub use limits::Limits;
pub use pool::WorkerCommand;
pub use role::Role;
pub use server::{Door, ServeOptions, Server, is_safe};
pub use tls::TlsFiles;
pub use users::{Users, random};
pub use worker::{WorkerOptions, work};
