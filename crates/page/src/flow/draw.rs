//! The flow as a drawing: every ribbon a link to the decisions behind it.

use super::effects::{Effect, Flow, Rule};
use super::layout::{self, BAR, Column, LINE, Label, Layout, Ribbon};
use super::link::decisions;
use super::ribbon::number;
use super::words;
use crate::visit::Visit;
use report::Markup;
use terms::Verb;

/// Characters of a line of a label; names of rules are broken at underscores and hyphens.
const WIDE: usize = 13;
/// Lines for the name of a rule.
const LINES: usize = 3;

/// Writes the drawing; `titles` are those of the rounds.
pub(super) fn draw(html: &mut Markup, visit: &Visit, flow: &Flow<'_>, titles: &[String]) {
    let counts = flow.rounds.iter().flat_map(|round| round.before.iter().chain(&round.after));
    let counts = counts.map(|rows| visit.language.number(unsigned(*rows)).chars().count());
    let named =
        flow.populations.iter().map(|name| name.chars().count()).chain(counts).max().unwrap_or_default();
    let said = |rule: &Rule<'_>, effect: &Effect| label(visit, rule.name, effect);
    let layout = layout::layout(flow, named, &said);
    let about = visit.say(
        "De stroom van registraties: kolommen zijn de rijen voor en na een ronde, elk lint is een regel en leidt naar zijn beslissingen. De tabel hieronder zegt hetzelfde.",
        "The flow of records: columns are the rows before and after a round, each ribbon is a rule and leads to its decisions. The table below says the same.",
    );
    html.open("div", &[("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", about)])
        .line();
    let (width, height) = (number(layout.width), number(layout.height));
    let view = format!("0 0 {width} {height}");
    let size = [("width", &*width), ("height", &*height), ("viewBox", &*view)];
    html.open("svg", &[&[("class", "sankey"), ("role", "group"), ("aria-label", about)][..], &size].concat())
        .line();
    for ((from, to), title) in layout.rounds.iter().zip(titles) {
        heading(html, (*from, *to), title);
    }
    bands(html, visit, flow, &layout);
    for column in &layout.columns {
        bars(html, visit, flow, column);
    }
    for ribbon in &layout.ribbons {
        link(html, visit, flow, ribbon);
    }
    html.close().close().line();
}

/// What is written at a ribbon: how many, what became of them, and which rule did it.
fn label(visit: &Visit, rule: &str, effect: &Effect) -> Vec<String> {
    let rows = visit.language.number(unsigned(effect.rows));
    let mut lines =
        vec![format!("{}{rows}", words::sign(effect)), words::done(visit, effect.verb).to_owned()];
    lines.extend(broken(rule));
    lines
}

/// A name in short lines, cut where it is too long.
fn broken(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in name.split_inclusive(['_', '-']) {
        let fits = |line: &String| line.chars().count() + part.chars().count() <= WIDE;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => line.push_str(part),
            None => lines.push(part.to_owned()),
        }
    }
    let cut = |line: String| match line.chars().count() {
        count if count <= WIDE + 2 => line,
        _ => line.chars().take(WIDE + 1).chain(['…']).collect(),
    };
    let mut lines: Vec<String> = lines.into_iter().map(cut).collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.iter_mut().last().into_iter().for_each(|last| last.push('…'));
    }
    lines
}

/// The title of a round, and an arrow from the total before it to the one after it.
fn heading(html: &mut Markup, (from, to): (f64, f64), title: &str) {
    // Totals stand at the bars; the arrow leaves room for them.
    let (left, right) = (from + 46.0, to - 10.0);
    let fits = ((right - left) / 6.6).max(4.0);
    let short: String = match title.chars().count() {
        count if pixels(count) <= fits => title.to_owned(),
        _ => title
            .chars()
            .enumerate()
            .take_while(|(at, _)| pixels(*at) < fits - 1.0)
            .map(|(_, c)| c)
            .chain(['…'])
            .collect(),
    };
    html.open("g", &[("class", "round")]).element("title", &[], title);
    html.element("text", &[("x", &number(left)), ("y", "14"), ("lang", "nl")], &short);
    let path = format!("M{} 22H{}m-6 -4l6 4l-6 4", number(left), number(right));
    html.empty("path", &[("d", &path)]).close().line();
}

fn bands(html: &mut Markup, visit: &Visit, flow: &Flow<'_>, layout: &Layout) {
    for band in &layout.bands {
        let (round, name) = (&flow.rounds[band.round], flow.populations[band.population]);
        let rows = |counts: &[i64]| visit.language.number(unsigned(counts[band.population]));
        let said = format!("{}, {name}: {} → {}", round.name, rows(&round.before), rows(&round.after));
        let class = if band.population.is_multiple_of(2) { "band" } else { "band other" };
        html.open("g", &[]).element("title", &[], &said);
        html.empty("path", &[("class", class), ("d", &band.path)]).close().line();
    }
}

/// A bar for each population, and above all of them how many rows they are together.
fn bars(html: &mut Markup, visit: &Visit, flow: &Flow<'_>, column: &Column) {
    let (x, width) = (number(column.x), number(BAR));
    let total = visit.language.number(unsigned(column.total));
    html.element("text", &[("class", "total"), ("x", &x), ("y", "28")], &total).line();
    for node in &column.nodes {
        let class = if node.rows == 0 { "bar none" } else { "bar" };
        let (y, height) = (number(node.y), number(node.height.max(2.0)));
        html.empty("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
        let (upper, lower) = (number(node.y - LINE - 4.0), number(node.y - 4.0));
        html.element("text", &[("x", &x), ("y", &upper)], flow.populations[node.population]);
        let rows = visit.language.number(unsigned(node.rows));
        html.element("text", &[("x", &x), ("y", &lower), ("class", "rows")], &rows).line();
    }
}

fn link(html: &mut Markup, visit: &Visit, flow: &Flow<'_>, ribbon: &Ribbon) {
    let round = &flow.rounds[ribbon.round];
    let rule = &round.rules[ribbon.rule];
    let said = words::sentence(visit, flow, (round.name, rule.name), &ribbon.effect);
    let address = decisions(visit, round.name, rule.name, Some((flow, &ribbon.effect)));
    // Its name is what is to be seen, so that it can be asked for by that; the sentence is its description.
    html.open("a", &[("href", &address)]).element("title", &[], &said);
    html.empty("path", &[("class", class(ribbon.effect.verb)), ("d", &ribbon.path)]);
    text(html, &ribbon.label);
    html.close().line();
}

fn text(html: &mut Markup, label: &Label) {
    let anchor = if label.is_centred { "middle" } else { "start" };
    for (at, line) in label.lines.iter().enumerate() {
        let (x, y) = (number(label.x), number(label.y + LINE * pixels(at)));
        let class = ["rows", "done"].get(at).copied().unwrap_or("rule");
        html.element("text", &[("class", class), ("x", &x), ("y", &y), ("text-anchor", anchor)], line);
    }
}

fn class(verb: Verb) -> &'static str {
    match verb {
        Verb::Merge => "ribbon merged",
        Verb::Remove => "ribbon removed",
        Verb::Move => "ribbon moved",
        Verb::Add => "ribbon added",
        Verb::Update => "ribbon updated",
    }
}

/// A count; none is negative.
pub(super) fn unsigned(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

fn pixels(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn names_of_rules_are_broken_and_cut() {
        assert_eq!(broken("late_uitstroom"), ["late_", "uitstroom"]);
        assert_eq!(broken("a_b"), ["a_b"]);
        assert_eq!(
            broken("one_that_is_very_much_longer_than_others"),
            ["one_that_is_", "very_much_", "longer_than_…"]
        );
        assert_eq!(broken("averyveryverylongname"), ["averyveryveryl…"]);
    }
}
