//! V-numbers: ten digits, distinct over all blocks, with nothing to read from them; and how people mistype them.

use crate::chance::Chance;

/// Numbers that one block of persons may use.
const PER_BLOCK: u64 = 4096;
/// The largest prime below 10^10: multiplying modulo a prime repeats nothing.
const PRIME: u128 = 9_999_999_967;
const STEP: u128 = 6_180_339_887;

/// Hands out the V-numbers of one block.
#[derive(Clone, Debug)]
pub struct Numbers {
    next: u64,
}

impl Numbers {
    /// The numbers of a block.
    pub fn of(block: u32) -> Self {
        Self { next: u64::from(block) * PER_BLOCK + 1 }
    }

    /// The next number.
    pub fn take(&mut self) -> String {
        let number = u128::from(self.next) * STEP % PRIME;
        self.next += 1;
        format!("{number:010}")
    }
}

/// The number with one digit wrong, or two neighbours exchanged.
pub fn mistyped(number: &str, chance: &mut Chance) -> String {
    let mut digits: Vec<u8> = number.bytes().collect();
    let place = chance.below(digits.len() - 1);
    if chance.percent(40) && digits[place] != digits[place + 1] {
        digits.swap(place, place + 1);
    } else {
        digits[place] = b'0' + (digits[place] - b'0' + 1 + chance.below(9) as u8) % 10;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// The number with its last digit one higher or lower, as siblings registered together get.
pub fn neighbour(number: &str) -> String {
    let (head, last) = number.split_at(number.len() - 1);
    let next = if last == "9" { "8".to_owned() } else { last.bytes().map(|d| char::from(d + 1)).collect() };
    format!("{head}{next}")
}

/// Insertions, deletions and replacements between two texts (Levenshtein 1966).
pub fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let kept = corner + usize::from(left != *right);
            corner = row[j + 1];
            row[j + 1] = kept.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("1234567890", "1234567890"), 0);
        assert_eq!(edits("1234567890", "1234567809"), 2);
        assert_eq!(edits("1234", "234"), 1);
    }

    #[test]
    fn a_mistyped_number_is_near_and_other() {
        let mut chance = Chance::new(1, 0, "numbers");
        for _ in 0..200 {
            let far = edits("0123456789", &mistyped("0123456789", &mut chance));
            assert!((1..=2).contains(&far));
        }
    }
}
