//! Rule documents: Markdown for an auditor, with examples that are tests.
//!
//! ```text
//! # Two registrations of one borrowing
//!
//! Prose.
//!
//! ## Example: typed twice
//! `records`
//! | row_id | book |
//! |---|---|
//! | a | 12 |
//! | b | 12 |
//!
//! `verdicts`
//! | row_id | verb | survivor_id |
//! |---|---|---|
//! | b | merge | a |
//! ```

mod example;
mod table;

use crate::text::{Place, Text};
use crate::{Example, RuleDocument, StudyError};
use std::ops::Range;
use std::path::PathBuf;

/// The document in `text`.
pub(crate) fn parse(text: &Text) -> Result<RuleDocument, Vec<StudyError>> {
    let lines = lines(text);
    let mut faults = Vec::new();
    let mut prose = String::new();
    let mut examples: Vec<Example> = Vec::new();
    let title = lines.iter().position(|line| !line.text.trim().is_empty());
    let (title, mut rest) =
        match title.and_then(|at| Some((lines[at].text.strip_prefix("# ")?, &lines[at + 1..]))) {
            Some((title, rest)) => (title.trim().to_owned(), rest),
            None => {
                return Err(vec![fault(
                    &text.start(),
                    "the document has no title",
                    "begin with a line `# title`",
                )]);
            }
        };
    let mut fenced = false;
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        fenced ^= line.text.trim_start().starts_with("```");
        match example_name(line.text).filter(|_| !fenced) {
            Some(name) => {
                let end = rest.iter().position(|line| is_heading(line.text)).unwrap_or(rest.len());
                let (inside, after) = rest.split_at(end);
                rest = after;
                match example::parse(text, line, name, inside) {
                    Ok(example) => examples.push(example),
                    Err(found) => faults.extend(found),
                }
            }
            None => prose.extend([line.text, "\n"]),
        }
    }
    if examples.is_empty() && faults.is_empty() {
        faults.push(fault(
            &text.start(),
            "the document has no example",
            "add `## Example: name` with input tables and `verdicts`",
        ));
    }
    let prose = prose.trim().to_owned();
    if faults.is_empty() {
        Ok(RuleDocument { path: PathBuf::from(&*text.path), title, prose, examples })
    } else {
        Err(faults)
    }
}

/// One line of the document.
struct Line<'a> {
    text: &'a str,
    span: Range<usize>,
    /// From 1.
    number: u32,
}

impl Line<'_> {
    fn place(&self, text: &Text) -> Place {
        text.place(self.span.clone())
    }

    /// The name between backticks that is all of this line.
    fn name_place(&self, text: &Text) -> Place {
        let blanks = self.text.len() - self.text.trim_start().len();
        text.place(self.span.start + blanks + 1..self.span.end - 1)
    }
}

fn lines(text: &Text) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for (number, whole) in (1..).zip(text.source.split_inclusive('\n')) {
        let line = whole.trim_end();
        lines.push(Line { text: line, span: start..start + line.len(), number });
        start += whole.len();
    }
    lines
}

/// The name in `## Example: name` or, in a Dutch document, `## Voorbeeld: name`.
fn example_name(line: &str) -> Option<&str> {
    let heading = line.strip_prefix("## ")?.trim_start();
    let name = heading.strip_prefix("Example:").or_else(|| heading.strip_prefix("Voorbeeld:"))?;
    Some(name.trim())
}

fn is_heading(line: &str) -> bool {
    line.starts_with("# ") || line.starts_with("## ")
}

fn fault(place: &Place, message: &str, help: &str) -> StudyError {
    StudyError::Document(place.fault(message, help))
}
