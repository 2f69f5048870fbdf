//! What is told of a run beforehand is what the run then does; telling it changes nothing.

use crate::fixture::{How, Library, PLAINLY, Store, files, flagship, object_path, options};
use engine::{Capture, Forecast, Outlook, Reason, Reuse, RunOptions, forecast};
use insta::assert_snapshot;
use std::fs;
use study::Study;
use terms::{IdentityKey, Manifest, ObjectHash, StepOutcome};

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
    assert_eq!(told.steps.len(), run.nodes.len());
    for (step, node) in told.steps.iter().zip(&run.nodes) {
        assert_eq!(step.step, node.node);
        match step.outlook {
            Outlook::Runs => assert_eq!(node.outcome, StepOutcome::Executed, "{}", step.step),
            Outlook::Reused => assert_eq!(node.outcome, StepOutcome::Reused, "{}", step.step),
            Outlook::MayRun => assert!(!step.depends_on.is_empty(), "{}", step.step),
        }
        let rows = |expected: &engine::Expected| expected.rows.map(|rows| (expected.table.clone(), rows));
        let expected: Vec<_> = step.tables.iter().filter_map(rows).collect();
        let made: Vec<_> = node.tables.iter().map(|made| (made.table.clone(), made.rows)).collect();
        assert!(expected.is_empty() || expected == made, "rows of {}", step.step);
    }
    for (check, found) in told.checks.iter().zip(&run.checks) {
        assert_eq!(check.check, found.check);
        assert!(check.violations.is_none_or(|violations| violations == found.violations), "{}", check.check);
        let is_as_told = match check.outlook {
            Outlook::Runs => found.answered == StepOutcome::Executed,
            Outlook::Reused => found.answered == StepOutcome::Reused,
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
    assert_snapshot!(after(|_| ()), @"Runs check loans_rows {why:query_or_published,query:loans_rows}");
    let flagship = flagship();
    let told = forecast(&flagship.study, Some(&flagship.store.warehouse), &options(PLAINLY)).unwrap();
    // The first night had none before it to compare with.
    let told_lines = lines(&told);
    assert!(told_lines.lines().all(|line| line.contains("{why:query_or_published,")), "{told_lines}");
    let rows: u64 = told.steps.iter().flat_map(|step| &step.tables).filter_map(|table| table.rows).sum();
    let made: u64 = flagship.run.nodes.iter().flat_map(|node| &node.tables).map(|table| table.rows).sum();
    assert_eq!(rows, made);
}

#[test]
fn a_file_is_named_and_what_lies_behind_it_hangs_on_it() {
    let row = |study: &Library| {
        study.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    };
    assert_snapshot!(after(row), @"
    Runs loans {why:file_changed,file:loans/2019.csv}
    MayRun audit after loans
    MayRun derived.member after loans
    MayRun appendix.table_1 after derived.member
    MayRun check loans_without_member after loans
    MayRun check quarantined after audit
    MayRun check loans_range_books after loans
    MayRun check loans_rows after loans
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
    let moved = |study: &Library| {
        let at = |name: &str| study.folder().join("data/loans").join(name);
        fs::rename(at("2019.csv"), at("year_2019.csv")).unwrap();
    };
    assert_snapshot!(after(moved), @"
    Runs loans {why:file_removed,file:loans/2019.csv} {why:file_added,file:loans/year_2019.csv}
    MayRun audit after loans
    MayRun derived.member after loans
    MayRun appendix.table_1 after derived.member
    MayRun check loans_without_member after loans
    MayRun check quarantined after audit
    MayRun check loans_range_books after loans
    MayRun check loans_rows after loans
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
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
    assert_snapshot!(after(change), @"
    Runs registry {why:declaration,step:registry}
    Runs settled {why:query,query:settled/gone}
    MayRun audit after settled, registry
    Runs registry {why:order,step:registry} after settled, registry
    Runs derived.member {why:query,query:derived.member} {why:parameter,parameter:adult_age,before:18,after:17} after settled, registry
    MayRun appendix.table_1 after derived.member
    Runs audit.column_lineage {why:declaration,step:registry} {why:query,query:settled/gone} {why:order,step:registry} {why:query,query:derived.member}
    MayRun check loans_without_member after settled
    MayRun check population_known after settled
    MayRun check quarantined after audit
    Runs check loans_rows {why:query_or_published,query:loans_rows}
    MayRun check settled_unique_row_id after settled
    MayRun check settled_accepted_values_population after settled
    MayRun check registry_unique_left_id after registry
    MayRun check registry_unique_right_id after registry
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after settled, derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
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
    assert_snapshot!(after(change), @"
    Runs registry {why:query_removed,query:registry/birth}
    MayRun derived.member after registry
    Runs derived.person {why:never_ran} after registry
    MayRun appendix.table_1 after derived.member
    Runs audit.column_lineage {why:query_removed,query:registry/birth} {why:query,query:derived.person}
    Runs check nobody {why:never_ran}
    Runs check loans_rows {why:query_or_published,query:loans_rows}
    MayRun check registry_unique_left_id after registry
    MayRun check registry_unique_right_id after registry
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
    let (copy, store) = (Library::new(), Store::new());
    copy.write("features/person.sql", &copy.read("features/member.sql"));
    store.run(&copy.load(), PLAINLY).unwrap();
    fs::remove_file(copy.folder().join("features/person.sql")).unwrap();
    let told = kept(&store, &copy.load(), &options(PLAINLY));
    assert_eq!(told.gone, ["derived.person"]);
    assert_snapshot!(lines(&told), @"
    Runs audit.column_lineage {why:study}
    Runs check loans_rows {why:query_or_published,query:loans_rows}
    ");
}

#[test]
fn comments_and_layout_are_no_reason() {
    assert_snapshot!(after(|study| {
        study.edit("features/member.sql", "from staging.loans", "from  staging.loans -- all of them");
        study.edit("sources/loans.yaml", "title: Loans", "title:   'Loans'  # a remark");
    }), @"Runs check loans_rows {why:query_or_published,query:loans_rows}");
}

#[test]
fn how_it_is_to_run_is_a_reason() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    // The second night compares with the first, which had nothing to compare with.
    store.run(&study, PLAINLY).unwrap();
    store.run(&study, PLAINLY).unwrap();
    let with = |change: &dyn Fn(&mut RunOptions)| {
        let mut how = options(PLAINLY);
        change(&mut how);
        kept(&store, &study, &how)
    };
    assert_eq!(lines(&with(&|how| how.reuse = Reuse::Rehashed)), "");
    let all = with(&|how| how.reuse = Reuse::Nothing);
    assert!(all.steps.iter().all(|step| step.outlook == Outlook::Runs && step.reasons == [Reason::Asked]));
    assert_snapshot!(lines(&with(&|how| how.capture = Capture::Nothing)), @"
    Runs merged {why:lineage}
    Runs settled {why:lineage} after merged
    MayRun audit after merged, settled
    Runs registry {why:lineage} after settled
    Runs derived.member {why:lineage} after settled, registry
    Runs appendix.table_1 {why:lineage} after derived.member
    MayRun check loans_without_member after settled
    MayRun check population_known after settled
    MayRun check quarantined after audit
    MayRun check settled_unique_row_id after settled
    MayRun check settled_accepted_values_population after settled
    MayRun check registry_unique_left_id after registry
    MayRun check registry_unique_right_id after registry
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after settled, derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
    assert_snapshot!(lines(&with(&|how| how.key = IdentityKey::new(b"another key of 16 bytes".to_vec()))), @"
    Runs members {why:key}
    Runs leavers {why:key}
    Runs loans {why:key}
    Runs registry {why:key}
    Runs merged {why:lineage} after leavers, members
    Runs settled {why:lineage} after merged
    MayRun audit after merged, settled, leavers, loans, members, registry
    Runs registry {why:lineage} after settled, registry
    Runs derived.member {why:lineage} after settled, registry, loans
    Runs appendix.table_1 {why:lineage} after derived.member
    MayRun check loans_without_member after settled, loans
    MayRun check population_known after settled
    MayRun check quarantined after audit
    MayRun check loans_range_books after loans
    MayRun check loans_rows after loans
    MayRun check settled_unique_row_id after settled
    MayRun check settled_accepted_values_population after settled
    MayRun check registry_unique_left_id after registry
    MayRun check registry_unique_right_id after registry
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after settled, derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
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
    assert_snapshot!(lines(&kept(&store, &copy.load(), &options(PLAINLY))), @"
    Runs derived.member {why:damaged,table:derived.member}
    MayRun appendix.table_1 after derived.member
    Runs check loans_without_member {why:damaged,table:checks.loans_without_member}
    Runs check loans_rows {why:query_or_published,query:loans_rows}
    MayRun check member_unique_row_id after derived.member
    MayRun check member_not_null_branch_population_books after derived.member
    MayRun check member_accepted_values_branch after derived.member
    MayRun check member_relation_row_id after derived.member
    MayRun check member_range_fee after derived.member
    MayRun check table_1_unique_branch after appendix.table_1
    MayRun check table_1_rows after appendix.table_1
    ");
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
    assert_snapshot!(lines(&told), @"
    Runs appendix.table_1 {why:never_ran}
    Runs audit.column_lineage {why:never_ran}
    Runs check loans_without_member {why:never_ran}
    Runs check population_known {why:never_ran}
    Runs check quarantined {why:never_ran}
    Runs check loans_range_books {why:never_ran}
    Runs check loans_rows {why:never_ran}
    Runs check settled_unique_row_id {why:never_ran}
    Runs check settled_accepted_values_population {why:never_ran}
    Runs check registry_unique_left_id {why:never_ran}
    Runs check registry_unique_right_id {why:never_ran}
    Runs check member_unique_row_id {why:never_ran}
    Runs check member_not_null_branch_population_books {why:never_ran}
    Runs check member_accepted_values_branch {why:never_ran}
    Runs check member_relation_row_id {why:never_ran}
    Runs check member_range_fee {why:never_ran}
    Runs check table_1_unique_branch {why:never_ran} after appendix.table_1
    Runs check table_1_rows {why:never_ran} after appendix.table_1
    ");
}

/// Of the flagship study, by name: what hangs on one line of a questionnaire, and how much on one of a registration.
#[test]
fn a_row_of_the_flagship_study() {
    let flagship = flagship();
    let how = How { reuse: Reuse::Rehashed, ..PLAINLY };
    let same = told(&flagship.store, &flagship.study);
    assert_eq!(same, forecast(&flagship.study, Some(&flagship.store.warehouse), &options(how)).unwrap());
}
