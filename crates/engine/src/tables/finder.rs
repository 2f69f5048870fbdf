//! Where each value of a column stands.

use super::Texts;
use crate::error::EngineError;
use arrow::array::{Array, ArrayRef, StringArray};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Where each value of a column stands.
pub(crate) enum Finder {
    /// Of row ids in ascending order, as most tables have them: they themselves, in half the room of their texts.
    Ids(Ids),
    /// Of other values.
    Hashed {
        /// The column.
        texts: Texts,
        /// Hash of the value and place of each row that has one, ascending.
        hashes: Vec<(u64, i64)>,
    },
}

/// Row ids in ascending order: 32 hexadecimal digits each, and the number of the few that have one.
#[derive(Default)]
pub(crate) struct Ids {
    digits: Vec<u128>,
    numbers: BTreeMap<i64, u32>,
}

impl Finder {
    pub(super) fn new(parts: Vec<ArrayRef>) -> Result<Self, EngineError> {
        if let Some(ids) = Ids::of(&parts) {
            return Ok(Finder::Ids(ids));
        }
        let texts = Texts::new(parts)?;
        let hashes = (0..).zip(texts.iter()).filter_map(|(place, text)| Some((hash(text?), place)));
        let mut hashes: Vec<(u64, i64)> = hashes.collect();
        hashes.sort_unstable();
        Ok(Finder::Hashed { texts, hashes })
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Finder::Ids(ids) => size_of_val(ids.digits.as_slice()),
            Finder::Hashed { texts, hashes } => texts.bytes() + size_of_val(hashes.as_slice()),
        }
    }

    /// The places of the rows that have this value, ascending.
    pub(crate) fn places<'f>(&'f self, text: &'f str) -> Box<dyn Iterator<Item = i64> + 'f> {
        match self {
            Finder::Ids(ids) => Box::new(ids.place(text).into_iter()),
            Finder::Hashed { texts, hashes } => {
                let hash = hash(text);
                let first = hashes.partition_point(|(other, _)| *other < hash);
                let same = hashes[first..].iter().take_while(move |(other, _)| *other == hash);
                Box::new(same.map(|(_, place)| *place).filter(move |place| texts.get(*place) == Some(text)))
            }
        }
    }
}

impl Ids {
    /// The ids of a column; none if one of them is no row id, or does not come after the one before it.
    fn of(parts: &[ArrayRef]) -> Option<Self> {
        let mut ids =
            Self { digits: Vec::with_capacity(parts.iter().map(|part| part.len()).sum()), ..Self::default() };
        let mut last: Option<&str> = None;
        for part in parts {
            let part = part.as_any().downcast_ref::<StringArray>().filter(|part| part.null_count() == 0)?;
            for row in 0..part.len() {
                let id = part.value(row);
                let (digits, number) = parsed(id)?;
                if last.is_some_and(|last| last >= id) {
                    return None;
                }
                if let Some(number) = number {
                    ids.numbers.insert(i64::try_from(ids.digits.len()).ok()?, number);
                }
                ids.digits.push(digits);
                last = Some(id);
            }
        }
        Some(ids)
    }

    fn place(&self, text: &str) -> Option<i64> {
        let (digits, number) = parsed(text)?;
        let first = self.digits.partition_point(|other| *other < digits);
        let same = self.digits[first..].iter().take_while(|other| **other == digits).count();
        let mut places = (first..first + same).filter_map(|place| i64::try_from(place).ok());
        places.find(|place| self.numbers.get(place).copied() == number)
    }
}

/// Digits and number of a row id in its one form; none of any other text.
fn parsed(id: &str) -> Option<(u128, Option<u32>)> {
    let (digits, rest) = id.split_at_checked(32)?;
    let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    if !digits.bytes().all(is_digit) {
        return None;
    }
    let number = match rest.strip_prefix('-') {
        None if rest.is_empty() => None,
        None => return None,
        Some(number) if number.starts_with(['0', '+']) => return None,
        Some(number) => Some(number.parse().ok()?),
    };
    Some((u128::from_str_radix(digits, 16).ok()?, number))
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn part(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    fn places(finder: &Finder, text: &str) -> Vec<i64> {
        finder.places(text).collect()
    }

    #[test]
    fn values_are_found_where_they_stand() {
        let parts = vec![part(&[Some("b"), None]), part(&[]), part(&[Some("a"), Some("b"), Some("")])];
        let texts = Texts::new(parts.clone()).unwrap();
        let all: Vec<_> = (-1..6).map(|place| texts.get(place)).collect();
        assert_eq!(all, [None, Some("b"), None, Some("a"), Some("b"), Some(""), None]);
        let finder = Finder::new(parts).unwrap();
        assert_eq!(
            ["b", "a", "", "c"].map(|text| places(&finder, text)),
            [vec![0, 3], vec![2], vec![4], vec![]]
        );
    }

    #[test]
    fn row_ids_are_found_with_their_numbers() {
        let id = |first: char| format!("{first}123456789abcdef0123456789abcdef");
        let (a, b, c) = (id('0'), id('7'), id('f'));
        let all = [a.clone(), format!("{a}-10"), format!("{a}-2"), b.clone(), format!("{c}-3")];
        let parts =
            vec![part(&[Some(&all[0]), Some(&all[1])]), part(&[Some(&all[2]), Some(&all[3]), Some(&all[4])])];
        let finder = Finder::new(parts).unwrap();
        assert!(matches!(finder, Finder::Ids(_)));
        for (place, id) in (0..).zip(&all) {
            assert_eq!(places(&finder, id), [place], "{id}");
        }
        for other in [
            c.clone(),
            format!("{b}-2"),
            format!("{a}-02"),
            format!("{a}-"),
            a.to_uppercase(),
            b[1..].to_owned(),
            format!("{b}0"),
        ] {
            assert_eq!(places(&finder, &other), [0; 0], "{other}");
        }
        for parts in [
            [Some(b.as_str()), Some(a.as_str())],
            [Some(&a), Some(&a)],
            [Some(&a), None],
            [Some(&a), Some("b")],
        ] {
            let finder = Finder::new(vec![part(&parts)]).unwrap();
            assert!(matches!(finder, Finder::Hashed { .. }), "{parts:?}");
            let of_a = (0..).zip(parts).filter(|(_, id)| *id == Some(a.as_str())).map(|(place, _)| place);
            assert_eq!(places(&finder, &a), of_a.collect::<Vec<i64>>());
        }
    }
}
