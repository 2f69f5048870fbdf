use serde::Deserialize;

/// Which of the study's own lists say what was asked, what answers mean, and what was made of them. The lists are read by
/// sources whose root is the study; columns are those of their contracts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codebook {
    /// Lists of questions and of registered facts, in order.
    pub lists: Vec<QuestionList>,
    /// What the answers to coded questions mean.
    pub answers: Option<AnswerList>,
    /// The data dictionary.
    pub dictionary: Option<Dictionary>,
}

/// A list with a question, or a fact that was registered, in each row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "question_list")]
pub struct QuestionList {
    /// The source that reads it; its title is the list's.
    pub source: String,
    /// Column with the code of the question.
    pub code: String,
    /// Column with its words.
    pub text: String,
    /// Column that divides the list into sections.
    #[serde(default)]
    pub section: Option<String>,
    /// Column with the answers as they are printed below the question.
    #[serde(default)]
    pub options: Option<String>,
}

/// A list with one answer code of one question in each row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "answer_list")]
pub struct AnswerList {
    /// The source that reads it.
    pub source: String,
    /// Column with the code of the question.
    pub question: String,
    /// Column with the code of the answer.
    pub code: String,
    /// Column with the words for it.
    pub label: String,
    /// Codes of answers that count as missing.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// A list with one variable that was made in each row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "dictionary")]
pub struct Dictionary {
    /// The source that reads it; its title is the dictionary's.
    pub source: String,
    /// Column with the variable's name.
    pub name: String,
    /// Column with its label.
    pub label: String,
    /// Column with what it means.
    #[serde(default)]
    pub definition: Option<String>,
    /// Column with its unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// Column with its level of measurement: `nominal`, `ordinal` or `scale`.
    #[serde(default)]
    pub level: Option<String>,
    /// Column that divides the dictionary into groups.
    #[serde(default)]
    pub group: Option<String>,
    /// Column with what it is derived from.
    #[serde(default)]
    pub origin: Option<String>,
}

impl Codebook {
    /// The sources that are read for it, each once, in order.
    pub fn sources(&self) -> Vec<&str> {
        let lists = self.lists.iter().map(|list| list.source.as_str());
        let answers = self.answers.iter().map(|answers| answers.source.as_str());
        let dictionary = self.dictionary.iter().map(|dictionary| dictionary.source.as_str());
        let mut sources: Vec<&str> = Vec::new();
        for source in lists.chain(answers).chain(dictionary) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
}
