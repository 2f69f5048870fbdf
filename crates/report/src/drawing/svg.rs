//! A scene as SVG: as an element of the book, and as a file of its own.
//!
//! Colours stand in attributes, which any viewer understands and which the book's style sheet may override (dark, print,
//! forced colours). Nothing is said by colour alone: terminal nodes say so in a word, parts of a bar are numbers above it.

use super::measure::{FONTS, Face};
use super::scene::{Anchor, NodeBox, Rect, Scene, Segment, Text};
use crate::markup::Markup;

const PAPER: &str = "#ffffff";
const INK: &str = "#1c1b19";
const EDGE: &str = "#5f5b54";
/// Parts of a bar, in the order of the classes; more classes begin again.
const PARTS: [&str; 4] = ["#17496b", "#cfdde7", "#a8782a", "#f1e3c6"];

/// What a drawing is called.
pub(super) struct Caption<'a> {
    /// Begins the ids of its parts; unique in the document.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

/// Writes the element.
pub(super) fn write(svg: &mut Markup, scene: &Scene, caption: &Caption<'_>) {
    let (width, height) = (scene.width.to_string(), scene.height.to_string());
    let (title, description) = (format!("{}-naam", caption.id), format!("{}-uitleg", caption.id));
    svg.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "tree"),
            ("role", "img"),
            ("aria-labelledby", &title),
            ("aria-describedby", &description),
            ("width", &width),
            ("height", &height),
            ("viewBox", &format!("0 0 {width} {height}")),
            ("font-family", FONTS),
        ],
    );
    svg.line();
    svg.element("title", &[("id", &title)], caption.title).line();
    svg.element("desc", &[("id", &description)], caption.description).line();
    let whole = Rect { x: 0, y: 0, width: scene.width, height: scene.height };
    rect(svg, whole, &[("class", "paper"), ("fill", PAPER)]);
    svg.line();
    path(svg, "edge", &scene.edges, "1.25");
    scene.boxes.iter().for_each(|node| node_box(svg, node));
    scene.texts.iter().for_each(|line| text(svg, line));
    svg.close().line();
}

fn node_box(svg: &mut Markup, node: &NodeBox) {
    let (class, stroke) = if node.terminal { ("box terminal", "2") } else { ("box", "1") };
    rect(svg, node.frame, &[("class", class), ("fill", PAPER), ("stroke", INK), ("stroke-width", stroke)]);
    path(svg, "rule", &[node.rule], "1");
    for (class, part) in &node.bar {
        let kind = ["part part-0", "part part-1", "part part-2", "part part-3"][class % PARTS.len()];
        let fill = PARTS[class % PARTS.len()];
        rect(svg, *part, &[("class", kind), ("fill", fill), ("stroke", EDGE), ("stroke-width", "0.75")]);
    }
    svg.line();
}

fn rect(svg: &mut Markup, rect: Rect, attributes: &[(&'static str, &str)]) {
    let numbers = [rect.x, rect.y, rect.width, rect.height].map(|number| number.to_string());
    let [x, y, width, height] = &numbers;
    let mut all: Vec<(&'static str, &str)> = vec![("x", x), ("y", y), ("width", width), ("height", height)];
    all.extend_from_slice(attributes);
    svg.element("rect", &all, "");
}

fn path(svg: &mut Markup, class: &str, segments: &[Segment], width: &str) {
    if segments.is_empty() {
        return;
    }
    let moves: Vec<String> = segments
        .iter()
        .map(|Segment { from, to }| format!("M{} {}L{} {}", from.0, from.1, to.0, to.1))
        .collect();
    let attributes = [
        ("class", class),
        ("d", &moves.concat()),
        ("fill", "none"),
        ("stroke", EDGE),
        ("stroke-width", width),
    ];
    svg.element("path", &attributes, "").line();
}

fn text(svg: &mut Markup, line: &Text) {
    let (x, y, size) = (line.x.to_string(), baseline(line).to_string(), line.face.size().to_string());
    let mut attributes = vec![("x", x.as_str()), ("y", &y), ("font-size", &size), ("fill", INK)];
    match line.anchor {
        Anchor::Start => {}
        Anchor::Middle => attributes.push(("text-anchor", "middle")),
        Anchor::End => attributes.push(("text-anchor", "end")),
    }
    if line.face.is_bold() {
        attributes.push(("font-weight", "bold"));
    }
    svg.element("text", &attributes, &line.text).line();
}

/// The line on which the letters stand, so that those that reach below it stay in the line's room.
fn baseline(line: &Text) -> i32 {
    line.top
        + match line.face {
            Face::Body | Face::Head => 13,
            Face::Small | Face::SmallBold => 12,
        }
}
