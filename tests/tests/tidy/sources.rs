//! What no file of the project may hold, and how long it may be.

use super::{ends_with, lines, texts};

#[test]
fn nothing_is_left_to_do() {
    // Put together here, so that this file does not name them.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("], ["XX", "X"]]
        .map(|m| m.concat());
    let mut texts = texts();
    texts.retain(|(name, _)| !name.starts_with("data/") && name != "Cargo.lock");
    assert_eq!(lines(&texts, |line| marks.iter().any(|mark| line.contains(mark))), Vec::<String>::new());
}

#[test]
fn no_path_of_a_machine() {
    let folders = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"]].map(|part| part.concat());
    let is_path = |line: &str| {
        folders.iter().any(|folder| {
            // Only a path from the root counts, not a part of a longer one.
            line.match_indices(folder)
                .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || ".)}_$*".contains(c)))
        })
    };
    assert!(is_path(&format!("cd {}x", folders[0])) && !is_path("tests/workbook"));
    assert_eq!(lines(&texts(), is_path), Vec::<String>::new());
}

#[test]
fn no_file_is_too_long_to_read() {
    const MOST: usize = 700;
    let long = texts().into_iter().filter(|(name, _)| {
        ends_with(name, &[".rs", ".sql", ".py", ".yaml", ".toml", ".css", ".md"]) || name.starts_with(".ci/")
    });
    let long =
        long.filter_map(|(name, text)| Some((name, text.lines().count())).filter(|(_, lines)| *lines > MOST));
    assert_eq!(long.collect::<Vec<_>>(), Vec::<(String, usize)>::new());
}

#[test]
fn the_catalogue_names_every_test_module_and_fixture() {
    let texts = texts();
    let catalogue = &texts.iter().find(|(name, _)| name == "tests/README.md").unwrap().1;
    let files = texts.iter().filter_map(|(name, _)| name.strip_prefix("tests/"));
    let mut unnamed: Vec<&str> = files
        .filter(|name| ends_with(name, &[".rs", ".py"]))
        .filter(|name| !catalogue.contains(name.trim_start_matches("tests/")))
        .collect();
    unnamed.retain(|name| !["tests/all.rs", "tests/tidy.rs", "tests/whole_runs.rs"].contains(name));
    assert_eq!(unnamed, Vec::<&str>::new());
}
