//! A run as a process of its own: what it does to itself does not end the schedule.

use super::say;
use crate::args::{Args, Log, ScheduleArgs};
use crate::failure::Failure;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The arguments of the runs: the options of the schedule that every command has, then those after `--`.
pub(super) fn command_line(args: &Args, options: &ScheduleArgs) -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    let mut option = |name: &str, value: OsString| line.extend([OsString::from(name), value]);
    if let Some(study) = &args.study {
        option("--study", study.into());
    }
    option("--warehouse", args.warehouse.clone().into());
    if let Some(data) = &args.data {
        option("--data", data.into());
    }
    if let Some(file) = &args.log_file {
        option("--log-file", file.into());
    }
    match args.log {
        Log::Off => {}
        Log::Text => option("--log", "text".into()),
        Log::Json => option("--log", "json".into()),
    }
    line.extend(args.json.then(|| "--json".into()));
    line.push("run".into());
    line.extend(options.run.iter().cloned());
    line
}

/// Runs the study and waits for its end, whatever that is.
pub(super) fn run(line: &[OsString]) -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::Io(format!("this program does not find itself: {error}")))?;
    let mut command = Command::new(&program);
    // A group of its own: an interrupt at a terminal, which goes to the whole group, ends the schedule after the run.
    command.args(line).process_group(0);
    say("run starts");
    match command.status() {
        Ok(status) => match status.code() {
            Some(code) => say(&format!("run ended with exit code {code}")),
            None => say(&format!("run ended with {status}")),
        },
        Err(error) => say(&format!("run could not be started: {error}")),
    }
    Ok(())
}
