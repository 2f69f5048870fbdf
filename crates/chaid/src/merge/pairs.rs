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
        let pairs = allowed(setting, groups).into_iter().filter(|(a, b)| wanted(*a, *b));
        let tested: Vec<(usize, usize, f64)> =
            pairs.map(|(a, b)| (a, b, self.ln_p(setting, &groups[a], &groups[b]))).collect();
        let ln_p = tested.iter().map(|pair| pair.2).fold(f64::NEG_INFINITY, f64::max);
        let mut equal = tested.iter().filter(|pair| same(pair.2, ln_p));
        let (first, second, ln_p) = *equal.next()?;
        Some(MostSimilar { first, second, ln_p, tie: equal.next().is_some() })
    }

    /// Forgets what is known of the group whose lowest category this is.
    pub(super) fn forget(&mut self, category: usize) {
        for other in 0..self.categories {
            let (low, high) = (category.min(other), category.max(other));
            self.ln_p[low * self.categories + high] = f64::NAN;
        }
    }

    fn ln_p(&mut self, setting: Setting<'_>, a: &Merged, b: &Merged) -> f64 {
        let cell = a.members[0] * self.categories + b.members[0];
        if self.ln_p[cell].is_nan() {
            self.ln_p[cell] = setting.pair(a, b);
        }
        self.ln_p[cell]
    }
}

/// Pairs that may be merged, lowest categories first: any two of a nominal predictor, neighbours of an ordered
/// one, and the missing category, as long as it is alone, with any other.
fn allowed(setting: Setting<'_>, groups: &[Merged]) -> Vec<(usize, usize)> {
    if setting.kind == Kind::Nominal {
        return (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b))).collect();
    }
    let alone = groups.last().is_some_and(|group| setting.missing() == Some(group.members[0]));
    let ordered = groups.len() - usize::from(alone);
    let pairs = |a: usize| {
        let neighbour = (a + 1 < ordered).then_some((a, a + 1));
        neighbour.into_iter().chain((alone && a < ordered).then_some((a, ordered)))
    };
    (0..groups.len()).flat_map(pairs).collect()
}
