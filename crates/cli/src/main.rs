//! The `herkomst` command: arguments, progress, error rendering, exit codes.
//!
//! Everything it says of a study it asks of the crates below; it holds no rule of its own. Facts go to standard
//! output (`--json` on every command that prints facts), progress and faults to standard error.

mod amount;
mod args;
mod commands;
mod failpoint;
mod failure;
mod http;
mod output;
mod place;
mod progress;
mod telling;

use args::{Args, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread::{Builder, park};

/// Planning a query is mostly making and dropping small things; the system's allocator takes a quarter of a night for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of a thread on which queries are planned, in bytes: deep ones take more than a thread has by default.
pub(crate) const STACK: usize = 8 << 20;

/// Runs the command on a thread that is left standing when it is done.
///
/// A thread that ends gives back what it allocated, page by page, and so does the main thread when the process ends; after a night
/// that takes longer than publishing it. The system takes everything at once.
fn main() -> ExitCode {
    let (done, ended) = channel();
    let command = move || {
        let code = command();
        if done.send(code).is_ok() {
            loop {
                park();
            }
        }
    };
    let started = Builder::new().name("command".to_owned()).stack_size(STACK).spawn(command);
    match started.map_err(|error| Failure::Io(format!("cannot start a thread: {error}"))) {
        Ok(_) => ended.recv().unwrap_or(ExitCode::FAILURE),
        Err(failure) => failure.report(),
    }
}

fn command() -> ExitCode {
    let args = Args::parse();
    let ended = progress::log(args.log, args.log_file.as_deref()).and_then(|()| guarded(|| dispatch(&args)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Runs a command; a defect that makes it panic ends it with exit code 1, like every internal fault.
pub(crate) fn guarded(command: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(command)).unwrap_or_else(|_| Err(Failure::Defect))
}

fn dispatch(args: &Args) -> Result<(), Failure> {
    let place = place::Place::of(args)?;
    match &args.command {
        Command::Run(options) => commands::run::run(&place, options, args.json),
        Command::Plan(options) => commands::plan::plan(&place, options, args.json),
        Command::Check(options) => commands::check::check(&place, options, args.json),
        Command::Verify(options) => commands::verify::verify(&place, options, args.json),
        Command::Sql(options) => commands::sql::sql(&place, options, args.json),
        Command::Why(options) => commands::why::why(&place, options, args.json),
        Command::Diff(options) => commands::diff::diff(&place, options, args.json),
        Command::WhyNot(options) => commands::why_not::why_not(&place, options, args.json),
        Command::Trace(options) => commands::trace::trace(&place, options, args.json),
        Command::Waterfall(options) => commands::waterfall::waterfall(&place, options, args.json),
        Command::Runs(options) => commands::runs::runs(&place, options, args.json),
        Command::Report(options) => commands::report::report(&place, options, args.json),
        Command::Export(what) => commands::export::export(&place, what, args.json),
        Command::Gc(options) => commands::gc::gc(&place, options, args.json),
        Command::Rollback(options) => commands::rollback::rollback(&place, options, args.json),
        Command::Schedule(options) => commands::schedule::schedule(args, options),
        Command::Serve(options) => commands::serve::serve(&place, args, options),
        Command::ServeWorker(options) => commands::serve::worker(&place, options),
        Command::WhyWorker(options) => commands::serve::why_worker(&place, options),
        Command::Doctor => commands::doctor::doctor(&place, args.json),
        Command::Schema(options) => commands::schema::schema(options),
        Command::Completions(options) => commands::schema::completions(options),
    }
}
