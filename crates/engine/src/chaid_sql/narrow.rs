//! Columns of small numbers.

use super::values::MISSING;
use chaid::Codes;
use std::cmp::Ordering;

/// Numbers, in as many bytes as the largest so far needs.
#[derive(Debug)]
pub(super) enum Narrow {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for Narrow {
    fn default() -> Self {
        Narrow::One(Vec::new())
    }
}

impl Narrow {
    /// Adds numbers, of which `most` is the largest.
    pub(super) fn extend(&mut self, numbers: impl Iterator<Item = u32>, most: usize) {
        self.widen(most);
        match self {
            // Nothing is cut off: `most` was made room for.
            Narrow::One(column) => column.extend(numbers.map(|number| number as u8)),
            Narrow::Two(column) => column.extend(numbers.map(|number| number as u16)),
            Narrow::Four(column) => column.extend(numbers),
        }
    }

    fn widen(&mut self, most: usize) {
        match self {
            Narrow::One(column) if most > usize::from(u16::MAX) => {
                *self = Narrow::Four(column.iter().map(|number| u32::from(*number)).collect());
            }
            Narrow::One(column) if most > usize::from(u8::MAX) => {
                *self = Narrow::Two(column.iter().map(|number| u16::from(*number)).collect());
            }
            Narrow::Two(column) if most > usize::from(u16::MAX) => {
                *self = Narrow::Four(column.iter().map(|number| u32::from(*number)).collect());
            }
            _ => {}
        }
    }

    /// The numbers in the order of rows.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Narrow::One(column) => Box::new(column.iter().map(|number| u32::from(*number))),
            Narrow::Two(column) => Box::new(column.iter().map(|number| u32::from(*number))),
            Narrow::Four(column) => Box::new(column.iter().copied()),
        }
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        match self {
            Narrow::One(column) => column.capacity(),
            Narrow::Two(column) => 2 * column.capacity(),
            Narrow::Four(column) => 4 * column.capacity(),
        }
    }

    /// The code of each number, by `code` for number − 1, where [`MISSING`] and codes that are none become the
    /// largest value of their type.
    pub(super) fn coded(&self, code: &[u32], categories: usize) -> Narrow {
        let codes = self.iter().map(|number| match number {
            MISSING => None,
            number => code.get(number as usize - 1).copied(),
        });
        if categories <= usize::from(u8::MAX) {
            Narrow::One(
                codes.map(|code| code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)).collect(),
            )
        } else if categories <= usize::from(u16::MAX) {
            Narrow::Two(
                codes
                    .map(|code| code.and_then(|code| u16::try_from(code).ok()).unwrap_or(u16::MAX))
                    .collect(),
            )
        } else {
            Narrow::Four(codes.map(|code| code.unwrap_or(u32::MAX)).collect())
        }
    }

    /// Which of two rows has the smaller number.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        match self {
            Narrow::One(column) => column[a].cmp(&column[b]),
            Narrow::Two(column) => column[a].cmp(&column[b]),
            Narrow::Four(column) => column[a].cmp(&column[b]),
        }
    }

    /// The same rows in another order.
    pub(super) fn ordered(&self, rows: &[u32]) -> Narrow {
        match self {
            Narrow::One(column) => Narrow::One(rows.iter().map(|row| column[*row as usize]).collect()),
            Narrow::Two(column) => Narrow::Two(rows.iter().map(|row| column[*row as usize]).collect()),
            Narrow::Four(column) => Narrow::Four(rows.iter().map(|row| column[*row as usize]).collect()),
        }
    }

    /// Codes as crate `chaid` takes them.
    pub(super) fn codes(&self) -> Codes<'_> {
        match self {
            Narrow::One(column) => Codes::U8(column),
            Narrow::Two(column) => Codes::U16(column),
            Narrow::Four(column) => Codes::U32(column),
        }
    }
}
