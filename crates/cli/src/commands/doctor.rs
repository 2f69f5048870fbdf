use crate::commands::run::now;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use serde::Serialize;
use warehouse::LockMode;

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    fit: bool,
    detail: String,
}

pub(crate) fn doctor(place: &Place, json: bool) -> Result<(), Failure> {
    let findings = vec![study(place), data(place), uploads(place), warehouse(place), machine()];
    if json {
        output::json(&findings)?;
    } else {
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                format!(
                    "{} {:<10} {}\n",
                    if finding.fit { "ok  " } else { "FAIL" },
                    finding.what,
                    finding.detail
                )
            })
            .collect();
        output::text(&lines.concat())?;
    }
    match findings.iter().filter(|finding| !finding.fit).count() {
        0 => Ok(()),
        count => Err(Failure::Unfit(format!("{count} of {} are not fit for a run", findings.len()))),
    }
}

fn study(place: &Place) -> Finding {
    let (fit, detail) = match place.study() {
        Ok(study) => (true, format!("{} in {}", study.name, study.folder.display())),
        Err(Failure::Study(faults)) => (false, format!("{} faults; see: herkomst check", faults.len())),
        Err(_) => (false, "no study folder; name one with --study".to_owned()),
    };
    Finding { what: "study", fit, detail }
}

fn data(place: &Place) -> Finding {
    let (fit, detail) = match place.study() {
        Err(_) => (false, "unknown without a study".to_owned()),
        Ok(study) => {
            let missing: Vec<&str> = study
                .sources
                .iter()
                .filter(|source| {
                    let root = if source.root == study::Root::Data { &study.data } else { &study.folder };
                    ingest::discover(root, &source.contract).is_err()
                })
                .map(|source| source.contract.name.as_str())
                .collect();
            match missing.is_empty() {
                true => (
                    true,
                    format!("files for all {} sources in {}", study.sources.len(), study.data.display()),
                ),
                false => (false, format!("no readable files for {}", missing.join(", "))),
            }
        }
    };
    Finding { what: "data", fit, detail }
}

/// Uploads under way are no fault, but their files are not read.
fn uploads(place: &Place) -> Finding {
    let found = place.study().ok().and_then(|study| engine::unfinished(&study).ok()).unwrap_or_default();
    let detail = match found.as_slice() {
        [] => "none under way".to_owned(),
        names => format!("unfinished, not read: {}", names.join(", ")),
    };
    Finding { what: "uploads", fit: true, detail }
}

/// Whether a temporary object can be made and the chain is whole.
fn warehouse(place: &Place) -> Finding {
    let probe = warehouse::Warehouse::create_or_open(&place.warehouse).and_then(|warehouse| {
        let _lock = warehouse.lock("herkomst doctor", &now(), LockMode::Fail)?;
        warehouse.writer()?;
        warehouse.verify_chain()
    });
    let (fit, detail) = match probe {
        Ok(findings) if findings.is_empty() => {
            (true, format!("{} is writable and as its chain says", place.warehouse.display()))
        }
        Ok(findings) => (false, format!("{} findings; see: herkomst runs --verify", findings.len())),
        Err(error) => (false, error.to_string()),
    };
    Finding { what: "warehouse", fit, detail }
}

fn machine() -> Finding {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Finding {
        what: "machine",
        fit: true,
        detail: format!("{threads} threads; herkomst {}", env!("CARGO_PKG_VERSION")),
    }
}
