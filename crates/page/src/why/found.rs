//! Places, decisions and pairs in words.

use crate::visit::{Visit, segment};
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
    let path = [&decision.round, &decision.rule, &decision.row_id].map(|part| segment(part)).join("/");
    let link = visit.link(&format!("/flow/{path}"), &[]);
    html.open("li", &[]);
    html.element("a", &[("href", &link)], &format!("{} › {}", decision.round, decision.rule)).text(": ");
    let verb = match decision.verb.as_str() {
        "merge" => visit.say("samengevoegd", "merged"),
        "remove" => visit.say("verwijderd", "removed"),
        "move" => visit.say("verplaatst", "moved"),
        "add" => visit.say("toegevoegd", "added"),
        "update" => visit.say("gewijzigd", "updated"),
        other => other,
    };
    html.text(verb);
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
    html.element("a", &[("href", &visit.link("/record", &[("q", &record.row_id)]))], &text);
}
