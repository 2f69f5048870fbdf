//! From answers of centres to categories of persons, and their counts.

use super::{CENTRES, Categories, Shape, Ways};
use crate::calibrate::split::Cell;
use crate::calibrate::target::Population;

/// Most categories of a characteristic of centres.
pub(super) const CATEGORIES: usize = 16;

fn persons(ways: &Ways, centre: usize, population: Population) -> u32 {
    match population {
        Population::All => ways[centre].iter().sum(),
        Population::Left => ways[centre][1..].iter().sum(),
    }
}

/// The categories of the centres in a population.
pub(super) fn categories(shape: &Shape, ways: &Ways, population: Population) -> Categories {
    let clients = |c: usize| f64::from(ways[c][0]);
    let ratio = |above: f64, below: f64| (below != 0.0).then_some(above / below);
    match shape {
        Shape::Fixed(codes) => *codes,
        Shape::Ranked(values) => intervals(values, ways, population),
        Shape::PerClient(values) => {
            let values = std::array::from_fn(|c| values[c].and_then(|value| ratio(value, clients(c))));
            intervals(&values, ways, population)
        }
        Shape::ClientsPer(values) => {
            let values = std::array::from_fn(|c| values[c].and_then(|value| ratio(clients(c), value)));
            intervals(&values, ways, population)
        }
    }
}

/// Ordered values to at most ten intervals: floor(mean rank · 10 / (N + 1)), ties sharing their mean rank.
fn intervals(values: &[Option<f64>; CENTRES], ways: &Ways, population: Population) -> Categories {
    let mut order = [0usize; CENTRES];
    let (mut count, mut total) = (0, 0);
    for c in (0..CENTRES).filter(|c| values[*c].is_some() && persons(ways, *c, population) > 0) {
        order[count] = c;
        count += 1;
        total += persons(ways, c, population);
    }
    let order = &mut order[..count];
    order.sort_unstable_by(|a, b| values[*a].partial_cmp(&values[*b]).unwrap_or(std::cmp::Ordering::Equal));
    let mut out = [None; CENTRES];
    let mut before = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let n: u32 = tied.iter().map(|c| persons(ways, *c, population)).sum();
        let interval = interval(before, n, total);
        tied.iter().for_each(|c| out[*c] = Some(interval));
        before += n;
    }
    out
}

/// The interval of `n` tied cases with `before` cases below them, of `total`.
pub(in crate::calibrate) fn interval(before: u32, n: u32, total: u32) -> u8 {
    ((2 * before + n + 1) * 10 / (2 * (total + 1))) as u8
}

/// Persons with and without a way, by category.
pub(super) fn count(
    categories: &Categories,
    ways: &Ways,
    way: usize,
    population: Population,
) -> [Cell; CATEGORIES] {
    let mut cells = [[0; 2]; CATEGORIES];
    for (c, category) in categories.iter().enumerate() {
        if let Some(category) = category {
            let with = ways[c][way];
            let cell = &mut cells[usize::from(*category)];
            cell[0] += with;
            cell[1] += persons(ways, c, population) - with;
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tied_centres_share_an_interval_and_empty_ones_have_none() {
        let mut ways: Ways = Default::default();
        let mut values = [None; CENTRES];
        for (c, (n, value)) in [(50, 1.0), (25, 2.0), (25, 2.0), (0, 9.0)].into_iter().enumerate() {
            ways[c][0] = n;
            values[c] = Some(value);
        }
        let found = intervals(&values, &ways, Population::All);
        // Mean ranks 25.5 and 75.5 of 100: floor(255 / 101) and floor(755 / 101).
        assert_eq!(found[..5], [Some(2), Some(7), Some(7), None, None]);
        assert_eq!(count(&found, &ways, 0, Population::All)[7], [50, 0]);
    }
}
