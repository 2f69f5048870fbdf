//! Failures as people see them, and as exit codes.

use engine::EngineError;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use study::StudyError;

/// Why a command did not do what it was asked.
pub(crate) enum Failure {
    /// The command line asks for something that is not there.
    Usage(String),
    /// A query that was asked is at fault.
    Query(Vec<StudyError>),
    /// The study is not valid.
    Study(Vec<StudyError>),
    /// The engine stopped.
    Engine(EngineError),
    /// The warehouse failed.
    Warehouse(warehouse::Error),
    /// A table could not be printed or compared.
    Report(report::ReportError),
    /// A run could not be described.
    Exchange(exchange::ExchangeError),
    /// A service did not take what it was sent.
    Refused(String),
    /// A check failed; what is printed already says which.
    Check(String),
    /// A printed number differs; what is printed already says which.
    Differs(String),
    /// The warehouse is not as its chain says.
    Seal(String),
    /// Something is not fit for a run.
    Unfit {
        /// Exit code that a run would end with.
        code: u8,
        /// How much is not fit; what, is printed already.
        text: String,
    },
    /// A file could not be read or written.
    Io(String),
    /// The command panicked; what was said then is on standard error already.
    Defect,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Study(faults) => Failure::Study(faults),
            EngineError::Warehouse(error) => Failure::Warehouse(error),
            other => Failure::Engine(other),
        }
    }
}

impl From<warehouse::Error> for Failure {
    fn from(error: warehouse::Error) -> Self {
        Failure::Warehouse(error)
    }
}

impl From<report::ReportError> for Failure {
    fn from(error: report::ReportError) -> Self {
        match error {
            error @ report::ReportError::ReadPublished { .. } => Failure::Io(error.to_string()),
            error => Failure::Report(error),
        }
    }
}

impl Failure {
    /// A failed read or write of a file.
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Failure::Io(format!("{}: {error}", path.display()))
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) | Failure::Query(_) => 2,
            Failure::Study(_) => 3,
            Failure::Engine(error) => match error {
                EngineError::Study(_) | EngineError::Verdict { .. } => 3,
                EngineError::Input(_) | EngineError::InputChanged { .. } | EngineError::Missing { .. } => 4,
                EngineError::Damaged { .. } => 9,
                EngineError::DataFusion(error) if is_damage(error) => 9,
                EngineError::Balance { .. } | EngineError::Lost { .. } => 5,
                EngineError::Asked(_) => 2,
                EngineError::KeyRefused { .. } => 8,
                EngineError::Warehouse(error) => warehouse_code(error),
                EngineError::Io { .. }
                | EngineError::Memory { .. }
                | EngineError::DiskFull { .. }
                | EngineError::DataFusion(_)
                | EngineError::Arrow(_)
                | EngineError::Parquet(_)
                | EngineError::Bug(_) => 1,
            },
            Failure::Warehouse(error) => warehouse_code(error),
            Failure::Report(_) | Failure::Exchange(_) => 3,
            Failure::Check(_) => 5,
            Failure::Differs(_) => 6,
            Failure::Seal(_) => 9,
            Failure::Unfit { code, .. } => *code,
            Failure::Io(_) | Failure::Refused(_) | Failure::Defect => 1,
        }
    }

    /// Writes the failure to standard error.
    pub(crate) fn report(&self) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        // A failure to write to standard error cannot be reported anywhere.
        let _ = match self {
            Failure::Study(faults) => {
                faults.iter().try_for_each(|fault| writeln!(stderr, "{}", render(fault)))
            }
            Failure::Query(faults) if std::io::stderr().is_terminal() => {
                faults.iter().try_for_each(|fault| writeln!(stderr, "{}", render(fault)))
            }
            other => writeln!(stderr, "herkomst: {}", other.text()),
        };
        ExitCode::from(self.code())
    }

    /// What went wrong, and the way out.
    pub(crate) fn text(&self) -> String {
        match self {
            Failure::Usage(text)
            | Failure::Check(text)
            | Failure::Differs(text)
            | Failure::Seal(text)
            | Failure::Unfit { text, .. }
            | Failure::Refused(text)
            | Failure::Io(text) => text.clone(),
            Failure::Defect => "a defect of herkomst; report it with what is said above".to_owned(),
            Failure::Engine(error) => error.to_string(),
            Failure::Warehouse(error) => error.to_string(),
            Failure::Report(error) => error.to_string(),
            Failure::Exchange(error) => error.to_string(),
            Failure::Study(faults) | Failure::Query(faults) => {
                faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// An intermediate file that changed on disk; found while a query read it.
fn is_damage(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| matches!(cause.downcast_ref(), Some(EngineError::Damaged { .. })))
}

fn warehouse_code(error: &warehouse::Error) -> u8 {
    match error {
        warehouse::Error::Locked { .. }
        | warehouse::Error::Read { .. }
        | warehouse::Error::Collecting { .. } => 7,
        warehouse::Error::Corrupt { .. } => 9,
        warehouse::Error::Collected { .. } | warehouse::Error::Refused { .. } => 8,
        warehouse::Error::NoRun { .. } | warehouse::Error::NotAWarehouse { .. } => 2,
        _ => 1,
    }
}

/// A fault with the lines around it on a terminal; `path:line:column` elsewhere.
fn render(error: &StudyError) -> String {
    let fault = error.fault();
    let plain = || error.to_string();
    let Some(source) = fault.source.as_ref().filter(|_| std::io::stderr().is_terminal()) else {
        return plain();
    };
    let diagnostic = MietteDiagnostic::new(fault.message.clone())
        .with_help(fault.help.clone())
        .with_label(LabeledSpan::new_with_span(None, fault.span.clone()));
    let report = Report::new(diagnostic).with_source_code(NamedSource::new(&fault.path, source.to_string()));
    let theme = if std::env::var_os("NO_COLOR").is_some() {
        GraphicalTheme::unicode_nocolor()
    } else {
        GraphicalTheme::unicode()
    };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme).render_report(&mut text, report.as_ref()) {
        Ok(()) => text,
        Err(_) => plain(),
    }
}
