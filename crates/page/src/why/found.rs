//! Places, decisions and pairs in words.

use crate::flow::{done_by_name, link};
use crate::visit::Visit;
use engine::{Decided, Matched, Origin, Other};
use report::Markup;

/// Where a record stands.
pub(super) fn place(visit: &Visit, origin: &Origin) -> String {
    let sheet = origin.sheet.as_ref();
    let sheet = sheet.map(|sheet| format!(" ({} {sheet})", visit.say("blad", "sheet"))).unwrap_or_default();
    format!("{}{sheet}, {} {}", origin.file, visit.say("regel", "line"), origin.line)
}

/// A decision, which leads to its evidence.
pub(super) fn decided(html: &mut Markup, visit: &Visit, decision: &Decided) {
    let link = link::decision(visit, &decision.round, &decision.rule, &decision.row_id);
    html.open("li", &[]);
    html.element("a", &[("href", &link)], &format!("{} › {}", decision.round, decision.rule)).text(": ");
    html.text(done_by_name(visit, &decision.verb));
    if let Some(survivor) = &decision.survivor {
        html.text(visit.say(" met ", " into "));
        other(html, visit, survivor);
    }
    if !decision.applied {
        html.text(visit.say(" (afgewezen bij beoordeling)", " (rejected in review)"));
    }
    html.text(": ").element("span", &[("lang", "nl")], &decision.reason).close().line();
}

/// A pair of a matching.
pub(super) fn matched(html: &mut Markup, visit: &Visit, pair: &Matched) {
    html.open("li", &[]).text(&format!(
        "{} › {}: {} ",
        pair.matching,
        pair.pass,
        visit.say("gekoppeld aan", "matched with")
    ));
    other(html, visit, &pair.partner);
    html.text(": ").element("span", &[("lang", "nl")], &pair.reason).close().line();
}

fn other(html: &mut Markup, visit: &Visit, record: &Other) {
    let text = match (&record.file, record.line) {
        (Some(file), Some(line)) => format!("{file}, {} {line}", visit.say("regel", "line")),
        _ => record.row_id.clone(),
    };
    html.element("a", &[("href", &link::record(visit, &record.row_id))], &text);
}
