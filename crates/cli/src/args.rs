//! The command line.

mod night;
mod operate;
mod query;
mod serve;

pub(crate) use night::{NotifyOn, Settings, Telling, setting};
pub(crate) use operate::{GcArgs, RollbackArgs, ScheduleArgs};
pub(crate) use query::{Form, SqlArgs};
pub(crate) use serve::{ServeArgs, ServeCommand, UserArgs, UsersFile, WhyWorkerArgs, WorkerArgs};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Registrations of many organisations in; audited, linked, reproducible tables out.
#[derive(Parser, Debug)]
#[command(name = "herkomst", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Study folder; without it the only folder in pipelines/ that has a pipeline.yaml.
    #[arg(long, global = true, env = "HERKOMST_STUDY", value_name = "FOLDER")]
    pub(crate) study: Option<PathBuf>,
    /// Warehouse folder.
    #[arg(
        long,
        global = true,
        env = "HERKOMST_WAREHOUSE",
        value_name = "FOLDER",
        default_value = "warehouse"
    )]
    pub(crate) warehouse: PathBuf,
    /// Data folder, in place of the one that the study names.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Write facts as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Write a log to standard error.
    #[arg(long, global = true, value_enum, default_value_t = Log::Off)]
    pub(crate) log: Log,
    /// Add a log as JSON lines to this file: what started, each step, warnings, how it ended; never a value of a row.
    #[arg(long, global = true, env = "HERKOMST_LOG_FILE", value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ok, 1 internal fault, 2 usage, 3 study invalid, 4 input missing or contract \
changed, 5 a check failed, 6 a printed number differs, 7 locked by another run, 8 refused by policy, 9 seal or \
provenance verification failed.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run the study and publish the result.
    Run(RunArgs),
    /// What a run would do and why: which steps, because of which file, query or parameter; nothing is run or written.
    Plan(PlanArgs),
    /// Check the study without reading data: YAML, SQL, the examples of its rules, and with --unit the tests of its queries.
    Check(CheckArgs),
    /// Compare every printed cell with the produced one.
    Verify(VerifyArgs),
    /// Query the tables of a run: from the command line, from a file or a pipe, or in a shell.
    Sql(SqlArgs),
    /// Why a printed cell or a row is what it is: the rows it was made from, down to lines of delivered files.
    Why(WhyArgs),
    /// What differs between two runs, and what it comes from: files, records, decisions, queries, parameters.
    Diff(DiffArgs),
    /// Why a delivered record is not in a table or a row: the decision, the pass, or the condition that it was lost to.
    WhyNot(WhyNotArgs),
    /// One record's whole life: delivered where, judged how, matched with whom, counted in which printed cells.
    Trace(TraceArgs),
    /// What each rule did to the number of records.
    Waterfall(RunChoice),
    /// List the runs, re-hash everything they name, or write the report of one for those who run them.
    Runs(RunsArgs),
    /// Write the book of appendices and a CSV file for each.
    Report(ReportArgs),
    /// Describe a run to others: OpenLineage events, or a Workflow Run RO-Crate. No value of a row leaves but in printed
    /// tables; files and tables are told by name, columns, size and SHA-256.
    #[command(subcommand)]
    Export(ExportArgs),
    /// Remove the stored tables of old runs. What the published run and every kept run need stays, and so does the record of
    /// all runs: their manifests remain in the chain.
    Gc(GcArgs),
    /// Publish an earlier run again, as a run of its own with the same tables.
    Rollback(RollbackArgs),
    /// Run the study at set times, one run after the other, until told to end (SIGTERM or SIGINT, after the run under way). For
    /// machines with neither systemd nor cron.
    Schedule(ScheduleArgs),
    /// Answer clients of Postgres (psql, DBeaver, pandas) over the published run and the runs before it, read only, to each
    /// user what their role may see.
    Serve(ServeArgs),
    /// Answer the queries of a server; started by it.
    #[command(hide = true)]
    ServeWorker(WorkerArgs),
    /// Follow a row of a query back for the pages of a server; started by it.
    #[command(hide = true)]
    WhyWorker(WhyWorkerArgs),
    /// Say whether study, data, warehouse and machine are fit for a run. Writes nothing but the warehouse's own lock.
    Doctor,
    /// Print the JSON Schema of a study file, for completion in editors.
    Schema(SchemaArgs),
    /// Print shell completions.
    Completions(CompletionArgs),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Accept that a file, named as in the message about it, is gone or holds only the beginning of what the published run
    /// read from it; the manifest keeps that. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) accept_missing: Vec<String>,
    /// Wait for another run to end, instead of failing.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Threads that one query is spread over.
    #[arg(long, value_name = "N")]
    pub(crate) partitions: Option<NonZeroUsize>,
    /// Memory that sorts, joins and aggregates may hold, such as 512MB or 2GiB; a number alone counts MiB. Sorts and
    /// aggregates go to disk when it is full, a join that cannot ends the run.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = crate::amount::bytes)]
    pub(crate) memory: usize,
    #[command(flatten)]
    pub(crate) telling: Telling,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) settings: Settings,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct CheckArgs {
    /// Also run the unit tests of queries (NAME.test.yaml beside NAME.sql) on tables in memory.
    #[arg(long)]
    pub(crate) unit: bool,
    /// List the checks that a run makes, each with what it claims and its query.
    #[arg(long, conflicts_with = "unit")]
    pub(crate) list: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct RunChoice {
    /// Run number, in place of the published run.
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<u64>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct VerifyArgs {
    /// Also print each row of a statistical test that is not exactly as printed.
    #[arg(long)]
    pub(crate) rows: bool,
    /// Write the study's list of printed cells that its synthetic data does not reach anew, from the differences there
    /// are now; only for tables whose presentation says so, and reasons that people wrote stay.
    #[arg(long)]
    pub(crate) accept_unreached: bool,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct WhyArgs {
    /// An appendix by its name, or any table as schema.table.
    #[arg(required_unless_present = "sql", conflicts_with = "sql")]
    pub(crate) table: Option<String>,
    /// A query over the tables of the run, in place of a table.
    #[arg(long, value_name = "SQL")]
    pub(crate) sql: Option<String>,
    /// The row: the text of one of its printed cells, or its row_id; of a query its number, from 1, in the order of the
    /// query.
    #[arg(long, value_name = "TEXT")]
    pub(crate) row: String,
    /// The column; without it the whole row.
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// Records to show of each source; 0 shows all. JSON and files have all.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) limit: usize,
    /// Also write a file to keep, .csv or .parquet: one row for each delivered record, with its file, line, byte offset,
    /// SHA-256 of the file, way to the cell and decisions.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Show the delivered lines themselves, and write them to the file; they may identify persons.
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct WhyNotArgs {
    /// An appendix by its name, or any table as schema.table.
    pub(crate) table: String,
    /// The delivered record: its row_id, or file:line.
    #[arg(long, value_name = "RECORD")]
    pub(crate) record: String,
    /// A row in which it is not counted: the text of one of its printed cells; without it the whole table.
    #[arg(long, value_name = "TEXT")]
    pub(crate) row: Option<String>,
    /// A column of that row; without it any number.
    #[arg(long, value_name = "NAME", requires = "row")]
    pub(crate) column: Option<String>,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct TraceArgs {
    /// A record: its row_id, file:line, a pseudonym, or a value of an identifying column, such as a number or a name.
    pub(crate) record: String,
    /// Show the delivered lines themselves, which may identify persons.
    #[arg(long)]
    pub(crate) raw: bool,
    /// Rows to show of each appendix, and records where several fit; 0 shows all. JSON has all.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DiffArgs {
    /// The one run; without it the published run before the current one.
    #[arg(value_name = "RUN")]
    pub(crate) before: Option<u64>,
    /// The other run; without it the current one.
    #[arg(value_name = "RUN")]
    pub(crate) after: Option<u64>,
    /// This table only, row by row: an appendix by its name, or any table as schema.table.
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// At most so many of each kind; all are counted.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct RunsArgs {
    /// Re-hash every manifest and object, and name what is not as the chain says.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Write the report of a run to this folder, as `run --report-to` does.
    #[arg(long, value_name = "FOLDER", conflicts_with = "verify")]
    pub(crate) report_to: Option<PathBuf>,
    /// Run to report on, in place of the published run.
    #[arg(long, value_name = "N", requires = "report_to")]
    pub(crate) run: Option<u64>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct ReportArgs {
    /// Folder for book.html, book.xlsx, book.docx, book.pdf, csv/ and svg/.
    #[arg(long, value_name = "FOLDER", default_value = "output")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ExportArgs {
    /// OpenLineage events of the run, its steps and its checks, with the lineage of columns: as NDJSON, one event to a
    /// line, or sent to a service. The same run has the same ids whenever it is told of.
    #[command(name = "openlineage")]
    OpenLineage(OpenLineageArgs),
    /// A folder with the study, the printed tables as CSV, and ro-crate-metadata.json, which says with terms of W3C PROV
    /// what was read, done and made. Delivered files and stored tables are named by their SHA-256, not copied.
    RoCrate(RoCrateArgs),
    /// The codebook as DDI-Codebook 2.5: the questions and registered facts of the lists that the study names, the codes of
    /// answers, the columns of deliveries by their contracts, and the data dictionary. No delivered value is in it.
    Ddi(DdiArgs),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct OpenLineageArgs {
    /// File for the events; - is standard output, where they go if neither a file nor an address is given.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Address to which each event is posted, such as http://localhost:5000/api/v1/lineage.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Key that the service asks for; sent as a bearer token.
    #[arg(long, env = "OPENLINEAGE_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct RoCrateArgs {
    /// Folder for the crate: a new one, or an empty one.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Licence of the crate: an address, or an expression of SPDX identifiers. Without it, synthetic data stands under the
    /// licence of this program; for other data it must be given.
    #[arg(long, value_name = "LICENCE")]
    pub(crate) license: Option<String>,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct DdiArgs {
    /// File for the XML; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) choice: RunChoice,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct SchemaArgs {
    /// Which file: pipeline, source, model, appendix, test or misprints.
    pub(crate) file: String,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct CompletionArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    Off,
    Text,
    Json,
}
