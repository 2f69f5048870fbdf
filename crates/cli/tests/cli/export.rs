//! A run told to others: events to a file and to a service, and a crate.

use crate::fixture::{Place, Said};
use insta::assert_snapshot;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread::JoinHandle;

/// What a service was sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A service at an address of its own that gives these answers, one to a request, and then is gone.
pub(crate) fn service(answers: Vec<&'static str>) -> (String, JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1/lineage", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let answered = answers.into_iter().map(|answer| {
            let mut stream = listener.accept().unwrap().0;
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let (status, text) = answer.split_once('\n').unwrap_or((answer, ""));
            let length = text.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}"
            )
            .unwrap();
            Request { head, body: String::from_utf8(body).unwrap() }
        });
        answered.collect()
    });
    (url, thread)
}

fn sent(place: &Place, url: &str, more: &[&str]) -> Said {
    place.herkomst(&[&["export", "openlineage", "--url", url], more].concat())
}

/// The message, with the port that differs each time left out.
fn message(said: &Said, url: &str) -> String {
    said.err.replace(url, "URL")
}

#[test]
fn events_go_to_standard_output_or_a_file_and_are_the_same_each_time() {
    let place = Place::shared();
    let shown = place.herkomst(&["export", "openlineage"]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    let events: Vec<Value> = shown.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 56);
    assert_snapshot!(place.herkomst(&["export", "openlineage", "--out", "events.ndjson"]).all(), @"
    exit 0
    56 events of run 1 written to events.ndjson
    ");
    assert_eq!(std::fs::read_to_string(place.folder.join("events.ndjson")).unwrap(), shown.out);
    assert_eq!(place.herkomst(&["export", "openlineage", "--out", "-", "--run", "1"]).out, shown.out);
    // The lineage of columns is the one that the run stored.
    let table = events.iter().rfind(|event| event["job"]["name"] == "library.appendix.table_1");
    let lineage = &table.unwrap()["outputs"][0]["facets"]["columnLineage"];
    assert_eq!(lineage["fields"]["share"]["inputFields"][0]["field"], "books");
    assert_eq!(lineage["dataset"][0]["field"], "branch");
    for value in ["Bos", "Cohen", "Gerrits", "31/12/85"] {
        assert!(!shown.out.contains(value), "{value} is told");
    }
}

#[test]
fn a_service_is_sent_one_event_at_a_time_with_its_key() {
    let place = Place::shared();
    let (url, service) = service(vec!["201 Created"; 56]);
    let said = sent(place, &url, &["--api-key", "secret", "--json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let facts: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(facts, serde_json::json!({"events": 56, "url": url}));
    let requests = service.join().unwrap();
    let bodies: String = requests.iter().map(|request| format!("{}\n", request.body)).collect();
    assert_eq!(bodies, place.herkomst(&["export", "openlineage"]).out);
    for request in requests {
        assert!(request.head.starts_with("post /api/v1/lineage http/1.1\r\n"), "{}", request.head);
        for line in ["content-type: application/json\r\n", "authorization: bearer secret\r\n"] {
            assert!(request.head.contains(line), "{}", request.head);
        }
    }
}

#[test]
fn an_answer_that_is_no_success_stops_and_says_what_to_do() {
    let place = Place::shared();
    let (url, first) =
        service(vec!["201 Created", "200 OK", "422 Unprocessable Entity\nno such facet\nat line 1"]);
    let said = sent(place, &url, &[]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert_snapshot!(message(&said, &url), @"herkomst: event 3 of 56 (library.staging.members, COMPLETE) was answered by URL with 422 Unprocessable Entity: no such facet; see what the service has against it, then send all again: the same run keeps its ids, so what is there already is not doubled");
    assert_eq!(first.join().unwrap().len(), 3, "nothing is sent after it");
    for (answer, way_out) in [
        ("401 Unauthorized", "give the key that the service asks for with --api-key"),
        ("404 Not Found", "give the whole address"),
        ("503 Service Unavailable", "wait until the service is well"),
    ] {
        let (url, service) = service(vec![answer]);
        let said = sent(place, &url, &[]);
        assert!(said.code == 1 && said.err.contains(way_out), "{said:?}");
        assert!(said.err.contains(&format!("with {answer}; ")), "{said:?}");
        service.join().unwrap();
    }
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let said = sent(Place::shared(), &url, &[]);
    assert_eq!(said.code, 1);
    let start = "herkomst: event 1 of 56 (library, START) could not be sent to URL: ";
    assert!(message(&said, &url).starts_with(start), "{said:?}");
    assert!(said.err.contains("see whether the address is right and the service is up"), "{said:?}");
    let said = sent(Place::shared(), "nowhere", &[]);
    assert_eq!(said.code, 1, "{said:?}");
}

#[test]
fn a_crate_holds_the_study_and_its_tables_and_no_delivery() {
    let place = Place::shared();
    assert_snapshot!(place.herkomst(&["export", "ro-crate", "--out", "crate"]).all(), @"
    exit 0
    run 1 described in crate/ro-crate-metadata.json: 26 files of the study, 1 printed tables, 125 entities; deliveries and stored tables are named by hash, not copied
    ");
    let folder = place.folder.join("crate");
    let mut files = Vec::new();
    walk(&folder, &mut files);
    assert_snapshot!(files.join("\n"), @"
    README.md
    results/table_1.csv
    ro-crate-metadata.json
    workflow/appendices/table_1.sql
    workflow/appendices/table_1.test.yaml
    workflow/appendices/table_1.yaml
    workflow/checks/loans_without_member.sql
    workflow/checks/loans_without_member.test.yaml
    workflow/checks/population_known.sql
    workflow/cleaning/gone.md
    workflow/cleaning/gone.sql
    workflow/cleaning/leavers.md
    workflow/cleaning/leavers.sql
    workflow/cleaning/same_card.md
    workflow/cleaning/same_card.sql
    workflow/codes/branches.csv
    workflow/features/member.sql
    workflow/features/member.test.yaml
    workflow/features/member.yaml
    workflow/matching/birth.sql
    workflow/matching/card.sql
    workflow/matching/card.test.yaml
    workflow/misprints.yaml
    workflow/pipeline.yaml
    workflow/published/table_1.csv
    workflow/sources/leavers.yaml
    workflow/sources/loans.yaml
    workflow/sources/members.yaml
    workflow/sources/registry.yaml
    ");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!(read("workflow/pipeline.yaml"), place.read("pipeline.yaml"));
    let metadata: Value = serde_json::from_str(&read("ro-crate-metadata.json")).unwrap();
    let root = metadata["@graph"].as_array().unwrap().iter().find(|entity| entity["@id"] == "./").unwrap();
    assert_eq!(root["name"], "Members of two library branches, run 1");
    assert!(
        root["description"].as_str().unwrap().starts_with("The data is synthetic: invented persons only")
    );
    for value in ["Cohen", "Gerrits", "31/12/85"] {
        assert!(!read("ro-crate-metadata.json").contains(value), "{value} is told");
    }
    assert!(
        read("README.md").starts_with("# Members of two library branches, run 1\n\nThe data is synthetic")
    );
    let again = place.herkomst(&["export", "ro-crate", "--out", "crate"]);
    assert_snapshot!(again.all(), @"
    exit 2
    herkomst: crate is not empty; name a new folder, or empty it
    ");
    let other = place.herkomst(&["export", "ro-crate", "--out", "other", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&other.out).unwrap()["printed_tables"], 1);
    let told = std::fs::read_to_string(place.folder.join("other/ro-crate-metadata.json")).unwrap();
    assert_eq!(told, read("ro-crate-metadata.json"), "the same run is told in the same bytes");
}

fn walk(folder: &Path, files: &mut Vec<String>) {
    let mut found: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    for path in found {
        if path.is_dir() {
            walk(&path, files);
        } else {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let from = parts.iter().rposition(|part| part == "crate").unwrap() + 1;
            files.push(parts[from..].join("/"));
        }
    }
}

#[test]
fn what_is_told_is_the_study_that_ran() {
    let place = Place::new();
    assert_snapshot!(place.herkomst(&["export", "openlineage"]).err, @"herkomst: warehouse is not a warehouse: it has no folders `objects` and `runs`; check the path, or run first");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("features/member.sql", "-- what: one row a person", "-- what: a row for each person");
    assert_eq!(place.herkomst(&["export", "openlineage"]).code, 0, "a comment changes nothing");
    place.edit("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.books, 1)");
    let said = place.herkomst(&["export", "openlineage"]).all();
    assert_snapshot!(said, @"
    exit 2
    herkomst: run 1 ran another study than the one in study: its queries, contracts, or the names or types of its parameters have changed since; export it with the study as it was, or run again with: herkomst run
    ");
    assert_eq!(place.herkomst(&["export", "ro-crate", "--out", "crate"]).all(), said);
    assert!(!place.folder.join("crate").exists());
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_eq!(place.herkomst(&["export", "openlineage"]).code, 0);
    assert_eq!(place.herkomst(&["export", "openlineage", "--run", "1"]).code, 2);
}

/// What has this key among named values, wherever it stands.
fn valued<'v>(named: &'v Value, key: &str) -> Option<&'v Value> {
    named.as_array()?.iter().find(|one| one["key"] == key).map(|one| &one["value"])
}

#[test]
fn a_run_with_other_values_of_parameters_is_told_with_those_values() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let said = place.herkomst(&["run", "--set", "adult_age=30", "--as-of", "2020-06-01"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let events = |run: &str| -> Vec<Value> {
        let said = place.herkomst(&["export", "openlineage", "--run", run]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let told = |run: &str| {
        let events = events(run);
        let facets = &events[0]["run"]["facets"];
        let parameters = &facets["executionParameters"]["parameters"];
        let age = valued(parameters, "adult_age").unwrap().as_str().unwrap().to_owned();
        let day = valued(&facets["tags"]["tags"], "as_of").map(|day| day.as_str().unwrap().to_owned());
        (age, day)
    };
    assert_eq!(told("1"), ("18".to_owned(), None));
    assert_eq!(told("2"), ("30".to_owned(), Some("2020-06-01".to_owned())));
    let value = |run: &str| {
        let said = place.herkomst(&["export", "ro-crate", "--run", run, "--out", run]);
        assert_eq!(said.code, 0, "{}", said.all());
        let text = std::fs::read_to_string(place.folder.join(run).join("ro-crate-metadata.json")).unwrap();
        let metadata: Value = serde_json::from_str(&text).unwrap();
        let entities = metadata["@graph"].as_array().unwrap();
        let of = |id: &str| entities.iter().find(|entity| entity["@id"] == id).unwrap().clone();
        let used = of("#run")["object"].to_string();
        assert!(used.contains("#value/adult_age"), "{used}");
        (of("#value/adult_age")["value"].clone(), of("#run")["description"].to_string())
    };
    let ((before, first), (after, second)) = (value("1"), value("2"));
    assert_eq!((before, after), ("18".into(), "30".into()));
    assert!(!first.contains("as of") && second.contains("Run as of 2020-06-01."), "{first} {second}");
    // What the value decides is told as the run made it.
    let made = |run: &str| {
        let of = |event: &&Value| {
            event["job"]["name"] == "library.derived.member" && event["eventType"] == "COMPLETE"
        };
        events(run).iter().find(of).unwrap()["outputs"][0]["facets"]["version"]["datasetVersion"].clone()
    };
    assert!(made("1").is_string() && made("1") != made("2"));
    assert_eq!(place.herkomst(&["run", "--without", "gone"]).code, 0);
    assert_snapshot!(place.herkomst(&["export", "openlineage", "--run", "3"]).all(), @"
    exit 2
    herkomst: run 3 is a side run without settled/gone: it shows what a rule does, and is no result; export a run that left nothing out
    ");
}

#[test]
fn a_crate_of_data_that_is_not_invented_needs_a_licence() {
    let place = Place::new();
    place.edit("pipeline.yaml", "synthetic: true", "synthetic: false");
    std::fs::write(place.folder.join("key"), "sixteen bytes at least").unwrap();
    assert_eq!(place.herkomst(&["run", "--key-file", "key"]).code, 0);
    assert_snapshot!(place.herkomst(&["export", "ro-crate", "--out", "crate"]).all(), @"
    exit 2
    herkomst: the data is not synthetic, so nobody but you knows the licence; name it with --license
    ");
    let license = "https://example.org/terms";
    let said = place.herkomst(&["export", "ro-crate", "--out", "crate", "--license", license]);
    assert_eq!(said.code, 0, "{said:?}");
    let metadata = std::fs::read_to_string(place.folder.join("crate/ro-crate-metadata.json")).unwrap();
    assert!(metadata.contains(license) && !metadata.contains("ynthetic"));
}

#[test]
fn deliveries_that_cannot_be_told_from_the_study_are_not_copied() {
    let said = Place::shared().herkomst(&["--data", "study", "export", "ro-crate", "--out", "mixed"]);
    assert_snapshot!(said.all(), @"
    exit 2
    herkomst: the data folder study holds the study, so its files cannot be told from deliveries, which must not be copied; keep deliveries in a folder of their own
    ");
    assert!(!Place::shared().folder.join("mixed").exists());
}

/// A list of the study with two questions, one of them with coded answers.
fn with_questions() -> Place {
    let place = Place::new();
    place.write(
        "sources/asked.yaml",
        "source: asked\ntitle: Asked at the desk\nroot: study\nfiles: lists/asked.csv\ncolumns:\n\
         \x20 - {name: code, header: code, type: text, required: true}\n\
         \x20 - {name: text, header: text, type: text, required: true}\n\
         \x20 - {name: answer, header: answer, type: text}\n\
         \x20 - {name: label, header: label, type: text}\n",
    );
    place.write(
        "lists/asked.csv",
        "code,text,answer,label\nq2,Which <book>?,1,First & last\nq1,Your name?,,\n",
    );
    let yaml = place.read("pipeline.yaml");
    let codebook = "codebook:\n  lists: [{source: asked, code: code, text: text}]\n";
    let yaml = yaml.replacen("sources:\n", "sources:\n  - sources/asked.yaml\n", 1);
    place.write("pipeline.yaml", format!("{yaml}\n{codebook}"));
    place
}

#[test]
fn a_codebook_has_the_lists_in_their_order() {
    let place = with_questions();
    let run = place.herkomst(&["run"]);
    assert_eq!(run.code, 0, "{run:?}");
    let said = place.herkomst(&["export", "ddi", "--out", "codebook.xml"]);
    assert_eq!(said.all(), "exit 0\ncodebook written to codebook.xml");
    let text = std::fs::read_to_string(place.folder.join("codebook.xml")).unwrap();
    let (first, second) = (text.find("Which &lt;book&gt;?").unwrap(), text.find("Your name?").unwrap());
    assert!(first < second, "{text}");
    assert!(text.contains("<varGrp ID=\"GV1\" type=\"file\" name=\"members\""), "{text}");
    assert_eq!(place.herkomst(&["export", "ddi"]).out, text);
}

#[test]
fn a_study_without_lists_has_no_codebook() {
    let said = Place::shared().herkomst(&["export", "ddi"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("name them under `codebook` in pipeline.yaml"), "{}", said.err);
}
