//! What decides a step's result, as one hash: equal fingerprints mean equal objects.

use terms::ObjectHash;

/// Version of the engine and a hash of its sources: other code, other fingerprint.
pub(crate) const ENGINE: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("HERKOMST_SOURCES"));

/// Collects the parts of a fingerprint; parts do not run into each other.
pub(crate) struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// A fingerprint of a step of this kind, made by this engine.
    pub(crate) fn new(kind: &str) -> Self {
        Self::made_by(ENGINE, kind)
    }

    /// A fingerprint of a step of this kind, made by that engine.
    pub(crate) fn made_by(engine: &str, kind: &str) -> Self {
        let mut parts = Self(Vec::new());
        parts.add("engine", engine);
        parts.add("kind", kind);
        parts
    }

    /// Adds a named part.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        for text in [name, value] {
            self.0.extend_from_slice(&(text.len() as u64).to_le_bytes());
            self.0.extend_from_slice(text.as_bytes());
        }
    }

    /// The hash of all parts.
    pub(crate) fn finish(&self) -> ObjectHash {
        ObjectHash::of(&self.0)
    }
}
