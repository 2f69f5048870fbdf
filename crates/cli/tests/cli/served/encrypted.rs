//! TLS: who must speak it, and a certificate that is renewed while the server runs.

use super::Server;
use super::client::Client;
use crate::fixture::{Place, workspace};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::sync::Arc;

/// Takes any certificate: which one it was is asked afterwards.
#[derive(Debug)]
struct Any;

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

/// Asks for TLS as Postgres has it, logs in as far as the server's first answer, and returns the certificate and that answer's
/// letter.
fn encrypted(address: &str) -> (Vec<u8>, u8) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"S");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Any))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut tls = rustls::Stream::new(&mut session, &mut stream);
    tls.write_all(b"\0\0\0\x22\0\x03\0\0user\0anna\0database\0run_1\0\0").unwrap();
    tls.read_exact(&mut answer).unwrap();
    (session.peer_certificates().unwrap()[0].to_vec(), answer[0])
}

fn certificate(place: &Place, number: u8) {
    for (part, file) in [("cert", "cert.pem"), ("key", "key.pem")] {
        let from = workspace(&format!("crates/cli/tests/cli/served/{part}_{number}.pem"));
        std::fs::copy(from, place.folder.join(file)).unwrap();
    }
}

/// The address of this machine for others, if it has one.
fn own_address() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: the kernel says which address it would send from.
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then(|| address.to_string())
}

#[test]
fn a_renewed_certificate_is_used_and_a_broken_one_is_not() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    certificate(&place, 1);
    let tls = ["--trust-loopback", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = Server::start(&place, &tls);
    let (first, letter) = encrypted(&server.address);
    assert_eq!(letter, b'R');
    std::fs::write(place.folder.join("cert.pem"), "no certificate").unwrap();
    assert_eq!(encrypted(&server.address).0, first);
    certificate(&place, 2);
    let (second, _) = encrypted(&server.address);
    assert_ne!(second, first);
    // On this machine nobody needs it.
    assert_eq!(server.client().value("select 1"), "1");
}

#[test]
fn others_must_speak_tls() {
    let Some(own) = own_address() else {
        eprintln!("NOT CHECKED: this machine has no address but its own, so nobody comes from elsewhere");
        return;
    };
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    certificate(&place, 1);
    std::fs::write(place.folder.join("password"), "a long secret\n").unwrap();
    let mut user = place.command(&["serve", "user", "anna", "--role", "public", "--users", "users"]);
    user.stdin(std::fs::File::open(place.folder.join("password")).unwrap());
    assert!(user.output().unwrap().status.success());
    let listen = format!("{own}:0");
    let all = ["--users", "users", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "--listen", &listen];
    let server = Server::start(&place, &all);
    let plain = Client::new(&server.address, "anna", "current", "a long secret").err().unwrap();
    assert_eq!(plain.code, "28000", "{}", plain.message);
    assert_eq!(encrypted(&server.address).1, b'R');
}
