//! `herkomst sql` without a terminal: several statements, files, pipes, forms, and files that are whole or not there.

use crate::fixture::{Place, Said, masked, workspace};
use insta::assert_snapshot;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;

/// What the command says when this is written to it.
fn piped(arguments: &[&str], input: &str) -> Said {
    let mut command = Place::shared().command(&[&["sql"], arguments].concat());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    assert!(written.is_ok() || written.unwrap_err().kind() == std::io::ErrorKind::BrokenPipe);
    let ended = child.wait_with_output().unwrap();
    Said {
        code: ended.status.code().unwrap(),
        out: String::from_utf8(ended.stdout).unwrap(),
        err: String::from_utf8(ended.stderr).unwrap(),
    }
}

fn said(arguments: &[&str]) -> Said {
    Place::shared().herkomst(&[&["sql"], arguments].concat())
}

/// A folder for files of a test.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn at(folder: &tempfile::TempDir, name: &str) -> (PathBuf, String) {
    let path = folder.path().join(name);
    (path.clone(), path.to_str().unwrap().to_owned())
}

#[test]
fn statements_come_one_after_the_other() {
    assert_snapshot!(said(&["-c", "select 1 as a; select 'x;y' as b", "-c", "select 2 as c;"]).all(), @"
    exit 0
    +---+
    | a |
    +---+
    | 1 |
    +---+
    (1 row)

    +-----+
    | b   |
    +-----+
    | x;y |
    +-----+
    (1 row)

    +---+
    | c |
    +---+
    | 2 |
    +---+
    (1 row)
    ");
    assert_snapshot!(said(&["--format", "csv", "-c", "select 1 as a; select 2 as a"]).all(), @"
    exit 0
    a
    1
    a
    2
    ");
    assert_snapshot!(said(&["--json", "-c", "select 1 as a; select 2 as a"]).all(), @r#"
    exit 0
    [{"a":1}]
    [{"a":2}]
    "#);
}

#[test]
fn the_first_error_ends_it_at_its_place() {
    let said =
        said(&["--format", "csv", "-c", "select 1 as a;\nselect\n  brunch from appendix.table_1; select 3"]);
    assert_snapshot!(said.all(), @"
    exit 2
    herkomst: query:3:3: column 'brunch' not found: `brunch`
      help: possible column appendix.table_1.branch
    a
    1
    ");
    for (text, expected) in [
        ("select 1;\nselec 2;", "stdin:2:1: "),
        ("select 1;\n\n  select 'a", "stdin:3:10: "),
        ("select 1; select nothing from appendix.table_1", "stdin:1:18: "),
        ("-- a\nselect 1\n;\nselect *\nfrom appendix.table_9;", "stdin:5:6: "),
        ("select 'é', x", "stdin:1:13: "),
    ] {
        let said = piped(&["--format", "csv"], text);
        assert_eq!(said.code, 2, "{text:?}");
        assert!(said.err.starts_with(&format!("herkomst: {expected}")), "{text:?}: {}", said.err);
    }
}

#[test]
fn a_pipe_is_asked_as_it_comes() {
    let mut command = Place::shared().command(&["sql", "--format", "csv"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, mut from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut line = || {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        line
    };
    to.write_all(b"select 1 as a; select\n").unwrap();
    assert_eq!((line(), line()), ("a\n".to_owned(), "1\n".to_owned()));
    // The other half comes only when the first is answered.
    to.write_all(b"2 as b;\n\\run\nselect 3 as c").unwrap();
    assert_eq!((line(), line()), ("b\n".to_owned(), "2\n".to_owned()));
    drop(to);
    let mut rest = String::new();
    from.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "c\n3\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn files_hold_statements_and_commands() {
    let folder = folder();
    let ((inner, _), (outer, name)) = (at(&folder, "inner.sql"), at(&folder, "outer.sql"));
    std::fs::write(
        &inner,
        "-- the smaller one\nselect branch\nfrom appendix.table_1 order by branch limit 1",
    )
    .unwrap();
    std::fs::write(&outer, format!("\\x\n\\i {}\nselect 2 as b;\n\\q\nselect 3", inner.display())).unwrap();
    assert_snapshot!(said(&["-f", &name]).all(), @"
    exit 0
    format is expanded
    -[ row 1 ]-
    branch | North
    (1 row)

    -[ row 1 ]-
    b | 2
    (1 row)
    ");
    std::fs::write(&inner, format!("\\i {}", outer.display())).unwrap();
    let circle = said(&["-f", &name]);
    assert_eq!(circle.code, 2);
    assert!(circle.err.ends_with("files include one another in a circle\n"), "{}", circle.err);
    std::fs::write(&inner, "select 1;\nselect 1 from nowhere").unwrap();
    let fault = said(&["-f", &name]).err;
    assert!(fault.contains(&format!("herkomst: {}:2:15: ", inner.display())), "{fault}");
    assert_snapshot!(said(&["-f", "no.sql"]).all(), @"
    exit 2
    herkomst: no.sql: there is no such file of statements
    ");
    assert_eq!(said(&["-c", "select 1", "-f", &name]).code, 2);
    assert_eq!(piped(&["--format", "csv", "-f", "-"], "select 1 as a").out, "a\n1\n");
}

#[test]
fn what_there_is_to_ask() {
    assert_snapshot!(said(&["-c", "\\dn"]).all(), @"
    exit 0
    +----------+--------+
    | schema   | tables |
    +----------+--------+
    | appendix |      1 |
    | audit    |     26 |
    | checks   |      1 |
    | cleaning |      2 |
    | derived  |      1 |
    | identity |      6 |
    | linkage  |      3 |
    | origin   |      4 |
    | staging  |      4 |
    +----------+--------+
    (9 rows)
    ");
    assert_snapshot!(said(&["--format", "csv", "-c", "\\dt appendix.*"]).all(), @"
    exit 0
    schema,table,rows,bytes,object
    appendix,table_1,2,972,HASH
    ");
    assert_snapshot!(said(&["-c", "\\d table_1"]).all(), @"
    exit 0
    appendix.table_1: 2 rows, 972 bytes
    object HASH

    +---------+--------+----------+
    | column  | type   | nullable |
    +---------+--------+----------+
    | branch  | text   | true     |
    | members | bigint | true     |
    | books   | bigint | true     |
    | share   | double | true     |
    +---------+--------+----------+
    (4 rows)
    ");
    assert_snapshot!(said(&["-c", "\\d audit.runs"]).all(), @"
    exit 0
    audit.runs: made when it is asked

    +-----------+---------+----------+
    | column    | type    | nullable |
    +-----------+---------+----------+
    | run       | bigint  | false    |
    | study     | text    | true     |
    | started   | text    | true     |
    | finished  | text    | true     |
    | published | boolean | true     |
    | engine    | text    | true     |
    | steps     | bigint  | true     |
    | reused    | bigint  | true     |
    | without   | text    | true     |
    +-----------+---------+----------+
    (9 rows)
    ");
    assert_snapshot!(said(&["-c", "\\d appendix.table_2"]).all(), @"
    exit 2
    herkomst: there is no table appendix.table_2; did you mean `appendix.table_1`?
    ");
    assert_snapshot!(said(&["-c", "\\d settled"]).all(), @"
    exit 2
    herkomst: several tables are called settled: cleaning.settled, identity.settled
    ");
    assert_snapshot!(said(&["--format", "csv", "-c", "\\df chaid*"]).all(), @"
    exit 0
    function,kind,written
    chaid_count,aggregate,
    chaid_test,scalar,
    ");
    assert_snapshot!(said(&["-c", "\\h completed_month"]).all(), @"
    exit 2
    herkomst: there is no function completed_month; did you mean `completed_months`?
    ");
    assert_snapshot!(said(&["-c", "\\run"]).all(), @"
    exit 0
    run 1 of study library, TIME                , the published one
    ");
    assert_snapshot!(said(&["-c", "\\run 2"]).all(), @"
    exit 2
    herkomst: the warehouse warehouse has no run 2: list its runs to see which it has
    ");
    assert_snapshot!(said(&["-c", "\\nonsense"]).all(), @r#"
    exit 2
    herkomst: there is no command \nonsense; all commands: \?
    "#);
}

#[test]
fn a_row_of_the_last_result_is_explained() {
    let query = "select branch, books from appendix.table_1 order by branch";
    let own = said(&["--format", "markdown", "-c", query, "-c", "\\why 1 books"]).out;
    let why = Place::shared().herkomst(&["why", "--sql", query, "--row", "1", "--column", "books"]).out;
    assert!(why.contains("delivered record") && own.ends_with(&why), "{own}");
    let json = said(&["--format", "json", "-c", query, "-c", "\\why 1 books"]).out;
    let json: serde_json::Value = serde_json::from_str(json.lines().nth(1).unwrap()).unwrap();
    let whole =
        Place::shared().herkomst(&["--json", "why", "--sql", query, "--row", "1", "--column", "books"]);
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&whole.out).unwrap());
    assert_snapshot!(said(&["-c", "\\why 1"]).all(), @r#"
    exit 2
    herkomst: no result to ask about yet: \why is about a row of the last query, counted from 1
    "#);
    assert_snapshot!(said(&["--format", "csv", "-c", query, "-c", "\\why 9"]).all(), @"
    exit 2
    herkomst: the query gives 2 rows, there is no row 9; rows are numbered from 1
    branch,books
    North,1
    South,8
    ");
}

#[test]
fn a_row_with_two_columns_of_one_name_is_explained() {
    let twice = "select branch as a, books as a, books as b from appendix.table_1 order by b";
    let why = |what: &str| said(&["--format", "json", "-c", twice, "-c", what]);
    let told = |what: &str| -> serde_json::Value {
        serde_json::from_str(why(what).out.lines().nth(1).unwrap()).unwrap()
    };
    let values = serde_json::json!([["a", "North"], ["a", "1"], ["b", "1"]]);
    assert_eq!((&told("\\why 1")["values"], &told("\\why 1 b")["values"]), (&values, &values));
    let unclear = why("\\why 1 a");
    assert_eq!(unclear.code, 2);
    assert!(unclear.err.contains("the query has several columns \"a\"; give the one"), "{}", unclear.err);
}

#[test]
fn a_file_takes_its_form_from_its_name_and_is_whole_or_not_there() {
    let folder = folder();
    let query = "select branch, books from appendix.table_1 order by branch";
    for (name, start) in [
        ("a.csv", "branch,books\nNorth,1\n"),
        ("a.json", "[{\"branch\":\"North\",\"books\":1},"),
        ("a.jsonl", "{\"branch\":\"North\",\"books\":1}\n"),
        ("a.md", "| branch | books |\n| --- | --: |\n| North | 1 |\n"),
        ("a.txt", "+--------+-------+\n| branch | books |\n"),
        ("a.parquet", "PAR1"),
        ("a.xlsx", "PK"),
    ] {
        let (path, file) = at(&folder, name);
        std::fs::write(&path, "what was there before").unwrap();
        let wrong = said(&["--output", &file, "-c", query, "-c", "select 1 / 0"]);
        assert_ne!(wrong.code, 0, "{name}");
        assert_eq!(std::fs::read(&path).unwrap(), b"what was there before", "{name}");
        let right = said(&["--output", &file, "-c", query]);
        assert_eq!((right.code, right.out.as_str(), right.err.as_str()), (0, "", ""), "{name}");
        assert!(std::fs::read(&path).unwrap().starts_with(start.as_bytes()), "{name}");
    }
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 7, "no unfinished file is left");
}

#[test]
fn forms_that_are_no_text_need_a_place() {
    assert_snapshot!(said(&["--format", "xlsx", "-c", "select 1"]).all(), @"
    exit 2
    herkomst: xlsx needs a file: name it with --output
    ");
    let (folder, query) = (folder(), "select 1 as a; select 2 as b");
    let (_, file) = at(&folder, "two.parquet");
    assert_snapshot!(said(&["-o", &file, "-c", query]).all(), @"
    exit 2
    herkomst: a Parquet file holds one result, and this is the second; ask one statement, or take another form
    ");
    let (path, file) = at(&folder, "two.xlsx");
    assert_eq!(said(&["-o", &file, "-c", query]).all(), "exit 0");
    assert!(path.exists());
    // A Parquet file through a pipe is the file.
    let output =
        Place::shared().command(&["sql", "--format", "parquet", "-c", "select 1 as a"]).output().unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes(output.stdout));
    assert_eq!(reader.unwrap().schema().field(0).name(), "a");
    let (pipe, name) = at(&folder, "pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child = Place::shared()
        .command(&["sql", "--format", "csv", "-o", &name, "-c", "select 1 as a"])
        .spawn()
        .unwrap();
    assert_eq!(std::fs::read_to_string(&pipe).unwrap(), "a\n1\n");
    assert!(child.wait().unwrap().success());
}

fn bytes(bytes: Vec<u8>) -> std::fs::File {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file.reopen().unwrap()
}

#[test]
fn numbers_do_not_depend_on_the_locale() {
    let query = "select 1234567.5 as a, date '2010-01-31' as b, cast(1e300 as double) as c, -1 as d";
    let mut command = Place::shared().command(&["sql", "--format", "csv", "-c", query]);
    let output = command.env("LC_ALL", "nl_NL.UTF-8").env("LANG", "nl_NL.UTF-8").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "a,b,c,d\n1234567.5,2010-01-31,1e300,-1\n");
}

#[test]
fn a_result_is_not_held() {
    // A debug build takes its time for a million rows, so fewer have to show it: their texts are 200 MB, and what
    // the engine has under way is a part of that.
    let query = "select a.value, repeat('x', 500) as long from generate_series(1, 400000) a";
    let mut command = Place::shared().command(&["sql", "--format", "csv", "-c", query]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut most = 0;
    let mut count = 0_u64;
    for line in lines {
        assert!(count == 0 || line.unwrap().len() > 500);
        if count.is_multiple_of(20_000) {
            most = most.max(memory(child.id()));
        }
        count += 1;
    }
    assert_eq!(count, 400_001);
    assert!(child.wait().unwrap().success());
    assert!(most > 0 && most < 290 << 20, "{most} bytes");
}

/// Bytes of memory that a process has had at most.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) << 10
}

#[test]
fn nothing_is_opened_that_is_not_asked() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_eq!(place.herkomst(&["run", "--all"]).code, 0);
    // Neither the study nor a table, nor the manifest of another run is there.
    std::fs::remove_dir_all(place.folder.join("study")).unwrap();
    std::fs::remove_dir_all(place.folder.join("warehouse/objects")).unwrap();
    std::fs::create_dir(place.folder.join("warehouse/objects")).unwrap();
    std::fs::remove_dir_all(place.folder.join("warehouse/runs/000001")).unwrap();
    let said = place.herkomst(&["sql", "--format", "csv", "-c", "select 1 as a", "-c", "\\dt appendix.*"]);
    assert_snapshot!(masked(&said.all()), @"
    exit 0
    a
    1
    schema,table,rows,bytes,object
    appendix,table_1,2,972,HASH
    ");
}

#[test]
fn the_page_shows_what_happens() {
    let page = std::fs::read_to_string(workspace("docs/sql.md")).unwrap();
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let mut shown = 0;
    for block in page.split("```text\n").skip(2) {
        let block = block.split("```").next().unwrap();
        for example in block.split("$ ").skip(1) {
            // A command may go on over lines while a quote is open.
            let mut command = String::new();
            let mut lines = example.split_inclusive('\n');
            while command.is_empty() || command.matches('\'').count() % 2 == 1 {
                command.push_str(lines.next().unwrap());
            }
            let expected: String = lines.collect();
            let script = command.replace("herkomst ", &format!("{} ", env!("CARGO_BIN_EXE_herkomst")));
            let shell = place.command(&[]);
            let mut bash = std::process::Command::new("bash");
            bash.args(["-c", &format!("({script}) 2>&1")]).current_dir(&place.folder);
            shell.get_envs().for_each(|(name, value)| match value {
                Some(value) => _ = bash.env(name, value),
                None => _ = bash.env_remove(name),
            });
            let said = String::from_utf8(bash.output().unwrap().stdout).unwrap();
            assert_eq!(masked(&said), masked(&expected), "{command}");
            shown += 1;
        }
    }
    assert!(shown >= 5, "{shown}");
    // Every command of the shell is on the page.
    for line in place.herkomst(&["sql", "-c", "\\?"]).err.lines().filter(|line| line.starts_with('\\')) {
        let name = line.split(' ').next().unwrap();
        let row = format!("| `{name}");
        assert!(page.lines().any(|line| line.starts_with(&row)), "{name}");
    }
}
