//! The generator against its calibration, its story and the committed data.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use synth::calibration::Calibration;
use synth::chance::Chance;
use synth::dates::completed_months;
use synth::entry::Entry;
use synth::numbers::{self, Numbers};
use synth::person::{Entrance, Known, Person, Way};
use synth::{Options, SEED, cast, generate, population, tell};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/perspectief")
}

/// All files under a folder: relative path and bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    out
}

fn persons(block: u32) -> Vec<Person> {
    let calibration = Calibration::load().unwrap();
    let mut persons = population::draw_block(&calibration, SEED, block, &mut Numbers::of(block)).unwrap();
    cast::cast(&calibration, &mut persons, block, &mut Chance::new(SEED, block, "story")).unwrap();
    persons
}

fn block(number: u32) -> tell::Block {
    tell::tell_block(&Calibration::load().unwrap(), SEED, number).unwrap()
}

fn proper(list: &[Entry]) -> Vec<&Entry> {
    list.iter().filter(|entry| entry.fault.is_none()).collect()
}

/// Unordered pairs of a list for which a relation holds.
fn pairs<'a>(list: &[&'a Entry], holds: impl Fn(&Entry, &Entry) -> bool) -> Vec<(&'a Entry, &'a Entry)> {
    let mut out = Vec::new();
    for (place, a) in list.iter().enumerate() {
        out.extend(list[place + 1..].iter().filter(|b| holds(a, b)).map(|b| (*a, *b)));
    }
    out
}

fn same_number(a: &Entry, b: &Entry) -> bool {
    a.v_number.is_some() && a.v_number == b.v_number
}

fn age(entry: &Entry) -> i64 {
    completed_months(entry.birth, entry.inflow).div_euclid(12)
}

#[test]
fn the_committed_data_are_what_the_generator_writes() {
    let folder = tempfile::tempdir().unwrap();
    generate(&Options { out: folder.path().to_owned(), scale: 1, seed: SEED }).unwrap();
    let (fresh, kept) = (files(folder.path()), files(&committed()));
    assert_eq!(fresh.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "other files");
    for (name, bytes) in &fresh {
        assert!(kept[name] == *bytes, "{name} differs; run `make data`");
    }
}

#[test]
fn the_committed_data_stay_small() {
    let bytes: usize = files(&committed()).values().map(Vec::len).sum();
    assert!(bytes < 3_000_000, "{bytes} bytes");
}

#[test]
fn countries_by_sex_are_the_calibration() {
    let calibration = Calibration::load().unwrap();
    let persons = persons(0);
    for (index, country) in calibration.countries.iter().enumerate() {
        let of = |woman| persons.iter().filter(|p| p.country == index && p.woman == woman).count();
        assert_eq!((of(true), of(false)), (country.women, country.men), "{}", country.name);
    }
    assert_eq!(persons.iter().filter(|person| person.woman).count(), 190);
}

#[test]
fn months_of_stay_have_the_pinned_sums() {
    let calibration = Calibration::load().unwrap();
    let persons = persons(0);
    let (mut count, mut sum, mut squares) = (0, 0, 0);
    for (index, centre) in calibration.centres.iter().enumerate() {
        let months: Vec<i64> = persons
            .iter()
            .filter(|person| person.matched && person.centre == index)
            .map(|person| completed_months(person.arrival, person.inflow))
            .collect();
        let found = (months.len(), months.iter().sum::<i64>(), months.iter().map(|m| m * m).sum::<i64>());
        assert_eq!(found, (centre.matched, centre.months, centre.squares), "{}", centre.name);
        count += found.0 as i64;
        sum += found.1;
        squares += found.2;
    }
    assert_eq!((count, sum), (715, 57_953));
    let variance = (squares as f64 - (sum * sum) as f64 / 715.0) / 714.0;
    assert_eq!(format!("{:.2} {:.3}", sum as f64 / 715.0, variance.sqrt()), "81.05 30.246");
}

#[test]
fn ways_and_entrances_add_up() {
    let persons = persons(0);
    assert_eq!(persons.iter().filter(|person| person.way == Way::Guidance).count(), 584);
    let women =
        |way| persons.iter().filter(|person| person.woman && (person.way == Way::Guidance) == way).count();
    assert_eq!((women(true), women(false)), (162, 28), "sex in Bijlage 17");
    let entrances = [Entrance::Current, Entrance::LateLeft, Entrance::LateAdded, Entrance::Left];
    let of =
        |entrance, matched| persons.iter().filter(|p| p.entrance == entrance && p.matched == matched).count();
    assert_eq!(
        entrances.map(|entrance| (of(entrance, true), of(entrance, false))),
        [(571, 10), (0, 3), (0, 3), (144, 2)]
    );
}

#[test]
fn dates_are_in_order_and_ages_plausible() {
    let calibration = Calibration::load().unwrap();
    let first = synth::dates::date(2009, 10, 1);
    let last = synth::dates::date(2010, 11, 1);
    for person in persons(0) {
        assert!(person.inflow >= calibration.centres[person.centre].start && person.inflow <= last);
        let (arrival, inflow) = (person.age(person.arrival), person.age(person.inflow));
        assert!((13..18).contains(&arrival) && inflow >= 17, "{person:?}");
        assert_eq!(person.outflow.is_some(), person.way != Way::Guidance);
        assert!(person.outflow.is_none_or(|day| day >= first && day <= last && day > person.inflow));
    }
}

#[test]
fn deliveries_have_their_lines() {
    for number in [0, 1, 17] {
        let block = block(number);
        let count = |list: &[Entry]| (proper(list).len(), list.len() - proper(list).len());
        assert_eq!(count(&block.round_1), (599, 8));
        assert_eq!(count(&block.corrections), (64, 0));
        assert_eq!(count(&block.left), (152, 1));
        assert_eq!((count(&block.late_left), count(&block.late_added)), ((4, 0), (4, 0)));
        assert_eq!(block.extract.len(), 717 + 2 * 2 + 40);
    }
}

#[test]
fn doubles_are_told_from_lookalikes() {
    let block = block(0);
    let round_1 = proper(&block.round_1);
    let check = |expected: usize, holds: &dyn Fn(&Entry, &Entry) -> bool| {
        assert_eq!(pairs(&round_1, holds).len(), expected)
    };
    let named = |a: &Entry, b: &Entry| a.given == b.given && a.surname == b.surname && a.birth == b.birth;
    let near = |a: &Entry, b: &Entry| match (&a.v_number, &b.v_number) {
        (Some(a), Some(b)) => a != b && numbers::edits(a, b) <= 2,
        _ => false,
    };
    check(3, &|a, b| same_number(a, b) && a.birth == b.birth && a.centre == b.centre);
    check(2, &|a, b| same_number(a, b) && a.birth == b.birth && a.centre != b.centre);
    check(2, &|a, b| near(a, b) && named(a, b));
    // The twin brothers have neighbouring numbers and are two.
    check(1, &|a, b| near(a, b) && a.birth == b.birth && a.given != b.given);
    // Two namesakes, and one client under the V-number of another, one child under its mother's.
    check(2, &|a, b| {
        named(a, b) && a.v_number.is_some() && b.v_number.is_some() && !same_number(a, b) && !near(a, b)
    });
    check(2, &|a, b| same_number(a, b) && a.birth != b.birth && a.centre == b.centre);
}

#[test]
fn children_and_unclear_outflow_are_as_told() {
    let block = block(0);
    let round_1 = proper(&block.round_1);
    assert_eq!(round_1.iter().filter(|entry| age(entry) < 12).count(), 5);
    assert!(round_1.iter().all(|entry| age(entry) < 12 || age(entry) >= 17));
    let unclear = |left| round_1.iter().filter(|e| e.left == Some(left) && e.outflow.is_none()).count();
    assert_eq!((unclear(Known::Yes), unclear(Known::Unknown)), (5, 2));
    let children = round_1.iter().filter(|entry| {
        let known = block.extract.iter().find(|row| Some(&row.v_number) == entry.v_number.as_ref());
        age(entry) >= 17 && known.is_some_and(|row| completed_months(row.birth, entry.inflow) < 12 * 12)
    });
    assert_eq!(children.count(), 2);
}

#[test]
fn v_numbers_are_distinct_over_blocks() {
    let numbers: BTreeSet<String> =
        (0..4).flat_map(|block| persons(block).into_iter().map(|person| person.v_number)).collect();
    // One twin brother in each block has a number made from his brother's.
    assert_eq!(numbers.len(), 4 * 733);
}

#[test]
fn every_kind_of_mess_is_there() {
    let files = files(&committed().join("raw"));
    let any =
        |part: &[u8]| files.values().any(|bytes| bytes.windows(part.len()).any(|window| window == part));
    assert!(any(b"\xef\xbb\xbf"), "byte order mark");
    assert!(any(b"cli\xebnt"), "Windows-1252");
    assert!(any(b"\r\n") && any(b"\t") && any(b";") && any(b","));
    assert!(any(b"\xc3\xab"), "UTF-8");
    assert!(any("Sierra-Leone".as_bytes()) && any("SIERRA LEONE".as_bytes()));
    assert!(any("\"heeft contact met advocaat,\nafspraak".as_bytes()), "quoted newline");
    assert!(files.keys().filter(|name| name.ends_with(".xlsx")).count() >= 7);
    assert!(any(b"Totaal"), "line with totals");
}

#[test]
fn a_larger_set_holds_the_smaller_and_more() {
    let folder = tempfile::tempdir().unwrap();
    let written = generate(&Options { out: folder.path().to_owned(), scale: 2, seed: SEED }).unwrap();
    assert_eq!((written.persons, written.extracted), (1466, 1522));
    let (small, large) = (files(&committed()), files(folder.path()));
    let name = "raw/dmb/personen.csv";
    assert!(large[name].starts_with(&small[name]));
    assert!(small.keys().all(|name| large.contains_key(name)));
}
