use super::{Merged, Setting, same};
use crate::Kind;

/// ln p of pairs of groups, kept while both stay as they are. A group is known by its lowest category.
pub(super) struct Pairs {
    categories: usize,
    ln_p: Vec<f64>,
}

/// The pair that is least significantly different.
pub(super) struct MostSimilar {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) ln_p: f64,
    pub(super) tie: bool,
}

impl Pairs {
    pub(super) fn new(setting: Setting<'_>) -> Pairs {
        let categories = setting.categories.len();
        Pairs { categories, ln_p: vec![f64::NAN; categories * categories] }
    }

    /// The most similar of the pairs that may be merged and that `wanted` accepts (positions in `groups`, lower
    /// first). Of equal ones the pair with the lowest category in its first group, then in its second.
    pub(super) fn most_similar(
        &mut self,
        setting: Setting<'_>,
        groups: &[Merged],
        wanted: impl Fn(usize, usize) -> bool,
    ) -> Option<MostSimilar> {
        let pairs = || allowed(setting, groups).filter(|(a, b)| wanted(*a, *b));
        let highest = pairs().fold(f64::NEG_INFINITY, |highest, (a, b)| {
            f64::max(highest, self.test(setting, &groups[a], &groups[b]))
        });
        let mut equal = pairs().filter(|(a, b)| same(self.known(&groups[*a], &groups[*b]), highest));
        let (first, second) = equal.next()?;
        let ln_p = self.known(&groups[first], &groups[second]);
        Some(MostSimilar { first, second, ln_p, tie: equal.next().is_some() })
    }

    /// Forgets what is known of the group whose lowest category this is.
    pub(super) fn forget(&mut self, category: usize) {
        for other in 0..self.categories {
            let (low, high) = (category.min(other), category.max(other));
            self.ln_p[low * self.categories + high] = f64::NAN;
        }
    }

    /// ln p of a pair, tested if it is not known.
    fn test(&mut self, setting: Setting<'_>, a: &Merged, b: &Merged) -> f64 {
        let cell = a.members[0] * self.categories + b.members[0];
        if self.ln_p[cell].is_nan() {
            self.ln_p[cell] = setting.pair(a, b);
        }
        self.ln_p[cell]
    }

    fn known(&self, a: &Merged, b: &Merged) -> f64 {
        self.ln_p[a.members[0] * self.categories + b.members[0]]
    }
}

/// Pairs that may be merged, lowest categories first: any two of a nominal predictor, neighbours of an ordered
/// one, and the missing category, as long as it is alone, with any other.
fn allowed(setting: Setting<'_>, groups: &[Merged]) -> impl Iterator<Item = (usize, usize)> {
    let nominal = setting.kind == Kind::Nominal;
    let alone = !nominal && groups.last().is_some_and(|group| setting.missing() == Some(group.members[0]));
    let ordered = groups.len() - usize::from(alone);
    (0..ordered).flat_map(move |a| {
        let end = if nominal { ordered } else { ordered.min(a + 2) };
        (a + 1..end).chain(alone.then_some(ordered)).map(move |b| (a, b))
    })
}
