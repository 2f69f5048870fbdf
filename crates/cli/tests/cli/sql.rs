//! Queries from the command line.

use crate::fixture::Place;
use insta::assert_snapshot;
use std::io::Read;
use std::process::Stdio;

fn said(arguments: &[&str]) -> String {
    Place::shared().herkomst(&[&["sql"], arguments].concat()).all()
}

const QUERY: &str = "select branch, books, share, case when branch = 'South' then 'a, \"b\"' end as note from appendix.table_1";

#[test]
fn a_table() {
    assert_snapshot!(said(&["-c", QUERY]), @r#"
    exit 0
    +--------+-------+-------------------+--------+
    | branch | books |             share | note   |
    +--------+-------+-------------------+--------+
    | North  |     1 | 11.11111111111111 |        |
    | South  |     8 | 88.88888888888889 | a, "b" |
    +--------+-------+-------------------+--------+
    (2 rows)
    "#);
    assert_snapshot!(said(&["-c", "select branch from appendix.table_1 where false"]), @"
    exit 0
    +--------+
    | branch |
    +--------+
    +--------+
    (0 rows)
    ");
}

#[test]
fn csv() {
    assert_snapshot!(said(&["--format", "csv", "-c", QUERY]), @r#"
    exit 0
    branch,books,share,note
    North,1,11.11111111111111,
    South,8,88.88888888888889,"a, ""b"""
    "#);
}

#[test]
fn lists_and_structs_are_text_in_csv() {
    let query = "select [1, 2] as list, {a: 'x', b: 1} as struct";
    assert_snapshot!(said(&["--format", "csv", "-c", query]), @r#"
    exit 0
    list,struct
    "[1, 2]","{a: x, b: 1}"
    "#);
}

#[test]
fn json() {
    assert_snapshot!(said(&["--format", "json", "-c", QUERY]), @r#"
    exit 0
    [{"branch":"North","books":1,"share":11.11111111111111},{"branch":"South","books":8,"share":88.88888888888889,"note":"a, \"b\""}]
    "#);
}

#[test]
fn the_functions_of_a_study_are_there() {
    let query = "select fold_name('Ünal'), jaro_winkler('mees', 'mees'), completed_years(date '2000-02-29', date '2019-02-28'), \
                 completed_months(date '2019-01-31', date '2019-02-28')";
    assert_snapshot!(said(&["--format", "csv", "-c", query]), @r#"
    exit 0
    "fold_name(Utf8(""Ünal""))","jaro_winkler(Utf8(""mees""),Utf8(""mees""))","completed_years(Utf8(""2000-02-29""),Utf8(""2019-02-28""))","completed_months(Utf8(""2019-01-31""),Utf8(""2019-02-28""))"
    unal,1.0,18,0
    "#);
}

#[test]
fn runs_and_steps_are_tables() {
    assert_snapshot!(said(&["--format", "csv", "-c", "select run, study, published, steps, reused from audit.runs"]), @"
    exit 0
    run,study,published,steps,reused
    1,library,true,11,0
    ");
    let query = "select \"check\", severity, passed, violations from audit.checks";
    assert_snapshot!(said(&["--format", "csv", "-c", query]), @"
    exit 0
    check,severity,passed,violations
    loans_without_member,warn,false,1
    population_known,error,true,0
    quarantined,warn,true,0
    loans_range_books,warn,true,0
    loans_rows,warn,true,0
    settled_unique_row_id,error,true,0
    settled_accepted_values_population,error,true,0
    registry_unique_left_id,error,true,0
    registry_unique_right_id,error,true,0
    member_unique_row_id,error,true,0
    member_not_null_branch_population_books,error,true,0
    member_accepted_values_branch,error,true,0
    member_relation_row_id,error,true,0
    member_range_fee,warn,true,0
    table_1_unique_branch,error,true,0
    table_1_rows,warn,true,0
    ");
}

#[test]
fn columns_can_be_asked_for_as_the_help_says() {
    let shown =
        Place::shared().herkomst(&["sql", "--format", "csv", "-c", "show columns from appendix.table_1"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        ["branch", "members", "books", "share"].iter().all(|column| shown.out.contains(column)),
        "{}",
        shown.out
    );
}

#[test]
fn a_query_at_fault_is_usage() {
    for query in ["select brunch from appendix.table_1", "select * from appendix.table_9", "selec 1", ""] {
        let said = Place::shared().herkomst(&["sql", "-c", query]);
        assert_eq!(said.code, 2, "{query}");
        assert!(
            said.err.starts_with("herkomst: ") && said.err.trim_end().len() > 12,
            "{query}: {}",
            said.err
        );
        assert!(!said.err.contains("panicked"), "{}", said.err);
    }
}

#[test]
fn nothing_can_be_written() {
    for query in [
        "create table t as select 1",
        "create external table t stored as csv location '/etc/passwd'",
        "insert into appendix.table_1 values ('x', 1, 1, 1)",
        "drop table appendix.table_1",
        "copy (select 1) to 'out.csv'",
        "set datafusion.execution.batch_size = 1",
    ] {
        let said = Place::shared().herkomst(&["sql", "-c", query]);
        assert_eq!(said.code, 2, "{query}: {}", said.out);
    }
    assert!(!Place::shared().folder.join("out.csv").exists());
}

#[test]
fn no_file_can_be_read_past_the_run() {
    let said = Place::shared().herkomst(&["sql", "-c", "select * from 'study/data/members/north.csv'"]);
    assert_eq!(said.code, 2, "{}", said.out);
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let member = "staging.members";
    let query = format!(
        "select a.row_id, b.row_id as b, c.row_id as c from {member} a, {member} b, {member} c, {member} d, {member} e"
    );
    let mut command = Place::shared().command(&["sql", "--format", "csv", "-c", &query]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut start = [0; 64];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    assert_eq!(ended.status.code(), Some(0));
}

const AGES: &str =
    "select $adult_age as adult, $reference_date as day, arrow_typeof($reference_date) as type";

#[test]
fn parameters_have_the_values_of_the_run() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run", "--set", "adult_age=21"]).code, 0);
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let answered =
        |arguments: &[&str]| place.herkomst(&[&["sql", "--format", "csv"], arguments].concat()).all();
    assert_snapshot!(answered(&["-c", AGES]), @r#"
    exit 0
    adult,day,type
    18,2020-01-01,Date32
    "#);
    assert_snapshot!(answered(&["--run", "1", "-c", AGES, "-c", "select count(*) as n from staging.members where $adult_age = 21"]), @r#"
    exit 0
    adult,day,type
    21,2020-01-01,Date32
    n
    6
    "#);
    // As it stands in the study, whose query it is.
    let sql = std::fs::read_to_string(place.folder.join("study/features/member.sql")).unwrap();
    assert!(sql.contains("$adult_age"), "{sql}");
    assert_eq!(place.herkomst(&["sql", "-f", "study/features/member.sql"]).code, 0);
    // Without the study a value is what it looks like.
    std::fs::remove_dir_all(place.folder.join("study")).unwrap();
    assert_snapshot!(answered(&["-c", AGES]), @r#"
    exit 0
    adult,day,type
    18,2020-01-01,Date32
    "#);
}

#[test]
fn parameters_are_given_other_values() {
    let again = ["-c", "\\set adult_age 30", "-c", AGES, "-c", "\\set adult_age", "-c", AGES, "-c", "\\set"];
    assert_snapshot!(said(&[&["--format", "csv", "--set", "reference_date=2024-02-29"], &again[..]].concat()), @r#"
    exit 0
    adult,day,type
    30,2024-02-29,Date32
    adult,day,type
    18,2024-02-29,Date32
    parameter,value,in the run
    adult_age,18,18
    reference_date,2024-02-29,2020-01-01
    "#);
    for arguments in [
        &["-c", "select 1,\n  $adult_aged"][..],
        &["-c", "select $1"],
        &["--set", "adult_age=many", "-c", "select 1"],
        &["--set", "age=1", "-c", "select 1"],
        &["-c", "\\set reference_date soon"],
    ] {
        let told = Place::shared().herkomst(&[&["sql"], arguments].concat());
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{arguments:?}");
    }
    assert_snapshot!(said(&["-c", "select 1,\n  $adult_aged"]), @r#"
    exit 2
    herkomst: query:2:3: the run has no parameter adult_aged: `$adult_aged`
      help: did you mean `adult_age`?
    "#);
    assert_snapshot!(said(&["--set", "age=1", "-c", "select 1"]), @r#"
    exit 2
    herkomst: run 1 has no parameter age: there are adult_age, reference_date
    "#);
}
