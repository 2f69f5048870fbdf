//! The commands of a session.

use super::{Next, Output, Paging, Session, Stop, Timing};
use crate::args::Form;
use crate::commands::sql::command::{self, Command};
use crate::commands::sql::listing::{self, Pattern, full};
use crate::commands::sql::refused;
use crate::commands::why;
use crate::commands::words::{counted, size};
use crate::failure::Failure;
use crate::place::as_run;
use engine::{AskedQuery, Readable, Resources, Told};
use std::path::Path;

/// Records of each source that `\why` shows.
const TOLD: usize = 5;

impl Session<'_> {
    pub(super) fn command(&mut self, line: &str) -> Result<Next, Stop> {
        match command::parse(line).map_err(Failure::Usage)? {
            Command::Quit => return Ok(Next::Quit),
            Command::Edit => {
                let last = self.last.as_ref().map(|text| format!("{text};"));
                return Ok(Next::Edit(last.unwrap_or_default()));
            }
            Command::Include(path) => return self.include(&path),
            Command::Commands => self.note(&command::list())?,
            Command::Help(function) => self.help(function.as_deref())?,
            Command::Describe(None) => self.list_tables(None)?,
            Command::Describe(Some(name)) => self.describe(&name)?,
            Command::Tables(pattern) => self.list_tables(pattern.as_deref())?,
            Command::Schemas(pattern) => {
                self.listed(&listing::schemas(&self.tables(), &Pattern::of(pattern.as_deref())?)?)?;
            }
            Command::Functions(pattern) => {
                let pattern = Pattern::of(pattern.as_deref())?;
                self.listed(&listing::functions(&self.reader.functions(), &pattern)?)?;
            }
            Command::Run(number) => {
                number.map_or(Ok(()), |number| self.go_to(number))?;
                self.note(&self.which_run()?)?;
            }
            Command::Set(None) => self.list_parameters()?,
            Command::Set(Some((name, value))) => self.set(&name, value.as_deref())?,
            Command::Why { row, column } => self.why(row, column.as_deref())?,
            Command::Format(form) => self.set_form(form)?,
            Command::Expanded(switch) => {
                let is_on = switch.of(self.wishes.form == Form::Expanded);
                self.set_form(Some(if is_on { Form::Expanded } else { Form::Table }))?;
            }
            Command::Output(path) => self.go_on_in(path.as_deref())?,
            Command::Timing(switch) => {
                let is_on = switch.of(self.wishes.timing == Timing::Shown);
                self.wishes.timing = if is_on { Timing::Shown } else { Timing::Hidden };
                self.note(&format!("timing is {}\n", on(is_on)))?;
            }
            Command::Pager(switch) => {
                let is_on = switch.of(self.wishes.paging == Paging::On);
                self.wishes.paging = if is_on { Paging::On } else { Paging::Off };
                self.note(&format!("pager is {}\n", on(is_on)))?;
            }
        }
        Ok(Next::GoOn)
    }

    fn include(&mut self, path: &Path) -> Result<Next, Stop> {
        if self.includes == super::MOST_INCLUDES {
            let text = format!("{}: files include one another in a circle", path.display());
            return Err(Failure::Usage(text).into());
        }
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        self.includes += 1;
        let next = self.all(&path.display().to_string(), &text);
        self.includes -= 1;
        // A file that says \q is at its end; the shell goes on.
        next.map(|_| Next::GoOn)
    }

    fn list_tables(&mut self, pattern: Option<&str>) -> Result<(), Stop> {
        let tables = listing::tables(&self.tables(), &Pattern::of(pattern)?)?;
        self.listed(&tables)
    }

    fn describe(&mut self, name: &str) -> Result<(), Stop> {
        if name.contains(['*', '?']) {
            return self.list_tables(Some(name));
        }
        let tables = self.tables();
        let table = found(&tables, name)?;
        let columns = self.interruptible(self.reader.columns(&table.schema, &table.table))?;
        let columns = columns.map_err(refused)?.ok_or_else(|| no_table(&tables, name))?;
        if self.wishes.form.is_for_reading() {
            let stored = table.stored.as_ref().map_or_else(
                || "made when it is asked".to_owned(),
                |of| format!("{}, {}\nobject {}", counted(of.rows, "row"), size(of.bytes), of.object),
            );
            self.say(&format!("{}: {stored}\n", full(table)))?;
        }
        self.listed(&listing::columns(&columns)?)
    }

    fn help(&mut self, function: Option<&str>) -> Result<(), Stop> {
        let Some(name) = function else { return self.note(ASKED) };
        let name = name.trim_end_matches(['(', ')']).to_lowercase();
        let functions = self.reader.functions();
        let mut found = functions.iter().filter(|of| of.name == name).peekable();
        if found.peek().is_none() {
            let names = functions.iter().map(|of| of.name.as_str());
            let help = nearest(&name, names, "\\df");
            return Err(Failure::Usage(format!("there is no function {name}; {help}")).into());
        }
        let told = |of: &engine::Callable| {
            let kind = format!("{}, {} function\n", of.name, of.kind);
            let parts = [of.syntax.as_deref(), of.description.as_deref()].into_iter().flatten();
            parts.fold(kind, |text, part| format!("{text}  {}\n", part.replace('\n', "\n  ")))
        };
        let text: String = found.map(told).collect();
        self.note(&text)
    }

    fn which_run(&self) -> Result<String, Failure> {
        let current = self.warehouse.current()?;
        let state = if current == Some(self.run.run) { ", the published one" } else { "" };
        Ok(format!("run {} of study {}, {}{state}\n", self.run.run, self.run.study, self.run.started))
    }

    fn why(&mut self, row: usize, column: Option<&str>) -> Result<(), Stop> {
        let Some(sql) = self.last.clone() else {
            let text = "no result to ask about yet: \\why is about a row of the last query, counted from 1";
            return Err(Failure::Usage(text.into()).into());
        };
        let study = self.with_set(as_run(&self.place.study()?, &self.run)?)?;
        let form = self.output.as_ref().map_or(self.wishes.form, |output| output.form);
        let is_data = matches!(form, Form::Json | Form::Jsonl);
        let asked =
            AskedQuery { sql: &sql, row, column, told: if is_data { Told::All } else { Told::First(TOLD) } };
        let auditor = engine::Auditor::of(&study, &self.warehouse, &self.run, Resources::default())
            .map_err(Failure::from)?;
        let answer = why::of_query(self.interruptible(auditor.why_query(&asked))?.map_err(refused)?, &asked);
        match form {
            Form::Json | Form::Jsonl => {
                let json = serde_json::to_string(&answer)
                    .map_err(|error| Failure::Io(format!("cannot write JSON: {error}")))?;
                self.say(&(json + "\n"))
            }
            _ => self.say(&why::shown(&answer, TOLD)),
        }
    }

    fn set_form(&mut self, form: Option<Form>) -> Result<(), Stop> {
        if let Some(form) = form {
            if self.output.as_ref().is_some_and(Output::is_file) {
                let text = "the form of a file stays as it began; end it with \\o first";
                return Err(Failure::Usage(text.into()).into());
            }
            self.wishes.form = form;
            if self.output.is_some() {
                self.finish()?;
                self.write_to(None)?;
            }
        }
        self.note(&format!("format is {}\n", self.wishes.form.name()))
    }

    /// Ends the file that results go to, and begins another.
    fn go_on_in(&mut self, path: Option<&Path>) -> Result<(), Stop> {
        self.finish()?;
        if let Some(path) = path {
            let form = Form::of_file(path).unwrap_or(self.wishes.form);
            self.output = Some(Output::file(path, form, &self.facts())?);
        }
        Ok(())
    }

    /// Words that are an answer: to where answers go.
    fn say(&mut self, text: &str) -> Result<(), Stop> {
        let mut answering = self.answering()?;
        answering.output().text(text)?;
        answering.finish()
    }
}

/// What can be asked, in short.
const ASKED: &str = "\
A statement is a query: SELECT, WITH, VALUES, EXPLAIN, DESCRIBE schema.table, SHOW TABLES, SHOW COLUMNS FROM schema.table.
Nothing can be written. The dialect is that of DataFusion; names are schema.table, \\dn and \\dt list them.
Integer / is integer division: write 1.0 * a / b. Text is in single quotes, names with capitals in double quotes.
$name is the value of a parameter of the run, or of one that \\set gave; \\set lists them.
\\df lists functions, \\h FUNCTION tells of one. Of this program's own: fold_name, jaro_winkler, completed_months,
completed_years, chaid, chaid_screen, chaid_count, chaid_test, places.
";

fn on(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// The table of this name; its schema may be left out where one alone has it.
fn found<'t>(tables: &'t [Readable], name: &str) -> Result<&'t Readable, Failure> {
    if let Some(table) = tables.iter().find(|table| full(table) == name) {
        return Ok(table);
    }
    let mut named = tables.iter().filter(|table| table.table == name);
    match (named.next(), named.next()) {
        (Some(table), None) => Ok(table),
        (Some(_), Some(_)) => {
            let names = tables.iter().filter(|table| table.table == name).map(full);
            let names: Vec<String> = names.collect();
            Err(Failure::Usage(format!("several tables are called {name}: {}", names.join(", "))))
        }
        _ => Err(no_table(tables, name)),
    }
}

fn no_table(tables: &[Readable], name: &str) -> Failure {
    let names: Vec<String> = tables.iter().map(full).collect();
    let help = nearest(name, names.iter().map(String::as_str), "\\dt");
    Failure::Usage(format!("there is no table {name}; {help}"))
}

/// The names that come nearest, or the command that lists all.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>, command: &str) -> String {
    let near = study::nearest(name, names, "");
    if near.starts_with("did you mean") { near } else { format!("{command} lists all") }
}
