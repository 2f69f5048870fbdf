//! TLS, with a certificate that can be renewed while the server runs.

use crate::error::ServeError;
use crate::session::locked;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;

/// Where the certificate and its key are.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// Certificate chain, in PEM, the server's own first.
    pub certificate: PathBuf,
    /// Private key, in PEM.
    pub key: PathBuf,
}

/// What is spoken over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The protocol of Postgres.
    Postgres,
    /// HTTP/1.1.
    Http,
}

/// When the two files were changed.
type Stamp = (Option<SystemTime>, Option<SystemTime>);

/// The certificate in use. It is read again when its files have changed.
pub(crate) struct Tls {
    files: TlsFiles,
    protocol: Protocol,
    current: Mutex<(Stamp, TlsAcceptor)>,
}

impl Tls {
    /// Reads certificate and key.
    pub(crate) fn new(files: TlsFiles, protocol: Protocol) -> Result<Self, ServeError> {
        let current = Mutex::new((stamp(&files), acceptor(&files, protocol)?));
        Ok(Self { files, protocol, current })
    }

    /// For the next connection: with the certificate that is there now, or the one before if that cannot be read.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let mut current = locked(&self.current);
        let now = stamp(&self.files);
        if now != current.0 {
            match acceptor(&self.files, self.protocol) {
                Ok(renewed) => {
                    tracing::info!(certificate = %self.files.certificate.display(), "certificate read again");
                    current.1 = renewed;
                }
                Err(error) => {
                    tracing::error!(%error, "the certificate changed and cannot be used; the one before stays")
                }
            }
            current.0 = now;
        }
        current.1.clone()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tls").field(&self.files).finish()
    }
}

fn stamp(files: &TlsFiles) -> Stamp {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    (changed(&files.certificate), changed(&files.key))
}

fn acceptor(files: &TlsFiles, protocol: Protocol) -> Result<TlsAcceptor, ServeError> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |problem: String| ServeError::Certificate { path, problem }
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(&files.certificate)(error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| wrong(&files.key)(error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| wrong(&files.certificate)(error.to_string()))?;
    let protocol: &[u8] = match protocol {
        Protocol::Postgres => b"postgresql",
        Protocol::Http => b"http/1.1",
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
