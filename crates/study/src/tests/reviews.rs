//! What a study says of reviews, and how a verdict gets into its file.

use super::Fixture;
use crate::{NewReview, ReviewAdded, ReviewError, ReviewNeed, ReviewWord, Reviewable};
use std::fs;

const FILE: &str = "review/reviews.csv";
const HEADER: &str = "rule,record,other,verdict,reviewer,time,reason\n";

/// The study with reviews of both rounds and of the matching.
pub(super) fn reviewed() -> Fixture {
    let fixture = Fixture::new();
    let contract = "source: reviews\ntitle: Reviews\nroot: study\nfiles: review/reviews.csv\nmissing: [\"-\"]\ncolumns:\n\
         \x20 - {name: rule, header: rule, type: text, required: true}\n\
         \x20 - {name: record, header: record, type: text, required: true}\n\
         \x20 - {name: other, header: other, type: text}\n\
         \x20 - {name: verdict, header: verdict, type: code, codes: codes/verdicts.csv, required: true}\n\
         \x20 - {name: reviewer, header: reviewer, type: text, required: true}\n\
         \x20 - {name: time, header: time, type: text}\n\
         \x20 - {name: reason, header: reason, type: text, required: true}\n";
    fixture.write("sources/reviews.yaml", contract);
    fixture.write("codes/verdicts.csv", "spelling,code\nyes,confirm\nconfirm,confirm\nreject,reject\n");
    fixture.write(FILE, HEADER);
    let pipeline = "pipeline.yaml";
    fixture.replace(
        pipeline,
        "  - sources/returns.yaml\n",
        "  - sources/returns.yaml\n  - sources/reviews.yaml\n",
    );
    fixture.replace(
        pipeline,
        "base: staging.borrowings",
        "base: staging.borrowings\n    review: staging.reviews",
    );
    fixture.replace(pipeline, "adds_from: staging.returns}", "adds_from: staging.returns, review: wanted}");
    fixture.replace(pipeline, "passes: [matching", "review: staging.reviews, passes: [matching");
    fixture
}

fn verdict(record: &str, word: ReviewWord) -> NewReview {
    NewReview {
        of: Reviewable::Verdict { round: "clean".into(), rule: "twice".into(), record: record.into() },
        word,
        reviewer: "Mees".into(),
        time: "2026-11-30T13:39:22Z".into(),
        reason: "one, \"the\" same".into(),
    }
}

fn pair(left: &str, right: &str, word: ReviewWord) -> NewReview {
    let of = Reviewable::Pair {
        matching: "readers".into(),
        pass: "card".into(),
        left: left.into(),
        right: right.into(),
    };
    NewReview { of, ..verdict("", word) }
}

fn text(fixture: &Fixture) -> String {
    fs::read_to_string(fixture.path(FILE)).unwrap()
}

#[test]
fn rules_and_matchings_say_what_is_reviewed() {
    let study = reviewed().load();
    assert_eq!(study.rounds[0].rules[0].review, ReviewNeed::Wanted);
    assert_eq!(study.matchings[0].review.as_ref().unwrap().to_string(), "staging.reviews");
    let readers = study.steps().iter().find(|step| step.name == "readers").unwrap();
    assert!(readers.reads.iter().any(|table| table.to_string() == "staging.reviews"), "{readers:?}");
    let plain = Fixture::new().load();
    assert_eq!((plain.rounds[0].rules[0].review, &plain.matchings[0].review), (ReviewNeed::Optional, &None));
}

#[test]
fn what_cannot_be_reviewed_is_said_where_it_is_asked() {
    let second = "passes: [matching/card.sql]}\n  - {name: again, left: cleaning.clean, right: staging.returns, \
                  review: staging.reviews, passes: [matching/card.sql]}";
    let all: Vec<String> = [
        ("pipeline.yaml", "\n    review: staging.reviews", ""),
        ("pipeline.yaml", "review: wanted", "review: yes please"),
        ("pipeline.yaml", "review: staging.reviews, passes", "review: staging.review, passes"),
        ("pipeline.yaml", "review: staging.reviews, passes", "review: cleaning.clean, passes"),
        ("sources/reviews.yaml", "  - {name: other, header: other, type: text}\n", ""),
        ("sources/reviews.yaml", "name: reviewer, header", "name: who, header"),
        (
            "sources/reviews.yaml",
            "header: other, type: text",
            "header: other, type: text, sensitivity: identifying",
        ),
        ("pipeline.yaml", "passes: [matching/card.sql]}", second),
    ]
    .iter()
    .map(|(path, from, to)| {
        let fixture = reviewed();
        fixture.replace(path, from, to);
        fixture.faults()
    })
    .collect();
    insta::assert_snapshot!(all.join("\n"), @"
    [yaml] pipeline.yaml:19:69: a review is wanted, but the round has no reviews: `wanted`
      help: add `review: staging.SOURCE` to the round: the staged table of reviewers' verdicts
    [yaml] pipeline.yaml:20:69: not one of the words allowed here: `yes`
      help: allowed are optional, wanted
    [table] pipeline.yaml:26:75: there is no such table: `staging.review`
      help: did you mean `staging.reviews`?
    [yaml] pipeline.yaml:26:75: reviews are a staged table: `cleaning.clean`
      help: name `staging.SOURCE`: reviews are read from a file, as delivered
    [yaml] pipeline.yaml:26:75: reviews need a column `other` that is staged: `staging.reviews`
      help: a review of a pair names its right row there: add the column `other` to sources/reviews.yaml, and to its files
    [yaml] pipeline.yaml:17:13: reviews need a column `reviewer` that is staged: `staging.reviews`
      help: add it to sources/reviews.yaml; columns there are rule, record, other, verdict, who, time, reason
    [yaml] pipeline.yaml:26:75: reviews need a column `reviewer` that is staged: `staging.reviews`
      help: add it to sources/reviews.yaml; columns there are rule, record, other, verdict, who, time, reason
    [yaml] pipeline.yaml:26:75: reviews need a column `other` that is staged: `staging.reviews`
      help: a review of a pair names its right row there: add the column `other` to sources/reviews.yaml, and to its files
    [yaml] pipeline.yaml:27:99: an earlier matching with the same reviews has a pass of this name: `matching/card.sql`
      help: rename the file, or give the matchings a table of reviews each: a review names its pass only
    ");
}

#[test]
fn a_verdict_is_a_line_more() {
    let fixture = reviewed();
    let study = fixture.load();
    assert_eq!(study.add_review(&verdict("a", ReviewWord::Confirm)).unwrap(), ReviewAdded::Written);
    assert_eq!(study.add_review(&pair("a", "b", ReviewWord::Reject)).unwrap(), ReviewAdded::Written);
    let lines = "twice,a,,confirm,Mees,2026-11-30T13:39:22Z,\"one, \"\"the\"\" same\"\n\
                 card,a,b,reject,Mees,2026-11-30T13:39:22Z,\"one, \"\"the\"\" same\"\n";
    assert_eq!(text(&fixture), format!("{HEADER}{lines}"));
    let left: Vec<_> =
        fs::read_dir(fixture.path("review")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["reviews.csv"], "nothing is left beside it");
}

#[test]
fn the_bytes_that_were_there_stay_and_the_line_follows_their_form() {
    for (before, line) in [
        (
            "\u{feff}Reason;Verdict;rule;TIME;record;other;reviewer;;\r\nb;yes;card;;x;y;Noor;;",
            "\r\none, \"\"the\"\" same\";confirm;twice;2026-11-30T13:39:22Z;a;;Mees;;\r\n",
        ),
        (
            "reason\tverdict\trule\ttime\trecord\tother\treviewer\n\n",
            "\"one, \"\"the\"\" same\"\tconfirm\ttwice\t2026-11-30T13:39:22Z\ta\t\tMees\n",
        ),
    ] {
        let fixture = reviewed();
        fixture.write(FILE, before);
        fixture.load().add_review(&verdict("a", ReviewWord::Confirm)).unwrap();
        let line = line.replace("\r\none,", "\r\n\"one,");
        assert_eq!(text(&fixture), format!("{before}{line}"));
    }
}

#[test]
fn the_same_verdict_is_there_already_and_the_other_one_is_refused() {
    let fixture = reviewed();
    fixture.write(FILE, format!("{HEADER}twice, a ,,yes,Noor,,because\ntwice,b,,reject,Noor,,because\n"));
    let (study, before) = (fixture.load(), text(&fixture));
    assert_eq!(study.add_review(&verdict("a", ReviewWord::Confirm)).unwrap(), ReviewAdded::AlreadyThere);
    let refused = study.add_review(&verdict("b", ReviewWord::Confirm)).unwrap_err();
    assert!(
        matches!(&refused, ReviewError::Contradicts { line: 3, word: ReviewWord::Reject, .. }),
        "{refused:?}"
    );
    insta::assert_snapshot!(refused, @"review/reviews.csv:3: Noor has said reject of the same; take that line away first if it is to be judged anew");
    assert_eq!(text(&fixture), before);
    // A pair is another thing than a verdict on its left row.
    assert_eq!(study.add_review(&pair("b", "c", ReviewWord::Confirm)).unwrap(), ReviewAdded::Written);
}

#[test]
fn a_row_has_one_confirmed_partner() {
    let fixture = reviewed();
    let study = fixture.load();
    study.add_review(&pair("a", "b", ReviewWord::Confirm)).unwrap();
    let before = text(&fixture);
    let taken = [pair("a", "c", ReviewWord::Confirm), pair("d", "b", ReviewWord::Confirm)];
    let told = taken.map(|review| study.add_review(&review).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    review/reviews.csv:2: Mees has confirmed another pair of row a; take that line away first if it is wrong
    review/reviews.csv:2: Mees has confirmed another pair of row b; take that line away first if it is wrong
    ");
    assert_eq!(text(&fixture), before);
    for review in [pair("a", "c", ReviewWord::Reject), pair("d", "c", ReviewWord::Confirm)] {
        assert_eq!(study.add_review(&review).unwrap(), ReviewAdded::Written);
    }
}

#[test]
fn what_is_refused_is_named_and_nothing_is_written() {
    let fixture = reviewed();
    let (study, before) = (fixture.load(), text(&fixture));
    let good = || verdict("a", ReviewWord::Confirm);
    let of = |round: &str, rule: &str| Reviewable::Verdict {
        round: round.into(),
        rule: rule.into(),
        record: "a".into(),
    };
    let told: Vec<String> = [
        NewReview { reviewer: "  ".into(), ..good() },
        NewReview { reason: " \n".into(), ..good() },
        NewReview { reason: "a\u{7}b".into(), ..good() },
        NewReview { reason: "a\0b".into(), ..good() },
        NewReview { reason: "a\u{fffd}b".into(), ..good() },
        NewReview { reason: " - ".into(), ..good() },
        NewReview { reason: "#N/A".into(), ..good() },
        NewReview { reason: "\u{301}".into(), ..good() },
        NewReview { reason: "x".repeat(4_001), ..good() },
        NewReview { time: "2026-11-30 13:39".into(), ..good() },
        NewReview { time: "2026-11-30T13:39:22+01:00".into(), ..good() },
        NewReview { of: of("cleen", "twice"), ..good() },
        NewReview { of: of("clean", "twise"), ..good() },
        NewReview { of: of("final", "twice"), ..good() },
        pair("", "b", ReviewWord::Reject),
    ]
    .iter()
    .map(|review| study.add_review(review).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    reviewer: it is empty; write it
    reason: it is empty; write it
    reason: it holds a character that steers a terminal, or one that was damaged; write it again, without what cannot be seen
    reason: it holds a character that steers a terminal, or one that was damaged; write it again, without what cannot be seen
    reason: it holds a character that steers a terminal, or one that was damaged; write it again, without what cannot be seen
    reason: the contract takes this text for a missing one; say it in other words
    reason: it is the text of a spreadsheet's error; say it in other words
    reason: the contract takes this text for a missing one; say it in other words
    reason: it is longer than 4000 characters; say it shorter
    time: it is no time in UTC; give it as 2026-11-30T13:39:22Z
    time: it is no time in UTC; give it as 2026-11-30T13:39:22Z
    there is no round `cleen`; did you mean `clean`?
    there is no rule `twise`; did you mean `twice`?
    there is no rule `twice`; there is none
    record: it is empty; write it
    ");
    assert_eq!(text(&fixture), before);
}

#[test]
fn a_study_whose_reviews_are_in_no_file_of_its_own_says_so() {
    let contract = "sources/reviews.yaml";
    let told: Vec<String> = [
        (contract, "root: study\n", ""),
        (contract, "files: review/reviews.csv", "files: review/*.csv"),
        (contract, "files: review/reviews.csv", "files: review/reviews.xlsx"),
        (contract, "files: review/reviews.csv", "files: review/gone.csv"),
        (contract, "  - {name: time, header: time, type: text}\n", ""),
        (contract, "{name: time, header: time, type: text}", "{name: time, header: time, type: date}"),
        (
            contract,
            "header: reason, type: text, required: true}",
            "header: reason, type: text}\n  - {name: desk, header: desk, type: text, required: true}",
        ),
        (FILE, ",time,", ","),
        (FILE, HEADER, ""),
        (FILE, HEADER, "1,2,3\n"),
        (FILE, "reason\n", "reason\ntwice,x,,yes,Noor,,\"open"),
    ]
    .iter()
    .map(|(path, from, to)| {
        let fixture = reviewed();
        fixture.replace(path, from, to);
        let before = text(&fixture);
        let refused = fixture.load().add_review(&verdict("a", ReviewWord::Confirm)).unwrap_err();
        assert_eq!(text(&fixture), before);
        refused.to_string()
    })
    .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    sources/reviews.yaml: the reviews are delivered from the data folder; add `root: study` and move the file there: deliveries are not written
    sources/reviews.yaml: `review/*.csv` can be several files; name one file, so that it is known which one gets the line
    sources/reviews.yaml: `review/reviews.xlsx` is no CSV file; keep reviews in a file that ends in .csv
    review/gone.csv: there is no such file or folder; the path is relative to the study folder; create `review/gone.csv` or correct its name
    sources/reviews.yaml: reviews are written with a column `time`; add the column `time` to it, and to its file
    sources/reviews.yaml: its column `time` does not keep a text as it is written; make it `type: text`, without `normalise`
    sources/reviews.yaml: it requires a column `desk`, which no review here has; take `required` away from it
    review/reviews.csv: the file has no column `time`; add the column to the end of its header, as the contract names it
    review/reviews.csv: the file does not begin with a header row; put the headers of the contract on its first line
    review/reviews.csv: the file does not begin with a header row; put the headers of the contract on its first line
    review/reviews.csv: a line that is added would not be a line of its own; close the quotation mark that is open at the end of it
    ");
    let fixture = reviewed();
    fixture.write(FILE, [HEADER.as_bytes(), b"twice,x,,yes,J\xf6rg,,old\n"].concat());
    let refused = fixture.load().add_review(&verdict("a", ReviewWord::Confirm)).unwrap_err();
    insta::assert_snapshot!(refused, @"review/reviews.csv: the file is not UTF-8; save it as UTF-8");
}

/// Reviewers at the same time, each with verdicts of their own and one that all of them give.
#[test]
fn of_many_who_write_at_once_nothing_is_lost() {
    let fixture = reviewed();
    let study = fixture.load();
    let written: usize = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..8)
            .map(|hand| {
                let study = &study;
                scope.spawn(move || {
                    let own = (0..5).map(|n| format!("r{hand}_{n}"));
                    let all = own.chain(["same".to_owned()]);
                    let added =
                        all.map(|record| study.add_review(&verdict(&record, ReviewWord::Reject)).unwrap());
                    added.filter(|added| *added == ReviewAdded::Written).count()
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    });
    assert_eq!(written, 8 * 5 + 1);
    let text = text(&fixture);
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), written, "{text}");
    assert!(lines.iter().all(|line| line.ends_with("\"one, \"\"the\"\" same\"")), "{text}");
}

#[cfg(unix)]
#[test]
fn the_file_keeps_its_mode_and_a_link_stays_a_link() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = reviewed();
    let real = fixture.path("review/real.csv");
    fs::rename(fixture.path(FILE), &real).unwrap();
    super::fixture::link(&real, &fixture.path(FILE));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let study = fixture.load();
    study.add_review(&verdict("a", ReviewWord::Confirm)).unwrap();
    assert!(fixture.path(FILE).is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(text(&fixture).lines().count(), 2);

    fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
    let refused = study.add_review(&verdict("b", ReviewWord::Confirm)).unwrap_err();
    assert!(matches!(refused, ReviewError::Io { .. }), "{refused:?}");
    assert_eq!(text(&fixture).lines().count(), 2);
}
