use super::{events, ndjson};
use crate::example::{described, run, study};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::{CheckOutcome, ObjectHash};

fn told(change: impl Fn(&mut terms::Manifest)) -> Vec<Value> {
    let (study, mut run) = (study(), run());
    change(&mut run);
    events(&described(&study, &run, &ObjectHash::of(b"manifest")))
}

fn of<'e>(events: &'e [Value], job: &str, kind: &str) -> &'e Value {
    let found = events.iter().filter(|event| event["job"]["name"] == job && event["eventType"] == kind);
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), 1, "{job} {kind}");
    found[0]
}

#[test]
fn each_job_starts_and_ends_once_within_its_parent() {
    let events = told(|_| ());
    // The run, ten steps, the column lineage and two checks.
    assert_eq!(events.len(), 2 * (1 + 11 + 2));
    let mut runs = BTreeMap::<&str, Vec<&str>>::new();
    for event in &events {
        let id = event["run"]["runId"].as_str().unwrap();
        runs.entry(id).or_default().push(event["eventType"].as_str().unwrap());
    }
    assert_eq!(runs.len(), events.len() / 2);
    assert!(runs.values().all(|kinds| kinds[..] == ["START", "COMPLETE"]), "{runs:?}");
    let parent = &events[0]["run"]["runId"];
    let children = &events[1..events.len() - 1];
    assert!(children.iter().all(|event| &event["run"]["facets"]["parent"]["run"]["runId"] == parent));
    assert_eq!(
        events[0]["run"]["facets"]["tags"]["tags"][2],
        json!({"key": "synthetic", "value": "true", "source": "HERKOMST"})
    );
    let times: Vec<&str> = events.iter().map(|event| event["eventTime"].as_str().unwrap()).collect();
    assert_eq!(
        (times[0], times[1], times[3]),
        ("2011-03-01T02:00:00Z", "2011-03-01T02:00:00.000Z", "2011-03-01T02:00:00.010Z")
    );
}

#[test]
fn the_same_run_is_told_in_the_same_bytes() {
    let text = ndjson(&told(|_| ()));
    assert_eq!(text, ndjson(&told(|_| ())));
    assert_eq!(text.lines().count(), 28);
    let (study, run) = (study(), run());
    let another = events(&described(&study, &run, &ObjectHash::of(b"another manifest")));
    let ids =
        |events: &[Value]| events.iter().map(|e| e["run"]["runId"].to_string()).collect::<BTreeSet<_>>();
    assert!(ids(&told(|_| ())).is_disjoint(&ids(&another)));
}

#[test]
fn a_table_is_told_with_its_columns_and_what_they_are_made_from() {
    let events = told(|_| ());
    let ended = of(&events, "library.appendix.table_1", "COMPLETE");
    let table = &ended["outputs"][0];
    assert_eq!(table["name"], "library.appendix.table_1");
    assert_eq!(
        table["facets"]["schema"]["fields"][1],
        json!({"name": "members", "type": "Int64", "ordinal_position": 2})
    );
    let hash = ObjectHash::of(b"appendix.table_1");
    assert_eq!(table["facets"]["version"]["datasetVersion"], format!("sha256:{hash}"));
    assert_eq!(table["outputFacets"]["outputStatistics"]["rowCount"], 100);
    let lineage = &table["facets"]["columnLineage"];
    let field = |column: &str, kind: &str| json!({"namespace": "herkomst", "name": "library.derived.member", "field": column, "transformations": [{"type": kind}]});
    // All columns hang on the branch: that stands once. Only books also hang on who is adult.
    assert_eq!(lineage["dataset"], json!([field("branch", "INDIRECT")]));
    assert_eq!(
        lineage["fields"],
        json!({
            "books": {"inputFields": [field("adult", "INDIRECT"), field("books", "DIRECT")]},
            "branch": {"inputFields": [field("branch", "DIRECT")]},
        })
    );
    assert!(ended["job"]["facets"]["sql"]["query"].as_str().unwrap().contains("from derived.member"));
    let started = of(&events, "library.appendix.table_1", "START");
    assert_eq!(
        started["outputs"],
        json!([{"namespace": "herkomst", "name": "library.appendix.table_1", "facets": {}}])
    );
}

#[test]
fn files_rounds_and_identities() {
    let events = told(|_| ());
    let source = of(&events, "library.staging.members", "COMPLETE");
    let names: Vec<&str> =
        source["inputs"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["library/data/members/north.csv", "library/data/members/south.csv"]);
    assert_eq!(source["inputs"][0]["inputFacets"]["inputStatistics"]["rowCount"], 7);
    let identity = source["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|table| table["name"] == "library.identity.members");
    assert_eq!(identity.unwrap()["facets"]["tags"]["tags"][0]["value"], "identifying");
    let round = &of(&events, "library.cleaning.merged", "COMPLETE")["job"]["facets"];
    assert_eq!(round["documentation"]["description"], "One record a person");
    let code = round["sourceCode"]["sourceCode"].as_str().unwrap();
    let files: Vec<&str> = code.lines().filter(|line| line.starts_with("-- file: ")).collect();
    assert_eq!(files, ["-- file: cleaning/same_card.sql", "-- file: cleaning/leavers.sql"]);
}

#[test]
fn a_check_is_an_assertion_about_what_it_reads() {
    let events = told(|_| ());
    let check = of(&events, "library.checks.loans_without_member", "COMPLETE");
    let asserted = &check["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"][0];
    assert_eq!(
        (&asserted["success"], &asserted["severity"], &asserted["actual"]),
        (&json!(false), &json!("warn"), &json!("1"))
    );
    assert_eq!(check["outputs"][0]["name"], "library.checks.loans_without_member");
    let passed = of(&events, "library.checks.population_known", "COMPLETE");
    assert_eq!(passed["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"][0]["success"], true);
}

#[test]
fn a_run_that_is_not_published_fails() {
    let events = told(|run| {
        run.published = false;
        run.checks[1].outcome = CheckOutcome::Violated;
    });
    let failed = of(&events, "library", "FAIL");
    assert_eq!(
        failed["run"]["facets"]["errorMessage"]["message"],
        "not published: violated checks population_known"
    );
    assert!(events.iter().all(|event| event["job"]["name"] != "library" || event["eventType"] != "COMPLETE"));
}
