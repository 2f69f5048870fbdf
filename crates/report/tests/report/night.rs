//! The report of a night: what is told of a run beside the one before, and its form.

use report::{NightEnd, NightReport, QuarantineCount, night_html};
use serde_json::json;
use terms::{
    CheckOutcome, CheckRecord, InputRecord, Manifest, NodeRecord, ObjectHash, Severity, StepOutcome,
    TableName, TableRecord, WaterfallRow,
};

fn hash(of: &str) -> ObjectHash {
    ObjectHash::of(of.as_bytes())
}

fn table(name: &str, content: &str, rows: u64) -> TableRecord {
    let table = TableName::new("derived", name).unwrap();
    TableRecord { table, object: hash(content), rows, bytes: 1000 * rows, lineage: None }
}

fn node(name: &str, outcome: StepOutcome, tables: Vec<TableRecord>, millis: u64) -> NodeRecord {
    let fingerprint = hash(name);
    let definition = Default::default();
    NodeRecord { node: name.into(), fingerprint, definition, reads: vec![], outcome, tables, millis }
}

fn input(file: &str, content: &str, records: u64) -> InputRecord {
    let (bytes, staged) = (10 * records, records - 1);
    let record = json!({"source": "loans", "file": file, "sha256": hash(content), "bytes": bytes, "format": "utf-8",
        "records": records, "staged": staged, "quarantined": 1});
    serde_json::from_value(record).unwrap()
}

fn check(name: &str, severity: Severity, violations: u64) -> CheckRecord {
    let outcome = if violations == 0 { CheckOutcome::Passed } else { CheckOutcome::Violated };
    let record = json!({"check": name, "severity": severity, "outcome": outcome, "violations": violations, "table": null});
    serde_json::from_value(record).unwrap()
}

fn night(run: u64) -> Manifest {
    Manifest {
        run,
        study: "fruit & nuts".into(),
        synthetic: true,
        engine: "0.1.0".into(),
        started: format!("2026-03-0{run}T02:00:00Z"),
        finished: format!("2026-03-0{run}T02:01:05Z"),
        published: true,
        parameters: [("day".to_owned(), "2026-01-01".to_owned())].into(),
        inputs: vec![input("a.csv", "a", 10), input("b.csv", "b", 20)],
        nodes: vec![
            node("derived.one", StepOutcome::Reused, vec![table("one", "one", 3)], 0),
            node("derived.two", StepOutcome::Executed, vec![table("two", "two", 30)], 1234),
        ],
        checks: vec![check("known", Severity::Error, 0), check("strange", Severity::Warn, 1)],
        ..Manifest::default()
    }
}

fn end() -> NightEnd {
    NightEnd { exit_code: 0, summary: "run 2 published: all well".into(), message: None, seconds: Some(65) }
}

/// The second night: one file other, one gone, one new; a table with more rows, one new; a check with more violations.
fn second() -> Manifest {
    let mut second = night(2);
    second.inputs = vec![input("a.csv", "other", 12), input("c.csv", "c", 1)];
    second.nodes[1] = node(
        "derived.two",
        StepOutcome::Executed,
        vec![table("two", "more", 33), table("three", "three", 1)],
        250,
    );
    second.nodes.push(node("derived.four", StepOutcome::Executed, vec![], 5));
    second.checks[1] = check("strange", Severity::Warn, 4);
    second.waterfall = vec![WaterfallRow {
        round: "first".into(),
        step: 1,
        rule: "<twins>".into(),
        population: "here".into(),
        rows_in: 10,
        merged: 1,
        removed: 0,
        added: 0,
        moved_in: 0,
        moved_out: 0,
        updated: 2,
        rows_out: 9,
    }];
    second
}

fn quarantine() -> Vec<QuarantineCount> {
    let count = |column: Option<&str>, reason: &str, records: u64| QuarantineCount {
        source: "loans".into(),
        file: "a.csv".into(),
        column: column.map(str::to_owned),
        reason: reason.into(),
        records,
    };
    vec![count(None, "ragged_row", 1), count(Some("lent_on"), "no_such_date", 2)]
}

#[test]
fn a_night_beside_the_one_before() {
    let report = NightReport::new(&second(), Some(&night(1)), Some(quarantine()), end());
    assert!(report.is_change());
    assert_eq!(night_html(&report), night_html(&report.clone()));
    let html = night_html(&report);
    let (before, rest) = html.split_once("<style>").unwrap();
    let after = rest.rsplit_once("</style>").unwrap().1;
    insta::assert_snapshot!(format!("{before}{after}"), @r##"
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Run 2 of fruit &amp; nuts, 2026-03-02</title>

    </head>
    <body>
    <a class="skip" href="#contents">To the contents</a>
    <header class="front">
    <h1>Run 2 of fruit &amp; nuts, 2026-03-02</h1>
    <p class="outcome"><strong class="good">published</strong> run 2 published: all well</p>
    <p class="synthetic" role="note"><strong>Synthetic data</strong>: These numbers come from invented registrations and say nothing about real persons or organisations.</p>
    </header>
    <nav id="contents" aria-labelledby="contents-heading">
    <h2 id="contents-heading">Contents</h2>
    <ul class="pages">
    <li><a href="#changes">Changes</a></li>
    <li><a href="#deliveries">Deliveries</a></li>
    <li><a href="#checks">Checks</a></li>
    <li><a href="#quarantine">Quarantine</a></li>
    <li><a href="#cleaning">Cleaning</a></li>
    <li><a href="#steps">Steps</a></li>
    <li><a href="#facts">Facts</a></li>
    </ul>
    </nav>
    <main>
    <section class="page" id="changes" aria-labelledby="changes-heading">
    <h2 id="changes-heading">Changes</h2>
    <p>Against run 1: 2 of 3 tables differ.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Changed tables">
    <table class="plain">
    <caption class="quiet">Changed tables</caption>
    <thead><tr><th scope="col" class="text">Table</th><th scope="col" class="text">State</th><th scope="col" class="number">Rows before</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Change</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">derived.three</th><td class="text">new</td><td class="number"></td><td class="number">1</td><td class="number"></td></tr>
    <tr><th scope="row" class="text">derived.two</th><td class="text">changed</td><td class="number">30</td><td class="number">33</td><td class="number">+3</td></tr>
    </tbody>
    </table>
    </div>
    </section>
    <section class="page" id="deliveries" aria-labelledby="deliveries-heading">
    <h2 id="deliveries-heading">Deliveries</h2>
    <p>13 records read from 2 files, 2 in quarantine; against run 1: all of 3 files differ.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Changed deliveries">
    <table class="plain">
    <caption class="quiet">Changed deliveries</caption>
    <thead><tr><th scope="col" class="text">File</th><th scope="col" class="text">Source</th><th scope="col" class="text">State</th><th scope="col" class="number">Records before</th><th scope="col" class="number">Records</th><th scope="col" class="number">Change</th><th scope="col" class="number">In quarantine</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">a.csv</th><td class="text">loans</td><td class="text">changed</td><td class="number">10</td><td class="number">12</td><td class="number">+2</td><td class="number">1</td></tr>
    <tr><th scope="row" class="text">b.csv</th><td class="text">loans</td><td class="text">gone</td><td class="number">20</td><td class="number"></td><td class="number"></td><td class="number"></td></tr>
    <tr><th scope="row" class="text">c.csv</th><td class="text">loans</td><td class="text">new</td><td class="number"></td><td class="number">1</td><td class="number"></td><td class="number">1</td></tr>
    </tbody>
    </table>
    </div>
    </section>
    <section class="page" id="checks" aria-labelledby="checks-heading">
    <h2 id="checks-heading">Checks</h2>
    <p>2 checks, 1 with violations.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Violated checks">
    <table class="plain">
    <caption class="quiet">Violated checks</caption>
    <thead><tr><th scope="col" class="text">Check</th><th scope="col" class="text">What it does</th><th scope="col" class="number">Violations before</th><th scope="col" class="number">Violations</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">strange</th><td class="text">reported</td><td class="number">1</td><td class="number">4</td></tr>
    </tbody>
    </table>
    </div>
    <details>
    <summary>1 check passed</summary>
    <p class="names">known</p>
    </details>
    <p class="remark">The violating rows: <code>herkomst sql --run 2 -c &#39;select * from checks.NAME&#39;</code></p>
    </section>
    <section class="page" id="quarantine" aria-labelledby="quarantine-heading">
    <h2 id="quarantine-heading">Quarantine</h2>
    <p>Records that break their contract, by file, column and reason; a record may have several.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Quarantine">
    <table class="plain">
    <caption class="quiet">Quarantine</caption>
    <thead><tr><th scope="col" class="text">File</th><th scope="col" class="text">Source</th><th scope="col" class="text">Column</th><th scope="col" class="text">Reason</th><th scope="col" class="number">Records</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">a.csv</th><td class="text">loans</td><td class="text">whole record</td><td class="text">ragged_row</td><td class="number">1</td></tr>
    <tr><th scope="row" class="text">a.csv</th><td class="text">loans</td><td class="text">lent_on</td><td class="text">no_such_date</td><td class="number">2</td></tr>
    </tbody>
    </table>
    </div>
    <p class="remark">The lines themselves, which may identify persons: <code>herkomst sql --run 2 -c &#39;select * from audit.run_quarantine&#39;</code></p>
    </section>
    <section class="page" id="cleaning" aria-labelledby="cleaning-heading">
    <h2 id="cleaning-heading">Cleaning</h2>
    <p>By round, rule and population: rows before, what the rule did, rows after.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Cleaning">
    <table class="plain">
    <caption class="quiet">Cleaning</caption>
    <thead><tr><th scope="col" class="text">Round</th><th scope="col" class="text">Rule</th><th scope="col" class="text">Population</th><th scope="col" class="number">In</th><th scope="col" class="number">Merged</th><th scope="col" class="number">Removed</th><th scope="col" class="number">Added</th><th scope="col" class="number">Moved in</th><th scope="col" class="number">Moved out</th><th scope="col" class="number">Updated</th><th scope="col" class="number">Out</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">first</th><td class="text">&lt;twins&gt;</td><td class="text">here</td><td class="number">10</td><td class="number">1</td><td class="number"></td><td class="number"></td><td class="number"></td><td class="number"></td><td class="number">2</td><td class="number">9</td></tr>
    </tbody>
    </table>
    </div>
    </section>
    <section class="page" id="steps" aria-labelledby="steps-heading">
    <h2 id="steps-heading">Steps</h2>
    <p>3 steps: 2 executed, 1 taken over.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Executed steps">
    <table class="plain">
    <caption class="quiet">Executed steps</caption>
    <thead><tr><th scope="col" class="text">Step</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Size</th><th scope="col" class="number">Time</th><td class="bar" aria-hidden="true"></td></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">derived.two</th><td class="number">34</td><td class="number">34 KiB</td><td class="number">250 ms</td><td class="bar" aria-hidden="true"><span style="width:100%"></span></td></tr>
    <tr><th scope="row" class="text">derived.four</th><td class="number">0</td><td class="number">0 B</td><td class="number">5 ms</td><td class="bar" aria-hidden="true"><span style="width:2%"></span></td></tr>
    </tbody>
    </table>
    </div>
    <details>
    <summary>1 step taken over</summary>
    <p class="names">derived.one</p>
    </details>
    </section>
    <section class="page" id="facts" aria-labelledby="facts-heading">
    <h2 id="facts-heading">Facts</h2>
    <div class="wide" tabindex="0" role="region" aria-label="Facts">
    <table class="plain">
    <caption class="quiet">Facts</caption>
    <thead><tr><th scope="col" class="text">Fact</th><th scope="col" class="text">Value</th></tr></thead>
    <tbody>
    <tr><th scope="row" class="text">Exit code</th><td class="text">0</td></tr>
    <tr><th scope="row" class="text">Started (UTC)</th><td class="text">2026-03-02T02:00:00Z</td></tr>
    <tr><th scope="row" class="text">Ended (UTC)</th><td class="text">2026-03-02T02:01:05Z</td></tr>
    <tr><th scope="row" class="text">Time</th><td class="text">65 seconds</td></tr>
    <tr><th scope="row" class="text">Engine</th><td class="text">0.1.0</td></tr>
    <tr><th scope="row" class="text">Parameter day</th><td class="text">2026-01-01</td></tr>
    </tbody>
    </table>
    </div>
    </section>
    </main>
    </body></html>
    "##);
}

#[test]
fn the_same_night_again_is_no_change() {
    let report = NightReport::new(&night(2), Some(&night(1)), Some(Vec::new()), end());
    assert!(!report.is_change());
    let html = night_html(&report);
    for text in
        ["Against run 1: all of 2 tables the same.", "all of 2 files the same", "No record is in quarantine."]
    {
        assert!(html.contains(text), "{text}\n{html}");
    }
    assert!(NightReport::new(&night(1), None, Some(Vec::new()), end()).is_change(), "the first night");
    let mut checked = night(2);
    checked.checks[1].violations = 2;
    assert!(NightReport::new(&checked, Some(&night(1)), Some(Vec::new()), end()).is_change());
}

#[test]
fn a_night_that_failed_has_the_steps_that_ended() {
    let message = "source loans: no file fits `<loans>`; put the delivery there".to_owned();
    let end = NightEnd {
        exit_code: 4,
        summary: "failed: no file".into(),
        message: Some(message),
        seconds: Some(1),
    };
    let steps = night(1).nodes;
    let report = NightReport::failed("fruit", "2026-03-01T02:00:00Z", "2026-03-01T02:00:01Z", &steps, end);
    assert!(!report.is_change(), "nothing is shown otherwise");
    let html = night_html(&report);
    for text in [
        "<strong class=\"bad\">failed</strong>",
        "no file fits `&lt;loans&gt;`",
        "Nothing was committed, so nothing changed",
        "2 steps: 1 executed, 1 taken over.",
        "1.2 s",
    ] {
        assert!(html.contains(text), "{text}\n{html}");
    }
    assert!(!html.contains("Synthetic data"), "that is not known");
}

#[test]
fn a_run_that_is_not_published_says_so() {
    let mut run = night(2);
    run.published = false;
    let html = night_html(&NightReport::new(&run, None, Some(Vec::new()), end()));
    assert!(html.contains("<strong class=\"bad\">not published</strong>"), "{html}");
    run.without = vec!["first/twins".into()];
    let html = night_html(&NightReport::new(&run, None, Some(Vec::new()), end()));
    assert!(html.contains("<strong class=\"side\">side run, not published</strong>"), "{html}");
    assert!(html.contains("first/twins"), "{html}");
}
