//! Where results go: standard output, a file, or a pager; and when nobody reads them any more.

use super::forms::{self, Facts, Writer};
use super::pager::Screen;
use crate::args::Form;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Why a statement did not come to its end.
pub(super) enum Stop {
    /// It failed.
    Failed(Failure),
    /// Ctrl-C was pressed.
    Cancelled,
    /// Whoever read the results has gone: a closed pipe, a pager that was left.
    Unread,
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Stop::Failed(failure.into())
    }
}

/// Results in one form, one after the other, to one place.
pub(super) struct Output {
    pub(super) form: Form,
    writer: Box<dyn Writer>,
    to: To,
    results: u64,
    bytes: Vec<u8>,
}

enum To {
    Stdout,
    File(Whole),
    Screen(Screen),
}

impl Output {
    pub(super) fn stdout(form: Form, facts: &Facts<'_>) -> Self {
        Self::to(To::Stdout, form, facts)
    }

    pub(super) fn screen(screen: Screen, form: Form, facts: &Facts<'_>) -> Self {
        Self::to(To::Screen(screen), form, facts)
    }

    pub(super) fn file(path: &Path, form: Form, facts: &Facts<'_>) -> Result<Self, Failure> {
        Ok(Self::to(To::File(Whole::create(path)?), form, facts))
    }

    fn to(to: To, form: Form, facts: &Facts<'_>) -> Self {
        Self { form, writer: forms::writer(form, facts), to, results: 0, bytes: Vec::new() }
    }

    /// Whether it goes to a file that is to be whole.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.to, To::File(_))
    }

    /// A result begins.
    pub(super) fn begin(&mut self, schema: &SchemaRef) -> Result<(), Stop> {
        self.apart();
        self.writer.begin(schema, &mut self.bytes)?;
        self.pass()
    }

    pub(super) fn rows(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        self.writer.rows(batch, &mut self.bytes)?;
        self.pass()
    }

    pub(super) fn end(&mut self) -> Result<(), Stop> {
        self.writer.end(&mut self.bytes)?;
        self.pass()?;
        self.flush()
    }

    /// Words that are no rows.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.apart();
        self.bytes.extend_from_slice(text.as_bytes());
        self.pass()?;
        self.flush()
    }

    /// The last result was written; a file appears under its name.
    pub(super) fn finish(mut self) -> Result<(), Stop> {
        self.writer.finish(&mut self.bytes)?;
        self.pass()?;
        self.flush()?;
        match self.to {
            To::Stdout => Ok(()),
            To::File(file) => Ok(file.finish()?),
            To::Screen(screen) => screen.finish().map_err(|error| self::unwritten(&error, "the terminal")),
        }
    }

    /// What people read has an empty line between results.
    fn apart(&mut self) {
        if self.results > 0 && self.form.is_for_reading() {
            self.bytes.push(b'\n');
        }
        self.results += 1;
    }

    fn pass(&mut self) -> Result<(), Stop> {
        let done = match &mut self.to {
            To::Stdout => std::io::stdout().lock().write_all(&self.bytes),
            To::File(file) => file.to.write_all(&self.bytes),
            To::Screen(screen) => screen.write_all(&self.bytes),
        };
        self.bytes.clear();
        done.map_err(|error| self.unwritten(&error))
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let done = match &mut self.to {
            To::Stdout => std::io::stdout().lock().flush(),
            To::File(file) => file.to.flush(),
            To::Screen(_) => Ok(()),
        };
        done.map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &std::io::Error) -> Stop {
        match &self.to {
            To::Stdout => unwritten(error, "standard output"),
            To::File(file) => unwritten(error, &file.path.display().to_string()),
            To::Screen(_) => unwritten(error, "the terminal"),
        }
    }
}

fn unwritten(error: &std::io::Error, place: &str) -> Stop {
    match error.kind() {
        ErrorKind::BrokenPipe => Stop::Unread,
        _ => Stop::Failed(Failure::Io(format!("cannot write to {place}: {error}"))),
    }
}

/// A file that is there whole or not at all: it is written beside its place and gets its name at the end. A pipe or a
/// device is written as it is.
struct Whole {
    path: PathBuf,
    /// Where it is written until it is whole.
    beside: Option<PathBuf>,
    to: BufWriter<File>,
}

impl Whole {
    fn create(path: &Path) -> Result<Self, Failure> {
        let special = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = (!special).then(|| path.with_file_name(format!(".{name}.{}.part", std::process::id())));
        let to =
            File::create(beside.as_deref().unwrap_or(path)).map_err(|error| Failure::io(path, &error))?;
        Ok(Self { path: path.to_owned(), beside, to: BufWriter::new(to) })
    }

    fn finish(mut self) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::io(&self.path, &error);
        self.to.flush().map_err(failed)?;
        if let Some(beside) = &self.beside {
            self.to.get_ref().sync_all().map_err(failed)?;
            std::fs::rename(beside, &self.path).map_err(failed)?;
            self.beside = None;
        }
        Ok(())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // What cannot be removed is named so that nobody takes it for a result.
            let _ = std::fs::remove_file(beside);
        }
    }
}
