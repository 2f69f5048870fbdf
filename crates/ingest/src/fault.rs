use std::fmt;

/// Why a file as a whole is refused: a closed list of words, the same in an error and here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileFault {
    /// It has no bytes.
    Empty,
    /// It holds blank lines, or empty sheets, only.
    Blank,
    /// It is a web page, such as a log-in page that was saved in place of the table.
    WebPage,
    /// It is of another format than its name says.
    OtherFormat,
    /// It is an old or an encrypted Excel file.
    OldOrEncrypted,
    /// Its name ends in nothing that is read here.
    UnknownFormat,
    /// It holds bytes that are no text.
    Binary,
    /// It looks like UTF-16 and does not say so.
    Utf16WithoutMark,
    /// It is neither UTF-8 nor windows-1252.
    UnknownEncoding,
    /// It ends in half a character.
    CutOff,
    /// It is no zip file, or one whose parts are damaged or contradict each other.
    DamagedWorkbook,
    /// It unpacks to more than the limit, or to many times its size.
    ZipBomb,
    /// It has more parts, cells or bytes than the limit.
    TooLarge,
    /// Several of its sheets have the agreed headers.
    SeveralSheets,
    /// Its name is no value of the file column.
    FileName,
    /// Its name is no Unicode text.
    NotUnicode,
    /// It is a folder, a pipe, a socket or a device.
    NotAFile,
    /// It is a link that leads nowhere, or round in a circle.
    BrokenLink,
    /// It is a link that leaves the data folder.
    LinkOutside,
    /// It changed while it was read.
    Changed,
    /// More quotation marks are left open in it than the limit.
    OpenQuotes,
    /// Another file of the source holds the same bytes.
    SameBytes,
}

impl FileFault {
    /// All of them, in the order of the documentation.
    pub const ALL: [FileFault; 22] = [
        Self::Empty,
        Self::Blank,
        Self::WebPage,
        Self::OtherFormat,
        Self::OldOrEncrypted,
        Self::UnknownFormat,
        Self::Binary,
        Self::Utf16WithoutMark,
        Self::UnknownEncoding,
        Self::CutOff,
        Self::DamagedWorkbook,
        Self::ZipBomb,
        Self::TooLarge,
        Self::SeveralSheets,
        Self::FileName,
        Self::NotUnicode,
        Self::NotAFile,
        Self::BrokenLink,
        Self::LinkOutside,
        Self::Changed,
        Self::OpenQuotes,
        Self::SameBytes,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Blank => "blank",
            Self::WebPage => "web_page",
            Self::OtherFormat => "other_format",
            Self::OldOrEncrypted => "old_or_encrypted",
            Self::UnknownFormat => "unknown_format",
            Self::Binary => "binary",
            Self::Utf16WithoutMark => "utf16_without_mark",
            Self::UnknownEncoding => "unknown_encoding",
            Self::CutOff => "cut_off",
            Self::DamagedWorkbook => "damaged_workbook",
            Self::ZipBomb => "zip_bomb",
            Self::TooLarge => "too_large",
            Self::SeveralSheets => "several_sheets",
            Self::FileName => "file_name",
            Self::NotUnicode => "not_unicode",
            Self::NotAFile => "not_a_file",
            Self::BrokenLink => "broken_link",
            Self::LinkOutside => "link_outside",
            Self::Changed => "changed",
            Self::OpenQuotes => "open_quotes",
            Self::SameBytes => "same_bytes",
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a file, before it is said which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: FileFault,
    pub(crate) problem: String,
}

impl Refusal {
    pub(crate) fn new(fault: FileFault, problem: impl Into<String>) -> Self {
        Self { fault, problem: problem.into() }
    }
}
