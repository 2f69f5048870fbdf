//! What is open for review, from the run that asks to the one that applies what was said: of verdicts and of pairs.

use crate::fixture::{Library, PLAINLY, Store, wait};
use engine::{Auditor, LifeEvent, Resources, Traced};
use insta::assert_snapshot;
use study::{NewReview, ReviewAdded, ReviewWord, Reviewable, Study};
use terms::{CheckOutcome, Manifest};

pub(super) const FILE: &str = "review/reviews.csv";

/// The library study with reviews of both rounds and of the matching, to be written into a file without lines.
pub(super) struct Reviewed {
    pub(super) copy: Library,
    store: Store,
}

impl Reviewed {
    pub(super) fn new() -> Self {
        let copy = Library::new();
        copy.write(
            "sources/reviews.yaml",
            "source: reviews\ntitle: Reviews\nroot: study\nfiles: review/reviews.csv\ncolumns:\n\
             \x20 - {name: rule, header: rule, type: text, required: true}\n\
             \x20 - {name: record, header: record, type: text, required: true}\n\
             \x20 - {name: other, header: other, type: text}\n\
             \x20 - {name: verdict, header: verdict, type: text, required: true}\n\
             \x20 - {name: reviewer, header: reviewer, type: text, required: true}\n\
             \x20 - {name: time, header: time, type: text}\n\
             \x20 - {name: reason, header: reason, type: text}\n",
        );
        copy.write(FILE, "rule,record,other,verdict,reviewer,time,reason\n");
        let pipeline = "pipeline.yaml";
        copy.edit(
            pipeline,
            "  - sources/registry.yaml\n",
            "  - sources/registry.yaml\n  - sources/reviews.yaml\n",
        );
        for base in ["base: staging.members", "base: cleaning.merged"] {
            copy.edit(pipeline, base, &format!("{base}\n    review: staging.reviews"));
        }
        copy.edit(pipeline, "right: staging.registry,", "right: staging.registry, review: staging.reviews,");
        for rule in ["same_card.sql", "gone.sql"] {
            copy.edit(pipeline, &format!("{rule}}}"), &format!("{rule}, review: wanted}}"));
        }
        copy.edit(pipeline, "adds_from: staging.leavers}", "adds_from: staging.leavers, review: wanted}");
        Self { copy, store: Store::new() }
    }

    fn run(&self) -> Manifest {
        let run = self.store.run(&self.copy.load(), PLAINLY).unwrap();
        assert!(
            run.checks.iter().all(|check| check.outcome == CheckOutcome::Passed || check.claim.is_none())
        );
        run
    }

    pub(super) fn said(&self) -> Study {
        self.copy.load()
    }

    /// The pair of Bos with the house in this street.
    fn pair(&self, run: &Manifest, street: &str) -> Reviewable {
        let sql = format!(
            "select left_id, right_id from linkage.registry_candidates join staging.registry r on r.row_id = right_id \
             where street = '{street}'"
        );
        let ids = self.store.rows(run, &sql);
        let (left, right) = ids.split_once(" | ").unwrap();
        Reviewable::Pair {
            matching: "registry".into(),
            pass: "birth".into(),
            left: left.into(),
            right: right.into(),
        }
    }

    fn say(&self, of: Reviewable, word: ReviewWord) -> ReviewAdded {
        let review = NewReview {
            of,
            word,
            reviewer: "Mees".into(),
            time: "2011-03-02T09:00:00Z".into(),
            reason: "looked at the paper".into(),
        };
        self.said().add_review(&review).unwrap()
    }

    fn refused(&self) -> String {
        self.store.run(&self.copy.load(), PLAINLY).unwrap_err().to_string()
    }
}

/// Who is in what is open, by surname; the table that each of them is in is asked for the name.
const OPEN: &str = "with who as (select row_id, surname, 'staging.members' as t from identity.members \
     union all select row_id, surname, 'cleaning.merged' from identity.merged \
     union all select row_id, surname, 'cleaning.settled' from identity.settled \
     union all select row_id, surname, 'staging.leavers' from identity.leavers \
     union all select row_id, street, 'staging.registry' from staging.registry) \
     select o.run, o.kind, o.name, o.step, o.rule, a.surname, o.record_table, b.surname, o.other_table, o.verb, o.outcome, \
     o.reason, o.evidence from audit.open_reviews o left join who a on a.row_id = o.record and a.t = o.record_table \
     left join who b on b.row_id = o.other and b.t = o.other_table where run = ";
const ORDER: &str = " order by o.kind desc, o.name, o.step, a.surname, b.surname, o.verb";

fn open(study: &Reviewed, seen_from: &Manifest, run: &Manifest) -> String {
    study.store.rows(seen_from, &format!("{OPEN}{}{ORDER}", run.run))
}

#[test]
fn what_a_run_leaves_open_is_judged_and_the_next_run_applies_it() {
    let study = Reviewed::new();
    let first = study.run();
    assert_snapshot!(open(&study, &first, &first), @r#"
    1 | verdict | merged | 1 | same_card | Aalders | staging.members | Aalders | staging.members | merge | applied | same card, registered earlier | {"joined_before":"2015-03-01"}
    1 | verdict | merged | 2 | leavers | Gerrits | staging.leavers |  |  | add | applied | on the list of leavers | {}
    1 | verdict | settled | 1 | gone | Cohen | cleaning.merged |  |  | update | applied | fee rounded up | {}
    1 | verdict | settled | 1 | gone | Evers | cleaning.merged |  |  | move | applied | paid for life and left | {}
    1 | pair | registry | 2 | birth | Bos | cleaning.settled | Markt | staging.registry | match | ambiguous | same birth date | {}
    1 | pair | registry | 2 | birth | Bos | cleaning.settled | Singel | staging.registry | match | ambiguous | same birth date | {}
    "#);

    let of_rule = |round: &str, rule: &str| {
        let sql = format!(
            "select record from audit.open_reviews where rule = '{rule}' and verb in ('merge', 'move')"
        );
        let record = study.store.rows(&first, &sql);
        Reviewable::Verdict { round: round.into(), rule: rule.into(), record }
    };
    assert_eq!(study.say(of_rule("merged", "same_card"), ReviewWord::Reject), ReviewAdded::Written);
    assert_eq!(study.say(of_rule("settled", "gone"), ReviewWord::Confirm), ReviewAdded::Written);
    assert_eq!(study.say(study.pair(&first, "Markt"), ReviewWord::Confirm), ReviewAdded::Written);
    assert_eq!(study.say(study.pair(&first, "Markt"), ReviewWord::Confirm), ReviewAdded::AlreadyThere);
    let second = study.run();
    assert_snapshot!(open(&study, &second, &second), @"
    2 | verdict | merged | 2 | leavers | Gerrits | staging.leavers |  |  | add | applied | on the list of leavers | {}
    2 | verdict | settled | 1 | gone | Cohen | cleaning.merged |  |  | update | applied | fee rounded up | {}
    2 | pair | registry | 1 | card | Aalders | cleaning.settled | Dam | staging.registry | match | ambiguous | same card | {}
    2 | pair | registry | 1 | card | Aalders | cleaning.settled | Dam | staging.registry | match | ambiguous | same card | {}
    ");
    assert_eq!(open(&study, &second, &first), open(&study, &first, &first), "an earlier run is as it was");
    let decisions = "select rule, verb, applied, decided_by, reviewer, review_reason from audit.run_decisions \
                     order by round_no, step, verb, decided_by";
    assert_snapshot!(study.store.rows(&second, decisions), @"
    same_card | merge | false | reviewer | Mees | looked at the paper
    leavers | add | true | rule |  |
    gone | move | true | reviewer | Mees | looked at the paper
    gone | update | true | rule |  |
    ");
    let unbalanced = "select count(*) from audit.run_waterfall \
                      where rows_out <> rows_in - merged - removed + added + moved_in - moved_out";
    assert_eq!(study.store.rows(&second, unbalanced), "0");
    assert_eq!(
        study.store.rows(&second, "select count(*) from cleaning.settled where card_ref is not null"),
        "7"
    );
}

const PAIRS: &str = "select pass, street, outcome, decided_by, reviewer, review_reason from linkage.registry_candidates \
                     join staging.registry r on r.row_id = right_id where pass = 'birth' order by street";
const ALONE: &str = "select surname, outcome, pass from linkage.registry_unmatched u join identity.settled i \
                     on i.row_id = u.left_id order by 1";

#[test]
fn a_confirmed_pair_is_matched_and_supersedes_the_others_of_its_rows() {
    let study = Reviewed::new();
    let first = study.run();
    study.say(study.pair(&first, "Singel"), ReviewWord::Confirm);
    let run = study.run();
    assert_snapshot!(study.store.rows(&run, PAIRS), @"
    birth | Markt | superseded | pass |  |
    birth | Plein | matched | pass |  |
    birth | Singel | matched | reviewer | Mees | looked at the paper
    ");
    assert_snapshot!(study.store.rows(&run, ALONE), @"
    Cohen | no_candidate |
    Gerrits | no_candidate |
    ");
    assert_snapshot!(study.store.rows(&run, "select street, pass, decided_by, reviewer from linkage.registry join \
        staging.registry r on r.row_id = right_id order by 1"), @"
    Brink | card | pass |
    Dam | card | pass |
    Plein | birth | pass |
    Singel | birth | reviewer | Mees
    ");
    assert_eq!(
        study.store.rows(&run, "select count(*) from audit.open_reviews where kind = 'pair' and run = 2"),
        "0"
    );
}

#[test]
fn of_two_pairs_the_one_that_is_left_when_the_other_is_rejected_is_matched() {
    let study = Reviewed::new();
    let first = study.run();
    study.say(study.pair(&first, "Singel"), ReviewWord::Reject);
    let run = study.run();
    assert_snapshot!(study.store.rows(&run, PAIRS), @"
    birth | Markt | matched | pass |  |
    birth | Plein | matched | pass |  |
    birth | Singel | rejected | reviewer | Mees | looked at the paper
    ");
    assert_snapshot!(study.store.rows(&run, ALONE), @"
    Cohen | no_candidate |
    Gerrits | no_candidate |
    ");
    study.say(study.pair(&first, "Markt"), ReviewWord::Reject);
    let run = study.run();
    assert_snapshot!(study.store.rows(&run, PAIRS), @"
    birth | Markt | rejected | reviewer | Mees | looked at the paper
    birth | Plein | matched | pass |  |
    birth | Singel | rejected | reviewer | Mees | looked at the paper
    ");
    assert_snapshot!(study.store.rows(&run, ALONE), @"
    Bos | rejected | birth
    Cohen | no_candidate |
    Gerrits | no_candidate |
    ");
}

#[test]
fn reviews_of_pairs_that_cannot_be_answered_stop_the_run() {
    let study = Reviewed::new();
    let first = study.run();
    let Reviewable::Pair { left, right, .. } = study.pair(&first, "Markt") else { panic!() };
    let Reviewable::Pair { right: singel, .. } = study.pair(&first, "Singel") else { panic!() };
    let header = study.copy.read(FILE);
    let told: Vec<String> = [
        format!("birth,{left},nobody,confirm,Mees,,\n"),
        format!("card,{left},{right},reject,Mees,,\n"),
        format!("no_pass,{left},{right},reject,Mees,,\n"),
        format!("birth,{left},,reject,Mees,,\n"),
        format!("birth,{left},{right},confirm,Mees,,\nbirth,{left},{singel},confirm,Mees,,\n"),
        format!("birth,{left},{right},confirm,Mees,,\nbirth,{left},{right},reject,Noor,,\n"),
        format!("birth,{left},{right},perhaps,Mees,,\n"),
    ]
    .iter()
    .map(|lines| {
        study.copy.write(FILE, &format!("{header}{lines}"));
        study.refused().replace(&left, "LEFT").replace(&right, "RIGHT").replace(&singel, "SINGEL")
    })
    .collect();
    assert_snapshot!(told.join("\n"), @r#"
    staging.reviews: pass birth proposed no pair of LEFT and nobody; remove the line, or review again: rule or data have changed
    staging.reviews: pass card proposed no pair of LEFT and RIGHT; remove the line, or review again: rule or data have changed
    staging.reviews: no matching with these reviews has a pass no_pass for the pair LEFT and RIGHT; remove the line, or review again: rule or data have changed
    staging.reviews: rule birth returned no verdict on row LEFT; remove the line, or review again: rule or data have changed
    staging.reviews: pass birth: row LEFT is in two confirmed pairs, and a row has one partner; keep the one of the two that is right, and reject the other
    staging.reviews: the pair LEFT and RIGHT is both confirmed and rejected; keep one of the two
    staging.reviews: verdict "perhaps"; use confirm or reject
    "#);
    assert_eq!(study.store.warehouse.current().unwrap(), Some(1), "the earlier night stays");
}

/// The life of Bos tells who judged their pairs, and why.
#[test]
fn a_life_tells_who_judged_its_pairs() {
    let study = Reviewed::new();
    let first = study.run();
    study.say(study.pair(&first, "Singel"), ReviewWord::Reject);
    let (run, said) = (study.run(), study.said());
    let auditor = Auditor::of(&said, &study.store.warehouse, &run, Resources::default()).unwrap();
    let Traced::Record(life) = wait(|| auditor.trace("Bos")).unwrap() else { panic!("one record") };
    let told: Vec<String> = life
        .events
        .iter()
        .filter_map(|event| match event {
            LifeEvent::Paired { pair } => Some(format!(
                "{} {} by {}: {:?} {:?}",
                pair.pass, pair.outcome, pair.decided_by, pair.reviewer, pair.review_reason
            )),
            LifeEvent::Unmatched { .. } => Some("unmatched".to_owned()),
            _ => None,
        })
        .collect();
    assert_snapshot!(told.join("\n"), @r#"
    birth rejected by reviewer: Some("Mees") Some("looked at the paper")
    birth matched by pass: None None
    "#);
}

/// Once the first pass has matched a row, later passes do not see it: what was said of their pairs holds, or does not.
#[test]
fn a_review_of_a_pair_that_an_earlier_pass_settled_holds_or_stops_the_run() {
    let study = Reviewed::new();
    let first = study.run();
    let ids = study.store.rows(
        &first,
        "select left_id, right_id from linkage.registry where pass = 'card' order by 1 limit 1",
    );
    let (left, right) = ids.split_once(" | ").unwrap();
    let header = study.copy.read(FILE);
    for (holds, line) in [
        (true, format!("birth,{left},{right},confirm,Mees,,\n")),
        (false, format!("birth,{left},{right},reject,Mees,,\n")),
        (true, format!("birth,{left},somebody,reject,Mees,,\n")),
        (true, format!("birth,somebody,{right},reject,Mees,,\n")),
        (false, format!("birth,{left},somebody,confirm,Mees,,\n")),
        (false, "birth,somebody,nobody,reject,Mees,,\n".to_owned()),
    ] {
        study.copy.write(FILE, &format!("{header}{line}"));
        let run = study.store.run(&study.copy.load(), PLAINLY);
        assert_eq!(run.is_ok(), holds, "{line}");
    }
}

/// Without the pass that a reviewer spoke of, nobody waits for its pairs.
#[test]
fn a_side_run_without_a_reviewed_pass_is_not_stopped() {
    let study = Reviewed::new();
    let first = study.run();
    study.say(study.pair(&first, "Markt"), ReviewWord::Confirm);
    study.run();
    let side = study.said().without(&["birth".to_owned()]).unwrap();
    let side = study.store.run(&side, PLAINLY).unwrap();
    assert_eq!(study.store.rows(&side, "select count(*) from linkage.registry"), "2");
}

#[test]
fn asking_for_reviews_costs_no_step_and_a_review_of_a_pair_runs_what_hangs_on_it() {
    let study = Reviewed::new();
    let first = study.run();
    study.copy.edit(
        "pipeline.yaml",
        "adds_from: staging.leavers, review: wanted}",
        "adds_from: staging.leavers}",
    );
    let second = study.run();
    let executed = |run: &Manifest| -> Vec<String> {
        let ran = run.nodes.iter().filter(|node| node.outcome == terms::StepOutcome::Executed);
        ran.map(|node| node.node.clone()).collect()
    };
    assert_eq!(executed(&second), Vec::<String>::new());
    assert_eq!(
        study
            .store
            .rows(&second, "select count(*) from audit.open_reviews where run = 2 and rule = 'leavers'"),
        "0"
    );
    study.say(study.pair(&first, "Markt"), ReviewWord::Reject);
    let third = study.run();
    // Rounds read the same table of reviews; what they leave is as it was.
    let ran = ["reviews", "merged", "settled", "audit", "registry", "derived.member", "appendix.table_1"];
    assert_eq!(executed(&third), ran);
}

#[test]
fn what_a_reviewer_says_of_pairs_decides_about_them() {
    let study = Reviewed::new();
    let loaded = study.said();
    let found = wait(|| async { engine::column_lineage(&loaded).await.unwrap() });
    let of = |column: &str| -> Vec<String> {
        let edges = found.edges.iter().filter(|edge| edge.output_table.to_string() == "linkage.registry");
        let own =
            edges.filter(|e| e.output_column == column && e.input_table.to_string() == "staging.reviews");
        own.map(|edge| format!("{} {}", edge.input_column, edge.role.as_str())).collect()
    };
    assert_eq!(
        of("right_id"),
        ["other influence", "record influence", "rule influence", "verdict influence"]
    );
    assert!(of("reviewer").contains(&"reviewer value".to_owned()));
    assert!(of("review_reason").contains(&"reason value".to_owned()));
}
