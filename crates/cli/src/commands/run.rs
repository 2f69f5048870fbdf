use crate::STACK;
use crate::args::RunArgs;
use crate::commands::diff;
use crate::commands::words::counted;
use crate::failpoint;
use crate::failure::Failure;
use crate::guarded;
use crate::output;
use crate::place::Place;
use crate::progress::Bar;
use crate::telling::Watch;
use engine::{DiffOptions, Event, Resources, RunOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use study::Study;
use terms::{CheckOutcome, IdentityKey, Manifest};
use warehouse::{LockMode, Warehouse};

/// Lines of each list of what moves in a side run.
const MOVED: usize = 5;

pub(crate) fn run(place: &Place, args: &RunArgs, json: bool) -> Result<(), Failure> {
    let watch = Watch::begin(place, &args.telling);
    let ended = guarded(|| night(place, args, json, &watch));
    watch.end(&ended);
    ended
}

fn night(place: &Place, args: &RunArgs, json: bool, watch: &Watch<'_>) -> Result<(), Failure> {
    let settings = &args.settings;
    // Most nights take over most objects of the last one: they are verified while the study is read.
    let opened = Warehouse::open(&place.warehouse).ok().filter(|_| !settings.all && !failpoint::is_armed());
    let study = std::thread::scope(|threads| {
        opened.iter().for_each(|warehouse| _ = threads.spawn(move || warehouse.look_ahead()));
        place.study()
    })?;
    let study = settings.applied_to(study)?;
    watch.study(&study);
    let key = key(&study, settings.key_file.as_deref())?;
    let mut resources = Resources { memory: args.memory, ..Resources::default() };
    if let Some(partitions) = args.partitions {
        resources.partitions = partitions;
    }
    let created = failpoint::create_or_open(&place.warehouse)?;
    let warehouse = Arc::new(opened.unwrap_or(created));
    let mode = if args.wait { LockMode::Wait } else { LockMode::Fail };
    let lock = warehouse.lock("herkomst run", &now(), mode)?;
    if let Some(dead) = lock.taken_from_the_dead() {
        output::note(&format!("{dead} ended without giving back the lock; what it left behind was cleared"));
    }
    let options = RunOptions {
        key,
        resources,
        reuse: settings.reuse(),
        capture: settings.capture(),
        accept_missing: args.accept_missing.clone(),
        started: now(),
        clock: now,
    };
    let bar = Bar::new();
    let follow = |event: Event<'_>| {
        bar.follow(&event);
        watch.follow(&event);
    };
    let runtime = runtime()?;
    let ran = runtime.block_on(engine::run(&study, &warehouse, &lock, &options, &follow));
    // All tasks have ended; what their threads would give back, the system takes when the process ends.
    std::mem::forget(runtime);
    bar.finish();
    let report = ran?;
    watch.committed(&report.manifest);
    if report.manifest.is_side_run() {
        return side_run(&study, &warehouse, &report.manifest, json);
    }
    if json {
        output::json(&report.manifest)?;
    } else {
        output::text(&report::waterfall_text(&report.manifest.waterfall))?;
        output::text(&summary(&report.manifest))?;
    }
    let failed: Vec<&str> = report.failed_checks().iter().map(|check| check.check.as_str()).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Check(format!(
            "run {} is not published: violated checks {}; see the rows with: herkomst sql --run {} -c 'select * from checks.{}'",
            report.manifest.run,
            failed.join(", "),
            report.manifest.run,
            failed[0]
        )))
    }
}

/// Shows a run that something was left out of, and what moves against the published run; nothing of it is a failure.
fn side_run(
    study: &Study,
    warehouse: &Arc<Warehouse>,
    manifest: &Manifest,
    json: bool,
) -> Result<(), Failure> {
    if json {
        return output::json(manifest);
    }
    output::text(&report::waterfall_text(&manifest.waterfall))?;
    output::text(&summary(manifest))?;
    let unbalanced = manifest.waterfall.iter().filter(|row| row.rows_out != row.expected_rows_out());
    for row in unbalanced {
        output::text(&format!(
            "round {}, rule {}, population {} does not balance: {} rows expected, {} counted\n",
            row.round,
            row.rule,
            row.population,
            row.expected_rows_out(),
            row.rows_out
        ))?;
    }
    let Some(current) = warehouse.published()? else {
        return output::text("no run is published yet, so there is nothing to compare it with\n");
    };
    let options = DiffOptions { table: None, limit: MOVED };
    let moved = diff::between(study, warehouse, &current, manifest, &options)?;
    output::text(&format!("\n{}", moved.text(manifest, MOVED)))?;
    let (before, run) = (current.run, manifest.run);
    output::text(&format!("\nmore of it: herkomst diff {before} {run} --limit 100\n"))
}

/// What a run did, in one line.
pub(crate) fn one_line(manifest: &Manifest) -> String {
    let records: u64 = manifest.inputs.iter().map(|input| input.records).sum();
    let quarantined: u64 = manifest.inputs.iter().map(|input| input.quarantined).sum();
    format!(
        "run {} {}: {} read from {}, {} quarantined; {}, {} reused; {}",
        manifest.run,
        match manifest.published {
            true => "published".to_owned(),
            false if manifest.is_side_run() =>
                format!("without {}, kept but not published", manifest.without.join(", ")),
            false => "NOT published".to_owned(),
        },
        counted(records, "record"),
        counted(manifest.inputs.len() as u64, "file"),
        quarantined,
        counted(manifest.nodes.len() as u64, "step"),
        manifest.reused(),
        counted(manifest.checks.len() as u64, "check"),
    )
}

/// What a run did, in a few lines.
fn summary(manifest: &Manifest) -> String {
    let violated: Vec<String> = manifest
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Violated)
        .map(|check| format!("{} ({})", check.check, check.violations))
        .collect();
    let mut text = format!("\n{}\n", one_line(manifest));
    if !violated.is_empty() {
        text.push_str(&format!("checks with violations: {}\n", violated.join(", ")));
    }
    for loss in &manifest.accepted {
        let left = loss.left.map_or("gone".to_owned(), |left| format!("the first {left} left"));
        text.push_str(&format!(
            "accepted: {} of {}: {} records, {left}\n",
            loss.file, loss.source, loss.records
        ));
    }
    if !manifest.unfinished.is_empty() {
        text.push_str(&format!(
            "warning: unfinished uploads, not read: {}\n",
            manifest.unfinished.join(", ")
        ));
    }
    if manifest.synthetic {
        text.push_str("the data is synthetic: invented persons only\n");
    }
    text
}

/// The study's secret, or the published demonstration key if the data is invented.
pub(crate) fn key(study: &Study, file: Option<&Path>) -> Result<IdentityKey, Failure> {
    match file {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| {
                Failure::Usage(format!(
                    "the key file {} cannot be read: {error}; name it with --key-file, and let this user read it",
                    path.display()
                ))
            })?;
            if bytes.len() < 16 {
                return Err(Failure::Usage(format!(
                    "{}: a key has 16 bytes or more, this file has {}",
                    path.display(),
                    bytes.len()
                )));
            }
            Ok(IdentityKey::new(bytes))
        }
        None if study.synthetic => Ok(IdentityKey::demonstration()),
        None => Err(Failure::Engine(engine::EngineError::KeyRefused { study: study.name.clone() })),
    }
}

/// The present time, as [`utc`] writes it.
pub(crate) fn now() -> String {
    utc(SystemTime::now())
}

/// Seconds in UTC, RFC 3339.
pub(crate) fn utc(time: SystemTime) -> String {
    chrono::DateTime::<chrono::Utc>::from(time).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Threads for queries.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| Failure::Io(format!("cannot start threads: {error}")))
}
