//! What is told of a run beforehand is what the run then does; telling it changes nothing.

use crate::fixture::{How, Library, PLAINLY, Store, executed, files, flagship, object_path, options};
use engine::{Capture, Forecast, Outlook, Reason, Reuse, RunOptions, forecast};
use insta::assert_snapshot;
use std::collections::BTreeMap;
use std::fs;
use study::Study;
use terms::{IdentityKey, Manifest, NodeRecord, ObjectHash};

fn told(store: &Store, study: &Study) -> Forecast {
    forecast(study, Some(&store.warehouse), &options(PLAINLY)).unwrap()
}

/// Steps and checks that are not reused, a line each.
fn lines(forecast: &Forecast) -> String {
    let line = |kind: &str, name: &str, outlook: Outlook, reasons: &[Reason], on: &[String]| {
        let reasons: Vec<String> =
            reasons.iter().map(|reason| serde_json::to_string(reason).unwrap().replace('"', "")).collect();
        let on = if on.is_empty() { String::new() } else { format!(" after {}", on.join(", ")) };
        format!("{outlook:?} {kind}{name} {}{on}", reasons.join(" ")).trim_end().replace("  ", " ")
    };
    let steps = forecast.steps.iter().map(|s| ("", &s.step, s.outlook, &s.reasons, &s.depends_on));
    let checks = forecast.checks.iter().map(|c| ("check ", &c.check, c.outlook, &c.reasons, &c.depends_on));
    let open = steps.chain(checks).filter(|one| one.2 != Outlook::Reused);
    open.map(|(kind, name, outlook, reasons, on)| line(kind, name, outlook, reasons, on))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every file of the warehouse with what it looks like from outside.
fn looks(store: &Store) -> Vec<(String, u64, std::time::SystemTime)> {
    let top = store.warehouse.root();
    let look = |file: std::path::PathBuf| {
        let meta = fs::metadata(top.join(&file)).unwrap();
        (file.display().to_string(), meta.len(), meta.modified().unwrap())
    };
    files(top).into_iter().map(look).collect()
}

/// Tells what a run would do, lets it run, and compares: what was to run ran, what was to be reused was, with the rows that were
/// expected. Gives what was told.
fn kept(store: &Store, study: &Study, how: &RunOptions) -> Forecast {
    let before = looks(store);
    let told = forecast(study, Some(&store.warehouse), how).unwrap();
    assert_eq!(looks(store), before, "telling writes nothing");
    let run = store.run_with(study, how).unwrap();
    let ran = executed(&run);
    let by_name: BTreeMap<&str, &NodeRecord> =
        run.nodes.iter().map(|node| (node.node.as_str(), node)).collect();
    assert_eq!(told.steps.len(), run.nodes.len());
    for step in &told.steps {
        match step.outlook {
            Outlook::Runs => assert!(ran.contains(&step.step.as_str()), "{} did not run", step.step),
            Outlook::Reused => assert!(!ran.contains(&step.step.as_str()), "{} ran", step.step),
            Outlook::MayRun => assert!(!step.depends_on.is_empty(), "{}", step.step),
        }
        let rows = |expected: &engine::Expected| expected.rows.map(|rows| (expected.table.clone(), rows));
        let expected: Vec<_> = step.tables.iter().filter_map(rows).collect();
        let made = by_name[step.step.as_str()].tables.iter().map(|made| (made.table.clone(), made.rows));
        assert!(expected.is_empty() || expected == made.collect::<Vec<_>>(), "rows of {}", step.step);
    }
    for (check, found) in told.checks.iter().zip(&run.checks) {
        assert_eq!(check.check, found.check);
        assert!(check.violations.is_none_or(|violations| violations == found.violations), "{}", check.check);
        let is_as_told = match check.outlook {
            Outlook::Runs => found.answered == terms::StepOutcome::Executed,
            Outlook::Reused => found.answered == terms::StepOutcome::Reused,
            Outlook::MayRun => true,
        };
        assert!(is_as_told, "check {}", check.check);
    }
    told
}

/// What is told after a first run and a change, and kept.
fn after(change: impl Fn(&Library)) -> String {
    let (copy, store) = (Library::new(), Store::new());
    store.run(&copy.load(), PLAINLY).unwrap();
    change(&copy);
    lines(&kept(&store, &copy.load(), &options(PLAINLY)))
}

#[test]
fn before_the_first_run_everything_would_run() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    let without = forecast(&study, None, &options(PLAINLY)).unwrap();
    let told = kept(&store, &study, &options(PLAINLY));
    assert_eq!(told, without, "no warehouse and an empty one");
    assert!(
        told.steps.iter().all(|step| step.reasons == [Reason::NeverRan] && step.outlook == Outlook::Runs)
    );
    assert!(told.steps.iter().flat_map(|step| &step.tables).all(|table| table.last_rows.is_none()));
    assert_eq!(told.last_run, None);
}

#[test]
fn an_unchanged_night_would_run_nothing() {
    assert_snapshot!(after(|_| ()), @"");
    let flagship = flagship();
    let told = forecast(&flagship.study, Some(&flagship.store.warehouse), &options(PLAINLY)).unwrap();
    assert_eq!(lines(&told), "");
    let rows: u64 = told.steps.iter().flat_map(|step| &step.tables).filter_map(|table| table.rows).sum();
    let made: u64 = flagship.run.nodes.iter().flat_map(|node| &node.tables).map(|table| table.rows).sum();
    assert_eq!(rows, made);
}

#[test]
fn a_file_is_named_and_what_lies_behind_it_hangs_on_it() {
    let row = |study: &Library| {
        study.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    };
    assert_snapshot!(after(row), @"");
    let moved = |study: &Library| {
        let at = |name: &str| study.folder().join("data/loans").join(name);
        fs::rename(at("2019.csv"), at("year_2019.csv")).unwrap();
    };
    assert_snapshot!(after(moved), @"");
}

#[test]
fn queries_parameters_and_declarations_are_named() {
    let change = |study: &Library| {
        study.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
        study.edit("pipeline.yaml", "adult_age: 18", "adult_age: 17");
        study.edit(
            "sources/registry.yaml",
            "header: Street, type: text",
            "header: [Street, Road], type: text",
        );
        study.edit("cleaning/gone.sql", "'fee rounded up'", "'fee made round'");
        study.edit(
            "pipeline.yaml",
            "[matching/card.sql, matching/birth.sql]",
            "[matching/birth.sql, matching/card.sql]",
        );
        study.edit("checks/population_known.sql", "('active', 'left')", "('active', 'gone', 'left')");
    };
    assert_snapshot!(after(change), @"");
}

#[test]
fn what_came_and_what_went_is_named() {
    let change = |study: &Library| {
        study.edit(
            "pipeline.yaml",
            "passes: [matching/card.sql, matching/birth.sql]",
            "passes: [matching/card.sql]",
        );
        let sql = study.read("features/member.sql");
        study.write("features/person.sql", &sql);
        study.write("checks/nobody.sql", &study.read("checks/population_known.sql"));
        study.edit("pipeline.yaml", "checks:\n", "checks:\n  - {check: checks/nobody.sql, severity: warn}\n");
    };
    assert_snapshot!(after(change), @"");
    let (copy, store) = (Library::new(), Store::new());
    copy.write("features/person.sql", &copy.read("features/member.sql"));
    store.run(&copy.load(), PLAINLY).unwrap();
    fs::remove_file(copy.folder().join("features/person.sql")).unwrap();
    let told = kept(&store, &copy.load(), &options(PLAINLY));
    assert_eq!(told.gone, ["derived.person"]);
    assert_snapshot!(lines(&told), @"");
}

#[test]
fn comments_and_layout_are_no_reason() {
    assert_snapshot!(after(|study| {
        study.edit("features/member.sql", "from staging.loans", "from  staging.loans -- all of them");
        study.edit("sources/loans.yaml", "title: Loans", "title:   'Loans'  # a remark");
    }), @"");
}

#[test]
fn how_it_is_to_run_is_a_reason() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&study, PLAINLY).unwrap();
    let with = |change: &dyn Fn(&mut RunOptions)| {
        let mut how = options(PLAINLY);
        change(&mut how);
        kept(&store, &study, &how)
    };
    assert_eq!(lines(&with(&|how| how.reuse = Reuse::Rehashed)), "");
    let all = with(&|how| how.reuse = Reuse::Nothing);
    assert!(all.steps.iter().all(|step| step.outlook == Outlook::Runs && step.reasons == [Reason::Asked]));
    assert_snapshot!(lines(&with(&|how| how.capture = Capture::Nothing)), @"");
    assert_snapshot!(lines(&with(&|how| how.key = IdentityKey::new(b"another key of 16 bytes".to_vec()))), @"");
}

#[test]
fn a_damaged_object_is_a_reason() {
    let (copy, store) = (Library::new(), Store::new());
    let run = store.run(&copy.load(), PLAINLY).unwrap();
    let object = |run: &Manifest, table: &str| -> ObjectHash {
        run.tables().find(|record| record.table.to_string() == table).unwrap().object.clone()
    };
    fs::remove_file(object_path(&store.warehouse, &object(&run, "derived.member"))).unwrap();
    fs::remove_file(object_path(&store.warehouse, &object(&run, "checks.loans_without_member"))).unwrap();
    let store = store.reopened();
    assert_snapshot!(lines(&kept(&store, &copy.load(), &options(PLAINLY))), @"");
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}

#[test]
fn what_a_stopped_run_had_finished_is_reused() {
    let (copy, store) = (Library::new(), Store::new());
    let (whole, faulty) = ("count(*) as members", "count(*) / min(books - books) as members");
    copy.edit("appendices/table_1.sql", whole, faulty);
    store.run(&copy.load(), PLAINLY).unwrap_err();
    copy.edit("appendices/table_1.sql", faulty, whole);
    let told = kept(&store, &copy.load(), &options(PLAINLY));
    assert_eq!((told.last_run, told.unfinished), (None, 9));
    assert_snapshot!(lines(&told), @"");
}

/// Of the flagship study, by name: what hangs on one line of a questionnaire, and how much on one of a registration.
#[test]
fn a_row_of_the_flagship_study() {
    let flagship = flagship();
    let how = How { reuse: Reuse::Rehashed, ..PLAINLY };
    let same = told(&flagship.store, &flagship.study);
    assert_eq!(same, forecast(&flagship.study, Some(&flagship.store.warehouse), &options(how)).unwrap());
}
