//! Faults of a study, found without data, each at its place in the file.

use crate::fixture::{Library, wait};
use insta::assert_snapshot;

fn faults(change: impl FnOnce(&Library)) -> String {
    let copy = Library::new();
    change(&copy);
    copy.faults()
}

fn edited(file: &str, from: &str, to: &str) -> String {
    faults(|study| {
        study.edit(file, from, to);
    })
}

#[test]
fn the_study_itself_is_sound() {
    let study = Library::new().load();
    let planned = wait(|| engine::plan(&study)).unwrap();
    assert_eq!((planned.queries, planned.examples), (23, 4));
}

#[test]
fn an_unknown_column() {
    assert_snapshot!(edited("features/member.sql", "p.fee,", "p.fees,"), @"
    features/member.sql:10:42: column 'fees' not found in 'p': `p.fees`
      help: possible column p.fee
    ");
    assert_snapshot!(edited("checks/population_known.sql", "select row_id,", "select row_idd,"), @"
    checks/population_known.sql:5:8: column 'row_idd' not found: `row_idd`
      help: possible column cleaning.settled.row_id
    ");
}

#[test]
fn an_unknown_column_behind_accents_and_lines() {
    assert_snapshot!(edited("cleaning/gone.sql", "when fee >= 20 then 'paid for life and left'", "when feé >= 20 then 'één'"), @"
    cleaning/gone.sql:8:18: column 'feé' not found: `feé`
      help: possible column records.fee
    ");
}

/// What DataFusion says of types is long and its own; the place is ours.
#[test]
fn a_wrong_type() {
    let check = |from: &str, to: &str, place: &str, named: &str| {
        let told = edited("features/member.sql", from, to);
        assert!(told.starts_with(&format!("features/member.sql:{place}: ")), "{told}");
        assert!(told.contains(named), "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
    };
    check("completed_years(i.birth_date,", "completed_years(p.fee,", "12:8", "'completed_years'");
    check("sum(books) as books", "sum(lent_on) as books", "6:22", "'sum'");
}

#[test]
fn an_unknown_table() {
    assert_snapshot!(edited("features/member.sql", "from staging.loans", "from staging.loan"), @"
    features/member.sql:7:10: there is no such table: `staging.loan`
      help: did you mean `staging.loans`?
    ");
}

#[test]
fn an_unknown_function_and_parameter() {
    assert_snapshot!(edited("features/member.sql", "completed_years(", "complete_years("), @"
    features/member.sql:12:8: Invalid function 'complete_years': `complete_years`
      help: Possible function 'completed_years'
    ");
    assert_snapshot!(edited("features/member.sql", "$reference_date", "$reference"), @"
    features/member.sql:12:38: the parameter is not declared: `$reference`
      help: declare it under `parameters` in pipeline.yaml
    ");
}

#[test]
fn sql_that_does_not_parse() {
    assert_snapshot!(edited("features/member.sql", "group by card_ref", "group card_ref"), @"
    features/member.sql:8:5: not SQL: Expected: ), found: group: `group`
      help: correct the SQL here or just before
    ");
}

#[test]
fn two_faults_are_both_told() {
    let told = faults(|study| {
        study.edit("cleaning/same_card.sql", "joined as joined_before", "join_date as joined_before");
        study.edit("matching/card.sql", "r.row_id as right_id", "r.rowid as right_id");
    });
    assert_snapshot!(told, @"
    cleaning/same_card.sql:12:97: column 'join_date' not found: `join_date`
      help: possible column ranked.joined
    matching/card.sql:5:29: column 'rowid' not found in 'r': `r.rowid`
      help: possible column l.row_id; possible column r.row_id
    ");
}

#[test]
fn no_total_order() {
    assert_snapshot!(edited("appendices/table_1.sql", "order by branch", ""), @"
    appendices/table_1.sql:8:16: the query has no ORDER BY
      help: end the query in ORDER BY over output columns that together are unique, so that equal input gives equal bytes
    ");
}

#[test]
fn models_that_read_each_other() {
    let told = faults(|study| {
        study.write(
            "features/other.sql",
            "-- what: x\n-- input: x\n-- one row is: x\nselect row_id from derived.member order by row_id\n",
        );
        study.edit(
            "features/member.sql",
            "from cleaning.settled p",
            "from derived.other o join cleaning.settled p using (row_id)",
        );
    });
    assert_snapshot!(told, @"
    features/member.sql:14:6: a table is made from itself: derived.member reads derived.other (features/member.sql:14), which reads derived.member (features/other.sql:4): `derived.other`
      help: break the circle at one of these places
    ");
}

#[test]
fn two_models_of_one_name() {
    let told = faults(|study| {
        study.write(
            "more/member.sql",
            "-- what: x\n-- input: x\n-- one row is: x\nselect row_id from staging.loans order by row_id\n",
        );
        study.edit(
            "pipeline.yaml",
            "folder: features, identity: true}",
            "folder: features, identity: true}\n  - {schema: derived, folder: more}",
        );
    });
    assert_snapshot!(told, @"
    more/member.sql:1:1: the table derived.member is made twice: in features/member.sql:1 and in more/member.sql:1
      help: rename one of the two
    ");
}

#[test]
fn identity_without_leave() {
    assert_snapshot!(edited("pipeline.yaml", "folder: features, identity: true}", "folder: features}"), @"
    features/member.sql:15:6: schema identity may not be read here: `identity.settled`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    ");
    assert_snapshot!(edited("appendices/table_1.sql", "from derived.member", "from identity.members"), @"
    appendices/table_1.sql:7:6: schema identity may not be read here: `identity.members`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    ");
}

#[test]
fn a_rule_without_its_columns() {
    assert_snapshot!(edited("cleaning/same_card.sql", "kept as survivor_id", "kept as survivor"), @"
    cleaning/same_card.sql:12:1: the query has no column survivor_id: `select`
      help: return the columns row_id, verb, survivor_id, reason
    ");
}

#[test]
fn a_rule_that_sets_an_unknown_column() {
    assert_snapshot!(edited("cleaning/gone.sql", "as set_fee", "as set_fees"), @"
    cleaning/gone.sql:5:1: set_fees sets no column of records: `select`
      help: columns are row_id, branch, card_ref, joined, fee, remark, population
    ");
}

#[test]
fn a_pass_without_its_columns() {
    assert_snapshot!(edited("matching/birth.sql", "r.row_id as right_id", "r.row_id as other_id"), @"
    matching/birth.sql:5:1: the query has no column right_id: `select`
      help: return the columns left_id, right_id, reason
    ");
}

#[test]
fn an_example_that_does_not_hold() {
    assert_snapshot!(edited("cleaning/same_card.md", "| a | merge | b |", "| b | merge | a |"), @r#"
    cleaning/same_card.md:13:1: example "moved to another branch" gives other verdicts: `row_id | verb | survivor_id`
      help: expected [b | merge | a]; found [a | merge | b]
    "#);
    assert_snapshot!(edited("cleaning/same_card.md", "| a | merge | b |\n", ""), @r#"
    cleaning/same_card.md:13:1: example "moved to another branch" gives other verdicts: `row_id | verb | survivor_id`
      help: expected no verdicts; found [a | merge | b]
    "#);
}

#[test]
fn an_example_with_an_unknown_table_or_column() {
    assert_snapshot!(edited("cleaning/leavers.md", "`staging.leavers`", "`staging.leaver`"), @"
    cleaning/leavers.md:11:1: the rule cannot read this table: `staging.leaver`
      help: name records, identities, or a table that is made before the round
    ");
    assert_snapshot!(edited("cleaning/gone.md", "| row_id | fee | population |", "| row_id | price | population |"), @"
    cleaning/gone.md:6:1: records has no such column: `price`
      help: see the columns of the table's contract
    ");
}

#[test]
fn an_example_with_a_value_of_another_type() {
    assert_snapshot!(edited("cleaning/same_card.md", "| a | p1 | 2015-03-01 |", "| a | p1 | march 2015 |"), @"
    cleaning/same_card.md:6:1: Cast error: Cannot cast string 'march 2015' to value of Date32 type: `joined`
      help: see the columns of the table's contract
    ");
}

#[test]
fn a_rule_without_its_document() {
    let told = faults(|study| std::fs::remove_file(study.folder().join("cleaning/gone.md")).unwrap());
    assert_snapshot!(told, @"
    pipeline.yaml:26:16: there is no such file or folder (cleaning/gone.md): `cleaning/gone.sql`
      help: the path is relative to the study folder; create `cleaning/gone.md` or correct its name
    ");
}

#[test]
fn a_presentation_of_a_column_that_is_not_there() {
    assert_snapshot!(edited("appendices/table_1.yaml", "{name: branch,", "{name: fee, label: Fee}\n  - {name: branch,"), @"
    appendices/table_1.sql:5:1: the presentation shows fee, which the query does not return: `select`
      help: return the column, or leave it out of the YAML
    ");
}

#[test]
fn a_drawing_of_columns_that_are_not_there() {
    let tree = "drawing:
  tree:
    from: derived.member
    section: branch
    title: branch
    node: {name: row_id, label: Node}
    parent: {name: above, label: Under}
    group: {name: part, label: Part}
    classes: [{name: fee, label: Fee}]
    share: {decimals: 0, separator: point}
    predictor: {name: branch, label: By}
    stop: {name: why, label: Why}
columns:";
    assert_snapshot!(edited("appendices/table_1.yaml", "columns:", tree), @r#"
    appendices/table_1.sql:5:1: the drawing needs above, part, why, which derived.member does not have: `select`
      help: return the column, or leave it out of the YAML
    "#);
}

#[test]
fn a_column_that_cannot_be_printed() {
    assert_snapshot!(edited("features/member.sql", "p.fee,", "struct(p.fee) as fee,"), @r#"
    features/member.sql:10:1: column fee has type Struct("c0": Decimal128(18, 6)): `select`
      help: cast it to text, bigint, double, decimal, date, timestamp or boolean
    "#);
}

#[test]
fn a_misspelt_key_in_yaml() {
    assert_snapshot!(edited("sources/loans.yaml", "required: true}\n  - {name: books", "requird: true}\n  - {name: books"), @"
    sources/loans.yaml:6:47: unknown key: `requird`
      help: did you mean `required`? keys here are name, header, type, codes, required, optional_header, pattern, missing, normalise, sensitivity, pseudonym
    ");
    assert_snapshot!(edited("pipeline.yaml", "member.sql, severity: warn", "member.sql, severity: warning"), @"
    pipeline.yaml:34:56: not one of the words allowed here: `warning`
      help: allowed are error, warn
    ");
}
