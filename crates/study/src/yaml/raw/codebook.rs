use super::super::At;
use crate::{AnswerList, Dictionary, QuestionList};
use schemars::JsonSchema;
use serde::Deserialize;

/// What was asked, what answers mean, and what was made of them: lists of the study for a codebook.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "codebook")]
pub(crate) struct RawCodebook {
    /// Lists of questions and of registered facts, in order.
    #[serde(default)]
    pub(crate) lists: Vec<At<QuestionList>>,
    /// What the answers to coded questions mean.
    #[serde(default)]
    pub(crate) answers: Option<At<AnswerList>>,
    /// The data dictionary.
    #[serde(default)]
    pub(crate) dictionary: Option<At<Dictionary>>,
}
