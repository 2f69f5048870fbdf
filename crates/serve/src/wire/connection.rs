//! One connection from its first byte to its last.

use super::measured::Measured;
use super::{Connection, fatal};
use crate::frame::Fault;
use crate::limits::{LOG_IN, MESSAGE};
use crate::server::Server;
use crate::session::Session;
use crate::stop::Reason;
use futures::StreamExt;
use futures::future::FutureExt;
use pgwire::api::{ClientInfo, NoopHandler, PgWireConnectionState};
use pgwire::error::{ErrorInfo, PgWireError};
use pgwire::messages::PgWireFrontendMessage;
use pgwire::tokio::server::{negotiate_tls, process_error, process_message};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio_util::codec::{Framed, FramedParts};

/// How often it is looked whether a client is still there.
const LOOK: Duration = Duration::from_millis(250);

/// Talks with a client until one of both ends it.
pub(crate) async fn talk(server: Arc<Server>, stream: TcpStream) -> io::Result<()> {
    let client = stream.peer_addr()?;
    let (stream, ear) = doubled(stream)?;
    let session = Arc::new(Session::new(client));
    let connection = Connection { server: server.clone(), session: session.clone() };
    let _leaving = Leaving(&server, &session);
    tokio::select! {
        talked = converse(&connection, stream) => talked,
        () = lost(&ear, &session) => Ok(()),
        () = session.closing.notified() => Ok(()),
    }
}

/// Takes the session out of the server at its end, also where a message made its handler panic.
struct Leaving<'a>(&'a Arc<Server>, &'a Arc<Session>);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.leave(self.1);
    }
}

/// The stream, and a second handle on its socket to notice that the client is gone while nothing is read.
fn doubled(stream: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let ear = TcpStream::from_std(stream.try_clone()?)?;
    Ok((TcpStream::from_std(stream)?, ear))
}

/// Ends when the client has closed its side, and stops what it left behind.
async fn lost(ear: &TcpStream, session: &Session) {
    loop {
        tokio::time::sleep(LOOK).await;
        match ear.ready(Interest::READABLE).now_or_never() {
            Some(Ok(ready)) if ready.is_read_closed() => {
                // What it said before, Terminate for one, is heard first.
                tokio::time::sleep(LOOK).await;
                break;
            }
            Some(Err(_)) => break,
            _ => {}
        }
    }
    session.stop(Reason::Gone);
}

async fn converse(connection: &Connection, stream: TcpStream) -> io::Result<()> {
    let log_in = tokio::time::sleep(LOG_IN);
    tokio::pin!(log_in);
    let tls = connection.server.acceptor();
    let negotiated = tokio::select! {
        negotiated = negotiate_tls(stream, tls) => negotiated?,
        () = &mut log_in => return Ok(()),
    };
    let Some(negotiated) = negotiated else { return Ok(()) };
    let parts = negotiated.into_parts();
    let measured = Measured::new(parts.io, &parts.read_buf, MESSAGE)?;
    let mut whole = FramedParts::new(measured, parts.codec);
    (whole.read_buf, whole.write_buf) = (parts.read_buf, parts.write_buf);
    let mut socket = Framed::from_parts(whole);
    let ours = Arc::new(connection.clone());
    let nobody = Arc::new(NoopHandler);
    loop {
        let is_in = connection.session.login.get().is_some();
        let message = tokio::select! {
            message = socket.next() => message,
            () = &mut log_in, if !is_in => return Ok(()),
            () = connection.server.ends.stopped() => {
                let fault = Fault::new("57P01", "the server is shutting down");
                return process_error(&mut socket, fatal(fault), false).await;
            }
        };
        let message = match message {
            Some(Ok(message)) => message,
            // Where the next message begins is not known any more.
            Some(Err(PgWireError::IoError(error))) if error.kind() == io::ErrorKind::InvalidData => {
                let fault = Fault::new("08P01", error.to_string());
                // Not followed by the word that the next query may come.
                return process_error(&mut socket, fatal(fault), true).await;
            }
            _ => return Ok(()),
        };
        if matches!(message, PgWireFrontendMessage::Terminate(_)) {
            return Ok(());
        }
        let is_extended = message.is_extended_query();
        let (a, b, c) = (ours.clone(), ours.clone(), ours.clone());
        let processed = process_message(message, &mut socket, a, b, c, nobody.clone(), ours.clone()).await;
        if let Err(error) = processed {
            if matches!(socket.state(), PgWireConnectionState::QueryInProgress) {
                socket.set_state(PgWireConnectionState::ReadyForQuery);
            }
            let info = ErrorInfo::from(error);
            let is_fatal = info.is_fatal() || connection.session.login.get().is_none();
            process_error(&mut socket, PgWireError::UserError(Box::new(info)), is_extended).await?;
            if is_fatal {
                // Whoever was refused is not listened to, whatever state pgwire leaves behind.
                return Ok(());
            }
        }
    }
}
