//! The rules of the house that a compiler does not know.

mod edges;
mod figures;
mod headers;
mod sources;
mod words;

use crate::fixture::{files, root};
use std::path::{Path, PathBuf};

/// Every text file of the project: its name relative to the top, and its text.
fn texts() -> Vec<(String, String)> {
    let mut names: Vec<PathBuf> = ["crates", "pipelines", "tests", "data", ".ci"]
        .iter()
        .flat_map(|folder| files(&root().join(folder)).into_iter().map(|file| Path::new(folder).join(file)))
        .collect();
    let top = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    names.extend(
        top.filter(|entry| entry.file_type().unwrap().is_file()).map(|entry| entry.file_name().into()),
    );
    names.sort();
    names
        .into_iter()
        .filter(|name| !name.components().any(|part| part.as_os_str() == "__pycache__"))
        .filter_map(|name| {
            let text = String::from_utf8(std::fs::read(root().join(&name)).unwrap()).ok()?;
            Some((name.to_string_lossy().into_owned(), text))
        })
        .collect()
}

fn ends_with(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// `name:line: text` of every line that `is_at_fault`.
fn lines(texts: &[(String, String)], is_at_fault: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in texts {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| is_at_fault(line));
        found.extend(lines.map(|(number, line)| format!("{name}:{number}: {}", line.trim())));
    }
    found
}
