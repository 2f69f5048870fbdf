mod parse;
mod tables;

pub(crate) use parse::{Order, parse, uses};

use crate::text::{Place, Text};
use sqlparser::ast::Query;
use sqlparser::tokenizer::Span;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// One SQL file: one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlFile {
    /// File, relative to the study folder, with `/` between parts.
    pub path: PathBuf,
    /// The file as written.
    pub text: String,
    /// The parsed query written out again: two files that differ only in comments and formatting
    /// have the same canonical text.
    pub canonical: String,
    /// Every table that is read, in the order of the text; names of common table expressions excluded.
    pub reads: Vec<TableRead>,
    /// The columns by which the rows are sorted, where all are plain names; else none.
    pub sorted_by: Vec<String>,
    /// Parameters that are used, without their `$`.
    pub parameters: BTreeSet<String>,
    /// The text as it was parsed, in the generic dialect; none where nobody has parsed it yet.
    pub query: Option<Arc<Query>>,
}

/// One place where a table is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRead {
    /// `schema.table`, or the bare name of a local table such as `records`; as SQL folds it: lower case unless quoted.
    pub table: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl SqlFile {
    /// What the file says of itself: the comment lines at its beginning, without their dashes.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.text.lines().map_while(|line| line.strip_prefix("--")).map(str::trim)
    }
}

impl TableRead {
    pub(crate) fn place(&self, text: &Text) -> Place {
        let start = text.byte_at(self.line.into(), self.column.into());
        let rest = &text.source[start..];
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '"'))).unwrap_or(rest.len());
        text.place(start..start + end)
    }
}

/// The place of a parser's span; the start of the file where the parser gives none.
fn place(text: &Text, span: Span) -> Place {
    let start = text.byte_at(span.start.line, span.start.column);
    let end = text.byte_at(span.end.line, span.end.column);
    text.place(start..end.max(start))
}
