use crate::commands::run::now;
use crate::commands::words::counted;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use rustix::fs::{Access, access};
use serde::Serialize;
use std::path::Path;
use warehouse::{LockMode, Warehouse};

/// Exit code of a run whose deliveries are missing.
const INPUT: u8 = 4;
/// Exit code of a run that cannot write.
const INTERNAL: u8 = 1;

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    fit: bool,
    state: State,
    detail: String,
    /// Exit code of a run, if it is not fit.
    #[serde(skip)]
    code: u8,
}

/// How something is, in words; or the exit code that a run would end with, and why.
type Found = Result<(State, String), (u8, String)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// It will be fit by itself.
    Warning,
    Unfit,
}

impl Finding {
    fn new(what: &'static str, found: Found) -> Self {
        match found {
            Ok((state, detail)) => Self { what, fit: true, state, detail, code: 0 },
            Err((code, detail)) => Self { what, fit: false, state: State::Unfit, detail, code },
        }
    }

    fn line(&self) -> String {
        let word = match self.state {
            State::Ok => "ok  ",
            State::Warning => "WARN",
            State::Unfit => "FAIL",
        };
        format!("{word} {:<10} {}\n", self.what, self.detail)
    }
}

pub(crate) fn doctor(place: &Place, json: bool) -> Result<(), Failure> {
    let findings = [
        Finding::new("study", study(place)),
        Finding::new("data", data(place)),
        Finding::new("uploads", uploads(place)),
        Finding::new("warehouse", warehouse(place)),
        Finding::new("machine", machine()),
    ];
    if json {
        output::json(&findings)?;
    } else {
        output::text(&findings.iter().map(Finding::line).collect::<String>())?;
    }
    let unfit: Vec<&Finding> = findings.iter().filter(|finding| !finding.fit).collect();
    let Some(first) = unfit.first() else { return Ok(()) };
    let are = if unfit.len() == 1 { "is" } else { "are" };
    let text = format!("{} of {} {are} not fit for a run", unfit.len(), findings.len());
    Err(Failure::Unfit { code: first.code, text })
}

fn study(place: &Place) -> Found {
    match place.study() {
        Ok(study) => Ok((State::Ok, format!("{} in {}", study.name, study.folder.display()))),
        Err(Failure::Study(faults)) => {
            let count = counted(faults.len() as u64, "fault");
            Err((Failure::Study(faults).code(), format!("{count}; see: herkomst check")))
        }
        Err(failure) => Err((failure.code(), "no study folder; name one with --study".to_owned())),
    }
}

fn data(place: &Place) -> Found {
    let study = place.study().map_err(|failure| (failure.code(), "unknown without a study".to_owned()))?;
    let missing: Vec<&str> = study
        .sources
        .iter()
        .filter(|source| ingest::discover(study.root(source), &source.contract).is_err())
        .map(|source| source.contract.name.as_str())
        .collect();
    match missing.is_empty() {
        true => {
            let sources = counted(study.sources.len() as u64, "source");
            Ok((State::Ok, format!("files for all {sources} in {}", study.data.display())))
        }
        false => Err((INPUT, format!("no readable files for {}", missing.join(", ")))),
    }
}

/// Uploads under way are no fault, but their files are not read.
fn uploads(place: &Place) -> Found {
    let found = place.study().ok().and_then(|study| engine::unfinished(&study).ok()).unwrap_or_default();
    Ok(match found.as_slice() {
        [] => (State::Ok, "none under way".to_owned()),
        names => (State::Warning, format!("unfinished, not read: {}", names.join(", "))),
    })
}

/// Whether a temporary object can be made and the chain is whole. Nothing is made that is not there.
fn warehouse(place: &Place) -> Found {
    let path = &place.warehouse;
    if place.is_without_warehouse() {
        return not_yet(path);
    }
    let probe = Warehouse::open(path).and_then(|warehouse| {
        let _lock = warehouse.lock("herkomst doctor", &now(), LockMode::Fail)?;
        warehouse.writer()?;
        warehouse.verify_chain()
    });
    match probe {
        Ok(findings) if findings.is_empty() => {
            Ok((State::Ok, format!("{} is writable and as its chain says", path.display())))
        }
        Ok(findings) => {
            let count = counted(findings.len() as u64, "finding");
            Err((Failure::Seal(String::new()).code(), format!("{count}; see: herkomst runs --verify")))
        }
        // A run that takes much longer than others may hang: that is why its age is told.
        Err(warehouse::Error::Locked { holder, age, .. }) => {
            let by = holder.map_or_else(|| "another run".to_owned(), |holder| holder.to_string());
            let by = by + &age.map(|age| format!(", for {age}")).unwrap_or_default();
            Ok((
                State::Warning,
                format!("{} is locked by {by}; a run waits for it with --wait", path.display()),
            ))
        }
        Err(error) => {
            let text = error.to_string();
            Err((Failure::Warehouse(error).code(), text))
        }
    }
}

/// The first run makes the warehouse, if it may.
fn not_yet(path: &Path) -> Found {
    let above = path.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let above = above.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match access(above, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Ok((State::Ok, format!("{} is not there yet; the first run makes it", path.display()))),
        Err(error) => {
            let why = std::io::Error::from(error);
            let (path, above) = (path.display(), above.display());
            Err((INTERNAL, format!("{path} is not there, and no run can make it in {above}: {why}")))
        }
    }
}

fn machine() -> Found {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let threads = counted(threads as u64, "thread");
    Ok((State::Ok, format!("{threads}; herkomst {}", env!("CARGO_PKG_VERSION"))))
}
