//! Faults of a query as a client is told of them: in the words of Postgres, and nothing of the server's insides.

use crate::frame::Fault;
use crate::statement::READ_ONLY;
use arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use engine::{EngineError, NotAQuery};

/// The fault of a query that failed.
pub(super) fn fault_of(error: &DataFusionError) -> Fault {
    let root = error.find_root();
    match root {
        DataFusionError::SQL(..) => Fault::new("42601", said(root)),
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { .. } => Fault::new("42703", said(root)),
            SchemaError::AmbiguousReference { .. } => Fault::new("42702", said(root)),
            _ => Fault::new("42601", said(root)),
        },
        DataFusionError::Plan(text) => Fault::new(code_of_plan(text), said(root)),
        DataFusionError::NotImplemented(_) => Fault::new("0A000", said(root)),
        DataFusionError::ResourcesExhausted(text) if text.contains(DISK_SPACE) => out_of_disk(),
        DataFusionError::ResourcesExhausted(_) => out_of_memory(),
        DataFusionError::ArrowError(error, _) => arrow_fault(error),
        DataFusionError::Execution(text) => Fault::new(code_of_value(text), said(root)),
        DataFusionError::External(error) => match error.downcast_ref::<EngineError>() {
            Some(error) => engine_fault(error),
            None => inside(root),
        },
        DataFusionError::Diagnostic(_, inner) => fault_of(inner),
        other => inside(other),
    }
}

/// The fault of a plan that was not let through.
pub(super) fn refused(refusal: &NotAQuery) -> Fault {
    match refusal {
        NotAQuery::Writes => Fault::new("25006", format!("cannot execute this: {READ_ONLY}")),
        NotAQuery::NoQuery => Fault::new("0A000", refusal.to_string()),
        NotAQuery::Inside | NotAQuery::Stranger(_) => Fault::new("42501", refusal.to_string()),
    }
}

/// In what DataFusion says of a query that may put no more on disk, in whichever kind of error it comes.
const DISK_SPACE: &str = "disk space";

fn out_of_disk() -> Fault {
    Fault::new("53100", "the query needs more room on disk than it may use")
}

fn out_of_memory() -> Fault {
    Fault::new("53200", "the query needs more memory than it may use")
        .with_hint("Ask for fewer rows or columns, or have --query-memory raised.")
}

/// The fault of a run that cannot be read.
pub(super) fn engine_fault(error: &EngineError) -> Fault {
    match error {
        EngineError::DataFusion(error) => fault_of(error),
        EngineError::Arrow(error) => arrow_fault(error),
        EngineError::Asked(text) => Fault::new("3D000", text.clone()),
        EngineError::Warehouse(warehouse::Error::NoRun { run, .. }) => {
            Fault::new("3D000", format!("there is no run {run}"))
        }
        EngineError::Warehouse(warehouse::Error::Collected { .. }) => {
            Fault::new("3D000", "the tables of this run were removed to make room")
        }
        EngineError::Warehouse(warehouse::Error::Corrupt { .. }) => {
            tracing::error!(%error, "a stored table is damaged");
            Fault::new(
                "XX001",
                "a stored table is not what it was when it was published; its keeper was told",
            )
        }
        other => {
            tracing::error!(error = %other, "a query met a fault");
            Fault::new("58000", "the server could not read the run; its log says why")
        }
    }
}

fn arrow_fault(error: &ArrowError) -> Fault {
    match error {
        ArrowError::DivideByZero => Fault::new("22012", "division by zero"),
        ArrowError::ArithmeticOverflow(text) => Fault::new("22003", text.clone()),
        ArrowError::CastError(text) | ArrowError::ParseError(text) => Fault::new("22P02", text.clone()),
        ArrowError::ComputeError(text) | ArrowError::InvalidArgumentError(text) => {
            Fault::new(code_of_value(text), text.clone())
        }
        ArrowError::MemoryError(_) => out_of_memory(),
        ArrowError::IoError(text, _) if text.contains(DISK_SPACE) => out_of_disk(),
        ArrowError::ExternalError(error) => match error.downcast_ref::<DataFusionError>() {
            Some(error) => fault_of(error),
            None => inside(error),
        },
        other => inside(other),
    }
}

/// A fault whose text may tell of files and insides.
fn inside(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "a query met a fault");
    Fault::new("XX000", "the query failed inside the server; its log says why")
}

fn code_of_plan(text: &str) -> &'static str {
    let text = text.to_lowercase();
    if text.contains("function") {
        "42883"
    } else if text.contains("table") && text.contains("not found") {
        "42P01"
    } else if text.contains("placeholder") || text.contains("parameter") {
        "42P02"
    } else {
        "42601"
    }
}

fn code_of_value(text: &str) -> &'static str {
    let text = text.to_lowercase();
    if text.contains("placeholder") {
        "42P02"
    } else if text.contains("divide by zero") {
        "22012"
    } else if text.contains("overflow") {
        "22003"
    } else {
        "22000"
    }
}

/// The first line of an error, without the name of its kind.
fn said(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let kinds = ["SQL error: ", "Schema error: ", "Error during planning: ", "Execution error: "];
    let text = kinds.iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(&text);
    text.strip_prefix("ParserError(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_on_disk_is_told_in_whichever_kind_of_error_it_comes() {
        let said =
            "The used disk space during the spilling process has exceeded the allowable limit of 2.4 GB.";
        let io = || std::io::Error::other(said);
        let of_arrow = ArrowError::IoError(said.to_owned(), io());
        for error in [
            DataFusionError::ResourcesExhausted(said.to_owned()),
            DataFusionError::ArrowError(Box::new(of_arrow), None),
        ] {
            assert_eq!(fault_of(&error).code, "53100");
        }
        let other = ArrowError::IoError("/somewhere/file is gone".to_owned(), io());
        assert_eq!(fault_of(&other.into()).code, "XX000");
    }
}
