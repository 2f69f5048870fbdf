//! The life of a record as a list of what became of it, in order.

use super::{place, printed};
use crate::fault::Fault;
use crate::flow::link;
use crate::sheet::Sheet;
use crate::visit::Visit;
use engine::{Decided, Life, LifeEvent, Matched, Other};
use report::Markup;
use serve::Role;
use std::collections::BTreeMap;
use std::sync::Arc;
use study::Study;
use terms::{Manifest, TableName};

/// Tells a life. Who does not see everything is told what was decided, not why, and nothing that only the lineage of rows or a
/// delivery says.
pub(super) async fn tell(
    sheet: &mut Sheet,
    visit: &Visit,
    (study, run): (&Arc<Study>, &Arc<Manifest>),
    life: Life,
) -> Result<(), Fault> {
    let is_auditor = visit.role == Role::Auditor;
    let raw = match is_auditor {
        true => raw_line(visit, study, &life).await,
        false => None,
    };
    sheet.heading("life", &life.origin.row_id);
    let html = sheet.html();
    html.open("ol", &[("class", "life")]).line();
    delivered(html, visit, &life, raw.as_deref());
    item(html, visit.say("ingelezen", "staged"), |html| {
        html.element("code", &[], &format!("staging.{}", life.origin.source));
    });
    for event in life.events.iter().filter(|event| is_auditor || is_told(event)) {
        tell_event(html, visit, event, &life.origin.row_id);
    }
    html.close().line();
    if !is_auditor {
        sheet.paragraph(visit.say(
            "Redenen, bewijs, waarden en de cijfers waarin deze registratie meetelt, ziet alleen een auditor.",
            "Reasons, evidence, values and the numbers that this record is counted in are seen by auditors only.",
        ));
        return Ok(());
    }
    tables(sheet, visit, &life);
    printed::tell(sheet, visit, (study, run), life.counted, life.uncounted).await
}

/// Whether an event says no more than decisions without evidence do: that a rule saw a record is evidence.
fn is_told(event: &LifeEvent) -> bool {
    match event {
        LifeEvent::Judged { .. } | LifeEvent::Absorbed { .. } | LifeEvent::Stands { .. } => true,
        LifeEvent::Evidence { .. } | LifeEvent::Paired { .. } | LifeEvent::Unmatched { .. } => false,
    }
}

async fn raw_line(visit: &Visit, study: &Arc<Study>, life: &Life) -> Option<String> {
    let (house, study, origin) = (visit.house.clone(), study.clone(), life.origin.clone());
    let read = tokio::task::spawn_blocking(move || house.lines.of(&study, std::iter::once(&origin)));
    read.await.ok()?.into_iter().next()
}

/// An event: what it is in a word, and the rest.
fn item(html: &mut Markup, what: &str, rest: impl FnOnce(&mut Markup)) {
    html.open("li", &[]).element("strong", &[], what).text(" ");
    rest(html);
    html.close().line();
}

fn delivered(html: &mut Markup, visit: &Visit, life: &Life, raw: Option<&str>) {
    let origin = &life.origin;
    item(html, visit.say("geleverd", "delivered"), |html| {
        html.text(visit.say("in ", "in ")).element("code", &[], &place(origin)).text(", ");
        html.text(visit.say("bron ", "source ")).element("code", &[], &origin.source).text(": ");
        html.element("span", &[("lang", "nl")], &life.title);
        if let (Some(from), Some(length)) = (origin.byte_offset, origin.byte_length) {
            let bytes = match visit.language {
                crate::words::Language::Dutch => format!(" · {length} bytes vanaf byte {from}"),
                crate::words::Language::English => format!(" · {length} bytes from byte {from}"),
            };
            html.text(&bytes);
        }
        html.open("div", &[("class", "small")]).text("SHA-256 ").element("code", &[], &origin.sha256).close();
        if let Some(raw) = raw {
            html.element("pre", &[("class", "raw"), ("tabindex", "0")], raw);
        }
    });
}

fn tell_event(html: &mut Markup, visit: &Visit, event: &LifeEvent, id: &str) {
    match event {
        LifeEvent::Judged { decision, changed } => item(html, &decision.round, |html| {
            html.text(did(visit, decision)).text(" ");
            judged(html, visit, decision);
            if visit.role == Role::Auditor {
                changes(html, visit, changed);
                why(html, visit, decision);
            }
        }),
        LifeEvent::Absorbed { decision } => item(html, &decision.round, |html| {
            record(html, visit, &decision.row_id, None);
            html.text(match decision.applied {
                true => visit.say(" hierin samengevoegd ", " merged into it "),
                false => visit.say(" NIET hierin samengevoegd ", " NOT merged into it "),
            });
            rule(html, visit, decision);
            why(html, visit, decision);
        }),
        LifeEvent::Evidence { decision } => item(html, &decision.round, |html| {
            html.text(visit.say("bewijs over ", "evidence about "));
            record(html, visit, &decision.row_id, None);
            html.text(": ").text(did(visit, decision)).text(" ");
            judged(html, visit, decision);
            why(html, visit, decision);
        }),
        LifeEvent::Stands { round, row_id, population } => item(html, round, |html| {
            html.text(visit.say("staat in ", "is in ")).element("code", &[], &format!("cleaning.{round}"));
            if let Some(population) = population {
                html.text(", ").text(population);
            }
            if row_id != id {
                html.text(visit.say(" als deel van ", " as part of "));
                record(html, visit, row_id, None);
            }
        }),
        LifeEvent::Paired { pair } => paired(html, visit, pair),
        LifeEvent::Unmatched { matching, outcome, pass } => item(html, matching, |html| {
            html.text(visit.say("geen partner: ", "no partner: ")).text(&outcome.replace('_', " "));
            if let Some(pass) = pass {
                html.text(", ").text(pass);
            }
        }),
    }
}

/// What a rule did, in a word that says so where it was not done.
fn did<'v>(visit: &Visit, decision: &'v Decided) -> &'v str {
    if decision.applied {
        return crate::flow::done_by_name(visit, &decision.verb);
    }
    match decision.verb.as_str() {
        "merge" => visit.say("NIET samengevoegd", "NOT merged"),
        "remove" => visit.say("NIET verwijderd", "NOT removed"),
        "move" => visit.say("NIET verplaatst", "NOT moved"),
        "add" => visit.say("NIET toegevoegd", "NOT added"),
        "update" => visit.say("NIET bijgewerkt", "NOT updated"),
        verb => verb,
    }
}

/// With or from where to where, and by which rule.
fn judged(html: &mut Markup, visit: &Visit, decision: &Decided) {
    if let Some(survivor) = &decision.survivor {
        html.text(visit.say("met ", "into "));
        record(html, visit, &survivor.row_id, Some(survivor));
        html.text(" ");
    }
    match (decision.population_from.as_deref(), decision.population_to.as_deref()) {
        (Some(from), Some(to)) if from != to => html.text(&format!("({from} → {to}) ")),
        (None, Some(to)) => html.text(&format!("(→ {to}) ")),
        _ => html,
    };
    rule(html, visit, decision);
}

/// The rule, which leads to the decision.
fn rule(html: &mut Markup, visit: &Visit, decision: &Decided) {
    html.text(visit.say("door regel ", "by rule "));
    let address = link::decision(visit, &decision.round, &decision.rule, &decision.row_id);
    html.element("a", &[("href", &address)], &decision.rule);
    if decision.decided_by == "reviewer" {
        html.text(match decision.applied {
            true => visit.say(", bevestigd door een beoordelaar", ", confirmed by a reviewer"),
            false => visit.say(", verworpen door een beoordelaar", ", rejected by a reviewer"),
        });
    }
}

fn changes(html: &mut Markup, visit: &Visit, changed: &[(String, Option<String>, Option<String>)]) {
    if changed.is_empty() {
        return;
    }
    let value =
        |value: &Option<String>| value.clone().unwrap_or_else(|| visit.say("leeg", "empty").to_owned());
    html.open("ul", &[]);
    for (column, old, new) in changed {
        html.open("li", &[]).element("code", &[], column).text(": ").text(&value(old)).text(" → ");
        html.element("span", &[("class", "differs")], &value(new)).close();
    }
    html.close();
}

/// Reason, evidence and reviewer: for auditors.
fn why(html: &mut Markup, visit: &Visit, decision: &Decided) {
    if visit.role != Role::Auditor {
        return;
    }
    html.open("div", &[("class", "why")]).element("span", &[("lang", "nl")], &decision.reason);
    evidence(html, &decision.evidence);
    if let Some(reviewer) = &decision.reviewer {
        html.text(&format!(" · {} {reviewer}", visit.say("beoordelaar", "reviewer")));
        if let Some(reason) = &decision.review_reason {
            html.text(": ").element("span", &[("lang", "nl")], reason);
        }
    }
    html.close();
}

fn evidence(html: &mut Markup, evidence: &BTreeMap<String, String>) {
    if !evidence.is_empty() {
        let told: Vec<String> = evidence.iter().map(|(name, value)| format!("{name} {value}")).collect();
        html.text(" · ").text(&told.join(", "));
    }
}

fn paired(html: &mut Markup, visit: &Visit, pair: &Matched) {
    item(html, &pair.matching, |html| {
        html.text(match pair.outcome.as_str() {
            "matched" => visit.say("gekoppeld aan ", "matched with "),
            "ambiguous" => visit.say("niet gekoppeld, meerduidig, aan ", "not matched, ambiguous, with "),
            _ => visit.say("niet gekoppeld aan ", "not matched with "),
        });
        record(html, visit, &pair.partner.row_id, Some(&pair.partner));
        html.text(&format!(", {} {}", visit.say("stap", "pass"), pair.pass));
        html.open("div", &[("class", "why")]).element("span", &[("lang", "nl")], &pair.reason);
        evidence(html, &pair.evidence);
        html.close();
    });
}

/// Another record, and where it was delivered.
fn record(html: &mut Markup, visit: &Visit, row_id: &str, other: Option<&Other>) {
    html.element("a", &[("href", &link::record(visit, row_id))], row_id);
    if let Some(Other { file: Some(file), line: Some(line), .. }) = other {
        html.text(&format!(" ({file}:{line})"));
    }
}

/// Tables that hold something made from the record, but those that tell who it is or are printed.
fn tables(sheet: &mut Sheet, visit: &Visit, life: &Life) {
    let is_shown = |table: &TableName| !["identity", "appendix", "cleaning"].contains(&table.schema());
    let shown: Vec<String> = life
        .tables
        .iter()
        .filter(|lives| is_shown(&lives.table))
        .map(|lives| {
            let rows = visit.language.count(lives.rows, visit.say("rij", "row"), visit.say("rijen", "rows"));
            format!("{} ({rows})", lives.table)
        })
        .collect();
    if !shown.is_empty() {
        sheet.heading("tables", visit.say("Achter rijen van", "Behind rows of"));
        sheet.paragraph(&shown.join(", "));
    }
}
