//! The header row of a file against the contract.

use crate::nearest::nearest;
use std::collections::{BTreeMap, HashMap};
use terms::{Column, fold};

/// Where each contract column stands in a file.
#[derive(Debug)]
pub(crate) struct Fit {
    /// Number of headed cells of a row, unnamed trailing ones included.
    pub(crate) width: usize,
    /// For each contract column its place in a row; none if its optional header is absent.
    pub(crate) places: Vec<Option<usize>>,
    /// Places from this one on have no header and must be blank.
    pub(crate) named: usize,
}

/// The columns of a contract, to be found by their headers.
pub(crate) struct Agreed<'a> {
    columns: &'a [Column],
    /// Place of a column, by each of its folded headers.
    places: HashMap<String, usize>,
}

impl<'a> Agreed<'a> {
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        let mut places = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            for header in &column.headers {
                places.entry(fold(header)).or_insert(at);
            }
        }
        Self { columns, places }
    }

    /// How many of the headers are in the contract.
    pub(crate) fn known(&self, headers: &[String]) -> usize {
        headers.iter().filter(|header| self.place(header).is_some()).count()
    }

    fn place(&self, header: &str) -> Option<usize> {
        self.places.get(&fold(header)).copied()
    }
}

/// Matches a header row with the contract; the error names every misfit and the way out.
///
/// Headers without a name at the end of the row are let through; their cells must be blank.
pub(crate) fn fit(agreed: &Agreed<'_>, headers: &[String]) -> Result<Fit, String> {
    let columns = agreed.columns;
    // A file without a header row has a person's data here: it is not repeated in an error.
    if agreed.known(headers) == 0 {
        return Err(format!(
            "no header row: none of the agreed headers {} is on this line; put them on the first line",
            listed(columns.iter().filter_map(|column| column.headers.first()))
        ));
    }
    let named = headers.iter().rposition(|header| !fold(header).is_empty()).map_or(0, |last| last + 1);
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    let mut misfits = Vec::new();
    for (at, header) in headers.iter().enumerate().take(named) {
        match agreed.place(header) {
            Some(column) => places[column].push(at),
            None => misfits.push(unknown(columns, header, at)),
        }
    }
    for (column, places) in columns.iter().zip(&places) {
        match places.len() {
            0 if !column.optional_header => misfits.push(missing(agreed, column, &headers[..named])),
            0 | 1 => (),
            _ => misfits.push(doubled(column, places)),
        }
    }
    if misfits.is_empty() {
        let places = places.iter().map(|places| places.first().copied()).collect();
        Ok(Fit { width: headers.len(), places, named })
    } else {
        Err(format!("{}; deliver the agreed headers, or change the contract", misfits.join("; ")))
    }
}

fn unknown(columns: &[Column], header: &str, at: usize) -> String {
    let shown: String = fold_blank(header).chars().take(60).collect();
    if shown.is_empty() {
        return format!("column {} has no header", at + 1);
    }
    match nearest(&shown, columns.iter().flat_map(|column| column.headers.iter().map(String::as_str))) {
        Some(near) => format!("`{shown}` (column {}) is not in the contract (nearest: `{near}`)", at + 1),
        None => format!("`{shown}` (column {}) is not in the contract", at + 1),
    }
}

fn missing(agreed: &Agreed<'_>, column: &Column, headers: &[String]) -> String {
    let strangers = headers.iter().map(String::as_str).filter(|header| agreed.place(header).is_none());
    let strangers: Vec<&str> = strangers.collect();
    let near = column.headers.iter().find_map(|header| nearest(header, strangers.iter().copied()));
    let near = near.map(|near| format!(" (nearest in the file: `{}`)", fold_blank(near))).unwrap_or_default();
    format!("header {} of column `{}` is missing{near}", listed(column.headers.iter()), column.name)
}

fn doubled(column: &Column, places: &[usize]) -> String {
    let places: Vec<String> = places.iter().map(|at| (at + 1).to_string()).collect();
    format!("column `{}` is headed more than once, in columns {}", column.name, places.join(" and "))
}

fn listed<'a>(headers: impl Iterator<Item = &'a String>) -> String {
    headers.map(|header| format!("`{header}`")).collect::<Vec<_>>().join(" or ")
}

fn fold_blank(text: &str) -> String {
    terms::fold_blanks(text)
}

/// No two columns may claim one header, or no file could ever fit.
pub(crate) fn shared(columns: &[Column]) -> Option<String> {
    let mut claims: BTreeMap<String, &str> = BTreeMap::new();
    for column in columns {
        for header in &column.headers {
            match claims.insert(fold(header), &column.name) {
                Some(other) if other != column.name => {
                    let name = &column.name;
                    return Some(format!(
                        "columns `{other}` and `{name}` both accept header `{header}`; keep one"
                    ));
                }
                _ => (),
            }
        }
    }
    None
}
