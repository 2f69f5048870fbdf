//! Whole months with a given sum and sum of squares (Bijlage 4 prints mean and standard deviation).

use crate::chance::Chance;

const LOW: i64 = 4;
const HIGH: i64 = 168;

/// `count` months of stay whose sum and sum of squares are exactly as given; `None` when the search fails.
///
/// A first draw around the mean is repaired to the sum; then pairs of months move apart or together,
/// which keeps the sum, until the squares agree. Unit: completed months.
pub fn exact(count: usize, sum: i64, squares: i64, chance: &mut Chance) -> Option<Vec<i64>> {
    (0..400).find_map(|_| attempt(count, sum, squares, chance))
}

fn attempt(count: usize, sum: i64, squares: i64, chance: &mut Chance) -> Option<Vec<i64>> {
    let mut months = first_draw(count, sum, squares, chance);
    repair_sum(&mut months, sum, chance)?;
    for _ in 0..20_000 {
        let gap = squares - months.iter().map(|month| month * month).sum::<i64>();
        if gap == 0 {
            return Some(months);
        }
        if count < 2 || !improve(&mut months, gap, chance) {
            return None;
        }
    }
    None
}

/// Uniform around the mean, as wide as the squares ask: a uniform spread of half-width h has variance h²/3.
fn first_draw(count: usize, sum: i64, squares: i64, chance: &mut Chance) -> Vec<i64> {
    let size = count as i64;
    let mean = sum / size;
    let half = ((squares / size - mean * mean).max(0) * 3).isqrt();
    (0..count).map(|_| chance.between(mean - half, mean + half).clamp(LOW, HIGH)).collect()
}

fn repair_sum(months: &mut [i64], sum: i64, chance: &mut Chance) -> Option<()> {
    for _ in 0..100_000 {
        let gap = sum - months.iter().sum::<i64>();
        if gap == 0 {
            return Some(());
        }
        let place = chance.below(months.len());
        let moved = months[place] + gap.signum();
        if (LOW..=HIGH).contains(&moved) {
            months[place] = moved;
        }
    }
    None
}

/// Moves one month of a random pair up and the other down by one step, if that brings the squares nearer.
fn improve(months: &mut [i64], gap: i64, chance: &mut Chance) -> bool {
    for _ in 0..4_000 {
        let (up, down) = (chance.below(months.len()), chance.below(months.len()));
        if up == down || months[up] >= HIGH || months[down] <= LOW {
            continue;
        }
        let change = 2 * (months[up] - months[down]) + 2;
        if change != 0 && (gap - change).abs() < gap.abs() {
            months[up] += 1;
            months[down] -= 1;
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::calibration::Calibration;

    #[test]
    fn every_centre_gets_its_printed_sums() {
        for (index, centre) in Calibration::load().unwrap().centres.iter().enumerate() {
            let mut chance = Chance::new(7, index as u32, "months");
            let months = exact(centre.matched, centre.months, centre.squares, &mut chance).unwrap();
            assert_eq!(months.len(), centre.matched);
            assert_eq!(months.iter().sum::<i64>(), centre.months, "{}", centre.name);
            assert_eq!(months.iter().map(|m| m * m).sum::<i64>(), centre.squares, "{}", centre.name);
        }
    }
}
