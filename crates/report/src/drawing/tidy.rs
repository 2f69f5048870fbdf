//! Where the nodes of a tree stand side by side.
//!
//! After A. J. Kennedy, "Functional Pearls: Drawing Trees", Journal of Functional Programming 6(3), 1996, which gives
//! the aesthetics of Reingold and Tilford (1981) in a few lines: children are packed from the left and from the right,
//! each stands in the middle between its two places, and the node stands in the middle above them. Both packings keep
//! every distance that must be kept, so their mean does too. Widths may differ here, and a node has several bands.

/// Half of the width that a node takes in each of its bands, from the top down; `None`: nothing of it is there.
pub(super) type Bands = [Option<i32>; 3];

/// A node as the layout sees it.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Its children, from left to right.
    pub(super) children: Vec<usize>,
    /// What it takes.
    pub(super) bands: Bands,
}

/// The left and right ends of a subtree in each band below its top, from the middle of its root; a band in which it
/// has nothing is empty.
type Contour = Vec<Option<(i32, i32)>>;

/// The middle of each node, the leftmost end of the whole tree at 0; at least `gap` is between any two nodes that have
/// the same band of the same level.
///
/// `order` names every node once, each after the node above it, the root first.
pub(super) fn middles(shapes: &[Shape], order: &[usize], gap: i32) -> Vec<i32> {
    let mut contours: Vec<Contour> = vec![Contour::new(); shapes.len()];
    let mut offsets: Vec<i32> = vec![0; shapes.len()];
    for node in order.iter().rev() {
        let children = &shapes[*node].children;
        let below: Vec<Contour> =
            children.iter().map(|child| std::mem::take(&mut contours[*child])).collect();
        let places = places(&below, gap);
        let mut contour: Contour =
            shapes[*node].bands.iter().map(|half| half.map(|half| (-half, half))).collect();
        for (child, (place, part)) in children.iter().zip(places.iter().zip(&below)) {
            offsets[*child] = *place;
            widen(&mut contour, shapes[*node].bands.len(), *place, part);
        }
        contours[*node] = contour;
    }
    let root = order.first().copied().unwrap_or_default();
    let left = contours.get(root).into_iter().flatten().flatten().map(|(left, _)| *left).min();
    let mut middles = vec![-left.unwrap_or_default(); shapes.len()];
    for node in order {
        for child in &shapes[*node].children {
            middles[*child] = middles[*node] + offsets[*child];
        }
    }
    middles
}

/// The middles of subtrees side by side, from the middle of all of them.
fn places(parts: &[Contour], gap: i32) -> Vec<i32> {
    let from_left = packed(parts.iter(), gap, |(left, right)| (left, right));
    let mut from_right = packed(parts.iter().rev(), gap, |(left, right)| (-right, -left));
    from_right.reverse();
    let width = from_left.last().copied().unwrap_or_default();
    let mean = from_left.iter().zip(&from_right).map(|(left, right)| (left + width - right).div_euclid(2));
    mean.map(|place| place - width / 2).collect()
}

/// The least places of parts in a row, the first at 0, `side` turning a contour's ends to the direction of packing.
fn packed<'a>(
    parts: impl Iterator<Item = &'a Contour>,
    gap: i32,
    side: impl Fn((i32, i32)) -> (i32, i32),
) -> Vec<i32> {
    let mut ends: Vec<Option<i32>> = Vec::new();
    let mut places = Vec::new();
    for part in parts {
        let turned: Vec<Option<(i32, i32)>> = part.iter().map(|ends| ends.map(&side)).collect();
        let needs = ends.iter().zip(&turned).filter_map(|(end, ends)| Some((*end)? + gap - (*ends)?.0));
        let place = needs.max().unwrap_or_default();
        places.push(place);
        ends.resize(ends.len().max(turned.len()), None);
        for (end, (_, right)) in ends.iter_mut().zip(turned).filter_map(|(end, ends)| Some((end, ends?))) {
            *end = Some(end.map_or(place + right, |end| end.max(place + right)));
        }
    }
    places
}

/// Adds a subtree that stands `place` aside, `from` bands below.
fn widen(contour: &mut Contour, from: usize, place: i32, part: &Contour) {
    contour.resize(contour.len().max(from + part.len()), None);
    for (whole, (left, right)) in contour[from..].iter_mut().zip(part).filter_map(|(w, p)| Some((w, (*p)?))) {
        let (left, right) = (left + place, right + place);
        *whole = Some(whole.map_or((left, right), |(l, r)| (l.min(left), r.max(right))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(children: &[usize], half: i32) -> Shape {
        Shape { children: children.to_vec(), bands: [None, Some(half), None] }
    }

    #[test]
    fn a_node_stands_in_the_middle_above_its_children() {
        let shapes = [shape(&[1, 2], 10), shape(&[], 10), shape(&[], 10)];
        assert_eq!(middles(&shapes, &[0, 1, 2], 4), [22, 10, 34]);
    }

    #[test]
    fn a_small_subtree_stands_in_the_middle_between_large_ones() {
        // Two wide subtrees with a leaf between them: packed from the left it would stand at the first one.
        let mut shapes = vec![shape(&[1, 2, 3], 5), shape(&[4, 5], 5), shape(&[], 5), shape(&[6, 7], 5)];
        shapes.extend((0..4).map(|_| shape(&[], 20)));
        let middles = middles(&shapes, &[0, 1, 2, 3, 4, 5, 6, 7], 2);
        assert_eq!(middles[2] - middles[1], middles[3] - middles[2]);
        assert_eq!(middles[0], middles[2]);
    }

    #[test]
    fn only_nodes_in_the_same_band_keep_apart() {
        // The second child has its wide part in a band in which the first has nothing.
        let wide = Shape { children: vec![], bands: [None, Some(5), Some(40)] };
        let shapes = [shape(&[1, 2], 5), shape(&[], 5), wide];
        let middles = middles(&shapes, &[0, 1, 2], 2);
        assert_eq!(middles[2] - middles[1], 12);
    }
}
