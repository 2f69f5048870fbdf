//! The parts of a chart: axes, labels, bars, the line.

use super::Chart;
use crate::visit::Visit;
use report::Markup;

/// Height of what is drawn, and the room left, below and above it, in CSS pixels.
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 84.0;
const BELOW: f64 = 112.0;
const ABOVE: f64 = 16.0;
/// Room of a bar, and the least width.
const BAR: f64 = 22.0;
const LEAST: f64 = 480.0;
/// Letters of a label below the chart.
const LETTERS: usize = 18;

/// Where numbers and rows stand.
pub(super) struct Frame {
    width: f64,
    low: f64,
    high: f64,
}

impl Frame {
    /// Room for all rows of a chart, between these values.
    pub(super) fn of(chart: &Chart, low: f64, high: f64) -> Self {
        Self { width: (chart.points.len() as f64 * BAR).max(LEAST), low, high }
    }

    /// Width and height of the whole.
    pub(super) fn size(&self) -> (String, String) {
        (px(LEFT + self.width + 16.0), px(ABOVE + HEIGHT + BELOW))
    }

    /// From the top.
    fn y(&self, value: f64) -> f64 {
        ABOVE + HEIGHT * (self.high - value) / (self.high - self.low)
    }

    /// Middle of a row, from the left.
    fn x(&self, chart: &Chart, at: usize) -> f64 {
        match chart.places.as_ref().and_then(|places| places.get(at)) {
            Some(place) => LEFT + BAR / 2.0 + (self.width - BAR) * place,
            None => LEFT + self.width * (at as f64 + 0.5) / chart.points.len() as f64,
        }
    }

    pub(super) fn axis(&self, html: &mut Markup, visit: &Visit, step: f64, y: &str) {
        let steps = ((self.high - self.low) / step).round() as usize;
        for at in 0..=steps {
            let value = self.low + step * at as f64;
            let height = px(self.y(value));
            let class = if value.abs() < step / 1e6 { "grid zero" } else { "grid" };
            let (from, to) = (px(LEFT), px(LEFT + self.width));
            html.empty(
                "line",
                &[("class", class), ("x1", &from), ("x2", &to), ("y1", &height), ("y2", &height)],
            );
            let (x, y) = (px(LEFT - 6.0), px(self.y(value) + 4.0));
            html.element("text", &[("x", &x), ("y", &y), ("text-anchor", "end")], &tick(visit, value, step))
                .line();
        }
        let middle = px(ABOVE + HEIGHT / 2.0);
        let turned = format!("rotate(-90 14 {middle})");
        let attributes = [
            ("x", "14"),
            ("y", &*middle),
            ("text-anchor", "middle"),
            ("class", "name"),
            ("transform", &turned),
        ];
        html.element("text", &attributes, &short(y)).line();
    }

    /// As many labels as have room.
    pub(super) fn labels(&self, html: &mut Markup, chart: &Chart, x: &str) {
        let top = ABOVE + HEIGHT + 14.0;
        let mut free = f64::MIN;
        for (at, (label, _)) in chart.points.iter().enumerate() {
            let place = self.x(chart, at);
            if place < free {
                continue;
            }
            free = place + 15.0;
            let (left, top) = (px(place + 3.0), px(top));
            let turned = format!("rotate(-45 {left} {top})");
            let attributes = [("x", &*left), ("y", &*top), ("text-anchor", "end"), ("transform", &*turned)];
            html.element("text", &attributes, &short(label)).line();
        }
        let (middle, bottom) = (px(LEFT + self.width / 2.0), px(ABOVE + HEIGHT + BELOW - 6.0));
        let attributes = [("x", &*middle), ("y", &*bottom), ("text-anchor", "middle"), ("class", "name")];
        html.element("text", &attributes, &short(x)).line();
    }

    pub(super) fn bars(&self, html: &mut Markup, chart: &Chart) {
        let room = self.width / chart.points.len() as f64;
        let breadth = (room * 0.8).min(60.0);
        for (at, (label, value)) in chart.points.iter().enumerate() {
            let Some(value) = value else { continue };
            let (top, bottom) = (self.y(value.max(0.0)), self.y(value.min(0.0)));
            let sizes = [self.x(chart, at) - breadth / 2.0, top, breadth, (bottom - top).max(0.5)].map(px);
            let [x, y, width, height] = &sizes;
            let attributes = [("class", "bar"), ("x", x), ("y", y), ("width", width), ("height", height)];
            html.open("rect", &attributes.map(|(name, value)| (name, value as &str)));
            html.element("title", &[], &format!("{label}: {value}")).close().line();
        }
    }

    /// Points, joined where they follow each other; a row without a value parts them.
    pub(super) fn line(&self, html: &mut Markup, chart: &Chart) {
        let mut order: Vec<usize> = (0..chart.points.len()).collect();
        order.sort_by(|a, b| self.x(chart, *a).total_cmp(&self.x(chart, *b)));
        let (mut path, mut is_joined) = (String::new(), false);
        for at in &order {
            let value = chart.points.get(*at).and_then(|(_, value)| *value);
            if let Some(value) = value {
                let step = if is_joined { 'L' } else { 'M' };
                path.push_str(&format!("{step}{} {}", px(self.x(chart, *at)), px(self.y(value))));
            }
            is_joined = value.is_some();
        }
        html.empty("path", &[("class", "line"), ("d", &path)]).line();
        for at in order {
            if let Some((label, Some(value))) = chart.points.get(at) {
                let (x, y) = (px(self.x(chart, at)), px(self.y(*value)));
                html.open("circle", &[("class", "point"), ("cx", &x), ("cy", &y), ("r", "3")]);
                html.element("title", &[], &format!("{label}: {value}")).close().line();
            }
        }
    }
}

/// A length in tenths of a pixel.
fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

fn short(text: &str) -> String {
    match text.chars().count() {
        count if count <= LETTERS => text.to_owned(),
        _ => text.chars().take(LETTERS - 1).chain(['…']).collect(),
    }
}

/// A tick's number with as many digits as its step has.
fn tick(visit: &Visit, value: f64, step: f64) -> String {
    let digits = if step < 1.0 { (-step.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
    let text = format!("{value:.digits$}");
    let text = if text.trim_start_matches('-').bytes().all(|b| b == b'0' || b == b'.') {
        text.replace('-', "")
    } else {
        text
    };
    text.replace('.', visit.say(",", "."))
}

#[cfg(test)]
mod tests {
    use super::super::Form;
    use super::*;

    #[test]
    fn a_row_without_a_value_parts_the_line() {
        let points = [("a", Some(1.0)), ("b", None), ("c", Some(2.0)), ("d", Some(3.0))];
        let points = points.iter().map(|(label, value)| ((*label).to_owned(), *value)).collect();
        let chart = Chart { form: Form::Line, points, places: None };
        let mut html = Markup::default();
        Frame { width: 400.0, low: 0.0, high: 4.0 }.line(&mut html, &chart);
        let html = html.finish();
        assert!(html.contains("d=\"M134 226M334 156L434 86\""), "{html}");
        assert_eq!(html.matches("<circle").count(), 3);
    }
}
