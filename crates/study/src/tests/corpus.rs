//! The corpus of damaged study files: each entry is one way in which YAML is wrong, its kind, its place, and the beginning of
//! what is said. (`limits`, `yaml` and `sources` hold the whole texts.)

use super::Fixture;
use crate::Study;
use std::time::{Duration, Instant};

/// A file of the valid study replaced, and what must be said of it: kind and place, message.
struct Entry {
    what: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    place: &'static str,
    message: &'static str,
}

const SOURCE: &str = "sources/returns.yaml";

fn source(
    what: &'static str,
    bytes: impl Into<Vec<u8>>,
    place: &'static str,
    message: &'static str,
) -> Entry {
    Entry { what, file: SOURCE, bytes: bytes.into(), place, message }
}

/// The source with this glob.
fn glob(what: &'static str, glob: &str, message: &'static str) -> Entry {
    let text = format!("source: returns\ntitle: T\nfiles: {glob}\ncolumns_from: borrowings\n");
    source(what, text, "[yaml] sources/returns.yaml:3:8", message)
}

fn entries() -> Vec<Entry> {
    let good = "source: returns\ntitle: T\nfiles: \"*.csv\"\ncolumns_from: borrowings\n";
    let bomb: String =
        (1..12).map(|n| format!("  - &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "))).collect();
    let many = format!(
        "source: returns\ntitle: T\nfiles: \"*\"\nmissing: [{}]\ncolumns_from: borrowings\n",
        "x, ".repeat(300_000)
    );
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let outside = "the files lie outside the source's root";
    vec![
        source(
            "aliases that multiply",
            format!(
                "source: returns\ntitle: T\nfiles: \"*\"\nmissing:\n  - &a0 x\n{bomb}columns_from: borrowings\n"
            ),
            "[yaml] sources/returns.yaml:",
            "",
        ),
        source(
            "a key twice",
            good.replace("title: T", "title: T\ntitle: U"),
            "[yaml] sources/returns.yaml:3:1",
            "the key is written twice",
        ),
        source(
            "lists in lists",
            "[".repeat(100_000),
            "[yaml] sources/returns.yaml:1:256",
            "recursion limit exceeded",
        ),
        source("mappings in mappings", "{a: ".repeat(10_000), "[yaml] sources/returns.yaml:1:", ""),
        source("300,000 values", many, "[yaml] sources/returns.yaml:", ""),
        source("no text", "", "[yaml] sources/returns.yaml:1:1", "the file is empty"),
        source("comments only", "# nothing\n", "[yaml] sources/returns.yaml:1:1", "the file is empty"),
        source("UTF-16", utf16, "[yaml] sources/returns.yaml:1:", ""),
        source(
            "a broken byte",
            [good.as_bytes(), b"# caf\xe9\n"].concat(),
            "[file] sources/returns.yaml:5:6",
            "not UTF-8",
        ),
        source("a NUL byte", good.replace("title: T", "title: T\0"), "[yaml] sources/returns.yaml:2:", ""),
        source(
            "tabs for blanks",
            good.replace("title: T", "title:\n\tT"),
            "[yaml] sources/returns.yaml:3:",
            "",
        ),
        source(
            "a merge key",
            good.replace("title: T", "title: T\n<<: {root: study}"),
            "[yaml] sources/returns.yaml:3:",
            "merge keys are not read",
        ),
        source(
            "a tag",
            good.replace("title: T", "title: !exec T"),
            "[yaml] sources/returns.yaml:2:",
            "tags are not read",
        ),
        source(
            "an unknown key",
            good.replace("title: T", "title: T\ntitel: U"),
            "[yaml] sources/returns.yaml:3:1",
            "unknown key",
        ),
        source(
            "two documents",
            format!("{good}---\n{good}"),
            "[yaml] sources/returns.yaml:",
            "a second document in one file",
        ),
        source(
            "an alias of nothing",
            good.replace("title: T", "title: *nothing"),
            "[yaml] sources/returns.yaml:2:",
            "",
        ),
        source(
            "an open quotation mark",
            good.replace("title: T", "title: \"T"),
            "[yaml] sources/returns.yaml:",
            "",
        ),
        source(
            "a list for a text",
            good.replace("title: T", "title: [T]"),
            "[yaml] sources/returns.yaml:2:",
            "a text is needed here",
        ),
        source("a web page", "<!DOCTYPE html>\n<html></html>\n", "[yaml] sources/returns.yaml:1:", ""),
        source("9 MB", vec![b' '; 9 << 20], "[file] sources/returns.yaml:1:1", "larger than 8 MiB"),
        source(
            "a word that is not allowed",
            good.replace("title: T", "title: T\ngone_files: maybe"),
            "[yaml] sources/returns.yaml:3:13",
            "not one of the words allowed here",
        ),
        glob("a glob that climbs out", "\"../*.csv\"", outside),
        glob("a glob that climbs out further on", "\"a/../../*.csv\"", outside),
        glob("an absolute glob", "\"/etc/*\"", outside),
        glob("a glob of another system", "\"C:\\\\data\\\\*.csv\"", outside),
        glob("a glob that is none", "\"{a\"", "not a glob"),
        glob("no glob", "\"\"", outside),
    ]
}

#[test]
fn every_damaged_study_file_gives_its_named_fault() {
    let entries = entries();
    assert!(entries.len() >= 25, "{}", entries.len());
    let mut differs = Vec::new();
    for entry in &entries {
        let fixture = Fixture::new();
        fixture.write(entry.file, &entry.bytes);
        let start = Instant::now();
        let told = match Study::load(&fixture.folder()) {
            Ok(_) => "accepted".to_owned(),
            Err(faults) => format!("[{}] {}", faults[0].kind(), faults[0]),
        };
        let sound = told.starts_with(entry.place) && told.contains(entry.message);
        if !sound || start.elapsed() > Duration::from_secs(30) {
            let told: String = told.chars().take(300).collect();
            differs.push(format!("{}: {told} ({:?})", entry.what, start.elapsed()));
        }
    }
    assert!(differs.is_empty(), "{}", differs.join("\n"));
}

/// A pipe in place of a study file is never waited for.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_study_file() {
    let fixture = Fixture::new();
    fixture.remove(SOURCE);
    assert!(std::process::Command::new("mkfifo").arg(fixture.path(SOURCE)).status().unwrap().success());
    insta::assert_snapshot!(fixture.faults(), @r#"
    [file] pipeline.yaml:11:5: not a file, but a pipe or a device: `sources/returns.yaml`
      help: the path is relative to the study folder; create `sources/returns.yaml` or correct its name
    "#);
}
