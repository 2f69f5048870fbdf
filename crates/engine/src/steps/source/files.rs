//! The files of a source, read side by side while they are small, and handed over in their order.

use crate::error::EngineError;
use ingest::{Chunk, FileSummary, InputFile, Limits};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use terms::{Contract, IdentityKey, ObjectHash};

/// Files of together at most so many bytes are read side by side; their records are held until their turn comes.
const TOGETHER: u64 = 2 << 20;

type Found = (InputFile, ObjectHash);

/// Reads all files, whose hashes are those that were found before. `take` gets their records, `end` what became of each file, in
/// order of the files, whatever the number of threads.
///
/// # Errors
/// The fault of the first faulty file.
pub(super) fn read(
    contract: &Contract,
    key: &IdentityKey,
    files: &[Found],
    threads: NonZeroUsize,
    take: &mut dyn FnMut(&Chunk) -> Result<(), EngineError>,
    end: &mut dyn FnMut(FileSummary) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut rest = files;
    while !rest.is_empty() {
        let (group, others) = rest.split_at(group(rest, threads));
        rest = others;
        if let [file] = group {
            end(read_one(contract, key, file, take)?)?;
            continue;
        }
        for read in side_by_side(contract, key, group, threads) {
            let (chunks, summary) = read?;
            chunks.iter().try_for_each(&mut *take)?;
            end(summary)?;
        }
    }
    Ok(())
}

/// How many of the first files are read side by side: at least one.
fn group(files: &[Found], threads: NonZeroUsize) -> usize {
    if threads.get() == 1 {
        return 1;
    }
    let mut bytes = 0;
    let small = files.iter().take_while(|(file, _)| {
        bytes += std::fs::metadata(&file.path).map_or(u64::MAX / 2, |file| file.len());
        bytes <= TOGETHER
    });
    small.count().max(1)
}

type Whole = Result<(Vec<Chunk>, FileSummary), EngineError>;

fn side_by_side(
    contract: &Contract,
    key: &IdentityKey,
    files: &[Found],
    threads: NonZeroUsize,
) -> Vec<Whole> {
    // A workbook takes longer than a text, so each thread takes the next file when it is done with one.
    let next = AtomicUsize::new(0);
    let read_next = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        files.get(at).map(|file| (at, read_whole(contract, key, file)))
    };
    let read_files = || std::iter::from_fn(read_next).collect::<Vec<_>>();
    let mut read = std::thread::scope(|scope| {
        let others = 1..threads.get().min(files.len());
        let others: Vec<_> = others.map(|_| scope.spawn(read_files)).collect();
        let mut read = read_files();
        for other in others {
            read.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        read
    });
    read.sort_by_key(|(at, _)| *at);
    read.into_iter().map(|(_, read)| read).collect()
}

fn read_whole(contract: &Contract, key: &IdentityKey, file: &Found) -> Whole {
    let mut chunks = Vec::new();
    let summary = read_one(contract, key, file, &mut |chunk| {
        chunks.push(chunk.clone());
        Ok(())
    })?;
    Ok((chunks, summary))
}

fn read_one(
    contract: &Contract,
    key: &IdentityKey,
    (file, hash): &Found,
    take: &mut dyn FnMut(&Chunk) -> Result<(), EngineError>,
) -> Result<FileSummary, EngineError> {
    let mut reader = ingest::open(contract, key, file, &Limits::default())?;
    for chunk in reader.by_ref() {
        take(&chunk?)?;
    }
    let summary = reader.finish()?;
    if &summary.sha256 != hash {
        return Err(EngineError::InputChanged { source_name: contract.name.clone(), file: summary.file });
    }
    if summary.records != summary.staged + summary.quarantined {
        return Err(EngineError::Lost {
            source_name: contract.name.clone(),
            file: summary.file,
            records: summary.records,
            staged: summary.staged,
            quarantined: summary.quarantined,
        });
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use terms::{Column, ColumnType, Normalise, Sensitivity};

    fn contract() -> Contract {
        let title = Column {
            name: "title".into(),
            headers: vec!["Title".into()],
            kind: ColumnType::Text,
            required: true,
            optional_header: false,
            pattern: None,
            missing: Vec::new(),
            normalise: Normalise::Blanks,
            sensitivity: Sensitivity::Public,
            pseudonym: None,
        };
        Contract { name: "loans".into(), files: "*.csv".into(), file_column: None, columns: vec![title] }
    }

    fn delivered(folder: &Path) -> Vec<Found> {
        let found = ingest::discover(folder, &contract()).unwrap();
        let hashed = |file: InputFile| {
            let (hash, _) = ingest::fingerprint(&file, &Limits::default()).unwrap();
            (file, hash)
        };
        found.into_iter().map(hashed).collect()
    }

    /// Names of files and numbers of records, as they come.
    fn told(files: &[Found], threads: usize) -> Result<Vec<String>, EngineError> {
        let told = std::cell::RefCell::new(Vec::new());
        let mut take = |chunk: &Chunk| {
            told.borrow_mut().push(format!("{} records", chunk.staged.num_rows()));
            Ok(())
        };
        let mut end = |summary: FileSummary| {
            told.borrow_mut().push(summary.file);
            Ok(())
        };
        let threads = NonZeroUsize::new(threads).unwrap();
        read(&contract(), &IdentityKey::demonstration(), files, threads, &mut take, &mut end)?;
        Ok(told.into_inner())
    }

    #[test]
    fn files_come_in_their_order_whatever_the_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        for file in 1..=9 {
            // One is too large to be held.
            let records = if file == 4 { 400_000 } else { file };
            let text = format!("Title\n{}", "Ulysses\n".repeat(records));
            std::fs::write(folder.path().join(format!("{file}.csv")), text).unwrap();
            if file != 4 {
                expected.extend([format!("{records} records"), format!("{file}.csv")]);
            }
        }
        let files = delivered(folder.path());
        assert_eq!(group(&files, NonZeroUsize::new(2).unwrap()), 3, "up to the large one");
        for threads in [1, 2, 3, 20] {
            let mut told = told(&files, threads).unwrap();
            let large: Vec<String> = told.extract_if(6..told.len() - 10, |_| true).collect();
            assert_eq!(large.last().unwrap(), "4.csv", "{threads} threads");
            assert_eq!(told, expected, "{threads} threads");
        }
    }

    #[test]
    fn the_first_faulty_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for file in 1..=9 {
            let header = if file % 4 == 0 { "Name" } else { "Title" };
            std::fs::write(folder.path().join(format!("{file}.csv")), format!("{header}\nUlysses\n"))
                .unwrap();
        }
        let files = delivered(folder.path());
        for threads in [1, 2, 3] {
            let error = told(&files, threads).unwrap_err().to_string();
            assert!(error.contains("4.csv"), "{threads} threads: {error}");
        }
    }
}
