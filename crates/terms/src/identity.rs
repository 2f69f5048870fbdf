use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The secret under which row identities and pseudonyms are derived (HMAC-SHA-256, RFC 2104).
///
/// An unkeyed hash of a short number can be guessed by trying all numbers; a keyed one cannot.
#[derive(Clone)]
pub struct IdentityKey(Vec<u8>);

impl IdentityKey {
    /// A key from secret bytes; at least 16 are expected of a real study.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The published key of synthetic studies: everybody gets the same hashes, nothing is protected.
    pub fn demonstration() -> Self {
        Self::new(*b"herkomst demonstration key: synthetic data only")
    }

    /// A pseudonym of one identifier: 32 hexadecimal digits, equal for equal text in every source.
    pub fn pseudonym(&self, identifier: &str) -> String {
        self.digest("pseudonym", std::iter::once(identifier))
    }

    fn digest<'a>(&self, purpose: &'a str, fields: impl Iterator<Item = &'a str>) -> String {
        // An HMAC accepts a key of any length, so this arm cannot be reached with another result.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for field in std::iter::once(purpose).chain(fields) {
            mac.update(&(field.len() as u64).to_le_bytes());
            mac.update(field.as_bytes());
        }
        hex(&mac.finalize().into_bytes()[..16])
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKey(secret)")
    }
}

/// Identity of one delivered record: 32 hexadecimal digits derived from source and content.
///
/// A record that is delivered again unchanged keeps its identity, whatever its file or place in it.
/// Records with equal content in one source are told apart by a suffix `-2`, `-3`, … in file and line order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowId(String);

impl RowId {
    /// The identity of a record of `source` with these fields, in contract order.
    pub fn derive(key: &IdentityKey, source: &str, fields: &[&str]) -> Self {
        Self(key.digest("row", std::iter::once(source).chain(fields.iter().copied())))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// SHA-256 of some bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectHash(String);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("not a SHA-256 in 64 lower-case hexadecimal digits: {0:?}")]
pub struct ObjectHashError(String);

impl ObjectHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// From a finished SHA-256 digest.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(hex(&digest))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectHash {
    type Error = ObjectHashError;

    fn try_from(text: String) -> Result<Self, ObjectHashError> {
        let ok = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if ok { Ok(Self(text)) } else { Err(ObjectHashError(text)) }
    }
}

impl From<ObjectHash> for String {
    fn from(hash: ObjectHash) -> String {
        hash.0
    }
}

impl fmt::Display for ObjectHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| char::from(DIGITS[usize::from(n)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_is_the_fips_180_example() {
        assert_eq!(
            ObjectHash::of(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn an_object_hash_is_64_hexadecimal_digits() {
        assert!(ObjectHash::try_from("AB".repeat(32)).is_err());
        assert!(ObjectHash::try_from("ab".repeat(31)).is_err());
        assert!(ObjectHash::try_from("ab".repeat(32)).is_ok());
    }

    #[test]
    fn identities_depend_on_key_and_source() {
        let demo = IdentityKey::demonstration();
        let other = IdentityKey::new(*b"another key of 16+ bytes");
        assert_ne!(RowId::derive(&demo, "a", &["x"]), RowId::derive(&other, "a", &["x"]));
        assert_ne!(RowId::derive(&demo, "a", &["x"]), RowId::derive(&demo, "b", &["x"]));
        assert_eq!(format!("{demo:?}"), "IdentityKey(secret)");
    }

    proptest::proptest! {
        #[test]
        fn fields_do_not_run_into_each_other(a in ".{0,8}", b in ".{0,8}", c in ".{1,8}") {
            let key = IdentityKey::demonstration();
            let (ab_c, a_bc) = (format!("{a}{b}"), format!("{b}{c}"));
            if b.is_empty() { return Ok(()); }
            proptest::prop_assert_ne!(
                RowId::derive(&key, "s", &[&ab_c, &c]),
                RowId::derive(&key, "s", &[&a, &a_bc])
            );
        }
    }
}
