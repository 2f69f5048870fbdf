//! A cell of a delivery and how dates are written in it.

use chrono::{Datelike, NaiveDate};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text, also of a number that somebody typed as text; empty is a blank cell.
    Text(String),
    /// A number: a numeric cell in a workbook.
    Number(i64),
    /// A date: a real Excel date in a workbook, day-month-year in a text file.
    Date(NaiveDate),
}

impl Cell {
    /// A blank cell.
    pub fn blank() -> Self {
        Self::Text(String::new())
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The cell as a text file holds it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(day) => DateStyle::Dashes.write(*day),
        }
    }
}

/// A Dutch way of writing a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateStyle {
    /// 31-12-1989
    Dashes,
    /// 31/12/1989
    Slashes,
    /// 31/12/89
    Short,
    /// 31-dec-1989
    Month,
    /// 1989-12-31
    Iso,
}

impl DateStyle {
    /// The date in this style.
    pub fn write(self, day: NaiveDate) -> String {
        const MONTHS: [&str; 12] =
            ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
        let (y, m, d) = (day.year(), day.month(), day.day());
        match self {
            Self::Dashes => format!("{d:02}-{m:02}-{y:04}"),
            Self::Slashes => format!("{d:02}/{m:02}/{y:04}"),
            Self::Short => format!("{d:02}/{m:02}/{:02}", y.rem_euclid(100)),
            Self::Month => format!("{d:02}-{}-{y:04}", MONTHS[day.month0() as usize]),
            Self::Iso => format!("{y:04}-{m:02}-{d:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dutch_dates() {
        let day = crate::dates::date(1989, 3, 1);
        let styles =
            [DateStyle::Dashes, DateStyle::Slashes, DateStyle::Short, DateStyle::Month, DateStyle::Iso];
        let written = styles.map(|style| style.write(day));
        assert_eq!(written, ["01-03-1989", "01/03/1989", "01/03/89", "01-mrt-1989", "1989-03-01"]);
    }
}
