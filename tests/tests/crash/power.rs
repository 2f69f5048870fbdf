//! The power is cut at any instant of whole runs, a roll-back and a collection. The model of what may be found then is that of crate
//! `warehouse`, whose tests cut many more lives of smaller stores.

#[path = "../../../crates/warehouse/tests/power/model.rs"]
mod model;

use super::failing::{Night, assert_clean, is_left_over, night};
use crate::fixture::{Library, PLAINLY, Store};
use model::{Log, Luck};
use std::path::Path;
use study::Study;
use warehouse::{LockMode, Retention, Warehouse};

/// Power cuts, and of these one in how many is followed by a whole run. `HERKOMST_POWER_CUTS` asks for others.
fn cuts() -> (u64, u64) {
    let asked = std::env::var("HERKOMST_POWER_CUTS").ok().and_then(|text| text.parse().ok());
    asked.map_or((250, 25), |cuts| (cuts, 10))
}

struct Nights {
    study: Study,
    nights: Vec<Night>,
    /// After so many operations this run was published.
    told: Vec<(usize, u64)>,
}

impl Nights {
    fn note(&mut self, store: &Store, log: &Log) {
        let current = store.warehouse.current().unwrap().unwrap();
        self.nights.push(night(&store.warehouse.manifest(current).unwrap()));
        self.told.push((log.len(), current));
    }
}

/// Two nights, back to the first, another night, and all but the last collected.
fn nights(copy: &Library, root: &Path, log: &Log) -> Nights {
    let store = Store::of(Warehouse::create_or_open_behind(log.gate(), root).unwrap());
    let mut made = Nights { study: copy.load(), nights: Vec::new(), told: Vec::new() };
    store.run(&copy.load(), PLAINLY).unwrap();
    made.note(&store, log);
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    store.run(&copy.load(), PLAINLY).unwrap();
    made.note(&store, log);
    let lock = || store.warehouse.lock("test", "2011-03-01T02:00:00Z", LockMode::Fail).unwrap();
    store.warehouse.roll_back(1, &lock(), "2011-03-01T02:00:00Z").unwrap();
    made.note(&store, log);
    store.warehouse.collect(&Retention::default(), &lock()).unwrap();
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,5", "1002,2019-02-06,6");
    made.study = copy.load();
    store.run(&made.study, PLAINLY).unwrap();
    made.note(&store, log);
    store.warehouse.collect(&Retention::default(), &lock()).unwrap();
    made
}

#[test]
fn the_power_may_be_cut_at_any_instant_of_a_run() {
    let (folder, log, copy) = (model::folder(), Log::default(), Library::new());
    let made = nights(&copy, &folder.path().join("store"), &log);
    let mut luck = Luck::new(5);
    let (cuts, runs) = cuts();
    for cut in 0..cuts {
        let after = luck.below(log.len() + 1);
        let context = format!("cut {cut} after {after} of {} operations", log.len());
        let found = model::folder();
        log.cut(after, &mut luck, folder.path(), found.path());
        let root = found.path().join("store");
        let told = made.told.iter().filter(|(at, _)| *at <= after).map(|(_, run)| *run).max();
        if let Some(told) = told {
            let warehouse = Warehouse::open(&root).expect(&context);
            let current = warehouse.current().expect(&context).expect(&context);
            assert!(current >= told, "{context}: run {current} is published, not {told}");
            let manifest = warehouse.manifest(current).expect(&context);
            assert_eq!(night(&manifest), made.nights[current as usize - 1], "{context}: a mixed night");
            for (object, _) in manifest.objects() {
                warehouse.object(object).expect(&context);
            }
        }
        let store = Store::of(Warehouse::create_or_open(&root).expect(&context));
        drop(store.warehouse.lock("test", "2011-03-01T02:00:00Z", LockMode::Fail).expect(&context));
        for finding in store.warehouse.verify_chain().expect(&context) {
            assert!(is_left_over(&finding), "{context}: {finding}");
        }
        if cut % runs == 0 {
            let run = store.run(&made.study, PLAINLY).expect(&context);
            assert_eq!(Some(&night(&run)), made.nights.last(), "{context}");
        }
        assert_clean(&store.warehouse, &context);
    }
}
