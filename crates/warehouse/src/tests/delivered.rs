//! A delivered file is read again whenever it may hold other bytes than it did.

use super::*;
use crate::{DeliveredHashes, Error, MARGIN, layout};
use std::convert::Infallible;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A delivered file, and a store that knows its hash.
struct Night {
    _folder: TempDir,
    store: Warehouse,
    file: PathBuf,
}

impl Night {
    /// `later` seconds lie between the last touch of the file and the moment at which it was hashed.
    fn hashed(later: i64) -> Self {
        let (folder, store) = new_store();
        let file = folder.path().join("delivery.csv");
        fs::write(&file, "one").unwrap();
        let night = Self { _folder: folder, store, file };
        assert!(night.reads(night.touched() + later), "nobody knows a file that was never read");
        night
    }

    /// When the file was touched last, in seconds since 1970.
    fn touched(&self) -> i64 {
        let meta = fs::metadata(&self.file).unwrap();
        meta.mtime().max(meta.ctime())
    }

    /// Whether a run at this time reads the file; what it learns is kept. The hash is the right one either way.
    fn reads(&self, now: i64) -> bool {
        let mut hashes = self.store.delivered_hashes(now).unwrap();
        let read = reads(&mut hashes, &self.file);
        self.store.keep_delivered_hashes(&hashes, &locked(&self.store)).unwrap();
        read
    }

    fn kept(&self) -> PathBuf {
        self.store.at(layout::DELIVERED)
    }
}

fn reads(hashes: &mut DeliveredHashes, file: &Path) -> bool {
    let mut read = false;
    let hash = hashes.of(file, || {
        read = true;
        Ok::<_, Infallible>(ObjectHash::of(&fs::read(file).unwrap()))
    });
    assert_eq!(hash.unwrap(), ObjectHash::of(&fs::read(file).unwrap()));
    read
}

const LATER: i64 = MARGIN + 2;

#[test]
fn a_file_that_nobody_touched_is_not_read_again() {
    let night = Night::hashed(LATER);
    let kept = fs::read(night.kept()).unwrap();
    assert!(!night.reads(night.touched() + LATER + 1));
    assert!(!night.reads(0), "the present time decides nothing: the file is as it was");
    assert_eq!(fs::read(night.kept()).unwrap(), kept, "nothing new, nothing written");
    assert_eq!(night.store.verify_chain().unwrap(), []);
}

#[test]
fn a_file_that_was_touched_just_before_it_was_hashed_is_read_again() {
    for later in [-MARGIN, 0, 1, MARGIN] {
        let night = Night::hashed(later);
        assert!(night.reads(night.touched() + later), "hashed {later} s after it was touched");
        assert!(night.reads(night.touched() + LATER), "hashed {later} s after it was touched");
        assert!(!night.reads(night.touched() + LATER), "it was left alone when it was hashed the third time");
    }
}

/// Each way to put other bytes in the place of a file; size and time of change of the bytes are those that it had.
#[test]
fn other_bytes_with_the_looks_of_the_old_ones_are_read() {
    let same_times = |path: &Path, modified: SystemTime| {
        fs::File::options().append(true).open(path).unwrap().set_modified(modified).unwrap();
    };
    type Change<'a> = &'a dyn Fn(&Path, SystemTime);
    let changes: [(&str, Change<'_>); 5] = [
        ("written over", &|file, modified| {
            fs::write(file, "two").unwrap();
            same_times(file, modified);
        }),
        ("replaced", &|file, modified| {
            let other = file.with_extension("new");
            fs::write(&other, "two").unwrap();
            same_times(&other, modified);
            fs::rename(&other, file).unwrap();
        }),
        ("touched", &|file, modified| same_times(file, modified + Duration::from_nanos(1000))),
        ("longer", &|file, modified| {
            fs::write(file, "three").unwrap();
            same_times(file, modified);
        }),
        ("another file behind a link", &|file, modified| {
            let other = file.with_extension("else");
            fs::write(&other, "two").unwrap();
            same_times(&other, modified);
            fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink(&other, file).unwrap();
        }),
    ];
    for (what, change) in changes {
        let night = Night::hashed(LATER);
        // The clock of a file system ticks every few milliseconds; the change must not fall into the tick of the file.
        std::thread::sleep(Duration::from_millis(30));
        change(&night.file, fs::metadata(&night.file).unwrap().modified().unwrap());
        assert!(night.reads(night.touched() + LATER), "{what}");
    }
}

#[test]
fn a_damaged_file_of_hashes_counts_as_absent_and_is_written_anew() {
    let night = Night::hashed(LATER);
    let (whole, now) = (fs::read(night.kept()).unwrap(), night.touched() + LATER);
    let check = |bytes: &[u8], what: &str| {
        overwrite(&night.kept(), bytes);
        assert!(night.reads(now), "{what}");
        assert_eq!(fs::read(night.kept()).unwrap(), whole, "{what}");
    };
    for byte in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (byte % 8);
        check(&bytes, &format!("bit {} of byte {byte} flipped", byte % 8));
    }
    for length in 0..whole.len() {
        check(&whole[..length], &format!("cut to {length} bytes"));
    }
    let json =
        String::from_utf8(whole.clone()).unwrap()[66..].trim_end().replace("\"format\":1", "\"format\":2");
    check(format!("{}  {json}\n", ObjectHash::of(json.as_bytes())).as_bytes(), "another version");
    fs::remove_file(night.kept()).unwrap();
    assert!(night.reads(now), "gone");
}

#[test]
fn a_file_that_is_not_asked_for_any_more_is_forgotten() {
    let night = Night::hashed(LATER);
    let other = night.file.with_extension("txt");
    fs::write(&other, "another").unwrap();
    let now = night.touched() + LATER + 1;
    let mut hashes = night.store.delivered_hashes(now).unwrap();
    assert!(reads(&mut hashes, &other));
    night.store.keep_delivered_hashes(&hashes, &locked(&night.store)).unwrap();
    assert!(night.reads(now));
}

#[test]
fn nobody_keeps_hashes_without_the_lock() {
    let (night, other) = (Night::hashed(LATER), new_store());
    let error = night.store.keep_delivered_hashes(&DeliveredHashes::none(0), &locked(&other.1)).unwrap_err();
    assert!(matches!(error, Error::NotLocked { .. }), "{error}");
}
