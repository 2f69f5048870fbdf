//! `plan`: what a run would do, in words and as JSON.

use crate::fixture::Place;
use insta::assert_snapshot;

#[test]
fn before_the_first_run() {
    let place = Place::new();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 0
    there is no run yet

    would run; rows not known before (11)
      members               never ran
      leavers               never ran
      loans                 never ran
      registry              never ran
      merged                never ran
      settled               never ran
      audit                 never ran
      registry              never ran
      derived.member        never ran
      appendix.table_1      never ran
      audit.column_lineage  never ran

    checks (16), 0 reused
      loans_without_member                     never ran
      population_known                         never ran
      quarantined                              never ran
      loans_range_books                        never ran
      loans_rows                               never ran
      settled_unique_row_id                    never ran
      settled_accepted_values_population       never ran
      registry_unique_left_id                  never ran
      registry_unique_right_id                 never ran
      member_unique_row_id                     never ran
      member_not_null_branch_population_books  never ran
      member_accepted_values_branch            never ran
      member_relation_row_id                   never ran
      member_range_fee                         never ran
      table_1_unique_branch                    never ran
      table_1_rows                             never ran

    11 steps: 11 would run, 0 may run, 0 reused; nothing was run
    ");
    assert!(!place.folder.join("warehouse").exists(), "nothing is written");
}

#[test]
fn after_a_run_without_change() {
    assert_snapshot!(Place::shared().herkomst(&["plan"]).all(), @"
    exit 0
    compared with run 1

    reused (11)
      members               21 rows
      leavers               4 rows
      loans                 16 rows
      registry              16 rows
      merged                18 rows
      settled               16 rows
      audit                 16 rows
      registry              11 rows
      derived.member        6 rows
      appendix.table_1      2 rows
      audit.column_lineage  333 rows

    checks (16), 15 reused
      loans_rows  the published run has other rows, or the query of loans_rows changed

    11 steps: 0 would run, 0 may run, 11 reused; nothing was run
    ");
}

#[test]
fn after_changes() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("data/loans/2019.csv", "1002,2019-02-06,1", "1002,2019-02-06,5");
    place.edit("features/member.sql", "coalesce(l.books, 0) as books", "coalesce(l.books, 1) as books");
    place.edit("pipeline.yaml", "adult_age: 18", "adult_age: 17");
    place.edit("cleaning/gone.sql", "'fee rounded up'", "'fee made round'");
    place.write("data/members/east.csv", "Card;Name;Born;Joined;Fee\n4001;Groen;1-1-1981;1-1-2020;5\n");
    place.edit("codes/branches.csv", "north,", "east,East\nnorth,");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 0
    compared with run 1

    would run; rows not known before (6)
      members               file members/east.csv appeared, declaration of members changed (last time 21 rows)
      leavers               declaration of leavers changed (last time 4 rows)
      loans                 file loans/2019.csv changed (last time 16 rows)
      settled               query of settled/gone changed (last time 16 rows)
      derived.member        query of derived.member changed, parameter adult_age 18 → 17 (last time 6 rows)
      audit.column_lineage  declaration of members changed, declaration of leavers changed, query of settled/gone changed, query of derived.member changed (last time 333 rows)

    may run; rows not known before, and not at all if what they read comes out as it was (4)
      merged            depends on what leavers and members give (last time 18 rows)
      audit             depends on what merged, settled, leavers, loans and members give (last time 16 rows)
      registry          depends on what settled gives (last time 11 rows)
      appendix.table_1  depends on what derived.member gives (last time 2 rows)

    reused (1)
      registry  16 rows

    checks (16), 0 reused
      loans_without_member                     may be asked: depends on what settled and loans give
      population_known                         may be asked: depends on what settled gives
      quarantined                              may be asked: depends on what audit gives
      loans_range_books                        may be asked: depends on what loans gives
      loans_rows                               may be asked: depends on what loans gives
      settled_unique_row_id                    may be asked: depends on what settled gives
      settled_accepted_values_population       may be asked: depends on what settled gives
      registry_unique_left_id                  may be asked: depends on what registry gives
      registry_unique_right_id                 may be asked: depends on what registry gives
      member_unique_row_id                     may be asked: depends on what derived.member gives
      member_not_null_branch_population_books  may be asked: depends on what derived.member gives
      member_accepted_values_branch            may be asked: depends on what derived.member gives
      member_relation_row_id                   may be asked: depends on what settled and derived.member give
      member_range_fee                         may be asked: depends on what derived.member gives
      table_1_unique_branch                    may be asked: depends on what appendix.table_1 gives
      table_1_rows                             may be asked: depends on what appendix.table_1 gives

    11 steps: 6 would run, 4 may run, 1 reused; nothing was run
    ");
    let json: serde_json::Value = serde_json::from_str(&place.herkomst(&["plan", "--json"]).out).unwrap();
    let step =
        |name: &str| json["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap();
    assert_snapshot!(step("loans"), @r#"{"depends_on":[],"outlook":"runs","reasons":[{"file":"loans/2019.csv","why":"file_changed"}],"step":"loans","tables":[{"last_rows":5,"rows":null,"table":"staging.loans"},{"last_rows":5,"rows":null,"table":"identity.loans"},{"last_rows":5,"rows":null,"table":"origin.loans"},{"last_rows":0,"rows":null,"table":"audit.quarantine_loans"},{"last_rows":1,"rows":null,"table":"audit.files_loans"}]}"#);
    assert_snapshot!(step("derived.member"), @r#"{"depends_on":["settled","registry","loans"],"outlook":"runs","reasons":[{"query":"derived.member","why":"query"},{"after":"17","before":"18","parameter":"adult_age","why":"parameter"}],"step":"derived.member","tables":[{"last_rows":6,"rows":null,"table":"derived.member"}]}"#);
    assert_snapshot!(step("registry"), @r#"{"depends_on":[],"outlook":"reused","reasons":[],"step":"registry","tables":[{"last_rows":5,"rows":5,"table":"staging.registry"},{"last_rows":5,"rows":5,"table":"identity.registry"},{"last_rows":5,"rows":5,"table":"origin.registry"},{"last_rows":0,"rows":0,"table":"audit.quarantine_registry"},{"last_rows":1,"rows":1,"table":"audit.files_registry"}]}"#);
    assert_snapshot!(json["checks"], @r#"[{"check":"loans_without_member","depends_on":["settled","loans"],"outlook":"may_run","reasons":[],"violations":null},{"check":"population_known","depends_on":["settled"],"outlook":"may_run","reasons":[],"violations":null},{"check":"quarantined","depends_on":["audit"],"outlook":"may_run","reasons":[],"violations":null},{"check":"loans_range_books","depends_on":["loans"],"outlook":"may_run","reasons":[],"violations":null},{"check":"loans_rows","depends_on":["loans"],"outlook":"may_run","reasons":[],"violations":null},{"check":"settled_unique_row_id","depends_on":["settled"],"outlook":"may_run","reasons":[],"violations":null},{"check":"settled_accepted_values_population","depends_on":["settled"],"outlook":"may_run","reasons":[],"violations":null},{"check":"registry_unique_left_id","depends_on":["registry"],"outlook":"may_run","reasons":[],"violations":null},{"check":"registry_unique_right_id","depends_on":["registry"],"outlook":"may_run","reasons":[],"violations":null},{"check":"member_unique_row_id","depends_on":["derived.member"],"outlook":"may_run","reasons":[],"violations":null},{"check":"member_not_null_branch_population_books","depends_on":["derived.member"],"outlook":"may_run","reasons":[],"violations":null},{"check":"member_accepted_values_branch","depends_on":["derived.member"],"outlook":"may_run","reasons":[],"violations":null},{"check":"member_relation_row_id","depends_on":["settled","derived.member"],"outlook":"may_run","reasons":[],"violations":null},{"check":"member_range_fee","depends_on":["derived.member"],"outlook":"may_run","reasons":[],"violations":null},{"check":"table_1_unique_branch","depends_on":["appendix.table_1"],"outlook":"may_run","reasons":[],"violations":null},{"check":"table_1_rows","depends_on":["appendix.table_1"],"outlook":"may_run","reasons":[],"violations":null}]"#);
    let runs = place.herkomst(&["runs"]).out;
    assert_eq!(runs.lines().count(), 1, "nothing was run");
}

#[test]
fn as_options_of_a_run_would_have_it() {
    let place = Place::shared();
    assert_snapshot!(place.herkomst(&["plan", "--all"]).all(), @"
    exit 0
    compared with run 1

    would run; rows not known before (11)
      members               all is to run (last time 21 rows)
      leavers               all is to run (last time 4 rows)
      loans                 all is to run (last time 16 rows)
      registry              all is to run (last time 16 rows)
      merged                all is to run (last time 18 rows)
      settled               all is to run (last time 16 rows)
      audit                 all is to run (last time 16 rows)
      registry              all is to run (last time 11 rows)
      derived.member        all is to run (last time 6 rows)
      appendix.table_1      all is to run (last time 2 rows)
      audit.column_lineage  all is to run (last time 333 rows)

    checks (16), 0 reused
      loans_without_member                     all is to run
      population_known                         all is to run
      quarantined                              all is to run
      loans_range_books                        all is to run
      loans_rows                               all is to run
      settled_unique_row_id                    all is to run
      settled_accepted_values_population       all is to run
      registry_unique_left_id                  all is to run
      registry_unique_right_id                 all is to run
      member_unique_row_id                     all is to run
      member_not_null_branch_population_books  all is to run
      member_accepted_values_branch            all is to run
      member_relation_row_id                   all is to run
      member_range_fee                         all is to run
      table_1_unique_branch                    all is to run
      table_1_rows                             all is to run

    11 steps: 11 would run, 0 may run, 0 reused; nothing was run
    ");
    assert_snapshot!(place.herkomst(&["plan", "--no-lineage"]).all(), @"
    exit 0
    compared with run 1

    would run; rows not known before (5)
      merged            what stands behind rows is stored otherwise (last time 18 rows)
      settled           what stands behind rows is stored otherwise (last time 16 rows)
      registry          what stands behind rows is stored otherwise (last time 11 rows)
      derived.member    what stands behind rows is stored otherwise (last time 6 rows)
      appendix.table_1  what stands behind rows is stored otherwise (last time 2 rows)

    may run; rows not known before, and not at all if what they read comes out as it was (1)
      audit  depends on what merged and settled give (last time 16 rows)

    reused (5)
      members               21 rows
      leavers               4 rows
      loans                 16 rows
      registry              16 rows
      audit.column_lineage  333 rows

    checks (16), 1 reused
      loans_without_member                     may be asked: depends on what settled gives
      population_known                         may be asked: depends on what settled gives
      quarantined                              may be asked: depends on what audit gives
      loans_rows                               the published run has other rows, or the query of loans_rows changed
      settled_unique_row_id                    may be asked: depends on what settled gives
      settled_accepted_values_population       may be asked: depends on what settled gives
      registry_unique_left_id                  may be asked: depends on what registry gives
      registry_unique_right_id                 may be asked: depends on what registry gives
      member_unique_row_id                     may be asked: depends on what derived.member gives
      member_not_null_branch_population_books  may be asked: depends on what derived.member gives
      member_accepted_values_branch            may be asked: depends on what derived.member gives
      member_relation_row_id                   may be asked: depends on what settled and derived.member give
      member_range_fee                         may be asked: depends on what derived.member gives
      table_1_unique_branch                    may be asked: depends on what appendix.table_1 gives
      table_1_rows                             may be asked: depends on what appendix.table_1 gives

    11 steps: 5 would run, 1 may run, 5 reused; nothing was run
    ");
    assert_snapshot!(place.herkomst(&["plan", "--without", "same_card"]).all(), @"
    exit 0
    compared with run 1

    would run; rows not known before (2)
      merged                query of merged/same_card vanished (last time 18 rows)
      audit.column_lineage  query of merged/same_card vanished (last time 333 rows)

    may run; rows not known before, and not at all if what they read comes out as it was (5)
      settled           depends on what merged gives (last time 16 rows)
      audit             depends on what merged and settled give (last time 16 rows)
      registry          depends on what settled gives (last time 11 rows)
      derived.member    depends on what settled and registry give (last time 6 rows)
      appendix.table_1  depends on what derived.member gives (last time 2 rows)

    reused (4)
      members   21 rows
      leavers   4 rows
      loans     16 rows
      registry  16 rows

    checks (16), 1 reused
      loans_without_member                     may be asked: depends on what settled gives
      population_known                         may be asked: depends on what settled gives
      quarantined                              may be asked: depends on what audit gives
      loans_rows                               the published run has other rows, or the query of loans_rows changed
      settled_unique_row_id                    may be asked: depends on what settled gives
      settled_accepted_values_population       may be asked: depends on what settled gives
      registry_unique_left_id                  may be asked: depends on what registry gives
      registry_unique_right_id                 may be asked: depends on what registry gives
      member_unique_row_id                     may be asked: depends on what derived.member gives
      member_not_null_branch_population_books  may be asked: depends on what derived.member gives
      member_accepted_values_branch            may be asked: depends on what derived.member gives
      member_relation_row_id                   may be asked: depends on what settled and derived.member give
      member_range_fee                         may be asked: depends on what derived.member gives
      table_1_unique_branch                    may be asked: depends on what appendix.table_1 gives
      table_1_rows                             may be asked: depends on what appendix.table_1 gives

    11 steps: 2 would run, 5 may run, 4 reused; nothing was run
    ");
    assert_snapshot!(place.herkomst(&["plan", "--without", "nothing_like_it"]).all(), @"
    exit 2
    herkomst: no rule of a round and no pass of a matching is named nothing_like_it: there are merged/same_card, merged/leavers, settled/gone, registry/card, registry/birth
    ");
}

#[test]
fn a_plan_that_cannot_be_made() {
    let place = Place::new();
    std::fs::remove_file(place.folder.join("study/data/loans/2019.csv")).unwrap();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 4
    herkomst: source loans: no file in study/data fits `loans/*.csv`; put the delivery there, or change `files` in the contract
    ");
    let place = Place::new();
    place.edit("features/member.sql", "from staging.loans", "from staging.lones");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 3
    features/member.sql:7:10: there is no such table: `staging.lones`
      help: did you mean `staging.loans`?
    ");
    let place = Place::new();
    std::fs::create_dir(place.folder.join("warehouse")).unwrap();
    std::fs::write(place.folder.join("warehouse/letter.txt"), "dear").unwrap();
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 2
    herkomst: warehouse is not a warehouse: it has no folders `objects` and `runs`; check the path, or run first
    ");
}

/// A run that fails in its last model, and what is told of the next.
#[test]
fn after_a_run_that_was_stopped() {
    let place = Place::new();
    place.edit("appendices/table_1.sql", "count(*) as members", "count(*) / min(books - books) as members");
    assert_eq!(place.herkomst(&["run"]).code, 1);
    place.edit("appendices/table_1.sql", "count(*) / min(books - books) as members", "count(*) as members");
    assert_snapshot!(place.herkomst(&["plan"]).all(), @"
    exit 0
    there is no run yet and with 9 steps of a run that was stopped

    would run; rows not known before (2)
      appendix.table_1      never ran
      audit.column_lineage  never ran

    reused (9)
      members         21 rows
      leavers         4 rows
      loans           16 rows
      registry        16 rows
      merged          18 rows
      settled         16 rows
      audit           16 rows
      registry        11 rows
      derived.member  6 rows

    checks (16), 0 reused
      loans_without_member                     never ran
      population_known                         never ran
      quarantined                              never ran
      loans_range_books                        never ran
      loans_rows                               never ran
      settled_unique_row_id                    never ran
      settled_accepted_values_population       never ran
      registry_unique_left_id                  never ran
      registry_unique_right_id                 never ran
      member_unique_row_id                     never ran
      member_not_null_branch_population_books  never ran
      member_accepted_values_branch            never ran
      member_relation_row_id                   never ran
      member_range_fee                         never ran
      table_1_unique_branch                    never ran
      table_1_rows                             never ran

    11 steps: 2 would run, 0 may run, 9 reused; nothing was run
    ");
    let said = place.herkomst(&["run"]);
    assert!(said.out.contains("11 steps, 9 reused"), "{}", said.out);
    // Nothing of it is left to be told of.
    assert!(!place.herkomst(&["plan"]).out.contains("stopped"));
}

#[test]
fn rehash_hashes_everything_and_finds_nothing_new() {
    let place = Place::new();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    for arguments in [["run", "--rehash"], ["run", "--json"]] {
        assert_eq!(place.herkomst(&arguments).code, 0);
    }
    let said = place.herkomst(&["plan", "--rehash"]).out;
    assert!(said.contains("11 steps: 0 would run, 0 may run, 11 reused"), "{said}");
}
