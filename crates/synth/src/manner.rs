//! In what manner each centre delivers: file format, headers, dates, numbers, words.

use crate::cell::DateStyle;

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Text {
        /// Between two fields.
        delimiter: u8,
        /// Bytes of the text.
        encoding: Encoding,
        /// Lines end in CR LF.
        crlf: bool,
    },
    /// An XLSX workbook.
    Workbook,
}

/// Bytes of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// Windows-1252.
    Windows1252,
}

/// What stands above the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers {
    /// The printed question.
    Question,
    /// C1 to C17.
    Code,
    /// Code and a few words.
    Both,
    /// A few words.
    Short,
}

/// How a V-number is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    /// 1234567890
    Plain,
    /// 1234.567.890
    Dots,
    /// 1234 567 890
    Blanks,
    /// 12345-67890
    Dash,
    /// A numeric cell; text when the number starts with 0.
    Numeric,
}

/// The manner of one centre.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Kind of file.
    pub format: Format,
    /// Headers.
    pub headers: Headers,
    /// Usual way of writing dates; in a workbook `None` means real dates.
    pub dates: Option<DateStyle>,
    /// Percentage of dates that is written otherwise.
    pub other_dates: usize,
    /// V-numbers.
    pub numbers: NumberStyle,
    /// Which words for yes, no, unknown and sex: 0 to 3.
    pub words: usize,
    /// Surnames and countries in capitals.
    pub capitals: bool,
    /// Without the column C17.
    pub no_notes: bool,
    /// A line with totals at the end of the round-1 file.
    pub total_line: bool,
}

const fn text(delimiter: u8, encoding: Encoding, crlf: bool) -> Format {
    Format::Text { delimiter, encoding, crlf }
}

const BASE: Manner = Manner {
    format: text(b';', Encoding::Utf8, false),
    headers: Headers::Question,
    dates: Some(DateStyle::Dashes),
    other_dates: 0,
    numbers: NumberStyle::Plain,
    words: 0,
    capitals: false,
    no_notes: false,
    total_line: false,
};

/// The manner of supplementary files and of the plain deliveries of later rounds.
pub const PLAIN: Manner = BASE;

/// The manners, by the printed order of the centres.
pub const MANNERS: [Manner; 20] = {
    use DateStyle::*;
    use Encoding::*;
    use NumberStyle::*;
    let csv = text;
    [
        Manner { format: Format::Workbook, dates: None, headers: Headers::Both, ..BASE },
        Manner { format: csv(b',', Utf8, false), dates: Some(Iso), ..BASE },
        Manner { format: Format::Workbook, dates: None, other_dates: 12, words: 1, total_line: true, ..BASE },
        Manner {
            format: csv(b';', Windows1252, true),
            dates: Some(Slashes),
            numbers: Dots,
            words: 2,
            ..BASE
        },
        Manner {
            format: csv(b';', Utf8Bom, true),
            dates: Some(Dashes),
            other_dates: 15,
            headers: Headers::Both,
            capitals: true,
            total_line: true,
            ..BASE
        },
        Manner {
            format: csv(b'\t', Utf8, false),
            dates: Some(Month),
            headers: Headers::Short,
            words: 1,
            ..BASE
        },
        Manner { format: csv(b',', Utf8Bom, false), dates: Some(Dashes), numbers: Blanks, ..BASE },
        Manner {
            format: csv(b';', Windows1252, true),
            dates: Some(Short),
            headers: Headers::Short,
            words: 3,
            ..BASE
        },
        Manner {
            format: csv(b'\t', Windows1252, true),
            dates: Some(Iso),
            headers: Headers::Code,
            numbers: Dash,
            ..BASE
        },
        Manner { format: Format::Workbook, dates: Some(Dashes), headers: Headers::Short, words: 2, ..BASE },
        Manner {
            format: csv(b';', Utf8, false),
            dates: Some(Slashes),
            headers: Headers::Both,
            capitals: true,
            ..BASE
        },
        Manner {
            format: csv(b',', Windows1252, true),
            dates: Some(Month),
            headers: Headers::Short,
            no_notes: true,
            ..BASE
        },
        Manner {
            format: Format::Workbook,
            dates: None,
            headers: Headers::Code,
            numbers: Numeric,
            words: 1,
            ..BASE
        },
        Manner { format: csv(b';', Utf8Bom, false), dates: Some(Dashes), numbers: Dots, words: 3, ..BASE },
        Manner {
            format: csv(b'\t', Utf8Bom, true),
            dates: Some(Short),
            headers: Headers::Both,
            words: 1,
            ..BASE
        },
        Manner {
            format: csv(b',', Utf8, true),
            dates: Some(Slashes),
            other_dates: 20,
            headers: Headers::Short,
            total_line: true,
            ..BASE
        },
        Manner { format: Format::Workbook, dates: None, other_dates: 30, words: 2, capitals: true, ..BASE },
        Manner {
            format: Format::Workbook,
            dates: None,
            headers: Headers::Both,
            other_dates: 5,
            numbers: Blanks,
            ..BASE
        },
        Manner {
            format: csv(b';', Windows1252, false),
            dates: Some(Month),
            headers: Headers::Code,
            words: 3,
            ..BASE
        },
        Manner {
            format: Format::Workbook,
            dates: Some(Slashes),
            other_dates: 40,
            numbers: Dots,
            total_line: true,
            ..BASE
        },
    ]
};

/// The headers of C1 to C17, one line per column: question, a few words.
pub const HEADERS: [(&str, &str, &str); 17] = [
    ("V-nummer", "V-nummer", "Vnr"),
    ("Voornaam", "Voornaam", "Voornaam"),
    ("Achternaam", "Achternaam", "Achternaam"),
    ("Geboortedatum", "Geboortedatum", "Geb.datum"),
    ("Sekse (m/v)", "Sekse (m/v)", "M/V"),
    ("Land van herkomst", "Land van herkomst", "Land"),
    ("Hoeveel kinderen heeft de cliënt in Nederland?", "Kinderen", "Aantal kinderen"),
    (
        "Is er een psychiatrische diagnose gesteld bij de cliënt (door een bevoegd medicus)?",
        "Psychiatrische diagnose",
        "Psych. diagnose",
    ),
    (
        "Is de cliënt onder behandeling van een arts voor lichamelijke klachten?",
        "Lichamelijke klachten",
        "Lichamelijke klachten",
    ),
    ("Datum instroom bij het steunpunt", "Datum instroom", "Instroom"),
    (
        "Is (of was) het traject met de cliënt gericht op het verkrijgen van een vergunning, op terugkeer of anders (zo ja, specificeer)?",
        "Traject",
        "Traject",
    ),
    ("Hoeveel 'formele' cliënt contact-momenten zijn er geweest?", "Contactmomenten", "Aantal contacten"),
    ("Is de cliënt uitgestroomd bij het steunpunt?", "Uitgestroomd", "Uitgestroomd?"),
    ("Zo ja, wat was de datum van uitstroom bij het steunpunt?", "Datum uitstroom", "Uitstroom"),
    (
        "Als cliënt is uitgestroomd: Is het traject in wederzijds overleg, door het steunpunt of door de cliënt beëindigd?",
        "Beëindigd door",
        "Beëindigd door",
    ),
    ("Om welke reden is de begeleiding beëindigd?", "Reden beëindiging", "Reden uitstroom"),
    ("Toelichting op vorige vraag:", "Toelichting", "Opmerkingen"),
];

impl Manner {
    /// The header line of a registration list in this manner.
    pub fn header(&self) -> Vec<String> {
        let columns = if self.no_notes { 16 } else { 17 };
        let name = |(place, (question, words, short)): (usize, &(&str, &str, &str))| match self.headers {
            Headers::Question => (*question).to_owned(),
            Headers::Code => format!("C{}", place + 1),
            Headers::Both => format!("C{} {words}", place + 1),
            Headers::Short => (*short).to_owned(),
        };
        HEADERS[..columns].iter().enumerate().map(name).collect()
    }
}
