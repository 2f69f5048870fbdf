//! The bytes of a delimited file: counted and hashed as they pass, UTF-16 turned into UTF-8.

use encoding_rs::{CoderResult, Decoder, Encoding};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use terms::ObjectHash;

/// A file whose bytes are hashed as they are read.
#[derive(Debug)]
pub(crate) struct Hashing {
    file: File,
    digest: Sha256,
}

impl Hashing {
    /// Starts the hash with `skipped`, the bytes that were read before.
    pub(crate) fn new(file: File, skipped: &[u8]) -> Self {
        Self { file, digest: Sha256::new_with_prefix(skipped) }
    }

    fn hash(&self) -> ObjectHash {
        ObjectHash::from_digest(self.digest.clone().finalize().into())
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

/// The bytes to be cut into lines: those of the file, or UTF-8 made of its UTF-16.
pub(crate) enum Bytes {
    /// The file's own.
    Plain(Hashing),
    /// Decoded on the way.
    Utf16(Utf16),
}

impl Bytes {
    /// `file` stands behind its byte order mark `mark`.
    pub(crate) fn new(file: File, mark: &[u8], utf16: Option<&'static Encoding>) -> Self {
        let hashing = Hashing::new(file, mark);
        match utf16 {
            None => Bytes::Plain(hashing),
            Some(encoding) => Bytes::Utf16(Utf16 {
                source: hashing,
                decoder: encoding.new_decoder_without_bom_handling(),
                input: Vec::new(),
                ended: false,
                finished: false,
            }),
        }
    }

    /// Hash of all bytes of the file that were read.
    pub(crate) fn hash(&self) -> ObjectHash {
        match self {
            Bytes::Plain(hashing) => hashing.hash(),
            Bytes::Utf16(utf16) => utf16.source.hash(),
        }
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Bytes::Plain(hashing) => hashing.read(buffer),
            Bytes::Utf16(utf16) => utf16.read(buffer),
        }
    }
}

/// UTF-16 read as UTF-8; a broken surrogate becomes U+FFFD, which the record reader refuses.
pub(crate) struct Utf16 {
    source: Hashing,
    decoder: Decoder,
    input: Vec<u8>,
    /// The file has no more bytes.
    ended: bool,
    /// The decoder has given its last character, and may not be asked again.
    finished: bool,
}

impl Utf16 {
    fn refill(&mut self) -> io::Result<()> {
        let mut block = [0; 8192];
        let read = self.source.read(&mut block)?;
        self.ended = read == 0;
        self.input.extend_from_slice(&block[..read]);
        Ok(())
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.finished {
            if self.input.is_empty() && !self.ended {
                self.refill()?;
            }
            let (outcome, taken, written, _) = self.decoder.decode_to_utf8(&self.input, buffer, self.ended);
            self.input.drain(..taken);
            self.finished = self.ended && outcome == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
            if outcome == CoderResult::OutputFull {
                return Err(io::Error::other("the decoder was given too little room"));
            }
        }
        Ok(0)
    }
}
