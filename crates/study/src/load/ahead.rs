//! Queries that are parsed on a thread of their own while the rest of the study is read: they are half of its work.
//!
//! What comes of it is the same: a query is parsed from its text alone, and what is found at fault in it is noted when its turn comes.

use crate::StudyError;
use crate::folder::Folder;
use crate::sql::{self, Order, SqlFile};
use crate::text::Text;
use crate::yaml::RawPipeline;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

type Parsed = Result<SqlFile, Vec<StudyError>>;
/// A file, and whether its rows must be sorted.
type Wanted = (String, Order);

/// Queries by file: what they were parsed to, from which text; none of one whose turn has come.
#[derive(Default)]
pub(super) struct Ahead(Mutex<BTreeMap<Wanted, Option<(Text, Parsed)>>>);

impl Ahead {
    /// The query of a file, which is parsed now unless that was done from this very text.
    pub(super) fn parsed(&self, text: &Text, order: Order) -> Parsed {
        let wanted = (text.path.to_string(), order);
        match self.queries().insert(wanted, None).flatten() {
            Some((before, parsed)) if before.source == text.source => parsed,
            _ => sql::parse(text, order),
        }
    }

    /// Parses what a study names, in the order in which it will be wanted, as long as nobody was faster.
    pub(super) fn parse_all(&self, root: &Path, raw: &RawPipeline) {
        let Ok(open) = Folder::open(root) else { return };
        for wanted in named(&open, raw) {
            if self.queries().contains_key(&wanted) {
                continue;
            }
            // What is wrong with a file is said when it is read in its turn.
            let Ok(text) = open.read(&wanted.0, None) else { continue };
            let parsed = sql::parse(&text, wanted.1);
            self.queries().entry(wanted).or_insert(Some((text, parsed)));
        }
    }

    fn queries(&self) -> MutexGuard<'_, BTreeMap<Wanted, Option<(Text, Parsed)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queries that a study names.
fn named(open: &Folder, raw: &RawPipeline) -> Vec<Wanted> {
    let rules = raw.rounds.iter().flat_map(|round| &round.rules).map(|rule| &rule.rule.value);
    let passes = raw.matching.iter().flat_map(|matching| &matching.passes).map(|pass| &pass.value);
    let own = raw.checks.iter().filter_map(|check| check.value.check.as_ref()).map(|check| &check.value);
    let folders =
        raw.models.iter().map(|models| &models.folder).chain(raw.appendices.iter().map(|a| &a.folder));
    let made = folders.flat_map(|folder| open.names(folder.value.trim_end_matches('/')));
    let free = |path: &String| (path.clone(), Order::Free);
    let mut all: Vec<Wanted> = rules.chain(passes).map(free).collect();
    all.extend(made.filter(|path| path.ends_with(".sql")).map(|path| (path, Order::Required)));
    all.extend(own.map(free));
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn text(source: &str) -> Text {
        Text { path: "q.sql".into(), source: source.into() }
    }

    /// A file that was saved while the study was read is taken as it is read in its turn.
    #[test]
    fn a_query_is_that_of_the_text_that_is_read() {
        let ahead = Ahead::default();
        let before = text("select 1 as a");
        let parsed = sql::parse(&before, Order::Free);
        ahead.queries().insert(("q.sql".into(), Order::Free), Some((before.clone(), parsed)));
        assert_eq!(ahead.parsed(&text("select 2 as b"), Order::Free).unwrap().canonical, "SELECT 2 AS b");
        assert_eq!(ahead.parsed(&before, Order::Free).unwrap().canonical, "SELECT 1 AS a");
        let faults = ahead.parsed(&before, Order::Required).unwrap_err();
        assert!(faults[0].to_string().contains("no ORDER BY"), "{}", faults[0]);
    }

    #[test]
    fn what_was_parsed_ahead_is_what_a_study_is_made_of() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/studies/library");
        let open = Folder::open(&root).unwrap();
        let raw: RawPipeline = crate::yaml::parse(&open.read("pipeline.yaml", None).unwrap()).unwrap();
        let ahead = Ahead::default();
        ahead.parse_all(&root, &raw);
        let found = ahead.0.into_inner().unwrap();
        assert!(found.len() > 5, "{} queries", found.len());
        let study = crate::Study::load(&root).unwrap();
        let rules = study.rounds.iter().flat_map(|round| &round.rules).map(|rule| &rule.sql);
        let models = study.models.iter().map(|model| &model.sql);
        for sql in rules.chain(models) {
            let known = [Order::Required, Order::Free]
                .into_iter()
                .find_map(|order| found.get(&(sql.path.to_str().unwrap().to_owned(), order)));
            let (_, parsed) = known.unwrap().as_ref().unwrap();
            assert_eq!(parsed.as_ref().unwrap(), sql);
        }
    }
}
