//! A run that is asked, and how its answers are wanted.

mod commands;
mod parameters;
mod rows;

use super::forms::Facts;
use super::interrupt::Interrupt;
use super::output::{Output, Stop};
use super::pager::{Paging, Screen, Size};
use super::statements::{Part, Statement, whole};
use crate::args::{Form, RunChoice};
use crate::commands::run::runtime;
use crate::failure::Failure;
use crate::place::{Place, chosen};
use engine::{Readable, Reader, Resources};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use study::Study;
use terms::Manifest;
use tokio::runtime::Runtime;
use warehouse::Warehouse;

/// Files that may include one another; more is a circle.
const MOST_INCLUDES: usize = 16;

/// How long a query that was given up may take to put away what it holds.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) struct Session<'p> {
    place: &'p Place,
    pub(super) warehouse: Arc<Warehouse>,
    pub(super) run: Arc<Manifest>,
    pub(super) reader: Arc<Reader>,
    pub(super) runtime: Runtime,
    pub(super) wishes: Wishes,
    /// Where all results go; none is the screen, result by result.
    output: Option<Output>,
    interrupt: Interrupt,
    /// Values of parameters in place of those that the run had, as they were written.
    set: BTreeMap<String, String>,
    /// The study, of which parameters have their types; none in it if it cannot be read.
    study: OnceCell<Option<Study>>,
    /// The last query that gave rows.
    pub(super) last: Option<String>,
    includes: usize,
}

/// How answers are wanted.
pub(super) struct Wishes {
    pub(super) form: Form,
    /// How texts are written in CSV.
    pub(super) texts: fn(&str) -> String,
    pub(super) timing: Timing,
    pub(super) paging: Paging,
    /// The size of the terminal, of which only a shell knows.
    pub(super) screen: Option<Size>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    Shown,
    Hidden,
}

/// What comes after a part.
pub(super) enum Next {
    GoOn,
    Quit,
    /// This text is to be edited.
    Edit(String),
}

impl<'p> Session<'p> {
    pub(super) fn open(
        place: &'p Place,
        choice: &RunChoice,
        wishes: Wishes,
        interrupt: Interrupt,
    ) -> Result<Self, Failure> {
        let warehouse = place.open_warehouse()?;
        let run = chosen(&warehouse, choice)?;
        let reader = Arc::new(Reader::open(&warehouse, &run, Resources::default())?);
        let runtime = runtime()?;
        Ok(Self {
            place,
            warehouse,
            run,
            reader,
            runtime,
            wishes,
            output: None,
            interrupt,
            set: BTreeMap::new(),
            study: OnceCell::new(),
            last: None,
            includes: 0,
        })
    }

    /// Everything goes to standard output, or to a file.
    pub(super) fn write_to(&mut self, file: Option<&Path>) -> Result<(), Failure> {
        self.output = Some(match file {
            Some(file) => Output::file(file, self.wishes.form, &self.facts())?,
            None => Output::stdout(self.wishes.form, &self.facts()),
        });
        Ok(())
    }

    /// Ends the threads; a query that was given up and does not hear of it is not waited for.
    pub(super) fn close(self) {
        self.runtime.shutdown_timeout(PATIENCE);
    }

    /// Ends what is written.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.output.take().map_or(Ok(()), Output::finish)
    }

    /// Runs all parts of a text, which `path` names; the first that fails ends it.
    pub(super) fn all(&mut self, path: &str, text: &str) -> Result<Next, Stop> {
        for part in whole(text) {
            match self.part(path, &part)? {
                Next::GoOn => {}
                other => return Ok(other),
            }
        }
        Ok(Next::GoOn)
    }

    pub(super) fn part(&mut self, path: &str, part: &Part<'_>) -> Result<Next, Stop> {
        self.interrupt.clear();
        match part {
            Part::Statement(statement) => self.statement(path, statement).map(|()| Next::GoOn),
            Part::Command(line) => self.command(line),
        }
    }

    fn statement(&mut self, path: &str, statement: &Statement<'_>) -> Result<(), Stop> {
        let begun = Instant::now();
        let asked = self.query(path, statement);
        if matches!(asked, Err(Stop::Cancelled | Stop::Unread)) {
            // What was given up may compute on until it next pauses, and must not keep the next query from its threads.
            std::mem::replace(&mut self.runtime, runtime()?).shutdown_background();
        }
        asked?;
        if self.wishes.timing == Timing::Shown {
            self.note(&took(begun.elapsed()))?;
        }
        self.last = Some(statement.text.to_owned());
        Ok(())
    }

    /// The tables of the run.
    pub(super) fn tables(&self) -> Vec<Readable> {
        self.reader.tables(&self.run)
    }

    fn go_to(&mut self, number: u64) -> Result<(), Failure> {
        let run = chosen(&self.warehouse, &RunChoice { run: Some(number) })?;
        self.reader = Arc::new(Reader::open(&self.warehouse, &run, Resources::default())?);
        self.run = run;
        self.last = None;
        Ok(())
    }

    fn facts(&self) -> Facts<'_> {
        Facts { texts: self.wishes.texts, started: &self.run.started }
    }

    /// What an answer is written to: where everything goes, or the screen.
    fn answering(&mut self) -> Result<Answering<'_>, Stop> {
        let form = self.wishes.form;
        if self.output.is_none() {
            if !form.is_text() {
                let text = format!("{} is for files; name one with \\o FILE", form.name());
                return Err(Failure::Usage(text).into());
            }
            let size = self.wishes.screen.unwrap_or(Size { columns: usize::MAX, rows: usize::MAX });
            let output = Output::screen(Screen::new(size, self.wishes.paging), form, &self.facts());
            return Ok(Answering::Alone(Box::new(output)));
        }
        self.output.as_mut().map(Answering::Among).ok_or_else(|| Stop::Unread)
    }

    /// Words beside the results: to the screen, and where results go only if these are for reading.
    fn note(&mut self, text: &str) -> Result<(), Stop> {
        if self.output.is_none() {
            return Ok(crate::output::text(text)?);
        }
        eprint!("{text}");
        Ok(())
    }
}

/// The place of one answer.
enum Answering<'s> {
    Among(&'s mut Output),
    Alone(Box<Output>),
}

impl Answering<'_> {
    fn output(&mut self) -> &mut Output {
        match self {
            Answering::Among(output) => output,
            Answering::Alone(output) => output,
        }
    }

    fn finish(self) -> Result<(), Stop> {
        match self {
            Answering::Among(_) => Ok(()),
            Answering::Alone(output) => output.finish(),
        }
    }
}

/// A duration for people, in milliseconds.
fn took(time: Duration) -> String {
    format!("Time: {:.1} ms\n", time.as_secs_f64() * 1000.0)
}
