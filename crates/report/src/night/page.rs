//! The report of a night as one HTML file, in the style of the book. Its words are those of the command: English.

use super::{ChangeState, InputReport, NightOutcome, NightReport, StepReport, TableReport};
use crate::CellKind;
use crate::book::{Plain, STYLE, head, plain};
use crate::markup::Markup;
use terms::{CheckOutcome, Severity, StepOutcome, WaterfallRow};

const NIGHT_STYLE: &str = include_str!("style.css");

const TEXT: CellKind = CellKind::Text;
const NUMBER: CellKind = CellKind::Number;

const SYNTHETIC: &str = "Synthetic data";
const SYNTHETIC_TEXT: &str =
    "These numbers come from invented registrations and say nothing about real persons or organisations.";

/// Anchors and titles of the sections.
const SECTIONS: [(&str, &str); 7] = [
    ("changes", "Changes"),
    ("deliveries", "Deliveries"),
    ("checks", "Checks"),
    ("quarantine", "Quarantine"),
    ("cleaning", "Cleaning"),
    ("steps", "Steps"),
    ("facts", "Facts"),
];

/// The report as one HTML document in UTF-8: no script, no external file, light and dark. Every text is escaped.
pub fn night_html(night: &NightReport) -> String {
    let mut html = Markup::default();
    html.open("html", &[("lang", "en")]).line();
    head(&mut html, &title(night), &[STYLE, NIGHT_STYLE]);
    html.open("body", &[]).line();
    html.element("a", &[("class", "skip"), ("href", "#contents")], "To the contents").line();
    front(&mut html, night);
    contents(&mut html);
    html.open("main", &[]).line();
    let bodies: [fn(&mut Markup, &NightReport); 7] =
        [changes, deliveries, checks, quarantine, cleaning, steps, facts];
    for ((id, title), body) in SECTIONS.into_iter().zip(bodies) {
        let heading = format!("{id}-heading");
        html.open("section", &[("class", "page"), ("id", id), ("aria-labelledby", &heading)]).line();
        html.element("h2", &[("id", &heading)], title).line();
        body(&mut html, night);
        html.close().line();
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
    html.element("strong", &[("class", class)], word).text(" ").text(&night.summary);
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

fn contents(html: &mut Markup) {
    html.open("nav", &[("id", "contents"), ("aria-labelledby", "contents-heading")]).line();
    html.element("h2", &[("id", "contents-heading")], "Contents").line();
    html.open("ul", &[("class", "pages")]).line();
    for (id, title) in SECTIONS {
        html.open("li", &[]).element("a", &[("href", &format!("#{id}"))], title).close().line();
    }
    html.close().line().close().line();
}

fn changes(html: &mut Markup, night: &NightReport) {
    let Some(before) = night.compared_with else {
        let text = match night.run {
            Some(_) => "There is no published run before this one to compare it with.",
            None => {
                "Nothing was committed, so nothing changed: what was published before is still published."
            }
        };
        return paragraph(html, text);
    };
    let changed: Vec<&TableReport> = night.tables.iter().filter(|t| t.state != ChangeState::Same).collect();
    let same = night.tables.len() - changed.len();
    paragraph(html, &format!("Against run {before}: {}.", differing(changed.len(), same, "table")));
    if changed.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = changed.into_iter().map(table_texts).collect();
    let header =
        [("Table", TEXT), ("State", TEXT), ("Rows before", NUMBER), ("Rows", NUMBER), ("Change", NUMBER)];
    plain(html, &Plain { caption: "Changed tables", header: &header, rows: &rows, total: None });
}

fn table_texts(table: &TableReport) -> Vec<String> {
    let change = change(table.rows_before, table.rows);
    vec![table.table.clone(), word(table.state).into(), shown(table.rows_before), shown(table.rows), change]
}

fn deliveries(html: &mut Markup, night: &NightReport) {
    let total =
        |count: fn(&InputReport) -> Option<u64>| -> u64 { night.inputs.iter().filter_map(count).sum() };
    let there = night.inputs.iter().filter(|input| input.state != ChangeState::Gone).count();
    let changed: Vec<&InputReport> = night.inputs.iter().filter(|i| i.state != ChangeState::Same).collect();
    let mut text = format!(
        "{} read from {}, {} in quarantine",
        counted(total(|input| input.records), "record"),
        counted(there as u64, "file"),
        total(|input| input.quarantined)
    );
    if let Some(before) = night.compared_with {
        let same = night.inputs.len() - changed.len();
        text.push_str(&format!("; against run {before}: {}", differing(changed.len(), same, "file")));
    }
    paragraph(html, &format!("{text}."));
    if changed.is_empty() || night.compared_with.is_none() {
        return;
    }
    let texts = |input: &&InputReport| {
        let change = change(input.records_before, input.records);
        vec![
            input.file.clone(),
            input.source.clone(),
            word(input.state).to_owned(),
            shown(input.records_before),
            shown(input.records),
            change,
            shown(input.quarantined),
        ]
    };
    let rows: Vec<Vec<String>> = changed.iter().map(texts).collect();
    let header = [
        ("File", TEXT),
        ("Source", TEXT),
        ("State", TEXT),
        ("Records before", NUMBER),
        ("Records", NUMBER),
        ("Change", NUMBER),
        ("In quarantine", NUMBER),
    ];
    plain(html, &Plain { caption: "Changed deliveries", header: &header, rows: &rows, total: None });
}

fn checks(html: &mut Markup, night: &NightReport) {
    if night.checks.is_empty() {
        return paragraph(html, "No check was made.");
    }
    let violated = night.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated).count();
    paragraph(html, &format!("{}, {violated} with violations.", counted(night.checks.len() as u64, "check")));
    let texts = |check: &super::CheckReport| {
        let outcome = match (check.outcome, check.severity) {
            (CheckOutcome::Passed, _) => "passed",
            (CheckOutcome::Violated, Severity::Warn) => "violated, reported",
            (CheckOutcome::Violated, Severity::Error) => "violated, keeps the run from being published",
        };
        vec![
            check.check.clone(),
            outcome.to_owned(),
            shown(check.violations_before),
            check.violations.to_string(),
        ]
    };
    let mut ordered: Vec<&super::CheckReport> = night.checks.iter().collect();
    ordered.sort_by_key(|check| check.outcome == CheckOutcome::Passed);
    let rows: Vec<Vec<String>> = ordered.into_iter().map(texts).collect();
    let header = [("Check", TEXT), ("Outcome", TEXT), ("Violations before", NUMBER), ("Violations", NUMBER)];
    plain(html, &Plain { caption: "Checks", header: &header, rows: &rows, total: None });
    if let (Some(run), true) = (night.run, violated > 0) {
        way(html, "The violating rows", &format!("herkomst sql --run {run} -c 'select * from checks.NAME'"));
    }
}

fn quarantine(html: &mut Markup, night: &NightReport) {
    let counts = match night.quarantine.as_deref() {
        None => return paragraph(html, "What is in quarantine is not known."),
        Some([]) => return paragraph(html, "No record is in quarantine."),
        Some(counts) => counts,
    };
    let texts = |count: &super::QuarantineCount| {
        vec![
            count.file.clone(),
            count.source.clone(),
            count.column.clone().unwrap_or_else(|| "whole record".to_owned()),
            count.reason.clone(),
            count.records.to_string(),
        ]
    };
    paragraph(
        html,
        "Records that break their contract, by file, column and reason; a record may have several.",
    );
    let rows: Vec<Vec<String>> = counts.iter().map(texts).collect();
    let header = [("File", TEXT), ("Source", TEXT), ("Column", TEXT), ("Reason", TEXT), ("Records", NUMBER)];
    plain(html, &Plain { caption: "Quarantine", header: &header, rows: &rows, total: None });
    if let Some(run) = night.run {
        let command = format!("herkomst sql --run {run} -c 'select * from audit.run_quarantine'");
        way(html, "The lines themselves, which may identify persons", &command);
    }
}

fn cleaning(html: &mut Markup, night: &NightReport) {
    if night.waterfall.is_empty() {
        return paragraph(html, "No rule was applied.");
    }
    paragraph(html, "By round, rule and population: rows before, what the rule did, rows after.");
    let rows: Vec<Vec<String>> = night.waterfall.iter().map(waterfall_texts).collect();
    let mut header = vec![("Round", TEXT), ("Rule", TEXT), ("Population", TEXT)];
    let counts = ["In", "Merged", "Removed", "Added", "Moved in", "Moved out", "Updated", "Out"];
    header.extend(counts.map(|label| (label, NUMBER)));
    plain(html, &Plain { caption: "Cleaning", header: &header, rows: &rows, total: None });
}

/// The counts of a rule; what it did not do stays empty, so that what it did is seen.
fn waterfall_texts(row: &WaterfallRow) -> Vec<String> {
    let done = [row.merged, row.removed, row.added, row.moved_in, row.moved_out, row.updated];
    let mut texts =
        vec![row.round.clone(), row.rule.clone(), row.population.clone(), row.rows_in.to_string()];
    texts.extend(done.map(|count| if count == 0 { String::new() } else { count.to_string() }));
    texts.push(row.rows_out.to_string());
    texts
}

fn steps(html: &mut Markup, night: &NightReport) {
    let (executed, reused): (Vec<&StepReport>, Vec<&StepReport>) =
        night.steps.iter().partition(|step| step.outcome == StepOutcome::Executed);
    let steps = counted(night.steps.len() as u64, "step");
    paragraph(html, &format!("{steps}: {} executed, {} taken over.", executed.len(), reused.len()));
    if !executed.is_empty() {
        let most = executed.iter().map(|step| step.millis).max().unwrap_or(0).max(1);
        html.open(
            "div",
            &[("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Executed steps")],
        );
        html.line().open("table", &[("class", "plain")]).line();
        html.element("caption", &[("class", "quiet")], "Executed steps").line();
        html.open("thead", &[]).open("tr", &[]);
        for (label, class) in [("Step", "text"), ("Rows", "number"), ("Size", "number"), ("Time", "number")] {
            html.element("th", &[("scope", "col"), ("class", class)], label);
        }
        // The bar repeats the time for the eye only.
        html.element("td", &[("class", "bar"), ("aria-hidden", "true")], "");
        html.close().close().line().open("tbody", &[]).line();
        executed.iter().for_each(|step| executed_step(html, step, most));
        html.close().line().close().line().close().line();
    }
    if !reused.is_empty() {
        html.open("details", &[]).line();
        html.element("summary", &[], &format!("{} taken over", counted(reused.len() as u64, "step"))).line();
        let names: Vec<&str> = reused.iter().map(|step| step.step.as_str()).collect();
        html.element("p", &[("class", "names")], &names.join(", ")).line();
        html.close().line();
    }
}

fn executed_step(html: &mut Markup, step: &StepReport, most: u64) {
    html.open("tr", &[]).element("th", &[("scope", "row"), ("class", "text")], &step.step);
    for text in [step.rows.to_string(), size(step.bytes), time(step.millis)] {
        html.element("td", &[("class", "number")], &text);
    }
    let width = format!("width:{}%", (step.millis.saturating_mul(100) / most).max(1));
    html.open("td", &[("class", "bar"), ("aria-hidden", "true")]);
    html.element("span", &[("style", &width)], "").close().close().line();
}

fn facts(html: &mut Markup, night: &NightReport) {
    let fact = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        fact("Exit code", night.exit_code.to_string()),
        fact("Started (UTC)", night.started.clone()),
        fact("Ended (UTC)", night.finished.clone()),
    ];
    rows.extend(night.seconds.map(|seconds| fact("Time", counted(seconds, "second"))));
    rows.extend(night.restores.map(|run| fact("Publishes again", format!("run {run}"))));
    rows.extend(night.as_of.iter().map(|day| fact("As of", day.clone())));
    if !night.engine.is_empty() {
        rows.push(fact("Engine", night.engine.clone()));
    }
    if !night.without.is_empty() {
        rows.push(fact("Left out, so no result of the study", night.without.join(", ")));
    }
    rows.extend(
        night.parameters.iter().map(|(name, value)| fact(&format!("Parameter {name}"), value.clone())),
    );
    let header = [("Fact", TEXT), ("Value", TEXT)];
    plain(html, &Plain { caption: "Facts", header: &header, rows: &rows, total: None });
}

fn paragraph(html: &mut Markup, text: &str) {
    html.element("p", &[], text).line();
}

/// A line that says how to see more.
fn way(html: &mut Markup, what: &str, command: &str) {
    html.open("p", &[("class", "remark")]).text(what).text(": ");
    html.element("code", &[], command).close().line();
}

fn word(state: ChangeState) -> &'static str {
    match state {
        ChangeState::New => "new",
        ChangeState::Changed => "changed",
        ChangeState::Gone => "gone",
        ChangeState::Same => "the same",
    }
}

fn differing(changed: usize, same: usize, one: &str) -> String {
    match (changed, same) {
        (0, same) => format!("all of {} the same", counted(same as u64, one)),
        (changed, 0) => format!("all of {} differ", counted(changed as u64, one)),
        (changed, same) => format!("{} of {} differ", changed, counted((changed + same) as u64, one)),
    }
}

fn shown(count: Option<u64>) -> String {
    count.map(|count| count.to_string()).unwrap_or_default()
}

/// `+3`, `−1`, nothing where there is no difference or one of the two is not there.
fn change(before: Option<u64>, now: Option<u64>) -> String {
    match (before, now) {
        (Some(before), Some(now)) if now > before => format!("+{}", now - before),
        (Some(before), Some(now)) if now < before => format!("−{}", before - now),
        _ => String::new(),
    }
}

fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

fn time(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        _ => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MiB", bytes >> 20, (bytes & 0xf_ffff) * 10 >> 20),
    }
}
