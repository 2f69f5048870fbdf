//! The printed tables as pages, and what their cells were made from: contents, roles, and that no text becomes markup.

use super::Pages;
use crate::fixture::Place;
use std::io::Write;
use std::process::Stdio;
use std::sync::LazyLock;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
const ESCAPED: &str =
    "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;";

/// A study with hostile texts in a delivery, and in the title, a label and a note of its appendix, run twice: the second
/// time with a book more that a member of South was lent, and a misprint and an unexplained difference.
fn hostile() -> &'static Place {
    static HOSTILE_PLACE: LazyLock<Place> = LazyLock::new(|| {
        let place = Place::fixed("pages-appendices");
        let quoted = HOSTILE.replace('"', "\"\"");
        let south = place.read("data/members/south.csv");
        let named = south.replace("2001,Evers,", &format!("2001,\"{quoted}\","));
        assert_ne!(south, named);
        place.write("data/members/south.csv", named);
        let yaml = HOSTILE.replace('\'', "''");
        place.edit(
            "appendices/table_1.yaml",
            "title: Table 1 Members by branch",
            &format!("title: 'Table 1 {yaml}'"),
        );
        place.edit("appendices/table_1.yaml", "label: Books lent", &format!("label: 'Lent {yaml}'"));
        place.edit("appendices/table_1.yaml", "\"* Invented.\"", &format!("'* {yaml}'"));
        assert_eq!(place.herkomst(&["run"]).code, 0);
        let loans = place.read("data/loans/2019.csv");
        place.write("data/loans/2019.csv", loans.replace("2001,2019-03-07,4", "2001,2019-03-07,5"));
        assert_eq!(place.herkomst(&["run"]).code, 0);
        place
    });
    &HOSTILE_PLACE
}

/// Pages on it for everybody, in one role. A server is dropped with its test, so none is static.
fn served(role: &str) -> Pages {
    Pages::trusting(hostile(), role)
}

#[test]
fn the_list_counts_what_is_not_as_printed_and_not_as_before() {
    let auditor = served("auditor");
    let answer = auditor.get_as("language=en", "/appendices");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&["changed since run 1", "href=\"/appendices/table_1\"", ESCAPED, ">2<", "cells"]);
    answer.lacks("<script>alert");
    answer.lacks("<img");
    // Before the first run there was none.
    let first = auditor.get_as("language=en", "/appendices?run=1");
    first.has_in_order(&["Run 1", "/appendices/table_1?run=1"]);
    first.lacks("since run");
}

#[test]
fn a_table_stands_as_printed_with_signs_and_their_reasons() {
    let auditor = served("auditor");
    let answer = auditor.get_as("language=en", "/appendices/table_1");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&[
        "<h1 lang=\"nl\">Table 1 &lt;script&gt;",
        "as CSV",
        "cells other than in run",
        &format!("Lent {ESCAPED}"),
        "<a href=\"/appendices/table_1/0\">North</a>",
        "<a href=\"/appendices/table_1/0/books\">1</a>",
        "misprint (North)",
        "<a href=\"/appendices/table_1/1\">South</a>",
        "<td class=\"number changed\"><a href=\"/appendices/table_1/1/books\">9</a>",
        "in run 1: 8",
        &format!("* {ESCAPED}"),
        "id=\"print\"",
        "arithmetic: the shares follow from 1",
        "unexplained difference from the print",
        "id=\"changes\"",
        ">8<",
        ">9<",
    ]);
    for inert in ["<script>alert", "<img", " style=", " onerror=\""] {
        answer.lacks(inert);
    }
    let same = auditor.get_as("language=en", "/appendices/table_1?before=2");
    same.has_in_order(&["the same as run 2"]);
    same.lacks("number changed");
    assert_eq!(auditor.get("/appendices/table_1?before=9").status, 404);
    assert_eq!(auditor.get("/appendices/table_9").status, 404);
    // As it was, in the run that the address names.
    let earlier = auditor.get("/appendices/table_1?run=1");
    earlier.has_in_order(&["<a href=\"/appendices/table_1/1/books?run=1\">8</a>"]);
}

#[test]
fn others_than_auditors_see_tables_without_what_is_behind_them() {
    let analyst = served("analyst");
    let public = served("public");
    for pages in [&analyst, &public] {
        let answer = pages.get("/appendices/table_1");
        assert_eq!(answer.status, 200);
        answer.has_in_order(&["drukfout (North)", ">South<", ">9<"]);
        answer.lacks("href=\"/appendices/table_1/0");
        answer.lacks("href=\"/appendices/table_1/1");
        for address in ["/appendices/table_1/1", "/appendices/table_1/1/books", "/appendices/nothing/1/x"] {
            assert_eq!(pages.get(address).status, 403, "{address}");
        }
    }
    assert_eq!(public.get("/nights").status, 403);
}

#[test]
fn a_cell_leads_to_records_and_their_lines() {
    let auditor = served("auditor");
    let answer = auditor.get_as("language=en", "/appendices/table_1/1/books");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&[
        "Why does it say 9?",
        "South",
        "8 delivered records",
        "Loans",
        ">3<",
        "Members as the branches listed them",
        "derived.member",
        "one row a person with what was lent (features/member.sql)",
        "card: 2",
        "same_card merge: 1",
        "Records: Loans",
        "loans/2019.csv, line 2",
        "<code class=\"raw\">1001,2019-01-05,3</code>",
    ]);
    let members = auditor.get_as("language=en", "/appendices/table_1/1/books?source=members");
    members.has_in_order(&[
        "members/north.csv, line 2",
        "/flow/merged/same_card/c2a90d1c631e64442716e6f144d92620",
        "members/south.csv, line 3",
        "href=\"/record?q=",
        // The line as it was delivered, with its quotes doubled.
        "2001,&quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;&quot;,1975-07-07",
    ]);
    for inert in ["<script>alert", "<img"] {
        members.lacks(inert);
        answer.lacks(inert);
    }
    members.lacks("loans/2019.csv, line 2");
    // Behind the last page there is nothing more.
    let beyond = auditor.get("/appendices/table_1/1/books?source=members&page=2");
    assert_eq!(beyond.status, 200);
    beyond.lacks("class=\"raw\"");
    for address in ["/appendices/table_1/9/books", "/appendices/table_1/x", "/appendices/table_1/1/nothing"] {
        assert_eq!(auditor.get(address).status, 404, "{address}");
    }
}

#[test]
fn many_records_are_turned_over() {
    let place = Place::quick();
    let mut loans = "Card,Lent,Books\n".to_owned();
    (0..120)
        .for_each(|day| loans.push_str(&format!("2001,2019-{:02}-{:02},1\n", 1 + day / 28, 1 + day % 28)));
    place.write("data/loans/2019.csv", loans);
    assert_eq!(place.herkomst(&["run"]).code, 0);
    let pages = Pages::trusting(&place, "auditor");
    let lines = |page: &str| -> Vec<u64> {
        let address = format!("/appendices/table_1/1/books?source=loans&page={page}");
        let answer = pages.get_as("language=en", &address);
        let records = answer.text.split("loans/2019.csv, line ").skip(1);
        records.map(|rest| rest.split(' ').next().unwrap().parse().unwrap()).collect()
    };
    assert_eq!(lines("1"), (2..=51).collect::<Vec<u64>>());
    assert_eq!(lines("2"), (52..=101).collect::<Vec<u64>>());
    assert_eq!(lines("3"), (102..=121).collect::<Vec<u64>>());
    assert_eq!(lines("4"), Vec::<u64>::new());
    let first = pages.get_as("language=en", "/appendices/table_1/1/books");
    first.has_in_order(&["delivered records", ">120</td>", "loans/2019.csv, line 51", "page 1 of 3"]);
    first.has_in_order(&["/appendices/table_1/1/books?source=loans&amp;page=2#records"]);
}

#[test]
fn a_row_has_its_cells_and_all_that_is_behind_them() {
    let auditor = served("auditor");
    let answer = auditor.get_as("language=en", "/appendices/table_1/0");
    answer.has_in_order(&[
        "What was this row made from: North?",
        "href=\"/appendices/table_1/0/members\"",
        "row below",
        "delivered records",
    ]);
    answer.lacks("row above");
}

#[test]
fn files_hold_the_table_without_what_a_spreadsheet_would_calculate() {
    let public = served("public");
    let answer = public.get("/appendices/table_1/csv?run=1");
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"table_1-run-1.csv\"");
    assert!(answer.text.ends_with("North,3,1,\"11,1%\"\nSouth,3,8,\"88,9%\"\n"), "{}", answer.text);
}

#[test]
fn a_study_that_has_changed_shows_its_tables_but_not_what_they_were_made_from() {
    let place = Place::quick();
    assert_eq!(place.herkomst(&["run"]).code, 0);
    place.edit("appendices/table_1.sql", "sum(books) as books", "sum(books) + 0 as books");
    let pages = Pages::trusting(&place, "auditor");
    let answer = pages.get_as("language=en", "/appendices/table_1");
    assert_eq!(answer.status, 200);
    answer.has_in_order(&["The study has changed since this run", ">South<"]);
    answer.lacks("href=\"/appendices/table_1/1");
    assert_eq!(pages.get("/appendices/table_1/1/books").status, 409);
}

#[test]
fn with_users_nobody_sees_a_table_without_logging_in() {
    let place = hostile();
    let users = place.folder.join("users");
    let file = users.to_str().unwrap();
    let mut child = place
        .command(&["serve", "user", "ada", "--role", "public", "--users", file])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a long enough password\n").unwrap();
    assert!(child.wait().unwrap().success());
    let log = place.folder.join("users.jsonl");
    let pages = Pages::start(place, &["--users", file, "--query-log", log.to_str().unwrap()]);
    let table = "/appendices/table_1?run=1";
    let away = pages.get(table);
    assert_eq!(
        (away.status, away.header("location")),
        (303, "/login?next=%2Fappendices%2Ftable_1%3Frun%3D1")
    );
    away.lacks("South");
    let form = |password| [("user", "ada"), ("password", password), ("next", table)];
    let wrong = pages.post_as("", "/login", &form("a wrong password"));
    assert_eq!((wrong.status, wrong.cookie()), (401, ""));
    let inside = pages.post_as("", "/login", &form("a long enough password"));
    assert_eq!((inside.status, inside.header("location")), (303, table));
    let cookie = inside.cookie();
    let answer = pages.get_as(cookie, table);
    answer.has_in_order(&["ada (public)", ">South<"]);
    assert_eq!(pages.get_as(cookie, "/appendices/table_1/1/books").status, 403);
    assert_eq!(pages.post_as(cookie, "/logout", &[("token", "none")]).status, 403);
    assert_eq!(pages.post_as(cookie, "/logout", &[("token", answer.token())]).status, 303);
    assert_eq!(pages.get_as(cookie, table).status, 303);
}
