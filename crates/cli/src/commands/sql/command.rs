//! Commands of the shell: lines that begin with a backslash.

use crate::args::Form;
use clap::ValueEnum;
use std::path::PathBuf;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Describe(Option<String>),
    Tables(Option<String>),
    Schemas(Option<String>),
    Functions(Option<String>),
    Run(Option<u64>),
    /// All parameters; or one, which gets a value, or has that of the run again.
    Set(Option<(String, Option<String>)>),
    Why {
        row: usize,
        column: Option<String>,
    },
    Format(Option<Form>),
    Expanded(Switch),
    Output(Option<PathBuf>),
    Include(PathBuf),
    Edit,
    Timing(Switch),
    Pager(Switch),
    Commands,
    Help(Option<String>),
    Quit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
    Turn,
}

impl Switch {
    /// What a setting is after it.
    pub(super) fn of(self, is_on: bool) -> bool {
        match self {
            Switch::On => true,
            Switch::Off => false,
            Switch::Turn => !is_on,
        }
    }
}

/// What stands behind the name of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    Nothing,
    Table,
    Schema,
    Function,
    Run,
    Parameter,
    Row,
    Form,
    File,
    Switch,
}

/// A command as it is listed: its name, what may stand behind it, and what it does.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) behind: Behind,
    pub(super) shown: &'static str,
    pub(super) does: &'static str,
}

const fn known(name: &'static str, behind: Behind, shown: &'static str, does: &'static str) -> Known {
    Known { name, behind, shown, does }
}

/// All commands, in the order of their list.
pub(super) const COMMANDS: [Known; 17] = [
    known(
        "d",
        Behind::Table,
        "[TABLE]",
        "the columns of a table, its rows and its object; without a table as \\dt",
    ),
    known("dt", Behind::Table, "[PATTERN]", "tables, such as \\dt audit.* or \\dt *member*"),
    known("dn", Behind::Schema, "[PATTERN]", "schemas"),
    known("df", Behind::Function, "[PATTERN]", "functions"),
    known("run", Behind::Run, "[N]", "go to another run; without a number which run is asked"),
    known(
        "set",
        Behind::Parameter,
        "[NAME [VALUE]]",
        "another value for $NAME in queries, without one that of the run again; without a name the run's parameters",
    ),
    known(
        "why",
        Behind::Row,
        "ROW [COLUMN]",
        "what a row of the last result was made from, down to lines of deliveries",
    ),
    known("format", Behind::Form, "[FORM]", "table, expanded, csv, json, jsonl or markdown"),
    known("x", Behind::Switch, "[on|off]", "a line for each value"),
    known(
        "o",
        Behind::File,
        "[FILE]",
        "results to a file, in the form that its name ends in; without a file back to the screen",
    ),
    known("i", Behind::File, "FILE", "run the statements and commands of a file"),
    known(
        "e",
        Behind::Nothing,
        "",
        "edit the last statement, or the one that is begun, in $VISUAL or $EDITOR",
    ),
    known("timing", Behind::Switch, "[on|off]", "how long statements take"),
    known(
        "pager",
        Behind::Switch,
        "[on|off]",
        "results that are longer or wider than the screen through $PAGER, else less -S",
    ),
    known("?", Behind::Nothing, "", "this list"),
    known("h", Behind::Function, "[FUNCTION]", "what can be asked; what a function does"),
    known("q", Behind::Nothing, "", "leave; so does Ctrl-D"),
];

/// Reads a line without its backslash.
///
/// # Errors
/// What is wrong with it, and the way out.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim().trim_end_matches(';').trim_end();
    let Some(known) = COMMANDS.iter().find(|known| known.name == name) else {
        return Err(format!("there is no command \\{name}; all commands: \\?"));
    };
    let usage = || format!("\\{name} is written: \\{}", format!("{name} {}", known.shown).trim_end());
    let text = (!rest.is_empty()).then(|| rest.to_owned());
    Ok(match name {
        "d" => Command::Describe(text),
        "dt" => Command::Tables(text),
        "dn" => Command::Schemas(text),
        "df" => Command::Functions(text),
        "h" => Command::Help(text),
        "run" => Command::Run(text.map(|text| text.parse().map_err(|_| usage())).transpose()?),
        "set" => Command::Set(text.map(|text| set(&text))),
        "why" => why(rest).ok_or_else(usage)?,
        "format" => Command::Format(text.map(|text| form(&text)).transpose()?),
        "x" => Command::Expanded(switch(rest).ok_or_else(usage)?),
        "timing" => Command::Timing(switch(rest).ok_or_else(usage)?),
        "pager" => Command::Pager(switch(rest).ok_or_else(usage)?),
        "o" => Command::Output(text.map(PathBuf::from)),
        "i" => Command::Include(text.map(PathBuf::from).ok_or_else(usage)?),
        _ if text.is_some() => return Err(usage()),
        "e" => Command::Edit,
        "?" => Command::Commands,
        _ => Command::Quit,
    })
}

fn set(rest: &str) -> (String, Option<String>) {
    match rest.split_once(char::is_whitespace) {
        Some((name, value)) => (name.to_owned(), Some(value.trim().to_owned())),
        None => (rest.to_owned(), None),
    }
}

fn why(rest: &str) -> Option<Command> {
    let (row, column) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let column = (!column.trim().is_empty()).then(|| column.trim().to_owned());
    Some(Command::Why { row: row.parse().ok()?, column })
}

fn switch(rest: &str) -> Option<Switch> {
    match rest {
        "" => Some(Switch::Turn),
        "on" => Some(Switch::On),
        "off" => Some(Switch::Off),
        _ => None,
    }
}

fn form(text: &str) -> Result<Form, String> {
    Form::from_str(text, true)
        .map_err(|_| format!("there is no form {text:?}; forms are {}", forms().join(", ")))
}

/// The names of all forms.
pub(super) fn forms() -> Vec<String> {
    Form::value_variants().iter().map(|form| form.name()).collect()
}

/// The list of commands.
pub(super) fn list() -> String {
    let head = |known: &Known| format!("\\{} {}", known.name, known.shown).trim_end().to_owned();
    let width = COMMANDS.iter().map(|known| head(known).len()).max().unwrap_or(0);
    let line = |known: &Known| format!("{:width$}  {}\n", head(known), known.does);
    let mut text: String = COMMANDS.iter().map(line).collect();
    text.push_str("A statement ends with a semicolon and may have many lines. Tab completes, Ctrl-C ends a query or clears the line.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands() {
        let why = |row, column: Option<&str>| Command::Why { row, column: column.map(str::to_owned) };
        for (line, expected) in [
            ("q", Ok(Command::Quit)),
            ("q;", Err("there is no command \\q;; all commands: \\?")),
            ("q now", Err("\\q is written: \\q")),
            ("d", Ok(Command::Describe(None))),
            ("d audit.runs", Ok(Command::Describe(Some("audit.runs".into())))),
            ("d  audit.runs ;", Ok(Command::Describe(Some("audit.runs".into())))),
            ("dt *member*", Ok(Command::Tables(Some("*member*".into())))),
            ("run", Ok(Command::Run(None))),
            ("run 7", Ok(Command::Run(Some(7)))),
            ("run seven", Err("\\run is written: \\run [N]")),
            ("set", Ok(Command::Set(None))),
            ("set age", Ok(Command::Set(Some(("age".into(), None))))),
            ("set age  two words ;", Ok(Command::Set(Some(("age".into(), Some("two words".into())))))),
            ("why 3", Ok(why(3, None))),
            ("why 3 books", Ok(why(3, Some("books")))),
            ("why 3  two words", Ok(why(3, Some("two words")))),
            ("why", Err("\\why is written: \\why ROW [COLUMN]")),
            ("why books", Err("\\why is written: \\why ROW [COLUMN]")),
            ("format md", Ok(Command::Format(Some(Form::Markdown)))),
            ("format CSV", Ok(Command::Format(Some(Form::Csv)))),
            (
                "format pdf",
                Err(
                    "there is no form \"pdf\"; forms are table, expanded, csv, json, jsonl, markdown, parquet, xlsx",
                ),
            ),
            ("x", Ok(Command::Expanded(Switch::Turn))),
            ("timing on", Ok(Command::Timing(Switch::On))),
            ("pager off", Ok(Command::Pager(Switch::Off))),
            ("pager of", Err("\\pager is written: \\pager [on|off]")),
            ("o", Ok(Command::Output(None))),
            ("o a b.csv", Ok(Command::Output(Some("a b.csv".into())))),
            ("i", Err("\\i is written: \\i FILE")),
            ("h avg", Ok(Command::Help(Some("avg".into())))),
            ("", Err("there is no command \\; all commands: \\?")),
        ] {
            assert_eq!(parse(line), expected.map_err(str::to_owned), "{line:?}");
        }
    }

    #[test]
    fn every_listed_command_is_one() {
        for known in &COMMANDS {
            let said = parse(known.name).err().unwrap_or_default();
            assert!(!said.contains("there is no command"), "{}", known.name);
            assert!(list().contains(&format!("\\{} ", known.name)));
        }
    }
}
