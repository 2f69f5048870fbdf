use crate::Study;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A small valid study of a lending library in a temporary folder, to be spoilt by a test.
pub(super) struct Fixture {
    folder: TempDir,
}

const FILES: [(&str, &str); 16] = [
    (
        "pipeline.yaml",
        "\
study: library
title: \"Borrowings of a library\"
synthetic: true
data: ../deliveries
parameters:
  closing_day: 2024-12-31
  days: 21
  town: Delft
sources:
  - sources/borrowings.yaml
  - sources/returns.yaml
rounds:
  - name: clean
    title: Typed twice
    base: staging.borrowings
    population: {column: state, values: [out, back], initial: out}
    rules:
      - {rule: clean/twice.sql, adds_from: staging.returns}
  - name: final
    title: Last look
    base: cleaning.clean
    rules: []
matching:
  - {name: readers, left: cleaning.clean, right: staging.returns, passes: [matching/card.sql]}
models:
  - {schema: linkage, folder: derived, identity: true}
  - {schema: features, folder: features}
appendices: {folder: appendices}
checks:
  - {check: checks/future.sql, severity: warn}
verify: {published: published, misprints: misprints.yaml}
",
    ),
    (
        "sources/borrowings.yaml",
        "\
source: borrowings
title: Borrowings
files: \"borrowings/*.{csv,xlsx}\"
file_column: {name: branch, type: code, codes: codes/branches.csv}
missing: [\"-\"]
columns:
  - {name: card, header: [Card, Card no.], type: text, normalise: digits, pattern: \"[0-9]{6}\", sensitivity: identifying, pseudonym: card_ref}
  - {name: book, header: Book, type: integer, required: true}
  - {name: lent, header: Lent, type: date}
",
    ),
    (
        "sources/returns.yaml",
        "source: returns\ntitle: Returns\nroot: study\nfiles: returns/*.csv\ncolumns_from: borrowings\n",
    ),
    ("codes/branches.csv", "spelling,code\nNorth,north\nnorth branch,north\n\"South, old\",south\n"),
    (
        "clean/twice.sql",
        "-- Borrowings typed twice.
with twins as (
  select a.row_id, min(b.row_id) as survivor_id
  from records a join records b on a.book = b.book and a.row_id > b.row_id
  join identities i on i.row_id = a.row_id
  where a.lent <= $closing_day
  group by a.row_id
)
select row_id, 'merge' as verb, survivor_id, 'typed twice' as reason from twins
",
    ),
    (
        "clean/twice.md",
        "\
# Typed twice

Some borrowings were typed twice.

## Example: same book
`records`
| row_id | book |
|---|---|
| a | 12 |
| b | 12 |
| c | |

`verdicts`
| row_id | verb | survivor_id |
|---|---|---|
| b | merge | a |
",
    ),
    (
        "matching/card.sql",
        "select l.row_id as left_id, r.row_id as right_id, 'same card' as reason\nfrom open_left l join open_right r on l.card_ref = r.card_ref\n",
    ),
    ("derived/age.sql", "select row_id from identity.final order by row_id\n"),
    ("features/a_summary.sql", "select count(*) as n from features.book order by n\n"),
    ("features/book.sql", "select book, count(*) as n from cleaning.final group by book order by book\n"),
    ("appendices/table_1.sql", "select book, n from features.book order by book\n"),
    (
        "appendices/table_1.yaml",
        "\
number: 1
title: Books
columns:
  - {name: book, label: Book}
  - {name: n, label: N, format: {decimals: 1, separator: comma}}
spanning: [{label: Both, from: book, to: n}]
markers: [{row: \"12\", column: n, text: \" *\"}]
published: {file: table_1.csv, key: book, columns: {count: n}, ignore: {pages: not delivered}}
",
    ),
    ("checks/future.sql", "select row_id from staging.borrowings where lent > $closing_day\n"),
    ("published/table_1.csv", "book,count,pages\n"),
    (
        "misprints.yaml",
        "- {appendix: table_1, row: 12, column: n, printed: \"2,0\", produced: \"3,0\", kind: arithmetic, explanation: Adds up to more.}\n",
    ),
    ("README.md", "Read pipeline.yaml first.\n"),
];

impl Fixture {
    pub(super) fn new() -> Self {
        let fixture = Self { folder: TempDir::new().expect("a temporary folder") };
        for (path, text) in FILES {
            fixture.write(path, text);
        }
        fixture
    }

    pub(super) fn folder(&self) -> std::path::PathBuf {
        self.folder.path().join("study")
    }

    pub(super) fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder().join(path)
    }

    pub(super) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
        self
    }

    pub(super) fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.path(path)).expect("the file is removed");
        self
    }

    /// Replaces `from`, which must be in the file.
    pub(super) fn replace(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path(path)).expect("the file is read");
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, text.replacen(from, to, 1))
    }

    pub(super) fn load(&self) -> Study {
        match Study::load(&self.folder()) {
            Ok(study) => study,
            Err(faults) => panic!("{}", shown(&faults)),
        }
    }

    /// The error texts, one after the other.
    pub(super) fn faults(&self) -> String {
        shown(&Study::load(&self.folder()).expect_err("the study is spoilt"))
    }
}

fn shown(faults: &[crate::StudyError]) -> String {
    let shown: Vec<String> = faults.iter().map(|fault| format!("[{}] {fault}", fault.kind())).collect();
    shown.join("\n")
}

/// The error texts of the valid study with one replacement.
pub(super) fn spoilt(path: &str, from: &str, to: &str) -> String {
    Fixture::new().replace(path, from, to).faults()
}

/// The error texts of the valid study with one file replaced.
pub(super) fn with_file(path: &str, text: impl AsRef<[u8]>) -> String {
    Fixture::new().write(path, text).faults()
}

#[cfg(unix)]
pub(super) fn link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).expect("the link is made");
}
