/// The outcome among some cases: what a test needs to know of a category, a group or a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Summary {
    /// Cases per class of a nominal or ordinal outcome.
    Counts {
        /// Cases (frequencies) per class.
        n: Vec<u64>,
        /// Sum of case weights per class; `None` when all weights are 1.
        weight: Option<Vec<f64>>,
    },
    /// Mean and spread of a scale outcome.
    Moments(Moments),
}

/// Mean and spread of a scale outcome among some cases.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Cases (frequencies).
    pub n: u64,
    /// Sum of case weights, each times its frequency; equals `n` when all weights are 1.
    pub weight: f64,
    /// Weighted mean; 0 without cases.
    pub mean: f64,
    /// Weighted sum of squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// Moments of values that all weigh 1; shape: one value per case, none NaN.
    pub fn of(values: &[f64]) -> Moments {
        values.iter().fold(Moments::default(), |sum, value| {
            sum.with(&Moments { n: 1, weight: 1.0, mean: *value, squares: 0.0 })
        })
    }

    /// Moments of the two sets of cases together (Chan, Golub & LeVeque 1983).
    #[must_use]
    pub fn with(&self, other: &Moments) -> Moments {
        if self.weight <= 0.0 {
            return *other;
        }
        if other.weight <= 0.0 {
            return *self;
        }
        let weight = self.weight + other.weight;
        let apart = other.mean - self.mean;
        Moments {
            n: self.n + other.n,
            weight,
            mean: self.mean + apart * other.weight / weight,
            squares: self.squares + other.squares + apart * apart * (self.weight / weight) * other.weight,
        }
    }

    /// Variance with weight − 1 as its divisor; `None` where that is not above 0.
    pub fn variance(&self) -> Option<f64> {
        (self.weight > 1.0).then(|| self.squares / (self.weight - 1.0))
    }
}

impl Summary {
    /// Cases (frequencies).
    pub fn n(&self) -> u64 {
        match self {
            Summary::Counts { n, .. } => n.iter().sum(),
            Summary::Moments(moments) => moments.n,
        }
    }

    /// Sum of case weights, each times its frequency; equals `n` when all weights are 1.
    pub fn weight(&self) -> f64 {
        match self {
            Summary::Counts { weight: Some(weight), .. } => weight.iter().sum(),
            Summary::Counts { .. } => self.n() as f64,
            Summary::Moments(moments) => moments.weight,
        }
    }

    /// Whether all cases have the same outcome; true without cases.
    pub fn pure(&self) -> bool {
        match self {
            Summary::Counts { n, .. } => n.iter().filter(|n| **n > 0).count() < 2,
            Summary::Moments(moments) => moments.squares <= 0.0,
        }
    }

    /// The outcome of the two sets of cases together. Both must describe the same outcome; what the other has
    /// more than this one is not added.
    #[must_use]
    pub(crate) fn with(&self, other: &Summary) -> Summary {
        match (self, other) {
            (Summary::Counts { n, weight }, Summary::Counts { n: more, weight: heavier }) => {
                Summary::Counts {
                    n: n.iter().zip(more).map(|(a, b)| a + b).collect(),
                    weight: match (weight, heavier) {
                        (Some(a), Some(b)) => Some(a.iter().zip(b).map(|(a, b)| a + b).collect()),
                        _ => None,
                    },
                }
            }
            (Summary::Moments(a), Summary::Moments(b)) => Summary::Moments(a.with(b)),
            _ => self.clone(),
        }
    }

    /// The outcome of all of them together; `None` of none.
    pub(crate) fn total<'a>(parts: impl IntoIterator<Item = &'a Summary>) -> Option<Summary> {
        let mut parts = parts.into_iter();
        let first = parts.next()?.clone();
        Some(parts.fold(first, |sum, part| sum.with(part)))
    }
}
