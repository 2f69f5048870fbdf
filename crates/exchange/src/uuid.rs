//! Identifiers of runs that are the same whenever the same run is told of.

use terms::ObjectHash;

/// A UUID of version 8 (RFC 9562: its maker says how) from the SHA-256 of a run's manifest and what of the run is meant.
pub(crate) fn uuid(manifest: &ObjectHash, what: &str) -> String {
    let hash = ObjectHash::of(format!("{manifest} {what}").as_bytes());
    let digits = hash.as_str();
    // The variant is the two bits 10, so its digit is 8, 9, a or b.
    let variant = match digits.as_bytes()[16] {
        b'0' | b'4' | b'8' | b'c' => '8',
        b'1' | b'5' | b'9' | b'd' => '9',
        b'2' | b'6' | b'a' | b'e' => 'a',
        _ => 'b',
    };
    format!(
        "{}-{}-8{}-{variant}{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

#[cfg(test)]
mod tests {
    use super::uuid;
    use terms::ObjectHash;

    #[test]
    fn a_uuid_depends_on_the_manifest_and_on_what_is_meant() {
        let (one, other) = (ObjectHash::of(b"1"), ObjectHash::of(b"2"));
        let id = uuid(&one, "step");
        assert_eq!(id, uuid(&one, "step"));
        assert!(id != uuid(&other, "step") && id != uuid(&one, "another"));
        for text in (0..64).map(|i| uuid(&one, &i.to_string())) {
            let parts: Vec<&str> = text.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{text}");
            assert!(parts[2].starts_with('8') && parts[3].starts_with(['8', '9', 'a', 'b']), "{text}");
        }
    }
}
