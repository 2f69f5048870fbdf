//! A result as a chart: bars, or a line; the table above says the same.

mod frame;

use super::result::{Kind, Result};
use crate::sheet::Sheet;
use crate::visit::Visit;
use frame::Frame;
use report::Markup;

/// Ticks of the axis of values, about.
const TICKS: f64 = 5.0;

/// How values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bars,
    Line,
}

/// What is drawn: a label and a value for each row; NULL is left out.
#[derive(Clone, Debug, PartialEq)]
struct Chart {
    form: Form,
    points: Vec<(String, Option<f64>)>,
    /// Where the points stand from left to right, in parts of the width, where their labels are numbers or days.
    places: Option<Vec<f64>>,
}

/// The form to choose a chart, and the chart that is chosen; nothing for a result without numbers.
pub(super) fn section(sheet: &mut Sheet, visit: &Visit, result: &Result) {
    let numbers: Vec<usize> = at(result, |kind| kind == Kind::Number);
    let (Some(y), false) = (numbers.first(), result.values.is_empty()) else { return };
    let named = |name: &str| {
        let wanted = visit.get(name)?;
        result.columns.iter().position(|column| column == wanted)
    };
    let y = named("y").filter(|y| numbers.contains(y)).unwrap_or(*y);
    let first = at(result, |kind| kind != Kind::Number).first().copied();
    let x = named("x").or(first).unwrap_or(0);
    let form = match visit.get("chart") {
        Some("bar") => Some(Form::Bars),
        Some("line") => Some(Form::Line),
        _ => None,
    };
    sheet.heading("chart", visit.say("Grafiek", "Chart"));
    choose(sheet, visit, result, &numbers, (form, x, y));
    let Some(form) = form else { return };
    let value = |row: &Vec<Option<String>>| {
        let label = row.get(x).cloned().flatten().unwrap_or_else(|| "NULL".to_owned());
        (label, row.get(y).and_then(Option::as_deref).and_then(number))
    };
    let points: Vec<(String, Option<f64>)> = result.values.iter().map(value).collect();
    let places = (form == Form::Line).then(|| places(&points)).flatten();
    let (x, y) = (result.columns.get(x), result.columns.get(y));
    let (x, y) = (x.map_or("", String::as_str), y.map_or("", String::as_str));
    draw(sheet.html(), visit, &Chart { form, points, places }, (x, y));
}

fn at(result: &Result, fits: impl Fn(Kind) -> bool) -> Vec<usize> {
    result.kinds.iter().enumerate().filter(|(_, kind)| fits(**kind)).map(|(at, _)| at).collect()
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn choose(
    sheet: &mut Sheet,
    visit: &Visit,
    result: &Result,
    numbers: &[usize],
    (form, x, y): (Option<Form>, usize, usize),
) {
    let html = sheet.html();
    html.open("form", &[("method", "get"), ("action", "/sql#chart"), ("class", "inline")]);
    for name in ["run", "q", "page"] {
        if let Some(value) = visit.get(name) {
            html.void("input", &[("type", "hidden"), ("name", name), ("value", value)]);
        }
    }
    let none = visit.say("geen", "none");
    let forms = [
        ("", none, form.is_none()),
        ("bar", visit.say("staven", "bars"), form == Some(Form::Bars)),
        ("line", visit.say("lijn", "line"), form == Some(Form::Line)),
    ];
    select(html, ("chart-form", "chart"), visit.say("Soort", "Kind"), forms.into_iter());
    let column = |at: usize, chosen: usize| {
        let name = result.columns.get(at).map_or("", String::as_str);
        (name, name, at == chosen)
    };
    let all = 0..result.columns.len();
    let across = visit.say("Horizontaal", "Across");
    select(html, ("chart-x", "x"), across, all.map(|at| column(at, x)));
    let up = visit.say("Verticaal", "Upwards");
    select(html, ("chart-y", "y"), up, numbers.iter().map(|at| column(*at, y)));
    html.element("button", &[("type", "submit")], visit.say("Teken", "Draw")).close().line();
}

/// A list to choose from: values, texts, and which is chosen.
fn select<'a>(
    html: &mut Markup,
    (id, name): (&str, &str),
    label: &str,
    options: impl Iterator<Item = (&'a str, &'a str, bool)>,
) {
    html.element("label", &[("for", id)], label).open("select", &[("id", id), ("name", name)]);
    for (value, text, is_chosen) in options {
        let mut attributes = vec![("value", value)];
        if is_chosen {
            attributes.push(("selected", ""));
        }
        html.element("option", &attributes, text);
    }
    html.close();
}

/// Where labels stand between the first and the last, if all of them are numbers or days.
fn places(points: &[(String, Option<f64>)]) -> Option<Vec<f64>> {
    let day = |text: &str| {
        let date = chrono::NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
        Some(f64::from(chrono::Datelike::num_days_from_ce(&date)))
    };
    let values: Option<Vec<f64>> =
        points.iter().map(|(label, _)| number(label).or_else(|| day(label))).collect();
    let values = values?;
    let (least, most) =
        values.iter().fold((f64::MAX, f64::MIN), |(a, b), value| (a.min(*value), b.max(*value)));
    (most > least).then(|| values.iter().map(|value| (value - least) / (most - least)).collect())
}

/// The least and the largest tick, and the step between them: 1, 2 or 5 times a power of ten.
fn scale(least: f64, most: f64) -> (f64, f64, f64) {
    let span = if most > least { most - least } else { most.abs().max(1.0) };
    let rough = span / TICKS;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    let (low, high) = ((least / step).floor() * step, (most / step).ceil() * step);
    (low, if high > low { high } else { low + step }, step)
}

fn draw(html: &mut Markup, visit: &Visit, chart: &Chart, (x, y): (&str, &str)) {
    let values = || chart.points.iter().filter_map(|(_, value)| *value);
    let (mut least, mut most) =
        values().fold((f64::MAX, f64::MIN), |(a, b), value| (a.min(value), b.max(value)));
    if values().next().is_none() {
        html.element(
            "p",
            &[],
            visit.say("Er zijn geen getallen om te tekenen.", "There are no numbers to draw."),
        )
        .line();
        return;
    }
    if chart.form == Form::Bars {
        (least, most) = (least.min(0.0), most.max(0.0));
    }
    let (low, high, step) = scale(least, most);
    let frame = Frame::of(chart, low, high);
    let form = match chart.form {
        Form::Bars => visit.say("Staven", "Bars"),
        Form::Line => visit.say("Lijn", "Line"),
    };
    let title = format!("{form}: {y} {} {x}", visit.say("naar", "by"));
    let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", &*title)];
    html.open("div", &region).line();
    let (w, h) = frame.size();
    let view = format!("0 0 {w} {h}");
    let svg = [
        ("class", "chart"),
        ("role", "img"),
        ("aria-labelledby", "chart-title chart-desc"),
        ("width", &*w),
        ("height", &*h),
        ("viewBox", &*view),
    ];
    html.open("svg", &svg).element("title", &[("id", "chart-title")], &title);
    let desc = visit.say("De tabel hierboven zegt hetzelfde.", "The table above says the same.");
    html.element("desc", &[("id", "chart-desc")], desc).line();
    frame.axis(html, visit, step, y);
    frame.labels(html, chart, x);
    match chart.form {
        Form::Bars => frame.bars(html, chart),
        Form::Line => frame.line(html, chart),
    }
    html.close().close().line();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        for (least, most, expected) in [
            (0.0, 100.0, (0.0, 100.0, 20.0)),
            (0.0, 733.0, (0.0, 800.0, 200.0)),
            (-3.0, 4.0, (-4.0, 4.0, 2.0)),
            (12.0, 12.0, (10.0, 15.0, 5.0)),
            (0.0, 0.0, (0.0, 0.2, 0.2)),
        ] {
            assert_eq!(scale(least, most), expected, "{least} {most}");
        }
        let (low, high, step) = scale(0.001, 0.0042);
        assert!(low <= 0.001 && high >= 0.0042 && step > 0.0, "{low} {high} {step}");
    }

    #[test]
    fn days_and_numbers_stand_where_they_belong() {
        let points = |labels: &[&str]| -> Vec<(String, Option<f64>)> {
            labels.iter().map(|label| ((*label).to_owned(), Some(1.0))).collect()
        };
        assert_eq!(places(&points(&["2020-01-01", "2020-01-02", "2020-01-05"])), Some(vec![0.0, 0.25, 1.0]));
        assert_eq!(places(&points(&["10", "0", "5"])), Some(vec![1.0, 0.0, 0.5]));
        assert_eq!(places(&points(&["a", "1"])), None);
        assert_eq!(places(&points(&["1", "1"])), None);
    }
}
