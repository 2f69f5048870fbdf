//! `herkomst gc`: removes the stored tables of old runs.

use crate::args::GcArgs;
use crate::commands::run::now;
use crate::commands::words::{counted, numbered, size};
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use serde::Serialize;
use std::time::Duration;
use warehouse::{Collection, LockMode, Retention};

#[derive(Serialize)]
struct Answer<'a> {
    dry_run: bool,
    #[serde(flatten)]
    collection: &'a Collection,
}

pub(crate) fn gc(place: &Place, args: &GcArgs, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    let retention = Retention { last: args.keep_last, daily: args.keep_daily };
    let collection = if args.dry_run {
        warehouse.collectable(&retention)?
    } else {
        let mode = if args.wait { LockMode::Wait } else { LockMode::Fail };
        let lock = warehouse.lock("herkomst gc", &now(), mode)?;
        let patience = Duration::from_secs(args.patience);
        let collection = warehouse.collect_within(&retention, &lock, patience)?;
        tracing::info!(
            runs = collection.collected.len(),
            objects = collection.objects,
            bytes = collection.bytes,
            "collected"
        );
        collection
    };
    if json {
        return output::json(&Answer { dry_run: args.dry_run, collection: &collection });
    }
    output::text(&text(&collection, args.dry_run))
}

fn text(collection: &Collection, would: bool) -> String {
    let objects = format!("{}, {}", counted(collection.objects, "object"), size(collection.bytes));
    let kept = format!("kept: {}", numbered(&collection.kept));
    match (collection.collected.is_empty(), collection.objects, would) {
        (true, 0, _) => format!("nothing to remove; {kept}\n"),
        (true, _, true) => format!("would remove what no run needs: {objects}; {kept}\n"),
        (true, _, false) => format!("removed what no run needs: {objects}; {kept}\n"),
        (false, _, true) => {
            format!("would collect {}: {objects}; {kept}\n", numbered(&collection.collected))
        }
        (false, _, false) => format!("collected {}: {objects}; {kept}\n", numbered(&collection.collected)),
    }
}
