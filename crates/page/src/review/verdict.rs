//! One candidate: both records side by side, and the form of the verdict.

use super::{address_of, given};
use crate::door::go_to;
use crate::fault::Fault;
use crate::flow::{done_by_name, members, side_by_side};
use crate::rows::{Rows, Value};
use crate::sheet::{self, Answer, Cell, Sheet, respond};
use crate::visit::Visit;
use axum::Form;
use axum::response::Response;
use chrono::{SecondsFormat, Utc};
use report::CellKind::Text;
use report::Markup;
use serde::Deserialize;
use study::{GivenReview, NewReview, ReviewAdded, ReviewError, ReviewWord, Reviewable};

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    token: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reviewer: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn page(visit: Visit) -> Response {
    let answer = one(&visit, None).await;
    respond(&visit, answer)
}

/// Writes a verdict, and shows what was written.
pub(super) async fn send(visit: Visit, Form(sent): Form<Sent>) -> Response {
    match write(&visit, sent).await {
        Ok(to) => go_to(&to),
        Err(Refused::Page(why)) => sheet::fault(&visit, &why),
        Err(Refused::Form(text)) => {
            let answer = one(&visit, Some(&text)).await;
            respond(&visit, answer)
        }
    }
}

enum Refused {
    /// Another page is shown.
    Page(Fault),
    /// The form is shown again, with this above it.
    Form(String),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Refused::Page(fault)
    }
}

async fn write(visit: &Visit, sent: Sent) -> Result<String, Refused> {
    visit.for_auditors()?;
    if !visit.session.sent(&sent.token) {
        return Err(Fault::Forged.into());
    }
    let of = asked(visit)?;
    // Only what is open in a run is decided: an address that somebody made up changes nothing.
    let run = visit.run()?;
    find(visit, &of, run.run).await?;
    let word = ReviewWord::from_word(&sent.verdict).ok_or_else(|| {
        Refused::Form(visit.say("Kies: bevestigen of afwijzen.", "Choose: confirm or reject.").to_owned())
    })?;
    // Whoever logged in signs with the name of their log-in.
    let reviewer = match visit.house.server.open_to() {
        None => visit.user.clone(),
        Some(_) => sent.reviewer,
    };
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let review = NewReview { of: of.clone(), word, reviewer, time, reason: sent.reason };
    let house = visit.house.clone();
    let added = tokio::task::spawn_blocking(move || house.study().add_review(&review)).await;
    let done = match added.map_err(|error| Refused::Page(Fault::inside(error)))? {
        Ok(ReviewAdded::Written) => "written",
        Ok(ReviewAdded::AlreadyThere) => "there",
        Err(error @ (ReviewError::Text { .. } | ReviewError::Contradicts { .. })) => {
            return Err(Refused::Form(error.to_string()));
        }
        Err(error @ ReviewError::NotReviewed { .. }) => return Err(Fault::Missing(error.to_string()).into()),
        Err(error) => return Err(Fault::inside(error).into()),
    };
    Ok(format!("{}&done={done}", address_of(&of, visit.get("run"))))
}

/// What the address names.
fn asked(visit: &Visit) -> Result<Reviewable, Fault> {
    let text = |name: &str| {
        let missing = || Fault::Asked(format!("the address lacks {name}="));
        visit.get(name).map(str::to_owned).ok_or_else(missing)
    };
    if visit.get("matching").is_some() {
        let (matching, pass) = (text("matching")?, text("pass")?);
        return Ok(Reviewable::Pair { matching, pass, left: text("left")?, right: text("right")? });
    }
    Ok(Reviewable::Verdict { round: text("round")?, rule: text("rule")?, record: text("record")? })
}

/// The row of what is asked: from what is open, or of what a rule decided otherwise.
async fn find(visit: &Visit, of: &Reviewable, run: u64) -> Result<Rows, Fault> {
    let (name, rule, record, other) = match of {
        Reviewable::Verdict { round, rule, record } => (round, rule, record, ""),
        Reviewable::Pair { matching, pass, left, right } => (matching, pass, left, right.as_str()),
    };
    let values = [
        ("run", Value::Number(run)),
        ("name", Value::Text(name)),
        ("rule", Value::Text(rule)),
        ("record", Value::Text(record)),
    ];
    let pair = [&values[..], &[("other", Value::Text(other))]].concat();
    let found = match of {
        Reviewable::Pair { .. } => visit.rows(include_str!("one.sql"), &pair).await?,
        // The survivor of a merge stands in the row, not in the address.
        Reviewable::Verdict { .. } => visit.rows(include_str!("decided.sql"), &values).await?,
    };
    match found.len() {
        0 => Err(Fault::Missing(
            visit
                .say(
                    "In deze run staat dit niet open; misschien is er al over beslist.",
                    "This is not open in this run; perhaps it has been decided.",
                )
                .to_owned(),
        )),
        _ => Ok(found),
    }
}

async fn one(visit: &Visit, refused: Option<&str>) -> Answer {
    visit.for_auditors()?;
    let (of, run) = (asked(visit)?, visit.run()?);
    let found = find(visit, &of, run.run).await?;
    let mut sheet = Sheet::new(match of {
        Reviewable::Verdict { .. } => visit.say("Eén persoon of twee?", "One record or two?"),
        Reviewable::Pair { .. } => visit.say("Hoort dit bij elkaar?", "Do these belong together?"),
    });
    if let Some(text) = refused {
        sheet.html().element("p", &[("role", "alert")], text).line();
    }
    said(&mut sheet, visit);
    facts(&mut sheet, visit, &found)?;
    let ids = ["record", "other"].into_iter().filter_map(|column| found.value(0, column).map(str::to_owned));
    let ids: Vec<String> = ids.collect();
    side_by_side(&mut sheet, visit, &run, found.text(0, "name"), &ids).await?;
    sheet.heading("verdict", visit.say("Oordeel", "Verdict"));
    match given(visit, vec![of.clone()]).await?.into_iter().flatten().next() {
        Some(given) => written(sheet.html(), visit, &given),
        None => form(sheet.html(), visit, &of),
    }
    Ok(sheet)
}

fn said(sheet: &mut Sheet, visit: &Visit) {
    let text = match visit.get("done") {
        Some("written") => visit.say(
            "Het oordeel is geschreven; het geldt vanaf de volgende run.",
            "The verdict is written; it counts from the next run on.",
        ),
        Some("there") => visit.say("Dit oordeel stond er al.", "This verdict was there already."),
        _ => return,
    };
    sheet.html().element("p", &[("role", "status"), ("class", "done")], text).line();
}

fn facts(sheet: &mut Sheet, visit: &Visit, found: &Rows) -> Result<(), Fault> {
    let mut facts: Vec<Vec<Cell>> = vec![
        vec![visit.say("waar", "where").into(), found.text(0, "name").into()],
        vec![visit.say("regel", "rule").into(), found.text(0, "rule").into()],
        vec![visit.say("reden", "reason").into(), found.text(0, "reason").into()],
        vec![
            visit.say("nu", "now").into(),
            outcome(
                visit,
                found.text(0, "verb"),
                found.value(0, "outcome").unwrap_or(found.text(0, "decided_by")),
            )
            .into(),
        ],
    ];
    for (name, value) in members(found.text(0, "evidence"))? {
        facts.push(vec![name.into(), value.into()]);
    }
    let header = [(visit.say("feit", "fact"), Text), (visit.say("waarde", "value"), Text)];
    sheet.table(visit.say("Wat de regel zag", "What the rule saw"), &header, &facts);
    Ok(())
}

fn form(html: &mut Markup, visit: &Visit, of: &Reviewable) {
    let action = address_of(of, visit.get("run"));
    html.open("form", &[("method", "post"), ("action", &action), ("class", "stacked")]).line();
    sheet::token(html, visit);
    html.open("fieldset", &[]);
    html.element("legend", &[], visit.say("Klopt het wat de regel zegt?", "Is it as the rule says?")).line();
    for word in [ReviewWord::Confirm, ReviewWord::Reject] {
        let id = word.as_str();
        html.open("p", &[]);
        let radio = [("type", "radio"), ("name", "verdict"), ("id", id), ("value", id), ("required", "")];
        html.void("input", &radio).text(" ");
        html.element("label", &[("for", id)], explained(visit, of, word)).close().line();
    }
    html.close().line();
    if visit.house.server.open_to().is_some() {
        html.element("label", &[("for", "reviewer")], visit.say("Uw naam", "Your name"));
        let field = [("id", "reviewer"), ("name", "reviewer"), ("required", ""), ("maxlength", "100")];
        html.void("input", &field).line();
    }
    html.element("label", &[("for", "reason")], visit.say("Waarom", "Why"));
    let field =
        [("id", "reason"), ("name", "reason"), ("rows", "3"), ("required", ""), ("maxlength", "2000")];
    html.element("textarea", &field, "").line();
    html.element("button", &[("type", "submit")], visit.say("Oordeel vastleggen", "Write the verdict"))
        .close()
        .line();
}

fn explained(visit: &Visit, of: &Reviewable, word: ReviewWord) -> &'static str {
    match (of, word) {
        (Reviewable::Verdict { .. }, ReviewWord::Confirm) => {
            visit.say("Bevestigen: de regel heeft gelijk.", "Confirm: the rule is right.")
        }
        (Reviewable::Verdict { .. }, ReviewWord::Reject) => {
            visit.say("Afwijzen: wat de regel wil, gebeurt niet.", "Reject: what the rule wants is not done.")
        }
        (Reviewable::Pair { .. }, ReviewWord::Confirm) => {
            visit.say("Bevestigen: dit is dezelfde persoon.", "Confirm: this is the same person.")
        }
        (Reviewable::Pair { .. }, ReviewWord::Reject) => {
            visit.say("Afwijzen: dit zijn twee personen.", "Reject: these are two persons.")
        }
    }
}

/// What was decided and has not come into a run yet.
fn written(html: &mut Markup, visit: &Visit, given: &GivenReview) {
    let time = given.time.as_deref().unwrap_or("–");
    let text = format!("{}: {}, {time}. {}", word(visit, given.word), given.reviewer, given.reason);
    html.element("p", &[], &text).line();
    let how = visit.say(
        "Wie het anders ziet, verandert de regel in het beoordelingsbestand van de studie.",
        "Who sees it otherwise changes the line in the study's review file.",
    );
    html.element("p", &[], how).line();
}

/// The word for a verdict.
pub(super) fn word(visit: &Visit, word: ReviewWord) -> &'static str {
    match word {
        ReviewWord::Confirm => visit.say("bevestigd", "confirmed"),
        ReviewWord::Reject => visit.say("afgewezen", "rejected"),
    }
}

/// What stands now, in words; words of the engine that have none here stay as they are.
pub(super) fn outcome(visit: &Visit, verb: &str, outcome: &str) -> String {
    let verb = match verb {
        "match" => visit.say("koppelen", "match"),
        verb => done_by_name(visit, verb),
    };
    let outcome = match outcome {
        "applied" | "rule" => visit.say("zo toegepast", "applied so"),
        "ambiguous" => {
            visit.say("meer dan één mogelijkheid, dus niet gedaan", "more than one way, so not done")
        }
        "reviewer" => visit.say("door een beoordelaar", "by a reviewer"),
        other => other,
    };
    format!("{verb}: {outcome}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_its_address() {
        let pair = Reviewable::Pair {
            matching: "members".into(),
            pass: "1 a&b".into(),
            left: "l".into(),
            right: "r".into(),
        };
        assert_eq!(
            address_of(&pair, Some("7")),
            "/review/verdict?run=7&matching=members&pass=1+a%26b&left=l&right=r"
        );
    }
}
