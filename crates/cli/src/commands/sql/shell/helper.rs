//! Completion on the Tab key, for the line editor.

use crate::commands::sql::complete::{Words, complete};
use crate::commands::sql::session::Session;
use rustyline::completion::{Completer, FilenameCompleter};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Result};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) struct Helper {
    words: Words,
    files: FilenameCompleter,
    /// The run that the words are of.
    pub(super) run: u64,
    /// The lines of the statement above the one that is edited.
    pub(super) above: String,
}

impl Helper {
    pub(super) fn new((run, words): (u64, Words)) -> Self {
        Self { words, files: FilenameCompleter::new(), run, above: String::new() }
    }
}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, context: &Context<'_>) -> Result<(usize, Vec<String>)> {
        let found = complete(&self.words, &self.above, line, at);
        if found.is_file {
            let (start, files) = self.files.complete(line, at, context)?;
            return Ok((start, files.into_iter().map(|file| file.replacement).collect()));
        }
        Ok((found.start, found.texts))
    }
}

impl Hinter for Helper {
    type Hint = String;
}

impl Highlighter for Helper {}

impl Validator for Helper {}

impl rustyline::Helper for Helper {}

/// What the run has to choose from. The columns of a table are read when they are first asked for.
pub(super) fn words(session: &Session<'_>) -> (u64, Words) {
    let mut functions: Vec<String> = session.reader.functions().into_iter().map(|of| of.name).collect();
    functions.dedup();
    let runs = session.warehouse.runs().unwrap_or_default();
    let (reader, handle) = (session.reader.clone(), session.runtime.handle().clone());
    let known = RefCell::new(BTreeMap::<(String, String), Vec<String>>::new());
    let columns = move |schema: &str, table: &str| {
        let key = (schema.to_owned(), table.to_owned());
        let read = || match handle.block_on(reader.columns(schema, table)) {
            Ok(Some(schema)) => schema.fields().iter().map(|field| field.name().clone()).collect(),
            // A table that cannot be read says so when it is asked.
            _ => Vec::new(),
        };
        known.borrow_mut().entry(key).or_insert_with(read).clone()
    };
    let words = Words {
        tables: session.tables().into_iter().map(|table| (table.schema, table.table)).collect(),
        functions,
        runs: runs.iter().map(|run| run.number).collect(),
        parameters: session.run.parameters.keys().cloned().collect(),
        columns: Box::new(columns),
    };
    (session.run.run, words)
}
