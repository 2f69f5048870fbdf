//! A table as a CSV file for a spreadsheet.

use crate::decimal::Decimal;
use crate::header::labels_above;
use crate::{PrintedTable, ReportError};

/// The table as CSV in UTF-8 (RFC 4180 with line feeds): one header row, then the printed texts.
///
/// A label below a spanning header is written `spanning / label`, one that stands before has a number behind it, and a
/// column without a label has its name, so that each names one column. Heading rows become a first column, so that every record stands alone. Title and notes are left
/// out.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay.
///
/// Errors: the writer refuses a row.
pub fn csv(table: &PrintedTable) -> Result<Vec<u8>, ReportError> {
    let fault = |source| ReportError::WriteCsv { number: table.number, source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header(table)).map_err(fault)?;
    for row in &table.rows {
        let under = table.heading_column.as_ref().map(|_| row.under.as_str());
        let texts = under.into_iter().chain(row.cells.iter().map(|cell| cell.text.as_str()));
        writer.write_record(texts.map(harmless)).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| fault(error.into_error().into()))
}

/// Records of equally many texts as CSV in UTF-8 (RFC 4180 with line feeds), each text made [`harmless`].
///
/// # Errors
/// The writer refuses a record.
pub fn csv_records<'t, R>(records: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ReportError>
where
    R: IntoIterator<Item = &'t str>,
{
    let fault = |source| ReportError::WriteRecords { source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        writer.write_record(record.into_iter().map(harmless)).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| fault(error.into_error().into()))
}

/// The header row: a name for each field, no two alike.
pub(crate) fn header(table: &PrintedTable) -> Vec<String> {
    let labels = table.columns.iter().enumerate().map(|(place, column)| {
        let label = labels_above(&table.header, place).collect::<Vec<_>>().join(" / ");
        if label.trim().is_empty() { column.name.clone() } else { label }
    });
    let mut header: Vec<String> = Vec::new();
    for label in table.heading_column.clone().into_iter().chain(labels) {
        let label = harmless(&label);
        let numbered = (2..).map(|number: u64| format!("{label} {number}"));
        let name = std::iter::once(label.clone()).chain(numbered).find(|name| !header.contains(name));
        header.extend(name);
    }
    header
}

/// The text with an apostrophe in front if a spreadsheet would calculate it (OWASP, CSV injection): one that begins with
/// `=`, `+`, `-`, `@`, a tab or a line end and is no number. Every CSV file that the command writes for people passes here.
///
/// Also a text that would look like that without its apostrophes gets one more, so nothing is lost: where what follows the
/// apostrophes begins with one of these signs and is no number, taking one apostrophe away gives the text back.
pub fn harmless(text: &str) -> String {
    const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let bare = text.trim_start_matches('\'');
    if bare.starts_with(STARTS) && !is_number(bare) { format!("'{text}") } else { text.to_owned() }
}

fn is_number(text: &str) -> bool {
    Decimal::parse(text.trim_end_matches('%').trim_end()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_texts_and_negative_numbers_stay() {
        for bad in ["=1+1", "+31 6", "-A1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "--1", "-1|cmd"]
        {
            assert_eq!(harmless(bad), format!("'{bad}"));
        }
        for good in ["", "a", "-1", "-.8", "-12,5%", "-12,5 %", "1=1", "'", "'s-Gravenhage", "'-1", "< 0,005"]
        {
            assert_eq!(harmless(good), good);
        }
        assert_eq!(harmless("'=1"), "''=1");
    }

    /// What the documentation of [`harmless`] says of the way back.
    fn given_back(text: &str) -> String {
        let bare = text.trim_start_matches('\'');
        if harmless(bare) == bare { text.to_owned() } else { text[1..].to_owned() }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "[='+@\t\r12a-]{0,6}") {
            prop_assert_eq!(given_back(&harmless(&text)), text);
        }

        #[test]
        fn nothing_that_starts_like_a_formula_is_left(text in "[=+@\t\r-].{0,10}") {
            let text = harmless(&text);
            prop_assert!(text.starts_with('\'') || is_number(&text), "{text:?}");
        }
    }
}
