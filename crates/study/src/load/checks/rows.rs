use super::{Reading, column};
use crate::tables::Read;
use crate::text::Text;
use crate::yaml::{At, RawFreshness, RawRows, Scalar};
use crate::{CheckRule, FileDate, RowBounds, Tolerance};
use terms::TableName;

pub(super) fn read_bounds(reading: &mut Reading<'_>, raw: &At<RawRows>, text: &Text) -> Option<RowBounds> {
    let RawRows { min, max, tolerance } = &raw.value;
    if min.is_none() && max.is_none() && tolerance.is_none() {
        reading.yaml(&raw.place(text), "rows without a bound", "add `min`, `max` or `tolerance`");
        return None;
    }
    if let (Some(least), Some(most)) = (min, max)
        && least.value > most.value
    {
        let message = format!("the greatest number is below the least, {}", least.value);
        reading.yaml(&most.place(text), message, "swap `min` and `max`");
    }
    let tolerance = match tolerance {
        Some(raw) => Some(read_tolerance(reading, raw, text)?),
        None => None,
    };
    let value = |bound: &Option<At<u64>>| bound.as_ref().map(|bound| bound.value);
    Some(RowBounds { min: value(min), max: value(max), tolerance })
}

fn read_tolerance(reading: &mut Reading<'_>, raw: &At<Scalar>, text: &Text) -> Option<Tolerance> {
    let found = match &raw.value {
        Scalar::Integer(rows) => u64::try_from(*rows).ok().map(Tolerance::Rows),
        Scalar::Text(written) => written.strip_suffix('%').and_then(percent),
        Scalar::Null | Scalar::Other => None,
    };
    if found.is_none() {
        let help = "write a whole number of rows, such as `25`, or a part of the published run's, such as `10%` or `2.5%`";
        reading.yaml(&raw.place(text), "not a tolerance", help);
    }
    found
}

/// A percentage of at most six digits, three of them behind the point.
fn percent(written: &str) -> Option<Tolerance> {
    let written = written.trim_end();
    let (whole, rest) = written.split_once('.').unwrap_or((written, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 3 && rest.len() <= 3 && !written.ends_with('.');
    if !fits || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    let rest = rest.trim_end_matches('0');
    let parts = format!("{whole}{rest}").parse().ok()?;
    Some(Tolerance::Percent { parts, decimals: u32::try_from(rest.len()).ok()? })
}

pub(super) fn read_freshness(
    reading: &mut Reading<'_>,
    raw: &At<RawFreshness>,
    text: &Text,
    table: &TableName,
    reads: &mut Vec<Read>,
) -> Option<CheckRule> {
    let days = raw.value.days.value;
    match (&raw.value.column, &raw.value.file_date) {
        (Some(name), None) => Some(CheckRule::FreshColumn { column: column(name, text), days }),
        (None, Some(_)) if table.schema() != "staging" => {
            let help = "name a `column` with dates, or declare the check beside a source";
            reading.yaml(&raw.place(text), format!("{table} has no files"), help);
            None
        }
        (None, Some(written)) => {
            let place = written.place(text);
            let Some(date) = file_date(&written.value) else {
                let help = "write `yyyy`, `mm` and `dd`, each once, as names of files have them, such as `yyyy-mm-dd`";
                reading.yaml(&place, "not the form of a date", help);
                return None;
            };
            reads.push(Read { table: "audit.files".into(), place });
            Some(CheckRule::FreshFile { source: table.table().to_owned(), date, days })
        }
        (Some(_), Some(both)) => {
            reading.yaml(&both.place(text), "both `column` and `file_date`", "keep one of the two");
            None
        }
        (None, None) => {
            let help = "name a `column` with dates, or `file_date` for the names of a source's files";
            reading.yaml(&raw.place(text), "nothing tells how fresh the table is", help);
            None
        }
    }
}

/// The last place of a name that looks like the form, which holds each part of a date once.
fn file_date(written: &str) -> Option<FileDate> {
    let mut parts: Vec<(usize, &str, &str)> = Vec::new();
    for (part, digits) in [("yyyy", r"(\d{4})"), ("mm", r"(\d{2})"), ("dd", r"(\d{2})")] {
        let mut places = written.match_indices(part);
        let (at, _) = places.next()?;
        if places.next().is_some() {
            return None;
        }
        parts.push((at, part, digits));
    }
    let order = |part: &str| parts.iter().filter(|(at, ..)| *at <= written.find(part).unwrap_or(0)).count();
    let replacement = format!(r"\{}-\{}-\{}", order("yyyy"), order("mm"), order("dd"));
    let mut pattern = regex::escape(written);
    for (_, part, digits) in &parts {
        pattern = pattern.replacen(part, digits, 1);
    }
    Some(FileDate { written: written.to_owned(), pattern: format!("^.*{pattern}.*$"), replacement })
}
