//! `herkomst rollback`: publishes an earlier run again.

use crate::args::RollbackArgs;
use crate::commands::run::now;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use warehouse::LockMode;

pub(crate) fn rollback(place: &Place, args: &RollbackArgs, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    let mode = if args.wait { LockMode::Wait } else { LockMode::Fail };
    let lock = warehouse.lock("herkomst rollback", &now(), mode)?;
    let before = warehouse.current()?;
    let number = warehouse.roll_back(args.run, &lock, &now())?;
    tracing::info!(run = number, restores = args.run, "rolled back");
    let manifest = warehouse.manifest(number)?;
    if json {
        return output::json(&manifest);
    }
    let instead = before.map(|before| format!(" in place of run {before}")).unwrap_or_default();
    output::text(&format!(
        "run {number} published{instead}: the tables of run {}, of {}; the next run makes new ones from the deliveries that it finds\n",
        args.run,
        warehouse.manifest(args.run)?.started
    ))?;
    match manifest.view {
        Some(_) => Ok(()),
        None => output::text(
            "warehouse/published is gone: the files of that run are not there any more; the next run makes them again\n",
        ),
    }
}
