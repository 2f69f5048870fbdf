//! `herkomst sql`: queries from the command line, from files and pipes, or in a shell.

mod command;
mod complete;
mod forms;
mod history;
mod input;
mod interrupt;
mod listing;
mod output;
mod pager;
mod session;
mod shell;
mod statements;

use crate::args::{Form, SqlArgs};
use crate::failure::Failure;
use crate::place::Place;
use engine::EngineError;
use interrupt::Interrupt;
use output::Stop;
use pager::Paging;
use session::{Session, Timing, Wishes};
use std::io::IsTerminal;

pub(crate) fn sql(place: &Place, args: &SqlArgs, json: bool) -> Result<(), Failure> {
    let form = if json { Some(Form::Json) } else { args.format };
    let form = form.or_else(|| Form::of_file(args.output.as_deref()?)).unwrap_or(Form::Table);
    let texts = if args.raw { str::to_owned } else { report::harmless };
    let wishes = Wishes { form, texts, timing: Timing::Hidden, paging: Paging::Off, screen: None };
    let is_asked = !args.command.is_empty() || !args.file.is_empty() || args.output.is_some();
    if !is_asked && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        let session = opened(place, args, wishes, Interrupt::watched()?)?;
        return shell::run(session, history::file(args.history.as_deref()));
    }
    fits(form, args)?;
    // A file that is not whole is removed, so Ctrl-C must not end the process.
    let interrupt = if args.output.is_some() { Interrupt::watched()? } else { Interrupt::default() };
    let mut session = opened(place, args, wishes, interrupt)?;
    session.write_to(args.output.as_deref())?;
    let ended = input::all(&mut session, args).and_then(|()| session.finish());
    session.close();
    match ended {
        Ok(()) | Err(Stop::Unread) => Ok(()),
        Err(Stop::Cancelled) => Err(Failure::Io("cancelled; no file is written".to_owned())),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// The run that is asked, with the values that parameters are given.
fn opened<'p>(
    place: &'p Place,
    args: &SqlArgs,
    wishes: Wishes,
    interrupt: Interrupt,
) -> Result<Session<'p>, Failure> {
    let mut session = Session::open(place, &args.choice, wishes, interrupt)?;
    args.set.iter().try_for_each(|(name, value)| session.set(name, Some(value)))?;
    Ok(session)
}

/// Binary forms do not go to a terminal.
fn fits(form: Form, args: &SqlArgs) -> Result<(), Failure> {
    if form.is_text() || args.output.is_some() {
        return Ok(());
    }
    match form {
        Form::Parquet if !std::io::stdout().is_terminal() => Ok(()),
        Form::Parquet => Err(Failure::Usage(
            "parquet is no text for a terminal; name a file with --output, or a pipe".to_owned(),
        )),
        _ => Err(Failure::Usage(format!("{} needs a file: name it with --output", form.name()))),
    }
}

/// A query at fault is its writer's affair; a table whose bytes are not what they were is not.
pub(crate) fn refused(error: EngineError) -> Failure {
    let error = match error {
        EngineError::Study(faults) => return Failure::Query(faults),
        other => other,
    };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(EngineError::Warehouse(damage @ warehouse::Error::Corrupt { .. })) = error.downcast_ref()
        {
            return Failure::Seal(damage.to_string());
        }
        cause = error.source();
    }
    Failure::Usage(error.to_string())
}
