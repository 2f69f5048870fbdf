//! What a document may load and run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use terms::ObjectHash;

/// Which styles of a document count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Styles {
    /// Its style sheets, by their hashes; a style that came in with a text would be as dead as a script.
    Sheets,
    /// Those of single elements, too.
    Elements,
}

/// Nothing may be loaded and nothing may run; only styles in the document itself count.
pub(super) fn policy(allowed: Styles, sheets: &[&str]) -> String {
    let styles: String = match allowed {
        Styles::Sheets => sheets.iter().map(|css| format!(" 'sha256-{}'", hash(css))).collect(),
        Styles::Elements => " 'unsafe-inline'".to_owned(),
    };
    format!("default-src 'none'; style-src{styles}; base-uri 'none'; form-action 'none'")
}

/// The SHA-256 of a style sheet as [`Markup::style`](crate::markup::Markup::style) writes it, in Base64.
fn hash(css: &str) -> String {
    let hex = ObjectHash::of(format!("\n{css}").as_bytes());
    let byte = |at: usize| u8::from_str_radix(hex.as_str().get(at..at + 2).unwrap_or_default(), 16);
    let bytes: Vec<u8> = (0..hex.as_str().len()).step_by(2).filter_map(|at| byte(at).ok()).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_is_named_by_its_hash() {
        // printf '\np {}' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            policy(Styles::Sheets, &["p {}"]),
            "default-src 'none'; style-src 'sha256-UfqFf46tNYFq+0IPcu+C6a9r61kL1KtBvzgRCyy6xgg='; \
             base-uri 'none'; form-action 'none'"
        );
    }
}
