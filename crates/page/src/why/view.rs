//! What something was made from, as parts of a page: counts, the way back, and the records.

use super::found::{decided, matched, place};
use crate::auditing::Slice;
use crate::flow::link;
use crate::sheet::{Cell, Sheet};
use crate::visit::Visit;
use engine::{Delivered, MadeBy, Reached, Record, Why};
use report::CellKind::{Number, Text};
use study::Study;

/// Records on a page.
pub(crate) const EACH: u64 = 50;

/// The answer to a question, as a visitor sees it.
pub(crate) struct View<'a> {
    pub(crate) visit: &'a Visit,
    pub(crate) study: &'a Study,
    pub(crate) why: &'a Why,
    /// Delivered lines of the records.
    pub(crate) raw: &'a [String],
    pub(crate) slice: &'a Slice,
}

impl View<'_> {
    /// Writes counts, way back and records.
    pub(crate) fn write(&self, sheet: &mut Sheet) {
        self.counts(sheet);
        self.way(sheet);
        self.written_down(sheet);
        self.records(sheet);
    }

    /// Title of a source in the words of the study.
    fn title<'t>(&'t self, source: &'t str) -> &'t str {
        let known = self.study.sources.iter().find(|known| known.contract.name == source);
        known.map_or(source, |known| known.title.as_str())
    }

    /// The source whose records are shown.
    fn shown(&self) -> Option<&Delivered> {
        let asked = self.slice.source.as_deref();
        let delivered = &self.why.delivered;
        let named = asked.and_then(|asked| delivered.iter().find(|known| known.source == asked));
        if asked.is_some() { named } else { delivered.first() }
    }

    fn counts(&self, sheet: &mut Sheet) {
        let visit = self.visit;
        sheet.heading("made-from", visit.say("Gemaakt van", "Made from"));
        let all = self.why.delivered.iter().map(|delivered| delivered.records).sum();
        let said = visit.language.count(
            all,
            visit.say("aangeleverd record", "delivered record"),
            visit.say("aangeleverde records", "delivered records"),
        );
        let html = sheet.html();
        html.element("p", &[("class", "value")], &said).line();
        let row = |delivered: &Delivered| {
            let link = visit.here(&[("source", &delivered.source), ("page", "")]);
            vec![
                Cell::Link(format!("{link}#records"), self.title(&delivered.source).to_owned()),
                delivered.source.as_str().into(),
                visit.language.number(delivered.records).into(),
                visit.language.number(delivered.decided).into(),
            ]
        };
        let header = [
            (visit.say("bron", "source"), Text),
            (visit.say("naam", "name"), Text),
            (visit.say("records", "records"), Number),
            (visit.say("waarover een regel besliste", "decided about by a rule"), Number),
        ];
        let rows: Vec<Vec<Cell>> = self.why.delivered.iter().map(row).collect();
        if !rows.is_empty() {
            sheet.table(visit.say("Records per bron", "Records by source"), &header, &rows);
        }
    }

    fn way(&self, sheet: &mut Sheet) {
        let visit = self.visit;
        if self.why.tables.is_empty() {
            return;
        }
        sheet.heading("way", visit.say("De weg terug", "The way back"));
        let from: Vec<String> = self.why.from.iter().map(|share| share.table.to_string()).collect();
        if !from.is_empty() {
            let said = visit.say("Rechtstreeks gemaakt van", "Made directly from");
            sheet.paragraph(&format!("{said} {}.", from.join(", ")));
        }
        let header = [
            (visit.say("tabel", "table"), Text),
            (visit.say("rijen die meedoen", "rows that took part"), Number),
            (visit.say("van", "of"), Number),
            (visit.say("gemaakt door", "made by"), Text),
            (visit.say("beslist en gekoppeld", "decided and matched"), Text),
            (visit.say("uit", "from"), Text),
        ];
        let rows: Vec<Vec<Cell>> = self.why.tables.iter().map(|reached| self.reached(reached)).collect();
        sheet.table(visit.say("Tabellen, de laatste eerst", "Tables, the last first"), &header, &rows);
    }

    fn reached(&self, reached: &Reached) -> Vec<Cell> {
        let visit = self.visit;
        let made = reached.made.as_ref();
        let by = made.map_or("", |made| match made.by {
            MadeBy::Source => visit.say("bron", "source"),
            MadeBy::Round => visit.say("ronde", "round"),
            MadeBy::Matching => visit.say("koppeling", "matching"),
            MadeBy::Model => "model",
            MadeBy::Appendix => visit.say("tabel", "appendix"),
            MadeBy::Audit => visit.say("het programma", "the engine"),
        });
        let title = made.map(|made| made.title.as_str()).filter(|title| !title.is_empty());
        let file = made.and_then(|made| made.file.as_deref());
        let by = [title.map(|title| format!(": {title}")), file.map(|file| format!(" ({file})"))]
            .into_iter()
            .flatten()
            .fold(by.to_owned(), |by, more| by + &more);
        let mut done: Vec<String> = Vec::new();
        for count in &reached.decided {
            let records = visit.language.number(count.records);
            let not = if count.applied { "" } else { visit.say(" (afgewezen)", " (rejected)") };
            done.push(format!("{} {}{not}: {records}", count.rule, count.verb));
        }
        done.extend(
            reached
                .matched
                .iter()
                .map(|count| format!("{}: {}", count.pass, visit.language.number(count.pairs))),
        );
        let from = |share: &engine::Share| format!("{} ({})", share.table, visit.language.number(share.rows));
        vec![
            reached.table.to_string().into(),
            visit.language.number(reached.rows).into(),
            visit.language.number(reached.of).into(),
            by.into(),
            done.join("; ").into(),
            reached.from.iter().map(from).collect::<Vec<_>>().join(", ").into(),
        ]
    }

    /// Decisions that are no records' way but what was asked about.
    fn written_down(&self, sheet: &mut Sheet) {
        if self.why.decisions.is_empty() {
            return;
        }
        let visit = self.visit;
        sheet
            .heading("decisions", visit.say("Beslissingen die meetellen", "Decisions that count themselves"));
        let html = sheet.html();
        html.open("ul", &[]).line();
        self.why.decisions.iter().for_each(|decision| decided(html, visit, decision));
        html.close().line();
    }

    fn records(&self, sheet: &mut Sheet) {
        let visit = self.visit;
        let Some(shown) = self.shown() else { return };
        let title = format!("{}: {}", visit.say("Records", "Records"), self.title(&shown.source));
        sheet.heading("records", &title);
        let html = sheet.html();
        html.open("ol", &[("class", "records")]).line();
        for (record, raw) in self.why.records.iter().zip(self.raw) {
            if record.origin.source == shown.source {
                self.record(html, record, raw);
            }
        }
        html.close().line();
        let page = u64::try_from(self.slice.skipped).unwrap_or_default() / EACH + 1;
        let pages = shown.records.div_ceil(EACH).max(1);
        if pages > 1 {
            self.pager(sheet, &shown.source, page, pages);
        }
    }

    /// As [`Sheet::pager`], with the source in each address, since only records of one are turned over.
    fn pager(&self, sheet: &mut Sheet, source: &str, page: u64, pages: u64) {
        let visit = self.visit;
        let html = sheet.html();
        html.open("nav", &[("class", "pager"), ("aria-label", visit.say("Bladeren", "Pages"))]);
        let address = |page: u64| {
            let page = page.to_string();
            format!("{}#records", visit.here(&[("source", source), ("page", &page)]))
        };
        if page > 1 {
            html.element(
                "a",
                &[("href", &address(page - 1)), ("rel", "prev")],
                visit.say("← vorige", "← previous"),
            );
        }
        if page < pages {
            html.element(
                "a",
                &[("href", &address(page + 1)), ("rel", "next")],
                visit.say("volgende →", "next →"),
            );
        }
        let (at, of) = (visit.language.number(page), visit.language.number(pages));
        let said = format!("{} {at} {} {of}", visit.say("bladzijde", "page"), visit.say("van", "of"));
        html.element("span", &[], &said).close().line();
    }

    fn record(&self, html: &mut report::Markup, record: &Record, raw: &str) {
        let visit = self.visit;
        let origin = &record.origin;
        html.open("li", &[]).open("p", &[]);
        html.text(&place(visit, origin)).text(" · ");
        let life = link::record(visit, &origin.row_id);
        html.element("a", &[("href", &life)], &origin.row_id).close();
        html.element("code", &[("class", "raw")], raw);
        if !record.decisions.is_empty() || !record.matches.is_empty() {
            html.open("ul", &[]);
            record.decisions.iter().for_each(|decision| decided(html, visit, decision));
            record.matches.iter().for_each(|pair| matched(html, visit, pair));
            html.close();
        }
        html.close().line();
    }
}
