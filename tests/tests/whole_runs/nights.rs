//! Thirty nights in which registrations arrive, change and disappear, decided by a seed: each balances, stores only what
//! changed, and differs from each other night exactly as their CSV exports do.

use crate::fixture::{Library, PLAINLY, Store, executed, files, numbers};
use engine::{DiffOptions, EngineError, TableDiff};
use std::collections::{BTreeMap, BTreeSet};
use terms::{Manifest, StepOutcome};

const NIGHTS: usize = 30;
/// Pairs of nights that are compared; all of them if this variable is set.
const PAIRS: usize = 60;
const ALL_PAIRS: &str = "HERKOMST_ALL_PAIRS";

/// What the branches deliver: header and lines of each file.
struct Deliveries {
    files: BTreeMap<&'static str, (String, Vec<String>)>,
    numbers: Box<dyn Iterator<Item = usize>>,
    born: usize,
}

impl Deliveries {
    fn new(copy: &Library, seed: u64) -> Self {
        let names = [
            "data/members/north.csv",
            "data/members/south.csv",
            "data/leavers/north.csv",
            "data/loans/2019.csv",
            "data/registry/town.csv",
        ];
        let split = |name: &'static str| {
            let text = copy.read(name).replace("two lines\nof remark", "two lines of remark");
            let (header, lines) = text.split_once('\n').unwrap();
            (name, (header.to_owned(), lines.lines().map(str::to_owned).collect()))
        };
        Self { files: names.into_iter().map(split).collect(), numbers: Box::new(numbers(seed)), born: 0 }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.numbers.next().unwrap() % limit
    }

    /// A line that no file has had before.
    fn newcomer(&mut self, file: &str) -> String {
        self.born += 1;
        let (card, day, year) = (5_000 + self.born, 1 + self.below(28), 1940 + self.below(60));
        let (books, fee) = (1 + self.below(9), 1 + self.below(25));
        match file {
            "data/members/north.csv" => format!("{card};Nieuw{card};{day}-03-{year};01-01-2019;{fee};"),
            "data/leavers/north.csv" => format!("{card};Weg{card};{day}-03-{year};01-01-2019;{fee}"),
            "data/members/south.csv" => format!("{card},Nieuw{card},{year}-03-{day:02},2019-01-01,{fee}"),
            "data/registry/town.csv" => format!("{card},{year}-03-{day:02},Straat {card}"),
            _ => format!("{},2019-06-{day:02},{books}", if card % 2 == 0 { 1001 } else { card - 1 }),
        }
    }

    /// What happens to one registration: it arrives, is another one, is spoilt, or disappears.
    fn event(&mut self) {
        let names: Vec<&'static str> = self.files.keys().copied().collect();
        let name = names[self.below(names.len())];
        let count = self.files[name].1.len();
        let (what, place, newcomer) = (self.below(6), self.below(count), self.newcomer(name));
        let lines = &mut self.files.get_mut(name).unwrap().1;
        match what {
            0 | 1 => lines.insert(place + what, newcomer),
            2 => lines[place] = newcomer,
            3 => lines[place] = lines[place].replace("-03-", "-02-").replace("-28", "-31"),
            4 if count > 2 => drop(lines.remove(place)),
            5 if count > 2 => drop(lines.pop()),
            _ => (),
        }
    }

    fn deliver(&self, copy: &Library) {
        for (name, (header, lines)) in &self.files {
            copy.write(name, &format!("{header}\n{}\n", lines.join("\n")));
        }
    }
}

fn objects(store: &Store) -> BTreeSet<String> {
    files(&store.warehouse.root().join("objects")).iter().map(|file| file.display().to_string()).collect()
}

fn contents(copy: &Library) -> Vec<Vec<u8>> {
    files(copy.folder()).iter().map(|file| std::fs::read(copy.folder().join(file)).unwrap()).collect()
}

/// The names of all objects that executed steps, and checks, made.
fn made(run: &Manifest) -> BTreeSet<String> {
    let nodes = run.nodes.iter().filter(|node| node.outcome == StepOutcome::Executed);
    let tables =
        nodes.flat_map(|node| &node.tables).chain(run.checks.iter().filter_map(|check| check.table.as_ref()));
    let path = |hash: &str| format!("{}/{}.parquet", &hash[..2], &hash[2..]);
    tables.flat_map(|table| table.objects()).map(|(object, _)| path(object.as_str())).collect()
}

/// A table as a CSV file says it: its header and its rows as texts.
#[derive(PartialEq)]
struct Exported {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn exported(store: &Store, run: &Manifest) -> BTreeMap<String, Exported> {
    let export = |(name, batches): (String, Vec<arrow::array::RecordBatch>)| {
        let mut bytes = Vec::new();
        let mut writer = arrow::csv::WriterBuilder::new().with_null("NULL".to_owned()).build(&mut bytes);
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        drop(writer);
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(bytes.as_slice());
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = texts(reader.headers().unwrap());
        (name, Exported { header, rows: reader.records().map(|record| texts(&record.unwrap())).collect() })
    };
    store.tables(run).into_iter().map(export).collect()
}

/// Rows by their key; of rows with equal keys the first, the second and so on.
fn by_key<'e>(table: &'e Exported, key: &[String]) -> BTreeMap<(Vec<&'e str>, usize), &'e [String]> {
    let places: Vec<usize> =
        key.iter().map(|name| table.header.iter().position(|header| header == name).unwrap()).collect();
    let mut rows = BTreeMap::new();
    for row in &table.rows {
        let key: Vec<&str> = places.iter().map(|place| row[*place].as_str()).collect();
        let times = (0..).find(|times| !rows.contains_key(&(key.clone(), *times))).unwrap();
        rows.insert((key, times), row.as_slice());
    }
    rows
}

/// Rows that appeared, vanished and changed, told from the texts alone.
fn told_apart(old: Option<&Exported>, new: Option<&Exported>, key: &[String]) -> [u64; 3] {
    let (Some(old), Some(new)) = (old, new) else {
        let rows = |table: Option<&Exported>| table.map_or(0, |table| table.rows.len() as u64);
        return [rows(new), rows(old), 0];
    };
    let (old, new) = (by_key(old, key), by_key(new, key));
    let appeared = new.keys().filter(|key| !old.contains_key(*key)).count();
    let vanished = old.keys().filter(|key| !new.contains_key(*key)).count();
    let changed = old.iter().filter(|(key, row)| new.get(*key).is_some_and(|other| other != *row)).count();
    [appeared as u64, vanished as u64, changed as u64]
}

/// The difference as the engine tells it is that of the exports, table by table.
fn check_diff(store: &Store, nights: &[(Manifest, BTreeMap<String, Exported>)], before: usize, after: usize) {
    let ((old_run, old), (new_run, new)) = (&nights[before], &nights[after]);
    let options = DiffOptions { table: None, limit: 3 };
    let diff = engine::diff(&store.warehouse, old_run, new_run, &options).unwrap();
    let told: BTreeMap<String, &TableDiff> =
        diff.tables.iter().map(|one| (one.table.to_string(), one)).collect();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (old, new) = (old.get(name), new.get(name));
        match told.get(name) {
            None => {
                assert!(old == new, "{name} differs between nights {before} and {after}, and nothing is said")
            }
            Some(one) => {
                let counts = [one.appeared, one.vanished, one.changed];
                assert_eq!(counts, told_apart(old, new, &one.key), "{name}, nights {before} and {after}");
            }
        }
    }
    let files = |run: &Manifest| -> BTreeMap<String, String> {
        run.inputs.iter().map(|i| (format!("{}/{}", i.source, i.file), i.sha256.to_string())).collect()
    };
    let (old, new) = (files(old_run), files(new_run));
    let changed: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|file| old.get(*file) != new.get(*file)).collect();
    assert_eq!(diff.causes.files.iter().map(|file| &file.name).collect::<BTreeSet<_>>(), changed);
}

#[test]
fn thirty_nights_balance_store_what_changed_and_differ_as_their_exports_do() {
    let (copy, store) = (Library::new(), Store::new());
    let mut deliveries = Deliveries::new(&copy, 20110301);
    let study = copy.load();
    let (mut nights, mut quiet, mut accepted) = (Vec::new(), 0, 0);
    for night in 0..NIGHTS {
        let events = [0, 1, 2, 3, 5][deliveries.below(5)];
        (0..events).for_each(|_| deliveries.event());
        let (before, delivered) = (objects(&store), contents(&copy));
        deliveries.deliver(&copy);
        let changed = contents(&copy) != delivered;
        let run = match store.run(&study, PLAINLY) {
            // The last registrations of a file disappeared, or all: somebody is asked, and says that it is so.
            Err(EngineError::Missing { losses, .. }) => {
                accepted += 1;
                let names: Vec<String> = losses.into_iter().map(|loss| loss.file).collect();
                store.run_accepting(&study, PLAINLY, &names).unwrap()
            }
            run => run.unwrap(),
        };
        super::balance::check(&run);
        assert!(run.published, "night {night}");
        let new: BTreeSet<String> = objects(&store).difference(&before).cloned().collect();
        let made = made(&run);
        assert!(new.is_subset(&made), "night {night} stored what no step made: {:?}", new.difference(&made));
        if night > 0 && !changed {
            quiet += 1;
            assert_eq!((new.len(), executed(&run).len()), (0, 0), "night {night} had nothing to do");
        }
        let export = exported(&store, &run);
        nights.push((run, export));
    }
    assert!(quiet >= 3 && accepted >= 1, "{quiet} quiet nights, {accepted} with an accepted loss");
    let mut pairs: Vec<(usize, usize)> =
        (0..NIGHTS).flat_map(|a| (0..NIGHTS).map(move |b| (a, b))).filter(|(a, b)| a < b).collect();
    if std::env::var_os(ALL_PAIRS).is_none() {
        let mut numbers = numbers(7);
        pairs
            .retain(|(a, b)| a + 1 == *b || numbers.next().unwrap() % (NIGHTS * NIGHTS / 2) < PAIRS - NIGHTS);
    }
    pairs.iter().for_each(|(before, after)| check_diff(&store, &nights, *before, *after));
    assert_eq!(store.warehouse.verify_chain().unwrap(), []);
}
