//! What all pages have around their contents, and the parts that several are made of.

use crate::assets::Asset;
use crate::fault::Fault;
use crate::house::House;
use crate::visit::{Visit, address};
use crate::words::Language;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use report::{CellKind, Markup};
use serve::Role;

/// A page, or what is shown in its place.
pub(crate) type Answer = Result<Sheet, Fault>;

/// The contents of a page.
pub(crate) struct Sheet {
    title: String,
    html: Markup,
}

/// Parts of the navigation: address, Dutch and English name, and the role that it takes.
const PARTS: [(&str, &str, &str, Role); 6] = [
    ("/nights", "Nachten", "Nights", Role::Analyst),
    ("/flow", "Doorstroom", "Flow", Role::Analyst),
    ("/record", "Persoon", "Record", Role::Analyst),
    ("/appendices", "Tabellen", "Appendices", Role::Public),
    ("/sql", "SQL", "SQL", Role::Public),
    ("/review", "Beoordelen", "Review", Role::Auditor),
];

impl Sheet {
    /// A page with a title, which is its first heading too.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        let title = title.into();
        let mut html = Markup::default();
        html.element("h1", &[], &title).line();
        Self { title, html }
    }

    /// A page whose title is the study's own words.
    pub(crate) fn of_study(title: &str) -> Self {
        let mut html = Markup::default();
        html.element("h1", &[("lang", "nl")], title).line();
        Self { title: title.to_owned(), html }
    }

    /// What the page is written with.
    pub(crate) fn html(&mut self) -> &mut Markup {
        &mut self.html
    }

    /// A heading of a part, and its anchor.
    pub(crate) fn heading(&mut self, id: &str, text: &str) {
        self.html.element("h2", &[("id", id)], text).line();
    }

    /// A paragraph.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.html.element("p", &[], text).line();
    }

    /// A table of texts and links, which scrolls by itself where it is wider than the window.
    pub(crate) fn table(&mut self, caption: &str, header: &[(&str, CellKind)], rows: &[Vec<Cell>]) {
        table(&mut self.html, caption, header, rows);
    }

    /// Links to the pages before and after one of so many rows; `page` counts from 1.
    pub(crate) fn pager(&mut self, visit: &Visit, page: u64, rows: u64, each: u64) {
        let pages = rows.div_ceil(each).max(1);
        if pages <= 1 {
            return;
        }
        let html = &mut self.html;
        html.open("nav", &[("class", "pager"), ("aria-label", visit.say("Bladeren", "Pages"))]);
        let mut to = |other: u64, rel: &str, text: &str| {
            let number = other.to_string();
            let link = visit.here(&[("page", if other == 1 { "" } else { &number })]);
            html.element("a", &[("href", &link), ("rel", rel)], text).text(" ");
        };
        if page > 1 {
            to(page - 1, "prev", visit.say("← vorige", "← previous"));
        }
        if page < pages {
            to(page + 1, "next", visit.say("volgende →", "next →"));
        }
        let (at, of) = (visit.language.number(page), visit.language.number(pages));
        let total = visit.language.number(rows);
        let said = match visit.language {
            Language::Dutch => format!("bladzijde {at} van {of}, {total} rijen"),
            Language::English => format!("page {at} of {of}, {total} rows"),
        };
        html.element("span", &[], &said).close().line();
    }

    /// The whole page for a visitor.
    pub(crate) fn answer(self, visit: &Visit) -> Response {
        whole(visit, StatusCode::OK, &self.title, self.html)
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// A text.
    Text(String),
    /// A text that leads to an address.
    Link(String, String),
    /// A text with a sign in front that has a class of its own, such as how something ended.
    Mark(&'static str, String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

/// Writes a table; the first cell of each row heads it.
pub(crate) fn table(html: &mut Markup, caption: &str, header: &[(&str, CellKind)], rows: &[Vec<Cell>]) {
    let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)];
    html.open("div", &region).open("table", &[]);
    html.element("caption", &[], caption).line();
    html.open("thead", &[]).open("tr", &[]);
    for (label, kind) in header {
        html.element("th", &[("scope", "col"), ("class", class(*kind))], label);
    }
    html.close().close().line().open("tbody", &[]).line();
    for row in rows {
        html.open("tr", &[]);
        for (at, (cell, (_, kind))) in row.iter().zip(header).enumerate() {
            let class = ("class", class(*kind));
            match at {
                0 => html.open("th", &[("scope", "row"), class]),
                _ => html.open("td", &[class]),
            };
            cell_text(html, cell);
            html.close();
        }
        html.close().line();
    }
    html.close().close().close().line();
}

fn cell_text(html: &mut Markup, cell: &Cell) {
    match cell {
        Cell::Text(text) => html.text(text),
        Cell::Link(address, text) => html.element("a", &[("href", address)], text),
        Cell::Mark(class, text) => html.element("span", &[("class", class)], text),
    };
}

fn class(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Number => "number",
    }
}

/// Writes a hidden field with the token of the session, which every form that changes something carries.
pub(crate) fn token(html: &mut Markup, visit: &Visit) {
    html.void("input", &[("type", "hidden"), ("name", "token"), ("value", &visit.session.token)]);
}

/// What a visitor sees in place of a page.
pub(crate) fn fault(visit: &Visit, fault: &Fault) -> Response {
    let (title, text) = said(visit.language, fault);
    let mut sheet = Sheet::new(title);
    sheet.html().element("p", &[("role", "alert")], &text).line();
    whole(visit, fault.status(), title, sheet.html)
}

/// What somebody sees in place of a page who is not known.
pub(crate) fn bare_fault(house: &House, language: Language, fault: &Fault) -> Response {
    let (title, text) = said(language, fault);
    let mut html = bare(house, language, title);
    html.element("p", &[("role", "alert")], &text);
    (fault.status(), Html(html.finish())).into_response()
}

fn said(language: Language, fault: &Fault) -> (&'static str, String) {
    let say = |dutch, english| language.say(dutch, english).to_owned();
    match fault {
        Fault::Missing(text) => (language.say("Niet gevonden", "Not found"), text.clone()),
        Fault::Asked(text) => (language.say("Zo kan het niet", "This cannot be asked"), text.clone()),
        Fault::Changed(run) => (
            language.say("De studie is veranderd", "The study has changed"),
            match language {
                Language::Dutch => format!(
                    "De studie is veranderd sinds run {run} en zegt dus niet meer wat die deed; draai de studie opnieuw."
                ),
                Language::English => format!(
                    "The study has changed since run {run}, so it does not say any more what that run did; run it again."
                ),
            },
        ),
        Fault::Forbidden => (
            language.say("Geen toegang", "No access"),
            say("Deze bladzijde is voor een andere rol.", "This page is for another role."),
        ),
        Fault::Forged => (
            language.say("Niet verstuurd", "Not sent"),
            say(
                "Het formulier hoort niet bij deze sessie; ga terug, laad de bladzijde opnieuw en verstuur het nog eens.",
                "The form does not belong to this session; go back, load the page again and send it once more.",
            ),
        ),
        Fault::Inside => (
            language.say("Er ging iets mis", "Something went wrong"),
            say("Het staat in het logboek van de server.", "The server's log has it."),
        ),
    }
}

/// The form of the log-in; after a wrong password with the name that was tried.
pub(crate) fn log_in(house: &House, language: Language, next: &str, refused: Option<&str>) -> Response {
    let mut html = bare(house, language, language.say("Inloggen", "Log in"));
    if refused.is_some() {
        let wrong = language.say("Naam of wachtwoord klopt niet.", "Name or password is wrong.");
        html.element("p", &[("role", "alert")], wrong).line();
    }
    html.open("form", &[("method", "post"), ("action", "/login"), ("class", "stacked")]).line();
    let name = refused.unwrap_or_default();
    for (id, kind, label, value, complete) in [
        ("user", "text", language.say("Naam", "Name"), name, "username"),
        ("password", "password", language.say("Wachtwoord", "Password"), "", "current-password"),
    ] {
        html.element("label", &[("for", id)], label);
        let field = [("id", id), ("name", id), ("type", kind), ("value", value), ("autocomplete", complete)];
        html.void("input", &[&field[..], &[("required", "")]].concat()).line();
    }
    html.void("input", &[("type", "hidden"), ("name", "next"), ("value", next)]);
    html.element("button", &[("type", "submit")], language.say("Inloggen", "Log in")).close().line();
    let other = Language::ALL.into_iter().find(|other| *other != language).unwrap_or_default();
    let back = address("/login", [("next", next)].into_iter());
    language_link(&mut html, other, &back);
    let status = if refused.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    (status, Html(html.finish())).into_response()
}

/// The beginning of a page for somebody who is not known: nothing of a run is on it.
fn bare(house: &House, language: Language, title: &str) -> Markup {
    let mut html = Markup::default();
    html.open("html", &[("lang", language.code())]).line();
    head(&mut html, title);
    html.open("body", &[("class", "bare")]).line();
    html.open("main", &[("id", "main")]).line();
    html.element("p", &[("class", "product")], "herkomst").line();
    html.element("h1", &[], title).line();
    notice(&mut html, house, language);
    html
}

fn head(html: &mut Markup, title: &str) {
    html.open("head", &[]).line();
    html.void("meta", &[("charset", "utf-8")]);
    html.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    html.element("title", &[], &format!("{title} – herkomst")).line();
    html.void("link", &[("rel", "stylesheet"), ("href", &Asset::Style.address())]).line();
    html.element("script", &[("src", &Asset::Script.address()), ("defer", "")], "").line();
    html.close().line();
}

fn notice(html: &mut Markup, house: &House, language: Language) {
    if house.study().synthetic {
        html.open("p", &[("class", "synthetic"), ("role", "note")]);
        html.element("strong", &[], language.say("Verzonnen gegevens.", "Synthetic data.")).text(" ");
        html.text(language.say(
            "De registraties zijn verzonnen en zeggen niets over echte personen of organisaties.",
            "The registrations are invented and say nothing about real persons or organisations.",
        ));
        html.close().line();
    }
}

fn language_link(html: &mut Markup, other: Language, next: &str) {
    let address = address(&format!("/language/{}", other.code()), [("next", next)].into_iter());
    let code = other.code();
    html.element(
        "a",
        &[("href", &address), ("lang", code), ("hreflang", code), ("class", "language")],
        other.name(),
    );
    html.line();
}

fn whole(visit: &Visit, status: StatusCode, title: &str, contents: Markup) -> Response {
    let mut html = Markup::default();
    html.open("html", &[("lang", visit.language.code())]).line();
    head(&mut html, title);
    html.open("body", &[]).line();
    html.element(
        "a",
        &[("href", "#main"), ("class", "skip")],
        visit.say("Naar de inhoud", "To the contents"),
    );
    banner(&mut html, visit);
    html.open("main", &[("id", "main"), ("tabindex", "-1")]).line();
    notice(&mut html, &visit.house, visit.language);
    html.append(contents).close().line();
    let mut response = (status, Html(html.finish())).into_response();
    if let Some(cookie) = visit.new_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Name of the study, the parts that the role may see, the run, the language, and who is here.
fn banner(html: &mut Markup, visit: &Visit) {
    let study = visit.house.study();
    html.open("header", &[("class", "banner")]).line();
    html.open("p", &[("class", "product")]).element("a", &[("href", "/")], "herkomst").text(" ");
    html.element("span", &[("lang", "nl")], &study.title).close().line();
    html.open("nav", &[("aria-label", visit.say("Onderdelen", "Parts"))]).open("ul", &[]);
    for (path, dutch, english, _) in PARTS.iter().filter(|part| sees(visit.role, part.3)) {
        let address = visit.link(path, &[]);
        let mut attributes = vec![("href", address.as_str())];
        if visit.path == *path || visit.path.starts_with(&format!("{path}/")) {
            attributes.push(("aria-current", if visit.path == *path { "page" } else { "true" }));
        }
        html.open("li", &[]).element("a", &attributes, visit.say(dutch, english)).close();
    }
    html.close().close().line();
    html.open("div", &[("class", "visitor")]).line();
    if let Some(run) = visit.get("run") {
        let text = format!("run {run}");
        html.element("span", &[("class", "run")], &text).text(" ");
        let now = visit.here(&[("run", "")]);
        html.element("a", &[("href", &now)], visit.say("naar de gepubliceerde", "to the published one"))
            .line();
    }
    let other = Language::ALL.into_iter().find(|other| *other != visit.language).unwrap_or_default();
    language_link(html, other, &visit.here(&[]));
    html.element("span", &[], &format!("{} ({})", visit.user, visit.role)).line();
    if visit.house.server.open_to().is_none() {
        html.open("form", &[("method", "post"), ("action", "/logout")]);
        token(html, visit);
        html.element("button", &[("type", "submit")], visit.say("Uitloggen", "Log out")).close().line();
    }
    html.close().close().line();
}

/// Whether a role sees what takes another.
fn sees(role: Role, takes: Role) -> bool {
    let rank = |role| match role {
        Role::Public => 0,
        Role::Analyst => 1,
        Role::Auditor => 2,
    };
    rank(role) >= rank(takes)
}

/// The first page that a role sees.
pub(crate) fn first(role: Role) -> &'static str {
    PARTS.iter().find(|part| sees(role, part.3)).map_or("/appendices", |part| part.0)
}

/// An answer as a response.
pub(crate) fn respond(visit: &Visit, answer: Answer) -> Response {
    match answer {
        Ok(sheet) => sheet.answer(visit),
        Err(why) => fault(visit, &why),
    }
}
