//! Uploads under way and documents that somebody has open, told by the names that programs give them.

use crate::IngestError;
use crate::discover::{matcher, relative, unreadable};
use std::cell::LazyCell;
use std::path::Path;
use terms::Contract;
use walkdir::WalkDir;

/// What programs put behind the name of a file while they write it.
const ENDINGS: [&str; 7] = [".part", ".filepart", ".partial", ".tmp", ".crdownload", ".download", ".upload"];

/// Names under `root` that look like unfinished uploads of files that fit one of the contracts, or like the locks of office
/// programs that have such a file open; in order of name.
///
/// They are `FILE.part`, `.filepart` (WinSCP), `.partial`, `.tmp`, `.crdownload`, `.download`, `.upload`; `.FILE.RANDOM`
/// (rsync), `~$FILE` (Excel) and `.~lock.FILE#` (LibreOffice). None of them is ever read.
///
/// Errors: [`IngestError::Io`] for an unreadable folder; a folder that is not there holds nothing.
pub fn unfinished(root: &Path, contracts: &[&Contract]) -> Result<Vec<String>, IngestError> {
    let globs = LazyCell::new(|| -> Vec<_> {
        contracts.iter().filter_map(|contract| matcher(&contract.files).ok()).collect()
    });
    let mut found = Vec::new();
    if !root.is_dir() {
        return Ok(found);
    }
    for entry in WalkDir::new(root).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(root, error))?;
        let Some(name) = relative(root, entry.path()) else { continue };
        let fits = |meant: &String| globs.iter().any(|glob| glob.is_match(meant));
        if !entry.file_type().is_dir() && meant(&name).iter().any(fits) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a program names a file so while it writes it.
pub(crate) fn is_unfinished(name: &str) -> bool {
    without_ending(name).is_some()
}

fn without_ending(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(**ending))?;
    name.get(..name.len() - ending.len())
}

/// The names that a file may have once it is whole; none if this is no name of an unfinished one.
fn meant(name: &str) -> Vec<String> {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let mut files = Vec::new();
    files.extend(without_ending(file).map(str::to_owned));
    if let Some(rest) = file.strip_prefix("~$") {
        // Of a long name the program hides the first two characters.
        files.extend([rest.to_owned(), format!("__{rest}")]);
    }
    files.extend(file.strip_prefix(".~lock.").and_then(|rest| rest.strip_suffix('#')).map(str::to_owned));
    files.extend(of_rsync(file).map(str::to_owned));
    let whole = |file: String| if folder.is_empty() { file } else { format!("{folder}/{file}") };
    files.into_iter().map(whole).collect()
}

/// `FILE` of `.FILE.RANDOM`, which has six letters and digits at random.
fn of_rsync(file: &str) -> Option<&str> {
    let (rest, random) = file.strip_prefix('.')?.rsplit_once('.')?;
    (random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &[&str]) {
        assert_eq!(meant(name), expected, "{name}");
    }

    #[test]
    fn names_of_unfinished_files_tell_what_they_will_be() {
        check("a/noord.csv.part", &["a/noord.csv"]);
        check("noord.csv.FilePart", &["noord.csv"]);
        check("a/b/noord.xlsx.tmp", &["a/b/noord.xlsx"]);
        check("a/~$noord.xlsx", &["a/noord.xlsx", "a/__noord.xlsx"]);
        check("a/.~lock.noord.csv#", &["a/noord.csv"]);
        check("a/.noord.csv.Xy12aB", &["a/noord.csv"]);
        for whole in
            ["noord.csv", "a/part.csv", ".hidden", "a.part/noord.csv", ".noord.csv", "noord.csv.parts"]
        {
            check(whole, &[]);
        }
    }
}
