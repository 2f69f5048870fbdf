//! What an unchanged, a reworded and a changed study run again.

use crate::fixture::{How, Library, PLAINLY, Store, executed, files, flagship, options};
use engine::{Reuse, RunOptions};
use insta::assert_snapshot;
use terms::{CheckRecord, Manifest, ObjectHash, StepOutcome};

/// The steps that run again after `change`, the first run and the second.
fn after(change: impl Fn(&Library)) -> (Vec<String>, Store, [Manifest; 2]) {
    let (copy, store) = (Library::new(), Store::new());
    let first = store.run(&copy.load(), PLAINLY).unwrap();
    assert_eq!(executed(&first).len(), first.nodes.len(), "a first run has nothing to take over");
    change(&copy);
    let second = store.run(&copy.load(), PLAINLY).unwrap();
    let again = executed(&second).into_iter().map(str::to_owned).collect();
    (again, store, [first, second])
}

fn check(expected: &[&str], change: impl Fn(&Library)) {
    assert_eq!(after(change).0, expected);
}

#[test]
fn an_unchanged_night_runs_nothing() {
    check(&[], |_| ());
    let flagship = flagship();
    assert_eq!(executed(&flagship.store.run(&flagship.study, PLAINLY).unwrap()), Vec::<&str>::new());
}

#[test]
fn comments_and_layout_run_nothing() {
    check(&[], |study| {
        for file in
            ["features/member.sql", "cleaning/gone.sql", "matching/card.sql", "appendices/table_1.sql"]
        {
            let sql = study.read(file);
            let (header, query) = sql.split_at(sql.find("\n-- one row").unwrap());
            let query =
                query.replace("\nfrom ", "\n  -- a remark\n\n  FROM   ").replace("select ", "SELECT\n    ");
            study.write(file, &format!("{header}{query}\n-- the end\n"));
        }
        let yaml = study.read("pipeline.yaml");
        study.write(
            "pipeline.yaml",
            &format!("# a remark\n{}", yaml.replace("\nrounds:", "\n\n# rounds\nrounds:")),
        );
        study.edit("sources/loans.yaml", "title: Loans", "title:   'Loans'  # a remark");
        study.edit(
            "cleaning/gone.md",
            "Who paid for life has left.",
            "Who paid for life has left the library.",
        );
    });
}

#[test]
fn other_layout_of_yaml_runs_nothing() {
    check(&[], |study| {
        // The same in another notation and order: flow for block, quotes, keys the other way round, a list on lines of its own.
        study.edit(
            "pipeline.yaml",
            "    population: {column: population, values: [active, left], initial: active}\n",
            "    population:\n      # who is still there\n      initial: 'active'\n      values:\n        - \"active\"\n        - left\n      column: population\n",
        );
        study.edit(
            "sources/loans.yaml",
            "  - {name: books, header: Books, type: integer, required: true}\n",
            "  - required: true\n    type: integer\n    header: [Books]\n    name: 'books'\n",
        );
        study.edit(
            "sources/members.yaml",
            "source: members\ntitle",
            "# first the name\n\nsource: \"members\"\ntitle",
        );
        let yaml = study.read("appendices/table_1.yaml");
        study.write("appendices/table_1.yaml", &format!("# printed so\n{yaml}\n"));
    });
}

#[test]
fn titles_and_labels_run_nothing() {
    check(&[], |study| {
        study.edit("appendices/table_1.yaml", "label: Members", "label: Persons");
        study.edit("pipeline.yaml", "title: Who left after all", "title: Who left");
    });
}

#[test]
fn a_changed_query_runs_itself_and_what_reads_it() {
    check(&["derived.member", "appendix.table_1", "audit.column_lineage"], |study| {
        study.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
    });
}

#[test]
fn a_change_without_effect_stops_where_the_rows_are_equal() {
    check(&["derived.member", "audit.column_lineage"], |study| {
        study.edit("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.books, 0 + 0)");
    });
}

#[test]
fn a_parameter_runs_only_what_uses_it() {
    check(&["derived.member"], |study| {
        study.edit("pipeline.yaml", "adult_age: 18", "adult_age: 17");
    });
}

#[test]
fn a_changed_row_runs_what_depends_on_it_and_shows_in_the_appendix() {
    let change = |study: &Library| {
        study.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    };
    let (again, store, [first, second]) = after(change);
    assert_eq!(again, ["loans", "audit", "derived.member", "appendix.table_1"]);
    let appendix = |run| store.rows(run, "select branch, members, books from appendix.table_1");
    assert_snapshot!(appendix(&first), @"
    North | 3 | 1
    South | 3 | 8
    ");
    assert_snapshot!(appendix(&second), @"
    North | 3 | 5
    South | 3 | 8
    ");
}

#[test]
fn a_changed_row_that_changes_no_sum_stops_where_the_rows_are_equal() {
    check(&["loans", "audit", "derived.member"], |study| {
        study.edit("data/loans/2019.csv", "1001,2019-01-05,3", "1001,2019-01-05,2");
        study.edit("data/loans/2019.csv", "1001,2019-05-09,1", "1001,2019-05-09,2");
    });
}

#[test]
fn a_check_is_asked_again_when_what_decides_it_has_changed() {
    let asked = |change: &dyn Fn(&Library)| -> Vec<String> {
        let (_, _, [first, second]) = after(change);
        assert!(first.checks.iter().all(|check| check.answered == StepOutcome::Executed));
        // The first night has none before it to compare with.
        let compares = |check: &&CheckRecord| check.check == "loans_rows";
        assert!(second.checks.iter().find(compares).unwrap().answered == StepOutcome::Executed);
        let asked =
            second.checks.iter().filter(|check| check.answered == StepOutcome::Executed && !compares(check));
        for (before, after) in first.checks.iter().zip(&second.checks) {
            assert!(after.answered == StepOutcome::Executed || before.table == after.table);
        }
        asked.map(|check| check.check.clone()).collect()
    };
    assert_eq!(asked(&|_| ()), [""; 0]);
    let loan = |study: &Library| {
        study.edit("data/loans/2019.csv", "9999,2019-04-08,2", "9999,2019-04-08,3");
    };
    assert_eq!(asked(&loan), ["loans_without_member", "loans_range_books"]);
    assert_eq!(
        asked(&|study| _ = study.edit("checks/population_known.sql", "'left'", "'gone'")),
        ["population_known"]
    );
    assert_eq!(
        asked(&|study| _ = study.edit("checks/population_known.sql", "select row_id", "SELECT  row_id")),
        [""; 0]
    );
    // What a violation means is not what is found.
    let severity = |study: &Library| {
        study.edit("pipeline.yaml", "member.sql, severity: warn", "member.sql, severity: error");
    };
    assert_eq!(asked(&severity), [""; 0]);
    let (_, _, [_, second]) = after(severity);
    assert!(!second.published, "the violation that was taken over counts as what it means now");
}

#[test]
fn a_night_without_changes_writes_no_object_and_leaves_nothing_but_a_manifest() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    store.run(&study, PLAINLY).unwrap();
    let before = files(store.warehouse.root());
    store.run(&study, PLAINLY).unwrap();
    let mut after = files(store.warehouse.root());
    after.retain(|file| !before.contains(file));
    assert_eq!(after, [std::path::Path::new("runs/000002/manifest.json")]);
}

/// The file that keeps hashes of deliveries says that nothing changed, though bytes did: only a run that is told to looks.
#[test]
fn a_rehashed_night_believes_no_kept_hash() {
    let (copy, store) = (Library::new(), Store::new());
    let soon = |reuse| {
        // Long after the deliveries were touched, so that their hashes are believed.
        let how = RunOptions { started: "2100-01-01T00:00:00Z".into(), ..options(How { reuse, ..PLAINLY }) };
        store.run_with(&copy.load(), &how).unwrap()
    };
    soon(Reuse::Unchanged);
    let file = copy.folder().join("data/loans/2019.csv");
    let (kept, name) = (store.warehouse.root().join("delivered-hashes"), file.to_str().unwrap().to_owned());
    let hash = |path: &std::path::Path| ObjectHash::of(&std::fs::read(path).unwrap()).to_string();
    let before = hash(&file);
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    soon(Reuse::Unchanged);
    // A lie that is sealed as the truth would be: the new file is said to have the bytes of the old one.
    let json = std::fs::read_to_string(&kept).unwrap()[66..].trim_end().to_owned();
    assert!(json.contains(&name));
    let json = json.replace(&hash(&file), &before);
    std::fs::remove_file(&kept).unwrap();
    std::fs::write(&kept, format!("{}  {json}\n", ObjectHash::of(json.as_bytes()))).unwrap();
    assert_eq!(executed(&soon(Reuse::Rehashed)), [""; 0], "the truth is what the last run knows");
    std::fs::write(&kept, format!("{}  {json}\n", ObjectHash::of(json.as_bytes()))).unwrap();
    let how = RunOptions { started: "2100-01-01T00:00:00Z".into(), ..options(PLAINLY) };
    let error = store.run_with(&copy.load(), &how).unwrap_err();
    assert!(error.to_string().contains("changed while it was read"), "{error}");
    assert!(!kept.exists(), "a lie that was found is not believed twice");
    assert_eq!(executed(&soon(Reuse::Unchanged)), [""; 0]);
}

#[test]
fn a_line_inserted_at_the_top_moves_places_only() {
    // The rows and their identities are the same, so nothing behind staging runs.
    check(&["loans", "audit"], |study| {
        study.edit("data/loans/2019.csv", "Card,Lent,Books\n", "Card,Lent,Books\n\n");
    });
}

#[test]
fn a_rename_of_a_delivered_file_runs_nothing_behind_staging() {
    check(&["loans", "audit"], |study| {
        let from = study.folder().join("data/loans/2019.csv");
        std::fs::rename(from, study.folder().join("data/loans/year_2019.csv")).unwrap();
    });
}

#[test]
fn tables_of_a_delivery_that_was_read_in_part_are_those_of_reading_all_of_it() {
    let (copy, store) = (Library::new(), Store::quick());
    copy.write("data/loans/2020.csv", "Card,Lent,Books\n1001,2019-01-05,3\n2001,2020-01-05,2\nx,never,2\n");
    store.run(&copy.load(), PLAINLY).unwrap();
    let same = |what: &str, of: &[&str], accept: &[String]| {
        let study = copy.load();
        let run = store.run_accepting(&study, PLAINLY, accept).unwrap();
        let sources = ["leavers", "loans", "members"];
        let read: Vec<_> = executed(&run).into_iter().filter(|step| sources.contains(step)).collect();
        assert_eq!(read, of, "{what}");
        let whole = Store::quick().run(&study, PLAINLY).unwrap();
        for (ours, theirs) in run.nodes.iter().zip(&whole.nodes) {
            assert_eq!((&ours.node, &ours.tables), (&theirs.node, &theirs.tables), "{what}");
        }
    };
    // Beside it is a file with a record in quarantine, texts over two lines and names.
    copy.edit("data/members/south.csv", "2014-01-01,20", "2014-01-01,20.50");
    same("another fee", &["members"], &[]);
    copy.edit("data/members/north.csv", "31-02-1991", "30-02-1991");
    same("another refused record", &["members"], &[]);
    // Which of records of equal content is the second one hangs on all files together.
    copy.write("data/loans/2018.csv", "Card,Lent,Books\n1001,2019-01-05,3\n1001,2019-01-05,3\n");
    same("a file before the others", &["loans"], &[]);
    copy.edit("data/loans/2019.csv", "1001,2019-01-05,3\n", "");
    same("a line less", &["loans"], &[]);
    std::fs::remove_file(copy.folder().join("data/loans/2018.csv")).unwrap();
    same("a file less", &["loans"], &["loans/2018.csv".to_owned()]);
    std::fs::rename(copy.folder().join("data/loans/2020.csv"), copy.folder().join("data/loans/new.csv"))
        .unwrap();
    same("another name", &["loans"], &[]);
    copy.edit(
        "sources/members.yaml",
        "header: Fee, type: decimal",
        "header: Fee, type: decimal, missing: [\"7,5\"]",
    );
    copy.edit("data/members/south.csv", "2004-08-09", "2004-08-10");
    same("another contract", &["members", "leavers"], &[]);
}
