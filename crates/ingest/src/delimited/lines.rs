use std::io::{self, BufRead, BufReader, Read};

/// One physical line of a file, ended by LF, CR LF, CR, or the end of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Bytes in the file, line end included.
    pub(crate) length: u64,
    /// The line with its end; only its first part if it is longer than the limit.
    pub(crate) bytes: Vec<u8>,
    /// The line is longer than the limit.
    pub(crate) cut: bool,
}

/// What a byte counts for in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes are the file's own.
    Byte,
    /// Bytes are UTF-8 made of UTF-16: each character counts for the two or four bytes that it had.
    Utf16,
}

/// Cuts bytes into lines, with memory for one line of at most `limit` bytes.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    unit: Unit,
    limit: usize,
    number: u64,
    offset: u64,
}

impl<R: Read> Lines<R> {
    /// `offset` is the length of the byte order mark.
    pub(crate) fn new(input: R, unit: Unit, offset: u64, limit: usize) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), unit, limit, number: 0, offset }
    }

    /// The next line; none at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line =
            Line { number: self.number + 1, offset: self.offset, length: 0, bytes: Vec::new(), cut: false };
        loop {
            let block = self.input.fill_buf()?;
            if block.is_empty() {
                break;
            }
            let end = block.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let taken = end.map_or(block.len(), |end| end + 1);
            let last = block[taken - 1];
            line.take(&block[..taken], self.unit, self.limit);
            self.input.consume(taken);
            if end.is_some() {
                if last == b'\r' && self.input.fill_buf()?.first() == Some(&b'\n') {
                    line.take(b"\n", self.unit, self.limit);
                    self.input.consume(1);
                }
                break;
            }
        }
        if line.length == 0 {
            return Ok(None);
        }
        (self.number, self.offset) = (line.number, line.offset + line.length);
        Ok(Some(line))
    }

    /// Bytes of the file that were given out as lines, byte order mark included.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// What the lines are read from.
    pub(crate) fn source(&self) -> &R {
        self.input.get_ref()
    }
}

impl Line {
    fn take(&mut self, bytes: &[u8], unit: Unit, limit: usize) {
        let room = limit.saturating_sub(self.bytes.len());
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += match unit {
            Unit::Byte => bytes.len() as u64,
            Unit::Utf16 => bytes.iter().map(|b| utf16_bytes(*b)).sum(),
        };
    }
}

/// Bytes in UTF-16 of the character that this UTF-8 byte starts; none for a byte inside a character.
fn utf16_bytes(byte: u8) -> u64 {
    match byte {
        0x80..=0xbf => 0,
        0xf0..=0xff => 4,
        _ => 2,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(input: &[u8], expected: &[(u64, u64, &str)]) {
        // Every size of read must give the same lines: line ends may fall between two reads.
        for size in [1, 2, 3, 64] {
            let mut lines = Lines::new(Slow(input, size), Unit::Byte, 0, 1 << 20);
            lines.input = BufReader::with_capacity(size, Slow(input, size));
            let mut got = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                assert_eq!(line.length, line.bytes.len() as u64);
                got.push((line.number, line.offset, String::from_utf8(line.bytes).unwrap()));
            }
            let got: Vec<_> =
                got.iter().map(|(number, offset, text)| (*number, *offset, text.as_str())).collect();
            assert_eq!(got, expected);
            assert_eq!(lines.offset(), input.len() as u64);
        }
    }

    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let taken = self.1.min(buffer.len());
            self.0.read(&mut buffer[..taken])
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        check(b"", &[]);
        check(b"a", &[(1, 0, "a")]);
        check(b"a\nb\r\nc\rd", &[(1, 0, "a\n"), (2, 2, "b\r\n"), (3, 5, "c\r"), (4, 7, "d")]);
        check(b"\n\r\n\r", &[(1, 0, "\n"), (2, 1, "\r\n"), (3, 3, "\r")]);
    }

    #[test]
    fn a_long_line_is_cut_but_counted_whole() {
        let mut lines = Lines::new(&b"abcdef\ngh\n"[..], Unit::Byte, 0, 4);
        let line = lines.next().unwrap().unwrap();
        assert_eq!((line.bytes.as_slice(), line.cut, line.length), (&b"abcd"[..], true, 7));
        let line = lines.next().unwrap().unwrap();
        assert_eq!((line.number, line.offset, line.cut), (2, 7, false));
    }

    #[test]
    fn utf16_is_counted_in_bytes_of_the_file() {
        let text = "aé€😀\nb";
        let mut lines = Lines::new(text.as_bytes(), Unit::Utf16, 2, 1 << 20);
        let first = lines.next().unwrap().unwrap();
        assert_eq!(first.length, "aé€😀\n".encode_utf16().count() as u64 * 2);
        assert_eq!(lines.next().unwrap().unwrap().offset, 2 + first.length);
    }
}
