use super::fixture::loans;
use crate::discover;
use insta::assert_snapshot;
use std::path::Path;

fn check(files: &[&str], glob: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let got = names(folder.path(), glob).unwrap();
    assert_eq!(got, expected, "{glob}");
}

fn names(root: &Path, glob: &str) -> Result<Vec<String>, crate::IngestError> {
    let mut contract = loans();
    contract.files = glob.into();
    Ok(discover(root, &contract)?.into_iter().map(|file| file.name).collect())
}

#[test]
fn files_are_found_by_glob_and_sorted_by_name() {
    let files = [
        "loans/b.csv",
        "loans/a.xlsx",
        "loans/deep/c.csv",
        "loans/d.txt",
        "loans/.e.csv",
        "loans/~$a.xlsx",
        "z/f.csv",
    ];
    check(&files, "loans/*.{csv,xlsx}", &["loans/a.xlsx", "loans/b.csv"]);
    check(&files, "**/*.csv", &["loans/b.csv", "loans/deep/c.csv", "z/f.csv"]);
    check(&files, "./z/f.csv", &["z/f.csv"]);
}

#[test]
fn nothing_found_is_an_error() {
    let error = names(Path::new("absent"), "loans/*.csv").unwrap_err();
    assert_snapshot!(error, @"source loans: no file in absent fits `loans/*.csv`; put the delivery there, or change `files` in the contract");
}

#[test]
fn globs_stay_in_the_data_folder() {
    assert_snapshot!(names(Path::new("."), "../*.csv").unwrap_err(), @"source loans: `../*.csv` leaves the data folder; write it relative to that folder, without `..`");
    assert_snapshot!(names(Path::new("."), "/etc/*").unwrap_err(), @"source loans: `/etc/*` leaves the data folder; write it relative to that folder, without `..`");
    assert_snapshot!(names(Path::new("."), "a[.csv").unwrap_err(), @"source loans: `a[.csv` is no glob: unclosed character class; missing ']'");
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_data_folder() {
    let (outside, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(outside.path().join("a.csv"), "x").unwrap();
    std::fs::write(root.path().join("real.csv"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("folder")).unwrap();
    std::os::unix::fs::symlink(root.path().join("real.csv"), root.path().join("link.csv")).unwrap();
    assert_eq!(names(root.path(), "**/*.csv").unwrap(), ["link.csv", "real.csv"]);
    std::os::unix::fs::symlink(outside.path().join("a.csv"), root.path().join("out.csv")).unwrap();
    assert_snapshot!(names(root.path(), "*.csv").unwrap_err(), @"out.csv: a link that leaves the data folder; put the file itself there");
}
