//! Outlines of bands and ribbons as paths of SVG.

use std::fmt::Write as _;

/// Radius of a turn.
const TURN: f64 = 8.0;

/// A path under construction.
#[derive(Debug, Default)]
struct Path(String);

impl Path {
    fn to(mut self, command: char, points: &[(f64, f64)]) -> Self {
        self.0.push(command);
        for (at, (x, y)) in points.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(self.0, "{}{} {}", if at > 0 { " " } else { "" }, number(*x), number(*y));
        }
        self
    }

    fn closed(mut self) -> String {
        self.0.push('Z');
        self.0
    }
}

/// A number with at most one decimal.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// The upper and the lower edge of a band, which change from place to place.
#[derive(Debug)]
pub(super) struct Outline {
    places: Vec<(f64, (f64, f64))>,
}

impl Outline {
    /// A band that begins somewhere.
    pub(super) fn from(x: f64, edges: (f64, f64)) -> Self {
        Self { places: vec![(x, edges)] }
    }

    /// From here on the edges are others.
    pub(super) fn turn(&mut self, x: f64, edges: (f64, f64)) {
        if self.places.last().is_some_and(|(_, last)| *last != edges) {
            self.places.push((x, edges));
        }
    }

    /// The band up to its end; none if it never has any height.
    pub(super) fn path(mut self, end: f64) -> Option<String> {
        if self.places.iter().all(|(_, (upper, lower))| lower <= upper) {
            return None;
        }
        let last = self.places.last()?.1;
        self.places.push((end, last));
        let mut upper = Vec::new();
        let mut lower = Vec::new();
        for pair in self.places.windows(2) {
            let [(from, (top, bottom)), (to, _)] = pair else { continue };
            upper.extend([(*from, *top), (*to, *top)]);
            lower.extend([(*from, *bottom), (*to, *bottom)]);
        }
        let (first, rest) = upper.split_first()?;
        lower.reverse();
        Some(Path::default().to('M', &[*first]).to('L', rest).to('L', &lower).closed())
    }
}

/// Rows that leave the lower edge of a band and go down to a place, with a point at the end.
pub(super) fn leaving(left: f64, middle: f64, (edge, end): (f64, f64), thick: f64) -> String {
    let (near, far) = (middle - thick / 2.0, middle + thick / 2.0);
    let inner = edge - thick;
    let neck = (end - TURN).max(edge + 1.0);
    Path::default()
        .to('M', &[(left, inner)])
        .to('L', &[(far - TURN, inner)])
        .to('Q', &[(far, inner), (far, inner + TURN)])
        .to(
            'L',
            &[
                (far, neck),
                (middle, neck + TURN / 1.5),
                (near, neck),
                (near, edge.min(neck) + TURN.min(neck - edge)),
            ],
        )
        .to('Q', &[(near, edge), (near - TURN, edge)])
        .to('L', &[(left, edge)])
        .closed()
}

/// Rows that come from above and join a band at its upper edge, which is where they end.
pub(super) fn entering(right: f64, middle: f64, (from, edge): (f64, f64), thick: f64) -> String {
    let (near, far) = (middle - thick / 2.0, middle + thick / 2.0);
    let inner = edge + thick;
    Path::default()
        .to('M', &[(near, from)])
        .to('L', &[(far, from), (far, (edge - TURN).max(from))])
        .to('Q', &[(far, edge), (far + TURN, edge)])
        .to('L', &[(right, edge), (right, inner), (near + TURN, inner)])
        .to('Q', &[(near, inner), (near, inner - TURN)])
        .closed()
}

/// Rows that leave a band at one edge and join another at the edge that faces it.
pub(super) fn across(
    (left, right): (f64, f64),
    middle: f64,
    (leaves, joins): (f64, f64),
    thick: f64,
) -> String {
    // Downwards, or the same upside down.
    let down = if joins >= leaves { 1.0 } else { -1.0 };
    let (near, far) = (middle - thick / 2.0, middle + thick / 2.0);
    let (start, end) = (leaves - down * thick, joins + down * thick);
    let turn = down * TURN;
    Path::default()
        .to('M', &[(left, start)])
        .to('L', &[(far - TURN, start)])
        .to('Q', &[(far, start), (far, start + turn)])
        .to('L', &[(far, joins - turn)])
        .to('Q', &[(far, joins), (far + TURN, joins)])
        .to('L', &[(right, joins), (right, end), (near + TURN, end)])
        .to('Q', &[(near, end), (near, end - turn)])
        .to('L', &[(near, leaves + turn)])
        .to('Q', &[(near, leaves), (near - TURN, leaves)])
        .to('L', &[(left, leaves)])
        .closed()
}

/// A mark on the lower edge of a band whose rows were changed, and a line from there down to a place.
pub(super) fn marked((left, right): (f64, f64), edge: f64, end: f64) -> String {
    let middle = (left + right) / 2.0;
    let (from, to) = (left + 4.0, right - 4.0);
    Path::default()
        .to('M', &[(from, edge - 4.0)])
        .to('L', &[(to, edge - 4.0), (to, edge + 2.0), (middle + 1.0, edge + 2.0), (middle + 1.0, end)])
        .to('L', &[(middle - 1.0, end), (middle - 1.0, edge + 2.0), (from, edge + 2.0)])
        .closed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([number(1.0), number(-0.01), number(2.345), number(-7.25)], ["1", "0", "2.3", "-7.2"]);
    }

    #[test]
    fn a_band_has_the_edges_that_it_was_told() {
        let mut band = Outline::from(0.0, (10.0, 20.0));
        band.turn(5.0, (10.0, 20.0));
        band.turn(6.0, (10.0, 15.0));
        let path = band.path(9.0).unwrap();
        assert_eq!(path, "M0 10L6 10 6 10 9 10L9 15 6 15 6 20 0 20Z");
        assert_eq!(Outline::from(0.0, (1.0, 1.0)).path(9.0), None);
    }
}
