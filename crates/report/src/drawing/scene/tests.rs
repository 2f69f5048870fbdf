//! Nothing in a drawing meets anything else, whatever the tree.

use super::super::measure::width;
use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use study::{ColumnPresentation, NumberFormat, Separator, TreePresentation};

fn words(classes: &[String]) -> Words {
    let column = |label: &str| ColumnPresentation {
        name: label.into(),
        label: label.into(),
        format: None,
        printed: true,
    };
    Words::new(&TreePresentation {
        from: terms::TableName::parse("a.b").unwrap(),
        section: "section".into(),
        title: "title".into(),
        node: column("Knoop"),
        parent: column("Onder"),
        group: column("Groep"),
        classes: classes.iter().map(|class| column(class)).collect(),
        share: NumberFormat {
            decimals: 1,
            significant: None,
            separator: Separator::Comma,
            leading_zero: true,
            suffix: "%".into(),
            thousands: None,
            below: None,
        },
        predictor: column("Kenmerk"),
        statistics: vec![column("p"), column("χ²"), column("df")],
        stop: column("Einde"),
    })
}

/// The room that a line takes at most.
fn room(text: &Text) -> Rect {
    let width = width(&text.text, text.face);
    let x = match text.anchor {
        Anchor::Start => text.x,
        Anchor::Middle => text.x - (width + 1) / 2,
        Anchor::End => text.x - width,
    };
    Rect { x, y: text.top, width, height: text.face.line() }
}

fn meet(a: Rect, b: Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

fn within(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

/// A segment as a thin rectangle.
fn thin(segment: &Segment) -> Rect {
    let (from, to) = (segment.from, segment.to);
    let (x, y) = (from.0.min(to.0), from.1.min(to.1));
    Rect { x, y, width: (to.0 - from.0).abs().max(1), height: (to.1 - from.1).abs().max(1) }
}

/// What meets or lies outside, if anything.
fn fault(scene: &Scene) -> Option<String> {
    let whole = Rect { x: 0, y: 0, width: scene.width, height: scene.height };
    let frames: Vec<Rect> = scene.boxes.iter().map(|node| node.frame).collect();
    let rooms: Vec<Rect> = scene.texts.iter().map(room).collect();
    let edges: Vec<Rect> = scene.edges.iter().map(thin).collect();
    for (place, frame) in frames.iter().enumerate() {
        if let Some(other) = frames[..place].iter().find(|other| meet(**other, *frame)) {
            return Some(format!("boxes {frame:?} and {other:?} meet"));
        }
        if let Some(edge) =
            edges.iter().find(|edge| meet(**edge, Rect { height: frame.height - 1, ..*frame }))
        {
            return Some(format!("edge {edge:?} runs through box {frame:?}"));
        }
    }
    for (place, (text, room)) in scene.texts.iter().zip(&rooms).enumerate() {
        if let Some(other) = rooms[..place].iter().position(|other| meet(*other, *room)) {
            return Some(format!("texts {text:?} and {:?} meet", scene.texts[other]));
        }
        if let Some(frame) = frames.iter().find(|frame| meet(**frame, *room) && !within(*room, **frame)) {
            return Some(format!("text {text:?} crosses the border of box {frame:?}"));
        }
        if let Some(edge) = edges.iter().find(|edge| meet(**edge, *room)) {
            return Some(format!("edge {edge:?} runs through text {text:?}"));
        }
    }
    for node in &scene.boxes {
        let parts: Vec<Rect> = node.bar.iter().map(|(_, part)| *part).collect();
        if let Some(part) = parts.iter().find(|part| !within(**part, node.frame)) {
            return Some(format!("bar {part:?} leaves box {:?}", node.frame));
        }
        if let Some(part) = parts.iter().find(|part| rooms.iter().any(|room| meet(*room, **part))) {
            return Some(format!("bar {part:?} meets a text"));
        }
        if rooms.iter().any(|room| meet(*room, thin(&node.rule)) && within(*room, node.frame)) {
            return Some(format!("rule {:?} runs through a text", node.rule));
        }
    }
    let all = frames.iter().chain(&rooms).chain(&edges);
    all.into_iter().find(|part| !within(**part, whole)).map(|part| format!("{part:?} lies outside {whole:?}"))
}

fn any_tree() -> impl Strategy<Value = (Tree, Vec<String>)> {
    let text = || prop_oneof!["[a-zA-Z0-9 ,;éœW–]{0,30}", "[a-z ]{0,400}", Just(String::new())];
    let node = (any::<Index>(), text(), text(), proptest::collection::vec(any::<u32>(), 3));
    let classes = proptest::collection::vec("[A-Za-z ]{1,40}", 1..=3);
    (proptest::collection::vec(node, 1..24), classes).prop_map(|(rows, classes)| {
        let nodes = rows.into_iter().enumerate().map(|(place, (above, group, predictor, counts))| Node {
            name: place.to_string(),
            above: if place == 0 { String::new() } else { above.index(place).to_string() },
            group: if place == 0 { String::new() } else { group },
            counts: counts.iter().take(classes.len()).map(|n| u64::from(*n)).collect(),
            predictor,
            statistics: vec!["< 0,001".into(), "12,34".into(), String::new()],
            stop: "geen enkel kenmerk is significant".into(),
            ..Node::default()
        });
        (Tree::new("1".into(), "Boom".into(), nodes.collect()).unwrap(), classes)
    })
}

proptest! {
    #[test]
    fn nothing_meets_and_nothing_lies_outside((tree, classes) in any_tree()) {
        let scene = scene(&tree, &words(&classes));
        prop_assert_eq!(fault(&scene), None);
        prop_assert_eq!(scene.boxes.len(), tree.nodes.len());
    }

    #[test]
    fn every_label_is_drawn_whole((tree, classes) in any_tree()) {
        let scene = scene(&tree, &words(&classes));
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let drawn = letters(&scene.texts.iter().map(|text| text.text.as_str()).collect::<String>());
        for node in &tree.nodes {
            prop_assert!(drawn.contains(&letters(&node.group)), "{}", node.group);
            if !node.is_terminal() {
                prop_assert!(drawn.contains(&letters(&node.predictor)), "{}", node.predictor);
            }
        }
    }
}

#[test]
fn a_bar_is_divided_as_the_classes_are() {
    let whole = Rect { x: 10, y: 0, width: 100, height: 6 };
    let parts = |counts: &[u64]| {
        bar(counts, whole).iter().map(|(class, part)| (*class, part.x, part.width)).collect::<Vec<_>>()
    };
    assert_eq!(parts(&[1, 3]), [(0, 10, 25), (1, 35, 75)]);
    assert_eq!(parts(&[0, 3]), [(1, 10, 100)]);
    assert_eq!(parts(&[0, 0]), []);
    assert_eq!(parts(&[u64::MAX, u64::MAX]), [(0, 10, 50), (1, 60, 50)]);
}
