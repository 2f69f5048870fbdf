use super::Fixture;
use super::fixture::{spoilt, with_file};

#[test]
fn an_unknown_table_is_named_with_the_nearest() {
    insta::assert_snapshot!(with_file("features/book.sql", "select book, 1 as n\nfrom cleaning.finall order by book"), @r#"
    [table] features/book.sql:2:6: there is no such table: `cleaning.finall`
      help: did you mean `cleaning.final`?
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select book, 1 as n from nowhere.x order by book"), @r#"
    [table] features/book.sql:1:26: there is no such table: `nowhere.x`
      help: there is no schema `nowhere`; there are appendix, audit, cleaning, features, identity, linkage, origin, staging
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select book, 1 as n from cleaning.something_else order by book"), @r#"
    [table] features/book.sql:1:26: there is no such table: `cleaning.something_else`
      help: in schema cleaning there are cleaning.clean, cleaning.final
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select 1 as n from a.b.c, \"staging\".\"Returns\" order by n"), @r#"
    [table] features/book.sql:1:20: there is no such table: `a.b.c`
      help: there is no schema `a`; there are appendix, audit, cleaning, features, identity, linkage, origin, staging
    [table] features/book.sql:1:27: there is no such table: `"staging"."Returns"`
      help: did you mean `staging.returns`?
    "#);
}

#[test]
fn a_table_is_written_with_its_schema() {
    insta::assert_snapshot!(with_file("features/book.sql", "select book, 1 as n from final order by book"), @r#"
    [table] features/book.sql:1:26: a table without its schema: `final`
      help: write `schema.table`: `cleaning.final` or `identity.final`
    "#);
    insta::assert_snapshot!(with_file("clean/twice.sql", "select row_id from record"), @r#"
    [table] clean/twice.sql:1:20: a table without its schema: `record`
      help: did you mean `records`? write `schema.table`; without a schema only records and identities can be read here
    "#);
    insta::assert_snapshot!(with_file("clean/twice.sql", "select row_id from open_left"), @r#"
    [table] clean/twice.sql:1:20: a table without its schema: `open_left`
      help: write `schema.table`; without a schema only records and identities can be read here
    "#);
}

#[test]
fn identities_are_for_those_who_may_read_them() {
    insta::assert_snapshot!(with_file("appendices/table_1.sql", "select book, 1 as n from identity.final order by book"), @r#"
    [table] appendices/table_1.sql:1:26: schema identity may not be read here: `identity.final`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select book, 1 as n from identity.final order by book"), @r#"
    [table] features/book.sql:1:26: schema identity may not be read here: `identity.final`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    "#);
    insta::assert_snapshot!(with_file("checks/future.sql", "select row_id from identity.final"), @r#"
    [table] checks/future.sql:1:20: schema identity may not be read here: `identity.final`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    "#);
    Fixture::new().write("matching/card.sql", "select 1 as left_id from open_left, identity.clean").load();
}

#[test]
fn no_table_is_made_from_itself() {
    insta::assert_snapshot!(with_file("features/book.sql", "select book, n from features.a_summary order by book"), @r#"
    [table] features/a_summary.sql:1:27: a table is made from itself: features.a_summary reads features.book (features/a_summary.sql:1), which reads features.a_summary (features/book.sql:1): `features.book`
      help: break the circle at one of these places
    "#);
    insta::assert_snapshot!(with_file("features/book.sql", "select book, n\nfrom features.book order by book"), @r#"
    [table] features/book.sql:2:6: a table is made from itself: features.book reads features.book (features/book.sql:2): `features.book`
      help: break the circle at one of these places
    "#);
    insta::assert_snapshot!(with_file("clean/twice.sql", "select row_id from records, cleaning.clean"), @r#"
    [table] clean/twice.sql:1:29: a table is made from itself: clean reads cleaning.clean (clean/twice.sql:1): `cleaning.clean`
      help: break the circle at one of these places
    "#);
    insta::assert_snapshot!(with_file("clean/twice.sql", "select row_id from records, audit.decisions"), @r#"
    [table] clean/twice.sql:1:29: a table is made from itself: clean reads audit.decisions (clean/twice.sql:1), which reads cleaning.clean (pipeline.yaml:1): `audit.decisions`
      help: break the circle at one of these places
    "#);
}

#[test]
fn each_circle_is_reported() {
    let fixture = Fixture::new();
    fixture.write("features/x.sql", "select 1 as a from features.y order by a");
    fixture.write("features/y.sql", "select 1 as a from features.x order by a");
    fixture.write("features/z.sql", "select 1 as a from features.y, features.z order by a");
    insta::assert_snapshot!(fixture.faults(), @r#"
    [table] features/x.sql:1:20: a table is made from itself: features.x reads features.y (features/x.sql:1), which reads features.x (features/y.sql:1): `features.y`
      help: break the circle at one of these places
    [table] features/z.sql:1:32: a table is made from itself: features.z reads features.z (features/z.sql:1): `features.z`
      help: break the circle at one of these places
    "#);
}

#[test]
fn a_table_is_made_once() {
    let fixture = Fixture::new();
    fixture.replace(
        "pipeline.yaml",
        "  - {schema: features, folder: features}",
        "  - {schema: features, folder: features}\n  - {schema: features, folder: more}",
    );
    fixture.write("more/book.sql", "select 1 as a order by a");
    insta::assert_snapshot!(fixture.faults(), @r#"
    [table] more/book.sql:1:1: the table features.book is made twice: in features/book.sql:1 and in more/book.sql:1
      help: rename one of the two
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "name: final", "name: clean"), @r#"
    [table] pipeline.yaml:19:11: the table cleaning.clean is made twice: in pipeline.yaml:13 and in pipeline.yaml:19: `clean`
      help: rename one of the two
    [table] derived/age.sql:1:20: there is no such table: `identity.final`
      help: did you mean `identity.clean`?
    [table] features/book.sql:1:33: there is no such table: `cleaning.final`
      help: did you mean `cleaning.clean`?
    "#);
    insta::assert_snapshot!(spoilt("sources/returns.yaml", "source: returns", "source: borrowings"), @r#"
    [table] sources/returns.yaml:1:9: the table staging.borrowings is made twice: in sources/borrowings.yaml:1 and in sources/returns.yaml:1: `borrowings`
      help: rename one of the two
    [table] pipeline.yaml:18:44: there is no such table: `staging.returns`
      help: in schema staging there are staging.borrowings
    [table] pipeline.yaml:24:50: there is no such table: `staging.returns`
      help: in schema staging there are staging.borrowings
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "name: readers", "name: age"), @r#"
    [table] derived/age.sql:1:1: the table linkage.age is made twice: in pipeline.yaml:24 and in derived/age.sql:1
      help: rename one of the two
    "#);
}

#[test]
fn the_tables_of_a_round_exist() {
    insta::assert_snapshot!(spoilt("pipeline.yaml", "adds_from: staging.returns", "adds_from: staging.return"), @r#"
    [table] pipeline.yaml:18:44: there is no such table: `staging.return`
      help: did you mean `staging.returns`?
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "base: staging.borrowings", "base: staging.lendings"), @r#"
    [table] pipeline.yaml:15:11: there is no such table: `staging.lendings`
      help: did you mean `staging.returns`?
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "base: cleaning.clean", "base: cleaning.later"), @r#"
    [yaml] pipeline.yaml:21:11: not an earlier round: `cleaning.later`
      help: a round starts from `staging.SOURCE` or from a round declared above it
    [table] pipeline.yaml:21:11: there is no such table: `cleaning.later`
      help: did you mean `cleaning.clean`?
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "right: staging.returns", "right: Returns"), @r#"
    [yaml] pipeline.yaml:24:50: not a table name: `Returns`
      help: write `schema.table` in lower-case letters, digits and underscores
    "#);
}

#[test]
fn a_source_at_fault_does_not_make_its_tables_unknown() {
    insta::assert_snapshot!(spoilt("sources/returns.yaml", "files: returns", "files: ../returns"), @r#"
    [yaml] sources/returns.yaml:4:8: the files lie outside the source's root: `../returns/*.csv`
      help: write a glob relative to it, with `/` between parts
    "#);
}

#[test]
fn models_keep_out_of_the_engines_schemas() {
    insta::assert_snapshot!(spoilt("pipeline.yaml", "schema: features", "schema: audit"), @r#"
    [yaml] pipeline.yaml:27:14: models cannot make tables in this schema: `audit`
      help: choose another; staging, identity, origin, cleaning, audit, appendix, information_schema are the engine's
    [table] appendices/table_1.sql:1:21: there is no such table: `features.book`
      help: there is no schema `features`; there are appendix, audit, cleaning, identity, linkage, origin, staging
    "#);
    insta::assert_snapshot!(with_file("features/Book-2.sql", "select 1 as a order by a"), @r#"
    [file] features/Book-2.sql:1:1: not a name for a table
      help: the file's name becomes the table's: use lower-case letters, digits and underscores, beginning with a letter
    "#);
    insta::assert_snapshot!(with_file("features/deeper/book.sql", "select 1 as a order by a"), @r#"
    [file] features/deeper:1:1: a folder in a folder of SQL files
      help: folders in it are not read: move its files up, or declare it
    "#);
}

#[test]
fn every_fault_is_reported() {
    let fixture = Fixture::new();
    fixture.write("features/book.sql", "select book, 1 as n from cleaning.finall order by book");
    fixture.write("checks/future.sql", "drop table x");
    fixture.write("codes/branches.csv", "spelling,code\n");
    fixture.remove("clean/twice.md");
    insta::assert_snapshot!(fixture.faults(), @r#"
    [code_list] codes/branches.csv:1:1: the code list is empty
      help: the first line is `spelling,code`, then one line for each accepted spelling
    [file] pipeline.yaml:18:16: there is no such file or folder (clean/twice.md): `clean/twice.sql`
      help: the path is relative to the study folder; create `clean/twice.md` or correct its name
    [sql] checks/future.sql:1:1: only a query is allowed here: `drop`
      help: write one SELECT (WITH … is allowed); the engine makes the table
    [table] features/book.sql:1:26: there is no such table: `cleaning.finall`
      help: did you mean `cleaning.final`?
    "#);
}
