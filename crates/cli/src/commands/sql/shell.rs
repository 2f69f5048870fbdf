//! The shell: lines are edited, become statements and commands, and whatever fails is told and goes by.

mod edit;
mod helper;

use super::history::make_folder;
use super::output::Stop;
use super::pager::{Paging, Size};
use super::session::{Next, Session};
use super::statements::{Open, Part, parts};
use crate::failure::Failure;
use crate::output;
use helper::{Helper, words};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor};
use std::path::{Path, PathBuf};

/// Statements that a history keeps.
const MOST_KEPT: usize = 10_000;

struct Shell<'p> {
    session: Session<'p>,
    editor: Editor<Helper, FileHistory>,
    history: Option<PathBuf>,
    /// Lines of a statement that has no end yet.
    pending: String,
    /// A text that the next line begins with.
    offered: String,
}

/// Reads and answers until `\q` or Ctrl-D.
pub(super) fn run(session: Session<'_>, history: Option<PathBuf>) -> Result<(), Failure> {
    let mut shell = Shell::begin(session, history)?;
    while let Some(line) = shell.line()? {
        if shell.take(&line) == Goes::End {
            break;
        }
    }
    let ended = shell.session.finish();
    shell.session.close();
    match ended {
        Err(Stop::Failed(failure)) => Err(failure),
        _ => Ok(()),
    }
}

#[derive(PartialEq, Eq)]
enum Goes {
    On,
    End,
}

impl<'p> Shell<'p> {
    fn begin(mut session: Session<'p>, history: Option<PathBuf>) -> Result<Self, Failure> {
        let config = Config::builder()
            .max_history_size(MOST_KEPT)
            .map_err(unreadable)?
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .color_mode(ColorMode::Disabled)
            .build();
        let mut editor = Editor::with_config(config).map_err(unreadable)?;
        editor.set_helper(Some(Helper::new(words(&session))));
        let history = history.filter(|file| kept(&mut editor, file));
        session.wishes.paging = Paging::On;
        let run = &session.run;
        let data = if run.synthetic { ", synthetic data" } else { "" };
        output::text(&format!(
            "Run {} of study {}{data}. \\? lists commands, \\dt tables, \\q leaves.\n",
            run.run, run.study
        ))?;
        Ok(Self { session, editor, history, pending: String::new(), offered: String::new() })
    }

    /// The next line; none at the end.
    fn line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            self.session.wishes.screen = self
                .editor
                .dimensions()
                .map(|(columns, rows)| Size { columns: usize::from(columns), rows: usize::from(rows) });
            let prompt = prompt(&self.session, parts(&self.pending).open);
            if let Some(helper) = self.editor.helper_mut() {
                helper.above.clone_from(&self.pending);
            }
            let offered = std::mem::take(&mut self.offered);
            match self.editor.readline_with_initial(&prompt, (&offered, "")) {
                Ok(line) => return Ok(Some(line)),
                Err(ReadlineError::Interrupted) => self.pending.clear(),
                Err(ReadlineError::Eof) => return Ok(None),
                Err(error) => return Err(unreadable(error)),
            }
        }
    }

    /// Answers what the line completes. A command between the lines of a statement is answered at once.
    fn take(&mut self, line: &str) -> Goes {
        let command = line.trim().strip_prefix('\\');
        if let (Some(command), Open::Statement | Open::Bracket) = (command, parts(&self.pending).open) {
            self.keep(line.trim());
            return self.answer(&[Part::Command(command)]);
        }
        self.pending.push_str(line);
        self.pending.push('\n');
        let text = std::mem::take(&mut self.pending);
        let read = parts(&text);
        if read.open != Open::Nothing {
            text[read.rest..].clone_into(&mut self.pending);
        } else {
            self.keep(text.trim_end());
        }
        self.answer(&read.parts)
    }

    fn answer(&mut self, parts: &[Part<'_>]) -> Goes {
        for part in parts {
            match self.session.part("query", part) {
                Ok(Next::GoOn) => {}
                Ok(Next::Quit) => return Goes::End,
                Ok(Next::Edit(last)) => {
                    let begun = std::mem::take(&mut self.pending);
                    self.edit(if begun.is_empty() { &last } else { begun.trim_end() });
                }
                Err(Stop::Failed(failure)) => {
                    failure.report();
                }
                Err(Stop::Cancelled) => {
                    eprintln!("cancelled");
                    break;
                }
                Err(Stop::Unread) => {}
            }
        }
        let run = self.session.run.run;
        if let Some(helper) = self.editor.helper_mut().filter(|helper| helper.run != run) {
            *helper = Helper::new(words(&self.session));
        }
        Goes::On
    }

    /// Offers a text again as the editor of the user leaves it.
    fn edit(&mut self, text: &str) {
        match edit::edited(text) {
            Ok(edited) => self.offered = edited,
            Err(failure) => {
                failure.report();
            }
        }
    }

    fn keep(&mut self, text: &str) {
        let added = self.editor.add_history_entry(text);
        if let (Ok(true), Some(file)) = (added, &self.history)
            && let Err(error) = self.editor.append_history(file)
        {
            output::note(&format!("the history is not kept any more: {}: {error}", file.display()));
            self.history = None;
        }
    }
}

/// Reads the history; whether it can be kept.
fn kept(editor: &mut Editor<Helper, FileHistory>, file: &Path) -> bool {
    let read = match editor.load_history(file) {
        Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            make_folder(file).map_err(ReadlineError::Io)
        }
        other => other,
    };
    if let Err(error) = &read {
        output::note(&format!("no history is kept: {}: {error}", file.display()));
    }
    read.is_ok()
}

/// Study and run, and what the line goes on with.
fn prompt(session: &Session<'_>, open: Open) -> String {
    let sign = match open {
        Open::Nothing => '=',
        Open::Statement => '-',
        Open::Bracket => '(',
        Open::Text => '\'',
        Open::Name => '"',
        Open::Dollar => '$',
        Open::Comment => '*',
    };
    format!("{} {}{sign}> ", session.run.study, session.run.run)
}

fn unreadable(error: ReadlineError) -> Failure {
    Failure::Io(format!(
        "the terminal cannot be read: {error}; statements can be given with -c, -f or in a pipe"
    ))
}
