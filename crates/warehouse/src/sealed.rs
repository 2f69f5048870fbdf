//! A line of text that tells whether it is as it was written: SHA-256 of what follows, two blanks, JSON on one line.

use serde::Serialize;
use serde::de::DeserializeOwned;
use terms::ObjectHash;

const BETWEEN: &str = "  ";

/// A value as a sealed line, with its line end.
pub(crate) fn line(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(format!("{}{BETWEEN}{json}\n", ObjectHash::of(json.as_bytes())))
}

/// The value of a sealed line without its line end; none if it is damaged, cut off, or another version's.
pub(crate) fn value<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (hash, json) = std::str::from_utf8(line).ok()?.split_once(BETWEEN)?;
    (ObjectHash::of(json.as_bytes()).as_str() == hash).then(|| serde_json::from_str(json).ok())?
}
