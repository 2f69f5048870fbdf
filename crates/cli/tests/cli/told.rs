//! Who is told of a run: a program, an address, a collector of traces. Nobody who cannot be told fails a night.

use crate::export::service;
use crate::fixture::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::TcpListener;

const SCRIPT: &str =
    "cat > told.json; echo $HERKOMST_EVENT $HERKOMST_EXIT_CODE $HERKOMST_RUN $HERKOMST_STUDY > told.env";

/// What the program was told of a run with these options; none if it was not started.
fn told(place: &Place, options: &[&str]) -> Option<(Value, String)> {
    let all = ["run", "--notify-command", "sh", "--notify-argument", "-c", "--notify-argument", SCRIPT];
    let said = place.herkomst(&[&all, options].concat());
    assert!(!said.err.contains("warning"), "{said:?}");
    let path = |file: &str| place.folder.join(file);
    let facts = std::fs::read_to_string(path("told.json")).ok()?;
    let variables = std::fs::read_to_string(path("told.env")).unwrap();
    std::fs::remove_file(path("told.json")).unwrap();
    Some((serde_json::from_str(&facts).unwrap(), variables.trim_end().to_owned()))
}

#[test]
fn a_program_is_told_of_failures_of_changes_or_of_all() {
    let place = Place::new();
    let (first, variables) = told(&place, &["--notify-on", "change"]).unwrap();
    assert_eq!(variables, "change 0 1 library");
    assert_eq!(
        (&first["event"], &first["exit_code"], &first["synthetic"]),
        (&json!("change"), &json!(0), &json!(true))
    );
    assert!(first["text"].as_str().unwrap().starts_with("library: run 1 published: 18 records"), "{first}");
    let violated: Vec<&Value> =
        first["violated"].as_array().unwrap().iter().map(|check| &check["check"]).collect();
    assert_eq!(violated, ["loans_without_member"]);
    assert_eq!(told(&place, &["--notify-on", "change"]), None, "the same night again");
    assert_eq!(told(&place, &[]), None, "no failure");
    let (same, _) = told(&place, &["--notify-on", "always", "--report-to", "reports"]).unwrap();
    assert_eq!((&same["event"], &same["report"]), (&json!("no_change"), &json!("reports/run-000004.html")));

    place.edit("data/loans/2019.csv", "2001,2019-03-07,4", "2001,2019-03-07,5");
    let (change, _) = told(&place, &["--notify-on", "change"]).unwrap();
    assert_eq!(change["deliveries_changed"], json!({"count": 1, "first": ["loans/2019.csv"]}));
    assert_eq!(change["compared_with"], 4);
    let tables = change["tables"]["first"].as_array().unwrap();
    assert!(tables.contains(&json!("appendix.table_1")), "{change}");
    assert!(!change.to_string().contains("2019-03-07"), "{change}");

    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    let (failure, variables) = told(&place, &[]).unwrap();
    assert_eq!(variables, "failure 4 library");
    assert_eq!(
        (&failure["event"], &failure["exit_code"], &failure["run"]),
        (&json!("failure"), &json!(4), &Value::Null)
    );
    assert!(
        failure["message"].as_str().unwrap().starts_with("loans/2019.csv of source loans is gone"),
        "{failure}"
    );

    place.edit("pipeline.yaml", "synthetic: true", "synthetic: maybe");
    let (failure, variables) = told(&place, &[]).unwrap();
    assert_eq!(variables, "failure 3", "also a study that cannot be read");
    assert!(
        failure["text"].as_str().unwrap().starts_with("herkomst: failed: pipeline.yaml:3:12"),
        "{failure}"
    );
}

#[test]
fn a_side_run_is_no_night() {
    let place = Place::new();
    assert_eq!(told(&place, &["--without", "gone", "--notify-on", "change"]), None);
    let (facts, _) = told(&place, &["--without", "gone", "--notify-on", "always"]).unwrap();
    assert_eq!(facts["event"], "side_run");
}

#[test]
fn a_program_that_fails_is_a_warning() {
    let place = Place::new();
    let run = |program: &str| place.herkomst(&["run", "--notify-on", "always", "--notify-command", program]);
    let said = run("false");
    assert_eq!(said.code, 0);
    assert_eq!(
        said.err,
        "herkomst: warning: the notification was not delivered: false ended with exit status: 1\n"
    );
    let said = run("no-such-program");
    assert_eq!(said.code, 0);
    assert!(said.err.contains("no-such-program: No such file or directory"), "{said:?}");
}

#[test]
fn an_address_is_told_with_json() {
    let place = Place::new();
    let (url, requests) = service(vec!["204 No Content"]);
    let said = place
        .command(&["run", "--notify-on", "always", "--notify-url", &url])
        .env("HERKOMST_NOTIFY_TOKEN", "s3cret")
        .output()
        .unwrap();
    assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
    let requests = requests.join().unwrap();
    assert!(requests[0].head.contains("authorization: bearer s3cret"), "{}", requests[0].head);
    assert!(requests[0].head.contains("content-type: application/json"), "{}", requests[0].head);
    assert_eq!(serde_json::from_str::<Value>(&requests[0].body).unwrap()["event"], "change");
}

#[test]
fn an_address_that_is_not_well_is_tried_again_and_then_a_warning() {
    let place = Place::new();
    let run = |url: &str| place.herkomst(&["run", "--notify-on", "always", "--notify-url", url]);
    let (url, requests) = service(vec!["503 Service Unavailable", "429 Too Many Requests", "200 OK"]);
    let said = run(&url);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(requests.join().unwrap().len(), 3);

    let (url, requests) = service(vec!["404 Not Found"]);
    let said = run(&url);
    assert_eq!(
        (said.code, requests.join().unwrap().len()),
        (0, 1),
        "what will not change is not tried again"
    );
    assert!(said.err.contains("answered with 404 Not Found"), "{said:?}");
    assert!(!said.err.contains("lineage"), "the address may be a secret: {said:?}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hooks/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let said = run(&url);
    assert_eq!(said.code, 0);
    assert!(
        said.err.contains("could not be reached") && said.err.trim_end().ends_with("3 times"),
        "{said:?}"
    );
    assert!(!said.err.contains("s3cret"), "{said:?}");
}

#[test]
fn a_trace_has_a_span_for_the_run_and_for_each_step() {
    let place = Place::new();
    for _ in 0..2 {
        let said = place.herkomst(&["run", "--traces", "spans.jsonl"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
    }
    let text = std::fs::read_to_string(place.folder.join("spans.jsonl")).unwrap();
    let traces: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(traces.len(), 2);
    let spans = traces[0]["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 12);
    assert_eq!((&spans[0]["name"], &spans[1]["name"]), (&json!("run"), &json!("members")));
    let time = |span: &Value, key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
    for span in &spans[1..] {
        assert_eq!((&span["parentSpanId"], &span["traceId"]), (&spans[0]["spanId"], &spans[0]["traceId"]));
        let (from, to) = (time(span, "startTimeUnixNano"), time(span, "endTimeUnixNano"));
        assert!(time(&spans[0], "startTimeUnixNano") <= from && from <= to, "{span}");
        assert!(to <= time(&spans[0], "endTimeUnixNano"), "{span}");
    }
    let ids: BTreeSet<&str> = spans.iter().map(|span| span["spanId"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), ids.iter().map(|id| id.len()).max()), (12, Some(16)));
    assert_eq!(spans[0]["traceId"].as_str().unwrap().len(), 32);

    let (url, requests) = service(vec!["200 OK\n{}"]);
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_eq!(place.herkomst(&["run", "--traces", &url]).code, 4);
    let requests = requests.join().unwrap();
    let sent: Value = serde_json::from_str(&requests[0].body).unwrap();
    let status = &sent["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["status"];
    assert_eq!(status["code"], 2);
    assert!(
        status["message"].as_str().unwrap().contains("loans/2019.csv of source loans is gone"),
        "{status}"
    );
}
