//! Lineage of printed numbers: a count is made from exactly that many records.

use crate::fixture::{Library, PLAINLY, Store, flagship, wait};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use engine::{
    Asked, AskedMissing, Auditor, Decided, End, LifeEvent, LostTo, Missing, Replay, Resources, Rows, Traced,
    Why,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use terms::TableName;

/// One auditor for all questions about the flagship's run, as one who asks much has.
fn auditor() -> &'static Auditor<'static> {
    static AUDITOR: OnceLock<Auditor<'static>> = OnceLock::new();
    AUDITOR.get_or_init(|| {
        let night = flagship();
        Auditor::of(&night.study, &night.store.warehouse, &night.run, Resources::default()).unwrap()
    })
}

fn ask(auditor: &Auditor<'_>, table: &str, row: i64, column: Option<&str>) -> Why {
    let table = TableName::parse(table).unwrap();
    let asked = Asked { table: &table, row, column, told: engine::Told::All };
    wait(|| auditor.why(&asked)).unwrap()
}

fn rows(why: &Why) -> BTreeMap<String, u64> {
    why.tables.iter().map(|reached| (reached.table.to_string(), reached.rows)).collect()
}

/// Every integer cell of these columns of an appendix, with the table whose rows it counts.
fn counts_of(appendix: &str, columns: &[&str], counted: &str) {
    let night = flagship();
    let name = format!("appendix.{appendix}");
    let (_, batches) = night.store.tables(&night.run).into_iter().find(|(table, _)| *table == name).unwrap();
    let mut first = 0;
    for batch in &batches {
        for column in columns {
            let values = batch.column_by_name(column).unwrap().as_primitive::<Int64Type>();
            for (row, value) in (first..).zip(values.iter()) {
                let why = ask(auditor(), &name, row, Some(column));
                let made_from = rows(&why).get(counted).copied().unwrap_or(0);
                assert_eq!(
                    Some(made_from),
                    value.map(|n| n.unsigned_abs()),
                    "{appendix}, row {row}, {column}"
                );
            }
        }
        first += i64::try_from(batch.num_rows()).unwrap();
    }
}

#[test]
fn a_count_of_bijlage_02_is_made_from_that_many_persons() {
    counts_of("bijlage_02", &["n"], "cleaning.round_3");
}

/// A cell is asked over the rows that stand behind its row; over all rows its query says the same.
#[test]
fn what_a_cell_is_made_from_is_the_same_asked_over_all_rows() {
    let night = flagship();
    let replay = Replay::open(&night.study, &night.store.warehouse, &night.run);
    let counts: BTreeMap<TableName, i64> =
        night.run.tables().map(|record| (record.table.clone(), record.rows.cast_signed())).collect();
    let all: Rows = counts.iter().map(|(table, rows)| (table.clone(), (0..*rows).collect())).collect();
    let mut cells = 0;
    for appendix in &night.study.appendices {
        let table = &appendix.model.table;
        for column in &appendix.presentation.columns {
            let name = column.name.as_str();
            let behind = wait(|| async {
                let query = replay.query_for(table, name).await.unwrap().unwrap();
                query.again_with_lineage(&all).await.unwrap().1
            });
            assert_eq!(behind.len() as i64, counts[table]);
            for (row, behind) in (0..).zip(&behind).step_by(1 + behind.len() / 4) {
                let why = ask(auditor(), &table.to_string(), row, Some(name));
                let from: Vec<(TableName, u64)> =
                    why.from.into_iter().map(|share| (share.table, share.rows)).collect();
                let expected = behind.iter().map(|(table, rows)| (table.clone(), rows.len()));
                assert_eq!(from, expected.collect::<Vec<_>>(), "{table}, row {row}, {name}");
                cells += 1;
            }
        }
    }
    assert!(cells > 400, "{cells}");
}

/// A page that tells the first records counts all of them.
#[test]
fn what_is_told_in_full_changes_no_count() {
    for (name, row, column) in
        [("bijlage_03", 1, "vrouw_n"), ("bijlage_02", 3, "pct"), ("bijlage_01", 2, "totaal")]
    {
        let table = TableName::new("appendix", name).unwrap();
        let all = Asked { table: &table, row, column: Some(column), told: engine::Told::All };
        let first = Asked { told: engine::Told::First(2), ..all.clone() };
        let (all, first) = (wait(|| auditor().why(&all)).unwrap(), wait(|| auditor().why(&first)).unwrap());
        assert_eq!((&all.tables, &all.from, &all.delivered), (&first.tables, &first.from, &first.delivered));
        let mut told = Vec::new();
        for delivered in &all.delivered {
            let of_source = || all.records.iter().filter(|record| record.origin.source == delivered.source);
            let decided = of_source().filter(|record| !record.decisions.is_empty()).count() as u64;
            assert_eq!(
                (delivered.records, delivered.decided),
                (of_source().count() as u64, decided),
                "{name}"
            );
            told.extend(of_source().take(2).cloned());
        }
        assert!(all.records.is_sorted() && all.records.len() > told.len(), "{name}");
        assert_eq!(
            (first.records, first.decisions),
            (told, all.decisions.into_iter().take(2).collect()),
            "{name}"
        );
    }
}

/// A test is made from everybody: who has another value or outcome decides it as much.
#[test]
fn a_test_of_bijlage_14_is_made_from_all_persons() {
    for (row, column) in [(0, "samenhang"), (50, "chi")] {
        let found = rows(&ask(auditor(), "appendix.bijlage_14", row, Some(column)));
        assert_eq!(
            (found["features.persoon_kenmerken"], found["cleaning.round_3"]),
            (733, 733),
            "{row}, {column}"
        );
        assert_eq!((found["features.samenhang"], found["staging.kenmerkenlijst"]), (1, 1), "{row}, {column}");
    }
}

#[test]
fn a_count_of_bijlage_03_is_made_from_that_many_persons() {
    counts_of("bijlage_03", &["vrouw_n", "man_n", "totaal_n"], "cleaning.round_3");
}

/// Bijlage 1 counts other records in each row: as delivered, after a round, or matched.
#[test]
fn a_count_of_bijlage_01_is_made_from_that_many_persons() {
    let night = flagship();
    let counted = [
        "staging.registratie_1",
        "cleaning.round_2",
        "cleaning.round_3",
        "cleaning.round_2",
        "cleaning.round_3",
    ];
    for (row, counted) in (0..).zip(counted) {
        for column in ["huidig", "uitgestroomd", "totaal"] {
            let value = night.store.rows(
                &night.run,
                &format!("select {column} from appendix.bijlage_01 order by volgnr limit 1 offset {row}"),
            );
            let why = ask(auditor(), "appendix.bijlage_01", row, Some(column));
            let persons = rows(&why).get(counted).copied().unwrap_or(0);
            assert_eq!(persons.to_string(), value, "row {row}, {column}");
        }
    }
    assert_eq!(night.store.rows(&night.run, "select count(*) from appendix.bijlage_01"), "5");
}

/// So are the counts in its words: a label and two notes.
#[test]
fn a_count_in_words_of_bijlage_01_is_made_from_that_many_persons() {
    let night = flagship();
    for (row, column, counted) in
        [(3, "label", "cleaning.round_2"), (1, "noot", "cleaning.round_2"), (2, "noot", "audit.decisions")]
    {
        let words = night.store.rows(
            &night.run,
            &format!("select {column} from appendix.bijlage_01 order by volgnr limit 1 offset {row}"),
        );
        // A word such as `2e` is no number.
        let numbers = words.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.parse::<u64>().ok());
        let why = ask(auditor(), "appendix.bijlage_01", row, Some(column));
        assert_eq!(rows(&why).get(counted).copied(), Some(numbers.sum()), "{words}");
        let decided: BTreeSet<&str> = why.decisions.iter().map(|decision| decision.row_id.as_str()).collect();
        assert_eq!(decided.len() as u64, rows(&why).get("audit.decisions").copied().unwrap_or(0), "{words}");
    }
}

fn missing(table: &str, record: &str, row: Option<i64>, column: Option<&str>) -> Missing {
    let table = TableName::parse(table).unwrap();
    let asked = AskedMissing { record, table: &table, row, column };
    wait(|| auditor().why_missing(&asked)).unwrap()
}

#[test]
fn a_record_that_a_rule_removed_was_lost_to_that_decision() {
    let night = flagship();
    let removed =
        "select row_id, rule from audit.decisions where verb = 'remove' and applied order by row_id";
    for line in night.store.rows(&night.run, removed).lines() {
        let (record, rule) = line.split_once(" | ").unwrap();
        let End::Lost { losses } = missing("appendix.bijlage_03", record, None, None).end else {
            panic!("{record}")
        };
        let LostTo::Decision(decision) = &losses[0].to else { panic!("{losses:?}") };
        assert_eq!((decision.rule.as_str(), decision.verb.as_str()), (rule, "remove"));
    }
}

/// A line that a rule read and made nothing of was lost to a condition of the rule, at its place in the file.
#[test]
fn a_line_that_changed_nothing_was_lost_to_a_condition_of_a_rule() {
    let night = flagship();
    let mut seen = BTreeSet::new();
    for (source, round, verdict) in [
        ("registratie_2_correctie", "round_2", "evidence like concat('%', d.row_id, '%')"),
        ("registratie_3_uitstroom", "round_3", "v.verb = 'move' and c.v_ref = d.v_ref"),
        ("registratie_3_toevoeging", "round_3", "v.verb = 'add' and v.row_id = d.row_id"),
    ] {
        let unused = format!(
            "select d.row_id from staging.{source} d where not exists (select 1 from audit.decisions v left join \
             cleaning.{round} c on c.row_id = v.row_id where v.round = '{round}' and {verdict}) order by 1"
        );
        let unused = night.store.rows(&night.run, &unused);
        assert!(!unused.is_empty(), "{source}");
        for record in unused.lines() {
            let end = missing(&format!("cleaning.{round}"), record, None, None).end;
            let End::Lost { losses } = end else { panic!("{source} {record}: {end:?}") };
            let LostTo::Operator { path, written, .. } = &losses[0].to else { panic!("{losses:?}") };
            seen.insert(format!("{path}: {}", written.as_deref().unwrap_or_default()));
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        [
            "round_2/correcties_verwerken.sql: where velden <> ''",
            "round_3/late_toevoeging.sql: where b.v_ref is null",
            "round_3/late_uitstroom.sql: where r.populatie = 'huidig' and o.rang = 1",
        ]
    );
}

#[test]
fn a_record_that_is_ambiguous_or_quarantined_is_said_to_be() {
    let night = flagship();
    let open = "select left_id, coalesce(pass, '-') from linkage.dmb_unmatched order by left_id";
    for line in night.store.rows(&night.run, open).lines() {
        let (record, first) = line.split_once(" | ").unwrap();
        let End::Lost { losses } = missing("linkage.dmb", record, None, None).end else { panic!("{record}") };
        let LostTo::NoPartner { pass, candidates, passes } = &losses[0].to else { panic!("{losses:?}") };
        assert_eq!(pass.as_deref().unwrap_or("-"), first);
        assert_eq!(candidates.is_empty(), pass.is_none());
        // Without a candidate, each of the three passes has a condition that the record did not meet.
        assert_eq!(passes.len(), if pass.is_some() { 0 } else { 3 }, "{passes:?}");
    }
    let refused = "select distinct concat(file, ':', line) from audit.quarantine where source = 'registratie_1' order by 1";
    for line in night.store.rows(&night.run, refused).lines() {
        let end = missing("appendix.bijlage_03", line, None, None).end;
        assert!(matches!(end, End::Quarantined(_)), "{line}: {end:?}");
    }
}

/// A person of one country is in no other country's row, and what the query saw of him says so.
#[test]
fn a_person_is_counted_in_the_row_of_the_own_country() {
    let night = flagship();
    let sql = "select p.row_id, p.land_van_herkomst from cleaning.round_3 p join staging.registratie_1 r using (row_id) \
               order by 1 limit 1";
    let found = night.store.rows(&night.run, sql);
    let (record, country) = found.split_once(" | ").unwrap();
    let own = format!("select volgnr - 1 from appendix.bijlage_02 where land = '{country}'");
    let own: i64 = night.store.rows(&night.run, &own).parse().unwrap();
    let other = (own + 1) % 10;
    let there = missing("appendix.bijlage_02", record, Some(own), Some("n")).end;
    assert!(matches!(&there, End::Present { rows, .. } if *rows == [own]), "{there:?}");
    let End::Elsewhere { rows, seen } = missing("appendix.bijlage_02", record, Some(other), Some("n")).end
    else {
        panic!("{country}")
    };
    assert_eq!(rows, [own]);
    let seen: Vec<_> = seen.iter().map(|seen| (seen.column.as_str(), seen.value.as_deref())).collect();
    assert_eq!(seen, [("land_van_herkomst", Some(country))]);
}

/// Back and on are the same edges: who is behind a cell says that the cell is one of those that it is behind.
#[test]
fn a_life_ends_in_the_cells_that_the_record_is_behind() {
    let why = ask(auditor(), "appendix.bijlage_03", 1, Some("vrouw_n"));
    for record in why.records.iter().step_by(20) {
        let id = &record.origin.row_id;
        let Traced::Record(life) = wait(|| auditor().trace(id)).unwrap() else { panic!("{id}") };
        assert_eq!(life.origin, record.origin);
        let counted = life.counted.iter().find(|c| c.table.table() == "bijlage_03").unwrap();
        let row = counted.rows.iter().find(|(row, _)| *row == 1).unwrap();
        assert!(row.1.contains(&"vrouw_n".to_owned()) && !row.1.contains(&"man_n".to_owned()), "{row:?}");
        let judged: Vec<&Decided> = life
            .events
            .iter()
            .filter_map(|event| match event {
                LifeEvent::Judged { decision, .. } => Some(decision),
                _ => None,
            })
            .collect();
        assert!(record.decisions.iter().all(|decision| judged.contains(&decision)), "{id}");
    }
}

#[test]
fn the_way_back_passes_merges_moves_additions_and_pairs() {
    let (library, store) = (Library::new(), Store::new());
    let study = library.load();
    let run = store.run(&study, PLAINLY).unwrap();
    // Table 1, South, books: the two members who lent any, one of them listed by North as well, and their loans.
    let auditor = Auditor::of(&study, &store.warehouse, &run, Resources::default()).unwrap();
    let why = ask(&auditor, "appendix.table_1", 1, Some("books"));
    let places: Vec<String> =
        why.records.iter().map(|r| format!("{}:{}", r.origin.file, r.origin.line)).collect();
    assert!(places.contains(&"members/north.csv:2".to_owned()), "the merged record: {places:?}");
    for line in [2, 3] {
        assert!(places.contains(&format!("members/south.csv:{line}")), "{places:?}");
    }
    let loans: Vec<&String> = places.iter().filter(|place| place.starts_with("loans/")).collect();
    assert_eq!(loans, ["loans/2019.csv:2", "loans/2019.csv:4", "loans/2019.csv:6"]);
    let merged = why.records.iter().find(|record| record.origin.file == "members/north.csv").unwrap();
    assert_eq!(merged.decisions.iter().map(|d| d.verb.as_str()).collect::<Vec<_>>(), ["merge"]);
}

/// Behind each row of an analysis stand all rows that it analysed, whichever way it is written.
#[test]
fn a_screen_a_tree_and_a_test_of_counts_are_made_from_all_their_rows() {
    let (library, store) = (Library::new(), Store::new());
    let header = "-- what: what tells who left\n-- input: derived.member\n-- one row is: one part\n-- source: Table 1\n";
    let call = "(select * from derived.member where branch = 'south' or adult), outcome => population, nominal => [branch], \
                scale => [books], min_parent => 0, min_child => 0, max_depth => $adult_age";
    for (name, query) in [
        ("screen", format!("select * from chaid_screen({call}) order by outcome, place")),
        ("tree", format!("select * from chaid({call}) order by outcome, node")),
        (
            "tested",
            "select branch is null as unknown, chaid_test(chaid_count(books, population), 'scale')['n'] as n \
             from derived.member where branch = 'south' or adult group by 1 order by 1"
                .to_owned(),
        ),
    ] {
        library.write(&format!("features/{name}.sql"), &format!("{header}{query}\n"));
    }
    let study = library.load();
    let run = store.run(&study, PLAINLY).unwrap();
    let analysed = "select count(*) from derived.member where branch = 'south' or adult";
    let analysed = store.rows(&run, analysed);
    let everyone = store.rows(&run, "select count(*) from derived.member");
    let auditor = Auditor::of(&study, &store.warehouse, &run, Resources::default()).unwrap();
    assert_ne!(analysed, everyone);
    for (table, column) in [
        ("derived.screen", None),
        ("derived.screen", Some("p")),
        ("derived.tree", Some("class_counts")),
        ("derived.tested", Some("n")),
    ] {
        let why = ask(&auditor, table, 0, column);
        assert_eq!(rows(&why).get("derived.member").map(u64::to_string), Some(analysed.clone()), "{table}");
        assert!(!why.records.is_empty(), "{table}");
    }
    // Lists are stored, and read as lists.
    let sum = "select array_length(class_labels), class_counts[1] + class_counts[2] = n from derived.tree where node = 0";
    assert_eq!(store.rows(&run, sum), "2 | true");
}

/// No lineage is not taken for a row that was made from nothing.
#[test]
fn a_run_without_lineage_says_so() {
    let (library, store) = (Library::new(), Store::new());
    let study = library.load();
    let mut run = store.run(&study, PLAINLY).unwrap();
    let tables = run.nodes.iter_mut().flat_map(|node| &mut node.tables);
    tables.for_each(|table| table.lineage = None);
    let table = TableName::parse("appendix.table_1").unwrap();
    let asked = Asked { table: &table, row: 0, column: None, told: engine::Told::All };
    let auditor = Auditor::of(&study, &store.warehouse, &run, Resources::default()).unwrap();
    let why = wait(|| auditor.why(&asked)).unwrap_err();
    let asked = AskedMissing { record: "north.csv:3", table: &table, row: None, column: None };
    let missing = wait(|| auditor.why_missing(&asked)).unwrap_err();
    for error in [why, missing] {
        assert!(error.to_string().contains("stored no lineage"), "{error}");
    }
}
