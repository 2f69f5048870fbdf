//! Parts of the report that several sections have, and the table of steps with its bars.

use super::words::{counted, size, time};
use super::{NightReport, StepReport};
use crate::markup::Markup;
use terms::StepOutcome;

pub(super) fn steps(html: &mut Markup, night: &NightReport) {
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
    let names: Vec<&str> = reused.iter().map(|step| step.step.as_str()).collect();
    folded(html, &format!("{} taken over", counted(names.len() as u64, "step")), &names);
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

pub(super) fn paragraph(html: &mut Markup, text: &str) {
    html.element("p", &[], text).line();
}

/// Names that few will want to read, behind how many there are; nothing if there are none.
pub(super) fn folded(html: &mut Markup, title: &str, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    html.open("details", &[]).line();
    html.element("summary", &[], title).line();
    html.element("p", &[("class", "names")], &names.join(", ")).line();
    html.close().line();
}

/// A line that says how to see more.
pub(super) fn way(html: &mut Markup, what: &str, command: &str) {
    html.open("p", &[("class", "remark")]).text(what).text(": ");
    html.element("code", &[], command).close().line();
}
