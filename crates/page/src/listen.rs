//! The listener: connections, TLS, and which address leads to which page.

use crate::fault::{Fault, PageError};
use crate::house::{House, Pages};
use crate::visit::Visit;
use crate::{appendices, assets, door, flow, headers, nights, record, review, sheet, sql};
use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Bytes of the largest form.
const FORM: usize = 64 << 10;
/// Connections at once; browsers open several each.
const CONNECTIONS: usize = 512;
/// How long a browser may take to say what it wants, or to speak TLS.
const SPEECH: Duration = Duration::from_secs(10);
/// How often it is looked whether a run was published.
const PUBLISHED: Duration = Duration::from_secs(2);
/// How long pages under way may go on after the server was told to end.
const GRACE: Duration = Duration::from_secs(2);

fn router(house: Arc<House>) -> Router {
    let pages = Router::new()
        .route("/", get(first))
        .route("/login", get(door::form).post(door::log_in))
        .route("/logout", post(door::log_out))
        .route("/language/{code}", get(door::choose))
        .route("/assets/{name}", get(assets::asset))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .merge(nights::routes())
        .merge(review::routes())
        .merge(flow::routes())
        .merge(record::routes())
        .merge(appendices::routes())
        .merge(sql::routes())
        .fallback(nowhere);
    pages
        .layer(DefaultBodyLimit::max(FORM))
        .layer(middleware::from_fn_with_state(house.clone(), headers::guard))
        .with_state(house)
}

async fn first(visit: Visit) -> Response {
    let mut response = door::go_to(&visit.link(sheet::first(visit.role), &[]));
    if let Some(cookie) = visit.new_cookie() {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    response
}

async fn nowhere(visit: Visit) -> Response {
    let text = visit.say("Deze bladzijde is er niet.", "There is no such page.").to_owned();
    sheet::fault(&visit, &crate::fault::Fault::Missing(text))
}

impl Pages {
    /// Serves until the server beside the pages ends; `listening` is told the address once connections are taken.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub async fn listen(self, listening: impl FnOnce(SocketAddr)) -> Result<(), PageError> {
        let io = |source| PageError::Io { action: "listen on", what: self.listen.to_string(), source };
        let listener = TcpListener::bind(self.listen).await.map_err(io)?;
        listening(listener.local_addr().map_err(io)?);
        let doors = Arc::new(Semaphore::new(CONNECTIONS));
        let router = router(self.house.clone());
        let warming = tokio::spawn(keep_warm(self.house.clone()));
        let ended = self.house.server.ended();
        tokio::pin!(ended);
        loop {
            let (stream, client) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "a browser was not taken");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut ended => break,
            };
            let Ok(door) = doors.clone().try_acquire_owned() else { continue };
            let router = router.clone().layer(Extension(ConnectInfo(client)));
            let house = self.house.clone();
            tokio::spawn(async move {
                talk(&house, stream, router).await;
                drop(door);
            });
        }
        warming.abort();
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        drop(tokio::time::timeout(GRACE, doors.acquire_many(all)).await);
        Ok(())
    }
}

/// Reads ahead what the first question about a newly published run would have to wait for.
async fn keep_warm(house: Arc<House>) {
    let mut warm = None;
    loop {
        match house.warehouse.current() {
            Ok(Some(run)) if warm != Some(run) => {
                warm = Some(run);
                let house = house.clone();
                // A run whose study has changed since cannot be followed; whoever asks about it is told so.
                let read = tokio::task::spawn_blocking(move || -> Result<(), Fault> {
                    let run = house.warehouse.manifest(run)?;
                    house.auditing.warm(&house.study_of(&run)?, &run)
                });
                drop(read.await);
            }
            _ => {}
        }
        tokio::time::sleep(PUBLISHED).await;
    }
}

/// Speaks with one browser until one of both ends.
async fn talk(house: &House, stream: TcpStream, router: Router) {
    // Small answers go out at once.
    drop(stream.set_nodelay(true));
    match house.server.page_acceptor() {
        None => answer(house, stream, router).await,
        Some(acceptor) => match tokio::time::timeout(SPEECH, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => answer(house, stream, router).await,
            Ok(Err(error)) => tracing::debug!(%error, "a browser did not speak TLS"),
            Err(_) => tracing::debug!("a browser took too long to speak TLS"),
        },
    }
}

async fn answer(house: &House, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SPEECH)
        .max_headers(100)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = async {
        // While the server is there, nothing here ends a connection but its browser.
        house.server.ended().await;
    };
    let talked = tokio::select! {
        talked = &mut connection => talked,
        () = ended => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = talked {
        tracing::debug!(%error, "a browser went");
    }
}
