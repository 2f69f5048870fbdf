//! The two languages of the pages.

/// A language of the pages. What a study says of itself stays in the study's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// Dutch.
    #[default]
    Dutch,
    /// English.
    English,
}

impl Language {
    pub(crate) const ALL: [Language; 2] = [Language::Dutch, Language::English];

    /// Its code, as in `lang` and in addresses.
    pub(crate) fn code(self) -> &'static str {
        self.say("nl", "en")
    }

    /// The language of a code.
    pub(crate) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What it calls itself.
    pub(crate) fn name(self) -> &'static str {
        self.say("Nederlands", "English")
    }

    /// The text in this language.
    pub(crate) fn say(self, dutch: &'static str, english: &'static str) -> &'static str {
        match self {
            Language::Dutch => dutch,
            Language::English => english,
        }
    }

    /// A number of things: its digits in groups, as the language writes them, and the word for one or for several.
    pub(crate) fn count(self, number: u64, one: &str, several: &str) -> String {
        format!("{} {}", self.number(number), if number == 1 { one } else { several })
    }

    /// A whole number with its digits in groups of three.
    pub(crate) fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push_str(self.say(".", ","));
            }
            grouped.push(digit);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!(Language::Dutch.number(1_234_567), "1.234.567");
        assert_eq!(Language::English.number(12_345), "12,345");
        assert_eq!(Language::Dutch.number(733), "733");
        assert_eq!(Language::English.count(1, "run", "runs"), "1 run");
        assert_eq!(Language::of("en"), Some(Language::English));
        assert_eq!(Language::of("fr"), None);
    }
}
