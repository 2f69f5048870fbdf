//! Options of a night: other values of parameters, and who is told what of it.

use crate::failure::Failure;
use clap::{Args as ClapArgs, ValueEnum};
use engine::{Capture, Reuse};
use std::path::PathBuf;
use study::Study;

/// What a run makes, and what it does otherwise than the study says.
#[derive(ClapArgs, Debug, Default)]
pub(crate) struct Settings {
    /// Execute every step, also those whose inputs and definition are unchanged.
    #[arg(long)]
    pub(crate) all: bool,
    /// Hash every delivered file, also those that look as they did when they were last hashed.
    #[arg(long)]
    pub(crate) rehash: bool,
    /// Leave out a rule of a round or a pass of a matching (by name, or as round/rule), to see what it does: a side run
    /// that is kept and never published, followed by what moves. May be given several times.
    #[arg(long, value_name = "RULE")]
    pub(crate) without: Vec<String>,
    /// Do not store what stands behind each row: nobody can ask this run why. For measuring what that costs.
    #[arg(long)]
    pub(crate) no_lineage: bool,
    /// File with the identity key (16 bytes or more); not needed for synthetic studies.
    #[arg(long, env = "HERKOMST_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Another value for a parameter of the study, of the type that its own value has. May be given several times. What the
    /// parameter decides is made again; the run is published like any other and names the value in its manifest.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Run as of this day (year-month-day) instead of today: the day from which checks measure the age of deliveries, and the
    /// value of the parameter as_of if the study has one. It does not change which deliveries are read; `sql --run` and `diff` look
    /// at what earlier nights made of earlier deliveries.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

impl Settings {
    /// The study with these values, and without what is left out.
    pub(crate) fn applied_to(&self, study: Study) -> Result<Study, Failure> {
        let refused = |refused: study::ParameterRefused| Failure::Usage(refused.to_string());
        let mut study = study;
        if let Some(day) = &self.as_of {
            study = study.as_of_date(day).map_err(refused)?;
        }
        for (name, value) in &self.set {
            study = study.with_parameter(name, value).map_err(refused)?;
        }
        if !self.without.is_empty() {
            study = study.without(&self.without).map_err(|unknown| Failure::Usage(unknown.to_string()))?;
        }
        Ok(study)
    }

    /// Which objects of earlier runs may be taken over.
    pub(crate) fn reuse(&self) -> Reuse {
        match (self.all, self.rehash) {
            (true, _) => Reuse::Nothing,
            (false, true) => Reuse::Rehashed,
            (false, false) => Reuse::Unchanged,
        }
    }

    /// What is captured of the rows that are made.
    pub(crate) fn capture(&self) -> Capture {
        if self.no_lineage { Capture::Nothing } else { Capture::Rows }
    }
}

/// A name and a value.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

/// Who is told what of a run, beside what it prints.
#[derive(ClapArgs, Debug)]
pub(crate) struct Telling {
    /// Write a report of the run to this folder, as run-NNNNNN.html and .json; of one that fails before it is committed as
    /// failed-TIME.html and .json.
    #[arg(long, env = "HERKOMST_REPORT_TO", value_name = "FOLDER")]
    pub(crate) report_to: Option<PathBuf>,
    /// When the command or address below is told: on failure (any exit code but 0), on change (on failure too, and when a
    /// table, a delivery or the result of a check is not as in the published run before), or always.
    #[arg(long, env = "HERKOMST_NOTIFY_ON", value_enum, default_value_t = NotifyOn::Failure, value_name = "WHEN")]
    pub(crate) notify_on: NotifyOn,
    /// Program to start with the facts as JSON on its standard input, and the most important of them as HERKOMST_EVENT,
    /// HERKOMST_EXIT_CODE, HERKOMST_RUN, HERKOMST_STUDY and HERKOMST_SUMMARY. No shell is in between. It may take a minute.
    #[arg(long, env = "HERKOMST_NOTIFY_COMMAND", value_name = "PROGRAM")]
    pub(crate) notify_command: Option<PathBuf>,
    /// Argument for that program; may be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, requires = "notify_command")]
    pub(crate) notify_argument: Vec<String>,
    /// Address to which the facts are posted as JSON. Its field "text" is one line, which chat services show as it is.
    #[arg(long, env = "HERKOMST_NOTIFY_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) notify_url: Option<String>,
    /// Key that the service asks for; sent as a bearer token.
    #[arg(long, env = "HERKOMST_NOTIFY_TOKEN", hide_env_values = true, value_name = "KEY")]
    pub(crate) notify_token: Option<String>,
    /// Where the run is told as an OpenTelemetry trace, a span for it and for each step: the address of a collector
    /// (OTLP over HTTP as JSON, such as http://localhost:4318/v1/traces), or a file to which a line is added.
    #[arg(long, env = "HERKOMST_TRACES", value_name = "URL|FILE")]
    pub(crate) traces: Option<String>,
}

/// When somebody is told of a run.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotifyOn {
    Failure,
    Change,
    Always,
}
