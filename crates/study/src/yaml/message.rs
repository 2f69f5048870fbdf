use crate::Fault;
use crate::text::{Text, suggestion};
use serde_saphyr::Error;

/// The parser's error as a fault of this file, in words for a study's author.
pub(crate) fn explain(text: &Text, error: &Error) -> Box<Fault> {
    let error = error.without_snippet();
    let start = error.location().map_or(0, |at| text.byte_at(at.line(), at.column()));
    let place = text.place(start..start + word_length(&text.source[start..]));
    let (message, help) = words(error);
    match error {
        // The place is that of the whole mapping, whose first word is not at fault.
        Error::SerdeMissingField { .. } => text.place(start..start).fault(message, help),
        _ => place.fault(message, help),
    }
}

fn words(error: &Error) -> (String, String) {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            ("unknown key".into(), one_of("keys here are", field, expected))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            ("not one of the words allowed here".into(), one_of("allowed are", variant, expected))
        }
        Error::SerdeMissingField { field, .. } => {
            (format!("the key `{field}` is missing"), format!("add `{field}: …` to this mapping"))
        }
        Error::DuplicateMappingKey { .. } => {
            ("the key is written twice".into(), "keep one of the two".into())
        }
        Error::InvalidBooleanStrict { .. } => ("not a boolean".into(), "write `true` or `false`".into()),
        Error::NullIntoString { .. } => (
            "a text is missing".into(),
            "write the text, in quotes if it could be read as something else".into(),
        ),
        Error::MergeKeyNotAllowed { .. } => ("merge keys are not read".into(), "write the keys out".into()),
        Error::MultipleDocuments { .. } => {
            ("a second document in one file".into(), "remove the line `---` and what follows it".into())
        }
        Error::UnsupportedTag { .. } => ("tags are not read".into(), "remove the tag".into()),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::Budget { .. } => (
            "the file expands beyond what a study may hold".into(),
            "write the values out instead of repeating them through aliases".into(),
        ),
        Error::Unexpected { expected, .. } => shape(expected),
        Error::InvalidScalar { ty, .. } => scalar(ty),
        other => (
            plain(other),
            "correct the YAML here or just before; quote texts that hold `: ` or ` #`, or that begin with a sign"
                .into(),
        ),
    }
}

/// The parser expected another shape of value.
fn shape(expected: &str) -> (String, String) {
    let (needed, help) = match expected {
        "sequence start" => ("a list", "write `[a, b]`, or one line `- a` for each"),
        "mapping start" => ("a mapping", "write `{key: value}`, or one line `key: value` for each"),
        "string scalar" => ("a text", "write one text; put it in quotes if it holds signs"),
        other => {
            return (
                format!("another shape of value is needed: {other}"),
                "see the schema of this file".into(),
            );
        }
    };
    (format!("{needed} is needed here"), help.into())
}

fn scalar(kind: &str) -> (String, String) {
    match kind {
        "u32" | "u64" => ("not a whole number from 0 on".into(), "write digits only".into()),
        other => (format!("not a value of type {other}"), "see the schema of this file".into()),
    }
}

fn one_of(intro: &str, word: &str, expected: &[&'static str]) -> String {
    let near = suggestion(word, expected.iter().copied());
    let all = format!("{intro} {}", expected.join(", "));
    if near.is_empty() { all } else { format!("{near} {all}") }
}

/// The parser's words without its place.
fn plain(error: &Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.split(" at line ").next().unwrap_or(first).to_owned()
}

/// Length in bytes of the word that starts here; at least one character unless the line ends.
fn word_length(rest: &str) -> usize {
    let line = rest.lines().next().unwrap_or_default();
    let end = line.find([' ', ',', ':', ']', '}', '#']).unwrap_or(line.len());
    if end == 0 { line.chars().next().map_or(0, char::len_utf8) } else { end }
}
