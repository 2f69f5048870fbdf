//! Trees below a table: as files, in the book, as tables; and rows that are no trees.

use crate::fixture::{column, format, presentation, table};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use report::{Book, BookTable, Drawings, csv, html};
use std::sync::Arc;
use study::{Drawing, NumberFormat, Presentation, Separator, TreePresentation};

fn drawing() -> TreePresentation {
    let share = NumberFormat { separator: Separator::Comma, leading_zero: true, ..format(1, "%") };
    TreePresentation {
        from: terms::TableName::parse("fruit.nodes").unwrap(),
        section: "vrucht".into(),
        title: "titel".into(),
        node: column("knoop", "Knoop", None),
        parent: column("boven", "Onder", None),
        group: column("groep", "Groep", None),
        classes: vec![column("rijp", "Rijp", None), column("onrijp", "Onrijp", None)],
        share,
        predictor: column("kenmerk", "Kenmerk", None),
        statistics: vec![column("p", "p", None), column("chi", "χ²", Some(format(1, "")))],
        stop: column("einde", "Einde", None),
    }
}

fn drawn_presentation(drawing: TreePresentation) -> Presentation {
    Presentation { drawing: Some(Drawing::Tree(drawing)), ..presentation() }
}

/// The nodes of two trees: one that is split in two, one that is not split; `word` stands at every label.
fn nodes(word: &str) -> RecordBatch {
    let text = |texts: [Option<&str>; 4]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let label = |text: &str| format!("{text}{word}");
    let (tree, pears) = (label("Boom van appels"), label("Boom van peren"));
    let (short, long, what) = (label("kort"), label("lang; ontbreekt"), label("Steel"));
    RecordBatch::try_from_iter_with_nullable([
        ("vrucht", text(["Appel", "Appel", "Appel", "Peer"].map(Some)), true),
        ("titel", text([Some(&tree), Some(&tree), Some(&tree), Some(&pears)]), true),
        ("knoop", Arc::new(Int64Array::from(vec![0, 1, 2, 0])) as ArrayRef, true),
        ("boven", Arc::new(Int64Array::from(vec![None, Some(0), Some(0), None])) as ArrayRef, true),
        ("groep", text([None, Some(&short), Some(&long), None]), true),
        ("rijp", Arc::new(Int64Array::from(vec![30, 29, 1, 0])) as ArrayRef, true),
        ("onrijp", Arc::new(Int64Array::from(vec![70, 31, 39, 0])) as ArrayRef, true),
        ("kenmerk", text([Some(&what), None, None, None]), true),
        ("p", text([Some("< 0,001"), None, None, None]), true),
        ("chi", Arc::new(Float64Array::from(vec![Some(24.25), None, None, None])) as ArrayRef, true),
        ("einde", text([None, Some("te klein"), Some("te klein"), Some(&label("leeg"))]), true),
    ])
    .unwrap()
}

fn drawings(word: &str) -> Drawings {
    Drawings::new(&drawn_presentation(drawing()), &[nodes(word)]).unwrap().unwrap()
}

#[test]
fn a_tree_as_a_file() {
    let drawings = drawings("");
    assert_eq!(drawings.trees[0].svg(), drawings.trees[0].clone().svg());
    insta::assert_snapshot!(drawings.trees[0].svg(), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" class="tree" role="img" aria-labelledby="boom-naam" aria-describedby="boom-uitleg" width="344" height="310" viewBox="0 0 344 310" font-family="&#39;Source Sans 3&#39;, &#39;Source Sans Pro&#39;, &#39;Helvetica Neue&#39;, Arial, &#39;Liberation Sans&#39;, &#39;DejaVu Sans&#39;, sans-serif">
    <title id="boom-naam">Boom van appels</title>
    <desc id="boom-uitleg">Boom met 3 knopen, waarvan 2 eindknopen. Knoop 0: gesplitst op Steel (p &lt; 0,001; χ² = 24.3): Knoop 1 (kort), Knoop 2 (lang; ontbreekt). De aantallen per knoop staan in de tabel bij deze boom.</desc>
    <rect x="0" y="0" width="344" height="310" class="paper" fill="#ffffff"></rect>
    <path class="edge" d="M172 111L172 121M172 153L172 163M86 163L258 163M86 163L86 173M86 189L86 199M258 163L258 173M258 189L258 199" fill="none" stroke="#5f5b54" stroke-width="1.25"></path>
    <rect x="94" y="8" width="156" height="103" class="box" fill="#ffffff" stroke="#1c1b19" stroke-width="1"></rect><path class="rule" d="M102 71L242 71" fill="none" stroke="#5f5b54" stroke-width="1"></path>
    <rect x="102" y="97" width="42" height="6" class="part part-0" fill="#17496b" stroke="#5f5b54" stroke-width="0.75"></rect><rect x="144" y="97" width="98" height="6" class="part part-1" fill="#cfdde7" stroke="#5f5b54" stroke-width="0.75"></rect>
    <rect x="8" y="199" width="156" height="103" class="box terminal" fill="#ffffff" stroke="#1c1b19" stroke-width="2"></rect><path class="rule" d="M16 262L156 262" fill="none" stroke="#5f5b54" stroke-width="1"></path>
    <rect x="16" y="288" width="68" height="6" class="part part-0" fill="#17496b" stroke="#5f5b54" stroke-width="0.75"></rect><rect x="84" y="288" width="72" height="6" class="part part-1" fill="#cfdde7" stroke="#5f5b54" stroke-width="0.75"></rect>
    <rect x="180" y="199" width="156" height="103" class="box terminal" fill="#ffffff" stroke="#1c1b19" stroke-width="2"></rect><path class="rule" d="M188 262L328 262" fill="none" stroke="#5f5b54" stroke-width="1"></path>
    <rect x="188" y="288" width="4" height="6" class="part part-0" fill="#17496b" stroke="#5f5b54" stroke-width="0.75"></rect><rect x="192" y="288" width="136" height="6" class="part part-1" fill="#cfdde7" stroke="#5f5b54" stroke-width="0.75"></rect>
    <text x="172" y="133" font-size="12" fill="#1c1b19" text-anchor="middle" font-weight="bold">Steel</text>
    <text x="172" y="149" font-size="12" fill="#1c1b19" text-anchor="middle">p &lt; 0,001; χ² = 24.3</text>
    <text x="102" y="29" font-size="13" fill="#1c1b19" font-weight="bold">Knoop 0</text>
    <text x="102" y="47" font-size="13" fill="#1c1b19">Rijp</text>
    <text x="180" y="47" font-size="13" fill="#1c1b19" text-anchor="end">30</text>
    <text x="242" y="47" font-size="13" fill="#1c1b19" text-anchor="end">30,0%</text>
    <text x="102" y="65" font-size="13" fill="#1c1b19">Onrijp</text>
    <text x="180" y="65" font-size="13" fill="#1c1b19" text-anchor="end">70</text>
    <text x="242" y="65" font-size="13" fill="#1c1b19" text-anchor="end">70,0%</text>
    <text x="102" y="86" font-size="13" fill="#1c1b19">Totaal</text>
    <text x="180" y="86" font-size="13" fill="#1c1b19" text-anchor="end">100</text>
    <text x="242" y="86" font-size="13" fill="#1c1b19" text-anchor="end">100,0%</text>
    <text x="86" y="185" font-size="12" fill="#1c1b19" text-anchor="middle">kort</text>
    <text x="16" y="220" font-size="13" fill="#1c1b19" font-weight="bold">Knoop 1</text>
    <text x="156" y="220" font-size="12" fill="#1c1b19" text-anchor="end">eindknoop</text>
    <text x="16" y="238" font-size="13" fill="#1c1b19">Rijp</text>
    <text x="94" y="238" font-size="13" fill="#1c1b19" text-anchor="end">29</text>
    <text x="156" y="238" font-size="13" fill="#1c1b19" text-anchor="end">48,3%</text>
    <text x="16" y="256" font-size="13" fill="#1c1b19">Onrijp</text>
    <text x="94" y="256" font-size="13" fill="#1c1b19" text-anchor="end">31</text>
    <text x="156" y="256" font-size="13" fill="#1c1b19" text-anchor="end">51,7%</text>
    <text x="16" y="277" font-size="13" fill="#1c1b19">Totaal</text>
    <text x="94" y="277" font-size="13" fill="#1c1b19" text-anchor="end">60</text>
    <text x="156" y="277" font-size="13" fill="#1c1b19" text-anchor="end">60,0%</text>
    <text x="258" y="185" font-size="12" fill="#1c1b19" text-anchor="middle">lang; ontbreekt</text>
    <text x="188" y="220" font-size="13" fill="#1c1b19" font-weight="bold">Knoop 2</text>
    <text x="328" y="220" font-size="12" fill="#1c1b19" text-anchor="end">eindknoop</text>
    <text x="188" y="238" font-size="13" fill="#1c1b19">Rijp</text>
    <text x="266" y="238" font-size="13" fill="#1c1b19" text-anchor="end">1</text>
    <text x="328" y="238" font-size="13" fill="#1c1b19" text-anchor="end">2,5%</text>
    <text x="188" y="256" font-size="13" fill="#1c1b19">Onrijp</text>
    <text x="266" y="256" font-size="13" fill="#1c1b19" text-anchor="end">39</text>
    <text x="328" y="256" font-size="13" fill="#1c1b19" text-anchor="end">97,5%</text>
    <text x="188" y="277" font-size="13" fill="#1c1b19">Totaal</text>
    <text x="266" y="277" font-size="13" fill="#1c1b19" text-anchor="end">40</text>
    <text x="328" y="277" font-size="13" fill="#1c1b19" text-anchor="end">40,0%</text>
    </svg>
    "##);
}

#[test]
fn a_tree_that_is_not_split_says_why() {
    let svg = drawings("").trees[1].svg();
    let texts: Vec<&str> =
        svg.lines().filter_map(|line| Some(line.strip_suffix("</text>")?.split_once('>')?.1)).collect();
    insta::assert_snapshot!(texts.join(" | "), @r#"
    Niet gesplitst: leeg | Knoop 0 | eindknoop | Rijp | 0 | Onrijp | 0 | Totaal | 0
    "#);
    assert!(svg.contains("Boom met één knoop. Knoop 0: Niet gesplitst: leeg. "), "{svg}");
}

#[test]
fn the_table_has_what_the_drawing_has() {
    let nodes = String::from_utf8(csv(&drawings("").nodes).unwrap()).unwrap();
    insta::assert_snapshot!(nodes, @r#"
    titel,Knoop,Onder,Groep,Rijp / n,Rijp / %,Onrijp / n,Onrijp / %,Totaal,Kenmerk,p,χ²,Einde
    Boom van appels,0,,,30,"30,0%",70,"70,0%",100,Steel,"< 0,001",24.3,
    Boom van appels,1,0,kort,29,"48,3%",31,"51,7%",60,,,,te klein
    Boom van appels,2,0,lang; ontbreekt,1,"2,5%",39,"97,5%",40,,,,te klein
    Boom van peren,0,,,0,,0,,0,,,,leeg
    "#);
}

#[test]
fn files_are_named_after_their_sections() {
    let names = |sections: [&str; 4]| {
        let mut nodes = nodes("").columns().to_vec();
        nodes[0] = Arc::new(StringArray::from(sections.to_vec()));
        nodes[3] = Arc::new(Int64Array::from(vec![None::<i64>; 4]));
        let batch = RecordBatch::try_new(self::nodes("").schema(), nodes).unwrap();
        let drawings = Drawings::new(&drawn_presentation(drawing()), &[batch]).unwrap().unwrap();
        drawings.trees.into_iter().map(|tree| tree.file_stem).collect::<Vec<_>>()
    };
    assert_eq!(names(["1.1.10", "1/1/10", "../../etc", "Één"]), ["1.1.10", "1-1-10", "etc", "n"]);
    assert_eq!(names(["a", "A", "..", "/"]), ["a", "a-2", "tree", "tree-2"]);
}

#[test]
fn the_book_leads_from_a_row_to_its_tree() {
    let (table, drawings) = (table(), drawings(""));
    let page = book(&table, &drawings);
    assert!(page.contains(r##"<a href="#t-tabel-03--1">Appel</a>"##), "the row leads to the tree");
    assert!(page.contains(r#"id="t-tabel-03--1""#) && page.contains(r#"id="t-tabel-03--2""#));
    assert!(!page.contains("Pruim</a>"), "a row without tree leads nowhere");
    let start = page.find("<section class=\"drawing\" id=\"t-tabel-03--2\"").unwrap();
    let end = page[start..].find("<svg").unwrap();
    insta::assert_snapshot!(page[start..start + end], @r#"
    <section class="drawing" id="t-tabel-03--2" aria-labelledby="t-tabel-03--2-kop">
    <h3 id="t-tabel-03--2-kop">Boom van peren</h3>
    <div class="wide" tabindex="0" role="region" aria-label="Boom: Boom van peren">
    "#);
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "ids are unique");
}

#[test]
fn hostile_labels_add_no_markup_to_a_drawing() {
    let table = table();
    let calm = book(&table, &drawings("rustig"));
    for hostile in ["<script>alert(1)</script>", "\"><svg/onload=alert(1)>", "]]></svg>", "\u{fffe}&lt;"] {
        let drawings = drawings(hostile);
        let page = book(&table, &drawings);
        // The texts may be broken into other lines, each an element; nothing else may be new.
        let tags = |page: &str| {
            ["<", "<text ", "</text>"]
                .map(|tag| page.matches(tag).count())
                .into_iter()
                .reduce(|all, text| all - text)
        };
        assert_eq!(tags(&page), tags(&calm), "{hostile}");
        for word in ["<script", "onload=alert(1)>", "\u{fffe}"] {
            assert!(!page.contains(word), "{word}");
            assert!(!drawings.trees[0].svg().contains(word), "{word}");
        }
        assert_eq!(page.matches("</svg>").count(), 2);
    }
}

#[test]
fn rows_that_are_no_tree_are_refused() {
    let fault = |column: &str, array: ArrayRef| {
        let batch = nodes("");
        let place = batch.schema().index_of(column).unwrap();
        let mut columns: Vec<(&str, ArrayRef, bool)> = Vec::new();
        let schema = batch.schema();
        for (at, field) in schema.fields().iter().enumerate() {
            let old = batch.column(at).clone();
            columns.push((field.name(), if at == place { array.clone() } else { old }, true));
        }
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        Drawings::new(&drawn_presentation(drawing()), &[batch]).unwrap_err().to_string()
    };
    let renamed = TreePresentation { stop: column("stop", "Stop", None), ..drawing() };
    let unknown = Drawings::new(&drawn_presentation(renamed), &[nodes("")]).unwrap_err().to_string();
    let integers = |values: [Option<i64>; 4]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let all = [
        unknown,
        fault("boven", integers([None, Some(7), Some(0), None])),
        fault("knoop", integers([Some(0), Some(1), Some(1), Some(0)])),
        fault("rijp", integers([Some(1), Some(-1), Some(0), Some(0)])),
        fault("rijp", integers([Some(1), None, Some(0), Some(0)])),
        fault("onrijp", Arc::new(Float64Array::from(vec![1.0; 4]))),
        fault("chi", Arc::new(Float64Array::from(vec![f64::NAN; 4]))),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    table 3 (Tabel 3 Vruchten naar kleur): the drawing names column `stop`, which the query does not return; it returns vrucht, titel, knoop, boven, groep, rijp, onrijp, kenmerk, p, chi, einde. Correct the presentation or the SELECT
    table 3 (Tabel 3 Vruchten naar kleur): tree `Appel`: node `1` stands under `7`, which is no node of this tree; return that node too, or correct the column of the node above
    table 3 (Tabel 3 Vruchten naar kleur): tree `Appel`: there are two nodes `1`; return one row for each node
    table 3 (Tabel 3 Vruchten naar kleur): tree `Appel`: node `1`: column `rijp` holds no whole number from 0 on; count the cases in the SELECT
    table 3 (Tabel 3 Vruchten naar kleur): tree `Appel`: node `1`: column `rijp` holds no whole number from 0 on; count the cases in the SELECT
    table 3 (Tabel 3 Vruchten naar kleur): tree `Appel`: node `0`: column `onrijp` holds no whole number from 0 on; count the cases in the SELECT
    table 3 (Tabel 3 Vruchten naar kleur): column `chi`, row 1 holds NaN, which is not a number; guard the division in the SELECT
    "#);
}

fn book(table: &report::PrintedTable, drawings: &Drawings) -> String {
    html(&Book {
        title: "Boek",
        synthetic: false,
        about: &[],
        sources: &[],
        tables: &[BookTable { name: "tabel_03", table, drawings: Some(drawings) }],
        waterfall: &[],
        verification: None,
        facts: &[],
        inputs: &[],
    })
}
