//! A reviewer confirms or overrules verdicts; a review that nothing answers to is an error.

use crate::fixture::{Library, PLAINLY, Store};
use insta::assert_snapshot;
use study::Study;

const FILE: &str = "review/reviews.csv";

/// The library study with a review file, and the identities of its rows by surname and branch.
struct Reviewed {
    copy: Library,
    store: Store,
}

impl Reviewed {
    fn new() -> Self {
        let copy = Library::new();
        copy.write(
            "sources/reviews.yaml",
            "source: reviews\ntitle: Reviews\nroot: study\nfiles: \"review/*.csv\"\ncolumns:\n\
             \x20 - {name: rule, header: rule, type: text, required: true}\n\
             \x20 - {name: record, header: record, type: text, required: true}\n\
             \x20 - {name: verdict, header: verdict, type: text, required: true}\n\
             \x20 - {name: reviewer, header: reviewer, type: text, required: true}\n\
             \x20 - {name: reason, header: reason, type: text}\n",
        );
        copy.edit(
            "pipeline.yaml",
            "  - sources/registry.yaml\n",
            "  - sources/registry.yaml\n  - sources/reviews.yaml\n",
        );
        for base in ["base: staging.members", "base: cleaning.merged"] {
            copy.edit("pipeline.yaml", base, &format!("{base}\n    review: staging.reviews"));
        }
        Self { copy, store: Store::new() }
    }

    fn reviews(&self, lines: &[&str]) -> Study {
        self.copy.write(FILE, &format!("rule,record,verdict,reviewer,reason\n{}\n", lines.join("\n")));
        self.copy.load()
    }

    /// The identity of a row of the members as delivered.
    fn row(&self, surname: &str, branch: &str) -> String {
        let run = self.store.run(&self.reviews(&[]), PLAINLY).unwrap();
        let sql = format!(
            "select row_id from identity.members join staging.members using (row_id) \
             where surname = '{surname}' and branch = '{branch}'"
        );
        self.store.rows(&run, &sql)
    }
}

const DECISIONS: &str = "select rule, verb, applied, decided_by, reviewer, review_reason from audit.run_decisions \
                         order by round_no, step, verb";
const WATERFALL: &str = "select rule, population, rows_in, merged, moved_in, moved_out, updated, rows_out from audit.run_waterfall";

#[test]
fn a_rejected_verdict_is_recorded_and_not_applied() {
    let study = Reviewed::new();
    let row = study.row("Aalders", "North");
    let line = format!("same_card,{row},reject,Mees,\"father and son, one card\"");
    let run = study.store.run(&study.reviews(&[&line]), PLAINLY).unwrap();
    assert_snapshot!(study.store.rows(&run, DECISIONS), @"
    same_card | merge | false | reviewer | Mees | father and son, one card
    leavers | add | true | rule |  |
    gone | move | true | rule |  |
    gone | update | true | rule |  |
    ");
    assert_snapshot!(study.store.rows(&run, WATERFALL), @"
    same_card | active | 6 | 0 | 0 | 0 | 0 | 6
    same_card | left | 0 | 0 | 0 | 0 | 0 | 0
    leavers | active | 6 | 0 | 0 | 0 | 0 | 6
    leavers | left | 0 | 0 | 0 | 0 | 0 | 1
    gone | active | 6 | 0 | 0 | 1 | 1 | 5
    gone | left | 1 | 0 | 1 | 0 | 0 | 2
    ");
    assert_eq!(
        study.store.rows(&run, "select count(*) from cleaning.settled where card_ref is not null"),
        "7"
    );
}

#[test]
fn a_confirmed_verdict_is_recorded_and_applied() {
    let study = Reviewed::new();
    let row = study.row("Evers", "South");
    let line = format!("gone,{row},confirm,Mees,");
    let run = study.store.run(&study.reviews(&[&line]), PLAINLY).unwrap();
    assert_snapshot!(study.store.rows(&run, DECISIONS), @"
    same_card | merge | true | rule |  |
    leavers | add | true | rule |  |
    gone | move | true | reviewer | Mees |
    gone | update | true | rule |  |
    ");
    assert_snapshot!(study.store.rows(&run, WATERFALL), @"
    same_card | active | 6 | 1 | 0 | 0 | 0 | 5
    same_card | left | 0 | 0 | 0 | 0 | 0 | 0
    leavers | active | 5 | 0 | 0 | 0 | 0 | 5
    leavers | left | 0 | 0 | 0 | 0 | 0 | 1
    gone | active | 5 | 0 | 0 | 1 | 1 | 4
    gone | left | 1 | 0 | 1 | 0 | 0 | 2
    ");
}

/// What the run says to these reviews; `ROW` stands for the earlier of the two with one card.
fn refusal(lines: &[&str]) -> String {
    let study = Reviewed::new();
    let row = study.row("Aalders", "North");
    let lines: Vec<String> = lines.iter().map(|line| line.replace("ROW", &row)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let error = study.store.run(&study.reviews(&lines), PLAINLY).unwrap_err();
    assert_eq!(study.store.warehouse.current().unwrap(), Some(1), "the earlier night stays");
    error.to_string().replace(&row, "ROW")
}

#[test]
fn a_review_that_no_verdict_answers_to_is_stale() {
    assert_snapshot!(refusal(&["same_card,nobody,reject,Mees,"]), @"staging.reviews: rule same_card returned no verdict on row nobody; remove the line, or review again: rule or data have changed");
    assert_snapshot!(refusal(&["gone,ROW,confirm,Mees,"]), @"staging.reviews: rule gone returned no verdict on row ROW; remove the line, or review again: rule or data have changed");
}

#[test]
fn a_review_of_a_rule_that_no_round_has_is_stale() {
    let told = refusal(&["no_such_rule,ROW,reject,Mees,"]);
    assert!(told.starts_with("staging.reviews: ") && told.contains("no_such_rule"), "{told}");
}

/// The rule of the first round runs again in the second, where it has nothing to say of that row.
#[test]
fn a_rule_of_two_rounds_can_be_reviewed() {
    let study = Reviewed::new();
    study.copy.edit(
        "pipeline.yaml",
        "      - {rule: cleaning/gone.sql}",
        "      - {rule: cleaning/same_card.sql}\n      - {rule: cleaning/gone.sql}",
    );
    let row = study.row("Aalders", "North");
    for (word, applied) in [("confirm", "true"), ("reject", "false")] {
        let run =
            study.store.run(&study.reviews(&[&format!("same_card,{row},{word},Mees,")]), PLAINLY).unwrap();
        let sql = "select distinct applied, decided_by from audit.run_decisions where rule = 'same_card'";
        assert_eq!(study.store.rows(&run, sql), format!("{applied} | reviewer"));
    }
}

#[test]
fn a_review_is_confirm_or_reject() {
    assert_snapshot!(refusal(&["same_card,ROW,doubt,Mees,"]), @r#"staging.reviews: verdict "doubt"; use confirm or reject"#);
}

#[test]
fn two_reviews_do_not_contradict_each_other() {
    assert_snapshot!(refusal(&["same_card,ROW,confirm,Mees,", "same_card,ROW,reject,Noor,"]), @"staging.reviews: row ROW is both confirmed and rejected; keep one of the two");
}
