//! Grows a tree from a CSV file: `cargo run -p chaid --example grow -- FILE.csv min_child=20 method=exhaustive …`.
//!
//! Prints one line per node and predictor; see `study.rs` for what goes in and comes out. With `-` for FILE, studies
//! come from standard input, each after a line `> KEY=VALUE …` and before a line `.`; each answer ends with a line `.`
//! too, so that a program can ask many times.

#![allow(clippy::disallowed_methods, reason = "an example may read a file and its arguments")]
#![allow(clippy::print_stdout, reason = "it prints what it found")]

mod study;

use std::io::BufRead;
use std::process::ExitCode;
use study::{HEADER, Plan, Said, Study, lines};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((file, settings)) if file != "-" => from_file(file, settings),
        Some(_) => from_input(),
        None => Err("name a CSV file, or - for standard input".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn from_file(file: &str, settings: &[String]) -> Said<()> {
    let csv = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    println!("{HEADER}");
    answer(&csv, settings.iter().map(String::as_str))
}

fn from_input() -> Said<()> {
    let (mut settings, mut csv) = (String::new(), String::new());
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        match line.strip_prefix("> ") {
            Some(asked) => (settings, csv) = (asked.to_owned(), String::new()),
            None if line == "." => {
                answer(&csv, settings.split_whitespace())?;
                println!(".");
            }
            None => csv.extend([&line, "\n"]),
        }
    }
    Ok(())
}

fn answer<'a>(csv: &str, settings: impl IntoIterator<Item = &'a str>) -> Said<()> {
    let grown = Study::read(csv)?.grow(&Plan::read(settings)?)?;
    lines(&grown).iter().for_each(|line| println!("{line}"));
    Ok(())
}
