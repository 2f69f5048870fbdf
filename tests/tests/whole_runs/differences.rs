//! What differs between two runs, down to the record, decision, query or parameter that it comes from.

use crate::fixture::{Library, PLAINLY, Store, flagship};
use engine::{Changed, Diff, DiffOptions, Explainer, Root, Verdict};
use insta::assert_snapshot;
use terms::{Manifest, TableName};

const ALL: DiffOptions = DiffOptions { table: None, limit: 100 };

/// The difference that `change` makes to the library study.
fn after(change: impl Fn(&Library)) -> (Diff, Store, [Manifest; 2]) {
    let (copy, store) = (Library::new(), Store::new());
    let first = store.run(&copy.load(), PLAINLY).unwrap();
    change(&copy);
    let second = store.run(&copy.load(), PLAINLY).unwrap();
    let diff = engine::diff(&store.warehouse, &first, &second, &ALL).unwrap();
    (diff, store, [first, second])
}

fn shown(value: &Option<String>) -> String {
    let short = |text: &String| if text.len() == 64 { "HASH".to_owned() } else { text.clone() };
    value.as_ref().map_or("–".to_owned(), short)
}

fn change(change: &Changed) -> String {
    format!("{}: {} → {}", change.name, shown(&change.before), shown(&change.after))
}

/// Causes, a line each.
fn causes(diff: &Diff) -> String {
    let causes = &diff.causes;
    let mut lines = Vec::new();
    for (what, changes) in [
        ("left out", &causes.left_out),
        ("parameter", &causes.parameters),
        ("definition", &causes.definitions),
        ("file", &causes.files),
        ("check", &diff.checks),
    ] {
        lines.extend(changes.iter().map(|one| format!("{what} {}", change(one))));
    }
    for record in &causes.records {
        let place = |at: &Option<engine::PlacedRecord>| {
            at.as_ref()
                .map_or("–".to_owned(), |record| format!("{}:{}", record.place.file, record.place.line))
        };
        let cells: Vec<String> = record.cells.iter().map(change).collect();
        lines.push(format!(
            "record {} → {} {}",
            place(&record.before),
            place(&record.after),
            cells.join(", ")
        ));
    }
    for refused in &causes.quarantine {
        let (place, column) = (&refused.place, refused.column.clone().unwrap_or_default());
        let words = if refused.after { "refused" } else { "refused no more" };
        lines.push(format!("{words} {}:{} {column} {}", place.file, place.line, refused.reason_code));
    }
    let verb = |verdict: &Option<Verdict>| verdict.as_ref().map_or("–".to_owned(), |v| v.verb.clone());
    for decision in &causes.decisions {
        let place = decision.place.as_ref().map_or("?".to_owned(), |at| format!("{}:{}", at.file, at.line));
        let (before, after) = (verb(&decision.before), verb(&decision.after));
        lines.push(format!("decision {} {} on {place}: {before} → {after}", decision.round, decision.rule));
    }
    lines.join("\n")
}

/// Tables, a line each: rows, what became of them, and the roots.
fn tables(diff: &Diff) -> String {
    let line = |table: &engine::TableDiff| {
        let rows = |rows: Option<u64>| rows.map_or("–".to_owned(), |rows| rows.to_string());
        format!(
            "{} {} → {}, +{} −{} ~{}, by {} because {:?}",
            table.table,
            rows(table.rows_before),
            rows(table.rows_after),
            table.appeared,
            table.vanished,
            table.changed,
            table.key.join(" "),
            table.because
        )
    };
    diff.tables.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn rows(diff: &Diff, table: &str) -> String {
    let table = diff.tables.iter().find(|one| one.table.to_string() == table).unwrap();
    let row = |row: &engine::RowDiff| {
        let key: Vec<String> = row.key.iter().map(shown).collect();
        let cells: Vec<String> = row.cells.iter().map(change).collect();
        format!("{} {:?} → {:?} {}", key.join(" "), row.before, row.after, cells.join(", "))
    };
    table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn equal_runs_do_not_differ() {
    let (diff, _, _) = after(|_| ());
    assert_eq!((causes(&diff).as_str(), diff.tables.len()), ("", 0));
}

#[test]
fn a_changed_cell_of_a_delivery_is_followed_to_the_printed_row() {
    let (diff, store, [first, second]) =
        after(|study| _ = study.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5"));
    assert_snapshot!(causes(&diff), @"
    file loans/loans/2019.csv: HASH → HASH
    record loans/2019.csv:3 → loans/2019.csv:3 books: 1 → 5
    ");
    assert_snapshot!(tables(&diff), @r#"
    staging.loans 5 → 5, +1 −1 ~0, by row_id because [Source("loans")]
    identity.loans 5 → 5, +1 −1 ~0, by row_id because [Source("loans")]
    origin.loans 5 → 5, +1 −1 ~0, by row_id because [Source("loans")]
    audit.files_loans 1 → 1, +0 −0 ~1, by source because [Source("loans")]
    audit.files 5 → 5, +0 −0 ~1, by source file because [Source("loans")]
    derived.member 6 → 6, +0 −0 ~1, by row_id because [Source("loans")]
    appendix.table_1 2 → 2, +0 −0 ~2, by branch because [Source("loans")]
    "#);
    assert_snapshot!(rows(&diff, "appendix.table_1"), @"
    North Some(0) → Some(0) books: 1 → 5, share: 11.11111111111111 → 38.46153846153846
    South Some(1) → Some(1) share: 88.88888888888889 → 61.53846153846154
    ");

    // The share of each branch is one of all books, so the record stands behind both rows, and behind one member.
    let explainer = Explainer::open(&store.warehouse, &first, &second, &diff).unwrap();
    let table = |name| TableName::parse(name).unwrap();
    for row in [0, 1] {
        let because = explainer.explain(&table("appendix.table_1"), Some(row), Some(row)).unwrap();
        assert_eq!(because.records, diff.causes.records);
        assert!(because.entered.is_empty() && because.left.is_empty() && because.decisions.is_empty());
    }
    let member = diff.tables.iter().find(|one| one.table.table() == "member").unwrap().rows[0].before;
    for row in 0..6 {
        let because = explainer.explain(&table("derived.member"), Some(row), Some(row)).unwrap();
        assert_eq!(because.records.is_empty(), Some(row) != member, "row {row}");
    }
}

#[test]
fn records_that_come_and_go_are_told_from_records_that_change_and_lines_that_move() {
    let (diff, _, _) = after(|study| {
        let loans = study.read("data/loans/2019.csv");
        let mut lines: Vec<&str> = loans.lines().collect();
        lines.insert(1, "");
        lines.push("1001,2019-12-24,2");
        lines.remove(2);
        study.write("data/loans/2019.csv", &format!("{}\n", lines.join("\n")));
    });
    assert_snapshot!(causes(&diff), @"
    file loans/loans/2019.csv: HASH → HASH
    record loans/2019.csv:2 → – 
    record – → loans/2019.csv:7
    ");
}

#[test]
fn values_that_identify_are_named_and_not_shown() {
    let (diff, _, _) = after(|study| _ = study.edit("data/members/north.csv", "Bos", "Bosch"));
    let told = format!("{}\n{}\n{diff:?}", causes(&diff), tables(&diff));
    assert!(told.contains("surname") && told.contains(engine::HIDDEN), "{told}");
    assert!(!told.contains("Bos"), "{told}");
}

#[test]
fn a_line_that_is_refused_is_a_cause() {
    let (diff, _, _) = after(|study| _ = study.edit("data/members/north.csv", "31-02-1991", "28-02-1991"));
    assert_snapshot!(causes(&diff), @"
    file members/members/north.csv: HASH → HASH
    record – → members/north.csv:6 
    refused no more members/north.csv:6 birth_date no_such_date
    decision settled gone on members/north.csv:6: – → update
    ");
}

#[test]
fn a_changed_query_is_named() {
    let (diff, _, _) = after(|study| {
        study.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
    });
    assert_snapshot!(causes(&diff), @"definition derived.member: HASH → HASH");
    assert_snapshot!(tables(&diff), @r#"
    derived.member 6 → 6, +0 −0 ~3, by row_id because [Definition("derived.member")]
    appendix.table_1 2 → 2, +0 −0 ~2, by branch because [Definition("derived.member")]
    "#);
}

#[test]
fn a_changed_rule_is_named_with_the_decisions_that_it_takes_otherwise() {
    let (diff, _, _) = after(|study| {
        study.edit("cleaning/gone.sql", "between 6 and 8", "between 90 and 91");
    });
    assert_snapshot!(causes(&diff), @"
    definition settled/gone: HASH → HASH
    decision settled gone on members/north.csv:5: update → –
    ");
}

#[test]
fn a_changed_parameter_is_named_where_it_is_used() {
    let (diff, _, _) = after(|study| _ = study.edit("pipeline.yaml", "adult_age: 18", "adult_age: 40"));
    assert_snapshot!(causes(&diff), @"parameter adult_age: 18 → 40");
    let roots: Vec<_> =
        diff.tables.iter().map(|table| (table.table.to_string(), table.because.clone())).collect();
    let parameter = || vec![Root::Parameter("adult_age".to_owned())];
    assert_eq!(roots[0], ("derived.member".to_owned(), parameter()));
    assert!(roots.iter().all(|(_, because)| *because == parameter()), "{roots:?}");
}

/// A column of another type and a table that is new.
#[test]
fn another_study_is_compared_by_what_is_stored() {
    let (diff, _, _) = after(|study| {
        let sql = study.read("features/member.sql");
        study.write("features/person.sql", &sql);
        study.edit(
            "features/member.sql",
            "coalesce(l.books, 0) as books",
            "cast(coalesce(l.books, 0) as double) as books",
        );
    });
    assert_snapshot!(causes(&diff), @"
    definition derived.member: HASH → HASH
    definition derived.person: – → HASH
    ");
    let columns: Vec<_> = diff
        .tables
        .iter()
        .map(|t| (t.table.to_string(), t.columns.iter().map(change).collect::<Vec<_>>()))
        .collect();
    assert_snapshot!(format!("{columns:?}"), @r#"[("derived.member", ["books: Int64 → Float64"]), ("derived.person", []), ("appendix.table_1", ["books: Int64 → Float64"]), ("audit.column_lineage", [])]"#);
}

#[test]
fn a_side_run_is_explained_by_the_decisions_that_nobody_takes() {
    let (copy, store) = (Library::new(), Store::new());
    let study = copy.load();
    let first = store.run(&study, PLAINLY).unwrap();
    let side = store.run(&study.without(&["same_card".to_owned()]).unwrap(), PLAINLY).unwrap();
    let diff = engine::diff(&store.warehouse, &first, &side, &ALL).unwrap();
    assert_snapshot!(causes(&diff), @"
    left out merged/same_card: – → left out
    decision merged same_card on members/north.csv:2: merge → –
    ");
    let appendix = diff.tables.iter().find(|one| one.table.schema() == "appendix").unwrap();
    assert_eq!(appendix.because, [Root::LeftOut("merged/same_card".to_owned())]);
    let explainer = Explainer::open(&store.warehouse, &first, &side, &diff).unwrap();
    let row = &appendix.rows[0];
    let because = explainer.explain(&appendix.table, row.before, row.after).unwrap();
    assert_eq!(because.decisions, diff.causes.decisions);
}

/// Each row that differs is explained by exactly the one record that was changed, and one that is equal by nothing.
#[test]
fn one_changed_line_of_the_flagship_study_explains_every_row_that_differs() {
    let flagship = flagship();
    let data = tempfile::tempdir().unwrap();
    for file in crate::fixture::files(&flagship.study.data) {
        let (from, to) = (flagship.study.data.join(&file), data.path().join(&file));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
    let path = data.path().join("round_1/arnhem.csv");
    let delivered = std::fs::read(&path).unwrap();
    let start = delivered.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(6).unwrap().0;
    let country = start + delivered[start..].windows(6).position(|word| word == b"Angola").unwrap();
    std::fs::write(&path, [&delivered[..country], b"Togo", &delivered[country + 6..]].concat()).unwrap();
    let (store, mut study) = (Store::new(), flagship.study.clone());
    let first = store.run(&study, PLAINLY).unwrap();
    study.data = data.path().to_owned();
    let changed = store.run(&study, PLAINLY).unwrap();
    let diff = engine::diff(&store.warehouse, &first, &changed, &ALL).unwrap();
    assert_snapshot!(causes(&diff), @"
    file registratie_1/round_1/arnhem.csv: HASH → HASH
    record round_1/arnhem.csv:14 → round_1/arnhem.csv:14 land_van_herkomst: Angola → Togo
    ");

    let explainer = Explainer::open(&store.warehouse, &first, &changed, &diff).unwrap();
    let mut explained = 0;
    for table in diff.tables.iter().filter(|table| table.table.schema() == "appendix") {
        for row in &table.rows {
            let because = explainer.explain(&table.table, row.before, row.after).unwrap();
            assert_eq!(because.records, diff.causes.records, "{} {:?}", table.table, row.key);
            explained += 1;
        }
    }
    assert!(explained > 3, "{explained}");
    let equal = TableName::parse("appendix.bijlage_04").unwrap();
    let because = explainer.explain(&equal, Some(0), Some(0)).unwrap();
    assert_eq!((because.decisions.len(), because.entered.len(), because.left.len()), (0, 0, 0));
}
