use super::Fixture;
use super::fixture::{link, spoilt, with_file};
use crate::Study;

#[test]
fn a_file_is_text_and_holds_something() {
    insta::assert_snapshot!(with_file("pipeline.yaml", ""), @r#"
    [yaml] pipeline.yaml:1:1: the file is empty
      help: write the keys that this file needs, or remove it
    "#);
    insta::assert_snapshot!(with_file("misprints.yaml", "# none\n\n"), @r#"
    [yaml] misprints.yaml:1:1: the file is empty
      help: write the keys that this file needs, or remove it
    "#);
    insta::assert_snapshot!(with_file("sources/returns.yaml", b"source: returns\ntitle: Caf\xe9\n"), @r#"
    [file] sources/returns.yaml:2:11: not UTF-8: `\xE9`
      help: save the file as UTF-8
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", b"select '\xff'"), @r#"
    [file] features/book.sql:1:9: not UTF-8: `\xFF`
      help: save the file as UTF-8
    "#);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let fixture = Fixture::new();
    fixture.replace("codes/branches.csv", "spelling", "\u{feff}spelling");
    fixture.replace("clean/twice.md", "# Typed", "\u{feff}# Typed");
    fixture.replace("features/book.sql", "select", "\u{feff}select");
    fixture.replace("sources/returns.yaml", "source", "\u{feff}source");
    fixture.load();
}

#[test]
fn aliases_do_not_explode() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let last = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![last; 9].join(", ")));
    }
    let source = format!(
        "source: returns\ntitle: T\nfiles: \"*\"\nmissing:\n  - &m x\ncolumns:\n  - name: a\n    header: Anything\n    type: text\n    missing: [{}]\n",
        vec!["*m"; 30_000].join(", ")
    );
    insta::assert_snapshot!(with_file("sources/returns.yaml", bomb), @"
    [yaml] sources/returns.yaml:1:1: unknown key: `a0`
      help: keys here are source, title, root, files, gone_files, file_column, missing, columns, columns_from, checks
    ");
    insta::assert_snapshot!(with_file("sources/returns.yaml", source), @r#"
    [yaml] sources/returns.yaml:5:8: the file expands beyond what a study may hold: `x`
      help: write the values out instead of repeating them through aliases
    "#);
    insta::assert_snapshot!(with_file("sources/returns.yaml", "[".repeat(10_000)), @r#"
    [yaml] sources/returns.yaml:1:256: recursion limit exceeded: `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…`
      help: correct the YAML here or just before; quote texts that hold `: ` or ` #`, or that begin with a sign
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", format!("select {}1", "(".repeat(10_000))), @r#"
    [sql] features/book.sql:1:1: not SQL: recursion limit exceeded: `select`
      help: correct the SQL here or just before
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", " ".repeat(9 << 20)), @r#"
    [file] features/book.sql:1:1: larger than 8 MiB
      help: data belongs in the data folder, not among the study's files
    "#);
}

#[test]
fn files_stay_inside_the_study_folder() {
    let all: Vec<String> = [
        ("sources/returns.yaml", "../sources/returns.yaml"),
        ("sources/returns.yaml", "/etc/passwd"),
        ("sources/returns.yaml", "sources/../../x.yaml"),
        ("sources/returns.yaml", "sources\\returns.yaml"),
        ("sources/returns.yaml", "sources"),
        ("sources/returns.yaml", "sources/missing.yaml"),
        ("folder: features", "folder: ../features"),
        ("folder: features", "folder: nothing"),
        ("folder: features", "folder: README.md"),
        ("published: published", "published: .."),
        ("check: checks/future.sql", "check: ../future.sql"),
        ("misprints: misprints.yaml", "misprints: \"\""),
    ]
    .iter()
    .map(|(from, to)| spoilt("pipeline.yaml", from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [file] pipeline.yaml:11:5: the path leaves the study folder: `../sources/returns.yaml`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:11:5: the path leaves the study folder: `/etc/passwd`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:11:5: the path leaves the study folder: `sources/../../x.yaml`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:11:5: the path leaves the study folder: `sources\returns.yaml`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:11:5: a folder, but a file is needed: `sources`
      help: the path is relative to the study folder; create `sources` or correct its name
    [file] pipeline.yaml:11:5: there is no such file or folder: `sources/missing.yaml`
      help: the path is relative to the study folder; create `sources/missing.yaml` or correct its name
    [file] pipeline.yaml:27:32: the path leaves the study folder: `../features`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:27:32: there is no such file or folder: `nothing`
      help: the path is relative to the study folder; create `nothing` or correct its name
    [file] pipeline.yaml:27:32: the folder cannot be read (not a directory): `README.md`
      help: the path is relative to the study folder; create `README.md` or correct its name
    [file] appendices/table_1.yaml:8:19: the path leaves the study folder (../table_1.csv): `table_1.csv`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:31:21: the path leaves the study folder: `..`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:30:13: the path leaves the study folder: `../future.sql`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:31:43: the path leaves the study folder: `""`
      help: write a path inside the study folder, relative to it, with `/`
    "#);
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_outside() {
    let fixture = Fixture::new();
    let outside = fixture.folder().join("../outside.csv");
    std::fs::write(&outside, "spelling,code\na,b\n").unwrap();
    fixture.remove("codes/branches.csv");
    link(&outside, &fixture.path("codes/branches.csv"));
    fixture.remove("features/book.sql");
    link(&outside, &fixture.path("features/book.sql"));
    insta::assert_snapshot!(fixture.faults(), @r#"
    [file] sources/borrowings.yaml:4:48: the path leaves the study folder: `codes/branches.csv`
      help: write a path inside the study folder, relative to it, with `/`
    [file] pipeline.yaml:27:32: the path leaves the study folder (features/book.sql): `features`
      help: write a path inside the study folder, relative to it, with `/`
    "#);
}

#[test]
fn the_folder_is_one_with_a_pipeline() {
    let fixture = Fixture::new();
    fixture.remove("pipeline.yaml");
    insta::assert_snapshot!(fixture.faults(), @r#"
    [file] pipeline.yaml:1:1: there is no such file or folder
      help: the path is relative to the study folder; create `pipeline.yaml` or correct its name
    "#);
    let absent = Study::load(std::path::Path::new("no/such/folder")).unwrap_err();
    insta::assert_snapshot!(absent[0], @r#"
    no/such/folder:1:1: the study folder cannot be opened (entity not found)
      help: name the folder that holds pipeline.yaml
    "#);
    assert_eq!(absent[0].kind(), "file");
}

#[test]
fn a_fault_knows_its_bytes() {
    let fixture = Fixture::new();
    fixture.replace("pipeline.yaml", "base: cleaning.clean", "base: cleaning.cléan");
    let faults = Study::load(&fixture.folder()).unwrap_err();
    let fault = faults[0].fault();
    let source = fault.source.as_deref().unwrap();
    assert_eq!(&source[fault.span.clone()], "cleaning.cléan");
    assert_eq!((fault.line, fault.column), (21, 11));
}
