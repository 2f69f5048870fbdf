//! The report of a night as one HTML file, in the style of the book. Its words are those of the command: English.

use super::parts::steps;
use super::sections::{changes, checks, cleaning, deliveries, facts, quarantine};
use super::{NightOutcome, NightReport};
use crate::book::{self, STYLE, Styles, head};
use crate::markup::Markup;

const NIGHT_STYLE: &str = include_str!("style.css");

const SYNTHETIC: &str = "Synthetic data";
const SYNTHETIC_TEXT: &str =
    "These numbers come from invented registrations and say nothing about real persons or organisations.";

/// A section: its anchor, its title, whether a night that failed has it too, and what writes it.
struct Section {
    id: &'static str,
    title: &'static str,
    of: Of,
    body: fn(&mut Markup, &NightReport),
}

/// Nights that have a section.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Those whose run was committed: of others it is not known.
    Committed,
    /// All.
    All,
}

const fn section(
    id: &'static str,
    title: &'static str,
    of: Of,
    body: fn(&mut Markup, &NightReport),
) -> Section {
    Section { id, title, of, body }
}

const SECTIONS: [Section; 7] = [
    section("changes", "Changes", Of::All, changes),
    section("deliveries", "Deliveries", Of::Committed, deliveries),
    section("checks", "Checks", Of::Committed, checks),
    section("quarantine", "Quarantine", Of::Committed, quarantine),
    section("cleaning", "Cleaning", Of::Committed, cleaning),
    section("steps", "Steps", Of::All, steps),
    section("facts", "Facts", Of::All, facts),
];

fn sections(night: &NightReport) -> impl Iterator<Item = Section> {
    let committed = night.run.is_some();
    SECTIONS.into_iter().filter(move |section| committed || section.of == Of::All)
}

/// The report as one HTML document in UTF-8: no script, no external file, light and dark. Every text is escaped.
pub fn night_html(night: &NightReport) -> String {
    let mut html = Markup::default();
    html.open("html", &[("lang", "en")]).line();
    head(&mut html, &title(night), &[STYLE, NIGHT_STYLE], Styles::Elements);
    html.open("body", &[]).line();
    html.element("a", &[("class", "skip"), ("href", "#contents")], "To the contents").line();
    front(&mut html, night);
    contents(&mut html, night);
    html.open("main", &[]).line();
    for Section { id, title, body, .. } in sections(night) {
        book::section(&mut html, (id, &format!("{id}-heading")), title, |html| body(html, night));
    }
    html.close().line();
    html.finish()
}

fn title(night: &NightReport) -> String {
    let day = night.started.get(..10).unwrap_or(&night.started);
    match (night.run, night.study.as_str()) {
        (Some(run), study) => format!("Run {run} of {study}, {day}"),
        (None, "") => format!("Night of {day}"),
        (None, study) => format!("Night of {study}, {day}"),
    }
}

fn front(html: &mut Markup, night: &NightReport) {
    let (class, word) = match night.outcome {
        NightOutcome::Published => ("good", "published"),
        NightOutcome::NotPublished => ("bad", "not published"),
        NightOutcome::SideRun => ("side", "side run, not published"),
        NightOutcome::Failed => ("bad", "failed"),
    };
    html.open("header", &[("class", "front")]).line();
    html.element("h1", &[], &title(night)).line();
    html.open("p", &[("class", "outcome")]);
    html.element("strong", &[("class", class)], word);
    // Of a night that failed the message says it all.
    if night.outcome != NightOutcome::Failed || night.message.is_none() {
        html.text(" ").text(&night.summary);
    }
    html.close().line();
    if let Some(message) = &night.message {
        html.element("pre", &[("class", "message")], message).line();
    }
    if night.synthetic {
        html.open("p", &[("class", "synthetic"), ("role", "note")]);
        html.element("strong", &[], SYNTHETIC).text(": ").text(SYNTHETIC_TEXT);
        html.close().line();
    }
    html.close().line();
}

fn contents(html: &mut Markup, night: &NightReport) {
    html.open("nav", &[("id", "contents"), ("aria-labelledby", "contents-heading")]).line();
    html.element("h2", &[("id", "contents-heading")], "Contents").line();
    html.open("ul", &[("class", "pages")]).line();
    for Section { id, title, .. } in sections(night) {
        html.open("li", &[]).element("a", &[("href", &format!("#{id}"))], title).close().line();
    }
    html.close().line().close().line();
}
