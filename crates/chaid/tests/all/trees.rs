//! Trees: each node is the root of the same analysis on its own cases.

use chaid::{
    Codes, Data, Level, Missing, Moments, Node, Options, Outcome, OutcomeColumn, Predictor, SmallGroups,
    Status, Stop, Summary, Tree, screen, tables, tree,
};
use std::fmt::Write;

/// Four columns of which the outcome follows the first, and within it the second; the fourth repeats the first.
struct Cases {
    y: Vec<u8>,
    x: Vec<Vec<u8>>,
}

fn cases(rows: usize) -> Cases {
    let mut state = 17_u64;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut cases = Cases { y: Vec::new(), x: vec![Vec::new(); 4] };
    for _ in 0..rows {
        let (a, b, c) = (draw(4), draw(3), draw(5));
        let odds = [20, 20, 60, 75][a as usize] + if a > 1 { 8 * b } else { 0 };
        cases.y.push(u8::from(draw(100) < odds));
        let known = |code: u64, missing: bool| if missing { u8::MAX } else { code as u8 };
        let missing = draw(12) == 0;
        cases.x[0].push(a as u8);
        cases.x[1].push(known(b, missing));
        cases.x[2].push(c as u8);
        cases.x[3].push(a as u8);
    }
    cases
}

fn predictors(x: &[Vec<u8>]) -> Vec<Predictor<'_>> {
    let named = ["a", "b", "c", "a again"].into_iter().zip(x).zip([
        Level::Nominal,
        Level::Ordinal,
        Level::Ordinal,
        Level::Nominal,
    ]);
    named
        .map(|((name, codes), level)| Predictor {
            name: name.into(),
            level,
            categories: 5,
            codes: Codes::U8(codes),
        })
        .collect()
}

fn data<'a>(y: &'a [u8], predictors: &'a [Predictor<'a>]) -> Data<'a> {
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 2, codes: Codes::U8(y) };
    Data { outcome, predictors, frequency: None, weight: None }
}

fn drawn(tree: &Tree) -> String {
    let mut text = String::new();
    for node in &tree.nodes {
        let group = node.group.as_ref().map_or(String::new(), |g| {
            format!(" {:?}{}", g.categories, if g.missing { " + missing" } else { "" })
        });
        let end = match (node.split(), node.stop) {
            (Some(split), _) => format!(
                "split on {}, chi {:.3}, df {}, B {}, p {:.3e}",
                split.name,
                split.test.value,
                split.test.df,
                split.multiplier,
                split.p_adjusted()
            ),
            (None, Some(stop)) => stop.words().to_owned(),
            (None, None) => "?".to_owned(),
        };
        writeln!(text, "{}{}{group} n {}: {end}", "  ".repeat(node.depth as usize), node.id, node.n())
            .unwrap();
    }
    text
}

#[test]
fn a_tree() {
    let cases = cases(1_500);
    let grown = tree(&data(&cases.y, &predictors(&cases.x)), &Options::default()).unwrap();
    insta::assert_snapshot!(drawn(&grown), @r"
    0 n 1500: split on a, chi 440.430, df 2, B 6, p 1.381e-95
      1 [0, 1] n 768: no predictor is significant in it
      2 [2] n 344: no predictor is significant in it
      3 [3] n 388: split on b, chi 7.954, df 1, B 5, p 2.399e-2
        4 [0, 1] + missing n 255: no predictor is significant in it
        5 [2] n 133: no predictor is significant in it
    ");
    assert_eq!(grown.nodes[0].tied, [3], "the repeated predictor ties, and the first is taken");
}

/// Every node that was examined has the findings of a screen of its own rows, and every child the rows of its group.
#[test]
fn each_node_is_a_root() {
    let cases = cases(2_000);
    for missing in [Missing::Floating, Missing::Dropped, Missing::Category] {
        let options = Options {
            missing,
            min_parent: 60,
            min_child: 20,
            max_depth: 5,
            alpha_split: 0.5,
            ..Options::default()
        };
        let predictors = predictors(&cases.x);
        let grown = tree(&data(&cases.y, &predictors), &options).unwrap();
        assert!(grown.nodes.len() > 8, "{}", drawn(&grown));
        for node in grown.nodes.iter().filter(|node| !node.candidates.is_empty()) {
            let own = rows_below(&grown, node);
            let take = |column: &[u8]| -> Vec<u8> { own.iter().map(|row| column[*row]).collect() };
            let (y, x) = (take(&cases.y), cases.x.iter().map(|x| take(x)).collect::<Vec<_>>());
            let again = tables(&data(&y, &self::predictors(&x)), missing, 1).unwrap();
            assert_eq!(screen(&Outcome::Nominal, &again, &options).unwrap().findings, node.candidates);
            assert_eq!(node.n(), own.len() as u64);
        }
    }
}

/// Rows that ended in a node or below it.
fn rows_below(tree: &Tree, node: &Node) -> Vec<usize> {
    let mut inside = vec![false; tree.nodes.len()];
    inside[node.id] = true;
    for child in &tree.nodes[node.id + 1..] {
        inside[child.id] = inside[child.parent.unwrap()];
    }
    (0..tree.node_of_row.len()).filter(|row| inside[tree.node_of_row[*row] as usize]).collect()
}

/// Children sum to their parent; only dropped missing values stay behind.
#[test]
fn children_sum_to_their_parent() {
    let cases = cases(2_000);
    for missing in [Missing::Floating, Missing::Dropped, Missing::Category] {
        let options =
            Options { missing, min_parent: 60, min_child: 20, alpha_split: 0.5, ..Options::default() };
        let grown = tree(&data(&cases.y, &predictors(&cases.x)), &options).unwrap();
        let mut stayed = 0;
        for (node, split) in grown.splits() {
            let children: u64 = node.children.iter().map(|child| grown.nodes[*child].n()).sum();
            let behind = if missing == Missing::Dropped { split.missing } else { 0 };
            assert_eq!(children + behind, node.n());
            stayed += behind;
            for (child, group) in node.children.iter().zip(&split.groups) {
                assert_eq!(grown.nodes[*child].outcome, group.outcome);
            }
        }
        assert_eq!(stayed > 0, missing == Missing::Dropped);
        let terminal: u64 = grown.nodes.iter().filter(|node| node.children.is_empty()).map(Node::n).sum();
        assert_eq!(terminal + stayed, 2_000);
    }
}

#[test]
fn stopping_rules() {
    let cases = cases(1_500);
    let predictors = predictors(&cases.x);
    let grow = |options: Options| tree(&data(&cases.y, &predictors), &options).unwrap();
    let root = |options: Options| grow(options).nodes[0].stop;
    assert_eq!(root(Options { max_depth: 0, ..Options::default() }), Some(Stop::MaxDepth));
    assert_eq!(root(Options { min_parent: 1_501, ..Options::default() }), Some(Stop::MinParent));
    assert_eq!(root(Options { min_parent: 1_500, ..Options::default() }), None);
    assert_eq!(root(Options { min_child: 800, ..Options::default() }), Some(Stop::MinChild));
    assert_eq!(root(Options { alpha_split: 1e-300, ..Options::default() }), Some(Stop::NotSignificant));
    let deep = grow(Options { max_depth: 1, ..Options::default() });
    assert!(deep.nodes[1..].iter().all(|node| node.depth == 1 && node.stop == Some(Stop::MaxDepth)));
    let constant = [Predictor {
        name: "one".into(),
        level: Level::Nominal,
        categories: 1,
        codes: Codes::U8(&[0; 1_500]),
    }];
    assert_eq!(
        tree(&data(&cases.y, &constant), &Options::default()).unwrap().nodes[0].stop,
        Some(Stop::NoPredictor)
    );
    assert_eq!(
        tree(&data(&cases.y, &[]), &Options { missing: Missing::Dropped, ..Options::default() })
            .unwrap()
            .nodes[0]
            .stop,
        Some(Stop::NoPredictor)
    );
}

/// The best predictor has a small group. At the split its groups become one, and the node ends; while merging it
/// is out of the race, and the second one splits.
#[test]
fn small_groups_at_the_split_or_before() {
    let y: Vec<u8> = (0..400).map(|row| u8::from(row < 30 || row % 2 == 0 && row < 350)).collect();
    let best: Vec<u8> = (0..400).map(|row| u8::from(row < 40)).collect();
    let second: Vec<u8> = (0..400).map(|row| u8::from(row >= 300)).collect();
    let columns = [(&best, "best"), (&second, "second")].map(|(codes, name)| Predictor {
        name: name.into(),
        level: Level::Nominal,
        categories: 2,
        codes: Codes::U8(codes),
    });
    let grow = |small| tree(&data(&y, &columns), &Options { small, ..Options::default() }).unwrap();
    let before = grow(SmallGroups::WhileMerging);
    assert_eq!(before.nodes[0].split().map(|split| &split.name[..]), Some("second"));
    let at_split = grow(SmallGroups::AtSplit);
    let root = &at_split.nodes[0];
    assert_eq!((root.best, root.stop, root.children.len()), (Some(0), Some(Stop::MinChild), 0));
    assert_eq!(root.candidates[0].status, Status::SmallGroups);
}

/// A scale outcome: the split separates the means, and a node of equal values is pure.
#[test]
fn a_scale_outcome() {
    let x: Vec<u8> = (0..600).map(|row| (row % 3) as u8).collect();
    let y: Vec<f64> =
        (0..600).map(|row| if row % 3 == 2 { 0.1 } else { f64::from(row / 3 % 7) + 0.3 }).collect();
    let columns =
        [Predictor { name: "x".into(), level: Level::Nominal, categories: 3, codes: Codes::U8(&x) }];
    let data =
        Data { outcome: OutcomeColumn::Scale(&y), predictors: &columns, frequency: None, weight: None };
    let grown = tree(&data, &Options::default()).unwrap();
    let groups: Vec<_> =
        grown.nodes[1..].iter().map(|node| node.group.as_ref().unwrap().categories.clone()).collect();
    assert_eq!(groups, [vec![0, 1], vec![2]]);
    let Summary::Moments(constant) = grown.nodes[0].candidates[0].groups[1].outcome else {
        panic!("moments")
    };
    assert_eq!(constant.squares, 0.0);
    assert_eq!(grown.nodes[2].stop, Some(Stop::Pure));
    assert_eq!(grown.nodes[1].stop, Some(Stop::NotSignificant));
}

/// Many equal values far from the mean of all: no spread, however their sum was rounded.
#[test]
fn equal_values_are_pure() {
    let rows = 300_000;
    let x: Vec<u8> = (0..rows).map(|row| u8::from(row % 3 == 0)).collect();
    let y: Vec<f64> =
        (0..rows).map(|row| if row % 3 == 0 { 0.1 } else { f64::from(row % 1_000) * 0.7 }).collect();
    let columns =
        [Predictor { name: "x".into(), level: Level::Nominal, categories: 2, codes: Codes::U8(&x) }];
    let data =
        Data { outcome: OutcomeColumn::Scale(&y), predictors: &columns, frequency: None, weight: None };
    let grown = tree(&data, &Options::default()).unwrap();
    assert_eq!(
        grown.nodes[2].outcome,
        Summary::Moments(Moments { n: 100_000, weight: 100_000.0, mean: 0.1, squares: 0.0 })
    );
    assert_eq!(grown.nodes[2].stop, Some(Stop::Pure));
}

/// Left out: no outcome, no weight, no known predictor.
#[test]
fn rows_left_out() {
    let y = [0, 1, 0, 1, 255, 0, 1, 1];
    let x = [0, 0, 1, 1, 1, 255, 1, 0];
    let columns =
        [Predictor { name: "x".into(), level: Level::Nominal, categories: 2, codes: Codes::U8(&x) }];
    let frequency = [1, 1, 1, 1, 1, 1, 0, 1];
    let data = Data { frequency: Some(&frequency), ..data(&y, &columns) };
    let grown = tree(&data, &Options::default()).unwrap();
    assert_eq!(grown.left_out, 3);
    let nowhere: Vec<usize> = (0..8).filter(|row| grown.node_of_row[*row] == Tree::NOWHERE).collect();
    assert_eq!(nowhere, [4, 5, 6]);
    assert_eq!(grown.nodes[0].n(), 5);
}
