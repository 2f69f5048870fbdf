//! SHA-256 of a file, block by block.

use crate::{FileFault, IngestError, InputFile};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read};
use terms::ObjectHash;

/// Opens a delivered file; a pipe in its place would keep the run waiting for ever, so it is refused.
pub(crate) fn opened(input: &InputFile) -> Result<File, IngestError> {
    let io = |error| IngestError::io(&input.name, error);
    match std::fs::metadata(&input.path).map_err(io)? {
        meta if meta.is_file() => File::open(&input.path).map_err(io),
        _ => Err(no_file(&input.name)),
    }
}

/// The complaint about a folder, pipe, socket or device in place of a file.
pub(crate) fn no_file(name: &str) -> IngestError {
    let problem = "a folder, a pipe or a device stands in place of the file; deliver the file itself";
    IngestError::file(name, FileFault::NotAFile, problem)
}

/// Hash and size of the rest of the file, which may have `limit` bytes; `each` sees every block.
pub(crate) fn hash(
    file: &mut File,
    name: &str,
    limit: u64,
    mut each: impl FnMut(&[u8]),
) -> Result<(ObjectHash, u64), IngestError> {
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    blocks(file, name, |block| {
        digest.update(block);
        bytes += block.len() as u64;
        each(block);
        if bytes > limit { Err(too_large(name, limit)) } else { Ok(()) }
    })?;
    Ok((ObjectHash::from_digest(digest.finalize().into()), bytes))
}

/// Shows the rest of the file to `each`, block by block.
pub(crate) fn blocks(
    file: &mut File,
    name: &str,
    mut each: impl FnMut(&[u8]) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut block = [0; 1 << 14];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => each(&block[..read])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => (),
            Err(error) => return Err(IngestError::io(name, error)),
        }
    }
}

/// The complaint about a file that was written to while it was read.
pub(crate) fn changed(name: &str) -> IngestError {
    let problem = "the file changed while it was read; run again when its delivery is complete";
    IngestError::file(name, FileFault::Changed, problem)
}

fn too_large(name: &str, limit: u64) -> IngestError {
    let problem = format!("the file is larger than the limit of {limit} bytes; split it, or raise the limit");
    IngestError::file(name, FileFault::TooLarge, problem)
}
