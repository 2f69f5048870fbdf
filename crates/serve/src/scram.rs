//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), which keeps nothing that one can log in with.
//!
//! A [`Verifier`] is written as Postgres stores it, `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`, so that lines can
//! be taken over from `pg_authid`. pgwire's own exchange wants the salted password instead, from which a client's proof
//! can be made; so the exchange is here, and only the messages around it are pgwire's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Name of the mechanism on the wire and in stored verifiers.
pub(crate) const MECHANISM: &str = "SCRAM-SHA-256";
/// Rounds of hashing for new passwords, as Postgres has it.
const ITERATIONS: u32 = 4096;
/// Bytes of a new salt, as Postgres has it.
const SALT: usize = 16;

type Key = [u8; 32];

/// What a server keeps of a password: enough to check a proof, too little to make one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Verifier {
    iterations: u32,
    salt: Vec<u8>,
    stored_key: Key,
    server_key: Key,
}

impl Verifier {
    /// Of a password, with salt from a source of random bytes.
    pub(crate) fn of(password: &str, salt: [u8; SALT]) -> Self {
        Self::with(password, salt.to_vec(), ITERATIONS)
    }

    fn with(password: &str, salt: Vec<u8>, iterations: u32) -> Self {
        let rounds = usize::try_from(iterations).unwrap_or(usize::MAX);
        let salted = pgwire::api::auth::sasl::scram::gen_salted_password(password, &salt, rounds);
        let client_key = hmac(&salted, b"Client Key");
        Self {
            iterations,
            stored_key: Sha256::digest(client_key).into(),
            server_key: hmac(&salted, b"Server Key"),
            salt,
        }
    }

    /// Whether it is the verifier of this password.
    pub(crate) fn fits(&self, password: &str) -> bool {
        let other = Self::with(password, self.salt.clone(), self.iterations);
        // Every byte is looked at, so that time tells nothing of where they differ.
        let differing = self.stored_key.iter().zip(other.stored_key).fold(0, |all, (a, b)| all | (a ^ b));
        differing == 0
    }

    /// Of a user that is not there: looks like any other, the same for the same name, and nothing fits it.
    pub(crate) fn of_nobody(user: &str, secret: &Key) -> Self {
        let salt = hmac(secret, user.as_bytes())[..SALT].to_vec();
        let never = |what: &[u8]| hmac(secret, &[what, user.as_bytes()].concat());
        Self { iterations: ITERATIONS, salt, stored_key: never(b"stored"), server_key: never(b"server") }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [salt, stored, server] =
            [&self.salt[..], &self.stored_key, &self.server_key].map(|bytes| STANDARD.encode(bytes));
        write!(f, "{MECHANISM}${}:{salt}${stored}:{server}", self.iterations)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl FromStr for Verifier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("no verifier of the form {MECHANISM}$iterations:salt$StoredKey:ServerKey");
        let rest = text.strip_prefix(MECHANISM).and_then(|rest| rest.strip_prefix('$')).ok_or_else(wrong)?;
        let (salted, keys) = rest.split_once('$').ok_or_else(wrong)?;
        let (iterations, salt) = salted.split_once(':').ok_or_else(wrong)?;
        let (stored, server) = keys.split_once(':').ok_or_else(wrong)?;
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| wrong());
        let key = |text: &str| Key::try_from(decode(text)?).map_err(|_| wrong());
        let iterations: u32 = iterations.parse().map_err(|_| wrong())?;
        let salt = decode(salt)?;
        if iterations < ITERATIONS || salt.is_empty() {
            return Err(format!("fewer than {ITERATIONS} iterations, or no salt"));
        }
        Ok(Self { iterations, salt, stored_key: key(stored)?, server_key: key(server)? })
    }
}

/// Why an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A message that is none of the protocol.
    Malformed,
    /// A proof that does not fit.
    WrongPassword,
}

/// An exchange that waits for the client's proof.
#[derive(Debug)]
pub(crate) struct Challenge {
    verifier: Verifier,
    /// Header of the client's first message; its proof must repeat it.
    header: String,
    nonce: String,
    client_first_bare: String,
    server_first: String,
}

impl Challenge {
    /// Answers the client's first message; `random` is base64 or other printable text that was never used before.
    ///
    /// Returns the exchange and the server's first message.
    pub(crate) fn new(message: &[u8], verifier: Verifier, random: &str) -> Result<(Self, String), Failure> {
        let message = std::str::from_utf8(message).map_err(|_| Failure::Malformed)?;
        // "n" has no channel binding, "y" would have it and sees that the server does not; "p" was never offered.
        let rest = ["n,,", "y,,"].iter().find_map(|header| Some((*header, message.strip_prefix(header)?)));
        let (header, bare) = rest.ok_or(Failure::Malformed)?;
        let mut parts = bare.split(',');
        let is_named = parts.next().is_some_and(|user| user.starts_with("n="));
        let client_nonce = parts.next().and_then(|nonce| nonce.strip_prefix("r="));
        let client_nonce = client_nonce.filter(|nonce| is_named && !nonce.is_empty());
        let nonce = format!("{}{random}", client_nonce.ok_or(Failure::Malformed)?);
        let salt = STANDARD.encode(&verifier.salt);
        let server_first = format!("r={nonce},s={salt},i={}", verifier.iterations);
        let challenge = Self {
            verifier,
            header: header.to_owned(),
            nonce,
            client_first_bare: bare.to_owned(),
            server_first: server_first.clone(),
        };
        Ok((challenge, server_first))
    }

    /// Checks the client's proof, and returns the server's last message.
    pub(crate) fn check(&self, message: &[u8]) -> Result<String, Failure> {
        let message = std::str::from_utf8(message).map_err(|_| Failure::Malformed)?;
        let (without_proof, proof) = message.rsplit_once(",p=").ok_or(Failure::Malformed)?;
        let expected = format!("c={},r={}", STANDARD.encode(&self.header), self.nonce);
        if without_proof != expected {
            return Err(Failure::Malformed);
        }
        let proof = STANDARD.decode(proof).ok().and_then(|proof| Key::try_from(proof).ok());
        let proof = proof.ok_or(Failure::Malformed)?;
        let said = format!("{},{},{without_proof}", self.client_first_bare, self.server_first);
        let signature = hmac(&self.verifier.stored_key, said.as_bytes());
        let mut client_key = proof;
        client_key.iter_mut().zip(signature).for_each(|(byte, mask)| *byte ^= mask);
        let found: Key = Sha256::digest(client_key).into();
        // Every byte is looked at, whichever differs.
        let differing = found.iter().zip(self.verifier.stored_key).fold(0, |all, (a, b)| all | (a ^ b));
        if differing != 0 {
            return Err(Failure::WrongPassword);
        }
        Ok(format!("v={}", STANDARD.encode(hmac(&self.verifier.server_key, said.as_bytes()))))
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Key {
    // HMAC takes keys of any length; the other arm is never reached.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(text);
            mac.finalize().into_bytes().into()
        }
        Err(_) => [0; 32],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677, section 3.
    fn example() -> (Verifier, &'static str) {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let nonce_of_server = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        (Verifier::with("pencil", salt, 4096), nonce_of_server)
    }

    const FIRST: &[u8] = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    const FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    #[test]
    fn the_example_of_the_rfc() {
        let (verifier, random) = example();
        let (challenge, first) = Challenge::new(FIRST, verifier, random).unwrap();
        assert_eq!(
            first,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        );
        let last = challenge.check(FINAL.as_bytes()).unwrap();
        assert_eq!(last, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn another_password_nonce_header_or_proof_is_refused() {
        let (verifier, random) = example();
        let other = Verifier::with("pencils", verifier.salt.clone(), 4096);
        let (challenge, _) = Challenge::new(FIRST, other, random).unwrap();
        assert_eq!(challenge.check(FINAL.as_bytes()), Err(Failure::WrongPassword));
        let (challenge, _) = Challenge::new(FIRST, verifier.clone(), "another").unwrap();
        assert_eq!(challenge.check(FINAL.as_bytes()), Err(Failure::Malformed));
        let (challenge, _) = Challenge::new(FIRST, verifier.clone(), random).unwrap();
        for wrong in [
            FINAL.replace("c=biws", "c=eSws"),
            FINAL.replace("p=dH", "p=eH"),
            FINAL.replace(",p=", ",x=1,p="),
            String::new(),
        ] {
            assert!(challenge.check(wrong.as_bytes()).is_err(), "{wrong}");
        }
        for wrong in ["p=tls-server-end-point,,n=user,r=a", "n,,r=a", "n,,n=user,r=", "n,a=x,n=user,r=b", ""]
        {
            let refused = Challenge::new(wrong.as_bytes(), verifier.clone(), random);
            assert_eq!(refused.unwrap_err(), Failure::Malformed, "{wrong}");
        }
    }

    #[test]
    fn a_verifier_is_written_as_postgres_writes_it() {
        let (verifier, _) = example();
        let text = verifier.to_string();
        assert!(text.starts_with("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"), "{text}");
        assert_eq!(text.parse(), Ok(verifier));
        for wrong in
            ["", "md5abc", "SCRAM-SHA-256$1:YQ==$YQ==:YQ==", &text[..text.len() - 4], "SCRAM-SHA-256$"]
        {
            assert!(wrong.parse::<Verifier>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn nobody_has_the_same_salt_each_time_and_no_password() {
        let nobody = Verifier::of_nobody("eve", &[7; 32]);
        assert_eq!(nobody, Verifier::of_nobody("eve", &[7; 32]));
        assert_ne!(nobody.salt, Verifier::of_nobody("bob", &[7; 32]).salt);
        let (challenge, _) = Challenge::new(FIRST, nobody, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0").unwrap();
        assert_eq!(challenge.check(FINAL.as_bytes()), Err(Failure::WrongPassword));
    }
}
