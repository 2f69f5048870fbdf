//! The protocol of Postgres, version 3, on pgwire: what clients say, and what is answered.

mod connection;
mod extended;
mod log_in;
mod measured;
mod parameters;
mod prepared;
mod respond;
mod shape;
mod simple;

pub(crate) use connection::talk;
pub(crate) use log_in::WRONG;
pub(crate) use prepared::Prepared;

use crate::frame::Fault;
use crate::server::Server;
use crate::session::Session;
use pgwire::error::{ErrorInfo, PgWireError};
use std::sync::Arc;

/// A connection as its handlers see it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) server: Arc<Server>,
    pub(crate) session: Arc<Session>,
}

/// A fault as pgwire sends it; the connection goes on.
pub(crate) fn error(fault: Fault) -> PgWireError {
    told("ERROR", fault)
}

/// A fault after which the connection is closed.
pub(crate) fn fatal(fault: Fault) -> PgWireError {
    told("FATAL", fault)
}

fn told(severity: &str, fault: Fault) -> PgWireError {
    let mut info = ErrorInfo::new(severity.to_owned(), fault.code, fault.message);
    info.severity_nonlocalized = Some(severity.to_owned());
    info.hint = fault.hint;
    PgWireError::UserError(Box::new(info))
}
