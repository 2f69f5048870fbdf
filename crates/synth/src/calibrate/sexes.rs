//! Sex is the narrowest test: which totals of the ways of leaving it allows, and with how many women each.

use super::centres::WAYS;
use super::split::{Cell, MERGE, Scale, split};

/// Persons, women, leavers, and women among the leavers; the last follows from the χ² that Bijlage 17 prints for sex.
const ALL: u32 = 733;
const WOMEN: u32 = 190;
const LEFT: u32 = 149;
const WOMEN_LEFT: u32 = 28;
/// χ² of Bijlage 14.
const PERMIT: f64 = 19.0;

/// χ² of a group of `n` with `women` women against the others of `all`.
fn chi(women: u32, n: u32, all_women: u32, all: u32) -> f64 {
    let cells: [Cell; 2] = [[women, all_women - women], [n - women, all - all_women - (n - women)]];
    split(&cells, Scale::Nominal).chi
}

/// Women by way with which sex tests as printed in Bijlagen 14 to 20; none if there are no such numbers.
pub(super) fn sexes(totals: [u32; WAYS]) -> Option<[u32; WAYS]> {
    let [_, permit, back, unknown, other] = totals;
    let few = |w: &u32| w * ALL < WOMEN * permit && (chi(*w, permit, WOMEN, ALL) - PERMIT).abs() < 0.05;
    let of_permit = (0..=permit.min(WOMEN_LEFT)).find(few)?;
    if chi(of_permit, permit, WOMEN_LEFT, LEFT) < MERGE {
        return None;
    }
    let fits = |w: u32, n: u32, differs: bool| {
        chi(w, n, WOMEN, ALL) < MERGE && (chi(w, n, WOMEN_LEFT, LEFT) >= MERGE) == differs
    };
    let rest = WOMEN_LEFT - of_permit;
    for of_unknown in (0..=rest.min(unknown)).rev().filter(|w| fits(*w, unknown, true)) {
        let rest = rest - of_unknown;
        for of_back in (0..=rest.min(back)).filter(|w| fits(*w, back, false)) {
            if rest - of_back <= other {
                return Some([WOMEN - WOMEN_LEFT, of_permit, of_back, of_unknown, rest - of_back]);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn women_are_as_many_as_there_are_and_guidance_tests_as_printed() {
        let women = sexes([584, 64, 22, 46, 17]);
        assert_eq!(women.map(|women| women.iter().sum()), Some(WOMEN));
        assert_eq!(format!("{:.1}", chi(WOMEN - WOMEN_LEFT, ALL - LEFT, WOMEN, ALL)), "4.9");
        assert_eq!(sexes([584, 63, 23, 46, 17]), None);
    }
}
