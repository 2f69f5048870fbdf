//! Options by name and value, wherever they were written.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chaid::{Adjustment, Binning, ChiSquare, Method, Missing, Options, Outcome, SmallGroups};
use std::str::FromStr;

/// All names, for messages.
pub(super) const SETTINGS: &str = "outcome_level, scores, method, statistic, missing, adjustment, resplit, small_groups, \
alpha_merge, alpha_split, min_parent, min_child, max_depth, intervals, binning, convergence, max_iterations";

/// How outcomes are compared and categories merged; the default is what SPSS's dialog starts with.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) options: Options,
    pub(super) outcome_level: OutcomeLevel,
    /// One for each class of an ordinal outcome; none for 1, 2, 3, ….
    scores: Option<Vec<f64>>,
    intervals: Option<u32>,
    rule: Rule,
}

/// The level of measurement of the outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OutcomeLevel {
    /// Classes without order.
    #[default]
    Nominal,
    /// Classes in the order of their type.
    Ordinal,
    /// A number.
    Scale,
}

/// Which rule cuts a scale predictor into intervals.
#[derive(Clone, Copy, Debug, Default)]
enum Rule {
    #[default]
    Spss,
    Modeler,
}

/// The value of an option, as it was written.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// `'text'`.
    Text(String),
    /// A number, or what stands where one should.
    Number(String),
    /// `[1, 2]`.
    List(Vec<String>),
}

impl Given {
    /// The first value of a column, as it would be written.
    pub(super) fn of_first(column: &ArrayRef) -> datafusion::error::Result<Self> {
        let shown = |values: &ArrayRef| -> datafusion::error::Result<Vec<String>> {
            let shown = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new().with_null("NULL"))?;
            Ok((0..values.len()).map(|row| shown.value(row).to_string()).collect())
        };
        let first = column.slice(0, column.len().min(1));
        Ok(match column.data_type() {
            DataType::List(_) if !first.is_empty() => Given::List(shown(&first.as_list::<i32>().value(0))?),
            kind if kind.is_string() => Given::Text(shown(&first)?.concat()),
            _ => Given::Number(shown(&first)?.concat()),
        })
    }

    fn shown(&self) -> String {
        match self {
            Given::Text(text) => format!("'{text}'"),
            Given::Number(number) => number.clone(),
            Given::List(list) => format!("[{}]", list.join(", ")),
        }
    }
}

impl Settings {
    /// Sets an option; whether there is one of this name.
    ///
    /// # Errors
    /// In words, a value that it does not take.
    pub(super) fn set(&mut self, name: &str, value: &Given) -> Result<bool, String> {
        let options = &mut self.options;
        match name {
            "method" => {
                options.method =
                    word(value, &[("chaid", Method::Chaid), ("exhaustive", Method::Exhaustive)])?;
            }
            "statistic" => {
                let words =
                    [("pearson", ChiSquare::Pearson), ("likelihood_ratio", ChiSquare::LikelihoodRatio)];
                options.statistic = word(value, &words)?;
            }
            "missing" => {
                let words = [
                    ("floating", Missing::Floating),
                    ("dropped", Missing::Dropped),
                    ("category", Missing::Category),
                ];
                options.missing = word(value, &words)?;
            }
            "adjustment" => {
                let words = [
                    ("bonferroni", Adjustment::Bonferroni),
                    ("bonferroni_spss", Adjustment::BonferroniSpss),
                    ("none", Adjustment::None),
                ];
                options.adjustment = word(value, &words)?;
            }
            "small_groups" => {
                let words =
                    [("while_merging", SmallGroups::WhileMerging), ("at_split", SmallGroups::AtSplit)];
                options.small = word(value, &words)?;
            }
            "resplit" => options.resplit = Some(number(value)?),
            "alpha_merge" => options.alpha_merge = number(value)?,
            "alpha_split" => options.alpha_split = number(value)?,
            "min_parent" => options.min_parent = number(value)?,
            "min_child" => options.min_child = number(value)?,
            "max_depth" => options.max_depth = number(value)?,
            "convergence" => options.convergence = number(value)?,
            "max_iterations" => options.max_iterations = number(value)?,
            "intervals" => self.intervals = Some(number(value)?),
            "binning" => self.rule = word(value, &[("spss", Rule::Spss), ("modeler", Rule::Modeler)])?,
            "outcome_level" => self.outcome_level = word(value, &OutcomeLevel::WORDS)?,
            "scores" => self.scores = Some(numbers(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Refuses values outside their ranges, and options that do not go together.
    ///
    /// # Errors
    /// In words, the option and the way out.
    pub(super) fn check(&self) -> Result<(), String> {
        self.options.check().map_err(|error| error.to_string())?;
        chaid::Intervals::of_counts("", &[], self.binning()).map_err(|error| error.to_string())?;
        if self.scores.is_some() && self.outcome_level != OutcomeLevel::Ordinal {
            return Err(
                "scores are those of the classes of an ordinal outcome: add outcome_level => 'ordinal'"
                    .into(),
            );
        }
        Ok(())
    }

    pub(super) fn binning(&self) -> Binning {
        let intervals = self.intervals.unwrap_or(10);
        match self.rule {
            Rule::Spss => Binning::Spss { intervals },
            Rule::Modeler => Binning::Modeler { intervals },
        }
    }

    /// What crate `chaid` is to explain.
    pub(super) fn outcome(&self) -> Outcome {
        match self.outcome_level {
            OutcomeLevel::Nominal => Outcome::Nominal,
            OutcomeLevel::Ordinal => Outcome::Ordinal { scores: self.scores.clone() },
            OutcomeLevel::Scale => Outcome::Scale,
        }
    }
}

impl OutcomeLevel {
    const WORDS: [(&str, OutcomeLevel); 3] = [
        ("nominal", OutcomeLevel::Nominal),
        ("ordinal", OutcomeLevel::Ordinal),
        ("scale", OutcomeLevel::Scale),
    ];
}

/// The meaning of one of some words.
pub(super) fn word<T: Copy>(value: &Given, words: &[(&str, T)]) -> Result<T, String> {
    if let Given::Text(text) = value
        && let Some((_, meaning)) = words.iter().find(|(word, _)| word == text)
    {
        return Ok(*meaning);
    }
    let known: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
    Err(format!("{} is none of {}", value.shown(), known.join(", ")))
}

fn number<T: FromStr>(value: &Given) -> Result<T, String> {
    let fault = || format!("{} is not a number that fits here", value.shown());
    match value {
        Given::Number(number) => number.parse().map_err(|_| fault()),
        _ => Err(fault()),
    }
}

fn numbers(value: &Given) -> Result<Vec<f64>, String> {
    let fault = || format!("{} is not a list of numbers such as [1, 2, 5]", value.shown());
    match value {
        Given::List(list) => list.iter().map(|number| number.parse().map_err(|_| fault())).collect(),
        _ => Err(fault()),
    }
}
