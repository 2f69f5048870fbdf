//! Temporary files whose bytes are summed while they are written, and compared each time before they are read.
//!
//! The sum is a CRC-32, which finds every single flipped bit and every run of damage of up to 32 bits: it is against disks, not
//! against people, who could not reach the file without reaching the process. What changes between the comparison and the
//! reading, and the files in which DataFusion itself puts what does not fit into memory, are not seen.

use crate::error::EngineError;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use crc32fast::Hasher;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    crc: u32,
    bytes: u64,
}

/// A file whose bytes are summed as they are written.
pub(super) struct Summed {
    file: File,
    hasher: Hasher,
    bytes: u64,
}

impl Summed {
    pub(super) fn new(file: File) -> Self {
        Self { file, hasher: Hasher::new(), bytes: 0 }
    }

    /// The sum of all that was written.
    pub(super) fn sum(self) -> Sum {
        Sum { crc: self.hasher.finalize(), bytes: self.bytes }
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A table whose file is compared with what was written to it whenever a query is to read it.
#[derive(Debug)]
pub(super) struct CheckedTable {
    table: Arc<dyn TableProvider>,
    path: PathBuf,
    written: Sum,
}

impl CheckedTable {
    pub(super) fn new(table: Arc<dyn TableProvider>, path: &Path, written: Sum) -> Self {
        Self { table, path: path.to_owned(), written }
    }

    fn check(&self) -> std::result::Result<(), EngineError> {
        let found = sum_of(&self.path).map_err(|source| EngineError::io(&self.path, "read", source))?;
        if found == self.written {
            return Ok(());
        }
        let problem = format!(
            "it has {} bytes with CRC-32 {:08x}, and {} with {:08x} were written",
            found.bytes, found.crc, self.written.bytes, self.written.crc
        );
        Err(EngineError::Damaged { path: self.path.clone(), problem })
    }
}

fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut file = File::open(path)?;
    let (mut hasher, mut bytes) = (Hasher::new(), 0);
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(Sum { crc: hasher.finalize(), bytes }),
            Ok(read) => {
                hasher.update(&block[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}

#[async_trait]
impl TableProvider for CheckedTable {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        self.table.table_type()
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.check().map_err(|error| DataFusionError::External(Box::new(error)))?;
        self.table.scan(session, projection, filters, limit).await
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.table.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.table.statistics()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::{ROWS_IN_MEMORY, Spool, Spooled};
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use datafusion::prelude::SessionContext;
    use std::fs;

    /// Bits of a spooled file that are flipped, one after the other.
    const FLIPS: usize = 3_000;

    fn spooled(folder: &Path, rows: usize) -> Spooled {
        let keys: Vec<i64> = (0..rows as i64).collect();
        let words: Vec<String> = keys.iter().map(|key| format!("word {}", key % 7)).collect();
        let batch = RecordBatch::try_from_iter([
            ("key", Arc::new(Int64Array::from(keys)) as ArrayRef),
            ("word", Arc::new(StringArray::from(words)) as ArrayRef),
        ])
        .unwrap();
        let mut spool = Spool::new(folder, &batch.schema());
        spool.push(&batch).unwrap();
        spool.finish().unwrap()
    }

    /// A stream of numbers that is the same every time (Knuth's linear congruential generator, the high bits).
    fn numbers() -> impl Iterator<Item = usize> {
        let next = |n: &u64| Some(n.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
        std::iter::successors(Some(20101101), next).map(|n| (n >> 33) as usize)
    }

    fn only_file(folder: &Path) -> PathBuf {
        let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    #[tokio::test]
    async fn every_flipped_bit_of_an_intermediate_file_is_found_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let spooled = spooled(folder.path(), ROWS_IN_MEMORY + 1);
        let path = only_file(folder.path());
        let (context, whole) = (SessionContext::new(), fs::read(&path).unwrap());
        let count = || async { context.read_table(spooled.table.clone()).unwrap().count().await };
        assert_eq!(count().await.unwrap(), ROWS_IN_MEMORY + 1);
        let mut numbers = numbers();
        for flip in 0..FLIPS {
            let (at, bit) = (numbers.next().unwrap() % whole.len(), numbers.next().unwrap() % 8);
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            fs::write(&path, &damaged).unwrap();
            let scanned = spooled.table.scan(&context.state(), None, &[], None).await;
            let said = scanned.map(|_| ()).unwrap_err().to_string();
            assert!(said.contains("was changed on disk"), "flip {flip}, byte {at}: {said}");
            assert!(said.contains(path.to_str().unwrap()), "{said}");
        }
        let said = count().await.unwrap_err().to_string();
        assert!(said.contains("was changed on disk"), "{said}");
        for cut in [0, whole.len() / 2] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(count().await.is_err(), "cut to {cut} bytes");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(count().await.unwrap(), ROWS_IN_MEMORY + 1);
    }
}
