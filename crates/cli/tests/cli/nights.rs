//! Nights: reports, other values of parameters, the as-of date, the log.

use crate::fixture::Place;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Values that identify persons in the deliveries of the small study, and whole lines of them.
const VALUES: [&str; 6] = ["Aalders", "Evers", "1980-02-01", "31-02-1991", "two lines", "10 01"];

fn json_of(place: &Place, file: &str) -> Value {
    serde_json::from_str(&read(place, file)).unwrap()
}

fn read(place: &Place, file: &str) -> String {
    std::fs::read_to_string(place.folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Names of what a list in a report says is not as the night before.
fn changed(report: &Value, list: &str, name: &str) -> Vec<String> {
    let items = report[list].as_array().unwrap().iter().filter(|item| item["state"] != "same");
    items
        .map(|item| format!("{} {}", item["state"].as_str().unwrap(), item[name].as_str().unwrap()))
        .collect()
}

#[test]
fn a_run_leaves_a_report_that_is_compared_with_the_night_before() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run", "--report-to", "reports"]).code, 0);
    let first = json_of(&place, "reports/run-000001.json");
    assert_eq!(first["outcome"], "published");
    assert_eq!((&first["executed"], &first["reused"]), (&json!(11), &json!(0)));
    assert_eq!(first["compared_with"], Value::Null);
    assert_eq!(
        first["quarantine"],
        json!([{"source": "members", "file": "members/north.csv", "column": "birth_date", "reason": "no_such_date", "records": 1}])
    );
    assert_eq!(place.herkomst(&["run", "--report-to", "reports"]).code, 0);
    let second = json_of(&place, "reports/run-000002.json");
    assert_eq!(
        (&second["executed"], &second["reused"], &second["compared_with"]),
        (&json!(0), &json!(11), &json!(1))
    );
    assert_eq!(changed(&second, "tables", "table"), Vec::<String>::new());
    assert_eq!(changed(&second, "inputs", "file"), Vec::<String>::new());

    place.edit("data/loans/2019.csv", "2001,2019-03-07,4", "2001,2019-03-07,5");
    place.write("data/members/west.csv", "Card;Name;Born;Joined;Fee\n");
    place.edit("codes/branches.csv", "south,South", "south,South\nwest,West");
    let said = place.herkomst(&["run", "--report-to", "reports"]);
    assert_eq!(said.code, 0, "{said:?}");
    let third = json_of(&place, "reports/run-000003.json");
    assert_eq!(changed(&third, "inputs", "file"), ["changed loans/2019.csv", "new members/west.csv"]);
    let tables = changed(&third, "tables", "table");
    assert!(tables.contains(&"changed appendix.table_1".to_owned()), "{tables:?}");
    assert!(!tables.contains(&"changed cleaning.merged".to_owned()), "{tables:?}");

    let html = read(&place, "reports/run-000003.html");
    assert!(html.contains("Synthetic data") && html.contains("loans/2019.csv"), "{html}");
    assert!(!html.contains("src=") && !html.contains("href=\"http"), "the report is one file");
    for value in VALUES {
        assert!(!html.contains(value) && !third.to_string().contains(value), "{value}");
    }
}

#[test]
fn the_report_of_an_earlier_run_is_made_again_from_the_warehouse() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run", "--report-to", "reports"]).code, 0);
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["runs", "--report-to", "again", "--run", "1"]).all(), @"
    exit 0
    report written: again/run-000001.html
    ");
    for file in ["run-000001.html", "run-000001.json"] {
        assert_eq!(read(&place, &format!("again/{file}")), read(&place, &format!("reports/{file}")));
    }
    let said = place.herkomst(&["--json", "runs", "--report-to", "again"]);
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["run"], 2);
    assert_eq!(place.herkomst(&["runs", "--run", "1"]).code, 2);
}

#[test]
fn a_night_that_fails_leaves_a_report_too() {
    let place = Place::new();
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_eq!(place.herkomst(&["run", "--report-to", "reports"]).code, 4);
    let mut files: Vec<String> = std::fs::read_dir(place.folder.join("reports"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let [html, facts] = &files[..] else { panic!("{files:?}") };
    assert!(
        html.starts_with("failed-20") && html.ends_with("Z.html") && facts.ends_with("Z.json"),
        "{files:?}"
    );
    let report = json_of(&place, &format!("reports/{facts}"));
    assert_eq!(
        (&report["outcome"], &report["exit_code"], &report["study"]),
        (&json!("failed"), &json!(4), &json!("library"))
    );
    assert!(report["message"].as_str().unwrap().starts_with("source loans: no file"), "{report}");
    // What is wrong with a delivery is known before anything is made.
    assert_eq!(report["steps"], json!([]));
    assert!(read(&place, &format!("reports/{html}")).contains("source loans: no file"));

    place.edit(
        "pipeline.yaml",
        "loans_without_member.sql, severity: warn",
        "loans_without_member.sql, severity: error",
    );
    place.write("data/loans/2019.csv", "Card,Lent,Books\n9999,2019-04-08,2\n");
    assert_eq!(place.herkomst(&["run", "--report-to", "reports"]).code, 5);
    let report = json_of(&place, "reports/run-000001.json");
    assert_eq!((&report["outcome"], &report["exit_code"]), (&json!("not_published"), &json!(5)));
    assert!(report["message"].as_str().unwrap().contains("violated checks loans_without_member"), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_does_not_fail_the_night() {
    let place = Place::new();
    std::fs::write(place.folder.join("reports"), "a file").unwrap();
    let said = place.herkomst(&["run", "--report-to", "reports"]);
    assert_eq!(said.code, 0);
    assert!(said.err.starts_with("herkomst: warning: no report of the run: reports: "), "{said:?}");
}

#[test]
fn a_parameter_gets_another_value_for_a_run() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let adults = || {
        let sql = "select count(*) as n from derived.member where adult";
        place.herkomst(&["sql", "--format", "csv", "-c", sql]).out.lines().nth(1).unwrap().to_owned()
    };
    let run = |options: &[&str]| -> Value {
        let said = place.herkomst(&[&["--json", "run"], options].concat());
        assert_eq!(said.code, 0, "{said:?}");
        serde_json::from_str(&said.out).unwrap()
    };
    let executed = |run: &Value| -> Vec<String> {
        let nodes = run["nodes"].as_array().unwrap().iter().filter(|node| node["outcome"] == "executed");
        nodes.map(|node| node["node"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(adults(), "5");
    let set = run(&["--set", "adult_age=35"]);
    assert_eq!(set["parameters"]["adult_age"], "35");
    assert_eq!(executed(&set), ["derived.member", "appendix.table_1"], "what hangs on it");
    assert_eq!(adults(), "3");
    let why = place.herkomst(&["why", "table_1", "--row", "North"]);
    assert_eq!(why.code, 0, "{why:?}");
    assert_eq!(run(&[])["parameters"]["adult_age"], "18");
    assert_eq!(adults(), "5");

    assert_snapshot!(place.herkomst(&["run", "--set", "adult_agee=35"]).all(), @"
    exit 2
    herkomst: study library has no parameter adult_agee: did you mean `adult_age`?
    ");
    assert_snapshot!(place.herkomst(&["run", "--set", "adult_age=old"]).all(), @r#"
    exit 2
    herkomst: parameter adult_age is a whole number, as 18 is; "old" is not: write digits only, with a minus if below 0
    "#);
    assert_eq!(place.herkomst(&["run", "--set", "adult_age"]).code, 2);
}

#[test]
fn an_as_of_date_is_recorded_and_is_the_parameter_of_that_name() {
    let place = Place::new();
    let run = |options: &[&str]| -> Value {
        let said = place.herkomst(&[&["--json", "run"], options].concat());
        assert_eq!(said.code, 0, "{said:?}");
        serde_json::from_str(&said.out).unwrap()
    };
    assert_eq!(run(&["--as-of", "2019-12-31"])["as_of"], "2019-12-31");
    assert_eq!(run(&[]).get("as_of"), None);
    place.edit("pipeline.yaml", "  adult_age: 18", "  adult_age: 18\n  as_of: 2020-01-01");
    place.edit("features/member.sql", "$reference_date", "$as_of");
    let then = run(&["--as-of", "2000-01-01"]);
    assert_eq!((&then["as_of"], &then["parameters"]["as_of"]), (&json!("2000-01-01"), &json!("2000-01-01")));
    let sql = "select count(*) as n from derived.member where adult";
    assert_eq!(place.herkomst(&["sql", "--format", "csv", "-c", sql]).out, "n\n3\n");
    assert_snapshot!(place.herkomst(&["run", "--as-of", "yesterday"]).all(), @r#"
    exit 2
    herkomst: "yesterday" is no day: write a date of the calendar as year-month-day, such as 2019-12-31
    "#);
}

#[test]
fn a_log_is_added_to_a_file_as_lines_of_json() {
    let place = Place::new();
    let said = place.herkomst(&["--log-file", "night.log", "run"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let lines = || -> Vec<Value> {
        read(&place, "night.log").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let first = lines();
    let message = |line: &Value| line["fields"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(message(&first[0]), "run started");
    assert_eq!(first.iter().filter(|line| line["fields"]["step"].is_string()).count(), 11);
    let last = first.last().unwrap();
    assert!(message(last).starts_with("run 1 published: 18 records"), "{last}");
    assert_eq!((&last["level"], &last["fields"]["exit_code"]), (&json!("INFO"), &json!(0)));
    for value in VALUES {
        assert!(!read(&place, "night.log").contains(value), "{value}");
    }

    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_eq!(place.herkomst(&["--log-file", "night.log", "run"]).code, 4);
    let all = lines();
    assert_eq!(all[..first.len()], first, "a log is only added to");
    let last = all.last().unwrap();
    assert_eq!((&last["level"], &last["fields"]["exit_code"]), (&json!("ERROR"), &json!(4)));

    let said = place.herkomst(&["--log-file", "no/such/folder/night.log", "run"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err.starts_with("herkomst: no log can be written to no/such/folder/night.log: "),
        "{said:?}"
    );
}

#[test]
fn files_that_are_as_they_were_are_not_read_again() {
    let place = Place::new();
    let south = place.folder.join("study/data/members/south.csv");
    let night = |members: &str| -> Vec<(String, Value, Value)> {
        std::fs::write(&south, members).unwrap();
        let _ = std::fs::remove_file(place.folder.join("night.log"));
        assert_eq!(place.herkomst(&["--log-file", "night.log", "run"]).code, 0);
        let log = read(&place, "night.log");
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"].take());
        let of_sources = lines.filter(|line| line["message"] == "files of a source");
        let told = |line: Value| {
            (line["source"].as_str().unwrap().to_owned(), line["unchanged"].clone(), line["read"].clone())
        };
        let mut told: Vec<_> = of_sources.map(told).collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        told
    };
    let members = std::fs::read_to_string(&south).unwrap();
    let files = |source: &str, unchanged: u64, read: u64| (source.to_owned(), json!(unchanged), json!(read));
    let all = ["leavers", "loans"].map(|source| files(source, 0, 1));
    let all = all.into_iter().chain([files("members", 0, 2), files("registry", 0, 1)]);
    assert_eq!(night(&members), all.collect::<Vec<_>>());
    assert_eq!(night(&members.replace("2014-01-01", "2014-01-02")), [files("members", 1, 1)]);
    // The files are still there when a table of theirs is not what it was.
    place.damage("origin.members");
    assert_eq!(night(&members.replace("2014-01-01", "2014-01-03")), [files("members", 0, 2)]);
}
