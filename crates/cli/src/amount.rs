//! Amounts of memory as people write them.

const UNITS: [(&str, usize); 8] = [
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("", 1 << 20),
];

/// Bytes of a text such as `512MB`, `2 GiB` or `512`, which counts MiB; the way to write it, where it is no amount.
pub(crate) fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("`{text}` is no amount of memory; write it as 512MB, 2GiB, or 512 for MiB");
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) =
        (text[..end].parse::<usize>().map_err(|_| wrong())?, text[end..].trim().to_lowercase());
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    number.checked_mul(*size).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_and_none_is_mebibytes() {
        for (text, expected) in [
            ("512MB", Some(512_000_000)),
            ("2 GiB", Some(2 << 30)),
            ("64kb", Some(64_000)),
            ("1024", Some(1 << 30)),
            ("10B", Some(10)),
            ("0", None),
            ("MB", None),
            ("12 parsecs", None),
            ("-1MB", None),
            ("1.5GB", None),
            ("99999999999999999999", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }
}
