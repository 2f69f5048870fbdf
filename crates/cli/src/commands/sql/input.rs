//! Statements that are not typed: arguments, files, and a pipe, whose statements run as they come.

use super::output::Stop;
use super::session::{Next, Session};
use super::statements::{Open, Part, Statement, parts, whole};
use crate::args::SqlArgs;
use crate::failure::Failure;
use std::io::BufRead;
use std::path::Path;

/// Runs all that was asked, in order.
pub(super) fn all(session: &mut Session<'_>, args: &SqlArgs) -> Result<(), Stop> {
    for text in &args.command {
        if whole(text).is_empty() {
            return Err(Failure::Usage("-c has no statement; see: herkomst sql --help".to_owned()).into());
        }
        if ends(session.all("query", text)?)? {
            return Ok(());
        }
    }
    for file in &args.file {
        let is_last = match file.to_str() {
            Some("-") => pipe(session)?,
            _ => ends(session.all(&file.display().to_string(), &read(file)?)?)?,
        };
        if is_last {
            return Ok(());
        }
    }
    if args.command.is_empty() && args.file.is_empty() {
        pipe(session)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::Usage(format!("{}: there is no such file of statements", file.display()))
        }
        _ => Failure::io(file, &error),
    })
}

/// Whether nothing more is to be run.
fn ends(next: Next) -> Result<bool, Stop> {
    match next {
        Next::GoOn => Ok(false),
        Next::Quit => Ok(true),
        Next::Edit(_) => Err(Failure::Usage("\\e is for the shell: there is nobody to edit".into()).into()),
    }
}

/// Runs the statements of standard input; each when its semicolon has come.
fn pipe(session: &mut Session<'_>) -> Result<bool, Stop> {
    let mut pending = String::new();
    let (mut line, mut column) = (0, 0);
    let mut input = std::io::stdin().lock();
    loop {
        let begun = pending.len();
        let read = input.read_line(&mut pending);
        let read = read.map_err(|error| Failure::Usage(format!("standard input is no text: {error}")))?;
        let came = &pending[begun..];
        if read > 0 && !came.contains([';', '\\']) {
            continue;
        }
        let (found, rest) = match read {
            0 => (whole(&pending), pending.len()),
            _ => {
                let read = parts(&pending);
                // Between statements there is nothing to keep.
                let rest = if read.open == Open::Nothing { pending.len() } else { read.rest };
                (read.parts, rest)
            }
        };
        for part in &found {
            if ends(session.part("stdin", &moved(part, line, column))?)? {
                return Ok(true);
            }
        }
        if read == 0 {
            return Ok(false);
        }
        let done = &pending[..rest];
        let last = done.rsplit('\n').next().unwrap_or_default().chars().count();
        column = if done.contains('\n') { last } else { column + last };
        line += done.matches('\n').count();
        pending.drain(..rest);
    }
}

/// A part of a text that begins so many lines and columns after that of all that was read.
fn moved<'t>(part: &Part<'t>, lines: usize, columns: usize) -> Part<'t> {
    match part {
        Part::Command(line) => Part::Command(line),
        Part::Statement(Statement { text, line, column }) => Part::Statement(Statement {
            text,
            line: line + lines,
            column: if *line == 1 { column + columns } else { *column },
        }),
    }
}
