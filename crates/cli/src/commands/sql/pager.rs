//! A terminal that a result may be too long or too wide for: then it goes through a pager.

use super::forms::width;
use std::io::{ErrorKind, Write};
use std::process::{Child, Command, Stdio};

/// Columns and rows of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// Whether long results go through a pager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paging {
    On,
    Off,
}

/// Holds what is written until it is known whether it fits.
pub(super) struct Screen {
    size: Size,
    held: Vec<u8>,
    to: To,
}

enum To {
    /// Not decided yet.
    Undecided,
    Terminal,
    Pager(Child),
}

impl Screen {
    pub(super) fn new(size: Size, paging: Paging) -> Self {
        let to = if paging == Paging::On { To::Undecided } else { To::Terminal };
        Self { size, held: Vec::new(), to }
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.held.extend_from_slice(bytes);
        if matches!(self.to, To::Undecided) && !fits(&self.held, self.size) {
            self.to = pager().map_or(To::Terminal, To::Pager);
        }
        match &mut self.to {
            To::Undecided => return Ok(()),
            To::Terminal => std::io::stdout().lock().write_all(&self.held)?,
            To::Pager(child) => match &mut child.stdin {
                Some(pipe) => pipe.write_all(&self.held)?,
                None => return Err(ErrorKind::BrokenPipe.into()),
            },
        }
        self.held.clear();
        Ok(())
    }

    /// Writes what is held, and waits until the pager is left.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        if !matches!(self.to, To::Pager(_)) {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&std::mem::take(&mut self.held))?;
            stdout.flush()?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    /// A pager keeps what it was given on the screen until it is left, also of a query that failed half-way.
    fn drop(&mut self) {
        if let To::Pager(child) = &mut self.to {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// Whether a text fits on a screen, below which there is a line for the next prompt.
fn fits(text: &[u8], size: Size) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut lines = 0;
    text.lines().all(|line| {
        lines += 1;
        lines < size.rows && width(line) <= size.columns
    })
}

/// The pager of the user, else `less` without wrapped lines; none if it cannot be started.
fn pager() -> Option<Child> {
    let asked = std::env::var("PAGER").ok().filter(|command| !command.trim().is_empty());
    let mut command = match &asked {
        Some(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            shell
        }
        None => {
            let mut less = Command::new("less");
            less.arg("-S");
            less
        }
    };
    command.stdin(Stdio::piped()).spawn().ok()
}

#[cfg(test)]
mod tests {
    use super::{Size, fits};

    #[test]
    fn a_text_fits_on_a_screen_or_not() {
        let size = Size { columns: 5, rows: 4 };
        for (text, expected) in [
            ("", true),
            ("abcde\n", true),
            ("abcdef\n", false),
            ("é日本\n", true),
            ("日本語\n", false),
            ("a\nb\nc\n", true),
            ("a\nb\nc\nd\n", false),
        ] {
            assert_eq!(fits(text.as_bytes(), size), expected, "{text:?}");
        }
    }
}
