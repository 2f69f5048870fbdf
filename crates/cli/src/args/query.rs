use super::RunChoice;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

#[derive(ClapArgs, Debug)]
pub(crate) struct SqlArgs {
    /// A statement, or several with semicolons between them; may be given several times. Lines such as \dt are commands, as
    /// in the shell. The first error ends the command.
    #[arg(short = 'c', long = "command", value_name = "SQL", conflicts_with = "file")]
    pub(crate) command: Vec<String>,
    /// A file of statements and commands; - is standard input, which is also read if it is no terminal and there is neither
    /// -c nor -f. May be given several times.
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// Another value for a parameter that queries name as $NAME, in place of the one that the run had. May be given several
    /// times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = crate::args::setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Form of the results; without it what the name of the --output file ends in, else a table.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Form>,
    /// File for the results, in place of standard output. It appears when all statements have succeeded.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// With --format csv: leave texts as they are. Without it a text that a spreadsheet would calculate has an apostrophe in
    /// front.
    #[arg(long)]
    pub(crate) raw: bool,
    /// File that the shell keeps its history in, or off to keep none; without it herkomst/history in $XDG_STATE_HOME, else
    /// in ~/.local/state. Queries may name persons: the file is for its owner only, and what begins with a space is not kept.
    #[arg(long, env = "HERKOMST_HISTORY", value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

/// How rows are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A table for the screen.
    Table,
    /// For the screen, a line for each value.
    Expanded,
    /// CSV with a header.
    Csv,
    /// One JSON array of objects for each result.
    Json,
    /// A JSON object on each line.
    Jsonl,
    /// A Markdown table.
    #[value(alias = "md")]
    Markdown,
    /// A Parquet file of one result.
    Parquet,
    /// A workbook for spreadsheets, a sheet for each result; needs a file.
    Xlsx,
}

impl Form {
    /// The form that the name of a file asks for.
    pub(crate) fn of_file(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Form::Csv),
            "json" => Some(Form::Json),
            "jsonl" | "ndjson" => Some(Form::Jsonl),
            "md" | "markdown" => Some(Form::Markdown),
            "parquet" => Some(Form::Parquet),
            "xlsx" => Some(Form::Xlsx),
            _ => None,
        }
    }

    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Whether a terminal can show it.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Form::Parquet | Form::Xlsx)
    }

    /// Whether the form is for people who read it as it is, so that words may stand between results.
    pub(crate) fn is_for_reading(self) -> bool {
        matches!(self, Form::Table | Form::Expanded | Form::Markdown)
    }
}
