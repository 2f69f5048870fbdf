//! Whether a file holds only the first of the records that it held, as an upload that was cut off does.

use super::Earlier;
use crate::error::EngineError;
use crate::objects::object_batches;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use ingest::{InputFile, Limits};
use std::collections::BTreeSet;
use study::Source;
use terms::{InputRecord, TableName};

/// A staged record, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Staged {
    line: i64,
    /// First byte and number of bytes; none in a sheet.
    bytes: Option<(i64, i64)>,
    /// Identity of its content.
    content: u128,
}

impl Earlier<'_> {
    /// Good records that are left of a file that is shorter than it was, if they are the first of those that it held.
    ///
    /// Refused ones do not count: a text that was cut off inside quotation marks ends in as many as it has lines. A file
    /// that cannot be read is no loss here: the run itself says what is wrong with it.
    pub(super) fn beginning(
        &self,
        source: &Source,
        input: &InputRecord,
        file: &InputFile,
    ) -> Result<Option<u64>, EngineError> {
        let Some(now) = self.now(source, file, input.staged) else { return Ok(None) };
        if now.is_empty() {
            return Ok(Some(0));
        }
        let then = self.then(source, input)?;
        Ok(is_beginning(&now, &then).then_some(now.len() as u64))
    }

    /// What of the file would be staged now; none if it is at fault as a whole or has as many good records as it had.
    fn now(&self, source: &Source, file: &InputFile, held: u64) -> Option<Vec<Staged>> {
        let mut reader = ingest::open(&source.contract, self.key, file, &Limits::default()).ok()?;
        let mut staged = Vec::new();
        for chunk in reader.by_ref() {
            staged.extend(rows(&chunk.ok()?.staged, "content_id", None));
            if staged.len() as u64 >= held {
                return None;
            }
        }
        reader.finish().ok()?;
        ((staged.len() as u64) < held).then_some(staged)
    }

    /// What the published run staged of the file, in the order of the file.
    fn then(&self, source: &Source, input: &InputRecord) -> Result<Vec<Staged>, EngineError> {
        let table = TableName::new("origin", &source.contract.name)?;
        let mut staged = Vec::new();
        if let Some(record) = self.run.tables().find(|record| record.table == table) {
            for batch in object_batches(self.warehouse, record)? {
                staged.extend(rows(&batch?, "row_id", Some(&input.file)));
            }
        }
        staged.sort_unstable();
        Ok(staged)
    }
}

/// The first records are those that were the first; the last of them may be cut off itself.
///
/// With another key or contract no content is the same; then places decide, and the same places are no accident.
fn is_beginning(now: &[Staged], then: &[Staged]) -> bool {
    let same = |alike: fn(&Staged, &Staged) -> bool| {
        now.iter().zip(then).take_while(|(now, then)| alike(now, then)).count()
    };
    let contents = same(|now, then| now.line == then.line && now.content == then.content);
    let places = same(|now, then| now.bytes.is_some() && (now.line, now.bytes) == (then.line, then.bytes));
    let all_but_the_last = now.len().saturating_sub(1);
    let contents_then: BTreeSet<u128> = then.iter().map(|staged| staged.content).collect();
    let is_known = |staged: &Staged| contents_then.contains(&staged.content);
    if now.len() > 1 && !now.iter().any(is_known) {
        return places >= all_but_the_last;
    }
    // A last record that stood elsewhere is whole: the one before it was taken out.
    contents == now.len() || (contents == all_but_the_last && !now.last().is_some_and(is_known))
}

/// The rows of a staged or a stored batch, of one file or of all.
fn rows(batch: &RecordBatch, id: &str, file: Option<&str>) -> Vec<Staged> {
    let numbers =
        |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>().cloned());
    let texts = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>().cloned());
    let (Some(line), Some(offset), Some(length)) =
        (numbers("line"), numbers("byte_offset"), numbers("byte_length"))
    else {
        return Vec::new();
    };
    let (Some(ids), Some(files)) = (texts(id), texts("file")) else { return Vec::new() };
    let staged = |row: usize| Staged {
        line: line.value(row),
        bytes: offset.is_valid(row).then(|| (offset.value(row), length.value(row))),
        content: content(ids.value(row)),
    };
    (0..batch.num_rows())
        .filter(|row| file.is_none_or(|file| files.value(*row) == file))
        .map(staged)
        .collect()
}

/// The identity of a content without the number of its occurrence.
fn content(id: &str) -> u128 {
    let hex = id.split('-').next().unwrap_or(id);
    u128::from_str_radix(hex, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(contents: &[u128]) -> Vec<Staged> {
        let staged =
            |(line, content): (i64, &u128)| Staged { line, bytes: Some((line * 10, 10)), content: *content };
        (2..).zip(contents).map(staged).collect()
    }

    fn check(now: &[u128], then: &[u128], expected: bool) {
        assert_eq!(is_beginning(&file(now), &file(then)), expected, "{now:?} of {then:?}");
    }

    #[test]
    fn the_first_records_are_a_beginning_also_if_the_last_is_cut() {
        check(&[1, 2], &[1, 2, 3], true);
        check(&[1, 9], &[1, 2, 3], true);
        check(&[], &[1, 2, 3], true);
        check(&[9], &[1, 2, 3], true);
    }

    #[test]
    fn what_was_taken_out_elsewhere_leaves_no_beginning() {
        check(&[2, 3], &[1, 2, 3], false);
        check(&[1, 3, 4], &[1, 2, 3, 4], false);
        check(&[1, 8, 9], &[1, 2, 3, 4], false);
        check(&[1, 2, 4], &[1, 2, 3, 4], false);
        check(&[3], &[1, 2, 3], false);
    }

    #[test]
    fn with_another_key_places_decide() {
        check(&[7, 8, 9], &[1, 2, 3, 4], true);
        let mut moved = file(&[7, 8, 9]);
        moved[1].bytes = Some((31, 9));
        assert!(!is_beginning(&moved, &file(&[1, 2, 3, 4])));
        let sheet: Vec<Staged> =
            file(&[7, 8]).into_iter().map(|staged| Staged { bytes: None, ..staged }).collect();
        assert!(!is_beginning(&sheet, &file(&[1, 2, 3])), "rows of a sheet have no places to tell them by");
    }
}
