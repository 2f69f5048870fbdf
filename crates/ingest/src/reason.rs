use std::fmt;

/// Why a record is in quarantine: a closed list, the same words in the table and here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// The record has another number of fields than the header, or a value outside the headed columns.
    RaggedRow,
    /// A quotation mark opens on this line and is never properly closed.
    OpenQuote,
    /// Text follows a closing quotation mark.
    StrayQuote,
    /// A quoted field holds what looks like a whole record.
    SwallowedLine,
    /// The record holds a NUL byte.
    NulByte,
    /// The record holds bytes or characters that do not belong to the file's encoding.
    BadEncoding,
    /// The record is longer than the limit.
    RecordTooLong,
    /// A field is longer than the limit.
    FieldTooLong,
    /// A required value is missing.
    MissingRequired,
    /// The text is not in the code list.
    UnknownCode,
    /// The text does not match the column's pattern.
    PatternMismatch,
    /// Cleaning leaves nothing of a text that was not declared to be missing.
    EmptyAfterCleaning,
    /// Not a date in a known notation.
    NotADate,
    /// The calendar has no such day.
    NoSuchDate,
    /// The month is above 12 and the day is not: they look swapped.
    DayMonthSwapped,
    /// The year lies before 1900 or after 2100.
    YearOutOfRange,
    /// A date with a time of day other than midnight.
    TimeOfDay,
    /// Not a number in Dutch notation.
    NotANumber,
    /// A number with decimals in a column of whole numbers.
    NotWhole,
    /// The comma may be a decimal comma or a thousands comma.
    AmbiguousNumber,
    /// The number does not fit the column.
    NumberOutOfRange,
    /// The number has more decimals than the column keeps.
    TooManyDecimals,
    /// A number cell with more digits than a spreadsheet keeps.
    ImpreciseNumber,
    /// Neither yes nor no.
    NotABoolean,
    /// The spreadsheet cell is of another type than the column.
    WrongCellType,
    /// The cell holds a spreadsheet's error such as `#N/A`, or the number signs that it shows in a narrow column.
    ErrorCell,
    /// The text holds characters that steer a terminal or a printer.
    ControlCharacter,
    /// A merged cell reaches over the record.
    MergedCell,
}

impl ReasonCode {
    /// All codes, in the order of the documentation.
    pub const ALL: [ReasonCode; 28] = [
        Self::RaggedRow,
        Self::OpenQuote,
        Self::StrayQuote,
        Self::SwallowedLine,
        Self::NulByte,
        Self::BadEncoding,
        Self::RecordTooLong,
        Self::FieldTooLong,
        Self::MissingRequired,
        Self::UnknownCode,
        Self::PatternMismatch,
        Self::EmptyAfterCleaning,
        Self::NotADate,
        Self::NoSuchDate,
        Self::DayMonthSwapped,
        Self::YearOutOfRange,
        Self::TimeOfDay,
        Self::NotANumber,
        Self::NotWhole,
        Self::AmbiguousNumber,
        Self::NumberOutOfRange,
        Self::TooManyDecimals,
        Self::ImpreciseNumber,
        Self::NotABoolean,
        Self::WrongCellType,
        Self::ErrorCell,
        Self::ControlCharacter,
        Self::MergedCell,
    ];

    /// The word in column `reason_code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RaggedRow => "ragged_row",
            Self::OpenQuote => "open_quote",
            Self::StrayQuote => "stray_quote",
            Self::SwallowedLine => "swallowed_line",
            Self::NulByte => "nul_byte",
            Self::BadEncoding => "bad_encoding",
            Self::RecordTooLong => "record_too_long",
            Self::FieldTooLong => "field_too_long",
            Self::MissingRequired => "missing_required",
            Self::UnknownCode => "unknown_code",
            Self::PatternMismatch => "pattern_mismatch",
            Self::EmptyAfterCleaning => "empty_after_cleaning",
            Self::NotADate => "not_a_date",
            Self::NoSuchDate => "no_such_date",
            Self::DayMonthSwapped => "day_month_swapped",
            Self::YearOutOfRange => "year_out_of_range",
            Self::TimeOfDay => "time_of_day",
            Self::NotANumber => "not_a_number",
            Self::NotWhole => "not_whole",
            Self::AmbiguousNumber => "ambiguous_number",
            Self::NumberOutOfRange => "number_out_of_range",
            Self::TooManyDecimals => "too_many_decimals",
            Self::ImpreciseNumber => "imprecise_number",
            Self::NotABoolean => "not_a_boolean",
            Self::WrongCellType => "wrong_cell_type",
            Self::ErrorCell => "error_cell",
            Self::ControlCharacter => "control_character",
            Self::MergedCell => "merged_cell",
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a record or a cell: the code, and a sentence with the way out that repeats no delivered value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) code: ReasonCode,
    pub(crate) reason: String,
}

impl Complaint {
    pub(crate) fn new(code: ReasonCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// A complaint about one cell, or about the whole record when no column is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault<'a> {
    pub(crate) column: Option<&'a str>,
    pub(crate) value: Option<String>,
    pub(crate) complaint: Complaint,
}
