//! The flow, the decisions of a rule, one decision, and a record: what is there, for whom, and that no text becomes markup.

use super::{Answer, Pages};
use crate::fixture::Place;
use std::sync::{Arc, Mutex, PoisonError, Weak};

const HOSTILE: &str = "</pre><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
const ESCAPED: &str =
    "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;";

/// A study with hostile texts in every field of a member who is merged, and in the reason and the evidence of the merge.
fn hostile() -> Place {
    let place = Place::quick();
    let quoted = HOSTILE.replace('"', "\"\"");
    let north = format!(
        "Card;Name;Born;Joined;Fee;Remark\n10 01;\"{quoted}\";01-02-1980;01-03-2015;12,50;\"=1+1{quoted}\"\n\
         1002;Bos;31/12/85;15-06-2016;12,50;\n1003;Cohen;5 mei 1990;01-01-2017;7,5;\n1004;Dirks;31-02-1991;01-01-2018;7,5;\n"
    );
    place.write("data/members/north.csv", north);
    place.edit(
        "cleaning/same_card.sql",
        "'same card, registered earlier' as reason",
        "coalesce(remark, 'same card') as reason",
    );
    place.edit(
        "cleaning/same_card.sql",
        "select row_id, card_ref, joined,",
        "select row_id, card_ref, joined, remark,",
    );
    place.edit(
        "cleaning/same_card.sql",
        "joined as joined_before",
        "joined as joined_before, remark as remark_before",
    );
    place
}

/// Pages of an auditor and of an analyst on one run of it.
struct Served {
    auditor: Pages,
    analyst: Pages,
    public: Pages,
    /// Row id of the hostile member.
    merged: String,
    /// Row id of who is that member in the other branch.
    kept: String,
    place: Place,
}

/// Shared by the tests that run at the same time; who is the last ends the servers.
fn served() -> Arc<Served> {
    static SERVED: Mutex<Weak<Served>> = Mutex::new(Weak::new());
    let mut known = SERVED.lock().unwrap_or_else(PoisonError::into_inner);
    known.upgrade().unwrap_or_else(|| {
        let served = Arc::new(begin());
        *known = Arc::downgrade(&served);
        served
    })
}

fn begin() -> Served {
    let place = hostile();
    let said = place.herkomst(&["run"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let query = "select row_id, survivor_id from audit.run_decisions where verb = 'merge'";
    let said = place.herkomst(&["sql", "--format", "csv", "-c", query]).out;
    let (merged, kept) = said.lines().last().unwrap().split_once(',').unwrap();
    Served {
        auditor: Pages::trusting(&place, "auditor"),
        analyst: Pages::trusting(&place, "analyst"),
        public: Pages::trusting(&place, "public"),
        merged: merged.to_owned(),
        kept: kept.to_owned(),
        place,
    }
}

/// Requires that nothing of a delivery became an element.
fn is_inert(answer: &Answer) {
    answer.lacks("<script>");
    answer.lacks("<img");
    answer.lacks("</pre><script");
}

#[test]
fn the_flow_is_drawn_and_stands_in_a_table() {
    let served = served();
    let flow = served.analyst.get("/flow");
    assert_eq!(flow.status, 200);
    flow.has_in_order(&[
        "<p class=\"totals\">6 → 6 → 6</p>",
        "<svg class=\"sankey\"",
        "class=\"total\"",
        "<a href=\"/flow/merged/same_card?verb=merge&amp;population=active&amp;applied=yes\">\
         <title>merged, regel same_card: 1 rij samengevoegd (active)</title>",
        "<a href=\"/flow/merged/leavers?verb=add&amp;population=left&amp;applied=yes\"",
        "<a href=\"/flow/settled/gone?verb=update&amp;population=active&amp;applied=yes\"",
        "<title>settled, regel gone: 1 rij verplaatst (active → left)</title>",
        "<table>",
        "<caption>merged: One record a person, 6 → 6</caption>",
        "<a href=\"/flow/merged/same_card?verb=merge&amp;population=active&amp;applied=yes\">1</a>",
    ]);
    let english = served.analyst.get_as("language=en", "/flow?run=1");
    english.has_in_order(&["merged, rule same_card: 1 row merged (active)", "All rules"]);
    english.has_in_order(&["/flow/merged/same_card?run=1&amp;verb=merge"]);
    assert_eq!(served.analyst.get("/flow?run=9").status, 404);
    assert_eq!(served.public.get("/flow").status, 403);
}

#[test]
fn decisions_are_filtered_and_exported() {
    let served = served();
    let Served { auditor, merged, kept, .. } = &*served;
    let all = auditor.get("/flow/merged/same_card");
    assert_eq!(all.status, 200, "{all:?}");
    all.has_in_order(&[
        "One card is one person.",
        "1 beslissing",
        "decisions.csv",
        merged,
        &kept[..12],
        "=1+1",
        ESCAPED,
    ]);
    is_inert(&all);
    for (filter, count) in [
        ("verb=merge&population=active&applied=yes&by=rule", "1 beslissing"),
        ("verb=remove", "0 beslissingen"),
        ("population=left", "0 beslissingen"),
        ("applied=no", "0 beslissingen"),
        ("by=reviewer", "0 beslissingen"),
        ("q=ALERT(1)", "1 beslissing"),
        ("q=nowhere", "0 beslissingen"),
        ("page=2", "1 beslissing"),
    ] {
        auditor
            .get(&format!("/flow/merged/same_card?{filter}"))
            .has_in_order(&["</form>", &format!("<p>{count} ·")]);
    }
    auditor.get("/flow/merged/same_card?verb=merge&run=1").has_in_order(&[
        "<input type=\"hidden\" name=\"run\" value=\"1\">",
        "<label for=\"verb\">",
        "<option value=\"merge\" selected=\"\">",
        "decisions.csv?run=1&amp;verb=merge\"",
    ]);
    let file = auditor.get("/flow/merged/same_card/decisions.csv?verb=merge");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"decisions_merged_same_card_run_1.csv\""
    );
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
    assert!(
        file.text.contains(&format!("{merged},merge,{kept},active,,true,rule,,,\"'=1+1</pre>")),
        "{}",
        file.text
    );
    let none = auditor.get("/flow/merged/same_card/decisions.csv?verb=remove");
    assert_eq!(none.text.lines().count(), 1, "{}", none.text);
    for nowhere in ["/flow/merged/nowhere", "/flow/nowhere/same_card", "/flow/merged/%3Cscript%3E"] {
        let answer = auditor.get(nowhere);
        assert_eq!(answer.status, 404, "{nowhere}");
        is_inert(&answer);
    }
    assert_eq!(auditor.get("/flow/merged/same_card?page=x").status, 400);
}

#[test]
fn decisions_tell_analysts_no_reasons() {
    let served = served();
    let Served { analyst, public, merged, .. } = &*served;
    let all = analyst.get("/flow/merged/same_card");
    all.has_in_order(&["1 beslissing", merged]);
    for hidden in ["alert(1)", "same card, ", "<th scope=\"col\" class=\"text\">reden</th>"] {
        all.lacks(hidden);
    }
    // What they do not read, they cannot search.
    analyst.get("/flow/merged/same_card?q=alert").has_in_order(&["0 beslissingen"]);
    analyst.get(&format!("/flow/merged/same_card?q={merged}")).has_in_order(&["1 beslissing"]);
    let file = analyst.get("/flow/merged/same_card/decisions.csv");
    assert_eq!(
        file.text.lines().next(),
        Some("row_id,verb,survivor_id,population_from,population_to,applied,decided_by")
    );
    file.lacks("alert");
    for page in ["/flow/merged/same_card", "/flow/merged/same_card/decisions.csv"] {
        assert_eq!(public.get(page).status, 403, "{page}");
    }
}

#[test]
fn a_decision_shows_both_records() {
    let served = served();
    let Served { auditor, analyst, public, merged, kept, .. } = &*served;
    let address = format!("/flow/merged/same_card/{merged}");
    let one = auditor.get(&address);
    assert_eq!(one.status, 200, "{one:?}");
    one.has_in_order(&[
        "bewijs: joined_before",
        "De registraties naast elkaar",
        &format!("<a href=\"/record?q={merged}\">{merged}</a>"),
        &format!("<a href=\"/record?q={kept}\">{kept}</a>"),
        "<td>staging.members</td><td>staging.members</td>",
        "<td>members/north.csv:2</td><td>members/south.csv:2</td>",
        "<tr class=\"same\"><th scope=\"row\">card</th><td>1001</td><td>1001</td>",
        "<tr class=\"differs\"><th scope=\"row\"><span class=\"sign\" aria-hidden=\"true\">≠ </span>\
         <span class=\"unseen\">verschilt: </span>surname</th>",
        ESCAPED,
        "<td>Aalders</td>",
        "<tr class=\"same\"><th scope=\"row\">birth_date</th><td>1980-02-01</td><td>1980-02-01</td>",
        "geleverde regel",
        "10 01",
        "1001",
    ]);
    is_inert(&one);
    let one = analyst.get(&address);
    one.has_in_order(&[
        "De registraties naast elkaar",
        "members/north.csv:2",
        "joined</th><td>2015-03-01</td><td>2016-03-01</td>",
    ]);
    for hidden in ["Aalders", "1980-02-01", "joined_before", "geleverde regel", "10 01"] {
        one.lacks(hidden);
    }
    is_inert(&one);
    assert_eq!(public.get(&address).status, 403);
    assert_eq!(auditor.get(&format!("/flow/merged/same_card/{kept}")).status, 404);
    // New values stand beside those that the rule found.
    let updated = auditor.get("/flow/settled/gone?verb=update");
    let id = updated.text.split("/flow/settled/gone/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let updated = auditor.get(&format!("/flow/settled/gone/{id}"));
    updated.has_in_order(&["Voor en na", "fee", "7.5", "≠ 10"]);
    analyst.get(&format!("/flow/settled/gone/{id}")).lacks("Voor en na");
}

#[test]
fn a_record_is_found_and_its_life_told() {
    let served = served();
    let Served { auditor, merged, kept, .. } = &*served;
    auditor.get("/record").has_in_order(&["<form", "name=\"q\""]);
    for name in [merged.as_str(), "members/north.csv:2"] {
        let life = auditor.get(&format!("/record?q={name}"));
        life.has_in_order(&[
            merged,
            "members/north.csv:2",
            "SHA-256",
            "<pre class=\"raw\"",
            "&lt;/pre&gt;&lt;script&gt;alert(1)",
            "staging.members",
            "samengevoegd",
            kept,
            &format!("<a href=\"/flow/merged/same_card/{merged}\">same_card</a>"),
            "cleaning.merged",
            &format!("als deel van <a href=\"/record?q={kept}\">"),
            "Telt mee in deze cijfers",
            "<a href=\"/appendices/table_1/",
        ]);
        is_inert(&life);
    }
    auditor.get(&format!("/record?q={kept}")).has_in_order(&[merged, "hierin samengevoegd"]);
    auditor.get("/record?q=north.csv:2").has_in_order(&["2 registraties", "leavers/north.csv:2"]);
    // By name, by the number that identifies, nearly, and not at all.
    auditor.get("/record?q=Bos").has_in_order(&["<ol class=\"life\">", "members/north.csv:3"]);
    let by_card = auditor.get("/record?q=10+01");
    for record in [merged, kept] {
        by_card.has_in_order(&["Registraties die passen", record, "op schrijfwijze na", "card"]);
    }
    auditor.get("/record?q=Gerritz").has_in_order(&["Niets past precies", "leavers/north.csv:2", "bijna"]);
    auditor.get("/record?q=Xylander").has_in_order(&["Niets gevonden."]);
    auditor.get("/record?q=members/north.csv:5").has_in_order(&["In quarantaine", "birth_date"]);
    let hostile = auditor.get("/record?q=%3C%2Fpre%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%3E%3Cimg+src%3Dx+onerror%3Dalert(2)%3E");
    hostile.has_in_order(&[&format!("value=\"{ESCAPED}\""), merged]);
    is_inert(&hostile);
    is_inert(&auditor.get("/record?q=%3Cscript%3E"));
}

#[test]
fn a_record_tells_analysts_what_was_decided_only() {
    let served = served();
    let Served { analyst, public, merged, kept, .. } = &*served;
    for name in ["Bos", "1001", "north.csv:2", "members/north.csv:6", "%3Cscript%3E"] {
        let answer = analyst.get(&format!("/record?q={name}"));
        answer.has_in_order(&["role=\"alert\"", "rij-id"]);
        answer.lacks("class=\"life\"");
        is_inert(&answer);
    }
    let life = analyst.get(&format!("/record?q={merged}"));
    life.has_in_order(&[
        merged,
        "members/north.csv:2",
        "samengevoegd",
        kept,
        "cleaning.merged",
        "cleaning.settled",
    ]);
    for hidden in [
        "alert(1)",
        "Aalders",
        "same card",
        "joined_before",
        "class=\"raw\"",
        "/appendices/table_1/",
        "registry",
    ] {
        life.lacks(hidden);
    }
    let unknown = analyst.get("/record?q=0123456789abcdef0123456789abcdef");
    unknown.has_in_order(&["Niets gevonden."]);
    assert_eq!(public.get(&format!("/record?q={merged}")).status, 403);
}

#[test]
fn a_pseudonym_names_nobody_to_an_analyst() {
    let served = served();
    let Served { auditor, analyst, place, .. } = &*served;
    let pseudonym = {
        let query = "select card_ref from staging.leavers";
        place.herkomst(&["sql", "--format", "csv", "-c", query]).out.lines().last().unwrap().to_owned()
    };
    auditor.get(&format!("/record?q={pseudonym}")).has_in_order(&["class=\"life\"", "leavers/north.csv:2"]);
    let answer = analyst.get(&format!("/record?q={pseudonym}"));
    answer.has_in_order(&["Niets gevonden."]);
    answer.lacks("leavers/north.csv");
}
