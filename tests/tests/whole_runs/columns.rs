//! Which columns each column of a study's tables is made from.

use crate::fixture::{LIBRARY, Library, PLAINLY, Store, executed, flagship, study, wait};
use engine::column_lineage;
use insta::assert_snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use terms::{ColumnEdge, ColumnRole};

/// One line for each column of the tables of a schema: `table.column: values < what only decides`.
fn lines(edges: &[ColumnEdge], schema: &str) -> String {
    let mut columns = BTreeMap::<String, [Vec<String>; 2]>::new();
    for edge in edges.iter().filter(|edge| edge.output_table.schema() == schema) {
        let sides = columns.entry(format!("{}.{}", edge.output_table, edge.output_column)).or_default();
        let side = usize::from(edge.role == ColumnRole::Influence);
        sides[side].push(format!("{}.{}", edge.input_table, edge.input_column));
    }
    let mut text = String::new();
    for (column, [values, influences]) in columns {
        let line = format!("{column}: {} < {}", values.join(" "), influences.join(" "));
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

#[test]
fn the_columns_of_the_library() {
    let found = wait(|| async { column_lineage(&study(LIBRARY)).await.unwrap() });
    assert!(found.left_out.is_empty());
    assert!(found.edges.is_sorted());
    assert_snapshot!(lines(&found.edges, "appendix"), @"
    appendix.table_1.books: derived.member.books < derived.member.branch
    appendix.table_1.branch: derived.member.branch <
    appendix.table_1.members:  < derived.member.branch
    appendix.table_1.share: derived.member.books < derived.member.branch
    ");
    assert_snapshot!(lines(&found.edges, "derived"), @"
    derived.member.adult: identity.settled.birth_date < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.books: staging.loans.books < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.branch: cleaning.settled.branch < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.fee: cleaning.settled.fee < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.population: cleaning.settled.population < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.registered: linkage.registry.right_id < cleaning.settled.card_ref cleaning.settled.row_id identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    derived.member.row_id: cleaning.settled.row_id < cleaning.settled.card_ref identity.settled.row_id linkage.registry.left_id staging.loans.card_ref
    ");
    // The first round adds from a delivery and merges by card; the second moves and rounds by the fee.
    assert_snapshot!(lines(&found.edges, "cleaning"), @"
    cleaning.merged.branch: staging.leavers.branch staging.members.branch < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    cleaning.merged.card_ref: staging.leavers.card_ref staging.members.card_ref < staging.leavers.row_id staging.members.joined staging.members.row_id
    cleaning.merged.fee: staging.leavers.fee staging.members.fee < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    cleaning.merged.joined: staging.leavers.joined staging.members.joined < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.row_id
    cleaning.merged.population:  < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    cleaning.merged.remark: staging.leavers.remark staging.members.remark < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    cleaning.merged.row_id: staging.leavers.row_id staging.members.row_id < staging.leavers.card_ref staging.members.card_ref staging.members.joined
    cleaning.settled.branch: cleaning.merged.branch < cleaning.merged.fee cleaning.merged.row_id
    cleaning.settled.card_ref: cleaning.merged.card_ref < cleaning.merged.fee cleaning.merged.row_id
    cleaning.settled.fee: cleaning.merged.fee < cleaning.merged.row_id
    cleaning.settled.joined: cleaning.merged.joined < cleaning.merged.fee cleaning.merged.row_id
    cleaning.settled.population: cleaning.merged.fee cleaning.merged.population < cleaning.merged.row_id
    cleaning.settled.remark: cleaning.merged.remark < cleaning.merged.fee cleaning.merged.row_id
    cleaning.settled.row_id: cleaning.merged.row_id < cleaning.merged.fee
    ");
    assert_snapshot!(lines(&found.edges, "identity"), @"
    identity.merged.birth_date: identity.leavers.birth_date identity.members.birth_date < identity.leavers.row_id identity.members.row_id staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    identity.merged.card: identity.leavers.card identity.members.card < identity.leavers.row_id identity.members.row_id staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    identity.merged.row_id: identity.leavers.row_id identity.members.row_id < staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    identity.merged.surname: identity.leavers.surname identity.members.surname < identity.leavers.row_id identity.members.row_id staging.leavers.card_ref staging.leavers.row_id staging.members.card_ref staging.members.joined staging.members.row_id
    identity.settled.birth_date: identity.merged.birth_date < cleaning.merged.fee cleaning.merged.row_id identity.merged.row_id
    identity.settled.card: identity.merged.card < cleaning.merged.fee cleaning.merged.row_id identity.merged.row_id
    identity.settled.row_id: identity.merged.row_id < cleaning.merged.fee cleaning.merged.row_id
    identity.settled.surname: identity.merged.surname < cleaning.merged.fee cleaning.merged.row_id identity.merged.row_id
    ");
    // A pair is made of its rows; the passes join by card, then by birth date, and each decides what is left to the next.
    assert_snapshot!(lines(&found.edges, "linkage"), @"
    linkage.registry.decided_by:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.evidence:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.left_id: cleaning.settled.row_id < cleaning.settled.card_ref identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.pass:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.pass_no:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.reason:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.review_reason:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.reviewer:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry.right_id: staging.registry.row_id < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref
    linkage.registry_candidates.decided_by:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.evidence:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.left_id: cleaning.settled.row_id < cleaning.settled.card_ref identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.outcome:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.pass:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.pass_no:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.reason:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.review_reason:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.reviewer:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_candidates.right_id: staging.registry.row_id < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref
    linkage.registry_unmatched.left_id: cleaning.settled.row_id < cleaning.settled.card_ref identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_unmatched.outcome:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    linkage.registry_unmatched.pass:  < cleaning.settled.card_ref cleaning.settled.row_id identity.registry.birth_date identity.registry.row_id identity.settled.birth_date identity.settled.row_id staging.registry.card_ref staging.registry.row_id
    ");
    let others = ["appendix", "derived", "cleaning", "identity", "linkage"];
    assert!(found.edges.iter().all(|edge| others.contains(&edge.output_table.schema())));
}

/// A query that cannot be followed has no edges, and the others keep theirs.
#[test]
fn what_cannot_be_followed_is_left_out_and_named() {
    let copy = Library::new();
    copy.write(
        "features/count.sql",
        "-- what: numbers\n-- input: none\n-- one row is: one number\n-- source: none\n\
         with recursive n as (select 1 as i union all select i + 1 from n where i < 3) select i from n order by i\n",
    );
    let loaded = copy.load();
    let found = wait(|| async { column_lineage(&loaded).await.unwrap() });
    let left: Vec<&str> = found.left_out.iter().map(|left| left.step.as_str()).collect();
    assert_eq!(left, ["derived.count"]);
    assert!(found.left_out[0].reason.contains("no lineage through"), "{}", found.left_out[0].reason);
    assert_eq!(found.edges, wait(|| async { column_lineage(&study(LIBRARY)).await.unwrap() }).edges);
}

#[test]
fn a_run_stores_what_its_study_says() {
    let (study, store) = (study(LIBRARY), Store::new());
    let first = store.run(&study, PLAINLY).unwrap();
    let found = wait(|| async { column_lineage(&study).await.unwrap() });
    assert_eq!(engine::stored_columns(&store.warehouse, &first).unwrap().unwrap(), found.edges);
    assert_snapshot!(store.rows(&first, "select * from audit.column_lineage where output_column = 'share'"), @"
    appendix.table_1 | share | derived.member | books | value
    appendix.table_1 | share | derived.member | branch | influence
    ");
    assert!(engine::is_definition_of(&study, &first).unwrap());

    let copy = Library::new();
    let changed = |file: &str, from: &str, to: &str| {
        copy.edit(file, from, to);
        let same = engine::is_definition_of(&copy.load(), &first).unwrap();
        copy.edit(file, to, from);
        same
    };
    assert!(changed("features/member.sql", "-- what: one row a person", "-- what: a row for each person"));
    assert!(!changed("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.books, 1)"));
    assert!(!changed("pipeline.yaml", "adult_age: 18", "adult_age: 17"));
    assert!(!changed("sources/loans.yaml", "name: books", "name: volumes"));
}

#[test]
fn other_data_plans_nothing_again_and_another_query_does() {
    let (copy, store) = (Library::new(), Store::new());
    let first = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(executed(&first).contains(&"audit.column_lineage"));
    copy.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    let second = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(!executed(&second).contains(&"audit.column_lineage"));
    copy.edit("features/member.sql", "coalesce(l.books, 0)", "coalesce(l.books, p.fee, 0)");
    let third = store.run(&copy.load(), PLAINLY).unwrap();
    assert!(executed(&third).contains(&"audit.column_lineage"));
    assert_snapshot!(
        store.rows(&third, "select input_table, input_column from audit.column_lineage \
                            where output_column = 'books' and output_table = 'derived.member' and role = 'value'"),
        @"
    cleaning.settled | fee
    staging.loans | books
    ");
}

#[test]
fn every_column_of_the_flagship_is_followed() {
    let flagship = flagship();
    let found = wait(|| async { column_lineage(&flagship.study).await.unwrap() });
    assert_eq!(found.left_out, []);
    let edges = engine::stored_columns(&flagship.store.warehouse, &flagship.run).unwrap().unwrap();
    assert_eq!(edges, found.edges);
    let made = flagship.study.steps().iter().flat_map(|step| &step.writes);
    let of = |schema: &str| matches!(schema, "features" | "bomen" | "appendix" | "cleaning" | "linkage");
    let expected: BTreeSet<String> =
        made.filter(|table| of(table.schema())).map(ToString::to_string).collect();
    let with_edges: BTreeSet<String> = edges
        .iter()
        .filter(|edge| of(edge.output_table.schema()))
        .map(|edge| edge.output_table.to_string())
        .collect();
    assert_eq!(with_edges, expected);

    let rows = |output: &str, role: &str| {
        let (table, column) = output.rsplit_once('.').unwrap();
        let sql = format!(
            "select input_table, input_column from audit.column_lineage \
             where output_table = '{table}' and output_column = '{column}' and role = '{role}'"
        );
        flagship.store.rows(&flagship.run, &sql)
    };
    // Women from a group of countries: counted by sex, grouped by the list of countries.
    assert_snapshot!(rows("appendix.bijlage_03.vrouw_n", "value"), @"
    cleaning.round_3 | row_id
    cleaning.round_3 | sekse
    ");
    assert_snapshot!(rows("appendix.bijlage_03.vrouw_n", "influence"), @"
    cleaning.round_3 | land_van_herkomst
    staging.landen | groep
    staging.landen | groep_volgnr
    staging.landen | land
    ");
    // A record of the second round is one of the first or of the list of those who left.
    assert_snapshot!(rows("cleaning.round_2.row_id", "value"), @"
    cleaning.round_1 | row_id
    staging.registratie_2_uitstroom | row_id
    ");
    // What a reviewer rejects is not merged.
    let decided = rows("cleaning.round_1.sekse", "influence");
    for column in ["record", "rule", "verdict"] {
        assert!(decided.contains(&format!("staging.beoordeling | {column}")), "{decided}");
    }
    // A tree is grown from all its predictors and outcomes.
    assert!(rows("bomen.demografie.chi", "value").contains("bomen.personen | leeftijd_bij_instroom"));
}
