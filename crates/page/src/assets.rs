//! The style sheet and the script, from the program itself.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use terms::ObjectHash;

/// Drawings look as they do in the book.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    [
        include_str!("assets/page.css"),
        include_str!("assets/flow.css"),
        report::DRAWING_STYLE,
        include_str!("assets/appendices.css"),
        include_str!("assets/sql.css"),
    ]
    .concat()
});
const SCRIPT: &str = concat!(include_str!("assets/page.js"), include_str!("assets/sql.js"));

/// A file that pages load. Its address changes with its contents, so a browser may keep it.
#[derive(Clone, Copy)]
pub(crate) enum Asset {
    /// The style sheet.
    Style,
    /// The script.
    Script,
}

impl Asset {
    fn file(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Asset::Style => ("css", "text/css; charset=utf-8", STYLE.as_str()),
            Asset::Script => ("js", "text/javascript; charset=utf-8", SCRIPT),
        }
    }

    /// Its address.
    pub(crate) fn address(self) -> String {
        format!("/assets/{}", self.name())
    }

    /// Each page names both files, so their hashes are made once.
    fn name(self) -> &'static str {
        static STYLE: LazyLock<String> = LazyLock::new(|| Asset::Style.hashed());
        static SCRIPT: LazyLock<String> = LazyLock::new(|| Asset::Script.hashed());
        match self {
            Asset::Style => &STYLE,
            Asset::Script => &SCRIPT,
        }
    }

    fn hashed(self) -> String {
        let (kind, _, text) = self.file();
        let hash = ObjectHash::of(text.as_bytes());
        format!("{}.{kind}", hash.as_str().get(..16).unwrap_or_default())
    }
}

/// Answers for a file of a name.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let asset = [Asset::Style, Asset::Script].into_iter().find(|asset| asset.name() == name);
    match asset.map(Asset::file) {
        Some((_, kind, text)) => {
            let kept = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
