//! What `why`, `why-not` and `trace` say of the library study.

use crate::fixture::Place;
use insta::assert_snapshot;
use serde_json::{Value, json};

fn said(arguments: &[&str]) -> String {
    Place::shared().herkomst(arguments).all()
}

fn parsed(arguments: &[&str]) -> Value {
    let said = Place::shared().herkomst(&[&["--json"], arguments].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn a_cell_is_a_tree_down_to_lines() {
    assert_snapshot!(said(&["why", "table_1", "--row", "South", "--column", "books"]), @r#"
    exit 0
    appendix.table_1, row "South", column books: 8

    made from 8 delivered records of 3 sources
    └─ derived.member  2 of 6 rows  one row a person with what was lent (features/member.sql)
       ├─ cleaning.settled  2 of 6 rows  Who left after all
       │  │  rule gone: 1 record moved
       │  └─ cleaning.merged  2 of 6 rows  One record a person
       │     │  rule same_card: 1 record merged
       │     └─ staging.members  3 of 6 rows  Members as the branches listed them (sources/members.yaml)
       │        ├─ members/north.csv:2  c2a90d1c631e64442716e6f144d92620
       │        │    merged, rule same_card: merged into members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card, registered earlier
       │        │      evidence: joined_before 2015-03-01
       │        │      decided by the rule
       │        ├─ members/south.csv:2  4388b7ee5bbe6e5d4660b081250cfa9c
       │        │    registry, pass card: matched with registry/town.csv:2 (c0ba0e5f3215498b18ca51245f227e3d): same card
       │        └─ members/south.csv:3  4380bdee20e33111a397cf9349ad27ba
       │             settled, rule gone: moved from active to left: paid for life and left
       │               changes: population = left
       │               decided by the rule
       │             registry, pass card: matched with registry/town.csv:3 (695e96f62a650741d635a0a0890aa50e): same card
       ├─ linkage.registry  2 of 3 rows  cleaning.settled matched with staging.registry
       │  │  pass card: 2 pairs
       │  ├─ cleaning.settled  2 of 6 rows, see above
       │  └─ staging.registry  2 of 5 rows  The town's register (sources/registry.yaml)
       │     ├─ registry/town.csv:2  c0ba0e5f3215498b18ca51245f227e3d
       │     │    registry, pass card: matched with members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card
       │     └─ registry/town.csv:3  695e96f62a650741d635a0a0890aa50e
       │          registry, pass card: matched with members/south.csv:3 (4380bdee20e33111a397cf9349ad27ba): same card
       └─ staging.loans  3 of 5 rows  Loans (sources/loans.yaml)
          ├─ loans/2019.csv:2  600925b418ccc3a14bfd7b60c0bda625
          ├─ loans/2019.csv:4  a663432844222285d7542a51b6ab7fda
          └─ loans/2019.csv:6  40d261707929fbac6f2620a32f33a659
    "#);
}

#[test]
fn raw_lines_are_shown_when_asked_and_a_limit_counts_the_rest() {
    assert_snapshot!(said(&["why", "table_1", "--row", "South", "--column", "books", "--raw", "--limit", "1"]), @r#"
    exit 0
    appendix.table_1, row "South", column books: 8

    made from 8 delivered records of 3 sources
    └─ derived.member  2 of 6 rows  one row a person with what was lent (features/member.sql)
       ├─ cleaning.settled  2 of 6 rows  Who left after all
       │  │  rule gone: 1 record moved
       │  └─ cleaning.merged  2 of 6 rows  One record a person
       │     │  rule same_card: 1 record merged
       │     └─ staging.members  3 of 6 rows  Members as the branches listed them (sources/members.yaml)
       │        ├─ members/north.csv:2  c2a90d1c631e64442716e6f144d92620
       │        │      10 01;Aalders;01-02-1980;01-03-2015;12,50;
       │        │    merged, rule same_card: merged into members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card, registered earlier
       │        │      evidence: joined_before 2015-03-01
       │        │      decided by the rule
       │        └─ … 2 more records, 1 of them with decisions (all of them with --limit 0, or in a file with --out)
       ├─ linkage.registry  2 of 3 rows  cleaning.settled matched with staging.registry
       │  │  pass card: 2 pairs
       │  ├─ cleaning.settled  2 of 6 rows, see above
       │  └─ staging.registry  2 of 5 rows  The town's register (sources/registry.yaml)
       │     ├─ registry/town.csv:2  c0ba0e5f3215498b18ca51245f227e3d
       │     │      1001,1980-02-01,Dam
       │     │    registry, pass card: matched with members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card
       │     └─ … 1 more record (all of them with --limit 0, or in a file with --out)
       └─ staging.loans  3 of 5 rows  Loans (sources/loans.yaml)
          ├─ loans/2019.csv:2  600925b418ccc3a14bfd7b60c0bda625
          │      1001,2019-01-05,3
          └─ … 2 more records (all of them with --limit 0, or in a file with --out)
    "#);
}

#[test]
fn a_row_of_a_query() {
    let query = "select branch, fee from derived.member where books > $adult_age - 16 order by fee";
    let decided = "select rule, verb from audit.decisions where round = 'settled' order by row_id";
    assert_snapshot!(said(&["why", "--sql", decided, "--row", "1"]), @"
    exit 0
    row 1 of 2 of the query
      rule = gone
      verb = move
    the query does not order its rows by columns of its own that tell this one apart: row numbers are those of this answer, and may be others the next time

    made from 0 delivered records of 0 sources
    └─ audit.decisions  1 of 4 rows
       └─ 4380bdee20e33111a397cf9349ad27ba  settled, rule gone: moved from active to left: paid for life and left
            changes: population = left
            decided by the rule
    ");
    assert_snapshot!(said(&["why", "--sql", query, "--row", "2", "--column", "fee"]), @"
    exit 0
    row 2 of 2 of the query, column fee
      branch = South
      fee = 20.000000

    made from 3 delivered records of 3 sources
    └─ derived.member  1 of 6 rows  one row a person with what was lent (features/member.sql)
       ├─ cleaning.settled  1 of 6 rows  Who left after all
       │  │  rule gone: 1 record moved
       │  └─ cleaning.merged  1 of 6 rows  One record a person
       │     └─ staging.members  1 of 6 rows  Members as the branches listed them (sources/members.yaml)
       │        └─ members/south.csv:3  4380bdee20e33111a397cf9349ad27ba
       │             settled, rule gone: moved from active to left: paid for life and left
       │               changes: population = left
       │               decided by the rule
       │             registry, pass card: matched with registry/town.csv:3 (695e96f62a650741d635a0a0890aa50e): same card
       ├─ linkage.registry  1 of 3 rows  cleaning.settled matched with staging.registry
       │  │  pass card: 1 pair
       │  ├─ cleaning.settled  1 of 6 rows, see above
       │  └─ staging.registry  1 of 5 rows  The town's register (sources/registry.yaml)
       │     └─ registry/town.csv:3  695e96f62a650741d635a0a0890aa50e
       │          registry, pass card: matched with members/south.csv:3 (4380bdee20e33111a397cf9349ad27ba): same card
       └─ staging.loans  1 of 5 rows  Loans (sources/loans.yaml)
          └─ loans/2019.csv:4  a663432844222285d7542a51b6ab7fda
    ");
}

#[test]
fn a_query_without_order_says_so() {
    let query = "select branch, count(*) as n from staging.members group by branch";
    let first = said(&["why", "--sql", query, "--row", "1", "--limit", "1"]);
    assert!(first.contains("row numbers are those of this answer"), "{first}");
    let ordered = said(&["why", "--sql", &format!("{query} order by branch"), "--row", "1", "--limit", "1"]);
    assert!(!ordered.contains("row numbers are those of this answer"), "{ordered}");
    // An order that does not tell the row from its neighbour is none.
    let tied = "select card_ref is null as none, row_id from staging.members order by none";
    assert!(said(&["why", "--sql", tied, "--row", "1"]).contains("row numbers are those of this answer"));
}

#[test]
fn faults_of_a_query_are_at_their_place() {
    assert_snapshot!(said(&["why", "--sql", "select branch,\n  book\nfrom derived.member", "--row", "1"]), @"
    exit 2
    herkomst: query:2:3: column 'book' not found: `book`
      help: possible column derived.member.books
    ");
    assert_snapshot!(said(&["why", "--sql", "select branch from derived.member limit 1", "--row", "1"]), @"
    exit 2
    herkomst: query:1:8: no lineage through Limit: skip=0, fetch=1: which rows it keeps is left to chance; put ORDER BY over columns that tell every row apart before it
      help: write the query without it
    ");
    assert_snapshot!(said(&["why", "--sql", "drop table derived.member", "--row", "1"]), @"
    exit 2
    herkomst: query:1:1: DDL not supported: DropTable
      help: see the columns with: herkomst sql -c 'show columns from schema.table'
    ");
    assert_snapshot!(said(&["why", "--sql", "select 1 as n", "--row", "2"]), @"
    exit 2
    herkomst: the query gives 1 rows, there is no row 2; rows are numbered from 1
    ");
    assert_snapshot!(said(&["why", "--sql", "select 1 as n", "--row", "1", "--column", "m"]), @r#"
    exit 2
    herkomst: the query has no column "m"; columns are n
    "#);
    assert_snapshot!(said(&["why", "--sql", "select 1 as n", "--row", "one"]), @r#"
    exit 2
    herkomst: --row "one": a row of a query is named by its number, from 1
    "#);
    let query = "select lent_on from checks.loans_without_member order by lent_on";
    assert_snapshot!(said(&["why", "--sql", query, "--row", "1"]), @"
    exit 2
    herkomst: what checks.loans_without_member was made from is not stored; ask a query over tables of sources, rounds, matchings, models and appendices
    ");
    for arguments in [&["why", "--row", "1"][..], &["why", "table_1", "--sql", "select 1", "--row", "1"]] {
        assert_eq!(Place::shared().herkomst(arguments).code, 2, "{arguments:?}");
    }
}

/// A tree as JSON: the edges lead from what was asked to the sources, and every record names its way.
#[test]
fn the_tree_is_complete_as_json() {
    let why = parsed(&["why", "table_1", "--row", "South", "--column", "books"]);
    assert_eq!(why["value"], "8");
    assert_eq!(why["from"], json!([{"table": "derived.member", "rows": 2}]));
    let tables = why["tables"].as_array().unwrap();
    let names: Vec<&Value> = tables.iter().map(|table| &table["table"]).collect();
    for table in tables {
        for share in table["from"].as_array().unwrap() {
            assert!(names.contains(&&share["table"]), "{share}");
        }
    }
    let merged =
        &why["records"].as_array().unwrap().iter().find(|r| r["file"] == "members/north.csv").unwrap();
    let way =
        ["staging.members", "cleaning.merged", "cleaning.settled", "linkage.registry", "derived.member"];
    let way: Vec<&str> = way.into_iter().chain(["appendix.table_1"]).collect();
    let through: Vec<&str> =
        merged["through"].as_array().unwrap().iter().map(|table| table.as_str().unwrap()).collect();
    assert!(way.iter().all(|table| through.contains(table)), "{through:?}");
    let decided = &merged["decisions"][0];
    assert_eq!((&decided["verb"], &decided["applied"]), (&json!("merge"), &json!(true)));
    assert_eq!(decided["survivor"]["file"], "members/south.csv");
    assert_eq!(decided["evidence"], json!({"joined_before": "2015-03-01"}));
    assert_eq!(merged["sha256"].as_str().unwrap().len(), 64);
    let query = parsed(&["why", "--sql", "select 1 as n", "--row", "1"]);
    assert_eq!((&query["values"], &query["order"]), (&json!([["n", "1"]]), &json!("total")));
}

#[test]
fn a_file_to_keep_has_a_row_for_each_record() {
    let place = Place::shared();
    let ask = |out: &str, more: &[&str]| {
        let cell = ["why", "table_1", "--row", "South", "--column", "books", "--out", out];
        place.herkomst(&[&cell, more].concat())
    };
    let said = ask("behind.csv", &[]);
    assert!(said.out.ends_with("\n8 records written to behind.csv\n"), "{}", said.out);
    let read = |file: &str| std::fs::read_to_string(place.folder.join(file)).unwrap();
    let first: Vec<String> = read("behind.csv").lines().take(2).map(str::to_owned).collect();
    assert_snapshot!(crate::fixture::masked(&first.join("\n")), @"
    path,source,file,sheet,line,byte_offset,byte_length,file_sha256,row_id,decisions,matches
    staging.loans > derived.member > appendix.table_1,loans,loans/2019.csv,,2,16,18,HASH,600925b418ccc3a14bfd7b60c0bda625,,
    ");
    for value in ["Aalders", "1980-02-01", "10 01"] {
        assert!(!read("behind.csv").contains(value), "{value} is written unasked");
    }
    assert_eq!(ask("with_lines.csv", &["--raw"]).code, 0);
    assert!(read("with_lines.csv").contains("10 01;Aalders"));

    assert_eq!(ask("behind.parquet", &[]).code, 0);
    let bytes = std::fs::read(place.folder.join("behind.parquet")).unwrap();
    assert_eq!((&bytes[..4], &bytes[bytes.len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
    let said = ask("behind.xlsx", &[]).all();
    assert_eq!(said, "exit 2\nherkomst: behind.xlsx: the name of the file must end in .csv or .parquet");
}

/// A delivered line may begin like a formula.
#[test]
fn a_line_that_begins_like_a_formula_is_text_in_the_file() {
    let place = Place::new();
    place.write("data/loans/2019.csv", "Lent,Books,Card\n2019-01-05,3,1001\n");
    place.write(
        "sources/loans.yaml",
        place.read("sources/loans.yaml").replace("date, required", "text, required"),
    );
    place.edit("data/loans/2019.csv", "2019-01-05", "=1+1");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let cell = ["why", "table_1", "--row", "South", "--column", "books", "--raw", "--out", "lines.csv"];
    assert_eq!(place.herkomst(&cell).code, 0);
    let written = std::fs::read_to_string(place.folder.join("lines.csv")).unwrap();
    assert!(written.contains("\"'=1+1,3,1001\"") && !written.contains("\"=1+1"), "{written}");
}

fn why_not(table: &str, record: &str, more: &[&str]) -> String {
    said(&[&["why-not", table, "--record", record], more].concat())
}

#[test]
fn why_not_a_record_that_was_merged() {
    assert_snapshot!(why_not("table_1", "members/north.csv:2", &["--row", "North"]), @r#"
    exit 0
    members record members/north.csv:2  c2a90d1c631e64442716e6f144d92620

    in staging.members: 1 row
    in cleaning.merged: 1 row
    in cleaning.settled: 1 row
    in linkage.registry: 1 row
    in derived.member: 1 row
    in appendix.table_1: 2 rows
      merged, rule same_card: merged into members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card, registered earlier
        evidence: joined_before 2015-03-01
        decided by the rule
    it is in appendix.table_1, row "North": part of share
    not part of members, books; ask for one of them with --column
    "#);
}

#[test]
fn why_not_a_record_that_was_removed() {
    let place = Place::new();
    place.edit("cleaning/gone.sql", "then 'move' else", "then 'remove' else");
    place.edit("cleaning/gone.sql", "then 'left' end", "then cast(null as varchar) end");
    place.edit("cleaning/gone.md", "| a | move | left |", "| a | remove |  |");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["why-not", "table_1", "--record", "south.csv:3"]).all(), @"
    exit 0
    members record members/south.csv:3  4380bdee20e33111a397cf9349ad27ba

    in staging.members: 1 row
    in cleaning.merged: 1 row
      settled, rule gone: removed: paid for life and left
        decided by the rule
    not in appendix.table_1:
      from cleaning.merged to cleaning.settled: removed by the decision above
    ");
}

#[test]
fn why_not_a_delivered_record_that_a_rule_did_not_add() {
    let place = Place::new();
    place.edit("data/leavers/north.csv", "3001;", "1002;");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["why-not", "cleaning.merged", "--record", "leavers/north.csv:2"]).all(), @"
    exit 0
    leavers record leavers/north.csv:2  541417efc86a29a6d50b4b6493c99691

    in staging.leavers: 1 row
    not in cleaning.merged:
      from staging.leavers to cleaning.merged: cleaning/leavers.sql:7:7
          `where not exists (select 1 from records r where r.card_ref = l.card_ref)`
          LeftAnti Join: l.card_ref = __correlated_sq_1.card_ref
    ");
}

/// A rule sees what the rules before it left: the record of North on the same card is merged by then.
#[test]
fn why_not_asks_a_rule_about_the_records_as_it_saw_them() {
    let place = Place::new();
    place.edit("data/leavers/north.csv", "3001;", "1001;");
    place.edit("cleaning/leavers.sql", "not exists", "exists");
    place.edit("cleaning/leavers.sql", "= l.card_ref)", "= l.card_ref and r.branch = 'North')");
    place.edit(
        "cleaning/leavers.md",
        "| row_id | card_ref |\n|---|---|\n| a | p1 |",
        "| row_id | card_ref | branch |\n|---|---|---|\n| a | p1 | North |",
    );
    place.edit("cleaning/leavers.md", "| y | add | left |", "| x | add | left |");
    let run = place.herkomst(&["run"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_snapshot!(place.herkomst(&["why-not", "cleaning.merged", "--record", "leavers/north.csv:2"]).all(), @"
    exit 0
    leavers record leavers/north.csv:2  4048406dd65b7bb85da1029ca74cf5aa

    in staging.leavers: 1 row
    not in cleaning.merged:
      from staging.leavers to cleaning.merged: cleaning/leavers.sql:7:7
          `where exists (select 1 from records r where r.card_ref = l.card_ref and r.branch = 'North')`
          LeftSemi Join: l.card_ref = __correlated_sq_1.card_ref
    ");
}

#[test]
fn why_not_a_line_that_was_never_staged() {
    assert_snapshot!(why_not("table_1", "members/north.csv:6", &[]), @"
    exit 0
    members/north.csv:6 of source members is in quarantine, so it is in no table:
      column birth_date, no_such_date: the calendar has no such day; correct the date at the source
    ");
    assert_snapshot!(why_not("table_1", "members/north.csv:4", &[]), @"
    exit 0
    never delivered: members/north.csv was delivered with 4 records, but none begins at line 4
    ");
    assert_snapshot!(why_not("table_1", "members/west.csv:4", &[]), @"
    exit 0
    never delivered: no source delivered a file members/west.csv
    ");
    assert_snapshot!(why_not("table_1", "0123456789abcdef0123456789abcdef", &[]), @"
    exit 0
    never delivered: no delivered record goes by 0123456789abcdef0123456789abcdef
    ");
}

#[test]
fn why_not_a_row_that_a_condition_of_a_query_lost() {
    assert_snapshot!(why_not("table_1", "loans/2019.csv:5", &[]), @"
    exit 0
    loans record loans/2019.csv:5  b89a68a0f88c1bcba4160528b82e8214

    in staging.loans: 1 row
    not in appendix.table_1:
      from staging.loans to derived.member: features/member.sql:16:21
          `left join lent l on l.card_ref = p.card_ref`
          Left Join: p.card_ref = l.card_ref
    ");
    let place = Place::new();
    place.edit(
        "appendices/table_1.sql",
        "from derived.member",
        "from derived.member\nwhere adult\n  and fee < 12.5",
    );
    place.write("misprints.yaml", "[]");
    assert_eq!(place.herkomst(&["run"]).code, 0);
    assert_snapshot!(place.herkomst(&["why-not", "table_1", "--record", "members/north.csv:3"]).all(), @"
    exit 0
    members record members/north.csv:3  e25e16f90cf51021f69981d0d630fee5

    in staging.members: 1 row
    in cleaning.merged: 1 row
    in cleaning.settled: 1 row
    in derived.member: 1 row
    not in appendix.table_1:
      from cleaning.settled to linkage.registry: ambiguous in pass birth
        registry, pass birth: not matched, ambiguous, with registry/town.csv:6 (198244e1bb43ba6fa58671f674974977): same birth date
        registry, pass birth: not matched, ambiguous, with registry/town.csv:5 (ac4563ae1032c0b062cff8aba0f24a17): same birth date
      from derived.member to appendix.table_1: appendices/table_1.sql:9:7
          `and fee < 12.5`
          Filter: CAST(derived.member.fee AS Decimal128(30, 15)) < CAST(Float64(12.5) AS Decimal128(30, 15))
    ");
}

#[test]
fn why_not_a_row_without_partner() {
    assert_snapshot!(why_not("linkage.registry", "registry/town.csv:5", &[]), @"
    exit 0
    registry record registry/town.csv:5  ac4563ae1032c0b062cff8aba0f24a17

    in staging.registry: 1 row
    not in linkage.registry:
      from staging.registry to linkage.registry: ambiguous in pass birth
        registry, pass birth: not matched, ambiguous, with members/north.csv:3 (e25e16f90cf51021f69981d0d630fee5): same birth date
    ");
    assert_snapshot!(why_not("linkage.registry", "members/north.csv:5", &[]), @"
    exit 0
    members record members/north.csv:5  5f0f3fe31db922fc569118e08a3875c9

    in staging.members: 1 row
    in cleaning.merged: 1 row
    in cleaning.settled: 1 row
      settled, rule gone: updated: fee rounded up
        changes: fee = 10.000000
        decided by the rule
    not in linkage.registry:
      from cleaning.settled to linkage.registry: no pass proposed a partner
        lost at: matching/card.sql:7:22
          `join open_right r on r.card_ref = l.card_ref`
          Inner Join: l.card_ref = r.card_ref
        lost at: matching/birth.sql:8:30
          `join identity.registry ri on ri.birth_date = li.birth_date`
          Inner Join: li.birth_date = ri.birth_date
    ");
}

#[test]
fn why_not_a_record_that_is_there_or_never_comes_there() {
    assert_snapshot!(why_not("table_1", "members/south.csv:2", &["--row", "South"]), @r#"
    exit 0
    members record members/south.csv:2  4388b7ee5bbe6e5d4660b081250cfa9c

    in staging.members: 1 row
    in cleaning.merged: 1 row
    in cleaning.settled: 1 row
    in linkage.registry: 1 row
    in derived.member: 1 row
    in appendix.table_1: 2 rows
    it is in appendix.table_1, row "South": part of members, books, share
    "#);
    assert_snapshot!(why_not("table_1", "members/south.csv:2", &["--row", "North", "--column", "books"]), @r#"
    exit 0
    members record members/south.csv:2  4388b7ee5bbe6e5d4660b081250cfa9c

    in staging.members: 1 row
    in cleaning.merged: 1 row
    in cleaning.settled: 1 row
    in linkage.registry: 1 row
    in derived.member: 1 row
    in appendix.table_1: 2 rows
    not in appendix.table_1, row "North", column books, but in 1 other row:
      "South"
    what the query sees of it:
      derived.member: books 4
      derived.member: branch South
    "#);
    assert_snapshot!(why_not("cleaning.merged", "loans/2019.csv:5", &[]), @"
    exit 0
    loans record loans/2019.csv:5  b89a68a0f88c1bcba4160528b82e8214

    not in cleaning.merged: it is made without this source
    ");
    let lost = parsed(&["why-not", "table_1", "--record", "loans/2019.csv:5"]);
    let expected = json!({
        "table": "derived.member", "from": "staging.loans", "lost_to": "operator", "path": "features/member.sql",
        "line": 16, "column": 21, "condition": "Left Join: p.card_ref = l.card_ref",
        "written": "left join lent l on l.card_ref = p.card_ref",
    });
    assert_eq!((&lost["end"], &lost["losses"]), (&json!("lost"), &json!([expected])));
}

#[test]
fn a_life_is_told_from_the_line_to_the_printed_cells() {
    assert_snapshot!(said(&["trace", "members/north.csv:2"]), @r#"
    exit 0
    record c2a90d1c631e64442716e6f144d92620

      delivered in members/north.csv:2, source members: Members as the branches listed them
          file sha256 HASH
      staged in staging.members
      merged, rule same_card: merged into members/south.csv:2 (4388b7ee5bbe6e5d4660b081250cfa9c): same card, registered earlier
          evidence: joined_before 2015-03-01
          decided by the rule
      in the records after merged as part of 4388b7ee5bbe6e5d4660b081250cfa9c, active
      in the records after settled as part of 4388b7ee5bbe6e5d4660b081250cfa9c, active
      registry, pass card: matched with registry/town.csv:2 (c0ba0e5f3215498b18ca51245f227e3d): same card
      behind rows of linkage.registry (1 row), linkage.registry_candidates (1 row), derived.member (1 row)

    behind these printed numbers
      table_1, row "North": share 11,1%
      table_1, row "South": books 8, members 3, share 88,9%
    "#);
    assert_snapshot!(said(&["trace", "Cohen", "--raw"]), @r#"
    exit 0
    record 5f0f3fe31db922fc569118e08a3875c9

      delivered in members/north.csv:5, source members: Members as the branches listed them
          1003;Cohen;5 mei 1990;01-01-2017;7,5;
          file sha256 HASH
      staged in staging.members
      in the records after merged, active
      settled, rule gone: updated: fee rounded up
          fee: 7.500000 → 10.000000
          decided by the rule
      in the records after settled, active
      registry: no partner: no candidate
      behind rows of linkage.registry_unmatched (1 row), derived.member (1 row)

    behind these printed numbers
      table_1, row "North": members 3
    "#);
}

#[test]
fn records_are_found_by_what_identifies_them() {
    assert_snapshot!(said(&["trace", "1001"]), @"
    exit 0
    5 records fit:
      4388b7ee5bbe6e5d4660b081250cfa9c  members  members/south.csv:2 by card
      c2a90d1c631e64442716e6f144d92620  members  members/north.csv:2 by card
      40d261707929fbac6f2620a32f33a659  loans  loans/2019.csv:6 by card
      600925b418ccc3a14bfd7b60c0bda625  loans  loans/2019.csv:2 by card
      c0ba0e5f3215498b18ca51245f227e3d  registry  registry/town.csv:2 by card
    trace one of them by its row id
    ");
    assert_snapshot!(said(&["trace", "10 01", "--raw", "--limit", "1"]), @"
    exit 0
    5 records fit:
      4388b7ee5bbe6e5d4660b081250cfa9c  members  members/south.csv:2 by card
        1001,Aalders,1980-02-01,2016-03-01,12
      … 4 more (all of them with --limit 0)
    trace one of them by its row id
    ");
    assert_snapshot!(said(&["trace", "Gerits"]), @"
    exit 0
    nothing fits, but nearly 1 record:
      f2a79b5280eec42d7587ff612916f66a  leavers  leavers/north.csv:2 by surname
    trace one of them by its row id
    ");
    assert_snapshot!(said(&["trace", "Nobody"]), @"
    exit 2
    herkomst: no delivered record goes by Nobody
    ");
    assert_snapshot!(said(&["trace", "members/north.csv:6"]), @"
    exit 0
    members/north.csv:6 of source members is in quarantine, so it is in no table:
      column birth_date, no_such_date: the calendar has no such day; correct the date at the source
    ");
    // A pseudonym is found wherever it is.
    let place = Place::shared();
    let query = "select card_ref from staging.members where branch = 'South' order by joined desc limit 1";
    let found = place.herkomst(&["sql", "--format", "csv", "-c", query]).out;
    let life = parsed(&["trace", found.lines().last().unwrap()]);
    assert_eq!((&life["file"], &life["line"]), (&json!("members/south.csv"), &json!(4)));
    assert_eq!(life["printed"]["table_1"][0]["cells"]["members"], "3");
}

#[test]
fn no_value_that_identifies_is_shown_unasked() {
    for arguments in [
        &["trace", "members/north.csv:2"][..],
        &["trace", "1001"],
        &["why-not", "table_1", "--record", "members/north.csv:6"],
        &["--json", "trace", "members/north.csv:5"],
        &["--json", "why", "table_1", "--row", "North"],
    ] {
        let said = Place::shared().herkomst(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        for value in ["Aalders", "Cohen", "Dirks", "31-02-1991", "1980-02-01", "10 01"] {
            assert!(!said.out.contains(value), "{arguments:?} shows {value}:\n{}", said.out);
        }
    }
}
