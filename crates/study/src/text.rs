use crate::{Fault, Spot};
use std::ops::Range;
use std::sync::Arc;

/// A file of the study that could be read as text.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// Relative to the study folder, with `/` between parts.
    pub(crate) path: Arc<str>,
    /// The file as written, without a byte order mark.
    pub(crate) source: Arc<str>,
}

/// Some bytes of a file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) text: Text,
    pub(crate) span: Range<usize>,
}

impl Text {
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        Place { text: self.clone(), span }
    }

    /// The start of the file.
    pub(crate) fn start(&self) -> Place {
        self.place(0..0)
    }

    /// The byte at `line` and `column`, both from 1, the column in characters; the end of the line or file if beyond it.
    pub(crate) fn byte_at(&self, line: u64, column: u64) -> usize {
        let mut start = 0;
        for _ in 1..line {
            match self.source[start..].find('\n') {
                Some(length) => start += length + 1,
                None => return self.source.len(),
            }
        }
        let rest = &self.source[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        let ahead = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        start + rest[..end].char_indices().nth(ahead).map_or(end, |(offset, _)| offset)
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub(crate) fn line_and_column(&self, byte: usize) -> (u32, u32) {
        let before = &self.source[..self.source.floor_char_boundary(byte)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The bytes of a line, from 1, without its end.
    pub(crate) fn line(&self, line: u64) -> Range<usize> {
        self.line_from(self.byte_at(line, 1))
    }

    /// The bytes from `start` to the end of its line.
    pub(crate) fn line_from(&self, start: usize) -> Range<usize> {
        let rest = &self.source[start..];
        start..start + rest.find(['\r', '\n']).unwrap_or(rest.len())
    }
}

impl Place {
    /// A fault here.
    pub(crate) fn fault(&self, message: impl Into<String>, help: impl Into<String>) -> Box<Fault> {
        let (line, column) = self.text.line_and_column(self.span.start);
        Box::new(Fault {
            path: self.text.path.to_string(),
            line,
            column,
            offending: snippet(self.written()),
            message: message.into(),
            help: help.into(),
            source: Some(self.text.source.clone()),
            span: self.span.clone(),
        })
    }

    /// This place, for faults that are found later.
    pub(crate) fn spot(&self) -> Spot {
        Spot::of(self.fault("", ""))
    }

    /// The text at this place.
    pub(crate) fn written(&self) -> &str {
        self.text.source.get(self.span.clone()).unwrap_or_default()
    }

    /// `path:line`, for messages that name a second place.
    pub(crate) fn short(&self) -> String {
        format!("{}:{}", self.text.path, self.text.line_and_column(self.span.start).0)
    }
}

/// At most 60 characters of the first line.
fn snippet(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let mut short: String = first.chars().take(60).collect();
    if short.len() < first.len() || text.trim_end().lines().count() > 1 {
        short.push('…');
    }
    short
}

/// `did you mean …?` for the candidates nearest to `word`, or the empty text.
pub(crate) fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + word.len().max(candidate.len()) / 4)
        .collect();
    near.sort_unstable();
    near.dedup();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= nearest + 1);
    let names: Vec<String> = near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("did you mean {}?", names.join(" or ")) }
}

/// `did you mean …?` for the names nearest to `word`; where none is near, all of them after `all`, such as `columns are`.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, all: &str) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let near = suggestion(word, names.iter().copied());
    if near.is_empty() { format!("{all} {}", names.join(", ")) } else { near }
}

/// Whether `text` is a lower-case SQL identifier.
pub(crate) fn is_identifier(text: &str) -> bool {
    terms::TableName::new("schema", text).is_ok()
}
