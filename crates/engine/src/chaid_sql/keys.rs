//! Values to numbers, by hash.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Integers at least this far below zero, and fewer than [`NEAR`] above it, are looked up by place.
const BELOW: i64 = 1_024;
const NEAR: usize = 1 << 16;
/// From so many rows on that is worth its memory: one of many groups of an aggregate has few.
const MANY: usize = 4_096;

/// The numbers of the values seen, from 1 in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Numbers<K> {
    far: HashMap<K, u32, BuildHasherDefault<Quick>>,
}

impl<K: Eq + std::hash::Hash> Numbers<K> {
    /// The number of a value that was seen.
    pub(super) fn get<Q: ?Sized + Eq + std::hash::Hash>(&self, value: &Q) -> Option<u32>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.far.get(value).copied()
    }

    pub(super) fn insert(&mut self, value: K, number: u32) {
        self.far.insert(value, number);
    }

    /// Bytes of its own, without what keys point to.
    pub(super) fn size(&self) -> usize {
        self.far.capacity() * (size_of::<(K, u32)>() + 1)
    }
}

/// [`Numbers`] of integers: small ones, as codes and ages and days are, need no hash once there are many rows.
#[derive(Debug, Default)]
pub(super) struct Integers {
    rows: usize,
    near: Vec<u32>,
    far: Numbers<i64>,
}

impl Integers {
    /// The number of a value, which is `next` if it is new.
    pub(super) fn number(&mut self, value: i64, next: u32) -> u32 {
        self.rows = self.rows.saturating_add(1);
        let place = value.wrapping_add(BELOW) as u64 as usize;
        if place < NEAR && self.rows > MANY {
            return self.number_near(value, place, next);
        }
        match self.far.get(&value) {
            Some(number) => number,
            None => {
                self.far.insert(value, next);
                next
            }
        }
    }

    fn number_near(&mut self, value: i64, place: usize, next: u32) -> u32 {
        if place >= self.near.len() {
            self.near.resize((place + 1).next_power_of_two(), 0);
        }
        let number = &mut self.near[place];
        if *number == 0 {
            // It may have come while there were few rows.
            *number = self.far.get(&value).unwrap_or(next);
        }
        *number
    }

    /// Bytes of its own.
    pub(super) fn size(&self) -> usize {
        self.near.len() * size_of::<u32>() + self.far.size()
    }
}

/// A hash of few multiplications. Nothing depends on the order of a map, and values that were chosen to collide
/// would only be slow.
#[derive(Debug, Default)]
pub(super) struct Quick(u64);

impl Quick {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0.rotate_left(23) ^ word) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_i64(&mut self, value: i64) {
        self.mix(value as u64);
    }

    fn write_i128(&mut self, value: i128) {
        self.mix(value as u64);
        self.mix((value >> 64) as u64);
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integer_has_its_number() {
        let values = [0, -1, i64::MIN, i64::MAX, -1_024, -1_025, 64_511, 64_512, 7];
        let mut numbers = Integers::default();
        for turn in 0..MANY {
            for (place, value) in (1..).zip(values) {
                let next = if turn == 0 { place } else { 99 };
                assert_eq!(numbers.number(value, next), place, "{value}");
            }
        }
        // A value that is new when there are many rows, near and far.
        for (place, value) in [(10, 41), (11, -70_000)] {
            assert_eq!((numbers.number(value, place), numbers.number(value, 99)), (place, place));
        }
    }
}
