//! Folders that are wrong: globs that climb out, links in circles, pipes in place of files.

use super::super::fixture::loans;
use crate::{FileFault, InputFile, Limits, discover, fingerprint};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

type Found = Result<&'static [&'static str], (&'static str, &'static str)>;

/// A folder as `make` leaves it, and what `glob` finds in it: names, or code and beginning of the message.
pub(super) struct Folder {
    what: &'static str,
    glob: &'static str,
    make: fn(&Path),
    pub(super) expected: Found,
}

fn file(root: &Path, name: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "Card;Title\n").unwrap();
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

pub(super) fn entries() -> Vec<Folder> {
    let entry = |what, glob, make: fn(&Path), expected: Found| Folder { what, glob, make, expected };
    let climbs = Err(("contract", "source loans: `"));
    vec![
        entry("a glob that climbs out", "../*.csv", |_| (), climbs),
        entry("a glob that climbs out further on", "loans/../../*.csv", |_| (), climbs),
        entry("a glob with other slashes", "loans\\*.csv", |_| (), climbs),
        entry("an absolute glob", "/etc/*", |_| (), climbs),
        entry("a glob that is none", "loans/[a.csv", |_| (), climbs),
        entry("an empty folder", "*.csv", |_| (), Err(("no_files", "source loans: no file in "))),
        entry(
            "a link to itself",
            "*.csv",
            |root| symlink(root.join("a.csv"), root.join("a.csv")).unwrap(),
            Err(("broken_link", "a.csv: a link that leads nowhere")),
        ),
        entry(
            "two links to each other",
            "*.csv",
            |root| {
                symlink(root.join("b.csv"), root.join("a.csv")).unwrap();
                symlink(root.join("a.csv"), root.join("b.csv")).unwrap();
            },
            Err(("broken_link", "a.csv: a link that leads nowhere")),
        ),
        entry(
            "a link to nothing",
            "*.csv",
            |root| symlink("gone.csv", root.join("a.csv")).unwrap(),
            Err(("broken_link", "a.csv: a link that leads nowhere")),
        ),
        entry(
            "a folder that is linked into itself",
            "**/*.csv",
            |root| {
                file(root, "in/a.csv");
                symlink(root, root.join("in/loop")).unwrap();
            },
            Ok(&["in/a.csv"]),
        ),
        entry(
            "a link out of the folder",
            "*.csv",
            |root| symlink("/etc/hostname", root.join("a.csv")).unwrap(),
            Err(("link_outside", "a.csv: a link that leaves the data folder")),
        ),
        entry(
            "a link inside the folder",
            "*.csv",
            |root| {
                file(root, "deep/b.csv");
                symlink("deep/b.csv", root.join("a.csv")).unwrap();
            },
            Ok(&["a.csv"]),
        ),
        entry(
            "a folder in place of a file",
            "*.csv",
            |root| {
                file(root, "b.csv");
                fs::create_dir(root.join("a.csv")).unwrap();
            },
            Err(("not_a_file", "a.csv: a folder, a pipe or a device")),
        ),
        entry(
            "a pipe in place of a file",
            "*.csv",
            |root| pipe(&root.join("a.csv")),
            Err(("not_a_file", "a.csv: a folder, a pipe or a device")),
        ),
        entry(
            "a link to a device",
            "*.csv",
            |root| symlink("/dev/zero", root.join("a.csv")).unwrap(),
            Err(("link_outside", "a.csv: a link that leaves the data folder")),
        ),
        entry(
            "a name that is no text",
            "*.csv",
            |root| fs::write(root.join(OsStr::from_bytes(b"\xff.csv")), "x").unwrap(),
            Err(("not_unicode", "\u{fffd}.csv: its name is no Unicode text")),
        ),
        entry(
            "uploads under way and open documents",
            "loans/*",
            |root| {
                for name in [
                    "a.csv",
                    "b.csv.part",
                    "c.csv.filepart",
                    "d.csv.tmp",
                    "~$e.xlsx",
                    ".~lock.f.csv#",
                    ".g.csv.Ab12Cd",
                ] {
                    file(root, &format!("loans/{name}"));
                }
            },
            Ok(&["loans/a.csv"]),
        ),
    ]
}

#[test]
fn every_damaged_folder_gives_its_named_outcome() {
    for entry in entries() {
        let folder = tempfile::tempdir().unwrap();
        (entry.make)(folder.path());
        let mut contract = loans();
        contract.files = entry.glob.to_owned();
        match (discover(folder.path(), &contract), entry.expected) {
            (Ok(files), Ok(expected)) => {
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                assert_eq!(names, expected, "{}", entry.what);
            }
            (Err(error), Err((code, message))) => {
                assert_eq!(error.code(), code, "{}: {error}", entry.what);
                assert!(error.to_string().starts_with(message), "{}: {error}", entry.what);
            }
            (found, _) => panic!("{}: {found:?}", entry.what),
        }
    }
}

/// A pipe that takes the place of a file after it was found: whoever opens it without looking waits for ever.
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["noord.csv", "noord.xlsx"] {
        let path = folder.path().join(name);
        pipe(&path);
        let input = InputFile { name: name.to_owned(), path };
        let told = fingerprint(&input, &Limits::default()).unwrap_err();
        assert_eq!(told.code(), FileFault::NotAFile.as_str(), "{told}");
        let read = super::super::fixture::read_path(&loans(), &Limits::default(), name, &input.path);
        assert_eq!(read.err().unwrap().code(), FileFault::NotAFile.as_str());
    }
}

#[test]
fn unfinished_uploads_are_named_where_they_would_be_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "loans/a.csv",
        "loans/b.csv.part",
        "loans/~$c.xlsx",
        "loans/.~lock.d.csv#",
        "loans/e.doc.tmp",
        "other/f.csv.part",
    ] {
        file(folder.path(), name);
    }
    let found = crate::unfinished(folder.path(), &[&loans()]).unwrap();
    assert_eq!(found, ["loans/.~lock.d.csv#", "loans/b.csv.part", "loans/~$c.xlsx"]);
    assert_eq!(crate::unfinished(&folder.path().join("gone"), &[&loans()]).unwrap(), Vec::<String>::new());
}
