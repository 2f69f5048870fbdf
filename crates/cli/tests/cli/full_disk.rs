//! A disk that is full, cannot be written, or is not ours: the published night stays, the message says what to do.
//!
//! The file systems are real: small ones in memory. Where they cannot be mounted, for want of rights, these tests say so and
//! check nothing.

use crate::fixture::Place;
use std::path::{Path, PathBuf};
use std::process::Command;
use warehouse::Warehouse;

/// A file system in memory; it is unmounted when it is dropped.
struct Mounted {
    folder: PathBuf,
}

impl Mounted {
    /// A file system of so many KiB in a new folder of a place; none, and a word about it, where nobody may mount one.
    fn new(place: &Place, kibibytes: u32) -> Option<Self> {
        let folder = place.folder.join("disk");
        std::fs::create_dir(&folder).unwrap();
        let size = format!("size={kibibytes}k");
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(&folder).output();
        match output {
            Ok(output) if output.status.success() => Some(Self { folder }),
            Ok(output) => skipped(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => skipped(&error.to_string()),
        }
    }

    fn remount(&self, options: &str) -> bool {
        let options = format!("remount,{options}");
        Command::new("mount").args(["-o", &options]).arg(&self.folder).status().unwrap().success()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

fn skipped<T>(why: &str) -> Option<T> {
    eprintln!(
        "SKIPPED: no small file system can be mounted here, so a full disk is not tried: {}",
        why.trim()
    );
    None
}

fn free(folder: &Path) -> u64 {
    let output = Command::new("df").args(["--output=avail", "-k"]).arg(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap().trim().parse().unwrap()
}

/// A place whose warehouse is on a small disk with one published night, and data that has changed since.
fn on_small_disk(kibibytes: u32) -> Option<(Place, Mounted)> {
    let place = Place::new();
    let disk = Mounted::new(&place, kibibytes)?;
    let said = place.herkomst(&["run", "--warehouse", "disk/warehouse"]);
    assert_eq!(said.code, 0, "{}", said.all());
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    Some((place, disk))
}

fn published(store: &Warehouse) -> u64 {
    let current = store.current().unwrap().unwrap();
    for (object, _) in store.manifest(current).unwrap().objects() {
        store.object(object).unwrap();
    }
    current
}

#[test]
fn a_full_disk_leaves_the_published_night_and_the_next_run_completes() {
    let Some((place, disk)) = on_small_disk(2_048) else { return };
    let run = || place.herkomst(&["run", "--warehouse", "disk/warehouse"]);
    let open = || Warehouse::open(disk.folder.join("warehouse")).unwrap();
    let ballast = disk.folder.join("ballast");
    let room = free(&disk.folder);
    let mut failed = 0;
    // The room that is left: none, and ever more, until a run fits.
    for left in (0..room).step_by(24) {
        std::fs::write(&ballast, vec![7; (room - left) as usize * 1024]).unwrap();
        let said = run();
        if said.code == 0 {
            break;
        }
        failed += 1;
        assert_eq!(said.code, 1, "{left} KiB left: {}", said.all());
        assert!(said.err.contains("disk/warehouse"), "{left} KiB left, no place: {}", said.all());
        assert!(
            said.err.contains("free space on that disk and run again"),
            "{left} KiB left, no way out: {}",
            said.all()
        );
        assert!(said.err.contains("stays published") && !said.err.contains("panic"), "{}", said.all());
        assert_eq!(published(&open()), 1, "{left} KiB left");
        let asked =
            place.herkomst(&["sql", "--warehouse", "disk/warehouse", "-c", "select * from appendix.table_1"]);
        assert_eq!(asked.code, 0, "{left} KiB left: {}", asked.all());
        // What a failed run has made is kept for none: the next lock removes what is unfinished.
        std::fs::remove_file(&ballast).unwrap();
        let store = open();
        let lock = store.lock("test", "2011-03-01T02:00:00Z", warehouse::LockMode::Fail).unwrap();
        store.collect(&warehouse::Retention { last: 9, ..Default::default() }, &lock).unwrap();
    }
    assert!(failed > 2, "the disk was full {failed} times only");
    let _ = std::fs::remove_file(&ballast);
    let said = run();
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(published(&open()), open().runs().unwrap().len() as u64);
    assert_eq!(open().verify_chain().unwrap(), []);
}

#[test]
fn a_warehouse_that_cannot_be_written_can_be_read() {
    let Some((place, disk)) = on_small_disk(2_048) else { return };
    if !disk.remount("ro") {
        return skipped::<()>("it cannot be made read-only").unwrap_or_default();
    }
    let said = place.herkomst(&["run", "--warehouse", "disk/warehouse"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.err.contains("make the file system writable"), "{}", said.all());
    assert!(said.err.contains("disk/warehouse/lock"), "{}", said.all());
    for asked in [
        &["sql", "-c", "select * from appendix.table_1"][..],
        &["why", "table_1", "--row", "North"],
        &["waterfall"],
        &["runs"],
        &["runs", "--verify"],
        &["trace", "members/north.csv:2"],
    ] {
        let said = place.herkomst(&[asked, &["--warehouse", "disk/warehouse"]].concat());
        assert_eq!(said.code, 0, "{asked:?}: {}", said.all());
    }
    let said = place.herkomst(&["report", "--warehouse", "disk/warehouse", "--out", "book"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(disk.remount("rw"));
    assert_eq!(place.herkomst(&["run", "--warehouse", "disk/warehouse"]).code, 0);
}

#[test]
fn a_new_warehouse_on_a_disk_that_cannot_be_written_is_refused_with_a_word() {
    let Some((place, disk)) = on_small_disk(2_048) else { return };
    assert!(disk.remount("ro"));
    let said = place.herkomst(&["run", "--warehouse", "disk/another"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(
        said.err.contains("disk/another") && said.err.contains("make the file system writable"),
        "{}",
        said.all()
    );
}

#[test]
fn too_little_memory_ends_a_run_with_the_step_and_the_option() {
    let place = Place::quick();
    assert_eq!(place.herkomst(&["run", "--memory", "512MB"]).code, 0);
    let said = place.herkomst(&["run", "--all", "--memory", "1KB"]);
    assert_eq!(said.code, 1, "{}", said.all());
    let names = said.err.contains("step members needs more memory") && said.err.contains("--memory");
    assert!(names, "{}", said.all());
    assert_eq!(published(&Warehouse::open(place.folder.join("warehouse")).unwrap()), 1);
    assert_eq!(place.herkomst(&["run", "--memory", "much"]).code, 2);
}
