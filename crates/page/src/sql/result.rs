//! The rows of a query, as a table and as a file.

use super::PAGES;
use crate::fault::Fault;
use crate::rows::Rows;
use crate::sheet::Sheet;
use crate::visit::Visit;
use arrow::datatypes::DataType;
use serve::{Asked, Role};

/// The rows of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Result {
    pub(super) run: u64,
    /// Names of the columns; several may have one name.
    pub(super) columns: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    pub(super) values: Vec<Vec<Option<String>>>,
    /// Rows before the first of the page.
    pub(super) skipped: usize,
    /// There are further rows.
    pub(super) is_cut: bool,
}

/// What a column holds, as far as a chart needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Time,
    Other,
}

impl Result {
    /// The rows after those that are skipped.
    pub(super) fn of(asked: &Asked, skipped: usize) -> std::result::Result<Self, Fault> {
        let fields = asked.columns.fields();
        let kind = |kind: &DataType| match kind {
            kind if kind.is_numeric() => Kind::Number,
            kind if kind.is_temporal() => Kind::Time,
            _ => Kind::Other,
        };
        let mut values = Rows::of(&asked.rows)?.values;
        Ok(Self {
            run: asked.run,
            columns: fields.iter().map(|field| field.name().clone()).collect(),
            kinds: fields.iter().map(|field| kind(field.data_type())).collect(),
            values: values.split_off(skipped.min(values.len())),
            skipped,
            is_cut: asked.is_cut,
        })
    }

    /// How many rows, and the rows; for auditors each row leads to what it was made from.
    pub(super) fn write(&self, sheet: &mut Sheet, visit: &Visit, millis: u64, page: u64) {
        sheet.heading("result", visit.say("Resultaat", "Result"));
        let rows = u64::try_from(self.values.len()).unwrap_or(u64::MAX);
        let counted = visit.language.count(rows, visit.say("rij", "row"), visit.say("rijen", "rows"));
        let cut = match self.is_cut {
            true => visit.say(" (er zijn er meer)", " (there are more)"),
            false => "",
        };
        let from = match self.skipped {
            0 => String::new(),
            skipped => {
                let first = u64::try_from(skipped).unwrap_or(u64::MAX).saturating_add(1);
                format!(", {} {}", visit.say("vanaf rij", "from row"), visit.language.number(first))
            }
        };
        let millis = visit.language.number(millis);
        let html = sheet.html();
        html.open("p", &[("role", "status")])
            .text(&format!("Run {}: {counted}{from}{cut}, {millis} ms. ", self.run));
        let file = visit.link("/sql/csv", &[("q", visit.get("q").unwrap_or_default())]);
        html.element("a", &[("href", &file), ("download", "")], visit.say("als CSV", "as CSV"))
            .close()
            .line();
        if !self.values.is_empty() {
            self.table(sheet, visit);
        }
        self.pager(sheet, visit, page);
    }

    /// One form around the table has the query once, and a button in each row.
    fn table(&self, sheet: &mut Sheet, visit: &Visit) {
        let is_auditor = visit.role == Role::Auditor;
        let html = sheet.html();
        if is_auditor {
            html.open("form", &[("method", "get"), ("action", "/sql/why")]);
            for (name, value) in [("run", visit.get("run")), ("q", visit.get("q"))] {
                if let Some(value) = value {
                    html.void("input", &[("type", "hidden"), ("name", name), ("value", value)]);
                }
            }
        }
        let caption = visit.say("Rijen van het resultaat", "Rows of the result");
        let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)];
        html.open("div", &region).open("table", &[("class", "result")]);
        html.element("caption", &[("class", "quiet")], caption).open("thead", &[]).open("tr", &[]);
        html.element("th", &[("scope", "col"), ("class", "number")], visit.say("rij", "row"));
        for (name, kind) in self.columns.iter().zip(&self.kinds) {
            html.element("th", &[("scope", "col"), ("class", class(*kind))], name);
        }
        html.close().close().line().open("tbody", &[]).line();
        for (number, row) in (self.skipped + 1..).zip(&self.values) {
            let number = number.to_string();
            html.open("tr", &[]).open("th", &[("scope", "row"), ("class", "number")]);
            if is_auditor {
                let label = format!(
                    "{} {number}",
                    visit.say("Waar komt hij vandaan: rij", "What it was made from: row")
                );
                let button = [
                    ("name", "row"),
                    ("value", number.as_str()),
                    ("aria-label", &label),
                    ("title", &label),
                    ("class", "why"),
                ];
                html.element("button", &button, &number);
            } else {
                html.text(&number);
            }
            html.close();
            for (value, kind) in row.iter().zip(&self.kinds) {
                html.open("td", &[("class", class(*kind))]);
                match value {
                    Some(value) => html.text(value),
                    None => html.element("span", &[("class", "null")], "NULL"),
                };
                html.close();
            }
            html.close().line();
        }
        html.close().close().close().line();
        if is_auditor {
            html.close().line();
        }
    }

    fn pager(&self, sheet: &mut Sheet, visit: &Visit, page: u64) {
        if page == 1 && !self.is_cut {
            return;
        }
        let html = sheet.html();
        html.open("nav", &[("class", "pager"), ("aria-label", visit.say("Bladeren", "Pages"))]);
        let mut to = |page: u64, rel: &str, text: &str| {
            let link = visit.here(&[("page", &page.to_string())]);
            html.element("a", &[("href", &format!("{link}#result")), ("rel", rel)], text);
        };
        if page > 1 {
            to(page - 1, "prev", visit.say("← vorige", "← previous"));
        }
        if self.is_cut && page < PAGES {
            to(page + 1, "next", visit.say("volgende →", "next →"));
        }
        let said = match self.is_cut && page >= PAGES {
            true => {
                visit.say("verder met OFFSET in de query", "further on with OFFSET in the query").to_owned()
            }
            false => format!("{} {}", visit.say("bladzijde", "page"), visit.language.number(page)),
        };
        html.element("span", &[], &said).close().line();
    }
}

fn class(kind: Kind) -> &'static str {
    if kind == Kind::Number { "number" } else { "text" }
}
