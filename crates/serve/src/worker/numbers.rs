//! Numbers of databases, schemas and tables (OIDs), which clients keep: made from names, so that a table has the same number in
//! each run and whatever other tables there are.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The first number that is not of Postgres itself.
const FIRST: u32 = 16_384;
/// Above it a number would be below zero for clients that read it as one with a sign.
const MOST: u32 = i32::MAX.unsigned_abs();

/// What has a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Numbered {
    Database(String),
    Schema(String),
    /// By schema and name.
    Table(String, String),
}

impl Numbered {
    fn text(&self) -> String {
        match self {
            Numbered::Database(name) => format!("database\0{name}"),
            Numbered::Schema(name) => format!("schema\0{name}"),
            Numbered::Table(schema, name) => format!("table\0{schema}\0{name}"),
        }
    }
}

/// A number for each. Where two would have the same one, the later of them in order gets the next that is free.
pub(super) fn numbers(things: BTreeSet<Numbered>) -> BTreeMap<Numbered, i32> {
    number_by(things, |thing| {
        let hash = Sha256::digest(thing.text());
        let start = hash.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        FIRST + start % (MOST - FIRST)
    })
}

fn number_by(things: BTreeSet<Numbered>, wish: impl Fn(&Numbered) -> u32) -> BTreeMap<Numbered, i32> {
    let mut taken = BTreeSet::new();
    let mut number = |thing: &Numbered| {
        let mut number = wish(thing);
        while !taken.insert(number) {
            number = if number < MOST { number + 1 } else { FIRST };
        }
        i32::try_from(number).unwrap_or_default()
    };
    things.into_iter().map(|thing| (thing.clone(), number(&thing))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(names: &[&str]) -> BTreeSet<Numbered> {
        names.iter().map(|name| Numbered::Table("a".into(), (*name).into())).collect()
    }

    #[test]
    fn a_number_depends_on_the_name_and_not_on_others() {
        let (few, many) = (numbers(tables(&["m", "x"])), numbers(tables(&["a", "m", "n", "x", "z"])));
        assert!(few.iter().all(|(thing, number)| many[thing] == *number && *number >= 16_384));
        // Clients keep numbers over versions of this program, too.
        assert_eq!(few[&Numbered::Table("a".into(), "m".into())], 1_478_769_388);
        let named = |thing: Numbered| numbers([thing.clone()].into())[&thing];
        assert_ne!(named(Numbered::Schema("a".into())), named(Numbered::Database("a".into())));
        assert_ne!(
            named(Numbered::Table("a".into(), "bc".into())),
            named(Numbered::Table("ab".into(), "c".into()))
        );
    }

    #[test]
    fn no_two_have_one_number() {
        let same = number_by(tables(&["x", "y", "z"]), |_| MOST);
        assert_eq!(same.into_values().collect::<Vec<_>>(), [i32::MAX, 16_384, 16_385]);
    }
}
