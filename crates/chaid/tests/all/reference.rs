use super::{close, number, rows};
use chaid::{ChiSquare, Group, Level, Method, Moments, Options, Outcome, Summary, Table, screen};

/// Random tables against the slow program in Python: groups, statistic, degrees of freedom, p and multiplier.
#[test]
fn against_the_python_program() {
    let mut tables = 0;
    for row in rows(include_str!("../reference.csv")) {
        let outcome = match row[0] {
            "nominal" => Outcome::Nominal,
            "ordinal" => Outcome::Ordinal { scores: None },
            _ => Outcome::Scale,
        };
        let options = Options {
            method: if row[2] == "chaid" { Method::Chaid } else { Method::Exhaustive },
            statistic: if row[3] == "lr" { ChiSquare::LikelihoodRatio } else { ChiSquare::Pearson },
            alpha_merge: number(row[4]),
            resplit: (!row[5].is_empty()).then(|| number(row[5])),
            min_child: row[6].parse().unwrap(),
            min_parent: 0,
            convergence: 1e-9,
            max_iterations: 100_000,
            ..Options::default()
        };
        let level = if row[1] == "nominal" { Level::Nominal } else { Level::Ordinal };
        let summary = |cells: &str| summary(cells, &outcome);
        let table = Table {
            name: "x".into(),
            level,
            categories: row[7].split('|').map(summary).collect(),
            missing: (!row[8].is_empty()).then(|| summary(row[8])),
        };
        let found = screen(&outcome, &[table], &options).unwrap().findings.remove(0);
        let what = row.join(",");
        assert!(found.test.converged, "{what}");
        assert_eq!(found.categories.to_string(), row[9], "{what}");
        assert_eq!(found.groups.iter().map(shown).collect::<Vec<_>>().join("|"), row[10], "{what}");
        // The row effects model comes from another algorithm, which stops elsewhere.
        let tolerance = if row[3] == "row_effects" { 1e-6 } else { 1e-10 };
        close(found.test.value, number(row[11]), tolerance, &what);
        assert_eq!(found.test.df.to_string(), row[12], "{what}");
        let within = found.test.df_within.filter(|df| *df > 0).map(|df| df.to_string()).unwrap_or_default();
        assert_eq!(within, row[13], "{what}");
        close(found.test.ln_p, number(row[14]), tolerance, &what);
        assert_eq!(found.multiplier, number(row[15]), "{what}");
        close(found.ln_p_adjusted, number(row[16]), tolerance, &what);
        tables += 1;
    }
    assert_eq!(tables, 440);
}

fn summary(cells: &str, outcome: &Outcome) -> Summary {
    let cells = cells.split(' ').filter(|cell| !cell.is_empty());
    if *outcome == Outcome::Scale {
        Summary::Moments(Moments::of(&cells.map(number).collect::<Vec<_>>()))
    } else {
        Summary::Counts { n: cells.map(|cell| cell.parse().unwrap()).collect(), weight: None }
    }
}

fn shown(group: &Group) -> String {
    let missing = group.missing.then(|| "m".to_string());
    group.categories.iter().map(ToString::to_string).chain(missing).collect::<Vec<_>>().join(" ")
}
