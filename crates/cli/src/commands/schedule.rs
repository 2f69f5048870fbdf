//! `herkomst schedule`: runs the study at set times, one run after the other.

mod child;
mod times;

use crate::args::{Args, Command, ScheduleArgs};
use crate::commands::words::counted;
use crate::failure::Failure;
use crate::output;
use chrono::{DateTime, Utc};
use clap::Parser;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use times::Times;

/// Times that a dry run shows.
const SHOWN: usize = 5;
/// The longest sleep in one go: a clock that is set, or a machine that sleeps itself, is noticed after it.
const SLEEP: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Plan<'a> {
    expression: &'a str,
    zone: String,
    next: Vec<String>,
}

pub(crate) fn schedule(args: &Args, options: &ScheduleArgs) -> Result<(), Failure> {
    let times = Times::new(&options.expression, options.zone.as_deref())?;
    let run = child::command_line(args, options);
    checked(&run)?;
    if options.dry_run {
        return dry_run(&times, options, args.json);
    }
    let signals = signals()?;
    let mut last = Utc::now();
    loop {
        let next = times.after(last)?;
        say(&format!("next run at {}", next.shown()));
        if !slept_until(next.utc(), &signals)? {
            say("ended: told to");
            return Ok(());
        }
        child::run(&run)?;
        if signals.try_recv().is_ok() {
            say("ended: told to, after the run");
            return Ok(());
        }
        let missed;
        (last, missed) = caught_up(&times, next.utc(), Utc::now())?;
        if missed > 0 {
            say(&format!("left out {} that passed during the run", counted(missed as u64, "time")));
        }
    }
}

/// The last time that has passed, from which the next is looked for, and how many passed after the one that ran: a run that
/// takes longer than from one time to the next is not followed by those that it missed.
fn caught_up(
    times: &Times,
    ran: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, usize), Failure> {
    let (mut last, mut missed) = (ran, 0);
    loop {
        let next = times.after(last)?.utc();
        if next > now {
            return Ok((last, missed));
        }
        (last, missed) = (next, missed + 1);
    }
}

/// Waits; false if told to end.
fn slept_until(until: DateTime<Utc>, signals: &Receiver<()>) -> Result<bool, Failure> {
    loop {
        // Negative when the time has come.
        let Ok(left) = (until - Utc::now()).to_std() else { return Ok(true) };
        match signals.recv_timeout(left.min(SLEEP)) {
            Ok(()) => return Ok(false),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Io("signals are not received any more".to_owned()));
            }
        }
    }
}

/// A receiver that hears of SIGTERM and SIGINT.
fn signals() -> Result<Receiver<()>, Failure> {
    let failed = |error: std::io::Error| Failure::Io(format!("cannot listen to signals: {error}"));
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(failed)?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        // Nobody listens any more when the command ends.
        signals.forever().all(|_| sender.send(()).is_ok())
    });
    Ok(receiver)
}

fn dry_run(times: &Times, options: &ScheduleArgs, json: bool) -> Result<(), Failure> {
    let mut last = match &options.after {
        None => Utc::now(),
        Some(text) => DateTime::parse_from_rfc3339(text)
            .map_err(|_| {
                Failure::Usage(format!(
                    "--after {text:?} is no time; write it as in RFC 3339, such as 2026-03-28T23:00:00Z"
                ))
            })?
            .to_utc(),
    };
    let mut next = Vec::new();
    for _ in 0..SHOWN {
        let time = times.after(last)?;
        last = time.utc();
        next.push(time.shown());
    }
    if json {
        let plan = Plan { expression: &options.expression, zone: times.zone(), next };
        return output::json(&plan);
    }
    output::text(&next.iter().map(|time| format!("{time}\n")).collect::<String>())
}

/// A mistake in the options of the runs is told now, not at night.
fn checked(run: &[OsString]) -> Result<(), Failure> {
    let whole = std::iter::once(OsString::from("herkomst")).chain(run.iter().cloned());
    match Args::try_parse_from(whole) {
        Ok(Args { command: Command::Run(_), .. }) => Ok(()),
        Ok(_) => Err(Failure::Usage("what follows -- are options of herkomst run".to_owned())),
        Err(error) => {
            let text = error.to_string();
            let text = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
            Err(Failure::Usage(format!(
                "an option of the runs is not right: {text}; see: herkomst run --help"
            )))
        }
    }
}

/// A line for people and for the log.
fn say(text: &str) {
    tracing::info!("{text}");
    eprintln!("herkomst schedule: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_pass_during_a_run_are_left_out_and_counted() {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let Ok(times) = Times::new("0 * * * *", Some("UTC")) else { panic!("an expression") };
        let caught_up = |now: &str| caught_up(&times, time("2026-11-25T02:00:00Z"), time(now)).ok();
        assert_eq!(caught_up("2026-11-25T02:59:59Z"), Some((time("2026-11-25T02:00:00Z"), 0)));
        assert_eq!(caught_up("2026-11-25T03:00:00Z"), Some((time("2026-11-25T03:00:00Z"), 1)));
        assert_eq!(caught_up("2026-11-25T05:30:00Z"), Some((time("2026-11-25T05:00:00Z"), 3)));
    }
}
