//! What an unchanged, a reworded and a changed study run again.

use crate::fixture::{Library, PLAINLY, Store, executed, flagship};
use insta::assert_snapshot;
use terms::Manifest;

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
