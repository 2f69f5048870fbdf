//! The book: its form, and that no text of a study becomes markup.

use crate::fixture::{PUBLISHED, batch, misprint, presentation, table, without_style};
use report::{Book, BookTable, Known, PrintedTable, StaleReason, Summary, compare, html};
use study::{Marker, Presentation};
use terms::WaterfallRow;

fn waterfall(word: &str) -> WaterfallRow {
    WaterfallRow {
        round: word.into(),
        step: 1,
        rule: word.into(),
        population: word.into(),
        rows_in: 10,
        merged: 1,
        removed: 0,
        added: 0,
        moved_in: 0,
        moved_out: 0,
        updated: 2,
        rows_out: 9,
    }
}

fn summary() -> Summary {
    let published = PUBLISHED.replace(",10,", ",11,").replace("Appel", "Abrikoos");
    let misprints = [misprint("1", "rood", "11", "10"), misprint("9", "rood", "1", "2")];
    let known = Known { misprints: &misprints, unreached: &[] };
    let comparison = compare("tabel_03", &presentation(), &table(), published.as_bytes(), &known).unwrap();
    Summary::new(vec![comparison], &known)
}

#[test]
fn a_book() {
    let table = table();
    let summary = summary();
    let book = Book {
        title: "Vruchten & noten",
        synthetic: true,
        about: &["Een alinea.".into()],
        sources: &[],
        tables: &[BookTable { name: "tabel_03", table: &table, drawings: None }],
        waterfall: &[waterfall("ronde")],
        verification: Some(&summary),
        facts: &[("run".into(), "12".into())],
        inputs: &[],
    };
    assert_eq!(html(&book), html(&book.clone()));
    insta::assert_snapshot!(without_style(&html(&book)), @r##"
<!DOCTYPE html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src  ; base-uri &#39;none&#39;; form-action &#39;none&#39;">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Vruchten &amp; noten</title>


</head>
<body>
<a class="skip" href="#inhoud">Naar de inhoud</a>
<header class="front">
<h1>Vruchten &amp; noten</h1>
<p class="synthetic" role="note"><strong>Synthetische gegevens</strong>: Deze cijfers zijn berekend uit verzonnen registraties en zeggen niets over werkelijke personen of organisaties.</p>
</header>
<nav id="inhoud" aria-labelledby="inhoud-kop">
<h2 id="inhoud-kop">Inhoud</h2>
<ul class="pages">
<li><a href="#gegevens">Over de gegevens</a></li>
<li><a href="#opschoning">Opschoning</a></li>
<li><span>Tabellen</span><ol class="tables">
<li><a href="#t-tabel-03">Tabel 3 Vruchten naar kleur</a></li>
</ol></li>
<li><a href="#verschillen">Verschillen met de druk</a></li>
<li><a href="#herhaalbaarheid">Herhaalbaarheid</a></li>
</ul>
</nav>
<main>
<section class="page" id="gegevens" aria-labelledby="gegevens-kop">
<h2 id="gegevens-kop">Over de gegevens</h2>
<p>Een alinea.</p>
</section>
<section class="page" id="opschoning" aria-labelledby="opschoning-kop">
<h2 id="opschoning-kop">Opschoning</h2>
<p>Per ronde, regel en populatie: hoeveel rijen er waren, wat de regel ermee deed en hoeveel er overbleven. Er verdwijnt geen rij zonder dat een regel haar noemt: uit = in − samengevoegd − verwijderd + toegevoegd + erbij − eraf.</p>
<p>Rijen voor de eerste ronde en na elke ronde: 10 → 9.</p>
<div class="wide" tabindex="0" role="region" aria-label="Opschoning">
<table class="plain">
<caption class="quiet">Opschoning</caption>
<thead><tr><th scope="col" class="text">Ronde</th><th scope="col" class="text">Regel</th><th scope="col" class="text">Populatie</th><th scope="col" class="number">In</th><th scope="col" class="number">Samengevoegd</th><th scope="col" class="number">Verwijderd</th><th scope="col" class="number">Toegevoegd</th><th scope="col" class="number">Erbij</th><th scope="col" class="number">Eraf</th><th scope="col" class="number">Gewijzigd</th><th scope="col" class="number">Uit</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">ronde</th><td class="text">ronde</td><td class="text">ronde</td><td class="number">10</td><td class="number">1</td><td class="number"></td><td class="number"></td><td class="number"></td><td class="number"></td><td class="number">2</td><td class="number">9</td></tr>
</tbody>
</table>
</div>
</section>
<section class="appendix" id="t-tabel-03" aria-labelledby="t-tabel-03-titel">
<h2 id="t-tabel-03-titel">Tabel 3 Vruchten naar kleur</h2>
<p class="synthetic" role="note"><strong>Synthetische gegevens</strong>: Deze cijfers zijn berekend uit verzonnen registraties en zeggen niets over werkelijke personen of organisaties.</p>
<div class="wide" tabindex="0" role="region" aria-label="Tabel 3 Vruchten naar kleur">
<table class="printed">
<caption class="quiet">Tabel 3 Vruchten naar kleur</caption>
<thead>
<tr><th scope="col" class="text" rowspan="2">Vrucht</th><th scope="colgroup" class="span" colspan="2">Kleur</th><th scope="col" class="number" rowspan="2">% rood</th></tr>
<tr><th scope="col" class="number">Rood</th><th scope="col" class="number">Groen</th></tr>
</thead>
<tbody>
<tr class="heading"><th scope="rowgroup" colspan="4">Pitvruchten</th></tr>
<tr><th scope="row" class="text">Appel<sup class="mark"><a href="#verschillen">≠</a></sup></th><td class="number">10<sup class="mark"><a href="#verschillen">†</a></sup></td><td class="number">6</td><td class="number">62.5%</td></tr>
<tr><th scope="row" class="text">Peer</th><td class="number">0 *</td><td class="number">1234</td><td class="number">.1%</td></tr>
</tbody>
<tbody>
<tr class="heading"><th scope="rowgroup" colspan="4">Steenvruchten</th></tr>
<tr><th scope="row" class="text">Pruim</th><td class="number"></td><td class="number">0</td><td class="number"></td></tr>
</tbody>
</table>
</div>
<div class="notes" role="note" aria-label="Noten">
<p>* Inclusief gevallen vruchten.</p>
<p><sup class="mark">†</sup> De druk heeft hier iets anders: een verklaarde drukfout.</p>
<p><sup class="mark">≠</sup> De druk heeft hier iets anders, zonder verklaring.</p>
</div>
<p class="remark"><a href="#verschillen">Verschillen met de druk</a>. Verklaarde drukfouten: 1; Onverklaarde verschillen: 1; Vervallen verklaringen: 1.</p>
</section>
<section class="page" id="verschillen" aria-labelledby="verschillen-kop">
<h2 id="verschillen-kop">Verschillen met de druk</h2>
<p>Elke gedrukte cel is vergeleken met de berekende cel, zoals zij gedrukt staat. Een verschil dat aan de druk ligt, is een verklaarde drukfout. Wat verzonnen gegevens niet bereiken, staat er met de afstand tot de druk bij.</p>
<div class="wide" tabindex="0" role="region" aria-label="Verschillen met de druk">
<table class="plain">
<caption class="quiet">Verschillen met de druk</caption>
<thead><tr><th scope="col" class="text">Tabel</th><th scope="col" class="number">Cellen</th><th scope="col" class="number">Gelijk</th><th scope="col" class="number">Verklaarde drukfouten</th><th scope="col" class="number">Niet bereikt met verzonnen gegevens</th><th scope="col" class="number">Onverklaarde verschillen</th><th scope="col" class="number">Vervallen verklaringen</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">tabel_03</th><td class="number">15</td><td class="number">13</td><td class="number">1</td><td class="number">0</td><td class="number">1</td><td class="number">1</td></tr>
</tbody>
<tfoot>
<tr><th scope="row" class="text">Totaal</th><td class="number">15</td><td class="number">13</td><td class="number">1</td><td class="number">0</td><td class="number">1</td><td class="number">1</td></tr>
</tfoot>
</table>
</div>
<h3>Onverklaarde verschillen</h3>
<div class="wide" tabindex="0" role="region" aria-label="Onverklaarde verschillen">
<table class="plain">
<caption class="quiet">Onverklaarde verschillen</caption>
<thead><tr><th scope="col" class="text">Tabel</th><th scope="col" class="text">Rij</th><th scope="col" class="text">Kolom</th><th scope="col" class="text">Gedrukt</th><th scope="col" class="text">Berekend</th><th scope="col" class="text">Soort</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">tabel_03</th><td class="text">1</td><td class="text">vrucht</td><td class="text">Abrikoos</td><td class="text">Appel</td><td class="text">waarde</td></tr>
</tbody>
</table>
</div>
<h3>Verklaarde drukfouten</h3>
<div class="wide" tabindex="0" role="region" aria-label="Verklaarde drukfouten">
<table class="plain">
<caption class="quiet">Verklaarde drukfouten</caption>
<thead><tr><th scope="col" class="text">Tabel</th><th scope="col" class="text">Rij</th><th scope="col" class="text">Kolom</th><th scope="col" class="text">Gedrukt</th><th scope="col" class="text">Berekend</th><th scope="col" class="text">Soort</th><th scope="col" class="text">Verklaring</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">tabel_03</th><td class="text">1</td><td class="text">rood</td><td class="text">11</td><td class="text">10</td><td class="text">zetfout</td><td class="text">Het cijfer past niet bij de som.</td></tr>
</tbody>
</table>
</div>
<h3>Vervallen verklaringen</h3>
<div class="wide" tabindex="0" role="region" aria-label="Vervallen verklaringen">
<table class="plain">
<caption class="quiet">Vervallen verklaringen</caption>
<thead><tr><th scope="col" class="text">Tabel</th><th scope="col" class="text">Rij</th><th scope="col" class="text">Kolom</th><th scope="col" class="text">Reden</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">tabel_03</th><td class="text">9</td><td class="text">rood</td><td class="text">De rij is er niet.</td></tr>
</tbody>
</table>
</div>
<h3>Niet vergeleken kolommen</h3>
<div class="wide" tabindex="0" role="region" aria-label="Niet vergeleken kolommen">
<table class="plain">
<caption class="quiet">Niet vergeleken kolommen</caption>
<thead><tr><th scope="col" class="text">Tabel</th><th scope="col" class="text">Kolom</th><th scope="col" class="text">Reden</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">tabel_03</th><td class="text">nr</td><td class="text">niet gedrukt</td></tr>
</tbody>
</table>
</div>
</section>
<section class="page" id="herhaalbaarheid" aria-labelledby="herhaalbaarheid-kop">
<h2 id="herhaalbaarheid-kop">Herhaalbaarheid</h2>
<div class="wide" tabindex="0" role="region" aria-label="Herhaalbaarheid">
<table class="plain">
<caption class="quiet">Herhaalbaarheid</caption>
<thead><tr><th scope="col" class="text">Gegeven</th><th scope="col" class="text">Waarde</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">run</th><td class="text">12</td></tr>
</tbody>
</table>
</div>
</section>
</main>
</body></html>
"##);
}

#[test]
fn tables_stand_in_the_order_of_their_numbers() {
    let first = PrintedTable { number: 1, title: "Eerste".into(), ..table() };
    let third = PrintedTable { title: "Derde".into(), ..table() };
    let tables = [
        BookTable { name: "c", table: &third, drawings: None },
        BookTable { name: "a", table: &first, drawings: None },
    ];
    let text = html(&Book { tables: &tables, ..empty() });
    assert!(text.find("Eerste").unwrap() < text.find("Derde").unwrap());
}

#[test]
fn hostile_texts_add_no_markup() {
    let calm = page("rustig", &summary());
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'-->]]></style></table>",
        "&lt;b&gt;",
    ] {
        let mut summary = summary();
        for comparison in &mut summary.appendices {
            comparison.misprints.iter_mut().for_each(|m| m.explanation = hostile.into());
            comparison.differences.iter_mut().for_each(|d| d.produced = hostile.into());
            comparison
                .stale
                .iter_mut()
                .for_each(|s| s.reason = StaleReason::NoDifference { text: hostile.into() });
            comparison.ignored.insert(hostile.into(), hostile.into());
        }
        let page = page(hostile, &summary);
        assert_eq!(count(&page, "<script"), 0);
        assert_eq!(count(&page, "onerror=alert(1)>"), 0);
        // One more ignored column: one more row of a heading cell and two cells.
        assert_eq!(count(&page, "<"), count(&calm, "<") + 8, "{hostile}");
        // One for the screen, one for the notice on printed pages.
        assert_eq!(count(&page, "</style>"), 2);
    }
}

#[test]
fn a_book_loads_nothing_and_runs_nothing() {
    let text = page("rustig", &summary());
    for word in ["<script", "src=", "http://", "https://", "url(", "@import", "<link", "onclick"] {
        assert_eq!(count(&text, word), 0, "{word}");
    }
    for word in [
        "lang=\"nl\"",
        "<caption class=\"quiet\">",
        "scope=\"col\"",
        "scope=\"row\"",
        "scope=\"colgroup\"",
        "scope=\"rowgroup\"",
        "@media print",
        "prefers-color-scheme: dark",
    ] {
        assert!(count(&text, word) > 0, "{word}");
    }
}

#[test]
fn only_invented_data_is_called_invented() {
    let table = table();
    let tables = [
        BookTable { name: "a", table: &table, drawings: None },
        BookTable { name: "b", table: &table, drawings: None },
    ];
    let notices =
        |synthetic| count(&html(&Book { tables: &tables, synthetic, ..empty() }), "role=\"note\"><strong>");
    assert_eq!((notices(true), notices(false)), (3, 0));
}

/// A book in which every text of the study is `word`.
fn page(word: &str, summary: &Summary) -> String {
    let mut presentation = Presentation {
        title: word.into(),
        notes: vec![word.into()],
        markers: vec![Marker { row: "1".into(), column: "vrucht".into(), text: word.into() }],
        ..presentation()
    };
    presentation.columns.iter_mut().for_each(|column| column.label = word.into());
    presentation.spanning.iter_mut().for_each(|span| span.label = word.into());
    presentation.row_headings = Some("soort".into());
    let table = PrintedTable::new(&presentation, &[batch()]).unwrap();
    html(&Book {
        title: word,
        synthetic: true,
        about: &[word.into()],
        sources: &[],
        tables: &[BookTable { name: "tabel_03", table: &table, drawings: None }],
        waterfall: &[waterfall(word)],
        verification: Some(summary),
        facts: &[(word.into(), word.into())],
        inputs: &[],
    })
}

fn empty() -> Book<'static> {
    Book {
        title: "Boek",
        synthetic: false,
        about: &[],
        sources: &[],
        tables: &[],
        waterfall: &[],
        verification: None,
        facts: &[],
        inputs: &[],
    }
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}
