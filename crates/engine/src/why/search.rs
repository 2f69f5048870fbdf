//! Delivered records as people name them: by a value that identifies, or some words of several.
//!
//! No index is kept: the columns that identify are read, a stretch at a time. A value that occurs often is compared once.

use super::back::Back;
use super::named::{Fit, Hit};
use crate::abreast;
use crate::cells::cell;
use crate::error::EngineError;
use crate::steps::source::SourceTables;
use arrow::array::StringArray;
use provenance::RowSet;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use study::Source;
use terms::{Sensitivity, TableName, fold};

/// Different values of a column whose comparison is kept while it is read.
const KEPT: usize = 1 << 14;

/// What is looked for.
struct Wanted<'t> {
    text: &'t str,
    bare: Sought,
    /// The words, if there are several: each may be in another column.
    words: Vec<Sought>,
}

/// A text that others may be near to.
struct Sought {
    text: String,
    /// Its characters.
    length: usize,
}

/// How a value fits: as a whole, and which of the words are in it, the same or nearly, as bits.
#[derive(Clone, Copy, Default)]
struct Fits {
    whole: Option<Fit>,
    same: u128,
    near: u128,
}

/// How well a row fits, and the columns that do.
type Found = (Fit, Vec<String>);

/// Rows of a table that fit, by place.
type Fitting = BTreeMap<i64, Found>;

/// A way to look through some columns of a table.
type Look<B> = fn(&B, &Wanted<'_>, &TableName, &[&str]) -> Result<Fitting, EngineError>;

impl Back<'_> {
    /// Records with a value that identifies and fits: exactly if some do, else normalised, else nearly.
    pub(super) fn search(&self, text: &str) -> Result<Vec<Hit>, EngineError> {
        let wanted = Wanted::of(text);
        let mut found = self.found(&wanted, Self::exactly)?;
        if found.is_empty() {
            found = self.found(&wanted, Self::all)?;
        }
        let fits = || found.iter().flat_map(|(_, rows)| rows.values());
        let best = fits().map(|(fit, _)| *fit).min();
        let mut hits = Vec::new();
        for (source, mut rows) in found {
            rows.retain(|_, (fit, _)| Some(*fit) == best);
            let origins = self.records.at(source, &rows.keys().copied().collect())?;
            for ((_, origin), (fit, columns)) in origins.into_iter().zip(rows.into_values()) {
                hits.push(Hit { origin, fit, columns });
            }
        }
        Ok(hits)
    }

    /// The rows of each source that has some; two sources are looked through side by side.
    fn found(&self, wanted: &Wanted<'_>, look: Look<Self>) -> Result<Vec<(&Source, Fitting)>, EngineError> {
        let (next, found) = (Mutex::new(self.study.sources.iter().enumerate()), Mutex::new(BTreeMap::new()));
        let work = || -> Result<(), EngineError> {
            loop {
                let source = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((number, source)) = source else { return Ok(()) };
                let Some((identity, columns)) = identifying(source)? else { continue };
                let rows = look(self, wanted, &identity, &columns)?;
                if !rows.is_empty() {
                    found.lock().unwrap_or_else(PoisonError::into_inner).insert(number, (source, rows));
                }
            }
        };
        let (one, other) = abreast::both(work, work);
        one.and(other)?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect())
    }

    /// Rows of a source in which a column has just this value.
    fn exactly(
        &self,
        wanted: &Wanted<'_>,
        identity: &TableName,
        columns: &[&str],
    ) -> Result<Fitting, EngineError> {
        let mut rows = RowSet::new();
        for column in columns {
            rows.union(&self.tables.scan(identity, column, wanted.text)?);
        }
        let mut found = BTreeMap::new();
        let mut comparing = Comparing::of(wanted, columns);
        let mut places = rows.iter();
        for stretch in self.tables.take_texts(identity, &rows, columns)? {
            comparing.rows(&stretch, &mut places, &mut found);
        }
        Ok(found)
    }

    /// The rows of a source that fit best.
    fn all(
        &self,
        wanted: &Wanted<'_>,
        identity: &TableName,
        columns: &[&str],
    ) -> Result<Fitting, EngineError> {
        let mut found = BTreeMap::new();
        let mut comparing = Comparing::of(wanted, columns);
        let mut places = 0..;
        for stretch in self.tables.all_texts(identity, columns)? {
            comparing.rows(&stretch?, &mut places, &mut found);
            // What fits worse than others is not told.
            let best = found.values().map(|(fit, _)| *fit).min();
            found.retain(|_, (fit, _)| Some(*fit) == best);
        }
        Ok(found)
    }
}

/// The table of the columns of a source that identify, and these columns; none if no column does.
fn identifying(source: &Source) -> Result<Option<(TableName, Vec<&str>)>, EngineError> {
    let Some(identity) = SourceTables::of(source)?.identity else { return Ok(None) };
    let columns = source.contract.file_column.iter().chain(&source.contract.columns);
    let identifying = columns.filter(|column| column.sensitivity == Sensitivity::Identifying);
    Ok(Some((identity, identifying.map(|column| column.name.as_str()).collect())))
}

/// Compares the rows of a table; what was said of a value is kept.
struct Comparing<'w> {
    wanted: &'w Wanted<'w>,
    columns: Vec<(&'w str, HashMap<String, Fits>)>,
}

impl<'w> Comparing<'w> {
    fn of(wanted: &'w Wanted<'w>, columns: &[&'w str]) -> Self {
        Self { wanted, columns: columns.iter().map(|name| (*name, HashMap::new())).collect() }
    }

    /// Adds the rows of a stretch that fit.
    fn rows(
        &mut self,
        stretch: &[StringArray],
        places: &mut impl Iterator<Item = i64>,
        found: &mut BTreeMap<i64, Found>,
    ) {
        let rows = stretch.first().map_or(0, arrow::array::Array::len);
        for (row, place) in (0..rows).zip(places) {
            if let Some(fit) = self.row(stretch, row) {
                found.insert(place, fit);
            }
        }
    }

    fn row(&mut self, stretch: &[StringArray], row: usize) -> Option<Found> {
        let mut fits = Vec::with_capacity(stretch.len());
        for ((name, known), values) in self.columns.iter_mut().zip(stretch) {
            let Some(value) = cell(values, row) else { continue };
            let of_value = match known.get(value) {
                Some(known) => *known,
                None => {
                    let made = self.wanted.fits(value);
                    if known.len() < KEPT {
                        known.insert(value.to_owned(), made);
                    }
                    made
                }
            };
            fits.push((*name, of_value));
        }
        let whole = fits.iter().filter_map(|(_, fits)| fits.whole).min();
        if let Some(whole) = whole {
            let columns = fits.iter().filter(|(_, fits)| fits.whole.is_some());
            return Some((whole, columns.map(|(name, _)| (*name).to_owned()).collect()));
        }
        // Most rows have not even one of the words.
        if fits.iter().all(|(_, fits)| fits.same | fits.near == 0) {
            return None;
        }
        // `first last`: each word in one of the values.
        let words = self.wanted.words.len();
        let columns = |bits: fn(&Fits) -> u128| -> Option<Vec<String>> {
            let of_word = |word: usize| {
                let has = |(_, fits): &&(&str, Fits)| bits(fits) & (1 << word) != 0;
                fits.iter().find(has).map(|(name, _)| (*name).to_owned())
            };
            let columns: Option<BTreeSet<String>> = (0..words).map(of_word).collect();
            columns.filter(|columns| !columns.is_empty()).map(|columns| columns.into_iter().collect())
        };
        let same = columns(|fits| fits.same).map(|columns| (Fit::Normalised, columns));
        same.or_else(|| columns(|fits| fits.same | fits.near).map(|columns| (Fit::Near, columns)))
    }
}

impl<'t> Wanted<'t> {
    fn of(text: &'t str) -> Self {
        let folded = fold(text);
        let words: Vec<Sought> = folded.split(' ').map(|word| Sought::of(word.to_owned())).collect();
        // A value that identifies has a few words; a text of very many is none.
        let words = if (2..=u128::BITS as usize).contains(&words.len()) { words } else { Vec::new() };
        Self { text, bare: Sought::of(bare(&folded)), words }
    }

    fn fits(&self, value: &str) -> Fits {
        let folded = fold(value);
        let mut fits = Fits { whole: self.whole(value, &folded), ..Fits::default() };
        for (bit, wanted) in self.words.iter().enumerate() {
            for word in folded.split(' ') {
                fits.same |= u128::from(wanted.text == word) << bit;
                fits.near |= u128::from(wanted.is_near(word)) << bit;
            }
        }
        fits
    }

    fn whole(&self, value: &str, folded: &str) -> Option<Fit> {
        if self.text == value {
            return Some(Fit::Exact);
        }
        let bare = bare(folded);
        match bare == self.bare.text {
            true => Some(Fit::Normalised),
            false => self.bare.is_near(&bare).then_some(Fit::Near),
        }
    }
}

/// The letters and digits of a folded text.
fn bare(folded: &str) -> String {
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

impl Sought {
    fn of(text: String) -> Self {
        Self { length: text.chars().count(), text }
    }

    /// One character in five may differ.
    fn is_near(&self, known: &str) -> bool {
        let most = (self.length / 5).max(1);
        // A character has a byte at least.
        self.length > 3
            && self.length <= known.len() + self.length / 5
            && self.length.abs_diff(known.chars().count()) <= self.length / 5
            && lacking(&self.text, known) <= most
            && strsim::osa_distance(&self.text, known) <= most
    }
}

/// Characters of the one text that the other lacks, which is no more than their distance, and soon counted; of ASCII texts.
fn lacking(asked: &str, known: &str) -> usize {
    if !asked.is_ascii() || !known.is_ascii() {
        return 0;
    }
    let mut counts = [0_i16; 128];
    asked.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    known.bytes().for_each(|byte| counts[usize::from(byte)] -= 1);
    counts.iter().filter(|count| **count > 0).map(|count| usize::try_from(*count).unwrap_or_default()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(text: &str, values: [Option<&str>; 3]) -> Option<Found> {
        let wanted = Wanted::of(text);
        let columns = values.map(|value| StringArray::from(vec![value]));
        Comparing::of(&wanted, &["first", "last", "born"]).row(&columns, 0)
    }

    #[test]
    fn rows_fit_exactly_but_for_spelling_or_nearly() {
        let values = [Some("Zoë"), Some("de Vries"), Some("1990-01-02")];
        let fit = |text: &str| row(text, values);
        let found =
            |fit, columns: &[&str]| Some((fit, columns.iter().map(|name| (*name).to_owned()).collect()));
        assert_eq!(fit("de Vries"), found(Fit::Exact, &["last"]));
        assert_eq!(fit("DE VRIES"), found(Fit::Normalised, &["last"]));
        assert_eq!(fit("de Vreis"), found(Fit::Near, &["last"]));
        assert_eq!(fit("zoe vries"), found(Fit::Normalised, &["first", "last"]));
        assert_eq!(fit("vries zoe"), found(Fit::Normalised, &["first", "last"]));
        assert_eq!(fit("zoe vreis"), found(Fit::Near, &["first", "last"]));
        assert_eq!(fit("zoe bakker"), None);
        assert_eq!(fit("19900102"), found(Fit::Normalised, &["born"]));
        assert_eq!(row("zoe vries", [None, None, None]), None);
        assert_eq!(row(&"a ".repeat(200), values), None);
    }

    proptest! {
        #[test]
        fn what_a_text_lacks_is_no_more_than_its_distance(a in "[a-cé0-1]{0,9}", b in "[a-cé0-1]{0,9}") {
            prop_assert!(lacking(&a, &b) <= strsim::osa_distance(&a, &b));
        }
    }
}
