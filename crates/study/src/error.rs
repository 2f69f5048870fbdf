use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A fault of the study's author, by kind; every variant carries its [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StudyError {
    /// A file is missing, unreadable, not UTF-8, or lies outside the study folder.
    #[error("{0}")]
    File(Box<Fault>),
    /// A YAML file does not have the declared shape, or a value in it is impossible.
    #[error("{0}")]
    Yaml(Box<Fault>),
    /// A SQL file is not one query, or not one that this place allows.
    #[error("{0}")]
    Sql(Box<Fault>),
    /// A table is unknown, forbidden here, made twice, or made from itself.
    #[error("{0}")]
    Table(Box<Fault>),
    /// A rule document does not follow its form.
    #[error("{0}")]
    Document(Box<Fault>),
    /// A code list, or another list in CSV, does not follow its form or contradicts itself.
    #[error("{0}")]
    CodeList(Box<Fault>),
    /// A unit test does not hold.
    #[error("{0}")]
    UnitTest(Box<Fault>),
}

impl StudyError {
    /// Where it is, what is wrong, and the way out.
    pub fn fault(&self) -> &Fault {
        match self {
            Self::File(fault)
            | Self::Yaml(fault)
            | Self::Sql(fault)
            | Self::Table(fault)
            | Self::Document(fault)
            | Self::CodeList(fault)
            | Self::UnitTest(fault) => fault,
        }
    }

    /// The kind as one word: `file`, `yaml`, `sql`, `table`, `document`, `code_list` or `unit_test`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Yaml(_) => "yaml",
            Self::Sql(_) => "sql",
            Self::Table(_) => "table",
            Self::Document(_) => "document",
            Self::CodeList(_) => "code_list",
            Self::UnitTest(_) => "unit_test",
        }
    }
}

/// One fault: its place, the text at fault, what is wrong, and the way out.
///
/// Displayed as ``path:line:column: message: `offending` `` and, on a second line, the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File, relative to the study folder, with `/` between parts.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The text at fault as written, on one line, possibly shortened; empty if there is none.
    pub offending: String,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
    /// The whole file, where it could be read as text.
    pub source: Option<Arc<str>>,
    /// The bytes of `source` at fault; empty for a place between characters.
    pub span: Range<usize>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)?;
        if !self.offending.is_empty() {
            write!(f, ": `{}`", self.offending)?;
        }
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// A place in a file of the study, for faults that are found once the study was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot(Box<Fault>);

impl Spot {
    /// The place of a fault, whose message does not count.
    pub(crate) fn of(fault: Box<Fault>) -> Self {
        Self(fault)
    }

    /// A fault here.
    pub fn fault(&self, message: impl Into<String>, help: impl Into<String>) -> Box<Fault> {
        Box::new(Fault { message: message.into(), help: help.into(), ..(*self.0).clone() })
    }

    /// File, relative to the study folder, with `/` between parts.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Line, from 1.
    pub fn line(&self) -> u32 {
        self.0.line
    }
}
